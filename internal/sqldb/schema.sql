-- What the migrations add up to, in SQLite's words. Written by make schema; for reading only.

CREATE TABLE admin_ceremony (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL UNIQUE,
  purpose TEXT NOT NULL,
  admin_user_id BIGINT NOT NULL REFERENCES admin_user(id) ON DELETE CASCADE,
  data TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX admin_ceremony_expires ON admin_ceremony (expires_at);

CREATE INDEX admin_ceremony_user ON admin_ceremony (admin_user_id, purpose);

CREATE TABLE admin_factor (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  admin_user_id BIGINT NOT NULL REFERENCES admin_user(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  secret TEXT NOT NULL DEFAULT '',
  last_step BIGINT NOT NULL DEFAULT 0,
  credential_id TEXT UNIQUE,
  credential TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  last_used_at BIGINT
);

CREATE INDEX admin_factor_user ON admin_factor (admin_user_id, id);

CREATE TABLE admin_recovery_code (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  admin_user_id BIGINT NOT NULL REFERENCES admin_user(id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,
  used_at BIGINT,
  UNIQUE (admin_user_id, code_hash)
);

CREATE TABLE admin_role (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE,
  all_resources BOOLEAN NOT NULL,
  all_websites BOOLEAN NOT NULL,
  assist_mode TEXT NOT NULL DEFAULT 'as_configured',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE admin_role_resource (
  role_id BIGINT NOT NULL REFERENCES admin_role(id) ON DELETE CASCADE,
  resource TEXT NOT NULL,
  PRIMARY KEY (role_id, resource)
);

CREATE TABLE admin_role_website (
  role_id BIGINT NOT NULL REFERENCES admin_role(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  PRIMARY KEY (role_id, website_id)
);

CREATE TABLE admin_session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL UNIQUE,
  admin_user_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_cause TEXT NOT NULL DEFAULT '',
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL
, confirmed_at BIGINT);

CREATE INDEX admin_session_user ON admin_session (admin_user_id, ended_at);

CREATE TABLE admin_user (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  username TEXT NOT NULL,
  username_key TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL UNIQUE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  role_id BIGINT NOT NULL REFERENCES admin_role(id),
  active BOOLEAN NOT NULL,
  last_login_at BIGINT,
  password_changed_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX admin_user_role ON admin_user (role_id);

CREATE TABLE assist_alert (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  at BIGINT NOT NULL,
  summary TEXT NOT NULL,
  website_id BIGINT NOT NULL,
  impersonation_id BIGINT NOT NULL,
  stay TEXT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  seen_at BIGINT,
  seen_by TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT ''
);

CREATE INDEX assist_alert_kind ON assist_alert (kind, id);

CREATE INDEX assist_alert_state ON assist_alert (state, id);

CREATE INDEX assist_alert_stay ON assist_alert (impersonation_id);

CREATE TABLE assist_approval (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  website_id BIGINT NOT NULL,
  reason_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  words TEXT NOT NULL,
  ticket TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  lapses_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by_id BIGINT NOT NULL DEFAULT 0,
  decided_by TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  valid_until BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX assist_approval_pair ON assist_approval (admin_user_id, customer_id, state, valid_until);

CREATE INDEX assist_approval_state ON assist_approval (state, id);

CREATE TABLE assist_change (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  impersonation_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  action TEXT NOT NULL,
  details TEXT NOT NULL,
  edits TEXT NOT NULL,
  at BIGINT NOT NULL,
  undone_at BIGINT,
  undone_by TEXT NOT NULL DEFAULT ''
);

CREATE INDEX assist_change_at ON assist_change (at);

CREATE INDEX assist_change_customer ON assist_change (customer_id);

CREATE INDEX assist_change_stay ON assist_change (impersonation_id, id);

CREATE TABLE assist_draw (
  id BIGINT NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL
);

CREATE TABLE assist_proposal (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  impersonation_id BIGINT NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name TEXT NOT NULL,
  role_name TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  edits TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  expires_at BIGINT,
  decided_at BIGINT
);

CREATE INDEX assist_proposal_created ON assist_proposal (created_at);

CREATE INDEX assist_proposal_customer ON assist_proposal (customer_id, state, id);

CREATE UNIQUE INDEX assist_proposal_draft ON assist_proposal (impersonation_id) WHERE state = 'draft';

CREATE INDEX assist_proposal_stay ON assist_proposal (impersonation_id, id);

CREATE TABLE assist_request (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  open BOOLEAN NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  website_id BIGINT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name TEXT NOT NULL,
  admin_username TEXT NOT NULL,
  role_name TEXT NOT NULL,
  reason_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  ticket TEXT NOT NULL,
  scope TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  answer_by BIGINT NOT NULL,
  answered_at BIGINT,
  channel TEXT NOT NULL DEFAULT '',
  granted_until BIGINT,
  event_id BIGINT,
  closed_at BIGINT,
  token_hash TEXT UNIQUE,
  code_hash TEXT NOT NULL DEFAULT '',
  code_expires_at BIGINT,
  code_tries BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX assist_request_admin ON assist_request (admin_user_id, asked_at, id);

CREATE INDEX assist_request_customer ON assist_request (customer_id, asked_at, id);

CREATE INDEX assist_request_due ON assist_request (open, state, answer_by);

CREATE UNIQUE INDEX assist_request_open ON assist_request (customer_id, admin_user_id) WHERE open;

CREATE TABLE assist_review (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  impersonation_id BIGINT NOT NULL UNIQUE,
  admin_user_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  why TEXT NOT NULL,
  state TEXT NOT NULL,
  picked_at BIGINT NOT NULL,
  reviewed_at BIGINT,
  reviewer TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT ''
);

CREATE INDEX assist_review_state ON assist_review (state, id);

CREATE TABLE assist_stop (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  reason TEXT NOT NULL,
  stopped_at BIGINT NOT NULL,
  stopped_by TEXT NOT NULL,
  lifted_at BIGINT,
  lifted_by TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT ''
);

CREATE INDEX assist_stop_lifted ON assist_stop (lifted_at);

CREATE TRIGGER audit_archive_delete BEFORE DELETE ON audit_archive
BEGIN
  SELECT RAISE(ABORT, 'audit_archive is append-only');
END;

CREATE TRIGGER audit_archive_update BEFORE UPDATE ON audit_archive
BEGIN
  SELECT RAISE(ABORT, 'audit_archive is append-only');
END;

CREATE TABLE audit_archive (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  first_position BIGINT NOT NULL UNIQUE,
  next_position BIGINT NOT NULL UNIQUE,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  file TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  manifest TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TRIGGER audit_archive_removed_delete BEFORE DELETE ON audit_archive_removed
BEGIN
  SELECT RAISE(ABORT, 'audit_archive_removed is append-only');
END;

CREATE TRIGGER audit_archive_removed_update BEFORE UPDATE ON audit_archive_removed
BEGIN
  SELECT RAISE(ABORT, 'audit_archive_removed is append-only');
END;

CREATE TABLE audit_archive_removed (
  archive_id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL
);

CREATE TABLE audit_block (
  block BIGINT NOT NULL PRIMARY KEY,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL
);

CREATE INDEX audit_block_first ON audit_block (first_at);

CREATE INDEX audit_block_last ON audit_block (last_at);

CREATE TRIGGER audit_checkpoint_delete BEFORE DELETE ON audit_checkpoint
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoint is append-only');
END;

CREATE TRIGGER audit_checkpoint_update BEFORE UPDATE ON audit_checkpoint
BEGIN
  SELECT RAISE(ABORT, 'audit_checkpoint is append-only');
END;

CREATE TABLE audit_checkpoint (
  size BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  last_id BIGINT NOT NULL,
  note TEXT NOT NULL,
  delivered_at BIGINT
);

CREATE INDEX audit_checkpoint_at ON audit_checkpoint (at);

CREATE INDEX audit_checkpoint_waiting ON audit_checkpoint (size) WHERE delivered_at IS NULL;

CREATE TABLE audit_cover (
  id BIGINT NOT NULL PRIMARY KEY,
  covered_id BIGINT NOT NULL,
  covered_at BIGINT NOT NULL
);

CREATE TABLE audit_delivery (
  sink TEXT NOT NULL PRIMARY KEY,
  size BIGINT NOT NULL,
  at BIGINT NOT NULL,
  failing_since BIGINT,
  last_error TEXT NOT NULL DEFAULT ''
);

CREATE TABLE audit_filter (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  admin_user_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  shared BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (admin_user_id, name)
);

CREATE INDEX audit_filter_shared ON audit_filter (shared);

CREATE TRIGGER audit_hash_delete BEFORE DELETE ON audit_hash
BEGIN
  SELECT RAISE(ABORT, 'audit_hash is append-only');
END;

CREATE TRIGGER audit_hash_update BEFORE UPDATE ON audit_hash
BEGIN
  SELECT RAISE(ABORT, 'audit_hash is append-only');
END;

CREATE TABLE audit_hash (
  idx BIGINT NOT NULL PRIMARY KEY,
  hash BLOB NOT NULL
);

CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log WHEN NOT EXISTS (
  SELECT 1 FROM audit_seal s, audit_archive a WHERE s.audit_id = OLD.id AND a.next_position > s.position AND a.first_position <= s.position)
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only');
END;

CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log
BEGIN
  SELECT RAISE(ABORT, 'audit_log is append-only');
END;

CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at BIGINT NOT NULL,
  action TEXT NOT NULL,
  action_group TEXT NOT NULL,
  report_group TEXT NOT NULL,
  result TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  subject_name TEXT NOT NULL,
  impersonation_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  ip TEXT NOT NULL,
  request_id TEXT NOT NULL,
  route TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  details TEXT NOT NULL,
  data TEXT NOT NULL
);

CREATE INDEX audit_action ON audit_log (action, at, id);

CREATE INDEX audit_actor ON audit_log (actor_kind, actor_id, at, id);

CREATE INDEX audit_at ON audit_log (at, id);

CREATE INDEX audit_failed ON audit_log (at, id) WHERE result = 'failure';

CREATE INDEX audit_group ON audit_log (report_group, at, id);

CREATE INDEX audit_group_actor ON audit_log (report_group, actor_kind, actor_id, at, id);

CREATE INDEX audit_stay ON audit_log (impersonation_id, id) WHERE impersonation_id <> 0;

CREATE INDEX audit_subject ON audit_log (subject_id, at, id) WHERE subject_id <> 0;

CREATE TABLE audit_restored (
  archive_id BIGINT NOT NULL,
  id BIGINT NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  action TEXT NOT NULL,
  action_group TEXT NOT NULL,
  report_group TEXT NOT NULL,
  result TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  subject_id BIGINT NOT NULL,
  subject_name TEXT NOT NULL,
  impersonation_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  ip TEXT NOT NULL,
  request_id TEXT NOT NULL,
  route TEXT NOT NULL,
  object_kind TEXT NOT NULL,
  object_id TEXT NOT NULL,
  details TEXT NOT NULL,
  data TEXT NOT NULL
);

CREATE INDEX audit_restored_archive ON audit_restored (archive_id);

CREATE INDEX audit_restored_at ON audit_restored (at, id);

CREATE INDEX audit_restored_group ON audit_restored (report_group, at, id);

CREATE INDEX audit_restored_stay ON audit_restored (impersonation_id, id);

CREATE INDEX audit_restored_subject ON audit_restored (subject_id, at, id);

CREATE TRIGGER audit_seal_delete BEFORE DELETE ON audit_seal
BEGIN
  SELECT RAISE(ABORT, 'audit_seal is append-only');
END;

CREATE TRIGGER audit_seal_update BEFORE UPDATE ON audit_seal
BEGIN
  SELECT RAISE(ABORT, 'audit_seal is append-only');
END;

CREATE TABLE audit_seal (
  position BIGINT NOT NULL PRIMARY KEY,
  audit_id BIGINT NOT NULL UNIQUE
);

CREATE TABLE audit_term (
  term TEXT NOT NULL,
  block BIGINT NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (term, block)
) WITHOUT ROWID;

CREATE TABLE cart (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  token_hash TEXT UNIQUE,
  website_id BIGINT NOT NULL REFERENCES website(id),
  store_view_id BIGINT NOT NULL,
  customer_id BIGINT REFERENCES customer(id) ON DELETE CASCADE,
  active BOOLEAN NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
, coupon_code TEXT NOT NULL DEFAULT '', estimate_country TEXT NOT NULL DEFAULT '', estimate_region TEXT NOT NULL DEFAULT '', estimate_postcode TEXT NOT NULL DEFAULT '', shipping_method TEXT NOT NULL DEFAULT '');

CREATE UNIQUE INDEX cart_customer ON cart (customer_id, website_id) WHERE active;

CREATE INDEX cart_owner ON cart (customer_id);

CREATE INDEX cart_updated ON cart (updated_at);

CREATE TABLE cart_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  cart_id BIGINT NOT NULL REFERENCES cart(id) ON DELETE CASCADE,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  qty BIGINT NOT NULL,
  added_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL, parent_product_id BIGINT,
  UNIQUE (cart_id, product_id)
);

CREATE INDEX cart_item_product ON cart_item (product_id);

CREATE TABLE cart_rule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  active BOOLEAN NOT NULL,
  from_at BIGINT,
  until_at BIGINT,
  coupon_kind TEXT NOT NULL,
  uses_per_coupon BIGINT NOT NULL DEFAULT 0,
  uses_per_customer BIGINT NOT NULL DEFAULT 0,
  priority BIGINT NOT NULL DEFAULT 0,
  stop_others BOOLEAN NOT NULL,
  match_any BOOLEAN NOT NULL,
  conditions TEXT NOT NULL DEFAULT '[]',
  only_any BOOLEAN NOT NULL,
  only_items TEXT NOT NULL DEFAULT '[]',
  discount TEXT NOT NULL,
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

CREATE TABLE cart_rule_customer (
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  uses BIGINT NOT NULL,
  PRIMARY KEY (customer_id, rule_id)
);

CREATE INDEX cart_rule_customer_rule ON cart_rule_customer (rule_id);

CREATE TABLE cart_rule_group (
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL REFERENCES customer_group(id) ON DELETE CASCADE,
  PRIMARY KEY (rule_id, group_id)
);

CREATE INDEX cart_rule_group_group ON cart_rule_group (group_id);

CREATE TABLE cart_rule_label (
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  label TEXT NOT NULL,
  PRIMARY KEY (rule_id, store_view_id)
);

CREATE TABLE cart_rule_website (
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  PRIMARY KEY (rule_id, website_id)
);

CREATE INDEX cart_rule_website_website ON cart_rule_website (website_id);

CREATE TABLE category (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  parent_id BIGINT REFERENCES category(id),
  path TEXT NOT NULL DEFAULT '',
  level BIGINT NOT NULL DEFAULT 0,
  position BIGINT NOT NULL DEFAULT 0,
  active BOOLEAN NOT NULL,
  in_menu BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX category_parent ON category (parent_id, position);

CREATE INDEX category_path ON category (path);

CREATE TABLE category_text (
  category_id BIGINT NOT NULL REFERENCES category(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  url_key TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (category_id, store_view_id)
);

CREATE TABLE checkout (
  cart_id BIGINT PRIMARY KEY REFERENCES cart(id) ON DELETE CASCADE,
  email TEXT NOT NULL DEFAULT '',
  shipping_address TEXT NOT NULL DEFAULT '{}',
  billing_address TEXT NOT NULL DEFAULT '{}',
  billing_same BOOLEAN NOT NULL DEFAULT TRUE,
  shipping_method TEXT NOT NULL DEFAULT '',
  payment_method TEXT NOT NULL DEFAULT '',
  po_number TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL
);

CREATE TABLE config_value (
  path TEXT NOT NULL,
  scope TEXT NOT NULL,
  scope_id BIGINT NOT NULL,
  value TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL,
  PRIMARY KEY (path, scope, scope_id)
);

CREATE TRIGGER consent_event_delete BEFORE DELETE ON consent_event
BEGIN
  SELECT RAISE(ABORT, 'consent_event is append-only');
END;

CREATE TRIGGER consent_event_update BEFORE UPDATE ON consent_event
BEGIN
  SELECT RAISE(ABORT, 'consent_event is append-only');
END;

CREATE TABLE consent_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL,
  value TEXT NOT NULL,
  until BIGINT,
  channel TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  label TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL
, public_id TEXT NOT NULL DEFAULT '', request_id BIGINT NOT NULL DEFAULT 0, scope TEXT NOT NULL DEFAULT '', website_id BIGINT NOT NULL DEFAULT 0, store_view_id BIGINT NOT NULL DEFAULT 0, ip TEXT NOT NULL DEFAULT '', receipt TEXT NOT NULL DEFAULT '');

CREATE INDEX consent_event_at ON consent_event (at, id);

CREATE INDEX consent_event_customer ON consent_event (customer_id, id);

CREATE INDEX consent_event_latest ON consent_event (customer_id, request_id, id);

CREATE TABLE coupon (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  rule_id BIGINT NOT NULL REFERENCES cart_rule(id) ON DELETE CASCADE,
  code TEXT NOT NULL,
  code_key TEXT NOT NULL UNIQUE,
  uses BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);

CREATE INDEX coupon_rule ON coupon (rule_id, id);

CREATE TABLE customer (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  website_id BIGINT NOT NULL REFERENCES website(id),
  store_view_id BIGINT,
  group_id BIGINT NOT NULL REFERENCES customer_group(id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  phone TEXT NOT NULL DEFAULT '',
  phone_key TEXT NOT NULL DEFAULT '',
  postcode TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL DEFAULT '',
  region TEXT NOT NULL DEFAULT '',
  region_key TEXT NOT NULL DEFAULT '',
  city TEXT NOT NULL DEFAULT '',
  tax_vat TEXT NOT NULL DEFAULT '',
  password_hash TEXT NOT NULL DEFAULT '',
  active BOOLEAN NOT NULL,
  confirmed_at BIGINT,
  assistance TEXT NOT NULL DEFAULT 'unset',
  assistance_at BIGINT,
  assistance_until BIGINT,
  last_login_at BIGINT,
  last_seen_at BIGINT,
  sessions_valid_after BIGINT NOT NULL DEFAULT 0,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX customer_assistance ON customer (assistance, id);

CREATE INDEX customer_country ON customer (country, id);

CREATE INDEX customer_created ON customer (created_at, id);

CREATE UNIQUE INDEX customer_email ON customer (email_key, website_id);

CREATE INDEX customer_group_id ON customer (group_id, id);

CREATE INDEX customer_inactive ON customer (id) WHERE NOT active;

CREATE INDEX customer_name ON customer (name_key, id);

CREATE INDEX customer_phone ON customer (phone_key, id);

CREATE INDEX customer_postcode ON customer (postcode, id);

CREATE INDEX customer_region ON customer (region_key, id);

CREATE INDEX customer_seen ON customer (last_seen_at, id);

CREATE INDEX customer_unconfirmed ON customer (id) WHERE confirmed_at IS NULL;

CREATE INDEX customer_view ON customer (store_view_id, id);

CREATE INDEX customer_website ON customer (website_id, id);

CREATE INDEX customer_website_assistance ON customer (website_id, assistance);

CREATE TABLE customer_address (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  company TEXT NOT NULL DEFAULT '',
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  region TEXT NOT NULL DEFAULT '',
  postcode TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL,
  phone TEXT NOT NULL DEFAULT '',
  vat_id TEXT NOT NULL DEFAULT '',
  default_billing BOOLEAN NOT NULL,
  default_shipping BOOLEAN NOT NULL,
  external_id TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX customer_address_customer ON customer_address (customer_id);

CREATE TABLE customer_group (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
, tax_class TEXT NOT NULL DEFAULT 'retail', vip BOOLEAN NOT NULL DEFAULT FALSE);

CREATE TABLE customer_session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL UNIQUE,
  customer_id BIGINT NOT NULL,
  website_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  last_path TEXT NOT NULL DEFAULT '',
  expires_at BIGINT NOT NULL,
  ended_at BIGINT,
  end_cause TEXT NOT NULL DEFAULT '',
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL
);

CREATE INDEX customer_session_customer ON customer_session (customer_id, ended_at);

CREATE INDEX customer_session_seen ON customer_session (last_seen_at);

CREATE TABLE customer_term (
  term TEXT NOT NULL,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  shared BIGINT NOT NULL,
  PRIMARY KEY (term, customer_id, shared)
);

CREATE INDEX customer_term_customer ON customer_term (customer_id);

CREATE TABLE email_confirmation (
  token_hash TEXT NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX email_confirmation_customer ON email_confirmation (customer_id);

CREATE TABLE impersonation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  customer_id BIGINT NOT NULL,
  customer_name TEXT NOT NULL,
  customer_email TEXT NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  admin_user_id BIGINT NOT NULL,
  admin_name TEXT NOT NULL,
  admin_username TEXT NOT NULL,
  role_id BIGINT NOT NULL,
  role_name TEXT NOT NULL,
  admin_session_id BIGINT NOT NULL,
  parent_expires_at BIGINT,
  origin TEXT NOT NULL,
  reason_code TEXT NOT NULL,
  reason TEXT NOT NULL,
  ticket TEXT NOT NULL,
  mode TEXT NOT NULL,
  back_path TEXT NOT NULL,
  back_label TEXT NOT NULL,
  land_path TEXT NOT NULL,
  ip TEXT NOT NULL,
  user_agent TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  entered_at BIGINT,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  idle_micros BIGINT NOT NULL,
  length_micros BIGINT NOT NULL,
  ended_at BIGINT,
  end_cause TEXT NOT NULL DEFAULT '',
  ended_by TEXT NOT NULL DEFAULT '',
  challenge TEXT NOT NULL DEFAULT '',
  code_hash TEXT UNIQUE,
  code_expires_at BIGINT,
  code_spent_at BIGINT,
  session_hash TEXT UNIQUE
, request_id BIGINT NOT NULL DEFAULT 0, scope TEXT NOT NULL DEFAULT '', revealed_at BIGINT);

CREATE INDEX impersonation_admin ON impersonation (admin_user_id, begun_at);

CREATE INDEX impersonation_begun ON impersonation (begun_at, id);

CREATE INDEX impersonation_customer ON impersonation (customer_id, begun_at);

CREATE INDEX impersonation_live ON impersonation (state, expires_at) WHERE ended_at IS NULL;

CREATE UNIQUE INDEX impersonation_live_admin ON impersonation (admin_user_id) WHERE ended_at IS NULL;

CREATE INDEX impersonation_live_customer ON impersonation (customer_id) WHERE ended_at IS NULL;

CREATE INDEX impersonation_parent ON impersonation (admin_session_id) WHERE ended_at IS NULL;

CREATE TABLE installation (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE mail_outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  recipient TEXT NOT NULL,
  sender TEXT NOT NULL,
  subject TEXT NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  sent_at BIGINT,
  last_error TEXT NOT NULL DEFAULT ''
, bcc TEXT NOT NULL DEFAULT '', store_view_id BIGINT, order_id BIGINT, keep_body BOOLEAN NOT NULL DEFAULT FALSE, recipient_key TEXT NOT NULL DEFAULT '');

CREATE INDEX mail_outbox_created ON mail_outbox (created_at);

CREATE INDEX mail_outbox_due ON mail_outbox (next_try_at) WHERE sent_at IS NULL;

CREATE INDEX mail_outbox_kind ON mail_outbox (kind, id);

CREATE INDEX mail_outbox_order ON mail_outbox (order_id, id) WHERE order_id IS NOT NULL;

CREATE INDEX mail_outbox_recipient ON mail_outbox (recipient_key, id);

CREATE INDEX mail_outbox_unsent ON mail_outbox (id) WHERE sent_at IS NULL;

CREATE INDEX mail_outbox_view ON mail_outbox (store_view_id, id);

CREATE TABLE media (
  key TEXT NOT NULL PRIMARY KEY,
  content_type TEXT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  data BLOB NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE newsletter_subscriber (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  website_id BIGINT NOT NULL REFERENCES website(id),
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  customer_id BIGINT REFERENCES customer(id) ON DELETE SET NULL,
  subscribed BOOLEAN NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE INDEX newsletter_customer ON newsletter_subscriber (customer_id);

CREATE UNIQUE INDEX newsletter_email ON newsletter_subscriber (email_key, website_id);

CREATE TABLE password_reset (
  token_hash TEXT NOT NULL PRIMARY KEY,
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE INDEX password_reset_customer ON password_reset (customer_id);

CREATE TABLE payment_event (
  provider TEXT NOT NULL,
  event_id TEXT NOT NULL,
  order_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (provider, event_id)
);

CREATE TABLE payment_intent (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  amount BIGINT NOT NULL,
  currency TEXT NOT NULL,
  state TEXT NOT NULL,
  captured BIGINT NOT NULL DEFAULT 0,
  refunded BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  UNIQUE (provider, reference)
);

CREATE INDEX payment_intent_open ON payment_intent (expires_at) WHERE state = 'open';

CREATE INDEX payment_intent_order ON payment_intent (order_id, id);

CREATE TABLE payment_link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_hash TEXT NOT NULL UNIQUE,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  revoked BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX payment_link_order ON payment_link (order_id, id);

CREATE TABLE periodic_task (
  name TEXT NOT NULL PRIMARY KEY,
  leased_until BIGINT NOT NULL,
  leased_by TEXT NOT NULL,
  last_run_at BIGINT NOT NULL
);

CREATE TABLE product (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  sku TEXT NOT NULL,
  sku_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL DEFAULT 'simple',
  enabled BOOLEAN NOT NULL,
  visibility TEXT NOT NULL DEFAULT 'both',
  weight_grams BIGINT NOT NULL DEFAULT 0,
  tax_class TEXT NOT NULL DEFAULT '',
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

CREATE TABLE product_attribute (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  code TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (product_id, code)
);

CREATE INDEX product_attribute_value ON product_attribute (code, value, product_id);

CREATE TABLE product_axis (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  code TEXT NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (product_id, code)
);

CREATE TABLE product_category (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  category_id BIGINT NOT NULL REFERENCES category(id) ON DELETE CASCADE,
  position BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (category_id, product_id)
);

CREATE INDEX product_category_product ON product_category (product_id);

CREATE TABLE product_facet (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  code TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (product_id, code, value)
);

CREATE INDEX product_facet_value ON product_facet (code, value, product_id);

CREATE TABLE product_group_price (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL REFERENCES customer_group(id) ON DELETE CASCADE,
  price BIGINT NOT NULL,
  PRIMARY KEY (product_id, website_id, group_id)
);

CREATE TABLE product_listing (
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  category_id BIGINT NOT NULL,
  position BIGINT NOT NULL,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  PRIMARY KEY (website_id, category_id, position, product_id)
);

CREATE INDEX product_listing_product ON product_listing (product_id);

CREATE TABLE product_picture (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  media_key TEXT NOT NULL REFERENCES media(key),
  thumb_key TEXT NOT NULL REFERENCES media(key),
  alt TEXT NOT NULL,
  position BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX product_picture_product ON product_picture (product_id, position);

CREATE TABLE product_price (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  price BIGINT NOT NULL,
  special_price BIGINT,
  special_from BIGINT,
  special_to BIGINT, of_variants BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (product_id, website_id)
);

CREATE INDEX product_price_from ON product_price (special_from);

CREATE INDEX product_price_price ON product_price (website_id, price, product_id);

CREATE INDEX product_price_to ON product_price (special_to);

CREATE VIRTUAL TABLE product_search USING fts5 (name, sku, body, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3');

CREATE TABLE product_text (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  name_key TEXT NOT NULL DEFAULT '',
  url_key TEXT NOT NULL DEFAULT '',
  short_description TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (product_id, store_view_id)
);

CREATE INDEX product_text_name ON product_text (store_view_id, name_key, product_id);

CREATE UNIQUE INDEX product_text_url ON product_text (url_key, store_view_id) WHERE url_key <> '';

CREATE TABLE product_tier_price (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL,
  min_qty BIGINT NOT NULL,
  price BIGINT NOT NULL,
  PRIMARY KEY (product_id, website_id, group_id, min_qty)
);

CREATE INDEX product_tier_price_website ON product_tier_price (website_id);

CREATE TABLE product_variant (
  parent_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  child_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  choice TEXT NOT NULL,
  PRIMARY KEY (parent_id, child_id),
  UNIQUE (parent_id, choice)
);

CREATE INDEX product_variant_child ON product_variant (child_id);

CREATE TABLE product_website (
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  PRIMARY KEY (product_id, website_id)
);

CREATE INDEX product_website_website ON product_website (website_id, product_id);

CREATE TABLE recently_viewed (
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  viewed_at BIGINT NOT NULL,
  PRIMARY KEY (customer_id, product_id)
);

CREATE TABLE sales_comment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  document_kind TEXT NOT NULL,
  document_id BIGINT NOT NULL,
  status TEXT NOT NULL,
  text TEXT NOT NULL,
  notified BOOLEAN NOT NULL,
  visible BOOLEAN NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
);

CREATE INDEX sales_comment_order ON sales_comment (order_id, id);

CREATE TABLE sales_credit_memo (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL UNIQUE,
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
  transaction_ref TEXT NOT NULL DEFAULT '',
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
, website_id BIGINT NOT NULL DEFAULT 0);

CREATE INDEX sales_credit_memo_created ON sales_credit_memo (created_at, id);

CREATE INDEX sales_credit_memo_invoice ON sales_credit_memo (invoice_id);

CREATE INDEX sales_credit_memo_order ON sales_credit_memo (order_id, id);

CREATE INDEX sales_credit_memo_total ON sales_credit_memo (grand_total, id);

CREATE INDEX sales_credit_memo_website ON sales_credit_memo (website_id, created_at, id);

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

CREATE TABLE sales_invoice (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL UNIQUE,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  state TEXT NOT NULL,
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
  transaction_ref TEXT NOT NULL DEFAULT '',
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
, website_id BIGINT NOT NULL DEFAULT 0);

CREATE INDEX sales_invoice_created ON sales_invoice (created_at, id);

CREATE INDEX sales_invoice_order ON sales_invoice (order_id, id);

CREATE INDEX sales_invoice_state ON sales_invoice (state, created_at, id);

CREATE INDEX sales_invoice_total ON sales_invoice (grand_total, id);

CREATE INDEX sales_invoice_website ON sales_invoice (website_id, created_at, id);

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

CREATE TABLE sales_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL UNIQUE,
  place_key TEXT UNIQUE,
  source TEXT NOT NULL,
  website_id BIGINT NOT NULL,
  store_view_id BIGINT NOT NULL,
  customer_id BIGINT,
  group_id BIGINT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  bill_name TEXT NOT NULL,
  bill_key TEXT NOT NULL,
  ship_name TEXT NOT NULL,
  ship_key TEXT NOT NULL,
  state TEXT NOT NULL,
  status TEXT NOT NULL,
  held_state TEXT NOT NULL DEFAULT '',
  held_status TEXT NOT NULL DEFAULT '',
  currency TEXT NOT NULL,
  base_currency TEXT NOT NULL,
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
  tax_lines TEXT NOT NULL DEFAULT '[]',
  coupon TEXT NOT NULL DEFAULT '',
  discount_label TEXT NOT NULL DEFAULT '',
  rule_ids TEXT NOT NULL DEFAULT '[]',
  shipping_method TEXT NOT NULL,
  shipping_title TEXT NOT NULL,
  payment_method TEXT NOT NULL,
  payment_title TEXT NOT NULL,
  po_number TEXT NOT NULL DEFAULT '',
  parent_id BIGINT,
  child_id BIGINT,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  impersonation_id BIGINT,
  ip TEXT NOT NULL DEFAULT '',
  paying_id BIGINT,
  version BIGINT NOT NULL DEFAULT 1,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX sales_order_bill ON sales_order (bill_key, id);

CREATE INDEX sales_order_created ON sales_order (created_at, id);

CREATE INDEX sales_order_customer ON sales_order (customer_id, created_at, id);

CREATE INDEX sales_order_email ON sales_order (email_key, id);

CREATE INDEX sales_order_ship ON sales_order (ship_key, id);

CREATE INDEX sales_order_status ON sales_order (status, created_at, id);

CREATE INDEX sales_order_stay ON sales_order (impersonation_id);

CREATE INDEX sales_order_total ON sales_order (grand_total, id);

CREATE INDEX sales_order_unpaid ON sales_order (created_at, id) WHERE state = 'pending_payment';

CREATE INDEX sales_order_view ON sales_order (store_view_id, created_at, id);

CREATE INDEX sales_order_website ON sales_order (website_id, created_at, id);

CREATE TABLE sales_order_address (
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  company TEXT NOT NULL DEFAULT '',
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  region TEXT NOT NULL DEFAULT '',
  postcode TEXT NOT NULL DEFAULT '',
  country TEXT NOT NULL,
  phone TEXT NOT NULL DEFAULT '',
  vat_id TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (order_id, kind)
);

CREATE TABLE sales_order_item (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  product_id BIGINT,
  parent_product_id BIGINT,
  sku TEXT NOT NULL,
  name TEXT NOT NULL,
  options TEXT NOT NULL DEFAULT '[]',
  kind TEXT NOT NULL,
  virtual BOOLEAN NOT NULL,
  tax_class TEXT NOT NULL DEFAULT '',
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
, external_id TEXT NOT NULL DEFAULT '');

CREATE INDEX sales_order_item_order ON sales_order_item (order_id, position);

CREATE INDEX sales_order_item_reserved ON sales_order_item (product_id) WHERE reserved > 0;

CREATE TABLE sales_order_term (
  term TEXT NOT NULL,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  shared BIGINT NOT NULL,
  PRIMARY KEY (term, order_id, shared)
);

CREATE INDEX sales_order_term_order ON sales_order_term (order_id);

CREATE TABLE sales_sequence (
  kind TEXT NOT NULL,
  store_view_id BIGINT NOT NULL,
  next BIGINT NOT NULL,
  PRIMARY KEY (kind, store_view_id)
);

CREATE TABLE sales_shipment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL UNIQUE,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  total_qty BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  actor_name TEXT NOT NULL,
  impersonation_id BIGINT,
  created_at BIGINT NOT NULL
, website_id BIGINT NOT NULL DEFAULT 0);

CREATE INDEX sales_shipment_created ON sales_shipment (created_at, id);

CREATE INDEX sales_shipment_order ON sales_shipment (order_id, id);

CREATE INDEX sales_shipment_website ON sales_shipment (website_id, created_at, id);

CREATE TABLE sales_shipment_item (
  shipment_id BIGINT NOT NULL REFERENCES sales_shipment(id) ON DELETE CASCADE,
  order_item_id BIGINT NOT NULL REFERENCES sales_order_item(id),
  qty BIGINT NOT NULL,
  PRIMARY KEY (shipment_id, order_item_id)
);

CREATE INDEX sales_shipment_item_item ON sales_shipment_item (order_item_id);

CREATE TABLE sales_track (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  shipment_id BIGINT NOT NULL REFERENCES sales_shipment(id) ON DELETE CASCADE,
  carrier TEXT NOT NULL,
  title TEXT NOT NULL,
  number TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX sales_track_shipment ON sales_track (shipment_id, id);

CREATE TABLE sales_transaction (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_id BIGINT NOT NULL REFERENCES sales_order(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  provider TEXT NOT NULL,
  reference TEXT NOT NULL,
  amount BIGINT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
, website_id BIGINT NOT NULL DEFAULT 0);

CREATE INDEX sales_transaction_amount ON sales_transaction (amount, id);

CREATE INDEX sales_transaction_created ON sales_transaction (created_at, id);

CREATE INDEX sales_transaction_kind ON sales_transaction (kind, created_at, id);

CREATE INDEX sales_transaction_order ON sales_transaction (order_id, id);

CREATE UNIQUE INDEX sales_transaction_ref ON sales_transaction (provider, kind, reference) WHERE reference <> '';

CREATE INDEX sales_transaction_website ON sales_transaction (website_id, created_at, id);

CREATE TABLE shipping_rate (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  website_id BIGINT NOT NULL REFERENCES website(id) ON DELETE CASCADE,
  measure TEXT NOT NULL,
  country TEXT NOT NULL,
  region TEXT NOT NULL,
  postcode TEXT NOT NULL,
  from_value BIGINT NOT NULL,
  price BIGINT NOT NULL,
  UNIQUE (website_id, measure, country, region, postcode, from_value)
);

CREATE TABLE store (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  website_id BIGINT NOT NULL REFERENCES website(id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  root_category_id BIGINT,
  default_view_id BIGINT
);

CREATE INDEX store_website ON store (website_id);

CREATE TABLE store_view (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  store_id BIGINT NOT NULL REFERENCES store(id),
  website_id BIGINT NOT NULL REFERENCES website(id),
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  locale TEXT NOT NULL,
  base_url TEXT NOT NULL UNIQUE,
  active BOOLEAN NOT NULL,
  sort_order BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX store_view_store ON store_view (store_id);

CREATE INDEX store_view_website ON store_view (website_id);

CREATE TABLE tax_class (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX tax_class_code ON tax_class (kind, code);

CREATE TABLE tax_rate (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  country TEXT NOT NULL,
  region TEXT NOT NULL,
  postcode TEXT NOT NULL,
  ppm BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE INDEX tax_rate_country ON tax_rate (country, code);

CREATE TABLE tax_rate_title (
  rate_id BIGINT NOT NULL REFERENCES tax_rate(id) ON DELETE CASCADE,
  store_view_id BIGINT NOT NULL,
  title TEXT NOT NULL,
  PRIMARY KEY (rate_id, store_view_id)
);

CREATE TABLE tax_rule (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE,
  priority BIGINT NOT NULL,
  on_subtotal BOOLEAN NOT NULL,
  sort_order BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

CREATE TABLE tax_rule_class (
  rule_id BIGINT NOT NULL REFERENCES tax_rule(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  code TEXT NOT NULL,
  PRIMARY KEY (rule_id, kind, code)
);

CREATE INDEX tax_rule_class_code ON tax_rule_class (kind, code);

CREATE TABLE tax_rule_rate (
  rule_id BIGINT NOT NULL REFERENCES tax_rule(id) ON DELETE CASCADE,
  rate_id BIGINT NOT NULL REFERENCES tax_rate(id),
  PRIMARY KEY (rule_id, rate_id)
);

CREATE INDEX tax_rule_rate_rate ON tax_rule_rate (rate_id);

CREATE TABLE throttle (
  key TEXT NOT NULL PRIMARY KEY,
  failures BIGINT NOT NULL,
  last_failed_at BIGINT NOT NULL,
  blocked_until BIGINT NOT NULL
);

CREATE TABLE url_redirect (
  store_view_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  path TEXT NOT NULL,
  target_id BIGINT NOT NULL,
  PRIMARY KEY (store_view_id, kind, path)
);

CREATE INDEX url_redirect_target ON url_redirect (kind, target_id);

CREATE TABLE version (
  topic TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);

CREATE TABLE webhook_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  url TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  next_try_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  sent_at BIGINT,
  status BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT ''
);

CREATE INDEX webhook_delivery_created ON webhook_delivery (created_at);

CREATE INDEX webhook_delivery_due ON webhook_delivery (sent_at, next_try_at);

CREATE TABLE website (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  code TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  currency TEXT NOT NULL,
  is_default BOOLEAN NOT NULL,
  default_store_id BIGINT,
  sort_order BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE wish_list_item (
  customer_id BIGINT NOT NULL REFERENCES customer(id) ON DELETE CASCADE,
  product_id BIGINT NOT NULL REFERENCES product(id) ON DELETE CASCADE,
  added_at BIGINT NOT NULL,
  PRIMARY KEY (customer_id, product_id)
);
