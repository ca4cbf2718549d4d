package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/web"
)

func TestACookieCountsOnlyOnceAndOnlyByItsExactName(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		want    string
	}{
		{"alone", []string{"__Host-admin=abc"}, "abc"},
		{"among others", []string{"theme=dark; __Host-admin=abc; __Host-stay=x"}, "abc"},
		{"in several headers", []string{"theme=dark", "__Host-admin=abc"}, "abc"},
		{"none", nil, ""},
		{"empty", []string{"__Host-admin="}, ""},
		{"without a value", []string{"__Host-admin"}, ""},
		{"twice", []string{"__Host-admin=abc; __Host-admin=def"}, ""},
		{"twice the same", []string{"__Host-admin=abc; __Host-admin=abc"}, ""},
		{"twice, the first empty", []string{"__Host-admin=; __Host-admin=def"}, ""},
		{"twice in two headers", []string{"__Host-admin=abc", "__Host-admin=def"}, ""},
		{"other case alone", []string{"__host-admin=abc"}, ""},
		{"other case before", []string{"__HOST-admin=evil; __Host-admin=abc"}, ""},
		{"other case after", []string{"__Host-admin=abc; __host-Admin=evil"}, ""},
		{"space within", []string{"__Host-admin =evil; __Host-admin=abc"}, ""},
		{"tab before", []string{"\t__Host-admin=evil; __Host-admin=abc"}, ""},
		{"two spaces before", []string{"a=b;  __Host-admin=evil"}, ""},
		{"wide space before", []string{"\u2000__Host-admin=evil; __Host-admin=abc"}, ""},
		{"quoted name", []string{`"__Host-admin"=evil; __Host-admin=abc`}, ""},
		{"longer name", []string{"__Host-administrator=evil; __Host-admin=abc"}, "abc"},
		{"shorter name", []string{"Host-admin=evil; __Host-admin=abc"}, "abc"},
		{"quoted value", []string{`__Host-admin="abc"`}, ""},
		{"value with an equals sign", []string{"__Host-admin=abc=def"}, ""},
		{"value too long", []string{"__Host-admin=" + strings.Repeat("a", 300)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			if c.headers != nil {
				r.Header["Cookie"] = c.headers
			}
			if got := web.Cookie(r, web.AdminCookie); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCookiesAreSetForThisHostAloneAndNotForScripts(t *testing.T) {
	w := httptest.NewRecorder()
	web.SetCookie(w, web.StayCookie, "abc", 0)
	web.SetCookie(w, web.CartCookie, "def", 3600)
	web.DropCookie(w, web.AdminCookie)
	want := []string{
		"__Host-stay=abc; Path=/; HttpOnly; Secure; SameSite=Lax",
		"__Host-cart=def; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax",
		"__Host-admin=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax",
	}
	got := w.Header()["Set-Cookie"]
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
