-- +goose Up
-- Oversight of Login as Customer: who is watched, asked, stopped and reviewed.
INSERT INTO version (topic, value) VALUES ('assist_stop', 1), ('assist_waiting', 1);
-- Customers of a VIP group are watched: a second approval, an alert.
ALTER TABLE customer_group ADD COLUMN vip BOOLEAN NOT NULL DEFAULT FALSE;

-- The emergency stop: in force while a row has no lifted_at.
CREATE TABLE assist_stop (
  id {{pk}},
  reason {{text}} NOT NULL,
  stopped_at BIGINT NOT NULL,
  stopped_by {{text}} NOT NULL,
  lifted_at BIGINT,
  lifted_by {{text}} NOT NULL DEFAULT '',
  note {{text}} NOT NULL DEFAULT ''
);
CREATE INDEX assist_stop_lifted ON assist_stop (lifted_at);

-- Requests for a second person's approval. state: pending, approved, declined, withdrawn, taken_back.
CREATE TABLE assist_approval (
  id {{pk}},
  state {{text}} NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name {{text}} NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name {{text}} NOT NULL,
  website_id BIGINT NOT NULL,
  reason_code {{text}} NOT NULL,
  reason {{text}} NOT NULL,
  words {{text}} NOT NULL,
  ticket {{text}} NOT NULL,
  minutes BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  lapses_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by_id BIGINT NOT NULL DEFAULT 0,
  decided_by {{text}} NOT NULL DEFAULT '',
  note {{text}} NOT NULL DEFAULT '',
  valid_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX assist_approval_pair ON assist_approval (admin_user_id, customer_id, state, valid_until);
CREATE INDEX assist_approval_state ON assist_approval (state, id);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
