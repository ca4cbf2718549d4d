-- +goose Up
-- Orders are listed by their purchase point: also of a store view with few of them.
CREATE INDEX sales_order_view ON sales_order (store_view_id, created_at, id);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
