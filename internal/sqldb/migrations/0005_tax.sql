-- +goose Up
-- What is taxed, who is taxed, where, how much. Rates are in parts per million.

INSERT INTO version (topic, value) VALUES ('tax', 1);

-- kind is 'product' or 'customer'. product.tax_class and customer_group.tax_class hold the code.
CREATE TABLE tax_class (
  id {{pk}},
  kind {{text}} NOT NULL,
  code {{text}} NOT NULL,
  name {{text}} NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tax_class_code ON tax_class (kind, code);
INSERT INTO tax_class (kind, code, name, created_at) VALUES ('product', 'none', 'None', 0);
INSERT INTO tax_class (kind, code, name, created_at) VALUES ('product', 'taxable', 'Taxable Goods', 0);
INSERT INTO tax_class (kind, code, name, created_at) VALUES ('product', 'shipping', 'Shipping', 0);
INSERT INTO tax_class (kind, code, name, created_at) VALUES ('customer', 'retail', 'Retail Customer', 0);

ALTER TABLE customer_group ADD COLUMN tax_class {{text}} NOT NULL DEFAULT 'retail';
UPDATE product SET tax_class = 'taxable' WHERE tax_class IN ('', 'Taxable Goods');
UPDATE product SET tax_class = 'none' WHERE tax_class = 'None';

-- region is '*' or what addresses call it; postcode is '*', '941*', '90000-96999' or one postcode.
CREATE TABLE tax_rate (
  id {{pk}},
  code {{text}} NOT NULL UNIQUE,
  country {{text}} NOT NULL,
  region {{text}} NOT NULL,
  postcode {{text}} NOT NULL,
  ppm BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX tax_rate_country ON tax_rate (country, code);
-- What customers read instead of the code.
CREATE TABLE tax_rate_title (
  rate_id BIGINT NOT NULL REFERENCES tax_rate(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  title {{text}} NOT NULL,
  PRIMARY KEY (rate_id, store_view_id)
);

-- Rules of one priority add up; a higher one is charged on top, unless on_subtotal.
CREATE TABLE tax_rule (
  id {{pk}},
  name {{text}} NOT NULL UNIQUE,
  priority BIGINT NOT NULL,
  on_subtotal BOOLEAN NOT NULL,
  sort_order BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE tax_rule_rate (
  rule_id BIGINT NOT NULL REFERENCES tax_rule(id) ON DELETE CASCADE,
  rate_id BIGINT NOT NULL REFERENCES tax_rate(id),
  PRIMARY KEY (rule_id, rate_id)
);
CREATE INDEX tax_rule_rate_rate ON tax_rule_rate (rate_id);
CREATE TABLE tax_rule_class (
  rule_id BIGINT NOT NULL REFERENCES tax_rule(id) ON DELETE CASCADE,
  kind {{text}} NOT NULL,
  code {{text}} NOT NULL,
  PRIMARY KEY (rule_id, kind, code)
);
CREATE INDEX tax_rule_class_code ON tax_rule_class (kind, code);

-- Who else gets a letter, unseen by the others: addresses with commas between them.
ALTER TABLE mail_outbox ADD COLUMN bcc {{text}} NOT NULL DEFAULT '';

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
