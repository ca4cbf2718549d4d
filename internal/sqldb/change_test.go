package sqldb_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

const testAction sqldb.Action = "test.bumped"

func versionOf(t *testing.T, q sqldb.Querier, topic string) int64 {
	t.Helper()
	v, err := sqldb.One(context.Background(), q, sqldb.Value[int64], `SELECT value FROM version WHERE topic = $1`, topic)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestAChangeAndItsRecordCommitTogetherOrNotAtAll(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		broken := errors.New("the recorder is broken")
		db.Hooks(nil, func(context.Context, *sqldb.Tx, *sqldb.Entry) error { return broken })
		err := db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error { return tx.Bump(ctx, "config") })
		if !errors.Is(err, broken) {
			t.Fatalf("got %v", err)
		}
		if v := versionOf(t, db.Reader(), "config"); v != 1 {
			t.Errorf("the change survived without its record: version %d", v)
		}
	})
}

func TestTheGuardRefusesBeforeAnythingHappens(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ended := errors.New("ended")
		recorded := 0
		db.Hooks(func(context.Context, *sqldb.Tx) error { return ended },
			func(context.Context, *sqldb.Tx, *sqldb.Entry) error { recorded++; return nil })
		err := db.Change(sqldbtest.Ctx(), testAction, func(context.Context, *sqldb.Tx) error {
			t.Error("the change ran")
			return nil
		})
		if !errors.Is(err, ended) || recorded != 0 {
			t.Errorf("got %v, recorded %d", err, recorded)
		}
		if err := db.Refuse(sqldbtest.Ctx(), testAction, func(e *sqldb.Entry) { e.Note("why", "ended") }); err != nil || recorded != 1 {
			t.Errorf("the refusal was not recorded: %v, %d", err, recorded)
		}
	})
}

func TestAFailedChangeIsUndoneAloneAmongParallelOnes(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		bad := errors.New("odd")
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				err := db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error {
					if err := tx.Bump(ctx, "catalog"); err != nil {
						return err
					}
					if i%2 == 1 {
						return bad
					}
					return nil
				})
				if (i%2 == 1) != errors.Is(err, bad) {
					t.Errorf("change %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if v := versionOf(t, db.Reader(), "catalog"); v != 33 {
			t.Errorf("version %d, want 1 + 32 good changes", v)
		}
	})
}

func TestAChangeMayRecordFurtherActions(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		var recorded []sqldb.Action
		db.Hooks(nil, func(_ context.Context, _ *sqldb.Tx, e *sqldb.Entry) error {
			recorded = append(recorded, e.Action)
			return nil
		})
		err := db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error {
			tx.Also(sqldb.Entry{Action: "test.followed"})
			return tx.Bump(ctx, "config")
		})
		if err != nil || len(recorded) != 2 || recorded[0] != testAction || recorded[1] != "test.followed" {
			t.Errorf("recorded %v, %v", recorded, err)
		}
	})
}

func TestANestedChangeIsAnErrorNotADeadlock(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		err := db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, _ *sqldb.Tx) error {
			return db.Change(ctx, testAction, func(context.Context, *sqldb.Tx) error { return nil })
		})
		if err == nil {
			t.Error("nesting was allowed")
		}
	})
}

func TestAChangeByNobodyIsRefused(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		if err := db.Change(context.Background(), testAction, func(context.Context, *sqldb.Tx) error { return nil }); err == nil {
			t.Error("a change without an actor was accepted")
		}
	})
}

func TestAReaderCannotWrite(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		row := db.Reader().QueryRow(context.Background(), `UPDATE version SET value = 99 WHERE topic = 'config' RETURNING value`)
		var v int64
		if err := row.Scan(&v); err == nil {
			t.Error("a reader wrote")
		}
	})
}

func TestAPanicInAChangeReachesItsCallerAndUndoesIt(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error {
				if err := tx.Bump(ctx, "config"); err != nil {
					t.Error(err)
				}
				panic("boom")
			})
		}()
		if v := versionOf(t, db.Reader(), "config"); v != 1 {
			t.Errorf("version %d after a panic", v)
		}
		if err := db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error { return tx.Bump(ctx, "config") }); err != nil {
			t.Errorf("the writer did not survive: %v", err)
		}
	})
}

func TestACancelledRequestChangesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		ctx, cancel := context.WithCancel(sqldbtest.Ctx())
		err := db.Change(ctx, testAction, func(inner context.Context, tx *sqldb.Tx) error {
			cancel()
			return tx.Bump(context.WithoutCancel(inner), "config")
		})
		if err == nil {
			t.Error("a cancelled change was acknowledged")
		}
		if v := versionOf(t, db.Reader(), "config"); v != 1 {
			t.Errorf("version %d", v)
		}
	})
}

func TestWaitingChangesShareACommitOnSQLite(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), sqldbtest.NewClock().Now)
	release := make(chan struct{})
	var wg sync.WaitGroup
	begun := make(chan struct{})
	wg.Go(func() {
		db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error {
			close(begun)
			<-release
			return tx.Bump(ctx, "store")
		})
	})
	<-begun
	started := db.Stats().Changes
	for range 20 {
		wg.Go(func() {
			db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error { return tx.Bump(ctx, "store") })
		})
	}
	for db.Stats().Changes < started+20 {
		time.Sleep(time.Millisecond)
	}
	close(release)
	wg.Wait()
	if s := db.Stats(); s.Commits > s.Changes/2 {
		t.Errorf("%d changes took %d commits", s.Changes, s.Commits)
	}
	if v := versionOf(t, db.Reader(), "store"); v != 22 {
		t.Errorf("version %d, want 22", v)
	}
}

func TestMigratingTwiceAtOnceAppliesOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		if err := db.Migrated(context.Background()); err != nil {
			t.Error(err)
		}
		if err := db.Migrate(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestABadAddressIsExplainedWithoutItsPassword(t *testing.T) {
	for _, dsn := range []string{"mysql://x", "sqlite:", "", "sqlite:" + filepath.Join(t.TempDir(), "no", "such", "dir", "x.db")} {
		if db, err := sqldb.Open(context.Background(), sqldb.Options{DSN: dsn, Now: time.Now}); err == nil {
			db.Close()
			t.Errorf("%q was accepted", dsn)
		}
	}
	_, err := sqldb.Open(context.Background(), sqldb.Options{DSN: "postgres://u:hunter2@127.0.0.1:1/x?connect_timeout=1", Now: time.Now})
	if err == nil || contains(fmt.Sprint(err), "hunter2") {
		t.Errorf("got %v", err)
	}
}

func contains(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

func TestAClosedSQLiteDatabaseIsOneFile(t *testing.T) {
	dsn := sqldbtest.DSN(t, sqldb.SQLite)
	db, err := sqldb.Open(context.Background(), sqldb.Options{DSN: dsn, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	db.Hooks(nil, func(context.Context, *sqldb.Tx, *sqldb.Entry) error { return nil })
	if err := db.Change(sqldbtest.Ctx(), testAction, func(ctx context.Context, tx *sqldb.Tx) error { return tx.Bump(ctx, "config") }); err != nil {
		t.Fatal(err)
	}
	versionOf(t, db.Reader(), "config")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(dsn[len("sqlite:"):] + "-*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
