package magento

import (
	"strings"
	"testing"
)

// FuzzHash: a password hash from another system is verified, or refused as one
// that cannot be; verifying costs no more than its few steps.
func FuzzHash(f *testing.F) {
	f.Add(strings.Repeat("a", 64)+":salt:1", "pw")
	f.Add(strings.Repeat("a", 32)+":salt:0:1", "pw")
	f.Add("::", "")
	f.Add(strings.Repeat("a", 64)+":0123456789abcdef:3_32_2_67108864", "pw")
	f.Fuzz(func(t *testing.T, hash, pw string) {
		_, _, steps, err := parseHash(hash)
		if (err == nil) != (CheckHash(hash) == nil) || len(steps) > maxVersions {
			t.Errorf("%q: %d steps, %v", hash, len(steps), err)
		}
	})
}
