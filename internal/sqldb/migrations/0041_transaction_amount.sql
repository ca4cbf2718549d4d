-- +goose Up
-- Transactions are looked for by their amount and their kind.
CREATE INDEX sales_transaction_amount ON sales_transaction (amount, id);
CREATE INDEX sales_transaction_kind ON sales_transaction (kind, created_at, id);
