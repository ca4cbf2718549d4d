package sqldbtest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
)

// Spy is a Querier that remembers what it was asked, so that a test can hold the
// plans of real queries against a rule instead of copies of them.
type Spy struct {
	db    *sqldb.DB
	Asked []Question
}

// Listen is a Spy of everything that is asked of db from now on, inside changes
// and outside of them; the same text is kept once.
func Listen(db *sqldb.DB) *Spy {
	s, seen := NewSpy(db), map[string]bool{}
	var mu sync.Mutex
	db.Listen(func(query string, args []any) {
		mu.Lock()
		defer mu.Unlock()
		if !seen[query] {
			seen[query] = true
			s.Asked = append(s.Asked, Question{query, slices.Clone(args)})
		}
	})
	return s
}

// Question is one query with its values.
type Question struct {
	Text string
	Args []any
}

// NewSpy reads from db.
func NewSpy(db *sqldb.DB) *Spy { return &Spy{db: db} }

// Query implements sqldb.Querier.
func (s *Spy) Query(ctx context.Context, query string, args ...any) (sqldb.Rows, error) {
	s.Asked = append(s.Asked, Question{query, args})
	return s.db.Reader().Query(ctx, query, args...)
}

// QueryRow implements sqldb.Querier.
func (s *Spy) QueryRow(ctx context.Context, query string, args ...any) sqldb.Row {
	s.Asked = append(s.Asked, Question{query, args})
	return s.db.Reader().QueryRow(ctx, query, args...)
}

// MustSeek fails for every query that reads one of the tables from end to end.
// The tables should be big and, on PostgreSQL, analysed.
func (s *Spy) MustSeek(t testing.TB, tables ...string) {
	t.Helper()
	for _, q := range s.Asked {
		plan := Explain(t, s.db, q.Text, q.Args)
		for _, table := range tables {
			if strings.Contains(plan, "Seq Scan on "+table+" ") || scans(plan, q.Text, table) {
				t.Errorf("%s is read from end to end:\n%s\n%s", table, plan, q.Text)
			}
		}
	}
}

// MustStop is MustSeek for the lists too: what walks along an index until its
// limit is reached may do so, what sorts may not.
func (s *Spy) MustStop(t testing.TB, tables ...string) {
	t.Helper()
	for _, q := range s.Asked {
		plan := Explain(t, s.db, q.Text, q.Args)
		stops := strings.Contains(q.Text, "LIMIT") && !strings.Contains(plan, "TEMP B-TREE") && !strings.Contains(plan, "Sort")
		for _, table := range tables {
			seq := strings.Contains(plan, "Seq Scan on "+table+" ")
			if (seq || scans(plan, q.Text, table)) && !(stops && !strings.Contains(plan, "Aggregate")) && !(stops && capped(q.Text)) {
				t.Errorf("%s is read from end to end:\n%s\n%s", table, plan, q.Text)
			}
		}
	}
}

// capped tells a count that ends at its limit: a total of a list.
func capped(query string) bool {
	return strings.HasPrefix(query, "SELECT COUNT(*)") && strings.Contains(query, "FROM (SELECT 1")
}

// scans finds SQLite's "SCAN o" of a table under its own name or its alias.
func scans(plan, query, table string) bool {
	names := map[string]bool{table: true}
	words := strings.FieldsFunc(query, func(r rune) bool { return strings.ContainsRune(" \t\n(),;", r) })
	for i, w := range words {
		if w == table && i+1 < len(words) {
			names[words[i+1]] = true
			if strings.EqualFold(words[i+1], "AS") && i+2 < len(words) {
				names[words[i+2]] = true
			}
		}
	}
	for line := range strings.Lines(plan) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "SCAN "); ok && names[strings.Fields(rest)[0]] {
			return true
		}
	}
	return false
}

// Explain returns how an engine goes about a query.
func Explain(t testing.TB, db *sqldb.DB, query string, args []any) string {
	t.Helper()
	prefix, scan := "EXPLAIN ", func(r sqldb.Scanner) (s string, err error) { err = r.Scan(&s); return s, err }
	if db.Engine() == sqldb.SQLite {
		prefix = "EXPLAIN QUERY PLAN "
		scan = func(r sqldb.Scanner) (s string, err error) {
			var a, b, c int
			err = r.Scan(&a, &b, &c, &s)
			return s, err
		}
	}
	lines, err := sqldb.All(context.Background(), db.Reader(), scan, prefix+query, args...)
	if err != nil {
		t.Fatalf("%v in\n%s", err, query)
	}
	return strings.Join(lines, "\n")
}
