package app_test

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// exec runs statements that no application does.
func (d *desk) exec(statements ...string) {
	d.t.Helper()
	err := d.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, q := range statements {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
}

// breakLog makes every row of the log fail, as on a full disk.
func (d *desk) breakLog() {
	d.t.Helper()
	if d.DB.Engine() == sqldb.SQLite {
		d.exec(`CREATE TRIGGER broken BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no space'); END`)
		return
	}
	d.exec(`CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$`,
		`CREATE TRIGGER broken BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION no_space()`)
}

func (d *desk) mendLog() {
	d.t.Helper()
	on := ""
	if d.DB.Engine() == sqldb.Postgres {
		on = " ON audit_log"
	}
	d.exec(`DROP TRIGGER broken` + on)
}

func (d *desk) stay() *stay {
	d.t.Helper()
	agent, browser := d.agent("Support desk"), webtest.New(d.t)
	return d.enter(browser, signIn(browser, d.Shop, agent.Username), agent, d.customer("german"), "german")
}

func (s *stay) notRecorded() {
	t, d := s.desk.t, s.desk
	t.Helper()
	before := s.everything()
	got := s.send(d.two, http.MethodGet, "/account", nil)
	if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, "nicht aufgezeichnet werden") || strings.Contains(got.body, s.of.Email) {
		t.Errorf("a page of the stay is answered %d", got.status)
	}
	if got := s.send(d.two, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}}); got.status < 400 || s.everything() != before {
		t.Errorf("a change of the stay is answered %d: was %s, is %s", got.status, before, s.everything())
	}
	for _, path := range []string{"/", "/cart"} {
		if got := send(t, d.two, http.MethodGet, d.Store("german", path), nil); got.status != http.StatusOK {
			t.Errorf("a guest's %s is answered %d", path, got.status)
		}
	}
}

func TestWithoutARecordNothingIsDoneInAStayAndGuestsShopOn(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.stay()
		d.breakLog()
		s.notRecorded()
		d.mendLog()
		if got := s.send(d.two, http.MethodGet, "/account", nil); got.status != http.StatusOK {
			t.Errorf("afterwards a page is answered %d", got.status)
		}
	})
}

// TestASearchIsOnRecordBeforeItIsAnswered asks for what cannot hold the search's
// own entry, which is recorded beside the search, and for what can.
func TestASearchIsOnRecordBeforeItIsAnswered(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.stay()
		tom := d.in("tom", "/system/actions?group=audit")
		tom.MustContain("Report searched")
		searches := func() int64 { return d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'audit.report_viewed'`) }
		before := searches()
		if shown := tom.Visit("/system/actions?group=login_as_customer"); !strings.Contains(shown.Body, `href="/system/actions/`) {
			t.Error("nothing is found")
		}
		if n := searches(); n != before+1 {
			t.Errorf("%d searches are on record, want %d", n, before+1)
		}
		d.breakLog()
		for _, path := range []string{"/system/actions?group=login_as_customer&result=success", "/system/actions?user=1", "/system/actions?to=2020-01-01"} {
			refused := tom.Visit(path)
			refused.MustStatus(http.StatusServiceUnavailable)
			if strings.Contains(refused.Body, `href="/system/actions/`) {
				t.Errorf("%s is answered without its record", path)
			}
		}
		d.mendLog()
		tom.Visit("/system/actions?group=login_as_customer&result=success").MustStatus(http.StatusOK)
	})
}

func TestAFullDiskStopsStaysAndKeepsGuests(t *testing.T) {
	d := &desk{t: t}
	for _, engine := range []sqldb.Engine{sqldb.SQLite} { // PostgreSQL's error is that of breakLog
		d.Shop = apptest.New(t, engine)
		d.two = d.Shop
		s := d.stay()
		d.exec(`PRAGMA max_page_count = 1`) // SQLite takes the pages there are
		full := false
		for range 2000 {
			if got := s.send(d.two, http.MethodGet, "/account", nil); got.status == http.StatusServiceUnavailable {
				full = true
				break
			}
		}
		if !full {
			t.Fatal("the disk never filled")
		}
		if got := send(t, d.two, http.MethodGet, d.Store("german", "/"), nil); got.status != http.StatusOK {
			t.Errorf("a guest is answered %d", got.status)
		}
		d.exec(`PRAGMA max_page_count = 1000000`)
		if got := s.send(d.two, http.MethodGet, "/account", nil); got.status != http.StatusOK {
			t.Errorf("with room again a page is answered %d", got.status)
		}
	}
}

func TestALogThatNobodyOutsideIsToldEndsStays(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		s := d.stay()
		d.two.Assist.RequireSealing(seal.DefaultLimit)
		secret, _, err := seal.NewKey("shop.example")
		if err != nil {
			t.Fatal(err)
		}
		sealer, err := seal.New(d.DB, secret)
		if err == nil {
			err = sealer.Seal(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := s.send(d.two, http.MethodGet, "/account", nil); got.status != http.StatusOK {
			t.Fatalf("while the log is sealed a page is answered %d", got.status)
		}
		for range 2 { // a request now and then, so that the stay is not idle
			d.Clock.Advance(8 * time.Minute)
			if got := s.send(d.two, http.MethodGet, "/account", nil); d.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.ended'`) == 0 && got.status != http.StatusOK {
				t.Errorf("a page is answered %d", got.status)
			}
		}
		s.recorded("not_recorded")
	})
}

func TestServeNeedsNoRightToChangeTheLog(t *testing.T) {
	owner := apptest.New(t, sqldb.Postgres)
	role := "serve_" + id.Hash(id.New())[:12]
	d := &desk{Shop: owner, t: t, two: owner}
	d.exec(`CREATE ROLE ` + role + ` LOGIN`)
	if err := owner.DB.Grant(t.Context(), role); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(owner.DSN)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(role)
	secret, _, err := seal.NewKey("shop.example")
	if err != nil {
		t.Fatal(err)
	}
	serving, err := app.Open(t.Context(), app.Options{DSN: u.String(), AdminURL: demo.AdminURL(owner.Port), Now: owner.Clock.Now, MailFolder: t.TempDir(), CheapPasswords: true,
		AuditKey: secret, AuditSink: filepath.Join(t.TempDir(), "sink.jsonl"), AuditArchive: t.TempDir(), TestPayments: true})
	if err != nil {
		t.Fatal(err)
	}
	defer serving.Close()
	if err := serving.Ready(t.Context()); err != nil {
		t.Fatal("the serving role cannot see the schema's version:", err)
	}
	for _, q := range []string{`UPDATE audit_log SET details = '' WHERE id = 1`, `DELETE FROM audit_log WHERE id = 1`, `TRUNCATE audit_log`, `DELETE FROM audit_seal`, `TRUNCATE consent_event`,
		`ALTER TABLE audit_log DISABLE TRIGGER ALL`, `DROP TRIGGER audit_log_update ON audit_log`} {
		err := serving.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, q)
			return err
		})
		if !sqldb.IsDenied(err) {
			t.Errorf("%s: %v", q, err)
		}
	}
	if err := serving.Sealer.Seal(sqldbtest.Ctx()); err != nil {
		t.Fatal("the serving role cannot seal:", err)
	}
	owner.Clock.Advance(48 * time.Hour)
	made, err := serving.Archiver.Archive(sqldbtest.Ctx(), owner.Clock.Now())
	if err != nil || len(made) == 0 {
		t.Fatalf("the serving role writes archives: %d, %v", len(made), err)
	}
	if pending, err := seal.Pending(t.Context(), owner.DB.Reader()); err != nil || !pending {
		t.Errorf("its rows wait for the owner: %v, %v", pending, err)
	}
	byOwner, err := seal.NewArchiver(owner.DB, secret, serving.AuditArchive)
	if err == nil {
		_, err = byOwner.Archive(sqldbtest.Ctx(), owner.Clock.Now())
	}
	if pending, e := seal.Pending(t.Context(), owner.DB.Reader()); err != nil || e != nil || pending {
		t.Errorf("the owner takes them out: %v, %v, %v", pending, err, e)
	}
}
