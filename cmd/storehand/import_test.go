package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// newShop is the address of a fresh shop in pounds.
func newShop(t *testing.T) string {
	t.Helper()
	db := "sqlite:" + filepath.Join(t.TempDir(), "shop.db")
	if status, _, errOut := command(t, "", "migrate", "--db", db, "--currency", "GBP"); status != 0 {
		t.Fatal(errOut)
	}
	return db
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "import.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAnImportedCustomerSignsInWithTheOldPasswordWhichIsThenHashedAgain(t *testing.T) {
	const secret, salt = "Old shop secret 1", "0123456789abcdef"
	first := md5.Sum([]byte(salt + secret))
	second := sha256.Sum256([]byte(salt + hex.EncodeToString(first[:])))
	db := newShop(t)
	rows := "email,_website,_store,firstname,lastname,group_id,password_hash\n" +
		"ann@example.com,base,default,Ann,Lee,1," + hex.EncodeToString(second[:]) + ":" + salt + ":0:1\n"
	if status, out, errOut := command(t, "", "import", "customers", "--db", db, file(t, rows)); status != 0 || !strings.Contains(out, "1 created") {
		t.Fatal(out, errOut)
	}
	a, err := app.Open(t.Context(), app.Options{DSN: db, AdminURL: "http://admin.localhost", CheapPasswords: true})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	ctx := actor.With(t.Context(), actor.Who{Kind: actor.Guest, Name: "guest", IP: "192.0.2.1"})
	stored := func() string {
		hash, err := sqldb.One(ctx, a.DB.Reader(), sqldb.Value[string], `SELECT password_hash FROM customer`)
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	if before := stored(); !strings.HasPrefix(before, "magento:") {
		t.Fatalf("stored as %s", before)
	}
	if _, err := a.Customers.SignIn(ctx, customer.SignInForm{WebsiteID: 1, Email: "ann@example.com", Password: "wrong"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a wrong password: %v", err)
	}
	for range 2 {
		if _, err := a.Customers.SignIn(ctx, customer.SignInForm{WebsiteID: 1, Email: "ann@example.com", Password: secret}); err != nil {
			t.Fatalf("the right password: %v", err)
		}
		if after := stored(); !strings.HasPrefix(after, "$argon2id$") {
			t.Errorf("after the sign-in stored as %s", after)
		}
	}
}

func TestRowsNotTakenFailTheCommandAndAreListed(t *testing.T) {
	db := newShop(t)
	errorsFile := filepath.Join(t.TempDir(), "errors.csv")
	rows := file(t, "email,_website,firstname,lastname\nann@example.com,base,Ann,Lee\nbob@example.com,mars,Bob,Lee\n")
	status, out, errOut := command(t, "", "import", "customers", "--db", db, "--errors", errorsFile, rows)
	if status != 1 || !strings.Contains(out, "1 created") || !strings.Contains(errOut, "one row was not taken; why is in "+errorsFile) {
		t.Errorf("status %d\n%s%s", status, out, errOut)
	}
	if list, err := os.ReadFile(errorsFile); err != nil || !strings.Contains(string(list), `import.csv,3,bob@example.com,_website,"there is no website ""mars""`) {
		t.Errorf("%s, %v", list, err)
	}
	status, out, _ = command(t, "", "import", "customers", "--db", db, "--map", "website=mars:base", rows)
	if status != 0 || !strings.Contains(out, "1 created, 0 updated, 1 unchanged") {
		t.Errorf("with a map: status %d, %s", status, out)
	}
}

func TestAnImportThatCannotBeginSaysWhy(t *testing.T) {
	db := newShop(t)
	good := file(t, "sku,name,price\n")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"products", "--db", db, "nowhere.csv"}, "there is no file nowhere.csv"},
		{[]string{"products", "--db", db, file(t, "a,b\n1,2\n")}, "line 1: this is no catalog_product file: the header lacks sku, name, price"},
		{[]string{"products", "--db", db, "--map", "planet=a:b", good}, "--map planet=a:b"},
		{[]string{"products", "--db", "sqlite:" + filepath.Join(t.TempDir(), "none.db"), good}, "migrate"},
	} {
		status, out, errOut := command(t, "", append([]string{"import"}, c.args...)...)
		if status != 1 || !strings.Contains(errOut, c.says) {
			t.Errorf("%v: status %d\n%s%s", c.args, status, out, errOut)
		}
	}
}

// stopper is a console on which somebody presses Ctrl-C at the first sign of
// progress.
type stopper struct {
	bytes.Buffer
	stop func()
}

func (s *stopper) Write(p []byte) (int, error) {
	s.stop()
	return s.Buffer.Write(p)
}

func TestAnInterruptedImportFailsAndIsResumed(t *testing.T) {
	db := newShop(t)
	rows := strings.Builder{}
	rows.WriteString("email,_website,firstname,lastname\n")
	for i := range 500 {
		fmt.Fprintf(&rows, "p%d@example.com,base,Ann,Lee\n", i)
	}
	path := file(t, rows.String())
	ctx, cancel := context.WithCancel(t.Context())
	errOut := &stopper{stop: cancel}
	var out bytes.Buffer
	if status := run(ctx, []string{"import", "customers", "--db", db, path}, strings.NewReader(""), &out, errOut); status != 1 || !strings.Contains(errOut.String(), "go on with --resume") {
		t.Errorf("status %d\n%s%s", status, out.String(), errOut.String())
	}
	status, text, _ := command(t, "", "import", "customers", "--db", db, "--resume", path)
	if status != 0 || !strings.Contains(text, "300 created") || !strings.Contains(text, "200 passed over") {
		t.Errorf("status %d, %s", status, text)
	}
}
