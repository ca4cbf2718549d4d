package app_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// sealedEach runs fn with a shop on each engine whose log is sealed and archived.
func sealedEach(t *testing.T, fn func(t *testing.T, s *apptest.Shop, public string)) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			secret, public, err := seal.NewKey("shop.example")
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			fn(t, apptest.Sealed(t, e, app.Options{AuditKey: secret, AuditSink: filepath.Join(dir, "sink.jsonl"), AuditArchive: filepath.Join(dir, "archive")}), public)
		})
	}
}

// rowLink leads from a row of the report to its entry.
const rowLink = `td a[href^="/system/actions/"]`

func logged(t *testing.T, s *apptest.Shop, cond string) int64 {
	t.Helper()
	n, err := sqldb.One(t.Context(), s.DB.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM audit_log WHERE `+cond)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestASearchIsKeptSharedAndForgotten(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		tab := openAs(t, s, "admin", "/system/actions?group=staff&result=success&details=admin")
		tab = tab.Form("/system/actions/filters").Submit()
		tab.MustStatus(422)
		tab = tab.Visit(s.Admin("/system/actions?group=staff&result=success&details=admin"))
		tab = tab.Form("/system/actions/filters").Set("name", "  Sign-ins  of admin ").Submit()
		tab.MustContain("You saved the filter", "Sign-ins of admin", "Only me")
		tom := openAs(t, s, "tom", "/system/actions?group=cart") // where the saving itself does not show
		tom.MustNotContain("Sign-ins of admin")

		tab = tab.Form("/system/actions/filters").Set("name", "Sign-ins of admin").Tick("shared").Submit()
		tab.MustContain("Everybody")
		tom = tom.Reload()
		found := tom.Click("Sign-ins of admin")
		if q := found.URL.Query(); q.Get("group") != "staff" || q.Get("result") != "success" || q.Get("details") != "admin" {
			t.Errorf("the filter leads to %s", found.URL)
		}
		var mine string
		for _, f := range tab.Forms() {
			if to, post := f.Address(); post && strings.HasSuffix(to.Path, "/delete") {
				mine = to.Path
			}
		}
		if tom.HasForm(mine) {
			t.Error("another's filter can be deleted")
		}
		tab.Form(mine).Submit().MustContain("You deleted the filter.")
		tab.Visit(s.Admin("/system/actions?group=cart")).MustNotContain("Sign-ins of admin")
		if saved, deleted := logged(t, s, `action = 'audit.filter_saved'`), logged(t, s, `action = 'audit.filter_deleted'`); saved != 2 || deleted != 1 {
			t.Errorf("%d saved and %d deleted are recorded", saved, deleted)
		}
	})
}

func TestLookingIsRecordedPerActionGroupAndLoginAsCustomerAlways(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		looks := func() string {
			return fmt.Sprint(logged(t, s, `action = 'customer.viewed'`), logged(t, s, `action IN ('order.viewed', 'invoice.viewed')`), logged(t, s, `action LIKE 'audit.%viewed'`))
		}
		tab := openAs(t, s, "admin", "/customers/1")
		visit := func() {
			t.Helper()
			tab.Visit(s.Admin("/customers/1")).MustStatus(200)
			tab.Visit(s.Admin("/sales/invoices/7")).MustStatus(404) // asking for it is a look too
			tab.Visit(s.Admin("/system/actions?group=customer")).MustStatus(200)
			s.Clock.Advance(20 * time.Minute) // the same look within a while is one entry
			tab = openAs(t, s, "admin", "/customers/1")
		}
		visit()
		if got := looks(); got != "0 0 1" {
			t.Errorf("by default: %s", got)
		}
		const page = "/config/advanced/admin"
		tab = tab.Visit(s.Admin(page))
		tab.MustNotContain("Login as Customer: record")
		tab.MustContain("Changes and refusals are always recorded")
		tab.Form(page).Set("audit.log_customers", "1").Set("audit.log_orders", "1").Set("audit.log_report", "0").Submit().MustContain("You saved the configuration.")
		visit()
		if got := looks(); got != "2 1 1" { // the customer's page was opened again to sign in
			t.Errorf("switched over: %s", got)
		}
	})
}

func TestThePageSealingShowsHowFarTheLogIsSealedAndWhoRefuses(t *testing.T) {
	look := func(s *apptest.Shop) *webtest.Tab { return openAs(t, s, "tom", "/system/sealing") }
	open := apptest.New(t, sqldb.SQLite)
	look(open).MustContain("Not sealed", "whoever can write to the database can change it unseen", "--audit-key-file")
	openAs(t, open, "maria", "/system/sealing").MustStatus(403)
	sealedEach(t, func(t *testing.T, s *apptest.Shop, _ string) {
		s.Assist.RequireSealing(seal.DefaultLimit)
		look(s).MustContain("Behind", "Nobody can log in as a customer", "Not told yet")
		if err := s.Sealer.Seal(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		tab := look(s)
		tab.MustContain("Sealed in time", "Takes them", "Newest checkpoint", "storehand action log v1", "— shop.example ")
		tab.MustNotContain("Nobody can log in as a customer", "Nobody outside can tell")
		status, err := seal.StatusOf(t.Context(), s.DB.Reader(), seal.DefaultLimit, s.Clock.Now())
		if err != nil || status.Size < 10 {
			t.Fatal(status, err)
		}
		tab.MustContain(strings.Split(status.Note, "\n")[1:3]...)
		s.Clock.Advance(16 * time.Minute)
		look(s).MustContain("Behind", "Nobody can log in as a customer")
	})
	secret, _, err := seal.NewKey("shop.example")
	if err != nil {
		t.Fatal(err)
	}
	s := apptest.Sealed(t, sqldb.SQLite, app.Options{AuditKey: secret, AuditSyslog: "tcp://127.0.0.1:1"})
	if err := s.Sealer.Seal(sqldbtest.Ctx()); err == nil {
		t.Fatal("somebody listens at port 1")
	}
	look(s).MustContain("Syslog", "Refuses", "connection refused", "Nobody outside can tell when the whole log is set back")
}

func TestOldEntriesAreArchivedDownloadedImportedForSearchAndTakenOutAgain(t *testing.T) {
	sealedEach(t, func(t *testing.T, s *apptest.Shop, public string) {
		before := logged(t, s, `action = 'config.saved'`)
		page := "/config/general/general"
		openAs(t, s, "admin", page).Form(page).Set("general.store_name", "Archived shop").Submit()
		if err := s.Sealer.Seal(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(100 * 24 * time.Hour)
		tab := openAs(t, s, "admin", "/system/archive")
		tab.MustContain("We couldn't find any records.", "Entries from before 16 May 2025")
		tab = tab.Form("/system/archive").Submit()
		tab.MustContain("There is nothing old enough to archive.")

		page = "/config/advanced/system"
		tab = tab.Visit(s.Admin(page))
		tab.MustContain("Log Entry Lifetime, Days", "Log Archiving Frequency", "Monthly")
		refused := tab.Form(page).Set("audit.lifetime_days", "0").Submit()
		refused.MustStatus(422)
		tab = tab.Form(page).Set("audit.lifetime_days", "90").Set("audit.archive_frequency", "daily").Submit()
		tab.MustContain("You saved the configuration.")
		tab = tab.Visit(s.Admin("/system/archive")).Form("/system/archive").Submit()
		tab.MustContain("entries were archived.", ".jsonl.gz", "Archived")
		if left := logged(t, s, `action = 'config.saved'`); left != 1 || before < 0 {
			t.Errorf("%d of the saves are in the log", left)
		}
		gone := tab.Visit(s.Admin("/system/actions?from=2026-01-01&full=archived&group=config&action=config.section_saved"))
		gone.MustNotHave(rowLink)
		if f := gone.Form("/system/actions"); f.Value("group") != "config" || f.Value("action") != "config.section_saved" {
			t.Errorf("what occurs in archives only is forgotten by the next search: %q, %q", f.Value("group"), f.Value("action"))
		}

		archive := func() *webtest.Tab { return tab.Visit(s.Admin("/system/archive")) }
		file := archive().Form("/system/archive/1/download").Submit()
		gz, err := gzip.NewReader(bytes.NewReader([]byte(file.Body)))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(gz); err != nil || !strings.Contains(string(text), "Archived shop") {
			t.Errorf("the file: %d bytes, %v", len(text), err)
		}
		tab = archive().Form("/system/archive/1/import").Submit()
		tab.MustContain("The archive can be searched")
		tab = tab.Visit(s.Admin("/system/actions?in=archive&from=2026-01-01&full=archived+shop&group=config"))
		tab.MustHave(rowLink)
		entry := tab.Click("View")
		entry.MustContain("Value Before Change", "Archived shop")
		again := archive()
		again.MustContain("Imported for search")
		tab = again.Form("/system/archive/1/drop").Submit()
		tab.MustContain("no longer searched")
		tab.Visit(s.Admin("/system/actions?in=archive&from=2026-01-01&group=config")).MustNotHave(rowLink)
		for _, action := range []string{"audit.archived", "audit.archive_removed", "audit.archive_downloaded", "audit.archive_imported", "audit.archive_import_dropped"} {
			if n := logged(t, s, `action = '`+action+`' AND result = 'success'`); n != 1 {
				t.Errorf("%s is recorded %d times", action, n)
			}
		}
		openAs(t, s, "maria", "/system/archive").MustStatus(403)

		// The next day the server archives by itself what has become old enough.
		if err := s.Sealer.Seal(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(91 * 24 * time.Hour)
		s.Jobs.RunDue(sqldbtest.Ctx())
		all, err := seal.Archives(t.Context(), s.DB.Reader())
		if err != nil || len(all) != 2 {
			t.Errorf("%d archives, %v", len(all), err)
		}
		if err := s.Sealer.Seal(sqldbtest.Ctx()); err != nil {
			t.Fatal(err)
		}
		r, err := app.VerifyLog(t.Context(), s.DSN, seal.Check{Keys: []string{public}, Sink: s.AuditSink, Archives: s.AuditArchive})
		if err != nil || r.Fault != nil || r.Archived == 0 || r.Unread != 0 {
			t.Errorf("afterwards: %+v, %v, %v", r, r.Fault, err)
		}
	})
}

func TestAWitnessOverHTTPRefusesAHistoryThatIsShorterOrForked(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			secret, public, err := seal.NewKey("shop.example")
			if err != nil {
				t.Fatal(err)
			}
			w, err := seal.NewWitness(t.TempDir(), []string{public})
			if err != nil {
				t.Fatal(err)
			}
			s := apptest.Sealed(t, e, app.Options{})
			srv := httptest.NewServer(app.WitnessHandler(w, s.Log))
			defer srv.Close()
			packets, err := net.ListenPacket("udp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer packets.Close()
			open := func() *app.App {
				a, err := app.Open(t.Context(), app.Options{DSN: s.DSN, AdminURL: s.AdminURL, Now: s.Clock.Now, MailFolder: t.TempDir(), CheapPasswords: true,
					AuditKey: secret, AuditWitness: srv.URL, AuditSyslog: "udp://" + packets.LocalAddr().String()})
				if err != nil {
					t.Fatal(err)
				}
				return a
			}
			a := open()
			if err := a.Sealer.Seal(sqldbtest.Ctx()); err != nil {
				t.Fatal(err)
			}
			if _, size := w.Newest(); size == 0 {
				t.Fatal("the witness was shown nothing")
			}
			line := make([]byte, 4096)
			n, _, err := packets.ReadFrom(line)
			if text := string(line[:n]); err != nil || !strings.HasPrefix(text, "<109>1 ") || !strings.Contains(text, "[checkpoint@32473 size=") || !strings.Contains(text, `storehand action log v1\n`) {
				t.Errorf("syslog got %q, %v", line[:n], err)
			}
			if res, err := http.Post(srv.URL+"/checkpoint", "application/json", strings.NewReader(`{"old":0,"proof":[],"note":"forged"}`)); err != nil || res.StatusCode != http.StatusForbidden {
				t.Errorf("a forged checkpoint: %v, %v", res, err)
			}

			// The database is set back by ten rows and goes on in another way.
			d := &desk{Shop: s, t: t, two: s}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			kept, size := w.Newest()
			d.exec(dropAll(d)...)
			again := open()
			defer again.Close()
			err = again.Sealer.Seal(sqldbtest.Ctx())
			if err == nil || !strings.Contains(err.Error(), "witness") && !strings.Contains(err.Error(), "set back") {
				t.Errorf("a history that was hashed anew: %v", err)
			}
			if now, n := w.Newest(); now != kept || n != size {
				t.Error("the witness took it")
			}
			note, err := app.FetchCheckpoint(t.Context(), srv.URL)
			if err != nil {
				t.Fatal(err)
			}
			if r, err := app.VerifyLog(t.Context(), s.DSN, seal.Check{Keys: []string{public}, Checkpoints: []string{note}}); err != nil || r.Fault == nil {
				t.Errorf("the witness's checkpoint tells: %v, %v", r.Fault, err)
			}
		})
	}
}

// dropAll changes an old row and forgets the seals, as a thief would who wants
// all of it hashed anew.
func dropAll(d *desk) []string {
	on := func(table string) string {
		if d.DB.Engine() == sqldb.Postgres {
			return " ON " + table
		}
		return ""
	}
	var all []string
	for _, table := range []string{"audit_log", "audit_seal", "audit_hash", "audit_checkpoint"} {
		all = append(all, "DROP TRIGGER "+table+"_update"+on(table))
		if table != "audit_log" && d.DB.Engine() == sqldb.SQLite {
			all = append(all, "DROP TRIGGER "+table+"_delete")
		}
	}
	return append(all, `UPDATE audit_log SET details = 'Nothing' WHERE id = 3`, `DELETE FROM audit_seal`, `DELETE FROM audit_hash`, `DELETE FROM audit_checkpoint`)
}
