package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// site makes a site whose failures are plain text and whose visitors have the
// given session secret.
func site(secret string, routes ...web.Route) http.Handler {
	s := &web.Site{
		Name: "test", Routes: routes, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Enter: func(_ http.ResponseWriter, r *http.Request, _ *web.Route) (*http.Request, error) {
			if secret != "" {
				web.SetCSRF(r.Context(), secret)
			}
			return r, nil
		},
		Fail: func(w http.ResponseWriter, _ *http.Request, status int, f *fault.Error) error {
			w.WriteHeader(status)
			_, err := io.WriteString(w, string(f.Kind)+" "+f.Message)
			return err
		},
	}
	return s.Handler()
}

func route(pattern string, h web.Handler) web.Route {
	return web.Route{Pattern: pattern, Access: web.Public, Assisted: web.AllowedCart, Handler: h}
}

func ok(w http.ResponseWriter, r *http.Request) error {
	_, err := io.WriteString(w, "ok "+r.PathValue("id"))
	return err
}

func TestAnUndeclaredRouteDoesNotStart(t *testing.T) {
	for name, r := range map[string]web.Route{
		"no permission":    {Pattern: "GET /{$}", Assisted: web.Allowed, Handler: ok},
		"no impersonation": {Pattern: "GET /{$}", Access: web.Public, Handler: ok},
		"no area":          {Pattern: "POST /{$}", Access: web.Public, Assisted: web.Allowed, Handler: ok},
		"unknown resource": {Pattern: "GET /{$}", Access: web.Needs("no.such"), Assisted: web.Denied, Handler: ok},
		"no handler":       {Pattern: "GET /{$}", Access: web.Public, Assisted: web.Denied},
		"no method":        {Pattern: "/", Access: web.Public, Assisted: web.Denied, Handler: ok},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it started")
				}
			}()
			site("", r)
		})
	}
}

func TestFailuresBecomePagesWithTheirStatus(t *testing.T) {
	h := site("",
		route("GET /{$}", ok),
		route("GET /things/{id}", func(w http.ResponseWriter, r *http.Request) error {
			if _, err := web.PathID(r, "id"); err != nil {
				return err
			}
			return ok(w, r)
		}),
		route("POST /things", ok),
		route("GET /conflict", func(http.ResponseWriter, *http.Request) error { return fault.New(fault.Conflict, "Taken.") }),
		route("GET /broken", func(http.ResponseWriter, *http.Request) error { return io.ErrUnexpectedEOF }),
		route("GET /panic", func(http.ResponseWriter, *http.Request) error { panic("secret detail") }),
	)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/things/7", 200}, {"GET", "/things/0", 404}, {"GET", "/things/x'--", 404}, {"GET", "/nothing", 404},
		{"DELETE", "/things", 405}, {"GET", "/conflict", 409}, {"GET", "/broken", 500}, {"GET", "/panic", 500},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(c.method, "http://shop.test"+c.path, nil))
		if w.Code != c.status {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, w.Code, c.status)
		}
		if strings.Contains(w.Body.String(), "EOF") || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s %s shows its inside: %s", c.method, c.path, w.Body)
		}
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
			if w.Header().Get(name) == "" {
				t.Errorf("%s %s lacks %s", c.method, c.path, name)
			}
		}
		if c.status == 405 && w.Header().Get("Allow") != "POST" {
			t.Errorf("Allow: %q", w.Header().Get("Allow"))
		}
	}
}

func post(h http.Handler, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "http://shop.test/do", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAFormOfAnotherSiteIsRefused(t *testing.T) {
	h := site("", route("POST /do", ok))
	for _, c := range []struct {
		headers []string
		status  int
	}{
		{[]string{"Origin", "http://shop.test"}, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Origin", "http://evil.test"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site", "Origin", "http://admin.shop.test"}, 403},
		{[]string{"Origin", "null"}, 403},
		{nil, 403},
	} {
		if w := post(h, "", c.headers...); w.Code != c.status {
			t.Errorf("%v: %d, want %d", c.headers, w.Code, c.status)
		}
	}
}

func TestARouteForOneOtherSiteTakesOnlyExactlyItsOrigin(t *testing.T) {
	r := route("POST /do", ok)
	r.Origin = func(*http.Request) string { return "https://admin.test" }
	h := site("a session", r)
	for origin, status := range map[string]int{"https://admin.test": 200, "http://admin.test": 403, "https://admin.test.evil": 403, "null": 403, "": 403} {
		if w := post(h, "", "Origin", origin); w.Code != status {
			t.Errorf("%q: %d, want %d", origin, w.Code, status)
		}
	}
}

func TestAFormOfAnEarlierSessionIsAConflict(t *testing.T) {
	var token string
	read := route("GET /do", func(_ http.ResponseWriter, r *http.Request) error { token = web.CSRF(r.Context()); return nil })
	now, before := site("now", read, route("POST /do", ok)), site("before", read)
	now.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://shop.test/do", nil))
	good := token
	before.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://shop.test/do", nil))
	for value, status := range map[string]int{good: 200, token: 409, "": 409} {
		if w := post(now, url.Values{"csrf": {value}}.Encode(), "Origin", "http://shop.test"); w.Code != status {
			t.Errorf("token %q: %d, want %d", value, w.Code, status)
		}
	}
}

func TestFormsHaveLimits(t *testing.T) {
	h := site("", route("POST /do", func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.ParseForm(r); err != nil {
			return err
		}
		return ok(w, r)
	}))
	many := strings.Repeat("a=1&", 3000)
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"fine": {"a=1", 200}, "too many fields": {many, 413}, "a field too long": {"a=" + strings.Repeat("x", 70<<10), 413},
		"too much": {"a=" + strings.Repeat("x", 2<<20), 413}, "not text": {"a=%ff%fe", 422}, "a NUL": {"a=%00", 422}, "bad escape": {"a=%zz", 422},
	} {
		if w := post(h, c.body, "Origin", "http://shop.test"); w.Code != c.status {
			t.Errorf("%s: %d, want %d", name, w.Code, c.status)
		}
	}
}

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	var ip string
	var secure bool
	h := web.BehindProxies([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		ip, secure = web.ClientIP(r), web.Secure(r)
	}))
	for _, c := range []struct {
		remote, forwarded, want string
		secure                  bool
	}{
		{"10.1.2.3:9", "203.0.113.9, 10.9.9.9", "203.0.113.9", true},
		{"10.1.2.3:9", "6.6.6.6, 203.0.113.9", "203.0.113.9", true},
		{"198.51.100.1:9", "203.0.113.9", "198.51.100.1", false},
		{"10.1.2.3:9", "nonsense", "10.1.2.3", true},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		r.Header.Set("X-Forwarded-For", c.forwarded)
		r.Header.Set("X-Forwarded-Proto", "https")
		h.ServeHTTP(httptest.NewRecorder(), r)
		if ip != c.want || secure != c.secure {
			t.Errorf("%+v: %s %v", c, ip, secure)
		}
	}
}

func FuzzLocalPathNeverLeavesTheHost(f *testing.F) {
	for _, s := range []string{"/a", "//evil.test", "/\\evil.test", "https://evil.test", "/a\nb", "/%2f/evil", "", "/?x=//y"} {
		f.Add(s)
	}
	base, _ := url.Parse("https://shop.test/here")
	f.Fuzz(func(t *testing.T, s string) {
		got := web.LocalPath(s, "/")
		ref, err := url.Parse(got)
		if err != nil {
			t.Fatalf("%q gives %q, which does not parse", s, got)
		}
		if abs := base.ResolveReference(ref); abs.Host != "shop.test" || abs.Scheme != "https" {
			t.Errorf("%q leads to %s", s, abs)
		}
	})
}

func TestAnAddressOfOtherBytesThanTextIsNoAddress(t *testing.T) {
	s := site("", route("GET /{key}", ok))
	for path, want := range map[string]int{
		"/ok": 200, "/%C3%A9?q=%C3%A9": 200, "/ok?broken=%zz": 200,
		"/%00": 404, "/%ff": 404, "/ok?q=%00": 404, "/ok?q=%ff": 404, "/ok?%ff=1": 404, "/ok?broken=%zz&q=%00": 404,
	} {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("User-Agent", "a\xff"+strings.Repeat("é", 300))
	if got := web.UserAgent(r); !utf8.ValidString(got) || len(got) > 300 || !strings.HasPrefix(got, "aé") {
		t.Errorf("the browser is called %q", got)
	}
}
