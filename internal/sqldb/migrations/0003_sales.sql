-- +goose Up
-- Orders and their documents. Amounts are minor units of the order's currency; a quantity is a whole number.
-- A document is a snapshot: nothing here refers to an address, a price or a name that may change later.

-- One row for each kind of document and store view; taken inside the transaction, so numbers have no gaps.
CREATE TABLE sales_sequence (
  kind {{text}} NOT NULL,
  store_view_id BIGINT NOT NULL,
  next BIGINT NOT NULL,
  PRIMARY KEY (kind, store_view_id)
);

-- paid, refunded … are running sums over the documents. actor_… is who placed it, impersonation_id in which stay.
-- discount and shipping_discount are positive. tax holds the lines' tax and shipping_tax.
-- compensation is the discount tax compensation of prices that include tax (rule R4).
-- paying_id is the transaction that a provider is being asked for: meanwhile no other document is made.
CREATE TABLE sales_order (
  id {{pk}},
  public_id {{text}} NOT NULL UNIQUE,
  number {{text}} NOT NULL UNIQUE,
  place_key {{text}} UNIQUE,
  source {{text}} NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  customer_id BIGINT,
  group_id BIGINT NOT NULL,
  email {{text}} NOT NULL,
  email_key {{text}} NOT NULL,
  first_name {{text}} NOT NULL,
  last_name {{text}} NOT NULL,
  bill_name {{text}} NOT NULL,
  bill_key {{text}} NOT NULL,
  ship_name {{text}} NOT NULL,
  ship_key {{text}} NOT NULL,
  state {{text}} NOT NULL,
  status {{text}} NOT NULL,
  held_state {{text}} NOT NULL DEFAULT '',
  held_status {{text}} NOT NULL DEFAULT '',
  currency {{text}} NOT NULL,
  base_currency {{text}} NOT NULL,
  base_rate_ppm BIGINT NOT NULL DEFAULT 1000000,
  virtual BOOLEAN NOT NULL,
  prices_include_tax BOOLEAN NOT NULL,
  total_qty BIGINT NOT NULL,
  weight_grams BIGINT NOT NULL DEFAULT 0,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  shipping_discount BIGINT NOT NULL,
  shipping_tax BIGINT NOT NULL,
  shipping_compensation BIGINT NOT NULL DEFAULT 0,
  tax BIGINT NOT NULL,
  compensation BIGINT NOT NULL,
  grand_total BIGINT NOT NULL,
  invoiced BIGINT NOT NULL DEFAULT 0,
  canceled BIGINT NOT NULL DEFAULT 0,
  paid BIGINT NOT NULL DEFAULT 0,
  refunded BIGINT NOT NULL DEFAULT 0,
  shipping_invoiced BIGINT NOT NULL DEFAULT 0,
  shipping_tax_invoiced BIGINT NOT NULL DEFAULT 0,
  shipping_canceled BIGINT NOT NULL DEFAULT 0,
  shipping_refunded BIGINT NOT NULL DEFAULT 0,
  shipping_tax_refunded BIGINT NOT NULL DEFAULT 0,
  shipping_discount_refunded BIGINT NOT NULL DEFAULT 0,
  shipping_compensation_refunded BIGINT NOT NULL DEFAULT 0,
  tax_lines {{text}} NOT NULL DEFAULT '[]',
  coupon {{text}} NOT NULL DEFAULT '',
  discount_label {{text}} NOT NULL DEFAULT '',
  rule_ids {{text}} NOT NULL DEFAULT '[]',
  shipping_method {{text}} NOT NULL,
  shipping_title {{text}} NOT NULL,
  payment_method {{text}} NOT NULL,
  payment_title {{text}} NOT NULL,
  po_number {{text}} NOT NULL DEFAULT '',
  parent_id BIGINT,
  child_id BIGINT,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  impersonation_id BIGINT,
  ip {{text}} NOT NULL DEFAULT '',
  paying_id BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX sales_order_created ON sales_order (created_at, id);
CREATE INDEX sales_order_customer ON sales_order (customer_id, created_at, id) WHERE customer_id IS NOT NULL;
CREATE INDEX sales_order_status ON sales_order (status, created_at, id);
CREATE INDEX sales_order_email ON sales_order (email_key, id);
CREATE INDEX sales_order_bill ON sales_order (bill_key, id);
CREATE INDEX sales_order_ship ON sales_order (ship_key, id);
CREATE INDEX sales_order_website ON sales_order (website_id, created_at, id);
CREATE INDEX sales_order_total ON sales_order (grand_total, id);
CREATE INDEX sales_order_unpaid ON sales_order (created_at, id) WHERE state = 'pending_payment';
CREATE INDEX sales_order_stay ON sales_order (impersonation_id) WHERE impersonation_id IS NOT NULL;
-- What the keyword box finds an order by, folded: number, number without zeros, e-mail, names from each word.
-- shared works as in customer_term.
CREATE TABLE sales_order_term (
  term {{text}} NOT NULL,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  shared BIGINT NOT NULL,
  PRIMARY KEY (term, order_id, shared)
);
CREATE INDEX sales_order_term_order ON sales_order_term (order_id);

CREATE TABLE sales_order_address (
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  kind {{text}} NOT NULL,
  first_name {{text}} NOT NULL,
  last_name {{text}} NOT NULL,
  company {{text}} NOT NULL DEFAULT '',
  street {{text}} NOT NULL,
  city {{text}} NOT NULL,
  region {{text}} NOT NULL DEFAULT '',
  postcode {{text}} NOT NULL DEFAULT '',
  country {{text}} NOT NULL,
  phone {{text}} NOT NULL DEFAULT '',
  vat_id {{text}} NOT NULL DEFAULT '',
  PRIMARY KEY (order_id, kind)
);

-- price is the unit price without tax, price_incl_tax with; row_total is without tax, before discount.
-- …_invoiced, …_canceled, …_refunded are running sums (rule R6: the last unit takes the remainder).
-- qty_dropped of the refunded pieces were never shipped and never will be.
-- reserved is how many pieces this line still holds in stock: product.reserved is their sum.
CREATE TABLE sales_order_item (
  id {{pk}},
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  product_id BIGINT,
  parent_product_id BIGINT,
  sku {{text}} NOT NULL,
  name {{text}} NOT NULL,
  options {{text}} NOT NULL DEFAULT '[]',
  kind {{text}} NOT NULL,
  virtual BOOLEAN NOT NULL,
  tax_class {{text}} NOT NULL DEFAULT '',
  weight_grams BIGINT NOT NULL DEFAULT 0,
  price BIGINT NOT NULL,
  price_incl_tax BIGINT NOT NULL,
  original_price BIGINT NOT NULL,
  tax_ppm BIGINT NOT NULL,
  qty BIGINT NOT NULL,
  qty_invoiced BIGINT NOT NULL DEFAULT 0,
  qty_shipped BIGINT NOT NULL DEFAULT 0,
  qty_canceled BIGINT NOT NULL DEFAULT 0,
  qty_refunded BIGINT NOT NULL DEFAULT 0,
  qty_dropped BIGINT NOT NULL DEFAULT 0,
  reserved BIGINT NOT NULL DEFAULT 0,
  row_total BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  compensation BIGINT NOT NULL,
  row_invoiced BIGINT NOT NULL DEFAULT 0,
  discount_invoiced BIGINT NOT NULL DEFAULT 0,
  tax_invoiced BIGINT NOT NULL DEFAULT 0,
  compensation_invoiced BIGINT NOT NULL DEFAULT 0,
  row_canceled BIGINT NOT NULL DEFAULT 0,
  discount_canceled BIGINT NOT NULL DEFAULT 0,
  tax_canceled BIGINT NOT NULL DEFAULT 0,
  compensation_canceled BIGINT NOT NULL DEFAULT 0,
  row_refunded BIGINT NOT NULL DEFAULT 0,
  discount_refunded BIGINT NOT NULL DEFAULT 0,
  tax_refunded BIGINT NOT NULL DEFAULT 0,
  compensation_refunded BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sales_order_item_order ON sales_order_item (order_id, position);
CREATE INDEX sales_order_item_reserved ON sales_order_item (product_id) WHERE reserved > 0;

-- state: open, paid, canceled.
CREATE TABLE sales_invoice (
  id {{pk}},
  number {{text}} NOT NULL UNIQUE,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  state {{text}} NOT NULL,
  total_qty BIGINT NOT NULL,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  shipping_discount BIGINT NOT NULL,
  shipping_tax BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  compensation BIGINT NOT NULL,
  grand_total BIGINT NOT NULL,
  refunded BIGINT NOT NULL DEFAULT 0,
  shipping_refunded BIGINT NOT NULL DEFAULT 0,
  transaction_ref {{text}} NOT NULL DEFAULT '',
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX sales_invoice_order ON sales_invoice (order_id, id);
CREATE INDEX sales_invoice_created ON sales_invoice (created_at, id);
CREATE INDEX sales_invoice_state ON sales_invoice (state, created_at, id);
CREATE INDEX sales_invoice_total ON sales_invoice (grand_total, id);
CREATE TABLE sales_invoice_item (
  invoice_id BIGINT NOT NULL REFERENCES sales_invoice(id) ON DELETE CASCADE,
  order_item_id BIGINT NOT NULL REFERENCES sales_order_item(id),
  qty BIGINT NOT NULL,
  row_total BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  compensation BIGINT NOT NULL,
  qty_refunded BIGINT NOT NULL DEFAULT 0,
  row_refunded BIGINT NOT NULL DEFAULT 0,
  discount_refunded BIGINT NOT NULL DEFAULT 0,
  tax_refunded BIGINT NOT NULL DEFAULT 0,
  compensation_refunded BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (invoice_id, order_item_id)
);
CREATE INDEX sales_invoice_item_item ON sales_invoice_item (order_item_id);

CREATE TABLE sales_shipment (
  id {{pk}},
  number {{text}} NOT NULL UNIQUE,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  total_qty BIGINT NOT NULL,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX sales_shipment_order ON sales_shipment (order_id, id);
CREATE INDEX sales_shipment_created ON sales_shipment (created_at, id);
CREATE TABLE sales_shipment_item (
  shipment_id BIGINT NOT NULL REFERENCES sales_shipment(id) ON DELETE CASCADE,
  order_item_id BIGINT NOT NULL REFERENCES sales_order_item(id),
  qty BIGINT NOT NULL,
  PRIMARY KEY (shipment_id, order_item_id)
);
CREATE INDEX sales_shipment_item_item ON sales_shipment_item (order_item_id);
CREATE TABLE sales_track (
  id {{pk}},
  shipment_id BIGINT NOT NULL REFERENCES sales_shipment(id) ON DELETE CASCADE,
  carrier {{text}} NOT NULL,
  title {{text}} NOT NULL,
  number {{text}} NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX sales_track_shipment ON sales_track (shipment_id, id);

-- invoice_id NULL: made from the order. online: the provider gave the money back.
CREATE TABLE sales_credit_memo (
  id {{pk}},
  number {{text}} NOT NULL UNIQUE,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  invoice_id BIGINT REFERENCES sales_invoice(id),
  online BOOLEAN NOT NULL,
  total_qty BIGINT NOT NULL,
  subtotal BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  shipping BIGINT NOT NULL,
  shipping_discount BIGINT NOT NULL DEFAULT 0,
  shipping_tax BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  compensation BIGINT NOT NULL,
  adjustment_refund BIGINT NOT NULL,
  adjustment_fee BIGINT NOT NULL,
  grand_total BIGINT NOT NULL,
  transaction_ref {{text}} NOT NULL DEFAULT '',
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX sales_credit_memo_order ON sales_credit_memo (order_id, id);
CREATE INDEX sales_credit_memo_invoice ON sales_credit_memo (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX sales_credit_memo_created ON sales_credit_memo (created_at, id);
CREATE INDEX sales_credit_memo_total ON sales_credit_memo (grand_total, id);
CREATE TABLE sales_credit_memo_item (
  credit_memo_id BIGINT NOT NULL REFERENCES sales_credit_memo(id) ON DELETE CASCADE,
  order_item_id BIGINT NOT NULL REFERENCES sales_order_item(id),
  qty BIGINT NOT NULL,
  restocked BOOLEAN NOT NULL,
  row_total BIGINT NOT NULL,
  discount BIGINT NOT NULL,
  tax BIGINT NOT NULL,
  compensation BIGINT NOT NULL,
  PRIMARY KEY (credit_memo_id, order_item_id)
);
CREATE INDEX sales_credit_memo_item_item ON sales_credit_memo_item (order_item_id);

-- The history of an order: what happened to it and what people said. document_kind is 'order' or a document's kind.
CREATE TABLE sales_comment (
  id {{pk}},
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  document_kind {{text}} NOT NULL,
  document_id BIGINT NOT NULL,
  status {{text}} NOT NULL,
  text {{text}} NOT NULL,
  notified BOOLEAN NOT NULL,
  visible BOOLEAN NOT NULL,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
);
CREATE INDEX sales_comment_order ON sales_comment (order_id, id);

-- What a payment provider did, or was asked to do. reference is the provider's. kind: authorization, capture,
-- refund, void. state: started (asked, no answer yet), done, failed.
CREATE TABLE sales_transaction (
  id {{pk}},
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  kind {{text}} NOT NULL,
  state {{text}} NOT NULL,
  provider {{text}} NOT NULL,
  reference {{text}} NOT NULL,
  amount BIGINT NOT NULL,
  note {{text}} NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX sales_transaction_order ON sales_transaction (order_id, id);
CREATE UNIQUE INDEX sales_transaction_ref ON sales_transaction (provider, kind, reference) WHERE reference <> '';
CREATE INDEX sales_transaction_created ON sales_transaction (created_at, id);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
