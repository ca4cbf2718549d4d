-- +goose Up
-- The index of the Actions Report says which entries of a block have a term, not only that one has. Blocks have
-- 4096 ids; the server makes them again by itself. What was imported from archives has to be imported again:
-- its blocks are made with it. Twin: _postgres.
DROP TABLE audit_term;
CREATE TABLE audit_term (
  term {{text}} NOT NULL,
  block BIGINT NOT NULL,
  entries {{bytes}} NOT NULL,
  PRIMARY KEY (term, block)
) WITHOUT ROWID;
CREATE INDEX audit_filter_shared ON audit_filter (shared);
DELETE FROM audit_block;
DELETE FROM audit_restored;

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
