package customer

import (
	"strings"
	"testing"
	"unicode/utf8"
)

var typed = []string{"Vera Lind", "  \u00c9lodie STRA\u1e9eE ", "\u0130stanbul", "=cmd|' /C'", "\u202eevil\u2066", "a\x00b\xff", "+49 (0)30 12345-678", "vera@example.com", "\u0345\u03b1"}

// FuzzSearchWords: what a customer is found by is found again by the same words,
// however they are written, and an index entry is valid text of bounded length.
func FuzzSearchWords(f *testing.F) {
	for _, s := range typed {
		f.Add(s, "Lind")
	}
	f.Fuzz(func(t *testing.T, first, last string) {
		first, last = Clean(first), Clean(last)
		if !utf8.ValidString(first) || strings.ContainsAny(first, "\x00\r\n") {
			t.Fatalf("clean is %q", first)
		}
		folded := Fold(first)
		if again := Fold(folded); again != folded {
			t.Errorf("%q folds to %q, which folds to %q", first, folded, again)
		}
		all := terms("", first, last, "")
		for i, term := range all {
			if term.text == "" || len(term.text) > maxTerm || !utf8.ValidString(term.text) || term.shared < 0 || term.shared > len(term.text) {
				t.Errorf("%q %q has the term %+v", first, last, term)
			}
			if i > 0 && all[i-1].text >= term.text {
				t.Errorf("%q stands before %q", all[i-1].text, term.text)
			}
		}
		whole := cutAt(Fold(fullName(first, last)), maxTerm)
		found := whole == ""
		for _, term := range all {
			found = found || strings.HasPrefix(term.text, whole)
		}
		if !found {
			t.Errorf("%q %q is not found by its own name %q: %v", first, last, whole, all)
		}
	})
}
