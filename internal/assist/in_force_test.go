package assist

import (
	"testing"

	"github.com/storehand/storehand/internal/config"
)

func TestASettingInForceIsTheWebsitesElseTheGeneralElseTheDeclaredOne(t *testing.T) {
	for _, c := range []struct {
		name   string
		stored inForce
		field  *config.Field
		want   string
	}{
		{"nothing is stored", "", ConsentPolicy, PolicyOptIn},
		{"for all", "default.assist.consent_policy=opt_out", ConsentPolicy, PolicyOptOut},
		{"the website's comes first, wherever it stands", "website.assist.consent_policy=not_required\ndefault.assist.consent_policy=opt_out", ConsentPolicy, PolicyNotRequired},
		{"the website's comes first, even last", "default.assist.consent_policy=opt_out\nwebsite.assist.consent_policy=not_required", ConsentPolicy, PolicyNotRequired},
		{"what no choice allows is not stored", "website.assist.consent_policy=sometimes\ndefault.assist.consent_policy=opt_out", ConsentPolicy, PolicyOptOut},
		{"a global setting has no website's value", "website.assist.enabled=1", Enabled, "0"},
		{"a path that begins alike is another", "default.assist.enabled_for=1", Enabled, "0"},
		{"out of range", "default.assist.session_minutes=9999", SessionMinutes, SessionMinutes.Declared()},
		{"no value", "default.assist.session_minutes", SessionMinutes, SessionMinutes.Declared()},
	} {
		if got := c.stored.text(c.field); got != c.want {
			t.Errorf("%s: %q in place of %q", c.name, got, c.want)
		}
	}
}

// A line break in a value could pretend to be another setting.
func TestNoSettingThatIsJudgedCanHoldALineBreak(t *testing.T) {
	for _, f := range judged {
		for _, v := range []string{"1\n0", "opt_in\ndefault.assist.enabled=1", f.Declared() + "\nx"} {
			if _, err := f.Clean(v); err == nil {
				t.Errorf("%s takes %q", f.Path, v)
			}
		}
	}
}
