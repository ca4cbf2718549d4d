-- +goose Up
-- What the Assistance Report counts: customers by their answer within a website, and answers by day.
CREATE INDEX customer_website_assistance ON customer (website_id, assistance);
CREATE INDEX consent_event_at ON consent_event (at, id);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
