package assist

import (
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestConsentNeedsItsEventAndAGrantIsForOneRequestOnly(t *testing.T) {
	live := grant{id: 5, scope: "cart", until: noon.Add(time.Minute), event: proof{found: true, at: noon.Add(-time.Minute), vouched: true}}
	missing := func(f *facts) { f.assistance, f.answer = consentUnset, proof{vouched: true} }
	for name, test := range map[string]struct {
		change func(*facts)
		ask    question
		want   impersonate.Cause
	}{
		"vouched for":                        {func(*facts) {}, question{}, ""},
		"nobody vouches":                     {func(f *facts) { f.answer.vouched = false }, question{}, ConsentUnproved},
		"nobody vouches, nobody asks":        {func(f *facts) { f.answer.vouched, f.policy = false, PolicyNotRequired }, question{}, ""},
		"nobody vouches, opt-out":            {func(f *facts) { f.answer.vouched, f.policy = false, PolicyOptOut }, question{}, ConsentUnproved},
		"from before the restore":            {func(f *facts) { f.epoch = noon }, question{}, ConsentUnconfirmed},
		"from after the restore":             {func(f *facts) { f.epoch = noon.Add(-2 * time.Hour) }, question{}, ""},
		"silent since before, opt-out":       {func(f *facts) { missing(f); f.policy, f.epoch = PolicyOptOut, noon }, question{}, ConsentUnconfirmed},
		"silent, registered after, opt-out":  {func(f *facts) { missing(f); f.policy, f.epoch, f.customerSince = PolicyOptOut, noon.Add(-1), noon }, question{}, ""},
		"a stay from before the restore":     {func(f *facts) { f.epoch, f.policy = noon, PolicyNotRequired }, question{begun: noon}, ConsentUnconfirmed},
		"granted, either will do":            {func(f *facts) { missing(f); f.grant = live }, question{either: true}, ""},
		"granted, the general one is asked":  {func(f *facts) { missing(f); f.grant = live }, question{}, impersonate.ConsentMissing},
		"granted after a general no":         {func(f *facts) { f.assistance = consentDenied; f.grant = live }, question{either: true}, ""},
		"the stay's own grant":               {func(f *facts) { missing(f); f.grant = live }, question{request: 5}, ""},
		"another grant":                      {func(f *facts) { missing(f); f.grant = live }, question{request: 4}, impersonate.ConsentWithdrawn},
		"withdrawn, the general one stands":  {func(*facts) {}, question{request: 5}, impersonate.ConsentWithdrawn},
		"waits for an answer":                {func(f *facts) { missing(f); f.grant = live; f.grant.until = time.Time{} }, question{either: true}, impersonate.ConsentMissing},
		"the time is over":                   {func(f *facts) { f.grant = live; f.grant.until = noon }, question{request: 5}, impersonate.ConsentExpired},
		"the grant is forged":                {func(f *facts) { missing(f); f.grant = live; f.grant.event.vouched = false }, question{request: 5}, ConsentUnproved},
		"the grant is older than the resore": {func(f *facts) { missing(f); f.grant = live; f.epoch = noon.Add(-time.Minute) }, question{request: 5}, ConsentUnconfirmed},
	} {
		f := allIsWell()
		test.change(&f)
		test.ask.sessionIdle = time.Hour
		if got := judge(f, test.ask, noon); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestWhatAScopeAllowsIsDeniedByDefault(t *testing.T) {
	for scope, want := range map[Scope]string{
		Everything: "cart.item_added order.placed customer.address_saved test.unheard_of", LookOnly: "", "cart": "cart.item_added", "orders": "order.placed",
		"cart,profile": "cart.item_added customer.address_saved", "nonsense": "",
	} {
		var got []string
		for _, a := range []string{"cart.item_added", "order.placed", "customer.address_saved", "test.unheard_of"} {
			if scope.allows(sqldbAction(a)) {
				got = append(got, a)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q allows %v, want %s", scope, got, want)
		}
	}
	if got := ScopeOf("profile", "cart", "evil"); got != "cart,profile" || ScopeOf() != LookOnly || LookOnly.Has("") || Everything.Has("x") != true {
		t.Errorf("the scope is %q", got)
	}
}

func TestConsentForgedInTheDatabaseDoesNotCount(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		cause := func() impersonate.Cause {
			t.Helper()
			o, err := s.Offer(s.admin(maria), vera)
			if err != nil {
				t.Fatal(err)
			}
			if o.Refusal == nil {
				return ""
			}
			return o.Refusal.Cause
		}
		in := s.entered(maria, vera)
		s.answers(vera, false)
		s.exec(`UPDATE customer SET assistance = 'allowed' WHERE id = 1`)
		if got := cause(); got != ConsentUnproved {
			t.Errorf("a flag without an event: %q", got)
		}
		if got, err := s.Possible(s.admin(maria), []int64{vera, 2}); err != nil || got[vera] == nil || got[vera].Cause != ConsentUnproved || got[2] != nil {
			t.Errorf("in a list: %v, %v", got, err)
		}
		s.set(ConsentDays.Path, "10")
		s.answers(vera, true)
		if got := cause(); got != "" {
			t.Errorf("given again: %q", got)
		}
		s.exec(`UPDATE customer SET assistance_until = assistance_until + 1000000 WHERE id = 1`)
		if got := cause(); got != ConsentUnproved {
			t.Errorf("made longer: %q", got)
		}
		if _, err := s.Resume(s.guest(), in.Token.Reveal()); err == nil {
			t.Error("the stay goes on")
		}
		clock.Advance(time.Second)
	})
}

func TestWithAKeyOnlySignedConsentCounts(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.sign(t)
		if _, err := s.Begin(s.admin(maria), form(vera)); refusedFor(err) != ConsentUnproved {
			t.Errorf("an event from nobody knows where: %v", err)
		}
		s.answers(vera, false)
		s.answers(vera, true)
		in := s.entered(maria, vera)
		for name, forgery := range map[string]string{
			"somebody else's receipt": `UPDATE consent_event SET receipt = (SELECT MAX(receipt) FROM consent_event WHERE value = 'denied') WHERE customer_id = 1 AND value = 'allowed' AND receipt <> ''`,
			"no receipt":              `UPDATE consent_event SET receipt = '' WHERE customer_id = 1`,
			"a receipt of one's own":  `UPDATE consent_event SET receipt = receipt || ' ' WHERE customer_id = 1`,
			"another time":            `UPDATE consent_event SET at = at + 1 WHERE customer_id = 1`,
		} {
			before := s.receipts(t)
			s.exec(forgery)
			r, err := s.Offer(s.admin(2), vera)
			if err != nil || r.Refusal == nil || r.Refusal.Cause != ConsentUnproved {
				t.Errorf("%s: %+v, %v", name, r.Refusal, err)
			}
			for id, old := range before {
				s.exec(`UPDATE consent_event SET receipt = $2, at = $3 WHERE id = $1`, id, old.text, old.at)
			}
		}
		clock.Advance(time.Second)
		if _, err := s.Resume(s.guest(), in.Token.Reveal()); err != nil {
			t.Errorf("true again: %v", err)
		}
	})
}
