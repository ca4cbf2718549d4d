package sqldbtest

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Backup copies a database that nobody has open and returns the copy's address;
// it lives as long as the test.
func Backup(t testing.TB, dsn string) string {
	t.Helper()
	file, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		return clone(t, mustServer(t), strings.TrimPrefix(u.Path, "/"))
	}
	copied := filepath.Join(t.TempDir(), "backup.db")
	for _, ending := range []string{"", "-wal"} {
		data, err := os.ReadFile(file + ending)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(copied+ending, data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return "sqlite:" + copied
}
