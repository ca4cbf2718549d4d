package mail

import "testing"

func TestTheDomainOfASenderIsBehindTheLastSign(t *testing.T) {
	for address, want := range map[string]string{
		"shop@example.com": "example.com", `"Shop @ Home" <a@b.example>`: "b.example", "<a@b.example>": "b.example", "a@": "localhost", "nobody": "localhost", "": "localhost",
	} {
		if got := domainOf(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
