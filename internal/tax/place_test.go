package tax

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPostcodePatternsCoverWhatTheySay(t *testing.T) {
	cases := []struct {
		pattern, postcode string
		want              bool
	}{
		{"*", "94105", true}, {"", "", true},
		{"941*", "94105", true}, {"941*", "94205", false}, {"941*", "", false},
		{"90000-96999", "94105", true}, {"90000-96999", "94105-1234", true}, {"90000-96999", "89999", false},
		{"90000-96999", "97000", false}, {"90000-96999", "", false}, {"90000-96999", "SW1A 1AA", false},
		{"SW1A 1AA", "sw1a1aa", true}, {"SW1A*", "SW1A 1AA", true},
		{"00-950", "00950", true}, {"00-950", "00500", false}, // Polish: one postcode, no range
		{"94105", "94105", true}, {"94105", "94106", false},
	}
	for _, c := range cases {
		if got := readPattern(c.pattern).covers(postcodeKey(c.postcode), c.postcode); got != c.want {
			t.Errorf("%q covers %q: %v", c.pattern, c.postcode, got)
		}
	}
}

func TestTheMoreSpecificPatternWeighsMore(t *testing.T) {
	order := []string{"*", "9*", "941*", "00000-99999", "94000-94999", "94105"}
	for i := 1; i < len(order); i++ {
		if readPattern(order[i-1]).weight >= readPattern(order[i]).weight {
			t.Errorf("%s does not weigh less than %s", order[i-1], order[i])
		}
	}
}

func TestStatesAreKnownByNameAndByLetters(t *testing.T) {
	for _, text := range []string{"CA", "ca", "California", " california "} {
		if got := RegionKey("US", text); got != "ca" {
			t.Errorf("%q is %q", text, got)
		}
	}
	if RegionKey("DE", "CA") != "ca" || RegionKey("DE", "California") != "california" {
		t.Error("states of the US are known elsewhere")
	}
}

func TestPercentagesAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]int64{"8.25": 82_500, "20": 200_000, "20 %": 200_000, "0": 0, "5,5": 55_000, "0.0001": 1, "8.2500": 82_500} {
		if got, ok := ParsePercent(text); !ok || got != want {
			t.Errorf("%q is %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "abc", "-1", "1.23456", "1.2.3", "1e3", ".5", "99999999999999999999"} {
		if got, ok := ParsePercent(text); ok {
			t.Errorf("%q is %d", text, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		ppm := rapid.Int64Range(0, 10_000_000).Draw(t, "ppm")
		if got, ok := ParsePercent(Percent(ppm)); !ok || got != ppm {
			t.Fatalf("%d became %q and came back as %d", ppm, Percent(ppm), got)
		}
	})
}
