-- +goose Up
-- Second factors of Admin users. secret is sealed by a key that is no part of
-- the database; credential is the public half of a passkey.
CREATE TABLE admin_factor (
  id {{pk}},
  admin_user_id BIGINT NOT NULL REFERENCES admin_user(id) ON DELETE CASCADE,
  kind {{text}} NOT NULL,
  name {{text}} NOT NULL,
  secret {{text}} NOT NULL DEFAULT '',
  last_step BIGINT NOT NULL DEFAULT 0,
  credential_id {{text}} UNIQUE,
  credential {{text}} NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);
CREATE INDEX admin_factor_user ON admin_factor (admin_user_id, id);

CREATE TABLE admin_recovery_code (
  id {{pk}},
  admin_user_id BIGINT NOT NULL REFERENCES admin_user(id) ON DELETE CASCADE,
  code_hash {{text}} NOT NULL,
  used_at BIGINT,
  UNIQUE (admin_user_id, code_hash)
);

-- Something an Admin user has begun and must finish with a factor within
-- minutes: signing in, adding a factor, confirming that it is them.
CREATE TABLE admin_ceremony (
  id {{pk}},
  token_hash {{text}} NOT NULL UNIQUE,
  purpose {{text}} NOT NULL,
  admin_user_id BIGINT NOT NULL REFERENCES admin_user(id) ON DELETE CASCADE,
  data {{text}} NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX admin_ceremony_user ON admin_ceremony (admin_user_id, purpose);
CREATE INDEX admin_ceremony_expires ON admin_ceremony (expires_at);

-- When the Admin user last proved, beyond the password, that it is them.
ALTER TABLE admin_session ADD COLUMN confirmed_at BIGINT;

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
