-- +goose Up
-- What a cart becomes an order with: rates of delivery, what was chosen in the checkout, and payment links.

-- Table rates: where to, and from how much on. '*' is any country, region or postcode; a postcode may end in '*'.
-- measure: weight (grams), subtotal (minor units), items (pieces).
CREATE TABLE shipping_rate (
  id {{pk}},
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  measure {{text}} NOT NULL,
  country {{text}} NOT NULL,
  region {{text}} NOT NULL,
  postcode {{text}} NOT NULL,
  from_value BIGINT NOT NULL,
  price BIGINT NOT NULL,
  UNIQUE (website_id, measure, country, region, postcode, from_value)
);

-- What has been entered on the way to an order, one row for each cart. Addresses are JSON: they are copied into the order, never searched.
CREATE TABLE checkout (
  cart_id BIGINT PRIMARY KEY REFERENCES cart(id) ON DELETE CASCADE,
  email {{text}} NOT NULL DEFAULT '',
  shipping_address {{text}} NOT NULL DEFAULT '{}',
  billing_address {{text}} NOT NULL DEFAULT '{}',
  billing_same BOOLEAN NOT NULL DEFAULT TRUE,
  shipping_method {{text}} NOT NULL DEFAULT '',
  payment_method {{text}} NOT NULL DEFAULT '',
  po_number {{text}} NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL
);

-- A way to pay one order without signing in. Only the token's hash is kept.
CREATE TABLE payment_link (
  id {{pk}},
  token_hash {{text}} NOT NULL UNIQUE,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX payment_link_order ON payment_link (order_id, id);

-- A provider's messages that were acted on: the same one twice does nothing.
CREATE TABLE payment_event (
  provider {{text}} NOT NULL,
  event_id {{text}} NOT NULL,
  order_id BIGINT NOT NULL,
  kind {{text}} NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (provider, event_id)
);

-- What was begun at a provider for an order, by the provider's own reference.
-- state: open, authorized, captured, voided, failed.
CREATE TABLE payment_intent (
  id {{pk}},
  provider {{text}} NOT NULL,
  reference {{text}} NOT NULL,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  amount BIGINT NOT NULL,
  currency {{text}} NOT NULL,
  state {{text}} NOT NULL,
  captured BIGINT NOT NULL DEFAULT 0,
  refunded BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (provider, reference)
);
CREATE INDEX payment_intent_order ON payment_intent (order_id, id);
CREATE INDEX payment_intent_open ON payment_intent (expires_at) WHERE state = 'open';

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
