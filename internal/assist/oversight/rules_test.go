package oversight

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// thursday is a working day, at noon.
var thursday = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

func TestEachRuleRaisesItsAlertAndNoOther(t *testing.T) {
	hours, err := parseHours("Mon-Fri 08:00-18:00", "UTC")
	if err != nil {
		t.Fatal(err)
	}
	all := Rules{Customers: 10, CustomersIn: 10 * time.Minute, Colleague: true, VIP: true, Hours: hours}
	for name, test := range map[string]struct {
		rules Rules
		in    Entry
		want  []Kind
	}{
		"nothing unusual":   {all, Entry{At: thursday, Customers: 1}, nil},
		"ten customers":     {all, Entry{At: thursday, Customers: 10}, nil},
		"eleven customers":  {all, Entry{At: thursday, Customers: 11}, []Kind{ManyCustomers}},
		"a colleague":       {all, Entry{At: thursday, Colleague: true}, []Kind{ColleagueUsed}},
		"a VIP":             {all, Entry{At: thursday, VIP: true}, []Kind{VIPUsed}},
		"before the hours":  {all, Entry{At: thursday.Add(-4*time.Hour - time.Minute)}, []Kind{OutOfHours}},
		"at the hours' end": {all, Entry{At: thursday.Add(6 * time.Hour)}, []Kind{OutOfHours}},
		"on a Saturday":     {all, Entry{At: thursday.AddDate(0, 0, 2)}, []Kind{OutOfHours}},
		"several at once":   {all, Entry{At: thursday, Customers: 20, Colleague: true, VIP: true}, []Kind{ManyCustomers, ColleagueUsed, VIPUsed}},
		"everything is off": {Rules{}, Entry{At: thursday.AddDate(0, 0, 2), Customers: 99, Colleague: true, VIP: true}, nil},
	} {
		if got := test.rules.OnEntry(test.in); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
	for name, test := range map[string]struct {
		lasted            time.Duration
		changed, viewOnly bool
		want              bool
	}{
		"short": {29 * time.Minute, false, false, false}, "long": {30 * time.Minute, false, false, true},
		"long, with a change": {time.Hour, true, false, false}, "long, view only": {time.Hour, false, true, false},
	} {
		if got := (Rules{NoChange: 30 * time.Minute}).OnEnd(test.lasted, test.changed, test.viewOnly); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	refused := Rules{Refused: 5}
	if refused.OnRefusal(4) || !refused.OnRefusal(5) || (Rules{}).OnRefusal(99) {
		t.Error("refusals are counted wrongly")
	}
}

func TestWorkingHoursAreReadAndKept(t *testing.T) {
	for text, want := range map[string]map[time.Time]bool{
		"":                    {thursday.AddDate(0, 0, 3): true},
		"Thu 12:00-12:01":     {thursday: true, thursday.Add(time.Minute): false, thursday.AddDate(0, 0, 1): false},
		"Fri-Mon 00:00-24:00": {thursday: false, thursday.AddDate(0, 0, 1): true, thursday.AddDate(0, 0, 4): true, thursday.AddDate(0, 0, 5): false},
	} {
		h, err := parseHours(text, "UTC")
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		for at, in := range want {
			if h.Within(at) != in {
				t.Errorf("%q at %v: %v", text, at, !in)
			}
		}
	}
	for _, bad := range []string{"always", "Mon 18:00-08:00", "Mon-Fri", "Mon-Xyz 08:00-18:00", "Mon 8-18", "Mon-Fri 08:00 - 18:00", "Mon 08:00"} {
		if checkHours(bad) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	if checkZone("Nowhere/Land") == nil || checkZone("Local") == nil || checkZone("UTC") != nil {
		t.Error("time zones are checked wrongly")
	}
}

func TestTheSampleIsDrawnByTheSecretAndItsShare(t *testing.T) {
	n, same := 0, 0
	for i := range 10_000 {
		stay := fmt.Sprintf("stay-%d", i)
		one := drawn("one", stay, 10)
		if one {
			n++
		}
		if one && drawn("another", stay, 10) {
			same++
		}
		if drawn("one", stay, 0) || !drawn("one", stay, 100) || one != drawn("one", stay, 10) || one && !drawn("one", stay, 20) {
			t.Fatalf("%s is drawn wrongly", stay)
		}
	}
	if n < 850 || n > 1150 || same > 250 {
		t.Errorf("%d of 10,000 drawn, %d of them by another secret too", n, same)
	}
}

func TestSilenceIsSaidAfterAMinuteButNotAtTheStart(t *testing.T) {
	ago := func(d time.Duration) time.Time { return thursday.Add(-d) }
	for name, test := range map[string]struct {
		waits, since time.Time
		want         bool
	}{
		"nothing waits":          {time.Time{}, ago(time.Hour), false},
		"waits for a minute":     {ago(time.Minute), ago(time.Hour), false},
		"waits for longer":       {ago(61 * time.Second), ago(time.Hour), true},
		"just started":           {ago(24 * time.Hour), ago(10 * time.Second), false},
		"started, still nothing": {ago(24 * time.Hour), ago(61 * time.Second), true},
		"something moved lately": {ago(10 * time.Minute), ago(30 * time.Second), false},
	} {
		if got := silent(test.waits, test.since, thursday); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
