package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// roleShop is a shop on PostgreSQL with two accounts, as docs/guide/audit.md has
// it: the owner's, and the one that serves.
type roleShop struct {
	t                  *testing.T
	owner, serving     string
	role               string
	port               int
	key, sink, archive string
}

func newRoleShop(t *testing.T) *roleShop {
	t.Helper()
	dir := t.TempDir()
	s := &roleShop{t: t, owner: apptest.DSN(t, sqldb.Postgres), role: "serve_" + id.Hash(id.New())[:12], key: keys(t, dir, "audit.key"),
		sink: filepath.Join(dir, "away", "sink.jsonl"), archive: filepath.Join(dir, "archive")}
	u, err := url.Parse(s.owner)
	s.must(err)
	u.User = url.User(s.role)
	s.serving = u.String()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.port = l.Addr().(*net.TCPAddr).Port
	s.must(l.Close())
	s.aged()
	return s
}

func (s *roleShop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// aged lets the owner serve the shop for a moment ten days ago, so that there is
// something to archive; and makes the role.
func (s *roleShop) aged() {
	s.t.Helper()
	then := func() time.Time { return time.Now().AddDate(0, 0, -10) }
	a, err := app.Open(s.t.Context(), app.Options{DSN: s.owner, AdminURL: demo.AdminURL(s.port), Now: then, AuditKey: contents(s.t, s.key), AuditSink: s.sink, CheapPasswords: true, MailFolder: s.t.TempDir()})
	s.must(err)
	s.must(demo.Furnish(s.t.Context(), a.DemoParts(demo.NewClock(then())), s.port, demo.Small, then()))
	s.must(a.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `CREATE ROLE `+s.role+` LOGIN`)
		return err
	}))
	l, err := app.Listen("127.0.0.1:" + strconv.Itoa(s.port))
	s.must(err)
	ctx, stop := context.WithCancel(s.t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Serve(ctx, l) }()
	s.looks()
	stop()
	s.must(errors.Join(<-done, a.Close()))
}

// waitingLog waits until a text has been written to it.
type waitingLog struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wants string
	found chan struct{}
}

func (l *waitingLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := strings.Contains(l.text.String(), l.wants)
	n, err := l.text.Write(b)
	if !before && strings.Contains(l.text.String(), l.wants) {
		close(l.found)
	}
	return n, err
}

func (l *waitingLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// served runs the command while fn works with it.
func (s *roleShop) served(fn func()) {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	defer stop()
	log, done := &waitingLog{wants: `"serving"`, found: make(chan struct{})}, make(chan int, 1)
	go func() {
		var out bytes.Buffer
		done <- run(ctx, []string{"serve", "--db", s.serving, "--admin-url", demo.AdminURL(s.port), "--listen", "127.0.0.1:" + strconv.Itoa(s.port), "--mail-dir", s.t.TempDir(),
			"--audit-key-file", s.key, "--audit-sink", s.sink, "--audit-archive-dir", s.archive}, nil, &out, log)
	}()
	select {
	case status := <-done:
		s.t.Fatalf("serve leaves with %d: %s", status, log)
	case <-log.found:
	}
	fn()
	stop()
	if status := <-done; status != 0 || strings.Contains(log.String(), `"level":"ERROR"`) {
		s.t.Errorf("serve left with %d: %s", status, log)
	}
}

// command runs one as the owner or as the serving account.
func (s *roleShop) says(status int, wants string, args ...string) {
	s.t.Helper()
	got, out, errOut := command(s.t, "", args...)
	if got != status || !strings.Contains(out+errOut, wants) {
		s.t.Errorf("%q: %d, want %d with %q: %s%s", args, got, status, wants, out, errOut)
	}
}

// works is a whole stay: Maria helps Vera, orders for her and ends; then Vera
// withdraws her consent, and Maria is refused.
func (s *roleShop) works() {
	s.t.Helper()
	store := strings.TrimSuffix(demo.BaseURL("english", s.port), "/")
	maria := webtest.New(s.t).Open(demo.AdminURL(s.port) + "/login")
	maria = maria.Form("/login").Set("username", "maria").Set("password", demo.Password).Submit()
	customer := demo.AdminURL(s.port) + "/customers/1"
	// Nobody acts as a customer until the log is sealed and told outside.
	for limit := time.Now().Add(30 * time.Second); !maria.Visit(customer).HasForm("/customers/1/assist") && time.Now().Before(limit); {
		time.Sleep(20 * time.Millisecond) // between two looks
	}
	front := maria.Form("/customers/1/assist").Set("reason_code", "cart").Submit("Login as Customer")
	front.MustContain("You are logged in as", "Vera Lind")
	front = front.Visit(store+"/p/item-2").Form("/cart/items").Set("qty", "2").Submit()
	front = front.Visit(store + "/checkout").Form("/checkout").Submit()
	front = front.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
	front.Form("/checkout/place").Submit().MustContain("Thank you for your order")
	front.Visit(store + "/cart").Form("form[action$=close]").Submit()

	vera := webtest.New(s.t).Open(store + "/login")
	vera = vera.Form("/login").Set("email", "vera@example.com").Set("password", demo.Password).Submit()
	vera = vera.Visit(store + "/account/assistance")
	vera.MustContain("Support desk", "Help with the cart or checkout")
	vera.Form("form[action$='account/assistance']").Submit().MustStatus(http.StatusOK)
	maria.Visit(customer + "/assist").MustContain("does not allow remote shopping assistance")
}

// protected are what the serving account may read and add to.
var protected = []string{"audit_log", "audit_seal", "audit_hash", "audit_checkpoint", "audit_archive", "audit_archive_removed", "consent_event"}

// cannot fails unless the database refuses the serving account to change the log.
func (s *roleShop) cannot() {
	s.t.Helper()
	db := sqldbtest.Open(s.t, s.serving, time.Now)
	column := map[string]string{"audit_log": "details", "audit_seal": "audit_id", "audit_hash": "hash", "audit_checkpoint": "note", "audit_archive": "manifest", "audit_archive_removed": "at", "consent_event": "value"}
	statements := []string{`UPDATE goose_db_version SET version_id = 1`, `DROP FUNCTION audit_append_only() CASCADE`, `SET session_replication_role = 'replica'`, `ALTER TABLE audit_log OWNER TO ` + s.role}
	for _, table := range protected {
		statements = append(statements, `UPDATE `+table+` SET `+column[table]+` = `+column[table], `DELETE FROM `+table, `TRUNCATE `+table, `TRUNCATE `+table+` CASCADE`,
			`ALTER TABLE `+table+` DISABLE TRIGGER ALL`, `DROP TABLE `+table, `ALTER TABLE `+table+` RENAME TO gone`)
	}
	for _, q := range statements {
		err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, q)
			return errors.Join(err, onlyTried(err))
		})
		if !sqldb.IsDenied(err) {
			s.t.Errorf("%s: %v", q, err)
		}
	}
	s.must(db.Close())
}

// onlyTried undoes what a test should not have been able to do.
func onlyTried(err error) error {
	if err == nil {
		return errors.New("it was done")
	}
	return nil
}

// logged counts entries as the owner.
func (s *roleShop) logged(cond string) int {
	s.t.Helper()
	db := sqldbtest.Open(s.t, s.owner, time.Now)
	n, err := sqldb.One(s.t.Context(), db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM audit_log WHERE `+cond)
	s.must(errors.Join(err, db.Close()))
	return n
}

func TestServeWithAnAccountThatCannotRewriteTheLogAsTheGuideHasIt(t *testing.T) {
	s := newRoleShop(t)
	s.says(1, "permission denied", "serve", "--db", s.serving, "--admin-url", demo.AdminURL(s.port), "--listen", "127.0.0.1:0")
	s.says(0, "The role "+s.role+" may serve", "migrate", "--db", s.owner, "--grant-role", s.role)
	s.served(s.works)
	s.cannot()
	for what, cond := range map[string]string{
		"the migration": `action = 'audit.migrated' AND details LIKE '%the role ` + s.role + ` may serve'`, "the start": `action = 'audit.started'`, "the end": `action = 'audit.stopped'`,
		"the order": `action = 'order.placed' AND impersonation_id <> 0`, "the withdrawal": `action = 'login_as_customer.consent_changed' AND actor_kind = 'customer' AND subject_id = 1`,
	} {
		if n := s.logged(cond); n < 1 {
			t.Errorf("%s is not on record", what)
		}
	}

	verify := []string{"audit", "verify", "--db", s.serving, "--public-key", s.key + ".pub", "--audit-sink", s.sink, "--audit-archive-dir", s.archive}
	s.says(0, "rows are as they were sealed", verify...)
	s.says(0, "are what the action log says", "audit", "reconcile", "--db", s.serving)
	s.says(0, "entries with their proofs", "audit", "export", "--db", s.serving, "--customer", "vera@example.com", "--out", filepath.Join(t.TempDir(), "vera.jsonl"))
	s.says(1, "only the account that owns the tables can let a role serve", "migrate", "--db", s.serving, "--grant-role", s.role)
	s.says(1, "can change audit_log all the same", "migrate", "--db", s.owner, "--grant-role", "storehand") // the owner itself

	archive := func(dsn string) []string {
		return []string{"audit", "archive", "--db", dsn, "--audit-key-file", s.key, "--audit-archive-dir", s.archive, "--older-than", "5"}
	}
	before := s.logged(`id > 0`)
	s.says(1, "this account may not delete them, the owner's may", archive(s.serving)...)
	if now := s.logged(`id > 0`); now < before {
		t.Errorf("of %d entries %d are left", before, now)
	}
	s.says(0, "", archive(s.owner)...)
	if now := s.logged(`id > 0`); now >= before || s.logged(`action = 'audit.archived'`) != 1 || s.logged(`action = 'audit.archive_removed'`) != 1 {
		t.Errorf("of %d entries %d are left, or it is not on record", before, now)
	}
	s.served(s.looks)
	s.says(0, "of them are in archives", verify...)
	s.says(0, "The database is up to date", "migrate", "--db", s.owner, "--grant-role", s.role)
	s.served(s.looks)
	s.cannot()
}

// looks is a guest.
func (s *roleShop) looks() {
	s.t.Helper()
	webtest.New(s.t).Open(demo.BaseURL("english", s.port)).MustStatus(http.StatusOK)
}
