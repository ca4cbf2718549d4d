package app_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// desk is a shop with two nodes, where that is possible: people work on the
// first, and what they did is felt on the second.
type desk struct {
	*apptest.Shop
	t    *testing.T
	two  *apptest.Shop
	made int // people
}

// eachDesk runs fn on each engine. SQLite has one node, which stands for both.
func eachDesk(t *testing.T, fn func(t *testing.T, d *desk)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		d := &desk{Shop: s, t: t, two: s}
		if s.DB.Engine() == sqldb.Postgres {
			d.two = s.Peer(t)
		}
		fn(t, d)
	})
}

// in is a new tab of an Admin user, signed in.
func (d *desk) in(username, path string) *webtest.Tab {
	d.t.Helper()
	tab := webtest.New(d.t).Open(d.Admin("/login"))
	tab = tab.Form("/login").Set("username", username).Set("password", demo.Password).Submit()
	return tab.Visit(path)
}

// one reads a number.
func (d *desk) one(query string, args ...any) int64 {
	d.t.Helper()
	v, err := sqldb.One(context.Background(), d.DB.Reader(), sqldb.Value[int64], query, args...)
	if err != nil {
		d.t.Fatal(query, err)
	}
	return v
}

func (d *desk) role(name string) int64 {
	d.t.Helper()
	return d.one(`SELECT id FROM admin_role WHERE name = $1`, name)
}

// agent adds an Admin user with a role.
func (d *desk) agent(role string) staff.User {
	d.t.Helper()
	d.made++
	name := fmt.Sprintf("agent%d", d.made)
	id, err := d.Staff.Save(sqldbtest.Ctx(), staff.System(), staff.Draft{
		Username: name, Email: name + "@staff.example.com", FirstName: "Agent", LastName: fmt.Sprint(d.made),
		RoleID: d.role(role), Active: true, Password: demo.Password, Repeat: demo.Password,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	u, err := d.Staff.Get(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return u
}

// customer adds a customer of a store view who allows assistance.
func (d *desk) customer(view string) customer.Customer {
	d.t.Helper()
	c := d.newcomer(view)
	who := actor.With(d.t.Context(), actor.Who{Kind: actor.Customer, ID: c.ID, Name: "Cleo", Subject: actor.Subject{ID: c.ID, Name: "Cleo"}})
	if _, err := d.Assist.SetConsent(who, assist.ConsentForm{CustomerID: c.ID, Allow: true, Channel: assist.BySelf}); err != nil {
		d.t.Fatal(err)
	}
	c, err := d.Customers.Get(d.t.Context(), c.ID)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// newcomer adds a customer of a store view who was never asked.
func (d *desk) newcomer(view string) customer.Customer {
	d.t.Helper()
	d.made++
	tree, err := d.Stores.Tree(d.t.Context())
	if err != nil {
		d.t.Fatal(err)
	}
	v, _ := tree.ViewByCode(view)
	hash, err := d.Hasher.Hash(d.t.Context(), demo.Password)
	if err != nil {
		d.t.Fatal(err)
	}
	id, err := d.Customers.Create(sqldbtest.Ctx(), customer.Draft{
		Details:   customer.Details{Email: fmt.Sprintf("c%d@example.com", d.made), FirstName: "Cleo", LastName: fmt.Sprintf("Number%d", d.made)},
		WebsiteID: v.WebsiteID, StoreViewID: v.ID, PasswordHash: hash,
	})
	if err != nil {
		d.t.Fatal(err)
	}
	c, err := d.Customers.Get(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// shopping is a customer's own tab, signed in.
func (d *desk) shopping(c customer.Customer, view, path string) *webtest.Tab {
	d.t.Helper()
	tab := webtest.New(d.t).Open(d.Store(view, "/login"))
	tab = tab.Form("form[action$=login]").Set("email", c.Email).Set("password", demo.Password).Submit()
	tab = tab.Visit(d.Store(view, path))
	tab.MustStatus(http.StatusOK)
	return tab
}

// stay is an Admin user in a customer's account.
type stay struct {
	desk    *desk
	agent   staff.User
	of      customer.Customer
	admin   *webtest.Tab
	shop    *webtest.Tab
	base    string // of the store view
	id      string // public
	row     int64  // of the stay, where a test asks for it
	cookie  string
	code    string // that it was entered with, where a test asks for it
	request string // address of the request for consent or approval it rests on
	token   string // of its forms
	browser *webtest.Browser
}

// enter has an Admin user, signed in at tab, log in as a customer.
func (d *desk) enter(b *webtest.Browser, admin *webtest.Tab, agent staff.User, c customer.Customer, view string) *stay {
	d.t.Helper()
	path := fmt.Sprintf("/customers/%d", c.ID)
	form := admin.Visit(path).Form(path + "/assist")
	if form.Has("reason_code") { // what the customer has granted is not asked again
		form.Set("reason_code", "cart")
	}
	return d.inside(b, admin, form.Submit("Login as Customer"), agent, c, view)
}

// inside is the stay whose first page is in a tab.
func (d *desk) inside(b *webtest.Browser, admin, shop *webtest.Tab, agent staff.User, c customer.Customer, view string) *stay {
	d.t.Helper()
	shop.MustContain(c.Name(), agent.Name())
	s := &stay{desk: d, agent: agent, of: c, admin: admin, shop: shop, base: d.Store(view, ""), browser: b}
	s.token = shop.Form("form[action$=close]").Value("csrf")
	s.cookie, _ = b.Cookie(d.Store(view, "/"), web.StayCookie)
	id, err := sqldb.One(d.t.Context(), d.DB.Reader(), sqldb.Value[string], `SELECT public_id FROM impersonation WHERE customer_id = $1 AND ended_at IS NULL`, c.ID)
	if err != nil || s.cookie == "" || s.token == "" {
		d.t.Fatalf("the stay did not begin: %v", err)
	}
	s.id = id
	return s
}

// answer is what a node said.
type answer struct {
	status int
	header http.Header
	body   string
}

// send asks a node with the stay's cookie: a page, a form, or, with the header
// HX-Request, a part of a page.
func (s *stay) send(node *apptest.Shop, method, path string, form url.Values, header ...string) answer {
	s.desk.t.Helper()
	if form != nil && !form.Has("csrf") {
		form.Set("csrf", s.token)
	}
	return send(s.desk.t, node, method, s.base+path, form, append([]string{"Cookie", web.StayCookie + "=" + s.cookie}, header...)...)
}

// send asks a node directly, as a browser on the same site would.
func send(t *testing.T, node *apptest.Shop, method, address string, form url.Values, header ...string) answer {
	t.Helper()
	r := request(t.Context(), method, address, form, header...)
	w := httptest.NewRecorder()
	node.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

func request(ctx context.Context, method, address string, form url.Values, header ...string) *http.Request {
	body := io.Reader(nil)
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(ctx, method, address, body)
	r.RequestURI = r.URL.RequestURI() // as a browser sends it
	if method != http.MethodGet && method != http.MethodHead {
		r.Header.Set("Origin", r.URL.Scheme+"://"+r.URL.Host)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// everything is the grant of an administrator.
var everything = acl.Everything()

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// recordedText is the whole record as text.
func recordedText(t *testing.T, d *desk) string {
	t.Helper()
	c := &census{t: t, s: d.Shop}
	var b strings.Builder
	for _, table := range append(tables(t), "audit_log") {
		for _, line := range c.table(table) {
			b.WriteString(line)
		}
	}
	return b.String()
}

var systemCtx = sqldbtest.Ctx()
