package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
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
// log, those before that others point to, with the rows that are copied many times:
// the latest of what can be there many times.
var ofPeople = []struct{ table, which string }{
	{"customer", latestOf("customer", "TRUE")}, {"customer_address", ofLatest}, {"customer_term", ofLatest}, {"customer_session", ofLatest},
	{"newsletter_subscriber", ofLatest}, {"recently_viewed", ofLatest}, {"wish_list_item", ofLatest}, {"password_reset", ofLatest},
	{"cart", ofLatest}, {"cart_item", "x.cart_id IN (SELECT c.id FROM cart c WHERE " + strings.ReplaceAll(ofLatest, "x.", "c.") + ")"},
	{"throttle", "TRUE"}, {"admin_session", own}, {"consent_event", latestOf("consent_event", "TRUE")},
	{"impersonation", latestOf("impersonation", "ended_at IS NOT NULL")}, {"assist_request", latestOf("assist_request", "NOT open")},
	{"assist_approval", latestOf("assist_approval", "state <> 'pending'")}, {"assist_proposal", ofLatest}, {"assist_change", ofLatest},
	{"assist_alert", latestOf("assist_alert", "TRUE")}, {"assist_review", latestOf("assist_review", "TRUE")},
	{"webhook_delivery", latestOf("webhook_delivery", "sent_at IS NOT NULL")}, {"audit_filter", "TRUE"}, {"audit_log", own}, {"mail_outbox", own},
}

const (
	copies   = 1_500
	apart    = 25 * time.Minute // from one copy to the next
	own      = "own"            // ids of their own, in their order
	ofLatest = "x.customer_id IN (SELECT id FROM customer WHERE id < 1000000 ORDER BY id DESC LIMIT 4)"
)

func latestOf(table, which string) string {
	return "x.id IN (SELECT id FROM " + table + " WHERE " + which + " ORDER BY id DESC LIMIT 4)"
}

// readWhole are statements that read a table on purpose, by how they begin.
var readWhole = map[string]string{
	`SELECT c.assistance, COUNT(*) FROM customer c GROUP BY`:                                                "the report's coverage, from an index alone",
	`SELECT state, COUNT(*) FROM (SELECT state FROM assist_review`:                                          "counts as far as ten thousand",
	`SELECT id, code, name, tax_class, vip, created_at,`:                                                    "counts each group as far as ten thousand",
	`SELECT day, end_cause, entered,`:                                                                       "the report reads its period, here all there is",
	`SELECT day, value, COUNT(*) FROM`:                                                                      "so too",
	`DELETE FROM throttle WHERE`:                                                                            "holds the failures of some minutes",
	`UPDATE admin_session SET ended_at = $1, end_cause`:                                                     "a restore that is accepted ends every session",
	`UPDATE customer_session SET ended_at = $1, end_cause`:                                                  "so too",
	`UPDATE assist_approval SET state = 'taken_back' WHERE state IN`:                                        "and every approval",
	`UPDATE assist_request SET state = $1, open = FALSE, closed_at = $2, token_hash = NULL, code_hash = ''`: "and every request that waits or was granted, by the index of the open ones",
}

// TestNoPageAndNoChangeReadsAllCustomersSessionsOrEntries walks through the pages
// of Login as Customer, of customers and of the Actions Report, on both sides and
// during a stay, does what one can do there, runs the periodic tasks, and asks of
// every statement that this led to how the database goes about it.
func TestNoPageAndNoChangeReadsAllCustomersSessionsOrEntries(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.two = d.Shop // whose statements are heard
		d.receive()
		d.watchEverything()
		d.shopping(d.granted().of, "german", "/account/assistance").Form("form[action$='/withdraw']").Submit()
		d.approved().send(d.Shop, http.MethodPost, "/assist/close", url.Values{})
		noApproval(d)
		d.beside()
		d.grow()
		for _, p := range ofPeople {
			if n := d.one(`SELECT COUNT(*) FROM ` + p.table); n < copies {
				t.Errorf("%s has only %d rows", p.table, n)
			}
		}
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
		}
		spy.Asked = slices.DeleteFunc(spy.Asked, onPurpose)
		t.Logf("%d statements were explained, %d tasks ran", len(spy.Asked), len(ran))
		spy.MustStop(t, append(tables, "audit_term", "audit_block")...)
	})
}

// onPurpose tells that a statement reads a table whole and may, or that it reads a
// portion of an export, which is much of the few thousand customers there are here.
func onPurpose(q sqldbtest.Question) bool {
	for begins := range readWhole {
		if strings.HasPrefix(q.Text, begins) {
			return true
		}
	}
	if strings.Contains(q.Text, " LIMIT ") && len(q.Args) > 0 {
		portion, _ := q.Args[len(q.Args)-1].(int)
		return portion == 1001
	}
	return false
}

// deeds begins and ends sessions in every way.
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
	d.beside()
}

// beside does what leaves rows in the tables beside those of sessions.
func (d *desk) beside() {
	d.t.Helper()
	for _, m := range misdeeds[:len(misdeeds)-1] {
		m.do(d)
	}
	d.deliver()
	d.shopsDuringAStay()
	tom := d.in("tom", "/assist/alerts")
	page := tom.Follow(`table a[href^="/assist/alerts/"]`)
	page.Form(page.URL.Path+"/seen").Set("note", "Spoke to them").Submit().MustStatus(http.StatusOK)
	d.in("tom", "/system/actions?group=cart").Form("form[action='/system/actions/filters']").Set("name", fmt.Sprint("Mine ", d.made)).Submit().MustStatus(http.StatusOK)
}

// shopsDuringAStay changes what can be undone, and prepares a proposal.
func (d *desk) shopsDuringAStay() {
	d.t.Helper()
	s := d.stay()
	s.shop.Visit(d.Store("german", "/p/item-1")).Form("form[action$='cart/items']").Submit()
	s.send(d.Shop, http.MethodPost, "/assist/mode", url.Values{"mode": {"propose"}})
	s.send(d.Shop, http.MethodPost, "/cart/items", url.Values{"sku": {"T-2"}, "qty": {"1"}})
	s.send(d.Shop, http.MethodPost, "/assist/proposal/send", url.Values{"note": {"As we spoke about"}})
	s.send(d.Shop, http.MethodPost, "/assist/close", url.Values{})
	undo := "/assist/log/" + s.id + "/undo"
	if tab := d.in("admin", undo); tab.HasForm(undo) {
		tab.Form(undo).Submit()
	}
	own := d.shopping(s.of, "german", "/p/item-2")
	own.Form("form[action$='account/wishlist']").Submit()
	own.Visit(d.Store("german", "/account/newsletter")).Form("form[action$='account/newsletter']").Submit()
	own.Visit(d.Store("german", "/account/addresses/new")).Form("form[action$='account/addresses']").Set("first_name", "Cleo").Set("last_name", "Number").
		Set("street", "Hafenstr. 1").Set("city", "Hamburg").Set("postcode", "20457").Set("country", "DE").Submit()
	own.Visit(d.Store("german", "/p/item-3")).Form("form[action$='cart/items']").Submit()
	webtest.New(d.t).Open(d.Store("german", "/forgot")).Form("form[action$=forgot]").Set("email", s.of.Email).Submit()
	webtest.New(d.t).Open(d.Store("german", "/login")).Form("form[action$=login]").Set("email", s.of.Email).Set("password", "not this one").Submit()
}

// crawl follows every link on both sides, and within a session.
func (d *desk) crawl() {
	d.t.Helper()
	h := apptest.NewHostile(d.t, d.Shop, apptest.Payload{Mark: "zqnothing", Text: "Cleo", Short: "Cleo"})
	h.Many = 2
	base, german := d.Store("english", ""), d.Store("german", "")
	h.Crawl(d.in("admin", "/"), d.Admin(""), "/", "/customers", "/customers/online", "/system/actions", "/system/users", "/system/outbox",
		"/assist/log", "/assist/report", "/assist/sessions", "/assist/approvals", "/assist/alerts", "/assist/alerts?show=all", "/assist/reviews", "/assist/reviews?show=attention", "/assist/webhook",
		"/assist/why?customer=vera@example.com", "/assist/stop", "/customers.csv?q=cleo", "/assist/log.csv")
	h.Crawl(vera(d.t, d.Shop), base, "/", "/account", "/account/edit", "/account/assistance", "/account/addresses", "/account/wishlist", "/account/newsletter", "/cart")
	s := d.stay()
	h.Crawl(s.shop, german, "/", "/account", "/account/assistance", "/cart", "/assist/session")
	if h.Read < 150 {
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
	if err := errors.Join(d.Audit.Index(systemCtx), d.Assist.Sweep(systemCtx)); err != nil {
		d.t.Fatal(err)
	}
}

func growTable(ctx context.Context, tx *sqldb.Tx, table, which string) error {
	columns, err := columnsOf(ctx, tx, table)
	if err != nil {
		return err
	}
	where, order := " WHERE "+which, ""
	if which == own {
		where, order = " WHERE x.id IN (SELECT id FROM "+table+" ORDER BY id DESC LIMIT 8)", " ORDER BY n.i, x.id"
		columns = slices.DeleteFunc(columns, func(c string) bool { return c == "id" })
	}
	value := func(column string) string { return copiedOf(table, column) }
	return copyRows(ctx, tx, copies, table, columns, value, where+order)
}

// copiedOf is the value of a column in the copy: ids and what is unique are the
// copy's own, times are later.
func copiedOf(table, column string) string {
	switch {
	case column == "state" && table == "assist_alert":
		return "'seen'"
	case column == "state" && table == "assist_review":
		return "'fine'"
	case column == "admin_user_id" && table == "audit_filter":
		return "1000 + n.i"
	case column == "session_hash", column == "code_hash" && table == "impersonation":
		return "NULL"
	case column == "request_id" && table == "audit_log", column == "next_try_at":
	case slices.Contains([]string{"id", "customer_id", "subject_id", "impersonation_id", "cart_id", "request_id", "event_id"}, column):
		return fmt.Sprintf("CASE WHEN x.%[1]s = 0 THEN 0 ELSE 1000000 + n.i * 1000 + x.%[1]s END", column)
	case slices.Contains([]string{"public_id", "token_hash", "message", "key", "email", "email_key", "last_name", "name_key", "term", "phone_key", "recipient", "recipient_key"}, column),
		column == "name" && table == "audit_filter":
		return "'q' || n.i || x." + column
	case column == "at", column == "until", strings.HasSuffix(column, "_at"), strings.HasSuffix(column, "_until"), column == "answer_by":
		return fmt.Sprintf("x.%s + n.i * %d", column, apart.Microseconds())
	}
	return "x." + column
}
