package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestADemoThatWasStoppedWhileItWasPreparedIsPreparedAfresh(t *testing.T) {
	dir := t.TempDir()
	put := func(names ...string) {
		t.Helper()
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	left := func(want int) {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(dir, "storehand.db*"))
		if err != nil || len(found) != want {
			t.Errorf("there are %v, %v", found, err)
		}
	}
	if _, err := afresh(dir); err != nil {
		t.Fatal(err)
	}
	put("storehand.db", "storehand.db-wal", "storehand.db-shm") // and stopped
	whole, err := afresh(dir)
	if err != nil {
		t.Fatal(err)
	}
	left(0)
	put("storehand.db")
	if err := whole(); err != nil {
		t.Fatal(err)
	}
	whole, err = afresh(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := whole(); err != nil {
		t.Error(err)
	}
	left(1)
}
