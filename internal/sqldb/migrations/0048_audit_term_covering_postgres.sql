-- +goose Up
-- The report's index is read through its key alone: the rows of one term lie on as
-- many pages as it has blocks, the entries of its key on a few. SQLite keeps the
-- table in that order anyway. Twin: _sqlite.
ALTER TABLE audit_term DROP CONSTRAINT audit_term_pkey;
ALTER TABLE audit_term ADD CONSTRAINT audit_term_pkey PRIMARY KEY (term, block) INCLUDE (entries);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
