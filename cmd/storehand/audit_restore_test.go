package main

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// keys makes a pair of keys and gives the secret one's file.
func keys(t *testing.T, dir, name string) string {
	t.Helper()
	key := filepath.Join(dir, name)
	if status, _, errOut := command(t, "", "audit", "key", "--name", "shop.example", "--out", key); status != 0 {
		t.Fatal(errOut)
	}
	return key
}

func contents(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestARestoredBackupIsAcceptedByItsOwnerAndByTheWitnesssOwner(t *testing.T) {
	dir := t.TempDir()
	db, key, sink := "sqlite:"+filepath.Join(dir, "shop.db"), keys(t, dir, "audit.key"), filepath.Join(dir, "away.jsonl")
	if status, _, errOut := command(t, "", "migrate", "--db", db); status != 0 {
		t.Fatal(errOut)
	}
	watching := filepath.Join(dir, "witness")
	address := witness(t, watching, key+".pub")
	told := func(dsn string) error {
		a, err := app.Open(t.Context(), app.Options{DSN: dsn, AdminURL: "http://admin.localhost:1", AuditKey: contents(t, key), AuditSink: sink, AuditWitness: address})
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if err := a.Record(context.Background(), "test.happened", "Something"); err != nil {
			t.Fatal(err)
		}
		return a.Sealer.Seal(actor.AsSystem(context.Background(), "test"))
	}
	accept := func(dsn string, more ...string) (int, string) {
		status, out, errOut := command(t, "", append([]string{"audit", "accept-restore", "--db", dsn, "--audit-key-file", key, "--audit-sink", sink, "--reason", "The disk was broken"}, more...)...)
		return status, out + errOut
	}
	if err := told(db); err != nil {
		t.Fatal(err)
	}
	backup := sqldbtest.Backup(t, db)
	if err := told(db); err != nil {
		t.Fatal(err)
	}
	if status, said := accept(db); status != 1 || !strings.Contains(said, "--anyway") {
		t.Errorf("nothing was restored: %d %s", status, said)
	}
	if err := told(backup); err == nil {
		t.Error("the backup goes on as if nothing had been lost")
	}
	if status, said := accept(backup, "--audit-witness", address); status != 1 || !strings.Contains(said, "--statement") {
		t.Errorf("without a statement for the witness: %d %s", status, said)
	}
	statement := filepath.Join(dir, "statement.json")
	status, said := accept(backup, "--audit-witness", address, "--statement", statement)
	if status != 0 || !strings.Contains(said, "the sink file knows 6 rows, the database 5") || !strings.Contains(said, "must be given again") || !strings.Contains(said, "The witness still refuses") {
		t.Fatalf("%d %s", status, said)
	}
	if err := told(backup); err == nil {
		t.Error("the witness's owner has not been asked")
	}
	other := keys(t, dir, "other.key")
	if status, out, errOut := command(t, "", "audit", "witness", "--dir", filepath.Join(dir, "empty"), "--public-key", other+".pub", "--accept-restore", statement); status != 1 {
		t.Errorf("with another key: %d %s %s", status, out, errOut)
	}
	status, out, errOut := command(t, "", "audit", "witness", "--dir", watching, "--public-key", key+".pub", "--accept-restore", statement)
	if status != 0 || !strings.Contains(out, "6 rows and goes on from one of 5 rows") {
		t.Fatalf("%d %s %s", status, out, errOut)
	}
	address = witness(t, watching, key+".pub")
	if status, said := accept(backup, "--audit-witness", address, "--statement", statement); status != 0 {
		t.Errorf("after the witness's owner: %d %s", status, said)
	}
	if err := told(backup); err != nil {
		t.Errorf("after both have accepted: %v", err)
	}
	status, out, errOut = command(t, "", "audit", "verify", "--db", backup, "--public-key", key+".pub", "--audit-sink", sink, "--audit-witness", address)
	if status != 0 || !strings.Contains(out, "A restored backup was accepted on") {
		t.Errorf("%d %s %s", status, out, errOut)
	}
}

// witness serves one until the test ends.
func witness(t *testing.T, dir, public string) (address string) {
	t.Helper()
	w, err := seal.NewWitness(dir, []string{contents(t, public)})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- app.ServeWitness(ctx, l, w, (&console{errOut: os.Stderr}).logger(true, 100)) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// The text of a receipt, as the shop signs it.
const receiptText = "storehand consent receipt v1\nCustomer: 1\nAnswer: allowed\nUntil: until withdrawn\nFor: every Admin user with the permission\nScope: everything\n" +
	"Given: 2026-03-12T09:30:00.000000Z\nReceipt: r1\nName: Vera Lind\nShop: Main Website\nBy: the customer\nWhere: on the Support access page\nText: Allow remote shopping assistance\n"

func TestVerifyReceiptSaysWhatWasSignedOrWhyNothingIsProven(t *testing.T) {
	dir := t.TempDir()
	key, other := keys(t, dir, "audit.key"), keys(t, dir, "other.key")
	notary, err := seal.NewNotary(contents(t, key))
	if err != nil {
		t.Fatal(err)
	}
	signed, err := notary.Sign(receiptText)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{
		"receipt": "r1", "customer": "1", "name": "Vera Lind", "shop": "Main Website", "answer": "allowed", "given": "2026-03-12T09:30:00.000000Z", "until": "until withdrawn",
		"for": "every Admin user with the permission", "scope": "everything", "by": "the customer", "where": "on the Support access page", "text": "Allow remote shopping assistance", "note": signed,
	}
	asJSON := func() string {
		b, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	whole := asJSON()
	fields["answer"] = "denied"
	for name, c := range map[string]struct {
		file, key string
		status    int
		want      string
	}{
		"text":                  {signed, key, 0, "Vera Lind, number 1"},
		"text with other ends":  {"\ufeff" + strings.ReplaceAll(signed, "\n", "\r\n"), key, 0, "Signed by shop.example"},
		"JSON":                  {whole, key, 0, "Allow remote shopping assistance"},
		"JSON changed":          {asJSON(), key, 1, "the fields of this file are not those that were signed"},
		"a word changed":        {strings.Replace(signed, "allowed", "denied!", 1), key, 1, "it was changed after it was signed by shop.example"},
		"another key":           {signed, other, 1, "it was signed with a key that is not among those given"},
		"the signature cut off": {receiptText, key, 1, "it is not signed"},
		"something else":        {"Hello\n", key, 1, "it is not signed"},
		"another JSON":          {`{"a": 1}`, key, 1, "it is not signed"},
		"broken JSON":           {`{"a": `, key, 1, "this is not a consent receipt"},
	} {
		path := filepath.Join(t.TempDir(), "receipt")
		if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		status, out, errOut := command(t, "", "audit", "verify-receipt", path, "--public-key", c.key+".pub")
		if status != c.status || !strings.Contains(out, c.want) {
			t.Errorf("%s: %d %s%s", name, status, out, errOut)
		}
	}
}
