package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// outOfReach asks for a page and a change, neither of which may be had.
func (s *stay) outOfReach(when string) {
	s.desk.t.Helper()
	before := s.cart()
	page := s.send(s.desk.two, http.MethodGet, "/account", nil)
	change := s.send(s.desk.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}})
	if page.status == http.StatusOK || strings.Contains(page.body, s.of.Email) || change.status < 400 || s.cart() != before {
		s.desk.t.Errorf("%s: a page is answered %d, a change %d", when, page.status, change.status)
	}
}

// A clock that is set forward ends stays as if the time had passed, and setting it
// back revives none. A clock that is set back gives no stay, and no code of a
// hand-off, more time than it had.
func TestAClockThatIsSetForwardOrBackGivesNobodyMoreTime(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.stay()
		d.Clock.Advance(time.Hour)
		s.outOfReach("an hour forward")
		d.Clock.Advance(-time.Hour)
		s.outOfReach("and back")
		s.recorded(impersonate.TimeUp)

		s = d.stay()
		d.Clock.Advance(-90 * time.Second) // as far as the clocks of two nodes may be apart
		if got := s.send(d.two, http.MethodGet, "/account", nil); got.status != http.StatusOK {
			t.Errorf("a node whose clock is a little late answers %d", got.status)
		}
		d.Clock.Advance(90 * time.Second)
		s = d.stay()
		d.Clock.Advance(-time.Hour)
		s.outOfReach("an hour back")
		d.Clock.Advance(time.Hour)
		s.outOfReach("and forward again")
		s.recorded(impersonate.TimeUp)

		for _, jump := range []time.Duration{time.Hour, -time.Hour} {
			d.handOffAcross(jump)
		}
		if n := d.one(`SELECT COUNT(*) FROM audit_log a JOIN audit_log b ON b.id = a.id - 1 WHERE b.at > a.at`); n == 0 {
			t.Error("the log should show that the clock was set back")
		}
	})
}

// handOffAcross sets the clock between the code and its redemption.
func (d *desk) handOffAcross(jump time.Duration) {
	t := d.t
	t.Helper()
	agent, c, b := d.agent("Support desk"), d.customer("german"), webtest.New(t)
	b.Scripts = false
	path := (&stay{of: c}).customerPage("")
	hop := signIn(b, d.Shop, agent.Username).Visit(path).Form(path+"/assist").Set("reason_code", "cart").Submit("Login as Customer")
	hop = hop.Form("form").Submit("Continue to the storefront")
	d.Clock.Advance(jump)
	hop = hop.Form("form[data-autosubmit]").Submit()
	d.Clock.Advance(-jump)
	if hop.Status != http.StatusForbidden || strings.Contains(hop.Body, c.Email) {
		t.Errorf("set by %v, the code is answered %d: %.200s", jump, hop.Status, hop.Text())
	}
	if _, in := b.Cookie(d.Store("german", "/"), web.StayCookie); in {
		t.Errorf("set by %v, a stay began", jump)
	}
	n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.refused' AND subject_id = $1 AND result = 'failure'`, c.ID)
	if n == 0 {
		t.Errorf("set by %v, no refusal is on record", jump)
	}
}

// cart is what the customer's cart holds.
func (s *stay) cart() int64 {
	s.desk.t.Helper()
	return s.desk.one(`SELECT COALESCE(SUM(i.qty), 0) FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.customer_id = $1 AND c.active`, s.of.ID)
}
