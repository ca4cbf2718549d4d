package importer

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// word is a row of the toy file: it is stored as an installation fact.
type word struct {
	line       int
	name, fact string
}

// toy is a plan over words "name=fact"; a word "boom" breaks the database's
// answer once, "twin" violates a unique key without being foreseen.
func toy(t *testing.T, text string, broken *bool) plan[word] {
	t.Helper()
	path := filepath.Join(t.TempDir(), "words.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := OpenSource(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	raw, err := io.ReadAll(src)
	if err != nil {
		t.Fatal(err)
	}
	lines, at := strings.Fields(string(raw)), 0
	next := func() (word, error) {
		if at == len(lines) {
			return word{}, io.EOF
		}
		at++
		name, fact, ok := strings.Cut(lines[at-1], "=")
		if !ok {
			return word{}, &magento.RowError{Line: at, Key: name, Problems: []magento.Problem{{Message: "=formula"}}}
		}
		return word{at, name, fact}, nil
	}
	return plan[word]{
		action: "import.words", stage: "words", source: src, next: next,
		line: func(w word) int { return w.line }, key: func(w word) string { return w.name }, name: func(w word) string { return w.name },
		take: func(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, rows []word) ([]verdict, error) {
			verdicts := make([]verdict, len(rows))
			for i, w := range rows {
				v, err := takeWord(ctx, q, tx, w, broken)
				if err != nil {
					return nil, err
				}
				verdicts[i] = v
			}
			return verdicts, nil
		},
	}
}

func takeWord(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, w word, broken *bool) (verdict, error) {
	if w.name == "boom" && *broken {
		return verdict{}, errors.New("the disk is full")
	}
	if w.fact == "refused" {
		return refuse("fact", "%q is refused", w.fact), nil
	}
	before, found, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[string], `SELECT value FROM installation WHERE name = $1`, w.name))
	if err != nil || found && before == w.fact || tx == nil {
		return verdict{outcome: Unchanged}, err
	}
	if w.name == "twin" {
		_, err = tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ('taken', '')`)
		return verdict{}, err
	}
	_, err = tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, w.name, w.fact)
	return verdict{outcome: Created}, err
}

func facts(t *testing.T, db *sqldb.DB) string {
	t.Helper()
	names, err := sqldb.All(t.Context(), db.Reader(), sqldb.Value[string], `SELECT name FROM installation ORDER BY name`)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func TestAGoodRowIsTakenWhateverHappensToItsNeighbours(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var entries []sqldb.Entry
		db.Hooks(nil, func(_ context.Context, _ *sqldb.Tx, e *sqldb.Entry) error { entries = append(entries, *e); return nil })
		ctx, no := sqldbtest.Ctx(), false
		prepare := toy(t, "taken=1", &no)
		if _, err := drive(ctx, db, Options{}, newFaults(nil), prepare); err != nil {
			t.Fatal(err)
		}
		entries = nil
		var file strings.Builder
		f := newFaults(&file)
		count, err := drive(ctx, db, Options{Batch: 4}, f, toy(t, "a=1 b=refused twin=1 c=1 broken d=1 a=2 e=1", &no))
		if err = errors.Join(err, f.close()); err != nil {
			t.Fatal(err)
		}
		if want := (Count{Rows: 8, Created: 4, Failed: 4}); count != want {
			t.Errorf("count %+v, want %+v", count, want)
		}
		if got := facts(t, db); got != "a c d e taken" {
			t.Errorf("stored: %s", got)
		}
		for _, want := range []string{"words.csv,2,b,fact,\"\"\"refused\"\" is refused\"\n", "words.csv,3,twin,,", "words.csv,5,broken,,'=formula\n", "words.csv,7,a,,this row is already in line 1\n"} {
			if !strings.Contains(file.String(), want) {
				t.Errorf("the errors file lacks %q:\n%s", want, file.String())
			}
		}
		if tally := f.most(); len(tally) != 4 || tally[0].Times != 1 {
			t.Errorf("tally %v", tally)
		}
		var lines []string
		for _, e := range entries {
			lines = append(lines, string(e.Action)+" "+e.Notes[1].Value)
		}
		if got := strings.Join(lines, ", "); got != "import.words 1-1, import.words 4-4, import.words 6-8" {
			t.Errorf("recorded: %s", got)
		}
	})
}

func TestASecondRunRecordsNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		no, records := false, 0
		text := "a=1 b=1 c=1"
		for range 2 {
			records = 0
			db.Hooks(nil, func(context.Context, *sqldb.Tx, *sqldb.Entry) error { records++; return nil })
			if _, err := drive(sqldbtest.Ctx(), db, Options{Batch: 2}, newFaults(nil), toy(t, text, &no)); err != nil {
				t.Fatal(err)
			}
		}
		if records != 0 || facts(t, db) != "a b c" {
			t.Errorf("%d records, facts %s", records, facts(t, db))
		}
	})
}

func TestABrokenOffImportGoesOnWhereItStopped(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		broken := true
		path := toy(t, "a=1 b=1 boom=1 c=1", &broken)
		_, err := drive(sqldbtest.Ctx(), db, Options{Batch: 2}, newFaults(nil), path)
		if err == nil || !strings.Contains(err.Error(), "stopped before line 3") || !strings.Contains(err.Error(), "the disk is full") {
			t.Fatalf("got %v", err)
		}
		broken = false
		count, err := drive(sqldbtest.Ctx(), db, Options{Batch: 2, Resume: true}, newFaults(nil), toy(t, "a=1 b=1 boom=1 c=1", &broken))
		if err != nil || count.Resumed != 2 || count.Created != 2 || count.Rows != 4 {
			t.Fatalf("%+v, %v", count, err)
		}
		if got := facts(t, db); got != "a b boom c" {
			t.Errorf("after the end a mark is left: %s", got)
		}
		other, err := drive(sqldbtest.Ctx(), db, Options{Resume: true}, newFaults(nil), toy(t, "a=1 b=1 boom=1 c=2", &broken))
		if err != nil || other.Resumed != 0 {
			t.Errorf("another file: %+v, %v", other, err)
		}
	})
}

func TestADryRunWritesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		no := false
		count, err := drive(sqldbtest.Ctx(), db, Options{DryRun: true}, newFaults(nil), toy(t, "a=1 b=refused", &no))
		if err != nil || count.Rows != 2 || count.Failed != 1 || facts(t, db) != "" {
			t.Errorf("%+v, %v, facts %q", count, err, facts(t, db))
		}
	})
}

func TestACancelledImportStopsBetweenBatches(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		no := false
		ctx, cancel := context.WithCancel(sqldbtest.Ctx())
		o := Options{Batch: 2, Report: func(Progress) { cancel() }}
		_, err := drive(ctx, db, o, newFaults(nil), toy(t, "a=1 b=1 c=1", &no))
		if !errors.Is(err, context.Canceled) || !strings.HasPrefix(facts(t, db), "a b") {
			t.Errorf("%v, facts %s", err, facts(t, db))
		}
	})
}

func TestProgressTellsRateAndRemainingTime(t *testing.T) {
	p := Progress{Stage: "customers", Rows: 1200, Failed: 3, Read: 25, Size: 100, Elapsed: 2 * time.Second}
	if got, want := p.String(), "customers: 1,200 rows, 600 a second, 25 %, 6s left, 3 not taken"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (Progress{Stage: "products"}).String(); got != "products: 0 rows, 0 a second, 100 %" {
		t.Errorf("%q", got)
	}
	var out strings.Builder
	show := Console(&out, false)
	for i := range 25 {
		show(Progress{Stage: "x", Read: int64(i), Size: 100, Elapsed: time.Duration(i) * time.Second})
	}
	show(Progress{Stage: "x", Read: 100, Size: 100, Elapsed: 26 * time.Second, Done: true})
	if got := strings.Count(out.String(), "\n"); got != 4 || strings.Contains(out.String(), "\r") {
		t.Errorf("a log got %d lines: %s", got, out.String())
	}
}

func TestMapsAreReadAndMistakesNamed(t *testing.T) {
	maps, err := ParseMaps([]string{"website=base:main", "view=default:en", "website=eu:europe"})
	if err != nil || maps.ours(MapWebsite, "base") != "main" || maps.ours(MapWebsite, "x") != "x" || maps.ours(MapView, "default") != "en" {
		t.Fatalf("%v, %v", maps, err)
	}
	for _, bad := range []string{"base:main", "website=base", "website=:x", "shop=a:b"} {
		if _, err := ParseMaps([]string{bad}); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if _, err := ParseMaps([]string{"website=a:b", "website=a:c"}); err == nil {
		t.Error("two targets for one code were accepted")
	}
}

func TestPricesAreRoundedToTheCurrency(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		minor          int64
		rounded        bool
	}{{"0.85", "GBP", 85, false}, {"0.8500", "GBP", 85, false}, {"0.855", "GBP", 86, true}, {"8.4034", "EUR", 840, true}, {"12.5", "JPY", 13, true}, {"7", "GBP", 700, false}, {"9.999999", "GBP", 1000, true}} {
		got, rounded, err := amount(c.text, c.currency)
		if err != nil || got != money.New(c.minor, c.currency) || rounded != c.rounded {
			t.Errorf("%s %s: %v, %v, %v", c.text, c.currency, got, rounded, err)
		}
	}
	if _, _, err := amount("99999999999999999999", "GBP"); err == nil {
		t.Error("too much was accepted")
	}
}

func TestDecimalsBecomeWholeNumbersOrAreRefused(t *testing.T) {
	for _, c := range []struct {
		text   string
		digits int
		want   int64
		ok     bool
	}{{"1000.0000", 0, 1000, true}, {"0.3", 3, 300, true}, {"2.5", 0, 0, false}, {"-3", 0, -3, true}, {"99999999999999999999999", 0, 0, false}} {
		if got, ok := scaled(c.text, c.digits); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v", c.text, got, ok)
		}
	}
}

func TestAMissingFileIsNamedInPlainWords(t *testing.T) {
	if _, err := OpenSource("nowhere.csv"); err == nil || err.Error() != "there is no file nowhere.csv" {
		t.Errorf("got %v", err)
	}
	if _, err := OpenSource(t.TempDir()); err == nil || !strings.HasSuffix(err.Error(), "is not a file") {
		t.Errorf("got %v", err)
	}
}
