package app_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// ofPeople are the tables that grow with every customer, session and entry of the
// log, those before that others point to. Some have more rows than are worth
// copying, and only what is over can be there many times.
var ofPeople = []struct{ table, which string }{
	{"customer", ""}, {"customer_address", ""}, {"customer_term", ""}, {"customer_session", ""}, {"newsletter_subscriber", ""}, {"recently_viewed", ""},
	{"wish_list_item", ""}, {"password_reset", ""}, {"cart", ""}, {"cart_item", ""}, {"throttle", ""}, {"admin_session", latest},
	{"impersonation", "x.ended_at IS NOT NULL"}, {"consent_event", ""}, {"assist_request", "NOT x.open"}, {"assist_approval", "x.state <> 'pending'"},
	{"assist_proposal", ""}, {"assist_change", ""}, {"assist_alert", ""}, {"assist_review", ""}, {"webhook_delivery", "x.sent_at IS NOT NULL"}, {"audit_filter", ""},
	{"audit_log", latest}, {"mail_outbox", latest},
}

const (
	latest = "latest"
	copies = 400
	apart  = 12 * time.Hour // from one copy to the next
)

// TestNoPageAndNoChangeReadsAllCustomersSessionsOrEntries walks through the pages
// of Login as Customer, of customers and of the Actions Report, on both sides and
// during a stay, does what one can do there, runs the periodic tasks, and asks of
// every statement that this led to how the database goes about it.
func TestNoPageAndNoChangeReadsAllCustomersSessionsOrEntries(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.two = d.Shop // whose statements are heard
		d.receive()
		d.watchEverything()
		d.deeds()
		d.grow()
		spy := sqldbtest.Listen(d.DB)
		d.deeds()
		d.crawl()
		d.Clock.Advance(25 * time.Hour)
		ran := append(d.Jobs.RunDue(systemCtx), d.Watching.RunDue(systemCtx)...)
		if len(spy.Asked) < 300 || len(ran) < 10 {
			t.Errorf("only %d statements were heard, %d tasks ran", len(spy.Asked), len(ran))
		}
		tables := make([]string, len(ofPeople))
		for i, p := range ofPeople {
			tables[i] = p.table
			if n := d.one(`SELECT COUNT(*) FROM ` + p.table); n < copies {
				t.Errorf("%s has only %d rows", p.table, n)
			}
		}
		t.Logf("%d statements were explained, %d tasks ran", len(spy.Asked), len(ran))
		spy.MustStop(t, append(tables, "audit_term", "audit_block")...)
	})
}

// deeds begins and ends sessions in most ways, and does what leaves rows in the
// tables beside.
func (d *desk) deeds() {
	d.t.Helper()
	for _, e := range endings {
		if e.want == "not_recorded" {
			continue // is about sealing
		}
		s := e.begin(d)
		d.Clock.Advance(time.Second)
		s.send(d.Shop, http.MethodGet, "/account", nil)
		e.end(d, s)
		s.send(d.Shop, http.MethodGet, "/account", nil)
		if e.undo != nil {
			e.undo(d)
		}
	}
	for _, m := range misdeeds[:len(misdeeds)-1] {
		m.do(d)
	}
	d.deliver()
	d.shopsDuringAStay()
	tom := d.in("tom", "/assist/alerts")
	page := tom.Follow(`table a[href^="/assist/alerts/"]`)
	page.Form(page.URL.Path+"/seen").Set("note", "Spoke to them").Submit().MustStatus(http.StatusOK)
	d.in("tom", "/system/actions?group=cart").Form("form[action*='/system/actions/filters']").Set("name", fmt.Sprint("Mine ", d.made)).Submit().MustStatus(http.StatusOK)
}

// shopsDuringAStay changes what can be undone, and prepares a proposal.
func (d *desk) shopsDuringAStay() {
	d.t.Helper()
	s := d.stay()
	s.shop.Visit(d.Store("german", "/p/item-1")).Form("form[action$='cart/items']").Submit()
	s.shop.Form("form[action$='assist/close']").Submit()
	undo := "/assist/log/" + s.id + "/undo"
	if tab := d.in("admin", undo); tab.HasForm(undo) {
		tab.Form(undo).Submit()
	}
	own := d.shopping(s.of, "german", "/p/item-2")
	own.Form("form[action$='account/wishlist']").Submit()
	own.Visit(d.Store("german", "/account/newsletter")).Form("form[action$='account/newsletter']").Submit()
	own.Visit(d.Store("german", "/account/addresses/new")).Form("form[action$='account/addresses']").Set("first_name", "Cleo").Set("last_name", "Number").
		Set("street", "Hafenstr. 1").Set("city", "Hamburg").Set("postcode", "20457").Set("country", "DE").Submit()
	own.Visit(d.Store("german", "/p/item-3"))
	webtest.New(d.t).Open(d.Store("german", "/login")).Form("form[action$=login]").Set("email", s.of.Email).Set("password", "not this one").Submit()
}

// crawl follows every link on both sides, and within a session.
func (d *desk) crawl() {
	d.t.Helper()
	h := apptest.NewHostile(d.t, d.Shop, apptest.Payload{Mark: "zqnothing", Text: "Cleo", Short: "Cleo"})
	h.Many = 4
	base, german := d.Store("english", ""), d.Store("german", "")
	h.Crawl(d.in("admin", "/"), d.Admin(""), "/", "/customers", "/customers/online", "/system/actions", "/system/users", "/system/outbox",
		"/assist/log", "/assist/report", "/assist/sessions", "/assist/approvals", "/assist/alerts", "/assist/alerts?show=all", "/assist/reviews", "/assist/reviews?show=attention", "/assist/webhook",
		"/assist/why?customer=vera@example.com", "/assist/stop", "/customers.csv?q=cleo", "/assist/log.csv")
	h.Crawl(vera(d.t, d.Shop), base, "/", "/account", "/account/edit", "/account/assistance", "/account/addresses", "/account/wishlist", "/account/newsletter", "/cart")
	s := d.stay()
	h.Crawl(s.shop, german, "/", "/account", "/account/assistance", "/cart", "/assist/session")
	if h.Read < 250 {
		d.t.Errorf("only %d pages were read", h.Read)
	}
}

// grow copies what is over many times, each copy later than the one before, and
// sets the clock to after the last.
func (d *desk) grow() {
	d.t.Helper()
	err := d.DB.Upkeep(sqldbtest.Ctx(), "grow", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, p := range ofPeople {
			if err := growTable(ctx, tx, p.table, p.which); err != nil {
				return fmt.Errorf("%s: %w", p.table, err)
			}
		}
		if tx.Hold() != "" { // PostgreSQL; SQLite has to do without
			_, err := tx.Exec(ctx, "ANALYZE")
			return err
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Clock.Advance((copies + 1) * apart)
	if err := d.Audit.Index(systemCtx); err != nil {
		d.t.Fatal(err)
	}
}

func growTable(ctx context.Context, tx *sqldb.Tx, table, which string) error {
	rows, err := tx.Query(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return err
	}
	columns, err := rows.Columns()
	rows.Close()
	if err != nil {
		return err
	}
	where, own := "", which == latest // the latest get ids of their own, in their order
	switch {
	case own:
		where = " WHERE x.id IN (SELECT id FROM " + table + " ORDER BY id DESC LIMIT 30)"
		columns = slices.DeleteFunc(columns, func(c string) bool { return c == "id" })
	case which != "":
		where = " WHERE " + which
	}
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = copiedOf(table, c)
	}
	text := fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s (%s) SELECT %s FROM %s x, n%s`,
		copies, table, strings.Join(columns, ", "), strings.Join(values, ", "), table, where)
	if own {
		text += " ORDER BY n.i, x.id"
	}
	_, err = tx.Exec(ctx, text)
	return err
}

// copiedOf is the value of a column in the copy: ids and what is unique are the
// copy's own, times are later.
func copiedOf(table, column string) string {
	switch {
	case column == "request_id" && table == "audit_log", column == "next_try_at":
	case slices.Contains([]string{"id", "customer_id", "subject_id", "impersonation_id", "cart_id", "request_id", "event_id"}, column):
		return fmt.Sprintf("CASE WHEN x.%[1]s = 0 THEN 0 ELSE 1000000 + n.i * 1000 + x.%[1]s END", column)
	case slices.Contains([]string{"public_id", "token_hash", "session_hash", "code_hash", "message", "key", "email", "email_key", "last_name", "name_key", "term", "phone_key", "recipient", "recipient_key"}, column),
		column == "name" && table == "audit_filter":
		return "'q' || n.i || x." + column
	case column == "at", column == "until", strings.HasSuffix(column, "_at"), strings.HasSuffix(column, "_until"), column == "answer_by":
		return fmt.Sprintf("x.%s + n.i * %d", column, apart.Microseconds())
	}
	return "x." + column
}
