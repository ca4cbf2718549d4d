-- +goose Up
-- SQLite prepares a statement anew at every execution when its table has an index WHERE something IS NOT NULL:
-- comparing that condition with a parameter makes the plan depend on the parameter's value. On tables that every
-- page reads this cost more than the look-up, so their indexes hold the rows without a value too.
DROP INDEX cart_customer;
CREATE UNIQUE INDEX cart_customer ON cart (customer_id, website_id) WHERE active;
DROP INDEX product_price_from;
CREATE INDEX product_price_from ON product_price (special_from);
DROP INDEX product_price_to;
CREATE INDEX product_price_to ON product_price (special_to);
DROP INDEX sales_order_customer;
CREATE INDEX sales_order_customer ON sales_order (customer_id, created_at, id);
DROP INDEX sales_order_stay;
CREATE INDEX sales_order_stay ON sales_order (impersonation_id);
DROP INDEX sales_credit_memo_invoice;
CREATE INDEX sales_credit_memo_invoice ON sales_credit_memo (invoice_id);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
