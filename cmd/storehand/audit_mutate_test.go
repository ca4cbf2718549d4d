package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/seal/sealtest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// sealedLog is an action log of ten days ago, sealed by tens and told to a sink,
// on a database that nobody has open.
type sealedLog struct {
	t              *testing.T
	dsn, key, sink string
	clock          *sqldbtest.Clock
}

const logRows = 40

// eachLog runs fn with a log on each engine.
func eachLog(t *testing.T, fn func(t *testing.T, l *sealedLog)) {
	t.Helper()
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			dir := t.TempDir()
			l := &sealedLog{t: t, dsn: sqldbtest.DSN(t, engine), key: keys(t, dir, "audit.key"), sink: filepath.Join(dir, "away", "checkpoints.jsonl"), clock: sqldbtest.NewClock()}
			l.clock.Advance(time.Since(l.clock.Now()) - 10*24*time.Hour)
			l.goesOn(l.dsn, logRows)
			fn(t, l)
		})
	}
}

// goesOn writes rows as the shop does, every third of a session, and seals them.
func (l *sealedLog) goesOn(dsn string, rows int) {
	l.t.Helper()
	a, err := app.Open(l.t.Context(), app.Options{DSN: dsn, AdminURL: "http://admin.localhost:1", Now: l.clock.Now, AuditKey: contents(l.t, l.key), AuditSink: l.sink})
	if err != nil {
		l.t.Fatal(err)
	}
	ctx := actor.With(context.Background(), actor.Who{Kind: actor.Admin, ID: 7, Name: "maria", IP: "192.0.2.1", Route: "POST /cart/items"})
	for i := range rows {
		err = errors.Join(err, a.DB.Change(ctx, "cart.item_added", func(_ context.Context, tx *sqldb.Tx) error {
			tx.About("cart", "12")
			tx.Subject, tx.Details = actor.Subject{ID: 1, Name: "Vera Lind"}, fmt.Sprintf("Mug × %d", i)
			tx.Note("sku", fmt.Sprint("SKU-", i))
			if i%3 == 0 {
				tx.Impersonation = 3
			}
			return nil
		}))
		if (i+1)%10 == 0 {
			l.clock.Advance(3 * time.Minute)
			err = errors.Join(err, a.Sealer.Seal(ctx))
		}
	}
	if err = errors.Join(err, a.Close()); err != nil {
		l.t.Fatal(err)
	}
}

// tampered is a copy of the log to which somebody did something.
func (l *sealedLog) tampered(do func(ctx context.Context, db *sqldb.DB) error) (dsn string) {
	l.t.Helper()
	dsn = sqldbtest.Backup(l.t, l.dsn)
	db, err := sqldb.Open(l.t.Context(), sqldb.Options{DSN: dsn, Now: l.clock.Now})
	if err == nil {
		err = errors.Join(do(sqldbtest.Ctx(), db), db.Close())
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return dsn
}

// verify is the auditor's command.
func (l *sealedLog) verify(dsn string, more ...string) (status int, said string) {
	l.t.Helper()
	status, out, errOut := command(l.t, "", append([]string{"audit", "verify", "--db", dsn, "--public-key", l.key + ".pub", "--audit-sink", l.sink}, more...)...)
	return status, out + errOut
}

// clean fails unless the command finds nothing.
func (l *sealedLog) clean(what, dsn string, more ...string) (said string) {
	l.t.Helper()
	status, said := l.verify(dsn, more...)
	if status != 0 || strings.Contains(said, "Tampered") {
		l.t.Errorf("a false alarm, %s: %d %s", what, status, said)
	}
	return said
}

var namesWhere = regexp.MustCompile(`(?m)^Tampered with: (row -?\d+|position \d+)`)

// finds fails unless the command leaves with an error and names the row; 0 is
// any row or place.
func (l *sealedLog) finds(what string, row int64, dsn string, more ...string) {
	l.t.Helper()
	status, said := l.verify(dsn, more...)
	where := namesWhere.FindStringSubmatch(said)
	switch {
	case status != 1 || !strings.Contains(said, "storehand: the action log is not as it was sealed"):
		l.t.Errorf("%s: not found: %d %s", what, status, said)
	case where == nil || row != 0 && where[1] != fmt.Sprint("row ", row):
		l.t.Errorf("%s: want row %d named, but it says: %s", what, row, said)
	}
}

// sampled are the columns whose edit is tried: a number and a text of each kind.
// internal/seal tries them all.
var sampled = []string{"edit at", "edit actor_id", "edit impersonation_id", "edit action", "edit actor_name", "edit data"}

// oneOfEach is one mutant of each kind.
func oneOfEach(r *rand.Rand) (all []sealtest.Mutant) {
	seen := map[string]bool{}
	for _, m := range sealtest.Mutants(r, 1, logRows) {
		if strings.HasPrefix(m.Name, "edit ") && !slices.Contains(sampled, m.Name) || seen[m.Name] {
			continue
		}
		seen[m.Name] = true
		all = append(all, m)
	}
	return all
}

func TestAuditVerifyFindsEveryKindOfMutationAndNamesTheFirstRow(t *testing.T) {
	eachLog(t, func(t *testing.T, l *sealedLog) {
		l.clean("nobody touched it", l.dsn)
		for _, m := range oneOfEach(rand.New(rand.NewPCG(11, 13))) {
			l.finds(m.Name, m.First, l.tampered(func(ctx context.Context, db *sqldb.DB) error {
				return db.Upkeep(ctx, "test", m.Apply)
			}))
		}
		l.clean("at the end", l.dsn)
	})
}

// edit is what a thief wants nobody to see.
func edit(ctx context.Context, db *sqldb.DB) error {
	return db.Upkeep(ctx, "test", sealtest.Mutant{Name: "edit", Statements: []string{`UPDATE audit_log SET details = 'Nothing' WHERE id = 17`}}.Apply)
}

func TestAuditVerifyFindsALogThatWasHashedAnewForkedOrSetBack(t *testing.T) {
	eachLog(t, func(t *testing.T, l *sealedLog) {
		own, other := contents(t, l.key), contents(t, keys(t, t.TempDir(), "other.key"))
		hashed := func(with func(ctx context.Context, db *sqldb.DB, key string) error, key string) string {
			return l.tampered(func(ctx context.Context, db *sqldb.DB) error {
				return errors.Join(edit(ctx, db), with(ctx, db, key))
			})
		}
		back := func(ctx context.Context, db *sqldb.DB) error {
			return db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error { return sealtest.SetBack(ctx, tx, 20) })
		}
		l.finds("hashed anew with another key", 17, hashed(sealtest.Rehash, other))
		l.finds("hashed anew with the stolen key", 17, hashed(sealtest.Rehash, own))
		l.finds("hashed anew under the old checkpoints", 17, hashed(sealtest.RehashUnder, other))
		l.finds("set back", 21, l.tampered(back))
		l.finds("forked with the stolen key", 21, l.tampered(func(ctx context.Context, db *sqldb.DB) error {
			err := errors.Join(back(ctx, db), db.Upkeep(ctx, "test", sealtest.Double))
			return errors.Join(err, sealtest.GoOn(ctx, db, own))
		}))

		// Without the sink its newest checkpoint, kept on paper, does as well.
		kept := filepath.Join(t.TempDir(), "checkpoint")
		note := l.note(l.dsn)
		if err := os.WriteFile(kept, []byte(note), 0o600); err != nil {
			t.Fatal(err)
		}
		paper := *l
		paper.sink = ""
		paper.clean("with a checkpoint on paper", l.dsn, "--checkpoint", kept)
		paper.finds("hashed anew, with a checkpoint on paper", 0, hashed(sealtest.Rehash, own), "--checkpoint", kept)
		paper.finds("set back, with a checkpoint on paper", 0, l.tampered(back), "--checkpoint", kept)
		if said := paper.clean("set back, and nobody knows", l.tampered(back)); !strings.Contains(said, "whether the end was cut off is not known") {
			t.Errorf("what is not known is not said: %s", said)
		}
	})
}

// note is the newest checkpoint of a log.
func (l *sealedLog) note(dsn string) string {
	l.t.Helper()
	db := sqldbtest.Open(l.t, dsn, l.clock.Now)
	note, err := sqldb.One(l.t.Context(), db.Reader(), sqldb.Value[string], `SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1`)
	if err = errors.Join(err, db.Close()); err != nil {
		l.t.Fatal(err)
	}
	return note
}

func TestAuditVerifyRaisesNoFalseAlarm(t *testing.T) {
	eachLog(t, func(t *testing.T, l *sealedLog) {
		empty := *l
		empty.sink = filepath.Join(t.TempDir(), "none.jsonl")
		if err := os.WriteFile(empty.sink, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		engine := sqldb.SQLite
		if strings.HasPrefix(l.dsn, "postgres") {
			engine = sqldb.Postgres
		}
		empty.clean("an empty log", sqldbtest.DSN(t, engine))
		for round := range 5 {
			l.goesOn(l.dsn, 3+7*round) // some of them are not sealed yet
			if said := l.clean(fmt.Sprint("round ", round), l.dsn); (3+7*round)%10 > 0 != strings.Contains(said, "not covered yet") {
				t.Errorf("round %d: %s", round, said)
			}
		}
		l.clean("a copy", sqldbtest.Backup(t, l.dsn))
	})
}

func TestAuditVerifyReadsArchivesToTheLetter(t *testing.T) {
	eachLog(t, func(t *testing.T, l *sealedLog) {
		dir := filepath.Join(t.TempDir(), "archive")
		args := []string{"audit", "archive", "--db", l.dsn, "--audit-key-file", l.key, "--audit-archive-dir", dir}
		if status, out, errOut := command(t, "", args...); status != 0 || !strings.Contains(out, "nothing old enough") {
			t.Fatal("by the lifetime that is configured:", status, out, errOut)
		}
		if status, out, errOut := command(t, "", append(args, "--older-than", "5")...); status != 0 || !strings.Contains(out, "40 entries from") {
			t.Fatal(status, out, errOut)
		}
		l.goesOn(l.dsn, 10) // the archive's own rows are sealed with them
		if said := l.clean("archived", l.dsn, "--audit-archive-dir", dir); !strings.Contains(said, "40 of them are in archives.") {
			t.Error(said)
		}
		if said := l.clean("without the files", l.dsn); !strings.Contains(said, "40 stand in files that were not read: give --audit-archive-dir") {
			t.Error(said)
		}
		files, err := filepath.Glob(filepath.Join(dir, "*.gz"))
		if err != nil || len(files) != 1 {
			t.Fatal(files, err)
		}
		whole := contents(t, files[0])
		for name, text := range map[string]string{"cut short": whole[:len(whole)/2], "a byte changed": flipped(whole, len(whole)/2), "emptied": ""} {
			if err := os.WriteFile(files[0], []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			l.finds("an archive, "+name, 0, l.dsn, "--audit-archive-dir", dir)
		}
		if err := os.Remove(files[0]); err != nil {
			t.Fatal(err)
		}
		l.finds("an archive, gone", 0, l.dsn, "--audit-archive-dir", dir)
		forget := sealtest.Mutant{Name: "forget the archive", Statements: []string{`DELETE FROM audit_archive_removed`, `DELETE FROM audit_archive`}}
		l.finds(forget.Name, 1, l.tampered(func(ctx context.Context, db *sqldb.DB) error { return db.Upkeep(ctx, "test", forget.Apply) }))
	})
}

func flipped(text string, at int) string {
	return text[:at] + string([]byte{text[at] ^ 1}) + text[at+1:]
}
