package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestAnExportedHistoryIsProvenWithoutTheDatabaseAndNotOnceItWasTouched(t *testing.T) {
	eachLog(t, func(t *testing.T, l *sealedLog) {
		dir := t.TempDir()
		other := keys(t, dir, "other.key") + ".pub"
		for name, c := range map[string]struct {
			flag, of, about string
			entries         string
		}{
			"stay":     {"--stay", "#3", "session 3", "14 entries"},
			"customer": {"--customer", "1", "customer 1", "40 entries"},
		} {
			file := filepath.Join(dir, name+".jsonl")
			status, out, errOut := command(t, "", "audit", "export", "--db", l.dsn, c.flag, c.of, "--out", file)
			if status != 0 || !strings.Contains(out, c.entries+" with their proofs") || !strings.Contains(out, "verify --offline "+file) {
				t.Fatalf("%s: %d %s%s", name, status, out, errOut)
			}
			offline := func(path, key string) (int, string) {
				status, out, errOut := command(t, "", "audit", "verify", "--offline", path, "--public-key", key)
				return status, out + errOut
			}
			if status, said := offline(file, l.key+".pub"); status != 0 || !strings.Contains(said, c.about+": "+c.entries+" stood so in the log") {
				t.Errorf("%s: %d %s", name, status, said)
			}
			if status, said := offline(file, other); status != 1 || !strings.Contains(said, "Not proven: the checkpoint is not signed by a known key") {
				t.Errorf("%s, with another key: %d %s", name, status, said)
			}
			whole := contents(t, file)
			lines := strings.SplitAfter(whole, "\n")
			for what, text := range map[string]string{
				"a word changed":      strings.Replace(whole, "Mug × 9", "Cup × 9", 1),
				"an entry taken out":  strings.Join(append(append([]string{}, lines[:3]...), lines[4:]...), ""),
				"an entry put in":     strings.Join(append(append([]string{}, lines[:3]...), lines[2:]...), ""),
				"two entries swapped": strings.Join(append([]string{lines[0], lines[2], lines[1]}, lines[3:]...), ""),
				"cut short":           whole[:len(whole)/2],
				"said of another":     strings.Replace(strings.Replace(whole, `"stay":3`, `"stay":4`, 1), `"customer":1`, `"customer":2`, 1),
				"an older checkpoint": strings.Replace(whole, `log v1\n40\n`, `log v1\n30\n`, 1),
				"something else":      "Hello\n",
				"nothing":             "",
			} {
				touched := filepath.Join(t.TempDir(), "touched.jsonl")
				if err := os.WriteFile(touched, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				if status, said := offline(touched, l.key+".pub"); status != 1 || text == whole || !strings.Contains(said, "Not proven: ") || !strings.Contains(said, "storehand: the file is not what was exported") {
					t.Errorf("%s, %s: %d %s", name, what, status, said)
				}
			}
			if status, _, errOut := command(t, "", "audit", "export", "--db", l.dsn, c.flag, c.of, "--out", file); status != 1 || !strings.Contains(errOut, "exists") || contents(t, file) != whole {
				t.Errorf("%s was written over: %d %s", name, status, errOut)
			}
		}
		if status, _, errOut := command(t, "", "audit", "verify", "--public-key", other); status != 1 || !strings.Contains(errOut, "say --db ADDRESS, or --offline FILE") {
			t.Errorf("verify nothing: %d %s", status, errOut)
		}
	})
}

func TestAnExportThatCannotBeMadeSaysWhyLeavesNoFileAndIsOtherwiseOnRecord(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn, out := apptest.DSN(t, engine), filepath.Join(t.TempDir(), "out.jsonl")
			for _, c := range []struct{ flag, of, says string }{
				{"--customer", "nobody@example.com", "there is no session or customer "},
				{"--stay", "0123456789abcdef", "there is no session or customer "},
				{"--stay", "0", "there is no session or customer "},
				{"--customer", "Vera@Example.com", "the action log is not sealed: there is nothing to prove with"},
			} {
				status, _, errOut := command(t, "", "audit", "export", "--db", dsn, c.flag, c.of, "--out", out)
				if _, err := os.Stat(out); status != 1 || !strings.Contains(errOut, c.says) || !os.IsNotExist(err) {
					t.Errorf("%s %s: %d %s, %v", c.flag, c.of, status, errOut, err)
				}
			}
			for _, both := range [][]string{{}, {"--stay", "1", "--customer", "1"}} {
				status, _, errOut := command(t, "", append([]string{"audit", "export", "--db", dsn, "--out", out}, both...)...)
				if status != 1 || !strings.Contains(errOut, "say either --stay ID or --customer EMAIL") {
					t.Errorf("%q: %d %s", both, status, errOut)
				}
			}
			db := sqldbtest.Open(t, dsn, sqldbtest.NewClock().Now)
			n, err := sqldb.One(t.Context(), db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM audit_log WHERE action = 'audit.exported' AND details = 'Proofs of customer 1'`)
			if err != nil || n != 1 {
				t.Errorf("the export is on record %d times, %v", n, err)
			}
		})
	}
}
