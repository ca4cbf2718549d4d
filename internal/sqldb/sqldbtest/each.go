// Package sqldbtest gives a test an empty, migrated database of its own on each
// engine. Locally a missing PostgreSQL skips; where CI is set it fails.
package sqldbtest

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// Clock is a clock that moves only when told to.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock starts at a fixed moment.
func NewClock() *Clock {
	return &Clock{t: time.Date(2026, 3, 12, 9, 30, 0, 0, time.UTC)}
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// Engines are the engines that tests run on.
var Engines = []sqldb.Engine{sqldb.SQLite, sqldb.Postgres}

// Each runs fn once on each engine with an empty, migrated database whose
// changes are recorded nowhere.
func Each(t *testing.T, fn func(t *testing.T, db *sqldb.DB)) {
	t.Helper()
	EachClock(t, func(t *testing.T, db *sqldb.DB, _ *Clock) { fn(t, db) })
}

// EachClock is Each with the clock in hand.
func EachClock(t *testing.T, fn func(t *testing.T, db *sqldb.DB, clock *Clock)) {
	t.Helper()
	for _, e := range Engines {
		t.Run(string(e), func(t *testing.T) {
			clock := NewClock()
			fn(t, Open(t, DSN(t, e), clock.Now), clock)
		})
	}
}

// Open opens a database for the length of a test. Opening one DSN twice gives
// two nodes on one database.
func Open(t testing.TB, dsn string, now func() time.Time) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), sqldb.Options{DSN: dsn, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	db.Hooks(nil, func(context.Context, *sqldb.Tx, *sqldb.Entry) error { return nil })
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// DSN returns the address of an empty, migrated database that lives as long as
// the test.
func DSN(t testing.TB, e sqldb.Engine) string {
	t.Helper()
	if e == sqldb.Postgres {
		return postgresDSN(t)
	}
	file := filepath.Join(t.TempDir(), "test.db")
	data, err := sqliteTemplate()
	if err == nil {
		err = os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// sqliteTemplate migrates one file a process; tests get copies.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "storehand-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "template.db")
	if err := migrate("sqlite:" + file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func migrate(dsn string) error {
	db, err := sqldb.Open(context.Background(), sqldb.Options{DSN: dsn, Now: NewClock().Now})
	if err != nil {
		return err
	}
	if err := db.Migrate(context.Background()); err != nil {
		db.Close()
		return err
	}
	return db.Close()
}

// Ctx returns a context in which the system acts.
func Ctx() context.Context { return actor.AsSystem(context.Background(), "test") }
