package assist

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestTheModeInForceIsTheOneKeptAsFarAsItIsAllowed(t *testing.T) {
	for name, test := range map[string]struct {
		kept         impersonate.Mode
		role, offers bool // the role may only look; proposals are on
		want         impersonate.Mode
	}{
		"can change":                     {impersonate.CanChange, false, true, impersonate.CanChange},
		"the role may only look":         {impersonate.CanChange, true, true, impersonate.ViewOnly},
		"view only":                      {impersonate.ViewOnly, false, true, impersonate.ViewOnly},
		"proposals":                      {Proposing, false, true, Proposing},
		"proposals of who may only look": {Proposing, true, true, Proposing},
		"proposals switched off":         {Proposing, false, false, impersonate.ViewOnly},
		"something unknown":              {"else", false, true, impersonate.ViewOnly},
	} {
		if got := effective(test.kept, facts{roleViewOnly: test.role, proposals: test.offers}); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestAModeIsRaisedWithAReasonAndLoweredWithout(t *testing.T) {
	for name, test := range map[string]struct {
		to           impersonate.Mode
		reason       string
		role, offers bool
		want         string
	}{
		"up with a reason":       {impersonate.CanChange, "She asked", false, true, ""},
		"up without":             {impersonate.CanChange, "  ", false, true, CodeModeReason},
		"up with a novel":        {impersonate.CanChange, strings.Repeat("x", maxReason+1), false, true, CodeModeLong},
		"up, the role may not":   {impersonate.CanChange, "She asked", true, true, CodeModeRole},
		"down":                   {impersonate.ViewOnly, "", true, false, ""},
		"proposals":              {Proposing, "", true, true, ""},
		"proposals switched off": {Proposing, "", false, false, CodeModeProposals},
		"nonsense":               {"root", "x", false, true, CodeModeUnknown},
	} {
		err := changeMode(test.to, test.reason, facts{roleViewOnly: test.role, proposals: test.offers})
		got := ""
		if f, ok := fault.As(err); ok {
			got = f.Code
		}
		if got != test.want || (err == nil) != (test.want == "") {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func TestAnExtensionStaysWithinItsLimits(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for name, test := range map[string]struct {
		now, expires, parent int // minutes after entering; parent 0: far away
		step, longest        int
		want                 int // 0: not to be had
	}{
		"one more length":               {50, 60, 0, 60, 120, 110},
		"up to the longest":             {90, 110, 0, 60, 120, 120},
		"no more after that":            {100, 120, 0, 60, 120, 0},
		"not beyond the Admin session":  {50, 60, 70, 60, 120, 70},
		"the Admin session ends before": {50, 60, 60, 60, 120, 0},
		"switched off":                  {50, 60, 0, 60, 0, 0},
		"too early to bring anything":   {0, 60, 0, 60, 120, 0},
		"a minute is worth it":          {1, 60, 0, 60, 120, 61},
	} {
		parent := at(10_000)
		if test.parent != 0 {
			parent = at(test.parent)
		}
		until, ok := extended(at(test.now), at(0), at(test.expires), parent, time.Duration(test.step)*time.Minute, time.Duration(test.longest)*time.Minute)
		if ok != (test.want != 0) || ok && !until.Equal(at(test.want)) {
			t.Errorf("%s: until %v, %v, want minute %d", name, until.Sub(noon), ok, test.want)
		}
	}
}

func TestNoExtensionEverPassesALimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := func(name string) time.Duration {
			return time.Duration(rapid.IntRange(0, 1000).Draw(t, name)) * time.Minute
		}
		entered, expires, parent := noon, noon.Add(d("expires")), noon.Add(d("parent"))
		longest := d("longest")
		until, ok := extended(noon.Add(d("now")), entered, expires, parent, d("step"), longest)
		if ok && (until.After(parent) || until.After(entered.Add(longest)) || !until.After(expires)) {
			t.Fatalf("until %v", until.Sub(noon))
		}
	})
}

func TestAMaskShowsLittleAndIsKnownAgain(t *testing.T) {
	for value, want := range map[string]string{
		"vera@example.com": "v•••••@e•••••.com", "a@b": "•••••@•••••", "vera": "•••••", "": "", "ü.n@köln.de": "ü•••••@k•••••.de",
	} {
		if got := MaskEmail(value); got != want {
			t.Errorf("e-mail %q: %q, want %q", value, got, want)
		}
	}
	for value, want := range map[string]string{"+1 207 555 0142": "•••••42", "": "", "12": "•••••2", "x": "•••••"} {
		if got := MaskPhone(value); got != want {
			t.Errorf("phone %q: %q, want %q", value, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[0-9A-Za-z@. +]{6,40}`).Draw(t, "value")
		for _, masked := range []string{MaskEmail(value), MaskPhone(value), MaskText(value)} {
			if strings.Contains(masked, value) || !IsMasked(masked) {
				t.Fatalf("%q became %q", value, masked)
			}
		}
	})
}

func TestAStayIsRaisedAndLoweredOnTheRecord(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.set(NewMode.Path, string(impersonate.ViewOnly))
		in := s.entered(maria, vera)
		ctx := s.within(in.Stay)
		if err := s.buy(ctx); !fault.Is(err, fault.Denied) {
			t.Fatalf("a change in View only: %v", err)
		}
		if err := s.SetMode(ctx, impersonate.CanChange, ""); !fault.Is(err, fault.Invalid) {
			t.Fatalf("raised without a reason: %v", err)
		}
		if err := s.SetMode(ctx, impersonate.CanChange, "She asked me to"); err != nil {
			t.Fatal(err)
		}
		now, err := s.Resume(s.guest(), string(in.Token))
		if err != nil || now.ViewOnly() {
			t.Fatalf("after raising: %v, %v", now.Mode, err)
		}
		if err := s.buy(s.within(now)); err != nil {
			t.Fatalf("a change after raising: %v", err)
		}
		if err := s.SetMode(s.within(now), impersonate.ViewOnly, ""); err != nil {
			t.Fatal(err)
		}
		if err := s.buy(s.within(now)); !fault.Is(err, fault.Denied) {
			t.Fatalf("a change after lowering, by a request from before: %v", err)
		}
		if n := s.logged(ActionMode, sqldb.Success); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

func TestARoleThatMayOnlyLookIsNotRaised(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.exec(`UPDATE admin_role SET assist_mode = $1 WHERE id = 1`, string(acl.ViewOnly))
		in := s.entered(maria, vera)
		err := s.SetMode(s.within(in.Stay), impersonate.CanChange, "I want to")
		if f, ok := fault.As(err); !ok || f.Code != CodeModeRole {
			t.Fatalf("raised: %v", err)
		}
		if s.logged(ActionMode, sqldb.Failure) != 1 {
			t.Error("the refusal is not on the record")
		}
		// Raised behind the role's back it still may only look.
		s.exec(`UPDATE impersonation SET mode = $1`, string(impersonate.CanChange))
		who := in.Stay.Who(actor.Who{})
		who.ViewOnly = false
		if err := s.buy(actor.With(context.Background(), who)); !fault.Is(err, fault.Denied) {
			t.Errorf("a change: %v", err)
		}
	})
}

func TestAStayIsExtendedUpToTheLimitAndNoFurther(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		in := s.entered(maria, vera)
		began := clock.Now()
		pass := func(minutes int) { // in use all the while
			for range minutes {
				clock.Advance(time.Minute)
				if err := s.buy(s.within(in.Stay)); err != nil {
					t.Fatalf("after %v: %v", clock.Now().Sub(began), err)
				}
			}
		}
		pass(55)
		until, err := s.Extend(s.within(in.Stay))
		if err != nil || !until.Equal(began.Add(115*time.Minute)) {
			t.Fatalf("until %v, %v", until.Sub(began), err)
		}
		pass(55)
		if until, err = s.Extend(s.within(in.Stay)); err != nil || !until.Equal(began.Add(120*time.Minute)) {
			t.Fatalf("until %v, %v", until.Sub(began), err)
		}
		stay, err := s.Resume(s.guest(), string(in.Token))
		if _, more := stay.Extension(clock.Now()); more || err != nil {
			t.Errorf("it says that it can be extended further, %v", err)
		}
		if _, err := s.Extend(s.within(in.Stay)); !fault.Is(err, fault.Conflict) {
			t.Errorf("extended beyond the limit: %v", err)
		}
		pass(9)
		clock.Advance(time.Minute)
		if err := s.buy(s.within(in.Stay)); !fault.Is(err, fault.Gone) {
			t.Errorf("after two hours: %v", err)
		}
		if n := s.logged(ActionExtended, sqldb.Success); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
	})
}

func TestPersonalDataIsMaskedPerWebsiteUntilRevealed(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		s.exec(`INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ('assist.mask', 'website', 2, '1', 0, '')`)
		resumed := func(in Entered) Stay {
			stay, err := s.Resume(s.guest(), string(in.Token))
			if err != nil {
				t.Fatal(err)
			}
			return stay
		}
		if resumed(s.entered(maria, vera)).Masked() {
			t.Error("masked on a website that does not say so")
		}
		in := s.entered(maria, elena)
		if !resumed(in).Masked() {
			t.Error("not masked on the outlet")
		}
		for range 2 {
			if err := s.Reveal(s.within(in.Stay)); err != nil {
				t.Fatal(err)
			}
		}
		if resumed(in).Masked() || s.logged(ActionRevealed, sqldb.Success) != 1 {
			t.Error("not revealed, or not once on the record")
		}
		if !resumed(s.entered(maria, elena)).Masked() {
			t.Error("the next stay is not masked again")
		}
	})
}
