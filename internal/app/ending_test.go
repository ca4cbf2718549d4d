package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

const (
	assistConfig = "/config/customers/login_as_customer"
	newPassword  = "another long pass phrase 77"
)

// ending is a way in which a stay ends, through the page that is there for it.
type ending struct {
	name  string
	end   func(d *desk, s *stay)
	want  impersonate.Cause
	undo  func(d *desk)
	enter func(d *desk) *stay // where it matters how the stay began
}

// endings are all of them: TestEveryCauseThatEndsAStayHasItsCase.
var endings = slices.Concat(endingsByPages, endingsOfConsent, endingsOfApproval, endingsOfLimits)

func (e ending) begin(d *desk) *stay {
	d.t.Helper()
	if e.enter != nil {
		return e.enter(d)
	}
	return d.stay()
}

// own has an administrator save a form that asks for their own password.
func (d *desk) own(path string, fill func(f *webtest.Form)) {
	d.t.Helper()
	f := d.in("admin", path).Form("form[action='" + path + "']")
	if fill != nil {
		fill(f)
	}
	if f.Has("own_password") {
		f.Set("own_password", demo.Password)
	}
	if got := f.Submit(); got.Status != http.StatusOK {
		d.t.Fatalf("%s answers %d", path, got.Status)
	}
}

func (d *desk) user(u staff.User, fill func(f *webtest.Form)) {
	d.t.Helper()
	d.own(fmt.Sprintf("/system/users/%d", u.ID), fill)
}

func (d *desk) supportDesk(fill func(f *webtest.Form)) {
	d.t.Helper()
	d.own(fmt.Sprintf("/system/roles/%d", d.role("Support desk")), fill)
}

// another is a second browser of the stay's agent.
func (s *stay) another(path string) *webtest.Tab {
	s.desk.t.Helper()
	return s.desk.in(s.agent.Username, path)
}

func (s *stay) customerPage(path string) string { return fmt.Sprintf("/customers/%d%s", s.of.ID, path) }

// endingsByPages are those that somebody brings about on a page, whatever the stay
// rests on.
var endingsByPages = []ending{
	{"the feature is switched off in the Configuration", func(d *desk, _ *stay) {
		d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.enabled", "0") })
	}, impersonate.FeatureOff, func(d *desk) { d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.enabled", "1") }) }, nil},
	{"the role loses the resource", func(d *desk, _ *stay) {
		d.supportDesk(func(f *webtest.Form) { f.Untick("resources", "login_as_customer.allow") })
	}, impersonate.PermissionLost, func(d *desk) {
		d.supportDesk(func(f *webtest.Form) { f.Tick("resources", "login_as_customer.allow") })
	}, nil},
	{"the role no longer reaches the website", func(d *desk, _ *stay) {
		d.supportDesk(func(f *webtest.Form) {
			f.Set("all_websites", "0").Tick("websites", fmt.Sprint(d.one(`SELECT id FROM website WHERE code = 'outlet'`)))
		})
	}, impersonate.OutOfScope, func(d *desk) {
		d.supportDesk(func(f *webtest.Form) { f.Set("all_websites", "1") })
	}, nil},
	{"the store view is deactivated", func(d *desk, _ *stay) {
		d.own("/stores/view/2", func(f *webtest.Form) { f.Set("active", "0") })
	}, impersonate.TargetUnusable, func(d *desk) {
		d.own("/stores/view/2", func(f *webtest.Form) { f.Set("active", "1") })
		d.Clock.Advance(2 * time.Second) // for the other node to hear of it
	}, nil},
	{"the Admin user gets another role", func(d *desk, s *stay) {
		d.user(s.agent, func(f *webtest.Form) { f.Set("role_id", fmt.Sprint(d.role("Audit"))) })
	}, impersonate.PermissionLost, nil, nil},
	{"the Admin user is disabled", func(d *desk, s *stay) {
		d.user(s.agent, func(f *webtest.Form) { f.Set("active", "0") })
	}, impersonate.ActorInactive, nil, nil},
	{"the Admin user is deleted", func(d *desk, s *stay) {
		d.own(fmt.Sprintf("/system/users/%d/delete", s.agent.ID), nil)
	}, impersonate.ActorInactive, nil, nil},
	{"the Admin user gets a new password", func(d *desk, s *stay) {
		d.user(s.agent, func(f *webtest.Form) { f.Set("password", newPassword).Set("password_repeat", newPassword) })
	}, impersonate.ActorSignedOut, nil, nil},
	{"an administrator signs the Admin user out", func(d *desk, s *stay) {
		path := fmt.Sprintf("/system/users/%d", s.agent.ID)
		d.in("admin", path).Form(path + "/sign-out").Submit().MustContain("is signed out everywhere")
	}, impersonate.ActorSignedOut, nil, nil},
	{"the Admin user signs out", func(_ *desk, s *stay) { s.admin.Visit("/").Form("/logout").Submit() }, impersonate.ActorSignedOut, nil, nil},
	{"the Admin user ends that session from another browser", func(_ *desk, s *stay) {
		s.another("/account").Form("form[action^='/account/sessions/']").Submit()
	}, impersonate.ActorSignedOut, nil, nil},
	{"the Admin user changes the own password in another browser", func(_ *desk, s *stay) {
		s.another("/account").Form("/account/password").Set("own_password", demo.Password).Set("password", newPassword).Set("password_repeat", newPassword).
			Submit().MustStatus(http.StatusOK)
	}, impersonate.ActorSignedOut, nil, nil},
	{"the customer withdraws on Account Information", func(d *desk, s *stay) {
		d.shopping(s.of, "german", "/account/edit").Form("form[action$='account/edit']").Untick("assistance_allowed").Submit().MustStatus(http.StatusOK)
	}, impersonate.ConsentWithdrawn, nil, nil},
	{"the customer withdraws on Support access", func(d *desk, s *stay) {
		d.shopping(s.of, "german", "/account/assistance").Form("form[action$='account/assistance']").Submit().MustStatus(http.StatusOK)
	}, impersonate.ConsentWithdrawn, nil, nil},
	{"the customer presses End now", func(d *desk, s *stay) {
		d.shopping(s.of, "german", "/").Form("form[action$='" + s.id + "/end']").Submit().MustStatus(http.StatusOK)
	}, impersonate.ClosedBySubject, nil, nil},
	{"the customer changes the password", func(d *desk, s *stay) {
		d.shopping(s.of, "german", "/account/edit").Form("form[action$='account/edit']").
			Set("password", newPassword).Set("password_again", newPassword).Set("current", demo.Password).Submit().MustStatus(http.StatusOK)
	}, impersonate.SubjectSignedOut, nil, nil},
	{"staff signs the customer out everywhere", func(d *desk, s *stay) {
		d.in("admin", s.customerPage("")).Form(s.customerPage("/sign-in")).Submit().MustStatus(http.StatusOK)
	}, impersonate.SubjectSignedOut, nil, nil},
	{"staff sets the consent to No", func(d *desk, s *stay) {
		d.in("admin", s.customerPage("/account")).Form("#customer-form").Set("assistance", "0").Set("assistance_reason", "Asked us to").Submit().MustStatus(http.StatusOK)
	}, impersonate.ConsentWithdrawn, nil, nil},
	{"the customer is deactivated", func(d *desk, s *stay) {
		d.in("admin", s.customerPage("")).Form(s.customerPage("/active")).Submit().MustStatus(http.StatusOK)
	}, impersonate.SubjectInactive, nil, nil},
	{"the customer is deleted", func(d *desk, s *stay) {
		d.in("admin", s.customerPage("/delete")).Form(s.customerPage("/delete")).Submit().MustStatus(http.StatusOK)
	}, impersonate.SubjectDeleted, nil, nil},
	{"a supervisor ends it", func(d *desk, s *stay) {
		d.in("admin", "/assist/log/"+s.id).Form("/assist/" + s.id + "/end").Submit().MustStatus(http.StatusOK)
	}, impersonate.ClosedBySupervisor, nil, nil},
	{"a supervisor ends all", func(d *desk, s *stay) {
		list := d.in("admin", "/assist/sessions")
		list.MustContain("Can change")
		list.Form("/assist/sessions/end").Submit().MustContain("You ended 1 session.")
	}, impersonate.ClosedBySupervisor, nil, nil},
	{"a supervisor presses the emergency stop", func(d *desk, _ *stay) {
		d.in("admin", "/assist/stop").Form("/assist/stop").Set("reason", "Something is wrong").Submit().MustStatus(http.StatusOK)
	}, assist.Stopped, func(d *desk) {
		d.in("admin", "/assist/stop").Form("/assist/stop/resume").Submit().MustStatus(http.StatusOK)
	}, nil},
	{"the database is found to be set back", func(d *desk, _ *stay) {
		d.exec(`INSERT INTO installation (name, value) VALUES ('set_back', '1')`)
	}, assist.SetBack, func(d *desk) { d.exec(`DELETE FROM installation WHERE name = 'set_back'`) }, nil},
	{"the agent ends it from the Admin", func(_ *desk, s *stay) {
		s.admin.Visit("/").Form("/assist/" + s.id + "/end").Submit().MustStatus(http.StatusOK)
	}, impersonate.ClosedByActor, nil, nil},
	{"the agent presses Close Session", func(_ *desk, s *stay) {
		s.shop.Form("form[action$='assist/close']").Submit().MustContain("Cleo")
	}, impersonate.ClosedByActor, nil, nil},
	{"the agent begins another one", func(_ *desk, s *stay) {
		s.admin.Visit("/customers/1").Form("/customers/1/assist").Set("reason_code", "cart").Submit("Login as Customer").MustContain("Vera Lind")
	}, impersonate.Replaced, nil, nil},
	{"nothing happens for too long", func(d *desk, _ *stay) { d.Clock.Advance(15 * time.Minute) }, impersonate.Idle, nil, nil},
	{"the time is up", func(_ *desk, s *stay) { s.usedFor(time.Hour) }, impersonate.TimeUp, nil, nil},
}

// refused sends the other node a page, a form and a request for a part of a
// page, in an order that turns, so that each is the very next one at times.
func (s *stay) refused(turn int) {
	t, d := s.desk.t, s.desk
	t.Helper()
	before := s.everything()
	probes := []func() (string, answer, int){
		func() (string, answer, int) {
			return "a form", s.send(d.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}}), http.StatusConflict
		},
		func() (string, answer, int) {
			return "a page", s.send(d.two, http.MethodGet, "/cart", nil), http.StatusGone
		},
		func() (string, answer, int) {
			return "a part", s.send(d.two, http.MethodGet, "/account", nil, "HX-Request", "true"), http.StatusGone
		},
	}
	for i := range probes {
		name, got, want := probes[(turn+i)%len(probes)]()
		if got.status != want {
			t.Errorf("%s is answered %d, want %d", name, got.status, want)
		}
		if strings.Contains(got.body, s.of.Email) {
			t.Errorf("%s still shows the customer", name)
		}
		// The late answer to a script leaves the cookie alone: by then another stay may have set it.
		if name != "a part" {
			s.left(name, got)
		}
	}
	if after := s.everything(); after != before {
		t.Errorf("was %s, is %s", before, after)
	}
}

// left fails unless an answer takes the stay's cookie away.
func (s *stay) left(what string, got answer) {
	s.desk.t.Helper()
	if !strings.Contains(strings.Join(got.header.Values("Set-Cookie"), "\n"), web.StayCookie+"=; ") || got.header.Get("Clear-Site-Data") != `"cache"` {
		s.desk.t.Errorf("%s leaves the browser its stay: %v", what, got.header)
	}
}

// everything is what a form could have changed.
func (s *stay) everything() string {
	d := s.desk
	return fmt.Sprint(
		d.one(`SELECT COUNT(*) FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.customer_id = $1`, s.of.ID),
		d.one(`SELECT COUNT(*) FROM cart WHERE customer_id = $1`, s.of.ID), d.one(`SELECT COUNT(*) FROM cart WHERE customer_id IS NULL`))
}

// recorded fails unless the end is written down, once, with its cause.
func (s *stay) recorded(want impersonate.Cause) {
	t, d := s.desk.t, s.desk
	t.Helper()
	cause, err := sqldb.One(context.Background(), d.DB.Reader(), sqldb.Value[string], `SELECT end_cause FROM impersonation WHERE public_id = $1 AND ended_at IS NOT NULL`, s.id)
	if err != nil || cause != string(want) {
		t.Errorf("ended as %q (%v), want %q", cause, err, want)
	}
	n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.ended' AND impersonation_id = (SELECT id FROM impersonation WHERE public_id = $1)`, s.id)
	if n != 1 {
		t.Errorf("%d ends are on record", n)
	}
}

func TestConsentThatLastsADayEndsAStayWhenTheDayIsOver(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.consent_days", "1") })
		c := d.customer("german")
		d.Clock.Advance(24*time.Hour - time.Minute)
		b, agent := webtest.New(t), d.agent("Support desk")
		s := d.enter(b, signIn(b, d.Shop, agent.Username), agent, c, "german")
		d.Clock.Advance(time.Minute)
		s.refused(0)
		s.recorded(impersonate.ConsentExpired)
		d.Clock.Advance(-time.Hour) // a clock that is set back gives nothing back
		s.outOfReach("and back")
		s.recorded(impersonate.ConsentExpired)
	})
}
