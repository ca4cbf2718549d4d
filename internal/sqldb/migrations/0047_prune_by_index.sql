-- +goose Up
-- Deleting a customer deletes their carts, and old letters are deleted every day.
CREATE INDEX cart_owner ON cart (customer_id);
CREATE INDEX mail_outbox_created ON mail_outbox (created_at);
