package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

const accountConfig = "/config/customers/customer_configuration"

// assists saves one field of Login as Customer in the Configuration.
func (d *desk) assists(field, value string) {
	d.t.Helper()
	d.own(assistConfig, func(f *webtest.Form) { f.Set(field, value) })
}

func advance(by time.Duration) func(*desk, *stay) {
	return func(d *desk, _ *stay) { d.Clock.Advance(by) }
}

// endingsOfConsent are those that come from what the customer has agreed to.
var endingsOfConsent = []ending{
	{name: "the customer's consent runs out", want: impersonate.ConsentExpired, end: advance(time.Minute), enter: func(d *desk) *stay {
		d.assists("assist.consent_days", "1")
		c := d.customer("german")
		d.assists("assist.consent_days", "0")
		d.Clock.Advance(24*time.Hour - time.Minute)
		return d.with(c, "german")
	}},
	{name: "customers must opt in from now on", want: impersonate.ConsentMissing, enter: func(d *desk) *stay {
		d.assists("assist.consent_policy", assist.PolicyOptOut)
		return d.with(d.newcomer("german"), "german")
	}, end: func(d *desk, _ *stay) { d.assists("assist.consent_policy", assist.PolicyOptIn) }},
	{name: "somebody changes the consent in the database", want: assist.ConsentUnproved, end: func(d *desk, s *stay) {
		d.exec(fmt.Sprintf(`UPDATE customer SET assistance_until = 9000000000000000 WHERE id = %d`, s.of.ID))
	}},
	{name: "consent from before a restore must be confirmed", want: assist.ConsentUnconfirmed, end: func(d *desk, _ *stay) {
		d.exec(fmt.Sprintf(`INSERT INTO installation (name, value) VALUES ('consent_epoch', '%d')`, d.Clock.Now().UnixMicro()))
	}, undo: forgetRestore},
	{name: "the owner accepts a restored backup", want: assist.SetBack, end: func(d *desk, _ *stay) {
		if _, err := d.Assist.AcceptRestore(systemCtx, "The disk was broken", nil); err != nil {
			d.t.Fatal(err)
		}
	}, undo: forgetRestore},
	{name: "the customer takes back what they have granted", want: impersonate.ConsentWithdrawn, enter: (*desk).granted, end: func(d *desk, s *stay) {
		d.shopping(s.of, "german", "/account/assistance").Form("form[action$='/withdraw']").Submit().MustStatus(http.StatusOK)
	}},
	{name: "the Admin user gives back what was granted", want: impersonate.ClosedByActor, enter: (*desk).granted, end: func(_ *desk, s *stay) {
		s.admin.Visit(s.request).Form(s.request + "/cancel").Submit().MustStatus(http.StatusOK)
	}},
	{name: "the time that the customer has granted is over", want: impersonate.TimeUp, enter: (*desk).granted, end: func(_ *desk, s *stay) {
		s.usedFor(30 * time.Minute)
	}},
	{name: "the customer resets the password by a letter", want: impersonate.SubjectSignedOut, end: func(d *desk, s *stay) {
		webtest.New(d.t).Open(d.Store("german", "/forgot")).Form("form[action$=forgot]").Set("email", s.of.Email).Submit().MustStatus(http.StatusOK)
		link := ""
		for _, l := range d.lettersOf("%", s.of.Email) {
			link += resetAt.FindString(l.text)
		}
		webtest.New(d.t).Open(link).Form("form[action$=reset]").Set("password", newPassword).Set("password_again", newPassword).Submit().MustStatus(http.StatusOK)
	}},
}

// usedFor lets time go by while the stay is used, in steps of which a slow request
// can see two and not take the stay for idle.
func (s *stay) usedFor(span time.Duration) {
	const step = 6 * time.Minute
	for range span / step {
		s.desk.Clock.Advance(step)
		s.send(s.desk.Shop, http.MethodGet, "/cart", nil)
	}
}

var resetAt = regexp.MustCompile(`http://\S+/reset\?token=[\w-]+`)

func forgetRestore(d *desk) { d.exec(`DELETE FROM installation WHERE name = 'consent_epoch'`) }

// endingsOfApproval are those of stays that a second person approves, or should.
var endingsOfApproval = []ending{
	{name: "the second person takes the approval back", want: assist.ApprovalMissing, enter: (*desk).approved, undo: noApproval, end: func(d *desk, s *stay) {
		d.in("tom", s.request).Form(s.request + "/take-back").Submit().MustContain("You took back your approval")
	}},
	{name: "the approval's time is over", want: impersonate.TimeUp, enter: (*desk).approved, undo: noApproval, end: func(_ *desk, s *stay) {
		s.usedFor(30 * time.Minute)
	}},
	{name: "a second person becomes necessary for everybody", want: assist.ApprovalMissing, undo: noApproval, end: func(d *desk, _ *stay) {
		d.assists("assist.approval", assist.ApprovalEveryone)
	}},
	{name: "the customer becomes a VIP, for whom a second person is necessary", want: assist.ApprovalMissing, undo: noApproval, enter: func(d *desk) *stay {
		d.assists("assist.approval", assist.ApprovalVIP)
		return d.stay()
	}, end: func(d *desk, s *stay) {
		vip := fmt.Sprint(d.vip())
		d.in("admin", s.customerPage("/account")).Form("#customer-form").Set("group_id", vip).Submit().MustStatus(http.StatusOK)
	}},
}

func noApproval(d *desk) { d.assists("assist.approval", assist.ApprovalNever) }

// endingsOfLimits are those that nobody decides at that moment, and those that
// whoever runs the server brings about.
var endingsOfLimits = []ending{
	{name: "nobody outside is told of the log any more", want: impersonate.NotRecorded, end: func(d *desk, _ *stay) {
		d.exec(`UPDATE audit_cover SET covered_at = 1`)
	}, undo: (*desk).covered},
	{name: "another browser presents the code of the stay", want: impersonate.CodeReplayed, enter: (*desk).byHand, end: func(d *desk, s *stay) {
		got := send(d.t, d.two, http.MethodPost, s.base+"/assist/enter", url.Values{"code": {s.code}}, "Cookie", web.AssistCookie+"="+strings.Repeat("B", 43))
		if got.status != http.StatusForbidden {
			d.t.Errorf("the replay is answered %d", got.status)
		}
	}},
	{name: "the clock is set back", want: impersonate.TimeUp, end: advance(-time.Hour), undo: func(d *desk) { d.Clock.Advance(time.Hour) }},
	{name: "the Admin session is twelve hours old", want: impersonate.TimeUp, end: advance(6 * time.Minute), enter: func(d *desk) *stay {
		agent, b := d.agent("Support desk"), webtest.New(d.t)
		admin := signIn(b, d.Shop, agent.Username)
		for range 59 { // 11 hours and 48 minutes
			d.Clock.Advance(12 * time.Minute)
			admin.Visit("/account").MustBe("/account")
		}
		d.Clock.Advance(6 * time.Minute)
		return d.enter(b, admin, agent, d.customer("german"), "german")
	}},
	{name: "accounts are no longer shared with the other website", want: impersonate.TargetUnusable, enter: func(d *desk) *stay {
		d.own(accountConfig, func(f *webtest.Form) { f.Set("customer.share_accounts", "global") })
		d.assists("assist.store_view", assist.StoreViewManual)
		agent, b, c := d.agent("Support desk"), webtest.New(d.t), d.customer("german")
		admin, path := signIn(b, d.Shop, agent.Username), (&stay{of: c}).customerPage("")
		french := fmt.Sprint(d.one(`SELECT id FROM store_view WHERE code = 'french'`))
		shop := admin.Visit(path).Form(path+"/assist").Set("reason_code", "cart").Set("store_view", french).Submit("Login as Customer")
		d.assists("assist.store_view", assist.StoreViewAutomatic)
		return d.inside(b, admin, shop, agent, c, "french")
	}, end: func(d *desk, _ *stay) {
		d.own(accountConfig, func(f *webtest.Form) { f.Set("customer.share_accounts", "website") })
	}},
	{name: "an administrator removes the Admin user's second factors", want: impersonate.ActorSignedOut, enter: func(d *desk) *stay {
		s := d.stay()
		d.exec(fmt.Sprintf(`INSERT INTO admin_factor (admin_user_id, kind, name, created_at) VALUES (%d, 'app', 'Phone', 1)`, s.agent.ID))
		return s
	}, end: func(d *desk, s *stay) { d.own(fmt.Sprintf("/system/users/%d/factors", s.agent.ID), nil) }},
	{name: "the emergency stop is pressed on the command line", want: assist.Stopped, end: func(d *desk, _ *stay) {
		if _, err := d.Assist.Stop(systemCtx, "Something is wrong"); err != nil {
			d.t.Fatal(err)
		}
	}, undo: func(d *desk) {
		if err := d.Assist.Lift(systemCtx, ""); err != nil {
			d.t.Fatal(err)
		}
	}},
}

// with is a new agent in a customer's account.
func (d *desk) with(c customer.Customer, view string) *stay {
	d.t.Helper()
	agent, b := d.agent("Support desk"), webtest.New(d.t)
	return d.enter(b, signIn(b, d.Shop, agent.Username), agent, c, view)
}

// granted is a stay that rests on a request that its customer has granted for half
// an hour.
func (d *desk) granted() *stay {
	d.t.Helper()
	agent, b, c := d.agent("Support desk"), webtest.New(d.t), d.newcomer("german")
	admin, ask := signIn(b, d.Shop, agent.Username), (&stay{of: c}).customerPage("/assist/ask")
	asked := admin.Visit(ask).Form(ask).Set("reason_code", "cart").Set("minutes", "30").Tick("areas", "cart").Submit()
	asked.MustContain("Waiting")
	d.shopping(c, "german", "/account/assistance").Form("form[action$='/approve']").Submit().MustStatus(http.StatusOK)
	at := asked.URL.Path
	s := d.enter(b, admin, agent, c, "german")
	s.request = at
	return s
}

// approved is a stay that a second person has approved for half an hour.
func (d *desk) approved() *stay {
	d.t.Helper()
	d.assists("assist.approval", assist.ApprovalEveryone)
	agent, b, c := d.agent("Support desk"), webtest.New(d.t), d.customer("german")
	admin, path := signIn(b, d.Shop, agent.Username), (&stay{of: c}).customerPage("")
	asked := admin.Visit(path).Form(path+"/assist").Set("reason_code", "cart").Submit("Ask for approval")
	asked.MustContain("Waiting for a second person")
	at := asked.URL.Path
	d.in("tom", at).Form(at + "/approve").Submit("Approve").MustContain("You approved")
	s := d.inside(b, admin, admin.Visit(path).Form(path+"/assist").Submit("Login as Customer"), agent, c, "german")
	s.request = at
	return s
}

// byHand is a stay that a browser without scripts has entered, so that its code
// was seen.
func (d *desk) byHand() *stay {
	d.t.Helper()
	agent, b, c := d.agent("Support desk"), webtest.New(d.t), d.customer("german")
	b.Scripts = false
	admin, path := signIn(b, d.Shop, agent.Username), (&stay{of: c}).customerPage("")
	hop := admin.Visit(path).Form(path+"/assist").Set("reason_code", "cart").Submit("Login as Customer")
	code := hop.Form("form[data-autosubmit]").Value("code")
	shop := hop.Form("form").Submit("Continue to the storefront").Form("form[data-autosubmit]").Submit()
	s := d.inside(b, admin, shop, agent, c, "german")
	s.code = code
	return s
}

// vip is a group of customers that are watched.
func (d *desk) vip() int64 {
	d.t.Helper()
	if d.one(`SELECT COUNT(*) FROM customer_group WHERE vip`) == 0 {
		general, err := d.Customers.Group(d.t.Context(), customer.General)
		if err == nil {
			_, err = d.Customers.SaveGroup(sqldbtest.Ctx(), 0, "Watched", general.TaxClass, true)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	return d.one(`SELECT MIN(id) FROM customer_group WHERE vip`)
}

// mustBeSealed has both nodes ask whether the log is told outside in time, which
// from here on it is: TestALogThatNobodyOutsideIsToldEndsStays really seals.
func (d *desk) mustBeSealed() {
	d.t.Helper()
	d.exec(`INSERT INTO audit_cover (id, covered_id, covered_at) VALUES (1, 0, 0)`)
	d.covered()
	for _, node := range []*assist.Service{d.Assist, d.two.Assist} {
		node.RequireSealing(seal.Limit{Rows: 1 << 40, Age: 200 * 24 * time.Hour})
	}
}

func (d *desk) covered() {
	d.exec(fmt.Sprintf(`UPDATE audit_cover SET covered_at = %d`, d.Clock.Now().UnixMicro()))
}

// TestEveryCauseThatEndsAStayHasItsCase fails where a new way to end a stay was
// built that the proofs of this file know nothing of. That the list of causes is
// whole is what TestEveryCauseEndsAStayOrOnlyRefuses proves.
func TestEveryCauseThatEndsAStayHasItsCase(t *testing.T) {
	cases := map[impersonate.Cause]int{
		// Nobody was inside: TestACodeIsWorthNothingToAnybodyElse, and
		// TestAStayThatNobodyEntersIsOverWhenItsTimeIs.
		impersonate.NeverEntered: 1,
	}
	names := map[string]bool{}
	for _, e := range endings {
		cases[e.want]++
		if names[e.name] {
			t.Errorf("there are two ways in which %s", e.name)
		}
		names[e.name] = true
	}
	for _, c := range assist.EndCauses {
		if cases[c] == 0 {
			t.Errorf("no stay ends with %s in any case", c)
		}
		delete(cases, c)
	}
	for c := range cases {
		t.Errorf("%s is no cause that a stay ends with", c)
	}
}

func TestAStayThatNobodyEntersIsOverWhenItsTimeIs(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		agent, b, c := d.agent("Support desk"), webtest.New(t), d.customer("german")
		b.Scripts = false
		admin, path := signIn(b, d.Shop, agent.Username), (&stay{of: c}).customerPage("")
		hop := admin.Visit(path).Form(path+"/assist").Set("reason_code", "cart").Submit("Login as Customer")
		code := hop.Form("form[data-autosubmit]").Value("code")
		verifier, _ := b.Cookie(d.Store("german", "/"), web.AssistCookie)
		d.Clock.Advance(5 * time.Minute)
		if err := d.Assist.Sweep(systemCtx); err != nil {
			t.Fatal(err)
		}
		got := send(t, d.two, http.MethodPost, d.Store("german", "/assist/enter"), url.Values{"code": {code}}, "Cookie", web.AssistCookie+"="+verifier)
		if got.status != http.StatusForbidden {
			t.Errorf("the code is answered %d", got.status)
		}
		id := d.one(`SELECT COUNT(*) FROM impersonation WHERE customer_id = $1 AND end_cause = 'never_entered' AND entered_at IS NULL`, c.ID)
		if id != 1 {
			t.Errorf("%d stays are recorded as never entered", id)
		}
	})
}
