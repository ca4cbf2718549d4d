-- +goose Up
-- One text for both engines. {{pk}} {{text}} {{bytes}} are the only tokens: see migrate.go.
-- Times are microseconds UTC, money is minor units, flags are BOOLEAN, documents are JSON in TEXT.

-- store -----------------------------------------------------------------
CREATE TABLE website (
  id {{pk}},
  code {{text}} NOT NULL UNIQUE,
  name {{text}} NOT NULL,
  currency {{text}} NOT NULL,
  is_default BOOLEAN NOT NULL,
  default_store_id BIGINT,
  sort_order BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE store (
  id {{pk}},
  website_id BIGINT NOT NULL REFERENCES website(id),
  code {{text}} NOT NULL UNIQUE,
  name {{text}} NOT NULL,
  root_category_id BIGINT,
  default_view_id BIGINT
);
CREATE INDEX store_website ON store (website_id);
CREATE TABLE store_view (
  id {{pk}},
  store_id BIGINT NOT NULL REFERENCES store(id),
  website_id BIGINT NOT NULL REFERENCES website(id),
  code {{text}} NOT NULL UNIQUE,
  name {{text}} NOT NULL,
  locale {{text}} NOT NULL,
  base_url {{text}} NOT NULL UNIQUE,
  active BOOLEAN NOT NULL,
  sort_order BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX store_view_store ON store_view (store_id);
CREATE INDEX store_view_website ON store_view (website_id);

-- config ----------------------------------------------------------------
-- scope is 'default', 'website' or 'view'; scope_id is 0 for default.
CREATE TABLE config_value (
  path {{text}} NOT NULL,
  scope {{text}} NOT NULL,
  scope_id BIGINT NOT NULL,
  value {{text}} NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by {{text}} NOT NULL,
  PRIMARY KEY (path, scope, scope_id)
);
-- A topic's version moves inside the change that makes remembered copies stale.
CREATE TABLE version (
  topic {{text}} NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO version (topic, value) VALUES ('store', 1), ('config', 1), ('catalog', 1), ('role', 1);

-- staff -----------------------------------------------------------------
CREATE TABLE admin_role (
  id {{pk}},
  name {{text}} NOT NULL,
  name_key {{text}} NOT NULL UNIQUE,
  all_resources BOOLEAN NOT NULL,
  all_websites BOOLEAN NOT NULL,
  assist_mode {{text}} NOT NULL DEFAULT 'as_configured',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE admin_role_resource (
  role_id BIGINT NOT NULL REFERENCES admin_role(id) ON DELETE CASCADE,
  resource {{text}} NOT NULL,
  PRIMARY KEY (role_id, resource)
);
CREATE TABLE admin_role_website (
  role_id BIGINT NOT NULL REFERENCES admin_role(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  PRIMARY KEY (role_id, website_id)
);
CREATE TABLE admin_user (
  id {{pk}},
  username {{text}} NOT NULL,
  username_key {{text}} NOT NULL UNIQUE,
  email {{text}} NOT NULL,
  email_key {{text}} NOT NULL UNIQUE,
  first_name {{text}} NOT NULL,
  last_name {{text}} NOT NULL,
  password_hash {{text}} NOT NULL,
  role_id BIGINT NOT NULL REFERENCES admin_role(id),
  active BOOLEAN NOT NULL,
  last_login_at BIGINT,
  password_changed_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX admin_user_role ON admin_user (role_id);
CREATE TABLE admin_session (
  id {{pk}},
  token_hash {{text}} NOT NULL UNIQUE,
  admin_user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_cause {{text}} NOT NULL DEFAULT '',
  ip {{text}} NOT NULL,
  user_agent {{text}} NOT NULL
);
CREATE INDEX admin_session_user ON admin_session (admin_user_id, ended_at);

-- Failed attempts per key (account or source), shared by all nodes.
CREATE TABLE throttle (
  key {{text}} NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_failed_at BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL
);

-- customer --------------------------------------------------------------
INSERT INTO version (topic, value) VALUES ('customer_group', 1), ('customer_email', 1);
CREATE TABLE customer_group (
  id {{pk}},
  code {{text}} NOT NULL UNIQUE,
  name {{text}} NOT NULL,
  created_at BIGINT NOT NULL
);
INSERT INTO customer_group (code, name, created_at) VALUES ('not_logged_in', 'NOT LOGGED IN', 0);
INSERT INTO customer_group (code, name, created_at) VALUES ('general', 'General', 0);
INSERT INTO customer_group (code, name, created_at) VALUES ('wholesale', 'Wholesale', 0);
INSERT INTO customer_group (code, name, created_at) VALUES ('retailer', 'Retailer', 0);
-- phone, postcode, country, region, city repeat the default billing address for the grid.
-- …_key columns hold what is compared: folded, or digits only.
-- assistance is 'unset', 'allowed' or 'denied': the latest consent_event's value.
CREATE TABLE customer (
  id {{pk}},
  website_id BIGINT NOT NULL REFERENCES website(id),
  store_view_id BIGINT,
  group_id BIGINT NOT NULL REFERENCES customer_group(id),
  email {{text}} NOT NULL,
  email_key {{text}} NOT NULL,
  first_name {{text}} NOT NULL,
  last_name {{text}} NOT NULL,
  name_key {{text}} NOT NULL,
  phone {{text}} NOT NULL DEFAULT '',
  phone_key {{text}} NOT NULL DEFAULT '',
  postcode {{text}} NOT NULL DEFAULT '',
  country {{text}} NOT NULL DEFAULT '',
  region {{text}} NOT NULL DEFAULT '',
  region_key {{text}} NOT NULL DEFAULT '',
  city {{text}} NOT NULL DEFAULT '',
  tax_vat {{text}} NOT NULL DEFAULT '',
  password_hash {{text}} NOT NULL DEFAULT '',
  active BOOLEAN NOT NULL,
  confirmed_at BIGINT,
  assistance {{text}} NOT NULL DEFAULT 'unset',
  assistance_at BIGINT,
  assistance_until BIGINT,
  last_login_at BIGINT,
  last_seen_at BIGINT,
  sessions_valid_after BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX customer_email ON customer (email_key, website_id);
CREATE INDEX customer_name ON customer (name_key, id);
CREATE INDEX customer_created ON customer (created_at, id);
CREATE INDEX customer_group_id ON customer (group_id, id);
CREATE INDEX customer_website ON customer (website_id, id);
CREATE INDEX customer_assistance ON customer (assistance, id);
CREATE INDEX customer_country ON customer (country, id);
CREATE INDEX customer_postcode ON customer (postcode, id);
CREATE INDEX customer_region ON customer (region_key, id);
CREATE INDEX customer_phone ON customer (phone_key, id);
CREATE INDEX customer_view ON customer (store_view_id, id);
CREATE INDEX customer_inactive ON customer (id) WHERE NOT active;
CREATE INDEX customer_unconfirmed ON customer (id) WHERE confirmed_at IS NULL;
CREATE INDEX customer_seen ON customer (last_seen_at, id);
-- What the keyword box finds a customer by, folded: e-mail, whole name from each of its words, phone digits.
-- shared is the length of the longest beginning that a smaller term of the same customer has too, so that
-- "shared < length of what is looked for" gives each customer once, without sorting.
CREATE TABLE customer_term (
  term {{text}} NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  shared BIGINT NOT NULL,
  PRIMARY KEY (term, customer_id, shared)
);
CREATE INDEX customer_term_customer ON customer_term (customer_id);
CREATE TABLE customer_address (
  id {{pk}},
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
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
  default_billing BOOLEAN NOT NULL,
  default_shipping BOOLEAN NOT NULL,
  external_id {{text}} NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX customer_address_customer ON customer_address (customer_id);
CREATE TABLE customer_session (
  id {{pk}},
  token_hash {{text}} NOT NULL UNIQUE,
  customer_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  last_path {{text}} NOT NULL DEFAULT '',
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_cause {{text}} NOT NULL DEFAULT '',
  ip {{text}} NOT NULL,
  user_agent {{text}} NOT NULL
);
CREATE INDEX customer_session_customer ON customer_session (customer_id, ended_at);
CREATE INDEX customer_session_seen ON customer_session (last_seen_at);
CREATE TABLE password_reset (
  token_hash {{text}} NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX password_reset_customer ON password_reset (customer_id);
CREATE TABLE newsletter_subscriber (
  id {{pk}},
  website_id BIGINT NOT NULL REFERENCES website(id),
  email {{text}} NOT NULL,
  email_key {{text}} NOT NULL,
  customer_id BIGINT REFERENCES customer(id) ON DELETE SET NULL,
  subscribed BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX newsletter_email ON newsletter_subscriber (email_key, website_id);
CREATE INDEX newsletter_customer ON newsletter_subscriber (customer_id);

-- Append-only: where customer.assistance comes from.
CREATE TABLE consent_event (
  id {{pk}},
  customer_id BIGINT NOT NULL,
  value {{text}} NOT NULL,
  until BIGINT,
  channel {{text}} NOT NULL,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  reason {{text}} NOT NULL DEFAULT '',
  label {{text}} NOT NULL DEFAULT '',
  at BIGINT NOT NULL
);
CREATE INDEX consent_event_customer ON consent_event (customer_id, id);

-- catalog ---------------------------------------------------------------
-- path is the ids from the root, '1/4/9': moving a branch rewrites it.
CREATE TABLE category (
  id {{pk}},
  parent_id BIGINT REFERENCES category(id),
  path {{text}} NOT NULL DEFAULT '',
  level BIGINT NOT NULL DEFAULT 0,
  position BIGINT NOT NULL DEFAULT 0,
  active BOOLEAN NOT NULL,
  in_menu BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX category_parent ON category (parent_id, position);
CREATE INDEX category_path ON category (path);
-- store_view_id 0 is the default text; a view's row overrides column by column, '' = use default.
CREATE TABLE category_text (
  category_id BIGINT NOT NULL REFERENCES category(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  name {{text}} NOT NULL DEFAULT '',
  url_key {{text}} NOT NULL DEFAULT '',
  description {{text}} NOT NULL DEFAULT '',
  PRIMARY KEY (category_id, store_view_id)
);
CREATE TABLE product (
  id {{pk}},
  sku {{text}} NOT NULL,
  sku_key {{text}} NOT NULL UNIQUE,
  kind {{text}} NOT NULL DEFAULT 'simple',
  enabled BOOLEAN NOT NULL,
  visibility {{text}} NOT NULL DEFAULT 'both',
  weight_grams BIGINT NOT NULL DEFAULT 0,
  tax_class {{text}} NOT NULL DEFAULT '',
  manage_stock BOOLEAN NOT NULL,
  on_hand BIGINT NOT NULL DEFAULT 0,
  reserved BIGINT NOT NULL DEFAULT 0,
  threshold BIGINT NOT NULL DEFAULT 0,
  in_stock BOOLEAN NOT NULL DEFAULT TRUE,
  backorders BOOLEAN NOT NULL DEFAULT FALSE,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX product_created ON product (created_at, id);
CREATE TABLE product_text (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  name {{text}} NOT NULL DEFAULT '',
  name_key {{text}} NOT NULL DEFAULT '',
  url_key {{text}} NOT NULL DEFAULT '',
  short_description {{text}} NOT NULL DEFAULT '',
  description {{text}} NOT NULL DEFAULT '',
  PRIMARY KEY (product_id, store_view_id)
);
CREATE UNIQUE INDEX product_text_url ON product_text (url_key, store_view_id) WHERE url_key <> '';
CREATE INDEX product_text_name ON product_text (store_view_id, name_key, product_id);
CREATE TABLE product_website (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  PRIMARY KEY (product_id, website_id)
);
CREATE INDEX product_website_website ON product_website (website_id, product_id);
-- In the website's currency, minor units.
CREATE TABLE product_price (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  price BIGINT NOT NULL,
  special_price BIGINT,
  special_from BIGINT,
  special_to BIGINT,
  PRIMARY KEY (product_id, website_id)
);
CREATE INDEX product_price_price ON product_price (website_id, price, product_id);
CREATE INDEX product_price_from ON product_price (special_from) WHERE special_from IS NOT NULL;
CREATE INDEX product_price_to ON product_price (special_to) WHERE special_to IS NOT NULL;
CREATE TABLE product_group_price (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL REFERENCES customer_group(id) ON DELETE CASCADE,
  price BIGINT NOT NULL,
  PRIMARY KEY (product_id, website_id, group_id)
);
CREATE TABLE product_category (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  category_id BIGINT NOT NULL REFERENCES category(id) ON DELETE CASCADE,
  position BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (category_id, product_id)
);
CREATE INDEX product_category_product ON product_category (product_id);
-- What a shopper may list, worked out when products and categories are saved: a product appears in its
-- categories and all above them while the whole branch is active; category_id 0 is what search may find.
CREATE TABLE product_listing (
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  category_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  PRIMARY KEY (website_id, category_id, position, product_id)
);
CREATE INDEX product_listing_product ON product_listing (product_id);
-- Addresses that pages once had in a store view: kind 'category' (whole path) or 'product' (url key).
CREATE TABLE url_redirect (
  store_view_id BIGINT NOT NULL,
  kind {{text}} NOT NULL,
  path {{text}} NOT NULL,
  target_id BIGINT NOT NULL,
  PRIMARY KEY (store_view_id, kind, path)
);
CREATE INDEX url_redirect_target ON url_redirect (kind, target_id);
CREATE TABLE product_attribute (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  code {{text}} NOT NULL,
  value {{text}} NOT NULL,
  PRIMARY KEY (product_id, code)
);
CREATE INDEX product_attribute_value ON product_attribute (code, value, product_id);
-- Pictures live in the database so that nodes share nothing else; key is the content's hash.
CREATE TABLE media (
  key {{text}} NOT NULL PRIMARY KEY,
  content_type {{text}} NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  data {{bytes}} NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE product_picture (
  id {{pk}},
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  media_key {{text}} NOT NULL REFERENCES media(key),
  thumb_key {{text}} NOT NULL REFERENCES media(key),
  alt {{text}} NOT NULL,
  position BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX product_picture_product ON product_picture (product_id, position);
CREATE TABLE wish_list_item (
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (customer_id, product_id)
);
CREATE TABLE recently_viewed (
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  viewed_at BIGINT NOT NULL,
  PRIMARY KEY (customer_id, product_id)
);

-- cart ------------------------------------------------------------------
-- A guest's cart is found by the hash of the secret in its cookie, a customer's by customer and website.
CREATE TABLE cart (
  id {{pk}},
  public_id {{text}} NOT NULL UNIQUE,
  token_hash {{text}} UNIQUE,
  website_id BIGINT NOT NULL REFERENCES website(id),
  store_view_id BIGINT NOT NULL,
  customer_id BIGINT REFERENCES customer(id) ON DELETE CASCADE,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX cart_customer ON cart (customer_id, website_id) WHERE active AND customer_id IS NOT NULL;
CREATE INDEX cart_updated ON cart (updated_at);
CREATE TABLE cart_item (
  id {{pk}},
  cart_id BIGINT NOT NULL REFERENCES cart(id) ON DELETE CASCADE,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  qty BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  UNIQUE (cart_id, product_id)
);
CREATE INDEX cart_item_product ON cart_item (product_id);

-- assist ----------------------------------------------------------------
-- One stay of one Admin user in one customer's account. No foreign keys: rows outlive both people.
CREATE TABLE impersonation (
  id {{pk}},
  public_id {{text}} NOT NULL UNIQUE,
  state {{text}} NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name {{text}} NOT NULL,
  customer_email {{text}} NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name {{text}} NOT NULL,
  admin_username {{text}} NOT NULL,
  role_id BIGINT NOT NULL,
  role_name {{text}} NOT NULL,
  admin_session_id BIGINT NOT NULL,
  parent_expires_at BIGINT,
  origin {{text}} NOT NULL,
  reason_code {{text}} NOT NULL,
  reason {{text}} NOT NULL,
  ticket {{text}} NOT NULL,
  mode {{text}} NOT NULL,
  back_path {{text}} NOT NULL,
  back_label {{text}} NOT NULL,
  land_path {{text}} NOT NULL,
  ip {{text}} NOT NULL,
  user_agent {{text}} NOT NULL,
  begun_at BIGINT NOT NULL,
  entered_at BIGINT,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  idle_micros BIGINT NOT NULL,
  length_micros BIGINT NOT NULL,
  ended_at BIGINT,
  end_cause {{text}} NOT NULL DEFAULT '',
  ended_by {{text}} NOT NULL DEFAULT '',
  challenge {{text}} NOT NULL DEFAULT '',
  code_hash {{text}} UNIQUE,
  code_expires_at BIGINT,
  code_spent_at BIGINT,
  session_hash {{text}} UNIQUE
);
CREATE INDEX impersonation_begun ON impersonation (begun_at, id);
CREATE INDEX impersonation_customer ON impersonation (customer_id, begun_at);
CREATE INDEX impersonation_admin ON impersonation (admin_user_id, begun_at);
CREATE INDEX impersonation_live ON impersonation (state, expires_at) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX impersonation_live_admin ON impersonation (admin_user_id) WHERE ended_at IS NULL;
CREATE INDEX impersonation_parent ON impersonation (admin_session_id) WHERE ended_at IS NULL;
CREATE INDEX impersonation_live_customer ON impersonation (customer_id) WHERE ended_at IS NULL;

-- audit -----------------------------------------------------------------
-- Append-only. report_group is 'login_as_customer' for everything done during a stay, else action_group.
CREATE TABLE audit_log (
  id {{pk}},
  at BIGINT NOT NULL,
  action {{text}} NOT NULL,
  action_group {{text}} NOT NULL,
  report_group {{text}} NOT NULL,
  result {{text}} NOT NULL,
  actor_kind {{text}} NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name {{text}} NOT NULL,
  subject_id BIGINT NOT NULL,
  subject_name {{text}} NOT NULL,
  impersonation_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  ip {{text}} NOT NULL,
  request_id {{text}} NOT NULL,
  route {{text}} NOT NULL,
  object_kind {{text}} NOT NULL,
  object_id {{text}} NOT NULL,
  details {{text}} NOT NULL,
  data {{text}} NOT NULL
);
CREATE INDEX audit_at ON audit_log (at, id);
CREATE INDEX audit_group ON audit_log (report_group, at, id);
CREATE INDEX audit_group_actor ON audit_log (report_group, actor_kind, actor_id, at, id);
CREATE INDEX audit_actor ON audit_log (actor_kind, actor_id, at, id);
CREATE INDEX audit_action ON audit_log (action, at, id);
CREATE INDEX audit_failed ON audit_log (at, id) WHERE result = 'failure';
CREATE INDEX audit_subject ON audit_log (subject_id, at, id) WHERE subject_id <> 0;
CREATE INDEX audit_stay ON audit_log (impersonation_id, id) WHERE impersonation_id <> 0;

-- jobs, mail ------------------------------------------------------------
CREATE TABLE periodic_task (
  name {{text}} NOT NULL PRIMARY KEY,
  leased_until BIGINT NOT NULL,
  leased_by {{text}} NOT NULL,
  last_run_at BIGINT NOT NULL
);
-- The bodies are emptied once sent: they may carry one-time links.
CREATE TABLE mail_outbox (
  id {{pk}},
  kind {{text}} NOT NULL,
  recipient {{text}} NOT NULL,
  sender {{text}} NOT NULL,
  subject {{text}} NOT NULL,
  body_text {{text}} NOT NULL,
  body_html {{text}} NOT NULL,
  created_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  sent_at BIGINT,
  last_error {{text}} NOT NULL DEFAULT ''
);
CREATE INDEX mail_outbox_due ON mail_outbox (next_try_at) WHERE sent_at IS NULL;
-- Facts about this installation: the demo's seed, resumable imports.
CREATE TABLE installation (
  name {{text}} NOT NULL PRIMARY KEY,
  value {{text}} NOT NULL
);

-- +goose Down
-- Forward only: restore a backup instead.
SELECT 1;
