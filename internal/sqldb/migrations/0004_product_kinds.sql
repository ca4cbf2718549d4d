-- +goose Up
-- Configurable and virtual products (product.kind: simple, configurable, virtual), and prices by quantity.

-- What the variants of a configurable product differ in: attribute codes.
CREATE TABLE product_axis (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  code {{text}} NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (product_id, code)
);
-- choice is the variant's value on each axis in the axes' order: JSON, the same text for the same choice.
CREATE TABLE product_variant (
  parent_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  child_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  choice {{text}} NOT NULL,
  PRIMARY KEY (parent_id, child_id),
  UNIQUE (parent_id, choice)
);
CREATE INDEX product_variant_child ON product_variant (child_id);
-- A configurable product's own stock is worked out too: manage_stock, with nothing on hand, when none of its
-- variants can be sold. Its price row is worked out from its variants: it says that it is sold there, and
-- price is the lowest regular price, for lists of the Admin.
ALTER TABLE product_price ADD COLUMN of_variants BOOLEAN NOT NULL DEFAULT FALSE;
-- What lists are narrowed by: a product's attributes, and of a configurable product its variants' too.
CREATE TABLE product_facet (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  code {{text}} NOT NULL,
  value {{text}} NOT NULL,
  PRIMARY KEY (product_id, code, value)
);
CREATE INDEX product_facet_value ON product_facet (code, value, product_id);
INSERT INTO product_facet (product_id, code, value) SELECT product_id, code, value FROM product_attribute;
-- group_id 0 is all groups. From min_qty pieces of a line on, each costs price.
CREATE TABLE product_tier_price (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL,
  min_qty BIGINT NOT NULL,
  price BIGINT NOT NULL,
  PRIMARY KEY (product_id, website_id, group_id, min_qty)
);
CREATE INDEX product_tier_price_website ON product_tier_price (website_id);
-- The configurable product that a line was chosen at: its name and page are shown.
ALTER TABLE cart_item ADD COLUMN parent_product_id BIGINT;

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
