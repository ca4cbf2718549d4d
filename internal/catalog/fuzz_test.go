package catalog

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzSearchWords: what a shopper types becomes words of letters and digits, and
// an address of a product is one that is taken as it is.
func FuzzSearchWords(f *testing.F) {
	for _, s := range []string{"Stoneware Mug", "\u00c9clair \u2122", "\u0130\u1e9e", "a\x00b\xff", "\" OR 1=1 --", "\u202eevil", "NEAR(a b)*", "\xf0\u0176"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range Words(text) {
			if w == "" || strings.ContainsAny(w, " \"'*()-:^\x00") {
				t.Errorf("%q has the word %q", text, w)
			}
		}
		slug := Slug(text)
		if len(slug) > 100 || !utf8.ValidString(slug) || strings.ContainsAny(slug, "/?#% ") {
			t.Errorf("%q becomes the address %q", text, slug)
		}
		if slug != "" && !validKey(slug) {
			t.Errorf("%q becomes %q, which is not taken as an address: %q", text, slug, Slug(slug))
		}
	})
}

// FuzzPriceRange: a range of prices comes from an address.
func FuzzPriceRange(f *testing.F) {
	for _, s := range []string{"1000-2500", "-", "5-", "-7", "9-1", "+1-+2", "99999999999999999999-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if low, high, ok := ParsePriceRange(text); ok && (low < 0 || high < 0 || high != 0 && low >= high) {
			t.Errorf("%q is %d to %d", text, low, high)
		}
	})
}
