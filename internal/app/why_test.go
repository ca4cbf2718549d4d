package app_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// asker compares what Who May Log in as Whom says of an agent and a customer with
// what happens when the agent presses the button.
type asker struct {
	*desk
	tom           *webtest.Tab // asks
	agent         staff.User   // presses
	c             customer.Customer
	cookie, token string
	watched       int64 // a VIP group
}

func newAsker(d *desk) *asker {
	d.t.Helper()
	d.watchEverything()
	d.change(func(do func(string, ...any)) {
		do(`INSERT INTO admin_role (name, name_key, all_resources, all_websites, created_at, updated_at) VALUES ('Desk of one', 'desk of one', FALSE, TRUE, 0, 0)`)
		do(`INSERT INTO admin_role_resource (role_id, resource) VALUES ((SELECT id FROM admin_role WHERE name = 'Desk of one'), $1)`, string(acl.CustomersAll))
	})
	w := &asker{desk: d, tom: d.in("tom", "/"), agent: d.agent("Desk of one"), c: d.customer("english"), watched: d.one(`SELECT id FROM customer_group WHERE vip`)}
	b := webtest.New(d.t)
	w.token = signIn(b, d.Shop, w.agent.Username).Visit("/customers").Form("/logout").Value("csrf")
	w.cookie, _ = b.Cookie(d.Admin("/"), web.AdminCookie)
	return w
}

// change changes the database behind everybody's back, and lets both nodes see it.
func (d *desk) change(fn func(do func(query string, args ...any))) {
	d.t.Helper()
	err := d.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) (err error) {
		fn(func(query string, args ...any) {
			if err != nil {
				return
			}
			if _, err = tx.Exec(ctx, query, args...); err != nil {
				err = fmt.Errorf("%s: %w", query, err)
			}
		})
		for _, topic := range []string{"config", "store"} {
			if err == nil {
				err = tx.Bump(ctx, topic)
			}
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	d.Clock.Advance(2 * time.Second)
}

// situate draws a state of affairs in which most things are as they should be.
func (w *asker) situate(t *rapid.T) {
	seldom := func(name string) bool { return rapid.IntRange(0, 11).Draw(t, name) == 7 }
	one := func(name string, usual string, others ...string) string {
		if rapid.IntRange(0, 2).Draw(t, name+" unusual") != 1 {
			return usual
		}
		return rapid.SampledFrom(others).Draw(t, name)
	}
	now := sqldb.Micros(w.Clock.Now())
	const minute = int64(time.Minute / time.Microsecond)
	w.change(func(do func(string, ...any)) {
		set := func(path, value string) {
			do(`INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ($1, 'default', 0, $2, 0, '')
				ON CONFLICT (path, scope, scope_id) DO UPDATE SET value = excluded.value`, path, value)
		}
		flag := func(name string) string { return map[bool]string{true: "0", false: "1"}[seldom(name)] }
		set(assist.Enabled.Path, flag("switched off"))
		set(assist.ConsentPolicy.Path, one("policy", assist.PolicyOptIn, assist.PolicyOptOut, assist.PolicyNotRequired))
		set(assist.Approvals.Path, one("approval", assist.ApprovalNever, assist.ApprovalVIP, assist.ApprovalEveryone))
		set(assist.QuotaHour.Path, one("quota", "0", "3"))
		set(assist.StepUp.Path, one("step-up", assist.StepUpNever, assist.StepUpOnce, assist.StepUpOften))
		set(assist.StoreView.Path, one("store view", assist.StoreViewAutomatic, assist.StoreViewManual))
		set("customer.share_accounts", one("accounts", "website", "global"))

		do(`UPDATE assist_stop SET lifted_at = 1 WHERE lifted_at IS NULL`)
		if seldom("stopped") {
			do(`INSERT INTO assist_stop (reason, stopped_at, stopped_by) VALUES ('x', $1, 'x')`, now)
		}
		do(`DELETE FROM installation WHERE name = 'consent_epoch'`)
		if seldom("restored") {
			do(`INSERT INTO installation (name, value) VALUES ('consent_epoch', $1)`, fmt.Sprint(now+minute))
		}
		w.situateAgent(do, seldom, now)
		w.situateCustomer(do, seldom, one, now)
	})
}

func (w *asker) situateAgent(do func(string, ...any), seldom func(string) bool, now int64) {
	const minute = int64(time.Minute / time.Microsecond)
	do(`UPDATE admin_user SET active = $2 WHERE id = $1`, w.agent.ID, !seldom("agent inactive"))
	seen, ended, confirmed := now, any(nil), any(now-minute)
	if seldom("agent idle") {
		seen -= 30 * minute
	}
	if seldom("agent signed out") {
		ended = now
	}
	if seldom("agent not confirmed") {
		confirmed = nil
	} else if seldom("agent confirmed long ago") {
		confirmed = now - 20*minute
	}
	do(`UPDATE admin_session SET last_seen_at = $2, ended_at = $3, end_cause = 'signed_out', confirmed_at = $4 WHERE admin_user_id = $1`, w.agent.ID, seen, ended, confirmed)
	do(`DELETE FROM admin_role_resource WHERE role_id = $1 AND resource = $2`, w.agent.RoleID, string(acl.AssistLogin))
	if !seldom("role without the resource") {
		do(`INSERT INTO admin_role_resource (role_id, resource) VALUES ($1, $2)`, w.agent.RoleID, string(acl.AssistLogin))
	}
	do(`DELETE FROM admin_role_website WHERE role_id = $1`, w.agent.RoleID)
	limited := seldom("role of some websites")
	do(`UPDATE admin_role SET all_websites = $2 WHERE id = $1`, w.agent.RoleID, !limited)
	if limited && seldom("role of the customer's website") {
		do(`INSERT INTO admin_role_website (role_id, website_id) VALUES ($1, $2)`, w.agent.RoleID, w.c.WebsiteID)
	}
}

func (w *asker) situateCustomer(do func(string, ...any), seldom func(string) bool, one func(string, string, ...string) string, now int64) {
	const minute = int64(time.Minute / time.Microsecond)
	answer, until, said := one("answer", "allowed", "denied", "unset"), any(nil), any(nil)
	if answer == "allowed" && seldom("consent ends") {
		until = now + minute
	} else if answer == "allowed" && seldom("consent is over") {
		until = now - minute
	}
	group := int64(customer.General)
	if seldom("VIP") || seldom("VIP too") {
		group = w.watched
	}
	do(`UPDATE customer SET active = $2, assistance = $3, assistance_until = $4, group_id = $5 WHERE id = $1`, w.c.ID, !seldom("customer inactive"), answer, until, group)
	if said = until; seldom("the record says otherwise") {
		said = now + 5*minute
	}
	do(`INSERT INTO consent_event (customer_id, value, until, channel, actor_kind, actor_id, actor_name, at) VALUES ($1, $2, $3, 'self', 'customer', $1, 'x', $4)`, w.c.ID, answer, said, now)

	do(`UPDATE store_view SET active = TRUE`)
	switch closed := one("closed", "none", "own", "all"); closed {
	case "own":
		do(`UPDATE store_view SET active = FALSE WHERE id = $1`, w.c.StoreViewID)
	case "all":
		do(`UPDATE store_view SET active = FALSE WHERE website_id = $1`, w.c.WebsiteID)
	}

	do(`UPDATE assist_approval SET state = 'taken_back' WHERE state <> 'taken_back'`)
	if until := map[string]int64{"given": now + minute, "over": now - minute}[one("approved", "no", "given", "over")]; until != 0 {
		do(`INSERT INTO assist_approval (state, admin_user_id, admin_name, customer_id, customer_name, website_id, reason_code, reason, words, ticket, minutes, asked_at, lapses_at, decided_at, valid_until)
			VALUES ('approved', $1, 'x', $2, 'x', $3, 'order', 'x', '', '', 30, $4, $4, $4, $5)`, w.agent.ID, w.c.ID, w.c.WebsiteID, now, until)
	}

	do(`UPDATE assist_request SET open = FALSE`)
	if until := map[string]int64{"counts": now + minute, "ran out": now - minute}[one("granted", "no", "counts", "ran out")]; until != 0 {
		do(`INSERT INTO assist_request (public_id, state, open, customer_id, customer_name, website_id, admin_user_id, admin_name, admin_username, role_name, reason_code, reason, ticket, scope, minutes, asked_at, answer_by, granted_until)
			VALUES ($1, 'granted', TRUE, $2, 'x', $3, $4, 'x', 'x', 'x', 'order', '', '', '', 30, $5, $5, $6)`, fmt.Sprint("why", now), w.c.ID, w.c.WebsiteID, w.agent.ID, now, until)
		do(`INSERT INTO consent_event (customer_id, value, until, channel, actor_kind, actor_id, actor_name, at, request_id) SELECT $1, 'granted', $2, 'self', 'customer', $1, 'x', $3, id FROM assist_request WHERE open`, w.c.ID, until, now)
		do(`UPDATE assist_request SET event_id = (SELECT MAX(id) FROM consent_event) WHERE open`)
	}
}

// verdict is what the page says.
type verdict struct {
	may, signIn bool       // now; once signed in
	broken      []breached // rules that do not hold, in order
}

type breached struct{ rule, why string }

func (v verdict) breaks(rule string) bool {
	for _, b := range v.broken {
		if b.rule == rule {
			return true
		}
	}
	return false
}

func (w *asker) why() (v verdict) {
	w.t.Helper()
	page := w.tom.Visit("/assist/why?" + url.Values{"admin": {fmt.Sprint(w.agent.ID)}, "customer": {fmt.Sprint(w.c.ID)}}.Encode())
	page.MustStatus(http.StatusOK)
	text := page.One("main").Text()
	v.signIn = strings.Contains(text, "May enter: yes, once signed in")
	v.may = strings.Contains(text, "May enter: yes") && !v.signIn
	for _, row := range page.All("main table tbody tr") {
		cells := row.All("td")
		if cells[1].Text() == "No" {
			why, _, _ := strings.Cut(cells[2].Text(), ". ")
			v.broken = append(v.broken, breached{cells[0].Text(), strings.TrimSuffix(why, ".")})
		}
	}
	return v
}

// offered finds a store view that the dialog lets one choose.
var offered = regexp.MustCompile(`<option value="(\d+)"([^>]*)>`)

// press presses the button on the other node: what comes of it, and what is said.
func (w *asker) press() (outcome, said string) {
	w.t.Helper()
	path, cookie := fmt.Sprintf("/customers/%d/assist", w.c.ID), web.AdminCookie+"="+w.cookie
	form := url.Values{"csrf": {w.token}, "reason_code": {"order"}, "store_view": {fmt.Sprint(w.c.StoreViewID)}}
	for _, o := range offered.FindAllStringSubmatch(send(w.t, w.two, http.MethodGet, w.Admin(path), nil, "Cookie", cookie).body, -1) {
		if !strings.Contains(o[2], "disabled") {
			form.Set("store_view", o[1])
			break
		}
	}
	got := send(w.t, w.two, http.MethodPost, w.Admin(path), form, "Cookie", cookie)
	to := got.header.Get("Location")
	switch {
	case got.status == http.StatusSeeOther && strings.Contains(to, "/assist/start?request="):
		return "begun", to
	case got.status == http.StatusSeeOther && strings.HasPrefix(to, "/assist/approvals/"):
		return "asked", to
	case got.status == http.StatusSeeOther && strings.HasPrefix(to, "/login"):
		return "signed out", to
	case got.status == http.StatusForbidden && strings.Contains(got.body, "Your role does not include"):
		return "not in the role", html.UnescapeString(words(got.body))
	case got.status == http.StatusForbidden:
		return "refused", html.UnescapeString(words(got.body))
	}
	return fmt.Sprint(got.status), html.UnescapeString(words(got.body))
}

// agree fails unless the outcome is what the page said.
func (v verdict) agree(outcome, said string) error {
	first := breached{}
	if len(v.broken) > 0 {
		first = v.broken[0]
	}
	ok := false
	switch outcome {
	case "begun":
		ok = v.may && len(v.broken) == 0
	case "asked":
		ok = !v.may && !v.signIn && len(v.broken) == 1 && first.rule == "A second person has approved, or need not"
	case "signed out":
		ok = !v.may && (v.breaks("The Admin user is signed in") || v.breaks("The Admin user's account is active"))
	case "not in the role":
		ok = !v.may && v.breaks("The role allows Login as Customer")
	case "404": // to a role that does not reach the website there is no such customer
		ok = !v.may && v.breaks("The role reaches the customer's website")
	case "refused":
		ok = !v.may && !v.signIn && first.why != "" && strings.Contains(said, first.why)
	}
	if ok {
		return nil
	}
	return fmt.Errorf("the page says may %t, once signed in %t, broken %+v; but: %s, %.400s", v.may, v.signIn, v.broken, outcome, said)
}

func TestWhatThePageSaysIsWhatHappensWhenOneTries(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		w, seen := newAsker(d), map[string]int{}
		rapid.Check(t, func(rt *rapid.T) {
			w.situate(rt)
			v := w.why()
			outcome, said := w.press()
			if err := v.agree(outcome, said); err != nil {
				rt.Fatal(err)
			}
			if outcome == "refused" {
				outcome += ": " + v.broken[0].rule
			}
			seen[outcome]++
		})
		t.Log(seen)
		if seen["begun"] < 5 || len(seen) < 8 {
			t.Errorf("too little was tried: %v", seen)
		}
	})
}
