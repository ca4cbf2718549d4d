package browser

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func start(t *testing.T, o Options) *Browser {
	t.Helper()
	Need(t)
	b, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// site answers pages by path, with a strict policy, and says which cookies came.
func site(t *testing.T, pages map[string]string) (url func(host, path string) string) {
	t.Helper()
	url, _ = siteWithFrames(t, pages)
	return url
}

// siteWithFrames also tells which cookies each request for a frame carried.
func siteWithFrames(t *testing.T, pages map[string]string) (url func(host, path string) string, frames chan string) {
	t.Helper()
	frames = make(chan string, 20)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'; frame-src *; img-src * data:")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1", Path: "/", SameSite: http.SameSiteLaxMode})
		if r.URL.Path == "/framed" {
			frames <- r.Host + " " + r.Header.Get("Cookie")
		}
		body, ok := pages[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		if r.Method == http.MethodPost {
			body = "<p>You wrote " + r.FormValue("word") + "</p>"
		}
		fmt.Fprintf(w, "<!doctype html><html><head><title>t</title><link rel=icon href=data:,></head><body>%s<p>cookies: %s.</p></body></html>", body, r.Header.Get("Cookie"))
	}))
	t.Cleanup(s.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	return func(host, path string) string { return "http://" + host + ":" + port + path }, frames
}

func TestPagesAreReadAndOperatedAsPeopleDo(t *testing.T) {
	url := site(t, map[string]string{
		"/":     `<form method=post action=/><label for=w>Word <b aria-hidden=true>*</b></label><input id=w name=word value=old><label><input type=checkbox name=c> Agree</label><select aria-label=Size><option>S<option>L</select><button>Save</button></form><a href=/new target=_blank rel=noopener>Another</a>`,
		"/new":  `<h1>New tab</h1><ul><li>one <a href=/one>open</a></li><li>two <a href=/two>open</a></li></ul>`,
		"/two":  `<h1>Second</h1>`,
		"/over": `<a href=/two>under</a><div id=o></div>`,
	})
	for _, noScript := range []bool{false, true} {
		t.Run(fmt.Sprintf("without scripts %v", noScript), func(t *testing.T) {
			b := start(t, Options{NoScript: noScript})
			p := b.Person(t, Look{})
			tab := p.Open(url("localhost", "/"))
			tab.Fill("Word", "new").Tick("Agree", true).Select("Size", "L")
			if !tab.Ticked("Agree") || tab.Value("Size") != "L" {
				t.Error("the form was not filled in")
			}
			other := tab.ClickNew("Another").See("New tab")
			other.In("two").Click("open").See("Second")
			tab.Click("Save").See("You wrote new")
			if tab.Back().Has("Save"); !tab.Has("Another") {
				t.Error("going back did not show the form")
			}
			if got := p.Open(url("localhost", "/missing")).Status(); got != http.StatusNotFound {
				t.Errorf("status %d", got)
			}
			tab.TabTo("Another")
			tab.Type(kb.Enter)
			tab.Opened().See("New tab")
			if c := b.Person(t, Look{}).Open(url("localhost", "/two")).Text(); !strings.Contains(c, "cookies: .") {
				t.Errorf("another person has the cookies of the first: %s", c)
			}
		})
	}
}

func TestWhatAPageComplainsOfIsNoticed(t *testing.T) {
	url := site(t, map[string]string{"/": `<p style="color:red">x</p><script>1</script>`, "/gone": `<img src=/lost.png>`})
	b := start(t, Options{})
	p := b.Person(t, Look{})
	p.Expect(`Content Security Policy|lost\.png`)
	p.Open(url("localhost", "/"))
	p.Open(url("localhost", "/gone"))
	tab := p.Open(url("localhost", "/"))
	_ = tab.eval(`setTimeout(() => { throw new Error("broken") })`, nil)
	tab.until("the complaint", func() error {
		if all := p.Complaints(); len(all) == 0 {
			return os.ErrNotExist
		}
		return nil
	})
	all := strings.Join(p.Complaints(), "\n")
	p.Expect("broken")
	if !strings.Contains(all, "broken") {
		t.Errorf("the exception is missing: %s", all)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var sources []string
	for _, c := range p.complaints {
		sources = append(sources, c.source)
	}
	if got := strings.Join(sources, " "); strings.Count(got, "security") < 2 || !strings.Contains(got, "network") {
		t.Errorf("complaints came from %s", got)
	}
}

func TestNamesUnderTestLeadHereAndThirdPartyCookiesAreBlocked(t *testing.T) {
	pages := map[string]string{"/": "here", "/framed": "there"}
	url, frames := siteWithFrames(t, pages)
	pages["/other"] = `<iframe src="` + url("front.test", "/framed") + `"></iframe>`
	pages["/same"] = `<iframe src="` + url("www.front.test", "/framed") + `"></iframe>`
	p := start(t, Options{}).Person(t, Look{})
	p.Open(url("front.test", "/")).Reload().See("cookies: seen=1")
	p.Open(url("www.front.test", "/")).Reload().See("cookies: seen=1")
	p.Open(url("back.test", "/other"))
	if got := <-frames; strings.Contains(got, "seen") {
		t.Errorf("a frame of another site got its cookies: %s", got)
	}
	p.Open(url("front.test", "/same"))
	if got := <-frames; !strings.Contains(got, "seen") {
		t.Errorf("a frame of the same site got no cookies: %s", got)
	}
}
