package webhook

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzAddress: an address that may be configured is one that is posted to by
// https, with nothing secret in it; an address of the network is public or not.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://hooks.example/a", "http://x", "https://u:p@x/", "https://[::1]:443", "127.0.0.1:443", "[::ffff:10.0.0.1]:443", "[64:ff9b::7f00:1]:443", "https:///"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if CheckURL(text) == nil {
			u, err := url.Parse(text)
			if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
				t.Errorf("%q may be configured", text)
			}
		}
		if public(text) == nil && strings.HasPrefix(text, "127.") {
			t.Errorf("%q counts as public", text)
		}
		if k, err := ParseKey(text); err == nil && (len(k.secret) < 24 || len(k.secret) > 64) {
			t.Errorf("%q is a key of %d bytes", text, len(k.secret))
		}
	})
}
