package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// applicant is an Admin user who wants to log in as customers.
type applicant struct {
	*desk
	agent   staff.User
	b       *webtest.Browser
	tab     *webtest.Tab
	refused int64 // refusals that should be on record
}

func (d *desk) applicant(role string) *applicant {
	d.t.Helper()
	a := &applicant{desk: d, agent: d.agent(role)}
	a.signsIn()
	return a
}

// signsIn is a new session, in a new browser.
func (a *applicant) signsIn() {
	a.t.Helper()
	a.b = webtest.New(a.t)
	a.tab = signIn(a.b, a.Shop, a.agent.Username)
}

// posts presses the button, whatever the page shows, on the other node.
func (a *applicant) posts(address string, fields ...string) answer {
	a.t.Helper()
	form := url.Values{"csrf": {a.tab.Visit("/account").Form("/logout").Value("csrf")}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	cookie, _ := a.b.Cookie(a.Admin("/"), web.AdminCookie)
	return send(a.t, a.two, http.MethodPost, a.Admin(address), form, "Cookie", web.AdminCookie+"="+cookie)
}

// isRefused fails unless the page says why not, the button is gone, and whoever
// sends the form all the same is refused and on record.
func (a *applicant) isRefused(c customer.Customer, cause string, says ...string) {
	a.t.Helper()
	path := (&stay{of: c}).customerPage("/assist")
	page := a.tab.Visit(path)
	page.MustContain(says...)
	if page.HasForm(path) {
		a.t.Errorf("%s: the button is offered", cause)
	}
	before := a.one(`SELECT COUNT(*) FROM impersonation`)
	got := a.posts(path, "reason_code", "cart")
	if got.status != http.StatusForbidden || !strings.Contains(words(got.body), says[0]) {
		a.t.Errorf("%s: the form is answered %d: %.300s", cause, got.status, words(got.body))
	}
	if n := a.one(`SELECT COUNT(*) FROM impersonation`); n != before {
		a.t.Errorf("%s: a stay began", cause)
	}
	a.refused++
	if n := a.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.refused' AND result = 'failure' AND actor_id = $1 AND subject_id = $2 AND data LIKE $3`,
		a.agent.ID, c.ID, "%"+cause+"%"); n != 1 {
		a.t.Errorf("%s: %d refusals are on record", cause, n)
	}
}

func (a *applicant) enters() {
	a.t.Helper()
	a.enter(a.b, a.tab, a.agent, a.customer("english"), "english")
}

// TestAsManySessionsBeginAsTheHourAndTheDayAllow: N begin, the next is refused on
// every node and in every session of the same Admin user, and is let in once the
// window has passed.
func TestAsManySessionsBeginAsTheHourAndTheDayAllow(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.quota_hour", "2").Set("assist.quota_day", "3") })
		a, other := d.applicant("Support desk"), d.applicant("Support desk")
		a.enters()
		d.Clock.Advance(10 * time.Minute)
		a.enters()
		a.isRefused(d.customer("english"), "quota_hour", "You have begun 2 sessions within an hour: more are not allowed.", "The next one can begin in 50 minutes.")
		other.enters() // has a quota of their own

		a.signsIn() // signing in again gives nothing back
		a.isRefused(d.customer("english"), "quota_hour", "You have begun 2 sessions within an hour")
		d.Clock.Advance(50*time.Minute - time.Second)
		a.signsIn()
		a.isRefused(d.customer("english"), "quota_hour", "You have begun 2 sessions within an hour", "The next one can begin in a minute.")
		d.Clock.Advance(time.Second)
		a.enters()
		a.isRefused(d.customer("english"), "quota_day", "You have begun 3 sessions within a day: more are not allowed.", "The next one can begin in 23 hours.")

		d.Clock.Advance(23*time.Hour - time.Second)
		a.signsIn()
		a.isRefused(d.customer("english"), "quota_day", "You have begun 3 sessions within a day", "The next one can begin in a minute.")
		d.Clock.Advance(time.Second)
		a.enters()
		a.isRefused(d.customer("english"), "quota_day", "You have begun 3 sessions within a day", "The next one can begin in 10 minutes.")
		d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.quota_day", "0") }) // no limit
		a.enters()
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.begun' AND result = 'success' AND actor_id = $1`, a.agent.ID); n != 5 {
			t.Errorf("%d beginnings are on record, want 5", n)
		}
	})
}

// asks asks a second person, and gives the address of the request.
func (a *applicant) asks(c customer.Customer) string {
	a.t.Helper()
	path := (&stay{of: c}).customerPage("")
	asked := a.tab.Visit(path).Form(path+"/assist").Set("reason_code", "cart").Submit("Ask for approval")
	asked.MustContain("Waiting for a second person")
	return asked.URL.Path
}

func TestAnApprovalIsASecondPersonsAndHoldsForItsTime(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.own(assistConfig, func(f *webtest.Form) {
			f.Set("assist.approval", assist.ApprovalEveryone).Set("assist.approval_minutes", "10")
		})
		boss, c := d.applicant("Administrators"), d.customer("english")
		path := (&stay{of: c}).customerPage("")
		at := boss.asks(c)

		// Nobody approves their own request: there is no form, and none is taken.
		if boss.tab.Visit(at).HasForm(at + "/approve") {
			t.Error("the own request can be approved on its page")
		}
		if got := boss.posts(at + "/approve"); got.status != http.StatusForbidden || !strings.Contains(words(got.body), "Nobody approves their own request. Ask a colleague.") {
			t.Errorf("the own approval is answered %d: %.300s", got.status, words(got.body))
		}
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.approval_granted' AND result = 'failure' AND actor_id = $1`, boss.agent.ID); n != 1 {
			t.Errorf("%d refusals of the own approval are on record", n)
		}
		boss.tab.Visit(path + "/assist").MustContain("A second person approves this first")

		// Silence is refusal.
		d.Clock.Advance(time.Hour)
		late := d.in("tom", at)
		late.MustContain("Not answered")
		if late.HasForm(at + "/approve") {
			t.Error("a request that nobody answered in time can be approved")
		}
		late.Form("/logout").Action(at + "/approve").Submit().MustStatus(http.StatusConflict)

		// A refusal says why.
		boss.signsIn()
		at = boss.asks(c)
		tom := d.in("tom", at).Form(at + "/approve").Submit("Decline")
		tom.MustStatus(http.StatusUnprocessableEntity)
		tom.MustContain("Please say why, so that your colleague knows.")
		tom.Form(at+"/approve").Set("note", "Call them first").Submit("Decline").MustContain("You declined")
		boss.tab.Visit(at).MustContain("Tom Berger has declined", "Call them first")
		boss.tab.Visit(path + "/assist").MustContain("A second person approves this first")

		// An approval holds for its time, for its customer and for whoever asked.
		at = boss.asks(c)
		d.in("tom", at).Form(at + "/approve").Submit("Approve").MustContain("You approved")
		other := d.applicant("Administrators")
		other.tab.Visit(path + "/assist").MustContain("A second person approves this first")
		another := (&stay{of: d.customer("english")}).customerPage("/assist")
		boss.tab.Visit(another).MustContain("A second person approves this first")
		shop := boss.tab.Visit(path).Form(path + "/assist").Submit("Login as Customer")
		s := d.inside(boss.b, boss.tab, shop, boss.agent, c, "english")
		d.Clock.Advance(10*time.Minute - time.Second)
		if got := s.send(d.two, http.MethodGet, "/account", nil); got.status != http.StatusOK {
			t.Errorf("a second before its time is over the stay is answered %d", got.status)
		}
		d.Clock.Advance(time.Second)
		s.outOfReach("after the approval's time")
		boss.tab.Visit(path + "/assist").MustContain("A second person approves this first")
		d.in("tom", at).MustContain("Approved, over")
		for action, want := range map[string]int64{"approval_asked": 3, "approval_granted": 1, "approval_declined": 1} {
			if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE result = 'success' AND action = $1`, "login_as_customer."+action); n != want {
				t.Errorf("%s is on record %d times, want %d", action, n, want)
			}
		}
	})
}

func TestAConfirmationRunsOutAndIsAskedForAgain(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.configure(config.Edit{Field: assist.StepUp, Value: assist.StepUpOften})
		d.Clock.Advance(2 * time.Second)
		a := d.applicant("Support desk")
		const asked = "Confirm that it is you before you log in as a customer."
		confirm := func() {
			t.Helper()
			page := a.tab.Visit("/account/confirm?back=/customers")
			wrong := page.Form("/account/confirm").Set("own_password", "not my password at all").Submit()
			wrong.MustStatus(http.StatusUnprocessableEntity)
			wrong.MustContain("This is not your password")
			wrong.Form("/account/confirm").Set("own_password", demo.Password).Submit().MustContain("it is you")
		}
		a.isRefused(d.customer("english"), "unconfirmed", asked)
		confirm()
		a.enters()
		for range 2 {
			d.Clock.Advance(7 * time.Minute)
			a.tab.Visit("/account").MustBe("/account")
		}
		a.enters()
		d.Clock.Advance(time.Minute) // a quarter of an hour
		a.isRefused(d.customer("english"), "unconfirmed", asked)
		confirm()
		a.enters()

		again := *a // another session of the same Admin user has confirmed nothing
		again.signsIn()
		again.isRefused(d.customer("english"), "unconfirmed", asked)
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE action LIKE 'staff.%confirm%' AND actor_id = $1`, a.agent.ID); n < 2 {
			t.Errorf("%d confirmations are on record", n)
		}
	})
}
