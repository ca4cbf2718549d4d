-- +goose Up
-- audit_term is kept in the order of its key here (WITHOUT ROWID). Twin: _postgres.
SELECT 1;

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
