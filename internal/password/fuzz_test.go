package password

import "testing"

// FuzzHash: a hash that was brought along is one of ours, to the letter, and costs
// no more than a sign-in may, or it is of an unknown form.
func FuzzHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$c29tZWtleXNvbWVrZXlzb21la2V5c29tZWtleTE")
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$$")
	f.Add("$2y$10$abcdefghijklmnopqrstuv")
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := parse(text)
		if !ok {
			return
		}
		if p.params.MemoryKiB > 256<<10 || p.params.Passes < 1 || p.params.Passes > 16 || p.params.Lanes < 1 || len(p.key) < 16 || len(p.salt) < 8 {
			t.Errorf("%q is taken: %+v", text, p.params)
		}
		if again, ok := parse(p.String()); !ok || again.params != p.params {
			t.Errorf("%q is %+v, which reads back as %+v", text, p.params, again.params)
		}
	})
}
