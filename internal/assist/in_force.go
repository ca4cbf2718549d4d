package assist

import (
	"strings"
	"time"

	"github.com/storehand/storehand/internal/config"
)

// judged are the settings that decide about a stay and its requests.
var judged = []*config.Field{
	Enabled, config.ShareAccounts, ConsentPolicy, Proposals, Approvals,
	LogPageViews, DisablePageCache, SessionMinutes, LongestMinutes, MaskPersonal,
}

// settingsColumn reads them in one look for a customer c, a line for each that
// is stored: "website.assist.consent_policy=opt_in". None of them can hold a
// line break.
var settingsColumn = `COALESCE((SELECT string_agg(y.scope || '.' || y.path || '=' || y.value, '
') FROM config_value y WHERE y.path IN ('` + strings.Join(paths(judged), "', '") + `')
	AND (y.scope = 'default' OR y.scope = 'website' AND y.scope_id = c.website_id)), '')`

func paths(fields []*config.Field) (all []string) {
	for _, f := range fields {
		all = append(all, f.Path)
	}
	return all
}

// inForce is what settingsColumn reads.
type inForce string

// text gives the value for the customer's website, or else for all, or else the
// declared one; what the declaration does not allow counts as not stored.
func (s inForce) text(f *config.Field) string {
	if f.Level == config.Website {
		if v, ok := s.stored("website.", f); ok {
			return v
		}
	}
	if v, ok := s.stored("default.", f); ok {
		return v
	}
	return f.Declared()
}

func (s inForce) stored(scope string, f *config.Field) (string, bool) {
	for line := range strings.SplitSeq(string(s), "\n") {
		rest, _ := strings.CutPrefix(line, scope)
		if len(rest) == len(line) || !strings.HasPrefix(rest, f.Path) {
			continue
		}
		if value, ok := strings.CutPrefix(rest[len(f.Path):], "="); ok {
			clean, err := f.Clean(value)
			return clean, err == nil
		}
	}
	return "", false
}

func (s inForce) is(f *config.Field) bool { return s.text(f) == "1" }

// minutes gives a setting that counts them.
func (s inForce) minutes(f *config.Field) time.Duration {
	return time.Duration(number(s.text(f))) * time.Minute
}
