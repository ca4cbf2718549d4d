package browser

import (
	"os"
	"testing"
)

// Need skips a test where no Chromium is installed; where CI is set it fails.
func Need(t testing.TB) {
	t.Helper()
	if Find() != "" {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatal("no chromium is installed")
	}
	t.Skip("no chromium is installed")
}
