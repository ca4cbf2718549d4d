-- +goose Up
-- The log and what vouches for it are append-only: whoever writes with this program's connection is refused by
-- the database itself. Rows leave the log only when a registered archive has them. Twin: _postgres.
CREATE TABLE audit_term (
  term TEXT NOT NULL,
  block BIGINT NOT NULL,
  PRIMARY KEY (term, block)
) WITHOUT ROWID;
-- +goose StatementBegin
CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log WHEN NOT EXISTS (
  SELECT 1 FROM audit_seal s, audit_archive a WHERE s.audit_id = OLD.id AND a.next_position > s.position AND a.first_position <= s.position)
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal
BEGIN
  SELECT RAISE(ABORT, 'audit_seal is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_seal_delete BEFORE DELETE ON audit_seal
BEGIN
  SELECT RAISE(ABORT, 'audit_seal is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hash_update BEFORE UPDATE ON audit_hash
BEGIN
  SELECT RAISE(ABORT, 'audit_hash is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_hash_delete BEFORE DELETE ON audit_hash
BEGIN
  SELECT RAISE(ABORT, 'audit_hash is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoint_update BEFORE UPDATE ON audit_checkpoint
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoint is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoint_delete BEFORE DELETE ON audit_checkpoint
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoint is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_archive_update BEFORE UPDATE ON audit_archive
BEGIN
  SELECT RAISE(ABORT, 'audit_archive is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_archive_delete BEFORE DELETE ON audit_archive
BEGIN
  SELECT RAISE(ABORT, 'audit_archive is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_archive_removed_update BEFORE UPDATE ON audit_archive_removed
BEGIN
  SELECT RAISE(ABORT, 'audit_archive_removed is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_archive_removed_delete BEFORE DELETE ON audit_archive_removed
BEGIN
  SELECT RAISE(ABORT, 'audit_archive_removed is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER consent_event_update BEFORE UPDATE ON consent_event
BEGIN
  SELECT RAISE(ABORT, 'consent_event is append-only');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER consent_event_delete BEFORE DELETE ON consent_event
BEGIN
  SELECT RAISE(ABORT, 'consent_event is append-only');
END;
-- +goose StatementEnd

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
