package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// outage is a way in which a database can be out of reach.
type outage struct {
	name  string
	reads bool // though it cannot be written, it can be read
	// open gives a shop, and what begins and ends the outage.
	open func(t *testing.T) (s *apptest.Shop, begin, end func())
}

var outages = []outage{
	{"PostgreSQL is stopped and started again", false, func(t *testing.T) (*apptest.Shop, func(), func()) {
		server := sqldbtest.NewServer(t)
		return apptest.Node(t, apptest.OnServer(t, server), sqldbtest.NewClock()), server.Quit, server.Begin
	}},
	{"the line to PostgreSQL is cut", false, func(t *testing.T) (*apptest.Shop, func(), func()) {
		w, dsn := through(t, apptest.DSN(t, sqldb.Postgres))
		return apptest.Node(t, dsn, sqldbtest.NewClock()), w.cut, w.mend
	}},
	{"the line to PostgreSQL falls silent", false, func(t *testing.T) (*apptest.Shop, func(), func()) {
		w, dsn := through(t, apptest.DSN(t, sqldb.Postgres))
		once := sync.OnceFunc(w.silence.Unlock)
		return apptest.Node(t, dsn, sqldbtest.NewClock()), func() {
			w.silence.Lock()
			t.Cleanup(once) // before the shop is closed, which waits for the line
		}, once
	}},
	{"another program locks the SQLite file", true, func(t *testing.T) (*apptest.Shop, func(), func()) {
		s := apptest.New(t, sqldb.SQLite)
		unlock := func() {}
		return s, func() {
			unlock = lockFile(t, s.DSN)
			t.Cleanup(unlock)
		}, func() { unlock() }
	}},
}

const (
	answerLimit   = 10 * time.Second // a request is answered, whatever it is
	recoveryLimit = 5 * time.Second
)

// A database that goes away in the middle of work and comes back: stays stop with
// a page that says why and names nobody, guests read on what is kept, and soon
// after it is back everything works. What was acknowledged is there with its row;
// what was not is there with it or not at all.
func TestADatabaseThatGoesAwayStopsStaysAndKeepsGuests(t *testing.T) {
	for _, o := range outages {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel() // most of it is waiting
			s, begin, end := o.open(t)
			d := &desk{Shop: s, t: t, two: s}
			inside := d.stay()
			admin := webtest.New(t)
			signIn(admin, s, "admin")
			d.Clock.Advance(5 * time.Second)
			ticking(t, d.Clock)
			if got := d.guest("/"); got.status != http.StatusOK {
				t.Fatalf("a guest is answered %d", got.status)
			}
			work := inside.fillTheCart()
			work.until(t, 5)
			begin()
			began := time.Now()
			inside.stopped(admin, o.reads)
			d.guestsReadOn(o.reads)
			t.Logf("everybody was answered within %v", time.Since(began).Round(time.Millisecond))
			end()
			back := time.Now()
			d.recovers(inside, admin)
			t.Logf("%v after its return everything works", time.Since(back).Round(time.Millisecond))
			work.until(t, 1) // more
			work.stop()
			inside.ledgerHolds(work)
		})
	}
}

// ticking lets a clock go as time does.
func ticking(t *testing.T, clock *sqldbtest.Clock) {
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		last := time.Now()
		for tick := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case now := <-tick.C:
				clock.Advance(now.Sub(last))
				last = now
			case <-done:
				tick.Stop()
				return
			}
		}
	})
	t.Cleanup(func() {
		close(done)
		wg.Wait()
	})
}

// guest asks a page as somebody whom nobody knows.
func (d *desk) guest(path string) answer {
	d.t.Helper()
	return send(d.t, d.two, http.MethodGet, d.Store("german", path), nil)
}

// stopped asks for what a stay and the Admin may not have now.
func (s *stay) stopped(admin *webtest.Browser, reads bool) {
	t, d := s.desk.t, s.desk
	t.Helper()
	secret, _ := admin.Cookie(d.Admin("/"), web.AdminCookie)
	type question struct {
		name, says string
		ask        func() answer
	}
	questions := []question{
		{"a page of the stay", "nicht aufgezeichnet werden", func() answer { return s.quietly(d.two, http.MethodGet, "/account", nil) }},
		{"a change of the stay", "nicht aufgezeichnet werden", func() answer {
			return s.quietly(d.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-2"}, "qty": {"1"}, "csrf": {s.token}})
		}},
	}
	if !reads {
		questions = append(questions, question{"a page of the Admin", "Not available right now", func() answer {
			return send(t, d.two, http.MethodGet, d.Admin("/customers"), nil, "Cookie", web.AdminCookie+"="+secret)
		}}, question{"the look whether it is ready", "does not answer", func() answer { return send(t, d.two, http.MethodGet, d.Admin("/readyz"), nil) }})
	}
	var wg sync.WaitGroup
	for _, q := range questions {
		wg.Go(func() {
			began := time.Now()
			got := q.ask()
			if took := time.Since(began); took > answerLimit {
				t.Errorf("%s was answered after %v", q.name, took)
			}
			if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, q.says) {
				t.Errorf("%s is answered %d: %.300s", q.name, got.status, words(got.body))
			}
			for _, personal := range []string{s.of.Email, s.of.LastName, s.agent.Username} {
				named := reads && personal == s.of.LastName // in the banner of a stay that is known to go on
				if strings.Contains(got.body, personal) && !named {
					t.Errorf("%s says %q", q.name, personal)
				}
			}
		})
	}
	wg.Wait()
}

// guestsReadOn asks again and again for what is kept.
func (d *desk) guestsReadOn(reads bool) {
	d.t.Helper()
	slow := 0
	for n := range 200 {
		began := time.Now()
		got := d.guest("/")
		if got.status != http.StatusOK || !strings.Contains(got.body, "<main") {
			d.t.Fatalf("guest %d is answered %d", n, got.status)
		}
		if time.Since(began) > time.Second {
			slow++ // the one that asks whether the database is back
		}
	}
	if slow > 5 {
		d.t.Errorf("%d of 200 guests waited for more than a second", slow)
	}
	if got := d.guest("/cart"); reads {
		if got.status != http.StatusOK {
			d.t.Errorf("what can be read is answered %d", got.status)
		}
	} else if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "Gleich wieder da") {
		d.t.Errorf("what cannot be kept is answered %d: %.200s", got.status, words(got.body))
	}
}

// recovers waits until everything is as before.
func (d *desk) recovers(s *stay, admin *webtest.Browser) {
	d.t.Helper()
	secret, _ := admin.Cookie(d.Admin("/"), web.AdminCookie)
	limit := time.Now().Add(recoveryLimit)
	for {
		own := s.quietly(d.two, http.MethodGet, "/account", nil).status
		guest := d.guest("/cart").status
		staff := send(d.t, d.two, http.MethodGet, d.Admin("/customers"), nil, "Cookie", web.AdminCookie+"="+secret).status
		ready := send(d.t, d.two, http.MethodGet, d.Admin("/readyz"), nil).status
		if own == http.StatusOK && guest == http.StatusOK && staff == http.StatusOK && ready == http.StatusOK {
			return
		}
		if time.Now().After(limit) {
			d.t.Fatalf("after %v the stay is answered %d, guests %d, the Admin %d, readyz %d", recoveryLimit, own, guest, staff, ready)
		}
	}
}

// work is what somebody keeps doing in a stay, and what came of it.
type work struct {
	stay *stay
	quit chan struct{}
	over sync.WaitGroup

	mu          sync.Mutex
	done, asked int64
}

// fillTheCart puts one thing into the cart after another, in two places at once.
func (s *stay) fillTheCart() *work {
	s.desk.exec(`UPDATE product SET on_hand = 1000000`) // and a line takes 10,000
	w := &work{stay: s, quit: make(chan struct{})}
	for range 2 {
		w.over.Go(func() {
			for pace := time.Tick(4 * time.Millisecond); ; {
				select {
				case <-w.quit:
					return
				case <-pace:
				}
				w.note(0, 1)
				got := s.quietly(s.desk.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}, "csrf": {s.token}})
				if got.status == http.StatusSeeOther {
					w.note(1, 0)
				}
			}
		})
	}
	s.desk.t.Cleanup(w.stop)
	return w
}

func (w *work) note(done, asked int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done, w.asked = w.done+done, w.asked+asked
}

// until waits for so many more that are done.
func (w *work) until(t *testing.T, more int64) {
	t.Helper()
	first, limit := int64(-1), time.Now().Add(20*time.Second)
	for {
		w.mu.Lock()
		done := w.done
		w.mu.Unlock()
		if first < 0 {
			first = done
		}
		if done >= first+more {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("only %d were done", done-first)
		}
		time.Sleep(5 * time.Millisecond) // between two looks, not instead of one
	}
}

func (w *work) stop() {
	select {
	case <-w.quit:
	default:
		close(w.quit)
	}
	w.over.Wait()
}

// ledgerHolds compares what was acknowledged with the cart and with the log.
func (s *stay) ledgerHolds(w *work) {
	t, d := s.desk.t, s.desk
	t.Helper()
	inCart := d.one(`SELECT COALESCE(SUM(i.qty), 0) FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.customer_id = $1 AND c.active`, s.of.ID)
	rows := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'cart.item_added' AND result = 'success' AND subject_id = $1`, s.of.ID)
	if inCart != rows {
		t.Errorf("%d pieces in the cart, %d rows in the log", inCart, rows)
	}
	if inCart < w.done || inCart > w.asked {
		t.Errorf("%d pieces in the cart, %d were acknowledged and %d asked for", inCart, w.done, w.asked)
	}
	t.Logf("%d asked for, %d acknowledged, %d there with their rows", w.asked, w.done, rows)
}
