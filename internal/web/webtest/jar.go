package webtest

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// jar keeps cookies by the rules that matter here: __Host- and Secure names,
// Secure on localhost without TLS, SameSite. Ports do not separate cookies.
type jar struct {
	mu   sync.Mutex
	list []cookie
}

type cookie struct {
	name, value  string
	host, path   string
	anySubdomain bool
	secure       bool
	sameSite     http.SameSite
}

// take keeps the cookies of an answer, leaving out those a browser refuses.
func (j *jar) take(from *url.URL, headers []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, c := range (&http.Response{Header: http.Header{"Set-Cookie": headers}}).Cookies() {
		if !acceptable(from, c) {
			continue
		}
		k := cookie{name: c.Name, value: c.Value, host: from.Hostname(), path: cookiePath(from, c), secure: c.Secure, sameSite: c.SameSite}
		if c.Domain != "" {
			k.host, k.anySubdomain = strings.TrimPrefix(c.Domain, "."), true
		}
		j.drop(func(o cookie) bool { return o.name == k.name && o.host == k.host && o.path == k.path })
		gone := c.MaxAge < 0 || (c.MaxAge == 0 && !c.Expires.IsZero() && c.Expires.Before(time.Now()))
		if !gone {
			j.list = append(j.list, k)
		}
	}
}

func acceptable(from *url.URL, c *http.Cookie) bool {
	if c.Secure && !trustworthy(from) {
		return false
	}
	if c.SameSite == http.SameSiteNoneMode && !c.Secure {
		return false
	}
	if strings.HasPrefix(c.Name, "__Host-") && (!c.Secure || c.Domain != "" || c.Path != "/") {
		return false
	}
	if strings.HasPrefix(c.Name, "__Secure-") && !c.Secure {
		return false
	}
	domain := strings.TrimPrefix(c.Domain, ".")
	return domain == "" || from.Hostname() == domain || strings.HasSuffix(from.Hostname(), "."+domain)
}

func cookiePath(from *url.URL, c *http.Cookie) string {
	if strings.HasPrefix(c.Path, "/") {
		return c.Path
	}
	if i := strings.LastIndex(from.Path, "/"); i > 0 {
		return from.Path[:i]
	}
	return "/"
}

// trustworthy is where Secure cookies live: TLS, or the machine itself.
func trustworthy(u *url.URL) bool {
	return u.Scheme == "https" || isLocalhost(u.Hostname())
}

func (c cookie) goesTo(u *url.URL) bool {
	host := u.Hostname()
	if host != c.host && !(c.anySubdomain && strings.HasSuffix(host, "."+c.host)) {
		return false
	}
	if c.secure && !trustworthy(u) {
		return false
	}
	p := u.Path
	if p == "" {
		p = "/"
	}
	return p == c.path || c.path == "/" || strings.HasPrefix(p, strings.TrimSuffix(c.path, "/")+"/")
}

// forRequest is the Cookie header of a navigation. Cookies without SameSite are
// treated as Lax.
func (j *jar) forRequest(to *url.URL, crossed bool, method string) string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var parts []string
	for _, c := range j.list {
		if !c.goesTo(to) {
			continue
		}
		if crossed && c.sameSite != http.SameSiteNoneMode && (c.sameSite == http.SameSiteStrictMode || method != http.MethodGet) {
			continue
		}
		parts = append(parts, c.name+"="+c.value)
	}
	return strings.Join(parts, "; ")
}

func (j *jar) forget(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.drop(func(c cookie) bool { return c.name == name })
}

func (j *jar) drop(gone func(cookie) bool) {
	kept := j.list[:0]
	for _, c := range j.list {
		if !gone(c) {
			kept = append(kept, c)
		}
	}
	j.list = kept
}
