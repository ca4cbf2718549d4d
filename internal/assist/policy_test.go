package assist

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/session"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// allIsWell are facts against which nothing speaks.
func allIsWell() facts {
	return facts{
		enabled: true, policy: PolicyOptIn,
		adminFound: true, adminActive: true, roleID: 7, allowed: true,
		sessionFound: true, sessionSeen: noon.Add(-time.Minute), sessionExpires: noon.Add(time.Hour),
		customerFound: true, customerActive: true, customerWebsite: 1, customerInScope: true, assistance: consentAllowed,
		answer:    proof{found: true, value: consentAllowed, at: noon.Add(-time.Hour), vouched: true},
		viewFound: true, viewActive: true, viewWebsite: 1, viewInScope: true,
	}
}

func TestTheJudgeNamesTheCause(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*facts)
		want   impersonate.Cause
	}{
		"all is well":                   {func(*facts) {}, ""},
		"the feature is off":            {func(f *facts) { f.enabled = false }, impersonate.FeatureOff},
		"the Admin user is gone":        {func(f *facts) { f.adminFound = false }, impersonate.ActorInactive},
		"the Admin user is disabled":    {func(f *facts) { f.adminActive = false }, impersonate.ActorInactive},
		"the session never was":         {func(f *facts) { f.sessionFound = false }, impersonate.ActorSignedOut},
		"the session was ended":         {func(f *facts) { f.sessionEnded, f.sessionCause = true, string(session.SignedOut) }, impersonate.ActorSignedOut},
		"the session is too old":        {func(f *facts) { f.sessionExpires = noon }, impersonate.ActorSignedOut},
		"the session is idle":           {func(f *facts) { f.sessionSeen = noon.Add(-15 * time.Minute) }, impersonate.ActorSignedOut},
		"a new role ended the session":  {func(f *facts) { f.sessionEnded, f.sessionCause = true, string(session.RoleChanged) }, impersonate.PermissionLost},
		"the role lost the resource":    {func(f *facts) { f.allowed = false }, impersonate.PermissionLost},
		"the role is another":           {func(f *facts) { f.roleID = 8 }, impersonate.PermissionLost},
		"the customer is gone":          {func(f *facts) { f.customerFound = false }, impersonate.SubjectDeleted},
		"the customer is out of scope":  {func(f *facts) { f.customerInScope = false }, impersonate.OutOfScope},
		"the view is out of scope":      {func(f *facts) { f.viewInScope = false }, impersonate.OutOfScope},
		"the customer is inactive":      {func(f *facts) { f.customerActive = false }, impersonate.SubjectInactive},
		"the customer ended all":        {func(f *facts) { f.customerValidAfter = noon }, impersonate.SubjectSignedOut},
		"all was ended before the stay": {func(f *facts) { f.customerValidAfter = noon.Add(-time.Minute) }, ""},
		"the customer never answered":   {func(f *facts) { f.assistance = consentUnset }, impersonate.ConsentMissing},
		"the customer said no":          {func(f *facts) { f.assistance = consentDenied }, impersonate.ConsentWithdrawn},
		"the consent has run out":       {func(f *facts) { f.assistanceUntil = noon }, impersonate.ConsentExpired},
		"the consent runs on":           {func(f *facts) { f.assistanceUntil = noon.Add(1) }, ""},
		"the view is gone":              {func(f *facts) { f.viewFound = false }, impersonate.TargetUnusable},
		"the view is closed":            {func(f *facts) { f.viewActive = false }, impersonate.TargetUnusable},
		"another website's view":        {func(f *facts) { f.viewWebsite = 2 }, impersonate.TargetUnusable},
		"another website, shared":       {func(f *facts) { f.viewWebsite, f.global = 2, true }, ""},
		"who may not hears nothing":     {func(f *facts) { f.allowed, f.customerFound = false, false }, impersonate.PermissionLost},
		"out of scope hears no consent": {func(f *facts) { f.customerInScope, f.assistance = false, consentDenied }, impersonate.OutOfScope},
	} {
		f := allIsWell()
		test.change(&f)
		if got := judge(f, question{roleID: 7, begun: noon.Add(-time.Minute), view: true, sessionIdle: 15 * time.Minute}, noon); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestOffersAreJudgedWithoutAStoreView(t *testing.T) {
	f := allIsWell()
	f.viewFound, f.viewInScope = false, false
	if got := judge(f, question{sessionIdle: time.Hour}, noon); got != "" {
		t.Errorf("judged %q", got)
	}
}

func TestThePolicyOfTheWebsiteDecidesWhatAnAnswerMeans(t *testing.T) {
	past, future := noon.Add(-time.Second), noon.Add(time.Second)
	for _, test := range []struct {
		policy, answer string
		until          time.Time
		want           impersonate.Cause
	}{
		{PolicyOptIn, consentUnset, time.Time{}, impersonate.ConsentMissing},
		{PolicyOptIn, consentAllowed, time.Time{}, ""},
		{PolicyOptIn, consentAllowed, future, ""},
		{PolicyOptIn, consentAllowed, past, impersonate.ConsentExpired},
		{PolicyOptIn, consentDenied, time.Time{}, impersonate.ConsentWithdrawn},
		{PolicyOptOut, consentUnset, time.Time{}, ""},
		{PolicyOptOut, consentAllowed, past, ""},
		{PolicyOptOut, consentDenied, time.Time{}, impersonate.ConsentWithdrawn},
		{PolicyNotRequired, consentUnset, time.Time{}, ""},
		{PolicyNotRequired, consentDenied, time.Time{}, ""},
		{PolicyOptIn, "nonsense", time.Time{}, impersonate.ConsentMissing},
	} {
		if got := judgeConsent(test.policy, test.answer, test.until, noon); got != test.want {
			t.Errorf("%s, %s until %v: %q, want %q", test.policy, test.answer, test.until, got, test.want)
		}
	}
}

func TestEveryCauseHasItsWords(t *testing.T) {
	for _, c := range EndCauses {
		if texts[c].label == "" || texts[c].ended == "" {
			t.Errorf("%s has no label, or no sentence for the end", c)
		}
	}
	for c, words := range texts {
		if words.why != "" && refusal(c).Error() == "" {
			t.Errorf("%s has no refusal", c)
		}
	}
}

func TestOnlyPathsOfTheSameSiteAreKept(t *testing.T) {
	for path, want := range map[string]string{
		"/orders/7?tab=items#x": "/orders/7?tab=items#x",
		"//evil.test":           "", `/\evil.test`: "", "https://evil.test/": "", "orders/7": "", "": "", "/a\nb": "", "/a\tb": "",
	} {
		if got := localPath(path); got != want {
			t.Errorf("%q becomes %q, want %q", path, got, want)
		}
	}
}

func TestTheExplanationAndTheJudgeAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
		f := allIsWell()
		f.enabled, f.adminActive, f.allowed = flag("enabled"), flag("active"), flag("allowed")
		f.sessionEnded, f.customerFound, f.customerInScope = flag("ended"), flag("found"), flag("scope")
		f.customerActive = flag("customer active")
		f.assistance = rapid.SampledFrom([]string{consentUnset, consentAllowed, consentDenied}).Draw(t, "answer")
		ask := question{sessionIdle: time.Hour}
		var first impersonate.Cause
		for _, finding := range explain(f, ask, noon) {
			if finding.Holds == (finding.Cause != "") && !finding.Unasked {
				t.Errorf("%s holds (%v) with the cause %q", finding.Rule, finding.Holds, finding.Cause)
			}
			if first == "" {
				first = finding.Cause
			}
		}
		if want := judge(f, ask, noon); first != want {
			t.Errorf("explained with %q, judged %q", first, want)
		}
	})
}

func TestEveryRuleHasItsWords(t *testing.T) {
	for r := range rulesEnd {
		if ruleTexts[r] == "" {
			t.Errorf("rule %d has no sentence", r)
		}
	}
}

func TestJudgingAllocatesNothing(t *testing.T) {
	f, ask := allIsWell(), question{roleID: 7, view: true, sessionIdle: time.Hour}
	if n := testing.AllocsPerRun(100, func() { judge(f, ask, noon) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkJudge(b *testing.B) {
	f, ask := allIsWell(), question{roleID: 7, view: true, sessionIdle: time.Hour}
	for b.Loop() {
		judge(f, ask, noon)
	}
}
