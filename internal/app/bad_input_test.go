package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/admin"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/storefront"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// bad are values that no field expects.
var bad = map[string]string{
	"nothing": "", "64 KB": strings.Repeat("é", 32<<10), "control characters": "\x01\x1b[31m\r\nSet-Cookie: a=b", "a negative number": "-1",
	"a foreign id": "999999", "a huge number": "99999999999999999999", "no text": "\xff\xfe", "a zero byte": "a\x00b", "turned text": "\u202eevil\u2066",
}

// paths are ids that nothing has.
var paths = []string{"999999", "0", "-1", "abc", "99999999999999999999", "%00", "%ff", "%2e%2e%2f1"}

// crawl sends one application what nobody should, as somebody signed in.
type crawl struct {
	*desk
	base, cookie, secret string
	signIn               func() *webtest.Tab
	tab                  *webtest.Tab
	sent                 int
	last                 int64 // changes so far
	seen                 map[string]bool
}

func (c *crawl) start() {
	c.t.Helper()
	err := c.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM throttle`)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	c.tab = c.signIn()
	c.last = c.changes()
}

// changes counts what was changed by its record; downloads and looks change nothing.
func (c *crawl) changes() int64 {
	return c.one(`SELECT COUNT(*) FROM audit_log WHERE result = 'success' AND action NOT LIKE '%export%' AND action NOT LIKE 'audit.%viewed'`)
}

// send sends one request and fails if the application breaks, or changes
// something without saying so.
func (c *crawl) send(what, method, address string, form url.Values, header ...string) {
	c.t.Helper()
	c.sent++
	got := send(c.t, c.Shop, method, address, form, append([]string{"Cookie", c.cookie + "=" + c.secret, "User-Agent", "\xff\xfe browser"}, header...)...)
	if got.status >= 500 {
		c.t.Errorf("%s %s with %s: %d\n%s", method, clipped(address), what, got.status, c.lastError())
	}
	if method == http.MethodGet {
		return
	}
	changes := c.changes()
	if got.status != http.StatusSeeOther && changes != c.last {
		c.t.Errorf("%s %s with %s: something was changed, though the answer is %d", method, clipped(address), what, got.status)
	}
	c.last = changes
}

func clipped(s string) string { return s[:min(len(s), 150)] }

// lastError is what the log says about the latest failure.
func (c *crawl) lastError() string {
	lines := strings.Split(c.Lines.String(), "\n")
	slices.Reverse(lines)
	for _, l := range lines {
		if strings.Contains(l, "level=ERROR") {
			return clipped(l[strings.Index(l, "error="):])
		}
	}
	return ""
}

var param = regexp.MustCompile(`\{[a-z$.]+\}`)

// address fills the pattern's parameters in with ids that exist.
func (c *crawl) addresses(pattern string) []string {
	_, path, _ := strings.Cut(pattern, " ")
	path = strings.Replace(path, "{$}", "", 1)
	fill := func(id string) string {
		return param.ReplaceAllString(strings.NewReplacer("{path...}", "kitchen", "{key}", "item-1", "{file}", "x.css", "{stay}", "x").Replace(path), id)
	}
	switch {
	case strings.Contains(path, "{section}"):
		var all []string
		for _, s := range config.Sections(everything) {
			all = append(all, "/config/"+s.ID)
		}
		return all
	case strings.Contains(path, "{kind}"):
		var all []string
		for _, kind := range []string{"website", "store", "view"} {
			all = append(all, param.ReplaceAllString(strings.Replace(path, "{kind}", kind, 1), "2"))
		}
		return all
	case strings.Contains(path, "/system/users"):
		return []string{fill(fmt.Sprint(c.one(`SELECT id FROM admin_user WHERE username_key = 'tom'`)))}
	case strings.Contains(path, "/system/roles"):
		return []string{fill(fmt.Sprint(c.role("Audit")))}
	case strings.Contains(path, "groups"):
		return []string{fill("2")}
	}
	return []string{fill("1")}
}

// route sends one route what does not depend on its form.
func (c *crawl) route(pattern string) {
	method, _, _ := strings.Cut(pattern, " ")
	for _, path := range c.addresses(pattern) {
		if method == http.MethodGet {
			for _, name := range slices.Sorted(mapKeys(bad)) {
				q := url.Values{}
				for _, field := range []string{"q", "after", "before", "page", "sort", "dir", "size", "limit", "website", "view", "group", "from", "to", "id", "to", "path", "back", "why", "columns", "customer", "admin", "state", "price", "request", "challenge", "token", "cursor", "cat", "price_min", "price_max", "action"} {
					q.Set(field, bad[name])
				}
				if name != "64 KB" {
					c.send(name, method, c.base+path+"?"+q.Encode(), nil)
				}
			}
			continue
		}
		c.send("an empty body", method, c.base+path, url.Values{})
		c.send("nothing but the token", method, c.base+path, url.Values{"csrf": {web.FormToken(c.secret)}})
		for _, kind := range []string{"text/plain", "multipart/form-data; boundary=x", "multipart/form-data"} {
			c.send("the type "+kind, method, c.base+path, url.Values{"a": {"b"}}, "Content-Type", kind, "X-CSRF-Token", web.FormToken(c.secret))
		}
	}
	if !param.MatchString(strings.Replace(pattern, "{$}", "", 1)) {
		return
	}
	_, path, _ := strings.Cut(pattern, " ")
	for _, id := range paths {
		var form url.Values
		if method != http.MethodGet {
			form = url.Values{"csrf": {web.FormToken(c.secret)}, "own_password": {demo.Password}}
		}
		filled := strings.Replace(param.ReplaceAllString(path, id), "{path...}", id, 1)
		c.send("the id "+id, method, c.base+filled, form)
	}
}

// forms opens a page and sends each of its forms with one field spoilt at a time.
func (c *crawl) forms(path string, values []string) {
	page := c.tab.Visit(c.base + path)
	if page.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		return
	}
	if strings.HasSuffix(page.URL.Path, "/login") && !strings.HasSuffix(path, "/login") {
		c.start()
		page = c.tab.Visit(c.base + path)
	}
	for _, f := range page.Forms() {
		to, post := f.Address()
		if !post || strings.HasSuffix(to.Path, "/logout") || c.done(to) {
			continue
		}
		served := f.Values()
		if served.Has("own_password") {
			served.Set("own_password", demo.Password)
		}
		for _, field := range slices.Sorted(mapKeys(served)) {
			for _, name := range values {
				form := url.Values{}
				for k, v := range served {
					form[k] = v
				}
				form[field] = []string{bad[name]}
				c.send(field+" as "+name, http.MethodPost, to.String(), form)
			}
		}
	}
}

// done tells whether a form that is on every page has been sent before.
func (c *crawl) done(to *url.URL) bool {
	was := c.seen[to.String()]
	c.seen[to.String()] = true
	return was
}

func (c *crawl) run(routes []web.Route, values []string) {
	c.seen = map[string]bool{}
	c.start()
	for _, r := range routes {
		if strings.HasSuffix(r.Pattern, "/logout") || r.Stream { // a stream takes no input and never ends by itself
			continue
		}
		c.route(r.Pattern)
		if method, _, _ := strings.Cut(r.Pattern, " "); method == http.MethodGet && !r.Quiet {
			for _, path := range c.addresses(r.Pattern) {
				c.forms(path, values)
			}
		}
	}
}

// TestNoInputBreaksAPageOrChangesSomethingUnsaid sends every route of both
// applications input that nobody expects: it is refused, never a failure.
func TestNoInputBreaksAPageOrChangesSomethingUnsaid(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		d := &desk{Shop: s, t: t, two: s}
		values := slices.Sorted(mapKeys(bad))
		if s.DB.Engine() == sqldb.Postgres {
			values = []string{"64 KB", "control characters", "a huge number", "a zero byte"} // what this engine takes otherwise
		}
		vera := d.customer("english")
		shop := &crawl{desk: d, base: s.Store("english", ""), cookie: web.ShopCookie}
		shop.signIn = func() *webtest.Tab {
			b := webtest.New(t)
			tab := b.Open(s.Store("english", "/login"))
			tab = tab.Form("form[action$=login]").Set("email", vera.Email).Set("password", demo.Password).Submit()
			shop.secret, _ = b.Cookie(s.Store("english", "/"), web.ShopCookie)
			return tab
		}
		shop.run(storefront.New(storefront.Deps{Now: s.Clock.Now, Log: s.Log}).Routes(), values)

		staff := &crawl{desk: d, base: s.Admin(""), cookie: web.AdminCookie}
		staff.signIn = func() *webtest.Tab {
			b := webtest.New(t)
			tab := signIn(b, s, "admin")
			staff.secret, _ = b.Cookie(s.Admin("/"), web.AdminCookie)
			return tab
		}
		staff.run(admin.New(admin.Deps{Now: s.Clock.Now, Log: s.Log}).Routes(), values)
		t.Logf("%d and %d requests", shop.sent, staff.sent)
	})
}
