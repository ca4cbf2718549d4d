-- +goose Up
-- When the Admin user chose to see the customer's personal data in this stay; NULL: it is masked where the website says so.
ALTER TABLE impersonation ADD COLUMN revealed_at BIGINT;

-- What a stay changed, with the values before and after: what undoing it needs. It is kept beside the action log,
-- not in it, because it may be forgotten: with the customer, and after a while. edits is a JSON list.
CREATE TABLE assist_change (
  id {{pk}},
  impersonation_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  action {{text}} NOT NULL,
  details {{text}} NOT NULL,
  edits {{text}} NOT NULL,
  at BIGINT NOT NULL,
  undone_at BIGINT,
  undone_by {{text}} NOT NULL DEFAULT ''
);
CREATE INDEX assist_change_stay ON assist_change (impersonation_id, id);
CREATE INDEX assist_change_customer ON assist_change (customer_id);
CREATE INDEX assist_change_at ON assist_change (at);

-- A change that an Admin user has prepared for the customer to decide. edits as above; at most one draft for a stay.
CREATE TABLE assist_proposal (
  id {{pk}},
  public_id {{text}} NOT NULL UNIQUE,
  impersonation_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name {{text}} NOT NULL,
  role_name {{text}} NOT NULL,
  state {{text}} NOT NULL,
  note {{text}} NOT NULL DEFAULT '',
  edits {{text}} NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  expires_at BIGINT,
  decided_at BIGINT
);
CREATE INDEX assist_proposal_customer ON assist_proposal (customer_id, state, id);
CREATE UNIQUE INDEX assist_proposal_draft ON assist_proposal (impersonation_id) WHERE state = 'draft';
CREATE INDEX assist_proposal_stay ON assist_proposal (impersonation_id, id);
CREATE INDEX assist_proposal_created ON assist_proposal (created_at);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
