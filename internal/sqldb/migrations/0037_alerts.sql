-- +goose Up
-- What is noticed about Login as Customer, who is told, and what is looked at afterwards.
INSERT INTO version (topic, value) VALUES ('assist_watch', 1);
-- key says what an alert is about, so that one matter is told once. state: open, seen.
CREATE TABLE assist_alert (
  id {{pk}},
  kind {{text}} NOT NULL,
  key {{text}} NOT NULL UNIQUE,
  state {{text}} NOT NULL,
  at BIGINT NOT NULL,
  summary {{text}} NOT NULL,
  website_id BIGINT NOT NULL,
  impersonation_id BIGINT NOT NULL,
  stay {{text}} NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name {{text}} NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name {{text}} NOT NULL,
  seen_at BIGINT,
  seen_by {{text}} NOT NULL DEFAULT '',
  note {{text}} NOT NULL DEFAULT ''
);
CREATE INDEX assist_alert_state ON assist_alert (state, id);
CREATE INDEX assist_alert_kind ON assist_alert (kind, id);
CREATE INDEX assist_alert_stay ON assist_alert (impersonation_id);

-- Stays that a second person looks at afterwards. why: sample, alert. state: open, fine, attention.
CREATE TABLE assist_review (
  id {{pk}},
  impersonation_id BIGINT NOT NULL UNIQUE,
  admin_user_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  why {{text}} NOT NULL,
  state {{text}} NOT NULL,
  picked_at BIGINT NOT NULL,
  reviewed_at BIGINT,
  reviewer {{text}} NOT NULL DEFAULT '',
  note {{text}} NOT NULL DEFAULT ''
);
CREATE INDEX assist_review_state ON assist_review (state, id);

-- The secret by which the sample is drawn: nobody can tell beforehand which stay is looked at.
CREATE TABLE assist_draw (
  id BIGINT NOT NULL PRIMARY KEY,
  secret {{text}} NOT NULL
);

-- Webhooks that wait, were delivered, or were given up.
CREATE TABLE webhook_delivery (
  id {{pk}},
  message {{text}} NOT NULL UNIQUE,
  kind {{text}} NOT NULL,
  url {{text}} NOT NULL,
  body {{text}} NOT NULL,
  created_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  sent_at BIGINT,
  status BIGINT NOT NULL DEFAULT 0,
  last_error {{text}} NOT NULL DEFAULT ''
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (sent_at, next_try_at);
CREATE INDEX webhook_delivery_created ON webhook_delivery (created_at);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
