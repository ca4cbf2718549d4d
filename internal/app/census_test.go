package app_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/admin"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/storefront"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// census drives every route as an Admin user inside Vera's account.
type census struct {
	t     *testing.T
	s     *apptest.Shop
	stay  string // the stay's secret
	token string // its forms' token

	address, wish, cartVersion int64
	order                      string // number of one that can be ordered again and cancelled
	invoiced, invoice          string // numbers of another one and of its invoice
	visit                      string // public id of the stay
}

// tables are all tables of the schema but those that every request may touch:
// the log itself, which is counted apart, the version rows, and times of use.
func tables(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../sqldb/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}
	seen := map[string]bool{"audit_log": true, "version": true, "periodic_task": true, "assist_alert": true} // alerts tell of refusals, beside their rows
	var names []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`CREATE TABLE (\w+)`).FindAllStringSubmatch(string(text), -1) {
			if !seen[m[1]] {
				seen[m[1]] = true
				names = append(names, m[1])
			}
		}
	}
	return names
}

// ofUse are columns that say when somebody was last there: upkeep, not changes.
var ofUse = map[string]bool{"impersonation.last_used_at": true, "admin_session.last_seen_at": true}

// rows reads the whole database, a line for each row.
func (c *census) rows() map[string][]string {
	c.t.Helper()
	all := map[string][]string{}
	for _, table := range tables(c.t) {
		all[table] = c.table(table)
	}
	return all
}

// table reads a table, a line for each row.
func (c *census) table(table string) []string {
	c.t.Helper()
	rows, err := c.s.DB.Reader().Query(context.Background(), "SELECT * FROM "+table)
	if err != nil {
		c.t.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		c.t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		vals, ptrs := make([]any, len(cols)), make([]any, len(cols))
		for i := range vals {
			ptrs[i] = &vals[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			c.t.Fatal(err)
		}
		line := ""
		for i, v := range vals {
			if !ofUse[table+"."+cols[i]] {
				line += fmt.Sprintf("%s=%v|", cols[i], v)
			}
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	sort.Strings(lines)
	return lines
}

func changed(before, after map[string][]string) []string {
	var names []string
	for table := range after {
		if strings.Join(before[table], "\n") != strings.Join(after[table], "\n") {
			names = append(names, table)
		}
	}
	for table := range before {
		if _, ok := after[table]; !ok {
			names = append(names, table)
		}
	}
	sort.Strings(names)
	return names
}

type logRow struct {
	id, actor, subject, stay int64
	action, result           string
}

func (c *census) log() []logRow {
	c.t.Helper()
	all, err := sqldb.All(context.Background(), c.s.DB.Reader(), func(s sqldb.Scanner) (r logRow, err error) {
		err = s.Scan(&r.id, &r.actor, &r.subject, &r.stay, &r.action, &r.result)
		return r, err
	}, `SELECT id, actor_id, subject_id, impersonation_id, action, result FROM audit_log ORDER BY id`)
	if err != nil {
		c.t.Fatal(err)
	}
	return all
}

// enterVera begins the stay and finds what the paths need.
func enterVera(t *testing.T, s *apptest.Shop) *census {
	t.Helper()
	b := webtest.New(t)
	_, shop := assistVera(b, s)
	c := &census{t: t, s: s, token: shop.Form("/assist/close").Value("csrf")}
	c.stay, _ = b.Cookie(s.Store("english", "/"), web.StayCookie)
	c.address = c.one(`SELECT MIN(id) FROM customer_address WHERE customer_id = 1`)
	c.wish = c.one(`SELECT MAX(id) FROM product`)
	c.orders(merchant{s, t})
	visit, err := sqldb.One(context.Background(), s.DB.Reader(), sqldb.Value[string], `SELECT public_id FROM impersonation WHERE customer_id = 1 AND ended_at IS NULL`)
	if err != nil {
		t.Fatal(err)
	}
	c.visit = visit
	if c.stay == "" || c.address == 0 {
		t.Fatal("the stay did not begin")
	}
	return c
}

// orders gives Vera one that is open and one that has an invoice.
func (c *census) orders(m merchant) {
	c.t.Helper()
	c.order = m.sold("vera@example.com").Number
	o := m.sold("vera@example.com")
	d, err := m.Sales.Invoice(sqldbtest.Ctx(), o.ID, sales.InvoiceForm{Qty: map[int64]int64{o.Items[0].ID: 1}})
	if err != nil {
		c.t.Fatal(err)
	}
	c.invoiced, c.invoice = o.Number, d.Number
	err = m.DB.Change(sqldbtest.Ctx(), "config.saved", func(ctx context.Context, tx *sqldb.Tx) error {
		return m.Config.Put(ctx, tx, config.Scope{}, config.Edit{Field: sales.AllowCancel, Value: "1"})
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *census) text(query string) string {
	c.t.Helper()
	v, err := sqldb.One(context.Background(), c.s.DB.Reader(), sqldb.Value[string], query)
	if err != nil {
		c.t.Fatal(query, err)
	}
	return v
}

func (c *census) one(query string) int64 {
	c.t.Helper()
	v, err := sqldb.One(context.Background(), c.s.DB.Reader(), sqldb.Value[int64], query)
	if err != nil {
		c.t.Fatal(query, err)
	}
	return v
}

// send sends a request with nothing but the stay's cookie, as its browser would.
func (c *census) send(base, method, path string, form url.Values) (int, string) {
	c.t.Helper()
	u, err := url.Parse(base + path)
	if err != nil {
		c.t.Fatal(err)
	}
	body := io.Reader(nil)
	if method != http.MethodGet {
		if form == nil {
			form = url.Values{}
		}
		form.Set("csrf", c.token)
		body = strings.NewReader(form.Encode())
	}
	r, err := http.NewRequest(method, u.String(), body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Host, r.URL.Host = u.Host, "127.0.0.1:"+strconv.Itoa(c.s.Port)
	r.Header.Set("Origin", u.Scheme+"://"+u.Host)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: web.StayCookie, Value: c.stay})
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text)
}

// recipes say how to use each route that changes something, for its one change.
func (c *census) recipes() map[string]url.Values {
	address := url.Values{
		"first_name": {"Vera"}, "last_name": {"Lind"}, "street": {"1 New Street"}, "city": {"Portland"},
		"region": {"Maine"}, "postcode": {"04102"}, "country": {"US"}, "phone": {"+1 207 555 0199"},
	}
	return map[string]url.Values{
		"POST /cart/items":                    {"sku": {"T-2"}, "qty": {"1"}},
		"POST /cart":                          {"version": {strconv.FormatInt(c.cartVersion, 10)}, "qty_1": {"3"}},
		"POST /cart/items/remove":             {"sku": {"T-2"}},
		"POST /cart/items/wish":               {"sku": {"T-1"}},
		"POST /cart/coupon":                   {"do": {"apply"}, "coupon": {"save10"}},
		"POST /cart/estimate":                 {"country": {"US"}, "region": {"Oregon"}, "postcode": {"97201"}},
		"POST /account/edit":                  {"first_name": {"Vera"}, "last_name": {"Lind-" + strconv.FormatInt(c.cartVersion, 10)}},
		"POST /account/addresses":             address,
		"POST /account/addresses/{id}":        address,
		"POST /account/addresses/{id}/delete": {},
		"POST /account/wishlist":              {"product": {strconv.FormatInt(c.wish, 10)}},
		"POST /account/wishlist/{id}/remove":  {},
		"POST /account/wishlist/{id}/cart":    {},
		"POST /checkout": {
			"shipping_from": {"new"}, "billing_from": {"same"}, "shipping_first_name": {"Vera"}, "shipping_last_name": {"Lind"}, "shipping_street": {"1 New Street"},
			"shipping_city": {"Portland"}, "shipping_region": {"Maine"}, "shipping_postcode": {"04102"}, "shipping_country": {"US"},
		},
		"POST /checkout/methods":                {"shipping_method": {"flatrate_flatrate"}, "payment_method": {"checkmo"}},
		"POST /assist/mode":                     {"mode": {"can_change"}, "reason": {"The customer asked for it"}},
		"POST /assist/extend":                   {},
		"POST /assist/reveal":                   {},
		"POST /assist/proposal/send":            {"note": {"Shall we?"}},
		"POST /assist/proposal/discard":         {},
		"POST /checkout/place":                  {}, // what stands in the review, see reviewed
		"POST /account/orders/{number}/reorder": {},
		"POST /account/orders/{number}/cancel":  {},
	}
}

func (c *census) path(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	if path == "/switch" {
		return "/switch?to=german&path=/p/item-1"
	}
	id := c.address
	if strings.Contains(path, "wishlist") {
		id = c.wish
	}
	number := c.order
	if strings.Contains(path, "{document}") {
		number = c.invoiced
	}
	return strings.NewReplacer("{number}", number, "{kind}", "invoices", "{document}", c.invoice, "{order}", "x", "{$}", "", "{id}", strconv.FormatInt(id, 10), "{path...}", "kitchen", "{key}", "item-1",
		"{request}", "x", "{receipt}", "x", "{file}", "x", "{stay}", c.visit, "{format}", "csv", "{token}", "x", "{reference}", "x", "{provider}", "x").Replace(path)
}

// TestACensusOfEveryRouteDuringAStay shows for each route of the storefront:
// what is denied changes nothing and leaves a refusal; what only looks changes
// nothing and leaves a page view; what changes something leaves exactly one row,
// which names the Admin user, the customer and the stay.
func TestACensusOfEveryRouteDuringAStay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		for _, route := range storefront.New(storefront.Deps{Now: s.Clock.Now, Log: s.Log}).Routes() {
			if wayInOut(route) || route.Stream {
				continue // not part of the account; a stream ends with the stay, which TestNoRequestIsServed… proves
			}
			c.t = t
			c.drive(route)
		}
		c.forgeries()
	})
}

// prepare makes a draft of a proposal.
func (c *census) prepare() {
	c.t.Helper()
	at := c.s.Store("english", "")
	c.send(at, "POST", "/assist/mode", url.Values{"mode": {"propose"}})
	c.send(at, "POST", "/cart/items", url.Values{"sku": {"T-2"}, "qty": {"1"}})
	c.send(at, "POST", "/assist/mode", url.Values{"mode": {"can_change"}, "reason": {"The customer asked for it"}})
}

// wayInOut tells the hand-off's steps and Close Session.
func wayInOut(route web.Route) bool {
	for _, step := range []string{"start", "land", "enter", "close"} {
		if strings.HasSuffix(route.Pattern, " /assist/"+step) {
			return true
		}
	}
	return false
}

func (c *census) drive(route web.Route) {
	c.t.Helper()
	method, _, _ := strings.Cut(route.Pattern, " ")
	if strings.HasSuffix(route.Pattern, "/wishlist/{id}/remove") || strings.HasSuffix(route.Pattern, "/wishlist/{id}/cart") {
		c.send(c.s.Store("english", ""), "POST", "/account/wishlist", url.Values{"product": {strconv.FormatInt(c.wish, 10)}})
	}
	switch route.Pattern {
	case "POST /assist/mode": // raised again
		c.send(c.s.Store("english", ""), "POST", "/assist/mode", url.Values{"mode": {"view_only"}})
	case "POST /assist/proposal/send", "POST /assist/proposal/discard":
		c.prepare()
	case "POST /assist/extend": // right after the beginning there is nothing to gain
		c.s.Clock.Advance(5 * time.Minute)
	}
	c.cartVersion = c.one(`SELECT COALESCE(MAX(version), 0) FROM cart WHERE customer_id = 1 AND active`)
	form, known := c.recipes()[route.Pattern]
	if method != "GET" && route.Assisted != web.Denied && !known {
		c.t.Errorf("%s: the census has no recipe for this route", route.Pattern)
		return
	}
	switch route.Pattern {
	case "POST /checkout/place":
		form = c.reviewed()
	case "POST /assist/proposal/discard":
		form = url.Values{"proposal": {c.text(`SELECT public_id FROM assist_proposal WHERE state = 'draft'`)}}
	}
	before, logged := c.rows(), len(c.log())
	status, body := c.send(c.s.Store("english", ""), method, c.path(route.Pattern), form)
	touched, fresh := changed(before, c.rows()), c.log()[logged:]
	changes := 1
	if route.Pattern == "POST /account/wishlist/{id}/cart" {
		changes = 2 // into the cart and off the list
	}
	for _, row := range fresh {
		if row.actor != c.maria() || row.subject != 1 || row.stay == 0 {
			c.t.Errorf("%s: row %+v does not name maria, Vera and the stay", route.Pattern, row)
		}
	}
	switch {
	case route.Quiet, route.Signed, route.Stream, route.Pattern == "GET /assist/notice": // which is answered with nothing, see storefront.isNotice
		if len(touched) > 0 || len(fresh) > 0 {
			c.t.Errorf("%s: changed %v, rows %+v", route.Pattern, touched, fresh)
		}
	case route.Assisted == web.Denied:
		if status != http.StatusForbidden || len(touched) > 0 || len(fresh) != 1 || fresh[0].result != sqldb.Failure {
			c.t.Errorf("%s is denied: status %d, changed %v, rows %+v", route.Pattern, status, touched, fresh)
		}
	case method == "GET":
		if status >= 400 || len(touched) > 0 || len(fresh) != 1 || fresh[0].action != "login_as_customer.page_viewed" {
			c.t.Errorf("%s only looks: status %d, changed %v, rows %+v", route.Pattern, status, touched, fresh)
		}
	default:
		for _, row := range fresh {
			if got := assist.AreaOf(sqldb.Action(row.action)); got != route.Assisted.Area() {
				c.t.Errorf("%s is of the area %q, what it does, %s, of %q: a scope would not hold", route.Pattern, route.Assisted.Area(), row.action, got)
			}
		}
		if status != http.StatusSeeOther || len(touched) == 0 || len(fresh) != changes || fresh[0].result != sqldb.Success {
			c.t.Errorf("%s changes: status %d, changed %v, rows %+v\n%.600s", route.Pattern, status, touched, fresh, words(body))
		}
	}
}

// reviewed is what the review's form would send.
func (c *census) reviewed() url.Values {
	c.t.Helper()
	_, body := c.send(c.s.Store("english", ""), "GET", "/checkout/review", nil)
	form := url.Values{}
	for _, m := range regexp.MustCompile(`name="(key|total)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		form.Set(m[1], m[2])
	}
	return form
}

// forgeries are what the forms do not offer during a stay.
func (c *census) forgeries() {
	c.t.Helper()
	for name, form := range map[string]url.Values{
		"e-mail":   {"first_name": {"Vera"}, "last_name": {"Lind"}, "email": {"mine@example.com"}, "change_email": {"1"}, "current": {"storehand-demo-2026"}},
		"password": {"first_name": {"Vera"}, "last_name": {"Lind"}, "password": {"another-password-1"}, "password_again": {"another-password-1"}, "change_password": {"1"}, "current": {"storehand-demo-2026"}},
		"consent":  {"first_name": {"Vera"}, "last_name": {"Lind"}, "assistance_shown": {"1"}, "assistance_allowed": {""}},
	} {
		before := c.account()
		c.send(c.s.Store("english", ""), "POST", "/account/edit", form)
		if after := c.account(); after != before {
			c.t.Errorf("during a stay the %s was changed: %s, was %s", name, after, before)
		}
	}
}

func (c *census) account() string {
	c.t.Helper()
	v, err := sqldb.One(context.Background(), c.s.DB.Reader(), sqldb.Value[string],
		`SELECT email || ' ' || password_hash || ' ' || assistance FROM customer WHERE id = 1`)
	if err != nil {
		c.t.Fatal(err)
	}
	return v
}

func (c *census) maria() int64 {
	c.t.Helper()
	return c.one(`SELECT id FROM admin_user WHERE username_key = 'maria'`)
}

func words(html string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")), " ")
}

// TestAStayOpensNothingInTheAdmin sends every route of the Admin the stay's
// cookie: none answers, none changes anything.
func TestAStayOpensNothingInTheAdmin(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		routes := admin.New(admin.Deps{Now: s.Clock.Now, Log: s.Log}).Routes()
		before, logged := c.rows(), len(c.log())
		for _, route := range routes {
			if route.Access.IsPublic() {
				continue
			}
			method, _, _ := strings.Cut(route.Pattern, " ")
			path := regexp.MustCompile(`\{[a-z$.]+\}`).ReplaceAllString(c.path(route.Pattern), "1")
			if status, _ := c.send(s.Admin(""), method, path, nil); status != http.StatusSeeOther && status != http.StatusUnauthorized {
				t.Errorf("%s answered %d", route.Pattern, status)
			}
		}
		if touched := changed(before, c.rows()); len(touched) > 0 || len(c.log()) != logged {
			t.Errorf("changed %v, %d new rows", touched, len(c.log())-logged)
		}
	})
}
