package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// fileOf makes a file and gives its path.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestASlipWithAuditIsNamedAndDoesNothing(t *testing.T) {
	key := keys(t, t.TempDir(), "audit.key")
	dsn := sqldbtest.DSN(t, sqldb.SQLite)
	missing := filepath.Join(t.TempDir(), "shop.db")
	text := fileOf(t, "notes.txt", "Call the bank\n")
	for args, says := range map[string]string{
		"verify --public-key " + key + " --db " + dsn:                                                               key + " is the secret key, which verifying does not need and nobody else should have: give " + key + ".pub",
		"verify --public-key " + text + " --db " + dsn:                                                              text + " is not a public key as storehand audit key makes it",
		"verify --public-key " + key + ".pub":                                                                       "say --db ADDRESS, or --offline FILE",
		"verify --public-key " + key + ".pub --db sqlite:" + missing:                                                missing + ": there is no database",
		"verify --public-key " + key + ".pub --db " + dsn + " --audit-sink " + text:                                 text + " is not a file of checkpoints: line 1",
		"verify --public-key " + key + ".pub --db " + dsn + " --audit-sink " + missing:                              missing + ": no such file",
		"verify --public-key " + key + ".pub --db " + dsn + " --checkpoint " + text:                                 "there is no checkpoint in " + text,
		"verify --public-key " + key + ".pub --offline " + text:                                                     "Not proven: this is not a proof of an action log",
		"reconcile --db sqlite:" + missing:                                                                          missing + ": there is no database",
		"export --db sqlite:" + missing + " --stay 1 --out " + missing + ".proof":                                   missing + ": there is no database",
		"export --db " + dsn + " --out " + missing:                                                                  "say either --stay ID or --customer EMAIL",
		"export --db " + dsn + " --stay 1 --out " + text:                                                            text + ": file exists",
		"archive --db " + dsn + " --audit-archive-dir " + missing + " --audit-key-file " + key + ".pub":             key + ".pub is the public key: the secret one of the pair is needed, " + key,
		"archive --db " + dsn + " --audit-archive-dir " + missing + " --audit-key-file " + text:                     text + " is not a key as storehand audit key makes it",
		"archive --db " + dsn + " --audit-archive-dir " + missing + " --audit-key-file " + key + " --older-than=-5": "--older-than: want a number of days",
		"verify-receipt " + text + " --public-key " + key:                                                           key + " is the secret key",
		"verify-receipt " + text + " --public-key " + key + ".pub":                                                  "Not proven: ",
		"witness --dir " + text + " --public-key " + key + ".pub --listen 127.0.0.1:0":                              text + ": not a directory",
	} {
		status, out, errOut := command(t, "", append([]string{"audit"}, strings.Fields(args)...)...)
		if status == 0 || !strings.Contains(out+errOut, says) {
			t.Errorf("%s: %d %s%s\nwant %s", args, status, out, errOut, says)
		}
		if made, err := filepath.Glob(missing + "*"); err != nil || len(made) > 0 {
			t.Errorf("%s: made %v, %v", args, made, err)
		}
	}
}

func TestAKeyThatExistsIsNeverWrittenOverNorItsPublicHalf(t *testing.T) {
	path := keys(t, t.TempDir(), "audit.key")
	public := contents(t, path+".pub")
	if err := os.Rename(path, path+".moved"); err != nil { // the secret one went to the server
		t.Fatal(err)
	}
	if status, _, errOut := command(t, "", "audit", "key", "--out", path); status != 1 || !strings.Contains(errOut, "audit.key.pub: file exists") {
		t.Errorf("%d %s", status, errOut)
	}
	if status, _, errOut := command(t, "", "audit", "key", "--name", "our shop", "--out", path+"2"); status != 1 || !strings.Contains(errOut, `--name "our shop": a name has no spaces`) {
		t.Errorf("a name that cannot be one: %d %s", status, errOut)
	}
	if _, err := os.Stat(path); err == nil || contents(t, path+".pub") != public {
		t.Error("a new secret key stands there, or the public one is another")
	}
}
