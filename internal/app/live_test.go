package app_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// line is an open page's answer that stays open.
type line struct {
	t      *testing.T
	events chan [2]string // name and data; closed with the answer
}

// open asks a node for news with a cookie, over a real connection.
func (s *stay) open(node *apptest.Shop, cookie, value string) *line {
	t := s.desk.t
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	r := request(ctx, http.MethodGet, s.base+"/assist/live", nil, "Cookie", cookie+"="+value)
	host := r.Host
	r.RequestURI, r.URL.Host, r.Host = "", node.Addr, host
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("the line is answered %d, %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	l := &line{t, make(chan [2]string, 10)}
	go func() {
		defer close(l.events)
		defer res.Body.Close()
		var e [2]string
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			switch text := lines.Text(); {
			case strings.HasPrefix(text, "event: "):
				e = [2]string{text[7:]}
			case strings.HasPrefix(text, "data: "):
				e[1] += text[6:] + "\n"
			case text == "" && e[0] != "":
				l.events <- e
				e = [2]string{}
			}
		}
	}()
	return l
}

// aSecond is how soon an open page hears, with room for a busy machine.
const aSecond = 5 * time.Second

// hears fails unless the next event has a name and holds some words.
func (l *line) hears(name, words string) string {
	l.t.Helper()
	select {
	case e, open := <-l.events:
		if !open || e[0] != name || !strings.Contains(e[1], words) {
			l.t.Fatalf("heard %q with %q (open %v), want %q with %q", e[0], e[1], open, name, words)
		}
		return e[1]
	case <-time.After(aSecond):
		l.t.Fatalf("heard nothing in time, want %q with %q", name, words)
	}
	return ""
}

func TestTheCustomersOpenPageHearsWhoComesInAndWhoHasLeft(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		c := d.customer("english")
		own := webtest.New(t)
		own.Open(d.Store("english", "/login")).Form("form[action$=login]").Set("email", c.Email).Set("password", "storehand-demo-2026").Submit()
		secret, _ := own.Cookie(d.Store("english", "/"), web.ShopCookie)
		page := (&stay{desk: d, base: d.Store("english", "")}).open(d.two, web.ShopCookie, secret)
		page.hears("notice", "<!---->")
		b, agent := webtest.New(t), d.agent("Support desk")
		s := d.enter(b, signIn(b, d.Shop, agent.Username), agent, c, "english")
		text := page.hears("notice", s.id+"/end")
		if !strings.Contains(text, "End now") || strings.Contains(text, agent.Name()) {
			t.Errorf("the notice is %s", text)
		}
		inside := s.open(d.two, web.StayCookie, s.cookie)
		began := time.Now()
		own.Open(d.Store("english", "/")).Form("form[action$='" + s.id + "/end']").Submit().MustStatus(http.StatusOK)
		over := inside.hears("over", "The customer has ended the session.")
		page.hears("notice", "Support has left your account")
		t.Logf("both heard of the end %v after End now was pressed", time.Since(began).Round(time.Millisecond))
		if strings.Contains(over, c.Email) || strings.Contains(over, c.Name()) {
			t.Errorf("what takes the page's place shows the customer: %s", over)
		}
		if _, open := <-inside.events; open {
			t.Error("the line of a stay goes on after its end")
		}
	})
}

func TestNobodyHearsWithoutASessionAndTooManyPagesAskInstead(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for _, cookie := range []string{web.StayCookie + "=nobody", web.ShopCookie + "=nobody", "a=b"} {
			if got := send(t, d.Shop, http.MethodGet, d.Store("english", "/assist/live"), nil, "Cookie", cookie); got.status != http.StatusNoContent {
				t.Errorf("%s: %d", cookie, got.status)
			}
		}
		s := d.begin("english")
		used := d.one(`SELECT last_used_at FROM impersonation WHERE public_id = $1`, s.id)
		logged := d.one(`SELECT COUNT(*) FROM audit_log`)
		d.Clock.Advance(time.Minute)
		for range 8 {
			s.open(d.two, web.StayCookie, s.cookie)
		}
		if got := s.send(d.two, http.MethodGet, "/assist/live", nil); got.status != http.StatusNoContent {
			t.Errorf("one more page than allowed: %d", got.status)
		}
		if now := d.one(`SELECT last_used_at FROM impersonation WHERE public_id = $1`, s.id); now != used || d.one(`SELECT COUNT(*) FROM audit_log`) != logged {
			t.Error("open pages keep a stay alive, or are on record")
		}
	})
}

// TestAnAnswerThatTheEndOvertakesShowsNothing ends a stay while its page is
// being made: between the look at the door and the first byte.
func TestAnAnswerThatTheEndOvertakesShowsNothing(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.begin("english")
		shop := d.shopping(s.of, "english", "/")
		// The route reads the account after the stay was found good; the end
		// comes at the very last moment, when the page is drawn.
		ended := false
		answer := s.overtaken(d.two, "/account", func() {
			if !ended {
				ended = true
				shop.Form("form[action$='" + s.id + "/end']").Submit().MustStatus(http.StatusOK)
			}
		})
		if !ended || answer.status != http.StatusGone || strings.Contains(answer.body, s.of.Email) {
			t.Errorf("ended %v, answered %d\n%.300s", ended, answer.status, answer.body)
		}
		s.left("a page", answer)
	})
}

// drawing is a context that notices when a page begins to be drawn.
type drawing struct {
	context.Context
	begun func()
}

func (d drawing) Value(key any) any {
	if strings.HasPrefix(fmt.Sprintf("%T", key), "templ.") {
		d.begun()
	}
	return d.Context.Value(key)
}

// overtaken asks a node for a page and does something just before it is drawn.
func (s *stay) overtaken(node *apptest.Shop, path string, then func()) answer {
	r := request(drawing{s.desk.t.Context(), then}, http.MethodGet, s.base+path, nil, "Cookie", web.StayCookie+"="+s.cookie)
	w := httptest.NewRecorder()
	node.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}
