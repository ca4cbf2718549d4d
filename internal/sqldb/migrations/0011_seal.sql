-- +goose Up
-- Tamper evidence of the action log: internal/seal. A row of the log gets a position once and for ever; the
-- hashes are those of a Merkle tree over the rows (RFC 6962), numbered as golang.org/x/mod/sumdb/tlog does.
CREATE TABLE audit_seal (
  position BIGINT NOT NULL PRIMARY KEY,
  audit_id BIGINT NOT NULL UNIQUE
);
CREATE TABLE audit_hash (
  idx BIGINT NOT NULL PRIMARY KEY,
  hash {{bytes}} NOT NULL
);
-- note is the signed text; last_id the highest id of the log that was sealed by then.
CREATE TABLE audit_checkpoint (
  size BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  last_id BIGINT NOT NULL,
  note {{text}} NOT NULL,
  delivered_at BIGINT
);
CREATE INDEX audit_checkpoint_at ON audit_checkpoint (at);
CREATE INDEX audit_checkpoint_waiting ON audit_checkpoint (size) WHERE delivered_at IS NULL;

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
