package store

import "testing"

// FuzzBaseURL: an address of a store view reads back as what it is.
func FuzzBaseURL(f *testing.F) {
	for _, s := range []string{"https://www.shop.example/de/", "http://localhost:8080", "https://Shop.Example:443//", "https://[::1]/", "https://x/account", "https://x/..", "https://x/%2e", "https://ex%41mple/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := ParseBaseURL(text)
		if err != nil {
			return
		}
		if again, err := ParseBaseURL(b.String()); err != nil || again != b {
			t.Errorf("%q is %+v, which reads back as %+v, %v", text, b, again, err)
		}
	})
}
