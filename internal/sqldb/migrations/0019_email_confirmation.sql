-- +goose Up
-- Links by which customers confirm the e-mail address of a new account: one for
-- each account at most, gone when it is used.
CREATE TABLE email_confirmation (
  token_hash {{text}} NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX email_confirmation_customer ON email_confirmation (customer_id);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
