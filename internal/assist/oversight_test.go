package assist

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// allow gives a role one more resource.
func (s *shop) allow(role int64, r acl.Resource) {
	s.t.Helper()
	s.exec(`INSERT INTO admin_role_resource (role_id, resource) VALUES ($1, $2)`, role, string(r))
}

// causeOf is the cause of a refusal, "" for anything else.
func causeOf(err error) impersonate.Cause {
	var no *Refusal
	if errors.As(err, &no) {
		return no.Cause
	}
	return ""
}

func TestAQuotaCountsTheStartsOfTheLastHourAndDay(t *testing.T) {
	ago := func(minutes ...int) (at []time.Time) {
		for _, m := range minutes {
			at = append(at, noon.Add(-time.Duration(m)*time.Minute))
		}
		return at
	}
	for name, test := range map[string]struct {
		begun     []time.Time
		hour, day int
		want      impersonate.Cause
		free      time.Duration
	}{
		"nothing begun":               {nil, 1, 1, "", 0},
		"no limits":                   {ago(1, 2, 3), 0, 0, "", 0},
		"one left":                    {ago(1), 2, 0, "", 0},
		"the hour is used up":         {ago(10, 50), 2, 0, QuotaHourSpent, 10 * time.Minute},
		"an hour later they are free": {ago(60, 61), 2, 0, "", 0},
		"the day is used up":          {ago(120, 600), 2, 2, QuotaDaySpent, 14 * time.Hour},
		"both: the later one counts":  {ago(10, 50), 2, 2, QuotaDaySpent, 24*time.Hour - 50*time.Minute},
		"the oldest need not count":   {ago(5, 20, 59), 2, 0, QuotaHourSpent, 40 * time.Minute},
	} {
		got := useOf(test.begun, []quota{{test.hour, time.Hour, "an hour", QuotaHourSpent}, {test.day, 24 * time.Hour, "a day", QuotaDaySpent}}, noon)
		if got.cause != test.want || test.want != "" && got.free.Sub(noon) != test.free {
			t.Errorf("%s: %q, free in %v; want %q in %v", name, got.cause, got.free.Sub(noon), test.want, test.free)
		}
	}
}

func TestTheQuotaIsCountedFromTheRowsOfAllNodes(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			clock := sqldbtest.NewClock()
			one, two := nodes(t, engine, clock.Now)
			one.set(QuotaHour.Path, "2")
			one.entered(maria, vera)
			two.entered(maria, vera+1)
			_, err := one.Begin(one.admin(maria), form(vera+2))
			var no *Refusal
			if !errors.As(err, &no) || no.Cause != QuotaHourSpent || !strings.Contains(no.Message, "2 sessions within an hour") || !strings.Contains(no.Remedy, "60 minutes") {
				t.Fatalf("the third stay: %v", err)
			}
			if n := one.logged(ActionRefused, sqldb.Failure); n != 1 {
				t.Errorf("%d refusals on record", n)
			}
			two.entered(maria+1, vera) // others have quotas of their own
			clock.Advance(time.Hour)
			one.touchSession(maria)
			one.entered(maria, vera+2)
		})
	}
}

// touchSession lets an Admin user be active now.
func (s *shop) touchSession(admin int64) {
	s.t.Helper()
	s.exec(`UPDATE admin_session SET last_seen_at = $2 WHERE admin_user_id = $1`, admin, sqldb.Micros(s.db.Now()))
}

func TestTheEmergencyStopEndsEverythingUntilItIsLifted(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.allow(auditRole, acl.AssistStop)
		in, code := s.entered(maria, vera), s.minted(maria+1, vera+1)
		if _, err := s.Stop(s.admin(maria), "no right to"); !fault.Is(err, fault.Denied) {
			t.Errorf("without the resource: %v", err)
		}
		if _, err := s.Stop(s.admin(tom), " "); fault.FieldsOf(err)["reason"] == "" {
			t.Errorf("without a reason: %v", err)
		}
		n, err := s.Stop(s.admin(tom), "Too many strange sessions")
		if err != nil || n != 2 {
			t.Fatalf("ended %d, %v", n, err)
		}
		if _, err := s.Resume(t.Context(), in.Token.Reveal()); !fault.Is(err, fault.Gone) {
			t.Errorf("the running stay: %v", err)
		}
		if err := s.buy(s.within(in.Stay)); !fault.Is(err, fault.Gone) {
			t.Errorf("a change under way: %v", err)
		}
		if _, err := s.Enter(s.guest(), code); err == nil {
			t.Error("a code from before was redeemed")
		}
		if _, err := s.Begin(s.admin(maria), form(vera)); causeOf(err) != Stopped {
			t.Errorf("a new one: %v", err)
		}
		if h, err := s.Halted(t.Context()); err != nil || !h.Stopped || h.Reason != "Too many strange sessions" {
			t.Errorf("%+v, %v", h, err)
		}
		if ended := s.logged(ActionEnded, sqldb.Success); ended != 2 {
			t.Errorf("%d ends on record", ended)
		}
		if err := s.Lift(s.admin(tom), "All clear"); err != nil {
			t.Fatal(err)
		}
		s.entered(maria, vera)
		if s.logged(ActionStopped, sqldb.Success) != 1 || s.logged(ActionResumed, sqldb.Success) != 1 {
			t.Error("stop and resumption are not on record")
		}
		if _, err := s.Stop(actor.AsSystem(t.Context(), "assist stop"), "from the command line"); err != nil {
			t.Errorf("the system: %v", err)
		}
	})
}

func TestWhoNeedsASecondPersonEntersWithTheirApprovalOnly(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.set(Approvals.Path, ApprovalEveryone)
		s.allow(auditRole, acl.AssistApprove)
		s.allow(supportRole, acl.AssistApprove)
		b, err := s.Begin(s.admin(maria), form(vera))
		if err != nil || b.Approval == 0 || b.PublicID != "" {
			t.Fatalf("began %+v, %v", b, err)
		}
		if _, err := s.Approve(s.admin(maria), b.Approval, ""); !fault.Is(err, fault.Denied) {
			t.Errorf("her own: %v", err)
		}
		if _, err := s.Decline(s.admin(tom), b.Approval, ""); fault.FieldsOf(err)["note"] == "" {
			t.Errorf("a refusal without a note: %v", err)
		}
		a, err := s.Approve(s.admin(tom), b.Approval, "Go ahead")
		if err != nil || a.State(clock.Now()) != ApprovalGranted {
			t.Fatalf("%+v, %v", a, err)
		}
		if _, err := s.Decline(s.admin(tom), b.Approval, "No"); !fault.Is(err, fault.Conflict) {
			t.Errorf("answered twice: %v", err)
		}
		if _, err := s.Begin(s.admin(maria+1), form(vera)); err != nil { // asks for herself
			t.Errorf("a colleague: %v", err)
		}
		if _, err := s.Begin(s.admin(maria), form(vera+1)); err != nil { // another customer: asks again
			t.Errorf("another customer: %v", err)
		}
		in := s.entered(maria, vera)
		if in.Stay.Length != 30*time.Minute {
			t.Errorf("the stay lasts %v, longer than its approval", in.Stay.Length)
		}
		if _, err := s.TakeBack(s.admin(tom), b.Approval, "Enough"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Resume(t.Context(), in.Token.Reveal()); !fault.Is(err, fault.Gone) {
			t.Errorf("after it was taken back: %v", err)
		}
		for action, want := range map[sqldb.Action]int{ActionApprovalAsked: 3, ActionApprovalGranted: 1, ActionApprovalRevoked: 1} {
			if n := s.logged(action, sqldb.Success); n != want {
				t.Errorf("%s is on record %d times, want %d", action, n, want)
			}
		}
	})
}

func TestAnApprovalIsForItsReasonAndItsTime(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.set(Approvals.Path, ApprovalVIP)
		s.allow(auditRole, acl.AssistApprove)
		s.entered(maria, vera) // not a VIP
		s.exec(`UPDATE customer_group SET vip = TRUE WHERE id = 2`)
		s.exec(`UPDATE customer SET group_id = 2 WHERE id = $1`, vera)
		b, err := s.Begin(s.admin(maria), form(vera))
		if err != nil || b.Approval == 0 {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, err := s.Approve(s.admin(tom), b.Approval, ""); err != nil {
			t.Fatal(err)
		}
		other := form(vera)
		other.ReasonCode, other.Reason = "other", "curiosity"
		began, err := s.Begin(s.admin(maria), other)
		if err != nil {
			t.Fatal(err)
		}
		if stay, err := s.Stay(s.admin(maria), began.PublicID); err != nil || stay.ReasonCode != "order" {
			t.Errorf("the reason became %q, %v", stay.Reason, err)
		}
		clock.Advance(30 * time.Minute)
		s.touchSession(maria)
		if b, err = s.Begin(s.admin(maria), form(vera)); err != nil || b.Approval == 0 {
			t.Fatalf("after its time: %+v, %v", b, err)
		}
		clock.Advance(approvalWait)
		if _, err := s.Approve(s.admin(tom), b.Approval, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("silence is refusal, but %v", err)
		}
	})
}

func TestWhyNamesTheRuleThatIsBroken(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		e, err := s.Explain(s.admin(tom), maria, vera)
		if err != nil || !e.May() || len(e.Findings) != int(rulesEnd) {
			t.Fatalf("%+v, %v", e, err)
		}
		s.exec(`UPDATE customer SET assistance = 'denied' WHERE id = $1`, vera)
		e, err = s.Explain(s.admin(tom), tom, vera)
		if err != nil || e.Cause != impersonate.PermissionLost {
			t.Fatalf("%+v, %v", e, err)
		}
		broken := map[impersonate.Cause]bool{}
		for _, f := range e.Findings {
			broken[f.Cause] = true
		}
		if !broken[impersonate.PermissionLost] || !broken[impersonate.ConsentWithdrawn] {
			t.Errorf("not every broken rule is named: %v", broken)
		}
	})
}
