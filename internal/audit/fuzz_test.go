package audit

import (
	"testing"
	"unicode/utf8"
)

// FuzzSearchWords: what somebody looks for is valid text of bounded words, and an
// entry is found by its own words.
func FuzzSearchWords(f *testing.F) {
	for _, s := range []string{"Consent set to No", "192.0.2.1", "a\x00\xff", "\u202eevil", "stra\u00dfe=\u0130", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := wordsOf(text)
		for _, w := range words {
			if w == "" || len(w) > maxWord || !utf8.ValidString(w) {
				t.Errorf("%q has the word %q", text, w)
			}
		}
		if !hasWords(words, text) {
			t.Errorf("%q is not found by its own words %q", text, words)
		}
	})
}

// FuzzCursor: a place in the report comes from an address.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"1700000000000000.7", "b1.2", "b", ".", "-1.5", "9223372036854775808.1", "+1.+2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseCursor(text)
		if err != nil || text == "" {
			return
		}
		if again, err := parseCursor(p.String()); err != nil || again != p || p.at <= 0 || p.id <= 0 {
			t.Errorf("%q is %+v, which reads back as %+v, %v", text, p, again, err)
		}
	})
}
