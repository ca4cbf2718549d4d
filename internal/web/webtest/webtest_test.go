package webtest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/web/webtest"
)

// serve starts a server and returns its addresses under two names.
func serve(t *testing.T, routes map[string]http.HandlerFunc) (shop, admin string) {
	t.Helper()
	mux := http.NewServeMux()
	for pattern, h := range routes {
		mux.HandleFunc(pattern, h)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	return "http://localhost:" + port, "http://admin.localhost:" + port
}

func page(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>T</title>"+body)
	}
}

// echo says what arrived.
func echo(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	page(fmt.Sprintf("<p>%s %s</p><p>form %s</p><p>cookies [%s]</p><p>origin %s site %s referer %s</p>", r.Method, r.URL.Path,
		r.Form.Encode(), r.Header.Get("Cookie"), r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site"), r.Header.Get("Referer")))(w, r)
}

func TestFormSendsWhatWasServedAndWhatWasFilledIn(t *testing.T) {
	shop, _ := serve(t, map[string]http.HandlerFunc{
		"GET /": page(`<form method="post" action="/save" id="f">
			<input type="hidden" name="token" value="t1"><input name="name" value="old"><input name="off" value="x" disabled>
			<input type="checkbox" name="agree"><input type="checkbox" name="tags" value="a" checked><input type="checkbox" name="tags" value="b">
			<input type="radio" name="mode" value="rw" checked><input type="radio" name="mode" value="ro">
			<select name="view"><option value="1" disabled>no</option><option value="2">two</option><option value="3">three</option></select>
			<textarea name="why">because</textarea><button name="do" value="keep">Keep</button></form>
			<input name="outside" value="too" form="f"><form action="/find"><input name="q"><button>Find</button></form>`),
		"POST /save": echo, "GET /find": echo,
	})
	b := webtest.New(t)
	tab := b.Open(shop)
	f := tab.Form("/save").Set("name", "new").Tick("agree").Untick("tags", "a").Tick("tags", "b").Set("mode", "ro").Set("view", "3")
	if got := f.Value("why"); got != "because" {
		t.Errorf("textarea holds %q", got)
	}
	answer := f.Submit("Keep")
	answer.MustContain("POST /save", "form agree=on&do=keep&mode=ro&name=new&outside=too&tags=b&token=t1&view=3&why=because")
	answer.MustContain("origin "+shop+" site same-origin", "referer "+shop+"/")

	tab.Back().MustHave("#f")
	tab.Form("/find").Set("q", "vera lind").Submit().MustContain("GET /find", "q=vera+lind")
}

func TestCookiesFollowTheRulesOfBrowsers(t *testing.T) {
	shop, admin := serve(t, map[string]http.HandlerFunc{
		"GET /set": func(w http.ResponseWriter, r *http.Request) {
			for _, c := range []string{
				"__Host-session=1; Path=/; Secure; HttpOnly; SameSite=Lax",
				"__Host-nopath=1; Secure",
				"__Host-insecure=1; Path=/",
				"strict=1; Path=/; SameSite=Strict",
				"narrow=1; Path=/cart",
				"brief=1; Path=/",
			} {
				w.Header().Add("Set-Cookie", c)
			}
			page("set")(w, r)
		},
		"GET /forget": func(w http.ResponseWriter, r *http.Request) {
			http.SetCookie(w, &http.Cookie{Name: "brief", Path: "/", MaxAge: -1})
			page("forgotten")(w, r)
		},
		"GET /echo": echo, "POST /echo": echo, "GET /cart/x": echo,
		"GET /from": page(`<a href="http://localhost:PORT/echo">away</a>`),
	})
	b := webtest.New(t)
	b.Open(shop + "/set")
	second := b.Open(shop + "/echo")
	second.MustContain("cookies [__Host-session=1; strict=1; brief=1]")
	second.Visit("/cart/x").MustContain("narrow=1")
	b.Open(admin + "/echo").MustContain("cookies []")
	second.Visit("/forget").Visit("/echo").MustNotContain("brief")
	if v, ok := b.Cookie(shop, "__Host-session"); !ok || v != "1" {
		t.Errorf("session cookie %q %v", v, ok)
	}
	webtest.New(t).Open(shop + "/echo").MustContain("cookies []")
}

func TestPostFromAnotherSiteCarriesNoLaxCookie(t *testing.T) {
	var shop, admin string
	shop, admin = serve(t, map[string]http.HandlerFunc{
		"GET /set": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Set-Cookie", "__Host-s=1; Path=/; Secure; SameSite=Lax")
			page("")(w, r)
		},
		"GET /code": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Referrer-Policy", "strict-origin")
			w.Header().Set("Content-Security-Policy", "default-src 'self'; form-action "+shop)
			page(`<script src="/static/autosubmit.js"></script><form data-autosubmit method="post" action="`+shop+`/land"><input type="hidden" name="code" value="c"></form>`)(w, r)
		},
		"POST /land": echo,
		"GET /land":  echo,
		"GET /links": func(w http.ResponseWriter, r *http.Request) { page(`<a href="`+shop+`/land">there</a>`)(w, r) },
	})
	b := webtest.New(t)
	b.Open(shop + "/set")
	b.Open(admin+"/code").MustContain("POST /land", "form code=c", "cookies []", "origin "+admin+" site cross-site referer "+admin+"/")
	b.Open(admin+"/links").Click("there").MustContain("GET /land", "cookies [__Host-s=1]", "site cross-site")

	b.Scripts = false
	b.Open(admin + "/code").MustHave(`form[action="` + shop + `/land"]`)
}

func TestRedirectsAreFollowedAndNewTabsLeaveTheOldOneAlone(t *testing.T) {
	shop, _ := serve(t, map[string]http.HandlerFunc{
		"GET /{$}": page(`<form method="post" action="/go" target="_blank"></form><a href="/end?a=1#x">Next <b>page</b></a>`),
		"POST /go": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/end", http.StatusSeeOther) },
		"GET /end": echo,
	})
	b := webtest.New(t)
	tab := b.Open(shop)
	opened := tab.Form("/go").Submit()
	opened.MustBe("/end")
	opened.MustContain("GET /end", "form cookies")
	tab.MustBe("/")
	tab.Click("Next page").MustBe("/end?a=1")
	tab.Back().MustBe("/")
}

func TestDownloadLeavesThePageWhereItIs(t *testing.T) {
	shop, _ := serve(t, map[string]http.HandlerFunc{
		"GET /{$}": page(`<a href="/list.csv">Export</a>`),
		"GET /list.csv": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment; filename=list.csv")
			fmt.Fprint(w, "a,b")
		},
	})
	tab := webtest.New(t).Open(shop)
	tab.Click("Export").MustContain("a,b")
	tab.MustBe("/")
}

// failure runs fn with a stand-in for testing.TB and returns what it failed with.
func failure(t *testing.T, fn func(tb testing.TB)) string {
	t.Helper()
	rec := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() { _ = recover() }()
		fn(rec)
	}()
	<-done
	return rec.said
}

type recorder struct {
	testing.TB
	said string
}

func (r *recorder) Helper()        {}
func (r *recorder) Cleanup(func()) {}
func (r *recorder) Fatalf(format string, args ...any) {
	r.said = fmt.Sprintf(format, args...)
	panic("failed")
}

func TestMistakesFailTheTest(t *testing.T) {
	shop, _ := serve(t, map[string]http.HandlerFunc{
		"GET /": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "form-action 'self'")
			page(`<form action="/x" method="post"><input name="a"><select name="s"><option value="1" disabled>1</option></select></form>
			<form action="http://evil.test/" method="post"></form><p hidden>secret</p>`)(w, r)
		},
	})
	tests := []struct {
		name, want string
		do         func(tab *webtest.Tab)
	}{
		{"missing field", `no enabled field "b"`, func(tab *webtest.Tab) { tab.Form("/x").Set("b", "1") }},
		{"disabled option", `does not offer "1"`, func(tab *webtest.Tab) { tab.Form("/x").Set("s", "1") }},
		{"missing form", "no form /y", func(tab *webtest.Tab) { tab.Form("/y") }},
		{"missing link", `no link "Home"`, func(tab *webtest.Tab) { tab.Click("Home") }},
		{"missing button", `no enabled button "Go"`, func(tab *webtest.Tab) { tab.Form("/x").Submit("Go") }},
		{"hidden text", `does not say "secret"`, func(tab *webtest.Tab) { tab.MustContain("secret") }},
		{"form-action", "does not let a form lead to http://evil.test/", func(tab *webtest.Tab) { tab.Form("http://evil.test/").Submit() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			said := failure(t, func(tb testing.TB) { tt.do(webtest.New(tb).Open(shop)) })
			if !strings.Contains(said, tt.want) {
				t.Errorf("failed with %q, want %q", said, tt.want)
			}
		})
	}
}

func TestSelectorsFindByTagClassIDAndAttribute(t *testing.T) {
	shop, _ := serve(t, map[string]http.HandlerFunc{
		"GET /": page(`<nav class="a b" id="n"><a href="/x y">one</a></nav><p data-k="v-1">two</p><p>three</p>`),
	})
	tab := webtest.New(t).Open(shop)
	for selector, want := range map[string]int{
		"p": 2, "nav a": 1, ".b a": 1, "nav.a.b#n": 1, "p a": 0, `[data-k^="v-"]`: 1, `[data-k*=-]`: 1,
		`a[href="/x y"]`: 1, "a, p": 3, "[data-k=v]": 0, "body nav a": 1,
	} {
		if got := len(tab.All(selector)); got != want {
			t.Errorf("%s matches %d, want %d", selector, got, want)
		}
	}
}
