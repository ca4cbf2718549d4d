package e2e

import (
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// openArchive serves a shop whose log is sealed and archived, on a clock that can
// be set forward by days.
func openArchive(t *testing.T) (s *shop, later func(days int)) {
	t.Helper()
	key, _, err := seal.NewKey("shop.example")
	if err != nil {
		t.Fatal(err)
	}
	var ahead atomic.Int64
	dir := t.TempDir()
	s = openAs(t, sqldb.SQLite, demo.Small, app.Options{
		Now:      func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) },
		AuditKey: key, AuditSink: filepath.Join(dir, "sink.jsonl"), AuditArchive: filepath.Join(dir, "archive"),
	})
	return s, func(days int) {
		t.Helper()
		if err := s.Sealer.Seal(system()); err != nil {
			t.Fatal(err)
		}
		ahead.Add(int64(days) * int64(24*time.Hour))
	}
}

// keeping sets how long entries stay in the log, and how often it is archived.
func keeping(boss *browser.Tab, s *shop, days, often string) {
	boss.Visit(s.admin("/config/advanced/system")).See("Admin Actions Log Archiving")
	for _, label := range []string{"Log Entry Lifetime, Days", "Log Archiving Frequency"} {
		boss.In(label).Tick("Use system value", false)
	}
	boss.Fill("Log Entry Lifetime, Days", days).Select("Log Archiving Frequency", often).Click("Save Config").See("saved")
}

// unpacked takes the file that a form gives, and reads it.
const unpacked = `(() => { const form = [...document.forms].find((f) => f.action.endsWith("/download"));
	fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then((a) => a.blob())
		.then((b) => new Response(b.stream().pipeThrough(new DecompressionStream("gzip"))).text()).then((text) => { window.file = text }); return ""; })()`

func TestAnAuditorArchivesTakesAlongAndSearchesOldEntries(t *testing.T) {
	story(t)
	s, later := openArchive(t)
	boss := s.staff(s.person(), "admin").Visit(s.admin("/config/general/general"))
	boss.In("Store Name").Tick("Use system value", false)
	boss.Fill("Store Name", "Lindgren at the harbour").Click("Save Config").See("saved")
	keeping(boss, s, "90", "Never")

	later(100)
	tom := s.staff(s.person(), "tom").Visit(s.admin("/system/archive")).See("We couldn't find any records.", "Entries from before")
	tom.Click("Archive old entries").See("entries were archived.", ".jsonl.gz", "Archived")
	tom.Eval(unpacked)
	tom.Until("the archive's file", `window.file && window.file.includes("Lindgren at the harbour") && window.file.includes("storehand action log archive v1")`)
	tom.Visit(s.admin("/system/actions?from=2020-01-01&full=harbour&group=config")).See("Nothing matches")

	tom.Visit(s.admin("/system/archive")).ClickOn("table summary").Click("Import for search").See("The archive can be searched")
	tom.Visit(s.admin("/system/actions?from=2020-01-01&group=config")).Select("Search in", "Imported archives").Fill("Full Details", "harbour").Click("Search")
	tom.See("1 record", "Configuration saved", "admin").Click("View").See("Value After Change", "Lindgren at the harbour")
	tom.Visit(s.admin("/system/archive")).See("Imported for search").ClickOn("table summary").Click("Take out of the search").See("no longer searched")

	keeping(s.staff(s.person(), "admin"), s, "30", "Daily")
	later(31)
	s.Jobs.RunDue(system())
	again := s.staff(s.person(), "tom").Visit(s.admin("/system/archive")).See(".jsonl.gz")
	again.Until("the server's own archive beside the first", `document.querySelectorAll("table tbody tr").length === 2`)
	again.Visit(s.admin("/system/actions?action=audit.archived")).See("1 record", "Entries archived") // the first is in the second file
}
