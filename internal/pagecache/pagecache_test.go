package pagecache_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/pagecache"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// shop counts how often it is asked and answers what the path says.
type shop struct {
	asked  int
	making func() // happens while a fragment is made
	cache  *pagecache.Cache
	http.Handler
	clock *sqldbtest.Clock
	db    *sqldb.DB
}

func (s *shop) answer(w http.ResponseWriter, r *http.Request) {
	s.asked++
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("Content-Type", "text/html")
	switch r.URL.Path {
	case "/unmarked":
	case "/cookie":
		pagecache.Allow(w)
		http.SetCookie(w, &http.Cookie{Name: "__Host-cart", Value: "x"})
	case "/missing":
		pagecache.Allow(w)
		w.WriteHeader(http.StatusNotFound)
	case "/large":
		pagecache.Allow(w)
		for range 3 {
			io.WriteString(w, strings.Repeat("x", 600<<10))
		}
		return
	default:
		pagecache.Allow(w, "view-1")
	}
	fmt.Fprintf(w, "page %s %d", r.URL.Path, s.asked)
}

func each(t *testing.T, o pagecache.Options, fn func(t *testing.T, s *shop)) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		fn(t, newShop(o, db, clock))
	})
}

func newShop(o pagecache.Options, db *sqldb.DB, clock *sqldbtest.Clock) *shop {
	s := &shop{clock: clock, db: db}
	o.DB, o.Params = db, []string{"page", "f_"}
	s.cache = pagecache.New(o)
	s.Handler = s.cache.Handler(http.HandlerFunc(s.answer))
	return s
}

func (s *shop) get(path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// fresh reports whether the page was made anew.
func (s *shop) fresh(path string, headers ...string) bool {
	before := s.asked
	s.get(path, headers...)
	return s.asked > before
}

func bump(t *testing.T, db *sqldb.DB, topic string) {
	t.Helper()
	err := db.Change(sqldbtest.Ctx(), "test.bump", func(ctx context.Context, tx *sqldb.Tx) error { return tx.Bump(ctx, topic) })
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAnonymousPageIsMadeOnce(t *testing.T) {
	each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
		first, second := s.get("/a"), s.get("/a")
		if s.asked != 1 || first.Body.String() != second.Body.String() || second.Body.String() != "page /a 1" {
			t.Errorf("asked %d times, answered %q and %q", s.asked, first.Body, second.Body)
		}
		for _, w := range []*httptest.ResponseRecorder{first, second} {
			if got := w.Header().Get("Cache-Control"); got != "private, no-cache" {
				t.Errorf("Cache-Control %q", got)
			}
			if w.Header().Get("Xkey") != "" || w.Header().Get("X-Pagecache") != "" {
				t.Errorf("what is for a cache in front went to the visitor: %v", w.Header())
			}
		}
		again := s.get("/a", "If-None-Match", second.Header().Get("Etag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("status %d, body %q", again.Code, again.Body)
		}
	})
}

func TestWhatMayBePersonalGoesPastTheCacheBothWays(t *testing.T) {
	each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
		s.get("/a")
		for _, cookie := range []string{"__Host-shop", "__Host-cart", "__Host-stay", "__Host-assist", "__Host-flash"} {
			if !s.fresh("/a", "Cookie", "theme=dark; "+cookie+"=secret") {
				t.Errorf("with the cookie %s a kept page was served", cookie)
			}
			if s.get("/b", "Cookie", cookie+"=secret"); !s.fresh("/b") {
				t.Errorf("a page made with the cookie %s was kept", cookie)
			}
			s.cache.Invalidate()
			s.get("/a")
		}
		w := s.get("/a", "Cookie", "__Host-stay=secret")
		if got := w.Header().Get("Cache-Control"); got != "private, no-store" || w.Header().Get("X-Pagecache") != "" {
			t.Errorf("a stay's page says %q %v", got, w.Header())
		}
		if s.fresh("/a", "Cookie", "theme=dark") {
			t.Error("somebody else's cookie went past the cache")
		}
	})
}

func TestOnlyMarkedPagesOfStatus200WithoutCookiesAreKept(t *testing.T) {
	each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
		for _, path := range []string{"/unmarked", "/cookie", "/missing", "/large", "/a?unknown=1", "/a?page=1&page=2", "/a?f_=1", "/" + strings.Repeat("x", 400)} {
			if s.get(path); !s.fresh(path) {
				t.Errorf("%s was kept", path)
			}
		}
		for _, path := range []string{"/a?page=2", "/a?page=3", "/a?f_colour=blue", "/a?f_colour=red"} {
			if !s.fresh(path) || s.fresh(path) {
				t.Errorf("%s is not a page of its own", path)
			}
		}
		for _, h := range [][2]string{{"Authorization", "x"}, {"Hx-Request", "true"}, {"Range", "bytes=0-1"}} {
			if !s.fresh("/a?page=2", h[0], h[1]) {
				t.Errorf("a request with %s was answered from the cache", h[0])
			}
		}
	})
}

func TestAChangeOnThisNodeCountsAtOnce(t *testing.T) {
	for _, topic := range []string{"catalog", "config", "store"} {
		t.Run(topic, func(t *testing.T) {
			each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
				s.get("/a")
				bump(t, s.db, topic)
				if !s.fresh("/a") {
					t.Error("a stale page was served")
				}
				if topic != "catalog" && !s.fresh("/a") {
					t.Error("a page was kept that may be made from an old copy")
				}
				s.clock.Advance(2 * time.Second)
				if s.get("/a"); s.fresh("/a") {
					t.Error("pages are no longer kept")
				}
			})
		})
	}
}

func TestAChangeOnAnotherNodeCountsWithinASecond(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			clock, dsn := sqldbtest.NewClock(), sqldbtest.DSN(t, e)
			here := newShop(pagecache.Options{}, sqldbtest.Open(t, dsn, clock.Now), clock)
			there := sqldbtest.Open(t, dsn, clock.Now)
			here.get("/a")
			bump(t, there, "catalog")
			clock.Advance(time.Second)
			if !here.fresh("/a") {
				t.Error("a stale page was served a second later")
			}
			if here.fresh("/a") {
				t.Error("the fresh page was not kept")
			}
		})
	}
}

func TestAPageBegunBeforeAChangeIsNotServedAfterIt(t *testing.T) {
	each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
		slow := s.cache.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			pagecache.Allow(w)
			bump(t, s.db, "catalog") // while the page is being made
			io.WriteString(w, "old")
		}))
		slow.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/a", nil))
		if !s.fresh("/a") {
			t.Error("the old page was kept")
		}
	})
}

func TestTheSettingsSayWhetherAndForHowLong(t *testing.T) {
	on, lifetime := true, time.Minute
	settings := func(context.Context) (bool, time.Duration) { return on, lifetime }
	each(t, pagecache.Options{Settings: settings}, func(t *testing.T, s *shop) {
		on = true
		s.get("/a")
		s.clock.Advance(59 * time.Second)
		if s.fresh("/a") {
			t.Error("not kept for the lifetime")
		}
		s.clock.Advance(time.Second)
		if !s.fresh("/a") {
			t.Error("kept beyond the lifetime")
		}
		on = false
		bump(t, s.db, "config")
		s.clock.Advance(2 * time.Second)
		if s.get("/a"); !s.fresh("/a") {
			t.Error("kept although switched off")
		}
	})
}

func TestAPriceThatChangesByItselfEndsWhatWasKept(t *testing.T) {
	start := sqldbtest.NewClock().Now()
	boundary := func(_ context.Context, now time.Time) (time.Time, error) {
		for _, at := range []time.Duration{100 * time.Millisecond, 10 * time.Second} {
			if begins := start.Add(at); begins.After(now) {
				return begins, nil
			}
		}
		return time.Time{}, nil
	}
	each(t, pagecache.Options{Boundary: boundary}, func(t *testing.T, s *shop) {
		s.get("/a")
		for _, wait := range []time.Duration{100 * time.Millisecond, 9900 * time.Millisecond} {
			s.clock.Advance(wait)
			s.get("/a")
			s.clock.Advance(time.Millisecond)
			if got := s.get("/a").Body.String(); got == "page /a 1" {
				t.Errorf("the price of before is still shown: %s", got)
			}
			s.clock.Advance(time.Second)
			s.get("/a")
		}
		if s.asked < 3 {
			t.Errorf("the page was made %d times", s.asked)
		}
	})
}

func TestVarnishIsToldWhatItMayKeep(t *testing.T) {
	each(t, pagecache.Options{Surrogate: true}, func(t *testing.T, s *shop) {
		for range 2 {
			h := s.get("/a").Header()
			if h.Get("Cache-Control") != "public, max-age=0, s-maxage=5" || h.Get("Xkey") != "storehand view-1" || h.Get("Vary") != "Cookie" {
				t.Errorf("got %v", h)
			}
		}
		if h := s.get("/a", "Cookie", "__Host-shop=x").Header(); h.Get("Cache-Control") != "private, no-store" || h.Get("Xkey") != "" {
			t.Errorf("a personal page says %v", h)
		}
	})
}

// part asks for the fragment "grid", which is another one each time it is made.
func (s *shop) part(t *testing.T, use pagecache.Use) string {
	t.Helper()
	part, err := s.cache.Fragment(sqldbtest.Ctx(), use, "grid", func() (templ.Component, error) {
		s.asked++
		if s.making != nil {
			s.making()
		}
		return templ.Raw(fmt.Sprint("grid ", s.asked)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := part.Render(sqldbtest.Ctx(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAStayMayReadFragmentsButNeverLeavesOne(t *testing.T) {
	each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
		for i, step := range []struct {
			use  pagecache.Use
			want string
		}{
			{pagecache.Read, "grid 1"}, {pagecache.None, "grid 2"}, {pagecache.Read, "grid 3"}, // nothing was left behind
			{pagecache.ReadWrite, "grid 4"}, {pagecache.ReadWrite, "grid 4"}, {pagecache.Read, "grid 4"}, {pagecache.None, "grid 5"},
		} {
			if got := s.part(t, step.use); got != step.want {
				t.Errorf("step %d: got %q, want %q", i, got, step.want)
			}
		}
		bump(t, s.db, "catalog")
		if got := s.part(t, pagecache.Read); got != "grid 6" {
			t.Errorf("a stale fragment: %q", got)
		}
	})
}

// elsewhere moves a topic as another node does: nothing tells this one.
func elsewhere(t *testing.T, db *sqldb.DB, topic string) {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE version SET value = value + 1 WHERE topic = $1`, topic)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAProvedFragmentIsNeverBehindTheDatabase(t *testing.T) {
	each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
		for _, use := range []pagecache.Use{pagecache.ReadWrite, pagecache.Proved, pagecache.Proved} {
			if got := s.part(t, use); got != "grid 1" {
				t.Fatalf("what nothing has changed was made again: %s", got)
			}
		}
		for i, topic := range []string{"catalog", "config", "store"} {
			elsewhere(t, s.db, topic)
			if got, old := s.part(t, pagecache.Read), fmt.Sprint("grid ", i+1); got != old {
				t.Fatalf("this node has heard of the change to %s too soon to prove anything: %s", topic, got)
			}
			if got, want := s.part(t, pagecache.Proved), fmt.Sprint("grid ", i+2); got != want {
				t.Fatalf("after a change of %s elsewhere: got %s, want %s", topic, got, want)
			}
			for range 2 { // the first look finds that copies may be behind
				s.clock.Advance(3 * time.Second)
				s.asked = i + 1
				s.part(t, pagecache.ReadWrite)
			}
			s.asked = i + 2
		}
	})
}

func TestAFragmentThatSomethingChangedUnderIsNotProved(t *testing.T) {
	each(t, pagecache.Options{}, func(t *testing.T, s *shop) {
		s.making = func() { elsewhere(t, s.db, "catalog") }
		s.part(t, pagecache.ReadWrite)
		s.making = nil
		if got := s.part(t, pagecache.Proved); got != "grid 2" {
			t.Errorf("a fragment made while the catalogue changed was believed: %s", got)
		}
	})
}

func TestAProvedFragmentEndsWithItsPrices(t *testing.T) {
	begins := sqldbtest.NewClock().Now().Add(100 * time.Millisecond)
	boundary := func(_ context.Context, now time.Time) (time.Time, error) {
		if now.Before(begins) {
			return begins, nil
		}
		return time.Time{}, nil
	}
	each(t, pagecache.Options{Boundary: boundary}, func(t *testing.T, s *shop) {
		s.part(t, pagecache.ReadWrite)
		s.clock.Advance(99 * time.Millisecond)
		if got := s.part(t, pagecache.Proved); got != "grid 1" {
			t.Errorf("before the price begins: %s", got)
		}
		s.clock.Advance(time.Millisecond)
		if got := s.part(t, pagecache.Proved); got != "grid 2" {
			t.Errorf("when the price begins: %s", got)
		}
	})
}

func BenchmarkHit(b *testing.B) {
	db := sqldbtest.Open(b, sqldbtest.DSN(b, sqldb.SQLite), time.Now)
	c := pagecache.New(pagecache.Options{DB: db})
	body := []byte(strings.Repeat("x", 20<<10))
	h := c.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		pagecache.Allow(w)
		w.Write(body)
	}))
	r := httptest.NewRequest("GET", "/c/lamps?page=2", nil)
	r.URL.RawQuery = ""
	w := &discard{h: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.h)
		h.ServeHTTP(w, r)
	}
}

type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}
