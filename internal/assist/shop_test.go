package assist

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	stores "github.com/storehand/storehand/internal/store"
)

// The rows of the test's shop.
const (
	mainSite, outletSite    int64 = 1, 2
	english, german, outlet int64 = 1, 2, 3
	supportRole             int64 = 1
	auditRole               int64 = 2
	people40                      = 40
	maria, tom              int64 = 1, 39 // tom has the audit role
	vera, elena             int64 = 1, 40 // elena belongs to the outlet
	mariaSession                  = maria
)

// shop is a small shop with Login as Customer switched on: Admin users and
// their sessions 1 to 40 with the support role but for tom, customers 1 to 40
// who have agreed, two websites, three store views.
type shop struct {
	*Service
	t   testing.TB
	now func() time.Time
}

// each runs a test on both engines.
func each(t *testing.T, fn func(t *testing.T, s *shop, clock *sqldbtest.Clock)) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := open(t, db, clock.Now)
		s.furnish()
		fn(t, s, clock)
	})
}

// open wires a Service as the application does.
func open(t testing.TB, db *sqldb.DB, now func() time.Time) *shop {
	s := &shop{t: t, now: now, Service: New(db, stores.New(db, ""), session.New(db, session.Limits{}))}
	db.Hooks(s.Guard, audit.Record)
	return s
}

// nodes opens two nodes on one database. SQLite has one node, which stands for
// both.
func nodes(t *testing.T, engine sqldb.Engine, now func() time.Time) (one, two *shop) {
	dsn := sqldbtest.DSN(t, engine)
	one = open(t, sqldbtest.Open(t, dsn, now), now)
	one.furnish()
	if engine == sqldb.SQLite {
		return one, one
	}
	return one, open(t, sqldbtest.Open(t, dsn, now), now)
}

func (s *shop) furnish() {
	s.t.Helper()
	err := s.db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) (err error) {
		furnish(func(query string, args ...any) {
			if err == nil {
				_, err = tx.Exec(ctx, query, args...)
			}
		}, sqldb.Micros(s.now()))
		if err != nil {
			return err
		}
		return sqldbtest.DropGuards(ctx, tx) // exec changes evidence too
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.set(Enabled.Path, "1")
	s.set(QuotaHour.Path, "0")
	s.set(QuotaDay.Path, "0")
}

func furnish(do func(query string, args ...any), at int64) {
	do(`INSERT INTO website (id, code, name, currency, is_default, default_store_id) VALUES (1, 'base', 'Main Website', 'EUR', TRUE, 1), (2, 'outlet', 'Outlet', 'EUR', FALSE, 2)`)
	do(`INSERT INTO store (id, website_id, code, name, default_view_id) VALUES (1, 1, 'main', 'Main Store', 1), (2, 2, 'outlet', 'Outlet Store', 3)`)
	do(`INSERT INTO store_view (id, store_id, website_id, code, name, locale, base_url, active) VALUES
		(1, 1, 1, 'en', 'English', 'en', 'https://www.shop.test/', TRUE), (2, 1, 1, 'de', 'German', 'de', 'https://www.shop.test/de/', TRUE),
		(3, 2, 2, 'out', 'Outlet English', 'en', 'https://outlet.test/', TRUE)`)
	do(`INSERT INTO admin_role (id, name, name_key, all_resources, all_websites, created_at, updated_at) VALUES
		(1, 'Support desk', 'support', FALSE, TRUE, 0, 0), (2, 'Audit', 'audit', FALSE, TRUE, 0, 0)`)
	do(`INSERT INTO admin_role_resource (role_id, resource) VALUES (1, $1), (2, $2)`, string(acl.AssistLogin), string(acl.AssistLog))
	for k := int64(1); k <= people40; k++ {
		role, site := supportRole, mainSite
		if k == tom {
			role = auditRole
		}
		if k == elena {
			site = outletSite
		}
		do(`INSERT INTO admin_user (id, username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
			VALUES ($1, $2, $2, $2, $2, 'Maria', $2, '', $3, TRUE, 0, 0, 0)`, k, fmt.Sprintf("maria%d", k), role)
		do(`INSERT INTO admin_session (id, token_hash, admin_user_id, created_at, last_seen_at, expires_at, ip, user_agent)
			VALUES ($1, $2, $1, $3, $3, $4, '', '')`, k, fmt.Sprint(k), at, at+(12*time.Hour).Microseconds())
		do(`INSERT INTO customer (id, website_id, store_view_id, group_id, email, email_key, first_name, last_name, name_key, active, assistance, created_at, updated_at)
			VALUES ($1, $2, $3, 1, $4, $4, 'Vera', $5, $5, TRUE, 'allowed', 0, 0)`,
			k, site, map[int64]int64{mainSite: german, outletSite: outlet}[site], fmt.Sprintf("vera%d@example.com", k), fmt.Sprintf("Lind%d", k))
		do(`INSERT INTO consent_event (customer_id, value, channel, actor_kind, actor_id, actor_name, at) VALUES ($1, 'allowed', 'demo', 'system', 0, '', $2)`, k, at)
	}
}

// exec changes the shop behind everybody's back.
func (s *shop) exec(query string, args ...any) {
	s.t.Helper()
	if err := s.db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

// set sets a global setting.
func (s *shop) set(path, value string) {
	s.t.Helper()
	s.exec(`INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ($1, 'default', 0, $2, 0, '')
		ON CONFLICT (path, scope, scope_id) DO UPDATE SET value = excluded.value`, path, value)
}

// admin gives the context of an Admin user's request.
func (s *shop) admin(id int64) context.Context {
	return actor.With(s.t.Context(), actor.Who{Kind: actor.Admin, ID: id, Name: fmt.Sprintf("maria%d", id), SessionID: id, IP: "192.0.2.1"})
}

// customer gives the context of a customer's own request.
func (s *shop) customer(id int64) context.Context {
	name := fmt.Sprintf("Vera Lind%d", id)
	return actor.With(s.t.Context(), actor.Who{Kind: actor.Customer, ID: id, Name: name, Subject: actor.Subject{ID: id, Name: name}})
}

// guest gives the context of a browser that is nobody yet.
func (s *shop) guest() context.Context {
	return actor.With(s.t.Context(), actor.Who{Kind: actor.Guest, IP: "192.0.2.1"})
}

// within gives the context of a request in a stay.
func (s *shop) within(stay Stay) context.Context {
	return actor.With(s.t.Context(), stay.Who(actor.Who{}))
}

func form(customer int64) BeginForm {
	return BeginForm{CustomerID: customer, ReasonCode: "order", Ticket: "T-1"}
}

const verifier = "a-verifier-of-43-characters-or-a-little-more"

// minted goes as far as the code.
func (s *shop) minted(admin, customer int64) EnterForm {
	s.t.Helper()
	b, err := s.Begin(s.admin(admin), form(customer))
	if err != nil {
		s.t.Fatalf("Begin: %v", err)
	}
	g, err := s.Authorize(s.admin(admin), b.PublicID, impersonate.Challenge(verifier))
	if err != nil {
		s.t.Fatalf("Authorize: %v", err)
	}
	origin := "https://www.shop.test"
	if customer == elena {
		origin = "https://outlet.test"
	}
	return EnterForm{Code: g.Code.Reveal(), Verifier: verifier, Origin: origin}
}

// entered goes the whole way.
func (s *shop) entered(admin, customer int64) Entered {
	s.t.Helper()
	in, err := s.Enter(s.guest(), s.minted(admin, customer))
	if err != nil {
		s.t.Fatalf("Enter: %v", err)
	}
	return in
}

// buy is a change an area makes during a stay; it knows nothing of assist.
func (s *shop) buy(ctx context.Context) error {
	return s.db.Change(ctx, "cart.item_added", func(ctx context.Context, tx *sqldb.Tx) error {
		tx.About("cart", "1")
		// The customer's own row too, which a withdrawal of consent also writes.
		who, _ := actor.From(ctx)
		if _, err := tx.Exec(ctx, `UPDATE customer SET updated_at = updated_at + 1 WHERE id = $1`, who.CustomerID()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE version SET value = value + 1 WHERE topic = 'catalog'`)
		return err
	})
}

// logged counts rows of the record.
func (s *shop) logged(action sqldb.Action, result string) (n int) {
	s.t.Helper()
	n, err := sqldb.One(s.t.Context(), s.db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM audit_log WHERE action = $1 AND result = $2`, string(action), result)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}
