package oversight

import "testing"

// FuzzHours: what is taken for working hours has a day and a while in it.
func FuzzHours(f *testing.F) {
	for _, s := range []string{"Mon-Fri 08:00-18:00", "Sun 00:00-24:00", "", "Fri-Mon 23:59-24:00", "Mon 18:00-08:00", "Mon-Tue-Wed 1-2"} {
		f.Add(s, "UTC")
	}
	f.Add("Mon 08:00-09:00", "Europe/Berlin")
	f.Fuzz(func(t *testing.T, text, zone string) {
		h, err := parseHours(text, zone)
		if err != nil || h.zone == nil {
			return
		}
		days := 0
		for _, works := range h.days {
			if works {
				days++
			}
		}
		if days == 0 || h.from < 0 || h.to > 24*60 || h.to <= h.from {
			t.Errorf("%q is %+v", text, h)
		}
		h.Within(thursday)
	})
}
