-- +goose Up
-- The log and what vouches for it are append-only: whoever writes with this program's connection is refused by
-- the database itself. Rows leave the log only when a registered archive has them. Twin: _sqlite.
CREATE TABLE audit_term (
  term {{text}} NOT NULL,
  block BIGINT NOT NULL,
  PRIMARY KEY (term, block)
);
-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION audit_archived_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM audit_seal s, audit_archive a
      WHERE s.audit_id = OLD.id AND a.next_position > s.position AND a.first_position <= s.position) THEN
    RAISE EXCEPTION 'audit_log is append-only';
  END IF;
  RETURN OLD;
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_archived_only();
CREATE TRIGGER audit_log_truncate BEFORE TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_seal_update BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_seal_truncate BEFORE TRUNCATE ON audit_seal FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_hash_update BEFORE UPDATE OR DELETE ON audit_hash FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_hash_truncate BEFORE TRUNCATE ON audit_hash FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_checkpoint_update BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_checkpoint_truncate BEFORE TRUNCATE ON audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_archive_update BEFORE UPDATE OR DELETE ON audit_archive FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_archive_truncate BEFORE TRUNCATE ON audit_archive FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_archive_removed_update BEFORE UPDATE OR DELETE ON audit_archive_removed FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_archive_removed_truncate BEFORE TRUNCATE ON audit_archive_removed FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER consent_event_update BEFORE UPDATE OR DELETE ON consent_event FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER consent_event_truncate BEFORE TRUNCATE ON consent_event FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
