-- +goose Up
-- The outbox as staff see it. store_view_id is the view a letter was written for, order_id the order it is about.
-- keep_body: the letter has nothing secret, such as a link that works once, and stays readable after it was sent.
ALTER TABLE mail_outbox ADD COLUMN store_view_id BIGINT;
ALTER TABLE mail_outbox ADD COLUMN order_id BIGINT;
ALTER TABLE mail_outbox ADD COLUMN keep_body BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE mail_outbox ADD COLUMN recipient_key {{text}} NOT NULL DEFAULT '';
UPDATE mail_outbox SET recipient_key = lower(recipient);
CREATE INDEX mail_outbox_recipient ON mail_outbox (recipient_key, id);
CREATE INDEX mail_outbox_kind ON mail_outbox (kind, id);
CREATE INDEX mail_outbox_view ON mail_outbox (store_view_id, id);
CREATE INDEX mail_outbox_order ON mail_outbox (order_id, id) WHERE order_id IS NOT NULL;
CREATE INDEX mail_outbox_unsent ON mail_outbox (id) WHERE sent_at IS NULL;

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
