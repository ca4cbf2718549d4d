-- +goose Up
-- The Actions Report's saved filters, the archive of the action log, and how far outside sinks have it.
CREATE TABLE audit_filter (
  id {{pk}},
  admin_user_id BIGINT NOT NULL,
  name {{text}} NOT NULL,
  query {{text}} NOT NULL,
  shared BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (admin_user_id, name)
);

-- A stretch of the sealed order that was written to a file; manifest is signed with the key that signs checkpoints.
CREATE TABLE audit_archive (
  id {{pk}},
  first_position BIGINT NOT NULL UNIQUE,
  next_position BIGINT NOT NULL UNIQUE,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  file {{text}} NOT NULL,
  bytes BIGINT NOT NULL,
  manifest {{text}} NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE audit_archive_removed (
  archive_id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL
);
-- Rows of archives that were imported again, to be searched; never sealed, never mixed with the log.
CREATE TABLE audit_restored (
  archive_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  action {{text}} NOT NULL,
  action_group {{text}} NOT NULL,
  report_group {{text}} NOT NULL,
  result {{text}} NOT NULL,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  subject_id BIGINT NOT NULL,
  subject_name {{text}} NOT NULL,
  impersonation_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  ip {{text}} NOT NULL,
  request_id {{text}} NOT NULL,
  route {{text}} NOT NULL,
  object_kind {{text}} NOT NULL,
  object_id {{text}} NOT NULL,
  details {{text}} NOT NULL,
  data {{text}} NOT NULL
);
CREATE INDEX audit_restored_archive ON audit_restored (archive_id);
CREATE INDEX audit_restored_at ON audit_restored (at, id);
CREATE INDEX audit_restored_group ON audit_restored (report_group, at, id);
CREATE INDEX audit_restored_subject ON audit_restored (subject_id, at, id);
CREATE INDEX audit_restored_stay ON audit_restored (impersonation_id, id);

-- How far each sink has the checkpoints, and since when it fails.
CREATE TABLE audit_delivery (
  sink {{text}} NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,
  failing_since BIGINT,
  last_error {{text}} NOT NULL DEFAULT ''
);
INSERT INTO audit_delivery (sink, size, at)
  SELECT 'file', MAX(size), MAX(delivered_at) FROM audit_checkpoint WHERE delivered_at IS NOT NULL HAVING MAX(size) IS NOT NULL;
-- One row: everything up to covered_id was sealed and delivered by covered_at. Impersonation asks for it.
CREATE TABLE audit_cover (
  id BIGINT NOT NULL PRIMARY KEY,
  covered_id BIGINT NOT NULL,
  covered_at BIGINT NOT NULL
);
-- Blocks of 512 ids whose words are in audit_term: what the report's filters find a place by.
CREATE TABLE audit_block (
  block BIGINT NOT NULL PRIMARY KEY,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);
CREATE INDEX audit_block_first ON audit_block (first_at);
CREATE INDEX audit_block_last ON audit_block (last_at);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
