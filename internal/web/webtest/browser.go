// Package webtest is a browser without a window, for tests of the whole
// application over HTTP: it keeps cookies, fills in the forms that were really
// served, follows links and redirects, and refuses what a browser would refuse.
//
// It knows what these tests are about: __Host- and Secure cookies on
// *.localhost, SameSite, Origin and Sec-Fetch-Site headers, form-action of the
// content security policy, and forms that send themselves. It runs no scripts
// and draws nothing; the browser stories do.
package webtest

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Browser is what the tabs of one person share: cookies and habits.
type Browser struct {
	// Scripts lets forms that send themselves do so.
	Scripts bool
	// Header is added to every request.
	Header http.Header
	// Watch sees every request with its answer, redirects included.
	Watch func(*http.Request, *http.Response)

	t      testing.TB
	jar    *jar
	client *http.Client
	node   string // where all connections lead, whatever the address says
}

// New makes a browser without cookies. Names under localhost and test lead to
// the loopback address, whatever the resolver thinks.
func New(t testing.TB) *Browser {
	b := &Browser{Scripts: true, Header: http.Header{}, t: t, jar: &jar{}}
	transport := &http.Transport{
		DialContext:     b.dial,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, // certificates of tests
	}
	b.client = &http.Client{
		Transport:     transport,
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(transport.CloseIdleConnections)
	return b
}

// Through sends all further requests to one node, by its host and port, as a
// balancer might; the addresses stay those of the application.
func (b *Browser) Through(node string) {
	b.node = node
	b.client.CloseIdleConnections()
}

func (b *Browser) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	if b.node != "" {
		addr = b.node
	}
	return dialLoopback(ctx, network, addr)
}

func dialLoopback(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	if isLocalhost(host) || strings.HasSuffix(host, ".test") {
		addr = net.JoinHostPort("127.0.0.1", port)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, addr)
}

func isLocalhost(host string) bool {
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Open opens a tab at an absolute address.
func (b *Browser) Open(address string) *Tab {
	b.t.Helper()
	return (&Tab{Page: Page{t: b.t}, b: b}).Visit(address)
}

// Cookie returns the value of a cookie that a page at address would be sent.
func (b *Browser) Cookie(address, name string) (value string, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range b.jar.list {
		if c.name == name && c.goesTo(u) {
			return c.value, true
		}
	}
	return "", false
}

// SetCookie plants a cookie, as an attacker or an earlier visit might have.
func (b *Browser) SetCookie(address, header string) {
	u, err := url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.jar.take(u, []string{header})
}

// ForgetCookie removes a cookie wherever it is for.
func (b *Browser) ForgetCookie(name string) { b.jar.forget(name) }

// Tab shows one page at a time and remembers those before it.
type Tab struct {
	Page
	b    *Browser
	past []Page
}

// Visit goes to an address as if it had been typed: relative to the page shown,
// sent without a referrer.
func (t *Tab) Visit(address string) *Tab {
	t.b.t.Helper()
	return t.navigate(request{method: http.MethodGet, to: t.resolve(address)})
}

// Click follows the first link whose text, or accessible name, is exactly text.
// A link that opens a new tab returns that tab.
func (t *Tab) Click(text string) *Tab {
	t.b.t.Helper()
	for _, a := range t.All("a[href]") {
		if a.Text() == text || a.Attr("aria-label") == text || a.Attr("title") == text {
			return t.target(a.Attr("target")).navigate(request{
				method: http.MethodGet, to: t.resolve(a.Attr("href")), from: &t.Page,
			})
		}
	}
	t.fatalf("no link %q", text)
	return nil
}

// Follow follows the link that a selector finds.
func (t *Tab) Follow(selector string) *Tab {
	t.b.t.Helper()
	a := t.One(selector)
	return t.target(a.Attr("target")).navigate(request{
		method: http.MethodGet, to: t.resolve(a.Attr("href")), from: &t.Page,
	})
}

// Reload asks for the page again.
func (t *Tab) Reload() *Tab {
	t.b.t.Helper()
	return t.navigate(request{method: http.MethodGet, to: t.URL})
}

// Back shows the page before this one as it was, without asking the server.
func (t *Tab) Back() *Tab {
	t.b.t.Helper()
	if len(t.past) == 0 {
		t.fatalf("no page to go back to")
	}
	t.Page, t.past = t.past[len(t.past)-1], t.past[:len(t.past)-1]
	return t
}

// target is the tab a link or form leads to.
func (t *Tab) target(name string) *Tab {
	if name == "_blank" {
		return &Tab{Page: Page{t: t.b.t}, b: t.b}
	}
	return t
}

// request is one navigation.
type request struct {
	method      string
	to          *url.URL
	from        *Page // where it was clicked or sent; nil when typed
	body        string
	contentType string
}

const maxRedirects = 20

// navigate sends a request, follows redirects as a browser does and shows what
// comes of it. crossed remembers that the way led over another site, which
// SameSite and Sec-Fetch-Site do not forget.
func (t *Tab) navigate(r request) *Tab {
	t.b.t.Helper()
	crossed := false
	for range maxRedirects {
		crossed = crossed || (r.from != nil && site(r.from.URL) != site(r.to))
		res := t.send(r, crossed)
		next := res.Header.Get("Location")
		if next == "" || res.StatusCode < 300 || res.StatusCode > 399 {
			if strings.HasPrefix(res.Header.Get("Content-Disposition"), "attachment") {
				t = t.target("_blank") // a download leaves the page where it is
			}
			t.show(r.to, res)
			return t.sendsItself()
		}
		res.Body.Close()
		to, err := r.to.Parse(next)
		if err != nil {
			t.fatalf("redirect to %q: %v", next, err)
		}
		if r.from != nil && r.body != "" {
			r.from.checkFormAction(to)
		}
		r.to = to
		if res.StatusCode < 307 {
			r.method, r.contentType = http.MethodGet, ""
		}
	}
	t.fatalf("more than %d redirects", maxRedirects)
	return nil
}

func (t *Tab) send(r request, crossed bool) *http.Response {
	t.b.t.Helper()
	var body io.Reader
	if r.method != http.MethodGet {
		body = strings.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(t.b.t.Context(), r.method, r.to.String(), body)
	if err != nil {
		t.fatalf("%s %s: %v", r.method, r.to, err)
	}
	for name, values := range t.b.Header {
		req.Header[name] = values
	}
	setDefault(req.Header, "Accept", "text/html,application/xhtml+xml")
	setDefault(req.Header, "Accept-Language", "en")
	setDefault(req.Header, "User-Agent", "webtest")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	req.Header.Set("Sec-Fetch-Site", relation(r, crossed))
	if r.from != nil {
		r.from.sayWhence(req)
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if cookies := t.b.jar.forRequest(r.to, crossed, r.method); cookies != "" {
		req.Header.Set("Cookie", cookies)
	}
	res, err := t.b.client.Do(req)
	if err != nil {
		t.fatalf("%s %s: %v", r.method, r.to, err)
	}
	if t.b.Watch != nil {
		t.b.Watch(req, res)
	}
	t.b.jar.take(r.to, res.Header.Values("Set-Cookie"))
	return res
}

func setDefault(h http.Header, name, value string) {
	if h.Get(name) == "" {
		h.Set(name, value)
	}
}

// relation is the value of Sec-Fetch-Site.
func relation(r request, crossed bool) string {
	switch {
	case r.from == nil:
		return "none"
	case crossed:
		return "cross-site"
	case origin(r.from.URL) != origin(r.to):
		return "same-site"
	}
	return "same-origin"
}

// origin is scheme, host and port.
func origin(u *url.URL) string { return u.Scheme + "://" + u.Host }

// site is scheme and registrable domain, by the rule for names of tests: the
// last two labels. So localhost, admin.localhost and outlet.localhost are three
// sites, as they are in a browser.
func site(u *url.URL) string {
	host := u.Hostname()
	if net.ParseIP(host) != nil {
		return u.Scheme + "://" + host
	}
	labels := strings.Split(host, ".")
	if len(labels) > 2 {
		labels = labels[len(labels)-2:]
	}
	return u.Scheme + "://" + strings.Join(labels, ".")
}

func (t *Tab) show(u *url.URL, res *http.Response) {
	t.b.t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.fatalf("reading %s: %v", u, err)
	}
	if t.URL != nil {
		t.past = append(t.past, t.Page)
	}
	t.Page = newPage(t.b.t, u, res, body)
}

// sendsItself sends the page's form if the page asks for that and scripts run.
func (t *Tab) sendsItself() *Tab {
	t.b.t.Helper()
	if t.b.Scripts && t.Has(`script[src*="autosubmit"]`) && len(t.All("form[data-autosubmit]")) == 1 {
		return t.Form("form[data-autosubmit]").Submit()
	}
	return t
}
