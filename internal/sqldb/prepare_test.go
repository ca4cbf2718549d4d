package sqldb

import (
	"path/filepath"
	"testing"

	"zombiezen.com/go/sqlite"
)

// prepared counts what SQLite asks while it prepares statements.
type prepared struct{ n int }

func (p *prepared) Authorize(sqlite.Action) sqlite.AuthResult { p.n++; return sqlite.AuthResultOK }

func TestALimitThatChangesDoesNotPrepareItsStatementAnew(t *testing.T) {
	c, err := openLite(filepath.Join(t.TempDir(), "x.db"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	ctx := t.Context()
	for _, text := range []string{`CREATE TABLE thing (id INTEGER PRIMARY KEY, at INTEGER, name TEXT)`, `CREATE INDEX thing_at ON thing (at, id)`,
		`INSERT INTO thing (at, name) VALUES (1, 'a'), (2, 'b'), (3, 'c')`} {
		if _, err := c.exec(ctx, text, nil); err != nil {
			t.Fatal(err)
		}
	}
	var asked prepared
	if err := c.c.SetAuthorizer(&asked); err != nil {
		t.Fatal(err)
	}
	list := func(before, limit int64) (n int) {
		t.Helper()
		rows, err := c.start(ctx, `SELECT id, name FROM thing WHERE (at, id) < ($1, $2) ORDER BY at DESC, id DESC LIMIT $3`, []any{before, before, limit}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			n++
		}
		return n
	}
	if n := list(9, 2); n != 2 || asked.n == 0 {
		t.Fatalf("%d rows, %d questions", n, asked.n)
	}
	first := asked.n
	if n := list(3, 9) + list(9, 1); n != 3 {
		t.Errorf("%d rows", n)
	}
	if asked.n != first {
		t.Errorf("prepared anew: %d questions after %d", asked.n, first)
	}
}
