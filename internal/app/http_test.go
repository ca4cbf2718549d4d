package app_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/admin"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/storefront"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// side is one of the two applications, with a cookie of somebody who may see
// everything there.
type side struct {
	name, base, cookie string
	routes             []web.Route
}

func bothSides(t *testing.T, s *apptest.Shop) []side {
	t.Helper()
	b := webtest.New(t)
	signIn(b, s, "admin").MustStatus(http.StatusOK)
	staff, _ := b.Cookie(s.Admin("/"), web.AdminCookie)
	vera := webtest.New(t)
	tab := vera.Open(s.Store("english", "/login"))
	tab.Form("/login").Set("email", "vera@example.com").Set("password", demo.Password).Submit()
	customer, _ := vera.Cookie(s.Store("english", "/"), web.ShopCookie)
	return []side{
		{"Admin", s.Admin(""), web.AdminCookie + "=" + staff, admin.New(admin.Deps{Now: s.Clock.Now, Log: s.Log}).Routes()},
		{"storefront", s.Store("english", ""), web.ShopCookie + "=" + customer, storefront.New(storefront.Deps{Now: s.Clock.Now, Log: s.Log}).Routes()},
	}
}

// methodsOf are the methods that each path takes, with its variables filled in.
func methodsOf(routes []web.Route) map[string][]string {
	methods := map[string][]string{}
	for _, route := range routes {
		if route.Stream {
			continue
		}
		method, path, _ := strings.Cut(route.Pattern, " ")
		path = filled(path)
		methods[path] = append(methods[path], method)
		if method == http.MethodGet {
			methods[path] = append(methods[path], http.MethodHead)
		}
	}
	return methods
}

// filled puts 1 where a pattern has a variable.
func filled(pattern string) string {
	parts := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = "1"
		}
	}
	return strings.Join(parts, "/")
}

func TestAMethodThatAPathDoesNotTakeIsRefusedWithThoseThatItTakes(t *testing.T) {
	s := apptest.New(t, sqldb.SQLite)
	for _, side := range bothSides(t, s) {
		methods := methodsOf(side.routes)
		for path, want := range methods {
			for _, method := range []string{http.MethodOptions, http.MethodDelete, http.MethodPut, http.MethodPatch, http.MethodTrace} {
				got := send(t, s, method, side.base+path, nil, "Cookie", side.cookie, "Origin", side.base)
				allowed := strings.Split(strings.ReplaceAll(got.header.Get("Allow"), " ", ""), ",")
				slices.Sort(allowed)
				slices.Sort(want)
				if got.status != http.StatusMethodNotAllowed || !containsAll(allowed, want) {
					t.Errorf("%s: %s %s answers %d and allows %v, want 405 and %v", side.name, method, path, got.status, allowed, want)
				}
				kept(t, side.name+": "+method+" "+path, got.header)
			}
		}
		if len(methods) < 60 {
			t.Errorf("%s: only %d paths were tried", side.name, len(methods))
		}
	}
}

func containsAll(have, want []string) bool {
	return !slices.ContainsFunc(want, func(w string) bool { return !slices.Contains(have, w) })
}

// kept holds against an answer that no cache may keep it, and that it is guarded
// like every other one.
func kept(t *testing.T, what string, h http.Header) {
	t.Helper()
	if h.Get("Cache-Control") != "private, no-store" || h.Get("Etag") != "" {
		t.Errorf("%s may be kept: %q, ETag %q", what, h.Get("Cache-Control"), h.Get("Etag"))
	}
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy", "Cross-Origin-Opener-Policy"} {
		if h.Get(name) == "" {
			t.Errorf("%s has no %s", what, name)
		}
	}
}

// HEAD says what GET says, and nobody on the way may keep either.
func TestEveryPageOfSomebodySignedInIsNeverKeptAndAnswersHeadAsGet(t *testing.T) {
	s := apptest.New(t, sqldb.SQLite)
	for _, side := range bothSides(t, s) {
		seen := 0
		for _, route := range side.routes {
			path, isGet := strings.CutPrefix(route.Pattern, "GET ")
			if path = filled(path); !isGet || route.Stream || route.Quiet {
				continue
			}
			seen++
			get := send(t, s, http.MethodGet, side.base+path, nil, "Cookie", side.cookie)
			kept(t, side.name+": GET "+path, get.header)
			if get.status >= 500 {
				t.Errorf("%s: GET %s answers %d", side.name, path, get.status)
			}
			head := send(t, s, http.MethodHead, side.base+path, nil, "Cookie", side.cookie)
			if head.status != get.status || head.header.Get("Content-Type") != get.header.Get("Content-Type") || head.header.Get("Location") != get.header.Get("Location") {
				t.Errorf("%s: HEAD %s answers %d %q, GET %d %q", side.name, path, head.status, head.header.Get("Content-Type"), get.status, get.header.Get("Content-Type"))
			}
			kept(t, side.name+": HEAD "+path, head.header)
		}
		if seen < 30 {
			t.Errorf("%s: only %d pages were seen", side.name, seen)
		}
	}
}

func TestStrictTransportSecurityIsSentOverTLSAlone(t *testing.T) {
	s := apptest.New(t, sqldb.SQLite)
	for _, address := range []string{s.Admin("/login"), s.Store("english", "/"), s.Store("english", "/nothing")} {
		for want, over := range map[string]*tls.ConnectionState{"": nil, "max-age=31536000": {}} {
			r, w := request(t.Context(), http.MethodGet, address, nil), httptest.NewRecorder()
			r.TLS = over
			s.Handler().ServeHTTP(w, r)
			if got := w.Result().Header.Get("Strict-Transport-Security"); got != want {
				t.Errorf("%s: %q, want %q", address, got, want)
			}
		}
	}
}
