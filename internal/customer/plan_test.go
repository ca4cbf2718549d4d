package customer

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

var rows = flag.Int("customers", 100_000, "customers in the benchmark's database")

var (
	benchFirst = strings.Fields("Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Klara Leon Mia Noah Olivia Paul Rosa Simon Tilda Vera")
	benchLast  = strings.Fields("Adler Berg Conti Dahl Eriksen Fischer Garcia Haas Ivanov Jansen Keller Lind Moreau Novak Olsen Peters Rossi Stern Tanaka Weber")
)

// fill adds n customers, many rows a statement.
func fill(tb testing.TB, db *sqldb.DB, n int) {
	tb.Helper()
	rnd := rand.New(rand.NewPCG(7, 7))
	for from := 0; from < n; from += 20_000 {
		err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
			if from == 0 {
				for i := range 2 {
					if _, err := tx.Exec(ctx, `INSERT INTO website (code, name, currency, is_default) VALUES ($1, $1, 'EUR', FALSE)`, fmt.Sprint("w", i)); err != nil {
						return err
					}
				}
			}
			for i := from; i < min(from+20_000, n); i += 50 {
				if err := fillSome(ctx, tx, rnd, i, min(i+50, n)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func fillSome(ctx context.Context, tx *sqldb.Tx, rnd *rand.Rand, from, to int) error {
	var people, words sqldb.Where
	var values, found []string
	for i := from; i < to; i++ {
		id := int64(i + 1)
		first, last := benchFirst[rnd.IntN(20)], fmt.Sprintf("%s%c%c", benchLast[rnd.IntN(20)], 'a'+rnd.IntN(26), 'a'+rnd.IntN(26))
		email, phone := fmt.Sprintf("%s.%s%d@example.com", strings.ToLower(first), strings.ToLower(last), i), fmt.Sprintf("49%09d", rnd.IntN(1e9))
		values = append(values, people.Bind("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'DE', TRUE, ?, ?, ?, ?, ?)", id, 1+id%2, 1+id%3, 2+id%3, email, email, first, last,
			Fold(first+" "+last), phone, phone, fmt.Sprint(10000+rnd.IntN(80000)), id, []string{"unset", "allowed"}[i%2], id*1_000_000, id*1_000_000, id))
		for _, t := range terms(email, first, last, phone) {
			found = append(found, words.Bind("(?, ?, ?)", t.text, id, t.shared))
		}
	}
	_, err := tx.Exec(ctx, `INSERT INTO customer (id, website_id, store_view_id, group_id, email, email_key, first_name, last_name, name_key, phone, phone_key, postcode,
		country, active, confirmed_at, assistance, created_at, updated_at, last_seen_at) VALUES `+strings.Join(values, ", "), people.Args()...)
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO customer_term (term, customer_id, shared) VALUES `+strings.Join(found, ", "), words.Args()...)
	}
	return err
}

// scenarios are what a list is asked for; few says how its matches are fetched.
func scenarios() []struct {
	name string
	q    Query
	few  bool
} {
	no := false
	return []struct {
		name string
		q    Query
		few  bool
	}{
		{"all, newest first", Query{}, false},
		{"all by name", Query{Sort: "name"}, false},
		{"all by e-mail, backwards", Query{Sort: "email", Desc: true}, false},
		{"e-mail, few", Query{Email: "vera.linda"}, true},
		{"e-mail, many", Query{Email: "vera"}, false},
		{"e-mail, many, by e-mail", Query{Email: "vera", Sort: "email"}, false},
		{"name, few", Query{Name: "vera lindaa"}, true},
		{"name, many", Query{Name: "v", Sort: "name"}, false},
		{"phone", Query{Phone: "+49 1234"}, true},
		{"group, newest first", Query{GroupID: 2}, false},
		{"country by name", Query{Country: "DE", Sort: "name"}, false},
		{"website of the role", Query{Websites: []int64{2}}, false},
		{"inactive", Query{Active: &no}, true},
		{"keyword, few", Query{Keyword: "lindaa"}, true},
		{"keyword, many", Query{Keyword: "a"}, false},
		{"keyword, e-mail", Query{Keyword: "vera.lind"}, false},
		{"keyword, phone", Query{Keyword: "4912"}, false},
		{"keyword, website of the role", Query{Keyword: "vera li", Websites: []int64{2}}, false},
		{"keyword, few, by name", Query{Keyword: "lindaa", Sort: "name"}, true},
	}
}

func TestNoListReadsOrSortsTheWholeTable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 20_000)
		if db.Engine() == sqldb.Postgres { // does it by itself; SQLite must do without
			err := db.Upkeep(sqldbtest.Ctx(), "analyze", func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, `ANALYZE`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, sc := range scenarios() {
			p, _ := sc.q.plan()
			count, args := p.CountSQL()
			if plan := sqldbtest.Explain(t, db, count, args); p.Led() && fullScan(plan) { // else it stops at the limit
				t.Errorf("%s: the count reads the whole table:\n%s\n%s", sc.name, plan, count)
			}
			page, args := p.PageSQL(sc.few)
			plan := sqldbtest.Explain(t, db, page, args)
			if walks := !sc.few && !strings.Contains(plan, "TEMP B-TREE") && !strings.Contains(plan, "Sort"); !walks && fullScan(plan) {
				t.Errorf("%s: the page reads the whole table:\n%s\n%s", sc.name, plan, page)
			}
			if sorts := strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort"); sorts && !sc.few {
				t.Errorf("%s: the page is sorted:\n%s\n%s", sc.name, plan, page)
			}
		}
	})
}

// fullScan finds a read of the table or an index that does not stop at a limit.
func fullScan(plan string) bool {
	above := ""
	for line := range strings.Lines(plan) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "Seq Scan on customer") && !strings.Contains(above, "Limit") {
			return true
		}
		if strings.HasPrefix(line, "SCAN c") && !strings.Contains(line, "USING INDEX customer_inactive") {
			return true
		}
		above = line
	}
	return false
}

// vacuum does what autovacuum, which the tests' server is without, would have
// done long ago in a shop of that size.
func vacuum(b *testing.B, dsn string) {
	b.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/psql")
	if path, err := exec.LookPath("psql"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		b.Fatal("no psql to vacuum with")
	}
	u, err := url.Parse(dsn)
	if err != nil {
		b.Fatal(err)
	}
	q := u.Query()
	schema := q.Get("search_path")
	q.Del("search_path")
	u.RawQuery = q.Encode()
	if schema != "" {
		schema += "."
	}
	cmd := exec.Command(found[0], u.String(), "-c", "VACUUM ANALYZE "+schema+"customer", "-c", "VACUUM ANALYZE "+schema+"customer_term")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
}

// BenchmarkList measures a page with its total; -customers says of how many.
func BenchmarkList(b *testing.B) {
	for _, engine := range sqldbtest.Engines {
		dsn := sqldbtest.DSN(b, engine)
		db := sqldbtest.Open(b, dsn, time.Now)
		fill(b, db, *rows)
		if engine == sqldb.Postgres {
			vacuum(b, dsn)
		}
		s := New(db, Deps{})
		for _, sc := range scenarios() {
			b.Run(string(engine)+"/"+strings.ReplaceAll(sc.name, " ", "_"), func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					start := time.Now()
					if _, err := s.List(b.Context(), sc.q); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			})
		}
	}
}
