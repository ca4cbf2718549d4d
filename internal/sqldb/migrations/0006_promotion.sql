-- +goose Up
-- Cart price rules, their coupons, and what a cart keeps of both.

INSERT INTO version (topic, value) VALUES ('promotion', 1);

-- coupon_kind: none, specific, generated. conditions and only_items are JSON: they are read with the rule and never searched.
-- discount says what amount and step mean: by_percent (parts per million), by_fixed and cart_fixed (minor units), buy_x_get_y (step, amount pieces).
CREATE TABLE cart_rule (
  id {{pk}},
  name {{text}} NOT NULL,
  name_key {{text}} NOT NULL,
  description {{text}} NOT NULL DEFAULT '',
  active BOOLEAN NOT NULL,
  from_at BIGINT,
  until_at BIGINT,
  coupon_kind {{text}} NOT NULL,
  uses_per_coupon BIGINT NOT NULL DEFAULT 0,
  uses_per_customer BIGINT NOT NULL DEFAULT 0,
  priority BIGINT NOT NULL DEFAULT 0,
  stop_others BOOLEAN NOT NULL,
  match_any BOOLEAN NOT NULL,
  conditions {{text}} NOT NULL DEFAULT '[]',
  only_any BOOLEAN NOT NULL,
  only_items {{text}} NOT NULL DEFAULT '[]',
  discount {{text}} NOT NULL,
  amount BIGINT NOT NULL,
  step BIGINT NOT NULL DEFAULT 0,
  max_qty BIGINT NOT NULL DEFAULT 0,
  to_shipping BOOLEAN NOT NULL,
  free_shipping BOOLEAN NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX cart_rule_open ON cart_rule (coupon_kind, active);
CREATE TABLE cart_rule_website (
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  PRIMARY KEY (rule_id, website_id)
);
CREATE INDEX cart_rule_website_website ON cart_rule_website (website_id);
CREATE TABLE cart_rule_group (
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL REFERENCES customer_group(id) ON DELETE CASCADE,
  PRIMARY KEY (rule_id, group_id)
);
CREATE INDEX cart_rule_group_group ON cart_rule_group (group_id);
-- What shoppers read; store_view_id 0 is all views without words of their own.
CREATE TABLE cart_rule_label (
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  label {{text}} NOT NULL,
  PRIMARY KEY (rule_id, store_view_id)
);

-- code_key is the code as it is compared: in capitals. uses counts orders that were not wholly canceled.
CREATE TABLE coupon (
  id {{pk}},
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  code {{text}} NOT NULL,
  code_key {{text}} NOT NULL UNIQUE,
  uses BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX coupon_rule ON coupon (rule_id, id);
-- How often a customer's orders had a rule.
CREATE TABLE cart_rule_customer (
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  uses BIGINT NOT NULL,
  PRIMARY KEY (customer_id, rule_id)
);
CREATE INDEX cart_rule_customer_rule ON cart_rule_customer (rule_id);

-- coupon_code as it was typed; the estimate of the cart's page: where to, and which way of delivery.
ALTER TABLE cart ADD COLUMN coupon_code {{text}} NOT NULL DEFAULT '';
ALTER TABLE cart ADD COLUMN estimate_country {{text}} NOT NULL DEFAULT '';
ALTER TABLE cart ADD COLUMN estimate_region {{text}} NOT NULL DEFAULT '';
ALTER TABLE cart ADD COLUMN estimate_postcode {{text}} NOT NULL DEFAULT '';
ALTER TABLE cart ADD COLUMN shipping_method {{text}} NOT NULL DEFAULT '';

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
