package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// browser keeps cookies and follows redirects like a person's.
type browser struct {
	t    *testing.T
	site string
	http *http.Client
}

func serve(t *testing.T) func(name string) *browser {
	a := newApp("")
	server := httptest.NewTLSServer(a.handler())
	t.Cleanup(server.Close)
	a.origin = server.URL
	return func(name string) *browser {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		b := &browser{t: t, site: server.URL, http: &http.Client{Transport: server.Client().Transport, Jar: jar}}
		b.post(http.StatusOK, "/login", "name", name)
		return b
	}
}

func (b *browser) get(want int, path string) string {
	b.t.Helper()
	return b.read(want)(b.http.Get(b.site + path))
}

func (b *browser) post(want int, path string, fields ...string) string {
	b.t.Helper()
	form := url.Values{}
	for k := 0; k < len(fields); k += 2 {
		form.Set(fields[k], fields[k+1])
	}
	return b.read(want)(b.http.PostForm(b.site+path, form))
}

func (b *browser) read(want int) func(*http.Response, error) string {
	b.t.Helper()
	return func(res *http.Response, err error) string {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != want {
			b.t.Fatalf("%s %s: %d, want %d: %s %v", res.Request.Method, res.Request.URL, res.StatusCode, want, body, err)
		}
		return string(body)
	}
}

// assist goes from the wish to the notebook.
func (b *browser) assist(name string) string {
	b.t.Helper()
	page := b.post(http.StatusOK, "/help/begin", "name", name, "reason", "asked")
	code := regexp.MustCompile(`name=code value="([^"]+)"`).FindStringSubmatch(page)
	if code == nil {
		b.t.Fatalf("no code in %s", page)
	}
	return b.post(http.StatusOK, "/help/enter", "code", code[1])
}

func has(t *testing.T, page, text string) {
	t.Helper()
	if !strings.Contains(page, text) {
		t.Errorf("%q is missing in %s", text, page)
	}
}

func TestTheHelperWritesInAdasNotebookAndItShows(t *testing.T) {
	visit := serve(t)
	ada, helper := visit("ada"), visit("helper")
	has(t, helper.assist("ada"), "logged in as <b>ada</b>")
	has(t, helper.post(http.StatusOK, "/notes", "text", "buy milk"), "buy milk")
	has(t, ada.get(http.StatusOK, "/"), "buy milk (written by helper)")
	has(t, helper.post(http.StatusOK, "/help/end"), "Notes of helper")
}

func TestBobHasNotAgreed(t *testing.T) {
	helper := serve(t)("helper")
	has(t, helper.post(http.StatusForbidden, "/help/begin", "name", "bob"), "bob has not agreed")
}

func TestBobHelpsNobody(t *testing.T) {
	bob := serve(t)("bob")
	has(t, bob.post(http.StatusForbidden, "/help/begin", "name", "ada"), "only the helper helps")
}

func TestTheHelperCannotAgreeForAda(t *testing.T) {
	helper := serve(t)("helper")
	helper.assist("ada")
	helper.post(http.StatusForbidden, "/consent", "agree", "yes")
}

func TestAdaTakesHerConsentBack(t *testing.T) {
	visit := serve(t)
	ada, helper := visit("ada"), visit("helper")
	helper.assist("ada")
	ada.post(http.StatusOK, "/consent", "agree", "no")
	has(t, helper.post(http.StatusConflict, "/notes", "text", "too late"), "has ended")
	has(t, helper.get(http.StatusOK, "/"), "Notes of helper")
	if strings.Contains(ada.get(http.StatusOK, "/"), "too late") {
		t.Error("the helper wrote after the consent was gone")
	}
}
