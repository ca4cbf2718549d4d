-- +goose Up
-- An answer names itself, where it was given, the request it belongs to (0: the general answer), and its receipt:
-- a signed note, or the same text unsigned where there is no key.
ALTER TABLE consent_event ADD COLUMN public_id {{text}} NOT NULL DEFAULT '';
ALTER TABLE consent_event ADD COLUMN request_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consent_event ADD COLUMN scope {{text}} NOT NULL DEFAULT '';
ALTER TABLE consent_event ADD COLUMN website_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consent_event ADD COLUMN store_view_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consent_event ADD COLUMN ip {{text}} NOT NULL DEFAULT '';
ALTER TABLE consent_event ADD COLUMN receipt {{text}} NOT NULL DEFAULT '';
CREATE INDEX consent_event_latest ON consent_event (customer_id, request_id, id);

-- One Admin user's question to one customer, and the answer. open: waits for an answer, or is a grant that counts.
-- No foreign keys: rows outlive both people.
CREATE TABLE assist_request (
  id {{pk}},
  public_id {{text}} NOT NULL UNIQUE,
  state {{text}} NOT NULL,
  open BOOLEAN NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name {{text}} NOT NULL,
  website_id BIGINT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name {{text}} NOT NULL,
  admin_username {{text}} NOT NULL,
  role_name {{text}} NOT NULL,
  reason_code {{text}} NOT NULL,
  reason {{text}} NOT NULL,
  ticket {{text}} NOT NULL,
  scope {{text}} NOT NULL,
  minutes BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  answer_by BIGINT NOT NULL,
  answered_at BIGINT,
  channel {{text}} NOT NULL DEFAULT '',
  granted_until BIGINT,
  event_id BIGINT,
  closed_at BIGINT,
  token_hash {{text}} UNIQUE,
  code_hash {{text}} NOT NULL DEFAULT '',
  code_expires_at BIGINT,
  code_tries BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX assist_request_open ON assist_request (customer_id, admin_user_id) WHERE open;
CREATE INDEX assist_request_customer ON assist_request (customer_id, asked_at, id);
CREATE INDEX assist_request_admin ON assist_request (admin_user_id, asked_at, id);
CREATE INDEX assist_request_due ON assist_request (open, state, answer_by);

-- The request a stay rests on (0: the general consent or the policy), and what it may change ('': everything).
ALTER TABLE impersonation ADD COLUMN request_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE impersonation ADD COLUMN scope {{text}} NOT NULL DEFAULT '';

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
