-- +goose Up
-- What another shop's export calls a line, by which its credit memos find it; '' for lines made here.
ALTER TABLE sales_order_item ADD COLUMN external_id {{text}} NOT NULL DEFAULT '';

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
