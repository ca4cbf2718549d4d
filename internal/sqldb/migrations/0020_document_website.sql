-- +goose Up
-- Documents are listed within a website: the role of whoever looks may have only some. The website of an order never changes.
ALTER TABLE sales_invoice ADD COLUMN website_id BIGINT NOT NULL DEFAULT 0;
UPDATE sales_invoice SET website_id = (SELECT o.website_id FROM sales_order o WHERE o.id = sales_invoice.order_id);
CREATE INDEX sales_invoice_website ON sales_invoice (website_id, created_at, id);
ALTER TABLE sales_shipment ADD COLUMN website_id BIGINT NOT NULL DEFAULT 0;
UPDATE sales_shipment SET website_id = (SELECT o.website_id FROM sales_order o WHERE o.id = sales_shipment.order_id);
CREATE INDEX sales_shipment_website ON sales_shipment (website_id, created_at, id);
ALTER TABLE sales_credit_memo ADD COLUMN website_id BIGINT NOT NULL DEFAULT 0;
UPDATE sales_credit_memo SET website_id = (SELECT o.website_id FROM sales_order o WHERE o.id = sales_credit_memo.order_id);
CREATE INDEX sales_credit_memo_website ON sales_credit_memo (website_id, created_at, id);
ALTER TABLE sales_transaction ADD COLUMN website_id BIGINT NOT NULL DEFAULT 0;
UPDATE sales_transaction SET website_id = (SELECT o.website_id FROM sales_order o WHERE o.id = sales_transaction.order_id);
CREATE INDEX sales_transaction_website ON sales_transaction (website_id, created_at, id);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
