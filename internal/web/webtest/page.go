package webtest

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Page is an answer that is being looked at.
type Page struct {
	Node
	URL    *url.URL
	Status int
	Header http.Header
	Body   string

	t testing.TB
}

func newPage(t testing.TB, u *url.URL, res *http.Response, body []byte) Page {
	t.Helper()
	p := Page{URL: u, Status: res.StatusCode, Header: res.Header, Body: string(body), t: t}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		doc, err := html.Parse(bytes.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", u, err)
		}
		p.Node = Node{doc}
	}
	return p
}

func (p *Page) resolve(address string) *url.URL {
	p.t.Helper()
	base := p.URL
	if base == nil {
		base = &url.URL{}
	}
	u, err := base.Parse(address)
	if err != nil || u.Host == "" {
		p.t.Fatalf("address %q: %v", address, err)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u
}

// Path is the address without scheme and host.
func (p *Page) Path() string { return p.URL.RequestURI() }

// Title is the page's title.
func (p *Page) Title() string {
	for _, n := range p.All("title") {
		return n.Text()
	}
	return ""
}

// One returns the only, or first, element of a selector and fails without one.
func (p *Page) One(selector string) Node {
	p.t.Helper()
	found := p.All(selector)
	if len(found) == 0 {
		p.fatalf("no %s", selector)
	}
	return found[0]
}

// Has reports whether an element matches.
func (p *Page) Has(selector string) bool { return len(p.All(selector)) > 0 }

// MustStatus fails unless the answer has this status.
func (p *Page) MustStatus(code int) {
	p.t.Helper()
	if p.Status != code {
		p.fatalf("status %d, want %d", p.Status, code)
	}
}

// MustBe fails unless the page is at this path (or address) with status 200.
func (p *Page) MustBe(address string) {
	p.t.Helper()
	want := p.resolve(address)
	if p.URL.Host != want.Host || p.URL.RequestURI() != want.RequestURI() {
		p.fatalf("page is at %s, want %s", p.URL, want)
	}
	p.MustStatus(http.StatusOK)
}

// MustContain fails unless each text can be read on the page.
func (p *Page) MustContain(texts ...string) {
	p.t.Helper()
	all := p.readable()
	for _, s := range texts {
		if !strings.Contains(all, s) {
			p.fatalf("does not say %q", s)
		}
	}
}

// MustNotContain fails if any of the texts can be read on the page.
func (p *Page) MustNotContain(texts ...string) {
	p.t.Helper()
	all := p.readable()
	for _, s := range texts {
		if strings.Contains(all, s) {
			p.fatalf("says %q", s)
		}
	}
}

// MustHave fails unless each selector matches.
func (p *Page) MustHave(selectors ...string) {
	p.t.Helper()
	for _, s := range selectors {
		if !p.Has(s) {
			p.fatalf("no %s", s)
		}
	}
}

// MustNotHave fails if any selector matches.
func (p *Page) MustNotHave(selectors ...string) {
	p.t.Helper()
	for _, s := range selectors {
		if p.Has(s) {
			p.fatalf("has %s", s)
		}
	}
}

func (p *Page) readable() string {
	if p.n == nil {
		return p.Body
	}
	return p.Text()
}

func (p *Page) fatalf(format string, args ...any) {
	p.t.Helper()
	if p.URL == nil {
		p.t.Fatalf(format, args...)
	}
	text := p.readable()
	if len(text) > 1500 {
		text = text[:1500] + " …"
	}
	p.t.Fatalf("%s (status %d): "+format+"\nThe page says: %s", append(append([]any{p.URL, p.Status}, args...), text)...)
}

// sayWhence sets Referer and, where there is a body, Origin, as the page's
// referrer policy has it.
func (p *Page) sayWhence(req *http.Request) {
	same := origin(p.URL) == origin(req.URL)
	policy := p.Header.Get("Referrer-Policy")
	if i := strings.LastIndex(policy, ","); i >= 0 {
		policy = strings.TrimSpace(policy[i+1:])
	}
	hidden := policy == "no-referrer" || (policy == "same-origin" && !same)
	if req.Method != http.MethodGet {
		req.Header.Set("Origin", origin(p.URL))
		if hidden {
			req.Header.Set("Origin", "null")
		}
	}
	if hidden {
		return
	}
	referer := origin(p.URL) + "/"
	if same && policy != "strict-origin" && policy != "origin" {
		whole := *p.URL
		whole.Fragment = ""
		referer = whole.String()
	}
	req.Header.Set("Referer", referer)
}

// checkFormAction fails when the page's content security policy does not let a
// form lead there; redirects count too.
func (p *Page) checkFormAction(to *url.URL) {
	p.t.Helper()
	for _, policy := range p.Header.Values("Content-Security-Policy") {
		for _, directive := range strings.Split(policy, ";") {
			words := strings.Fields(directive)
			if len(words) == 0 || words[0] != "form-action" {
				continue
			}
			if !p.allows(words[1:], to) {
				p.fatalf("content security policy %q does not let a form lead to %s", strings.TrimSpace(directive), to)
			}
		}
	}
}

func (p *Page) allows(sources []string, to *url.URL) bool {
	for _, s := range sources {
		if s == "'self'" && origin(to) == origin(p.URL) {
			return true
		}
		if strings.TrimSuffix(s, "/") == origin(to) || s == to.Scheme+":" {
			return true
		}
	}
	return false
}
