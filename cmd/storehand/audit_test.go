package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestAuditVerifySaysWhatIsWrongAndLeavesWithAnError(t *testing.T) {
	dir := t.TempDir()
	db, key, sink := "sqlite:"+filepath.Join(dir, "shop.db"), filepath.Join(dir, "audit.key"), filepath.Join(dir, "away", "checkpoints.jsonl")
	if status, _, errOut := command(t, "", "migrate", "--db", db); status != 0 {
		t.Fatal(errOut)
	}
	if status, out, errOut := command(t, "", "audit", "key", "--name", "shop.example", "--out", key); status != 0 || !strings.Contains(out, ".pub") {
		t.Fatal(out, errOut)
	}
	if status, _, errOut := command(t, "", "audit", "key", "--out", key); status != 1 || !strings.Contains(errOut, "exists") {
		t.Errorf("a key was written over: %d %s", status, errOut)
	}
	verify := func() (int, string) {
		status, out, errOut := command(t, "", "audit", "verify", "--db", db, "--public-key", key+".pub", "--audit-sink", sink)
		return status, out + errOut
	}
	change(t, db, key, sink, "")
	if status, said := verify(); status != 0 || !strings.Contains(said, "as they were sealed") {
		t.Errorf("an untouched log: %d %s", status, said)
	}
	change(t, db, "", "", `UPDATE audit_log SET details = 'Nothing' WHERE id = 2`)
	if status, said := verify(); status != 1 || !strings.Contains(said, "row 2 (position 1): it does not say what was sealed") {
		t.Errorf("a changed row: %d %s", status, said)
	}
	if status, said, _ := command(t, "", "audit", "verify", "--db", db, "--public-key", key+".pub"); status != 1 {
		t.Errorf("without the sink: %d %s", status, said)
	}
	if status, _, said := command(t, "", "serve", "--db", db, "--admin-url", "http://admin.localhost:1", "--audit-sink", sink); status != 1 || !strings.Contains(said, "--audit-sink needs --audit-key-file") {
		t.Errorf("a sink without a key: %d %s", status, said)
	}
}

// change opens the shop, records three changes and seals them; or, as a thief
// would, runs a statement.
func change(t *testing.T, dsn, keyFile, sink, tamper string) {
	t.Helper()
	key := ""
	if keyFile != "" {
		b, err := os.ReadFile(keyFile)
		if err != nil {
			t.Fatal(err)
		}
		key = string(b)
	}
	a, err := app.Open(t.Context(), app.Options{DSN: dsn, AdminURL: "http://admin.localhost:1", AuditKey: key, AuditSink: sink})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx := actor.AsSystem(context.Background(), "test")
	if tamper != "" {
		err = a.DB.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
			if err := sqldbtest.DropGuards(ctx, tx); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, tamper)
			return err
		})
	}
	for range 3 {
		if tamper == "" && err == nil {
			err = a.DB.Change(ctx, "test.happened", func(context.Context, *sqldb.Tx) error { return nil })
		}
	}
	if err == nil && a.Sealer != nil {
		err = a.Sealer.Seal(ctx)
	}
	if err != nil {
		t.Fatal(err)
	}
}
