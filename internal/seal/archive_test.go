package seal_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// archived is a log of 60 rows, sealed by tens, of which the first 40 are in two
// archives and no longer in the log.
func (v *vault) archived(t testing.TB) (*seal.Archiver, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "archive")
	a, err := seal.NewArchiver(v.db, v.secret, dir)
	must(t, err)
	for range 2 {
		v.write(t, 20, 10)
		v.clock.Advance(24 * time.Hour)
		made, err := a.Archive(ctx, v.clock.Now().Add(-time.Hour))
		must(t, err)
		if len(made) != 1 {
			t.Fatalf("%d archives", len(made))
		}
	}
	v.write(t, 20, 10)
	must(t, v.sealer.Seal(ctx))
	return a, dir
}

func (v *vault) verifyArchives(t testing.TB, q sqldb.Querier, dir string) seal.Report {
	t.Helper()
	r, err := seal.Verify(context.Background(), q, seal.Check{Keys: []string{v.public}, Sink: v.sink, Archives: dir})
	must(t, err)
	return r
}

func TestWhatIsArchivedStaysProven(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		a, dir := v.archived(t)
		r := v.verifyArchives(t, v.db.Reader(), dir)
		if r.Fault != nil || r.Archived < 40 || r.Unread != 0 || r.Rows < 60 {
			t.Fatalf("%+v, %v", r, r.Fault)
		}
		live, err := sqldb.One(ctx, v.db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM audit_log WHERE id <= 20`)
		if err != nil || live != 0 {
			t.Errorf("%d archived rows are in the log still, %v", live, err)
		}
		if r := v.verifyArchives(t, v.db.Reader(), ""); r.Fault != nil || r.Unread != r.Archived {
			t.Errorf("without the files: %+v, %v", r, r.Fault)
		}
		all, err := seal.Archives(ctx, v.db.Reader())
		must(t, err)
		if len(all) != 2 || all[0].Removed.IsZero() {
			t.Fatalf("%+v", all)
		}
		if _, err := seal.Verify(ctx, v.db.Reader(), seal.Check{Keys: []string{v.public}, Archives: dir + "s"}); err == nil || !strings.Contains(err.Error(), "there is no folder "+dir+"s") {
			t.Errorf("a slip in the folder's name: %v", err)
		}
		got, err := a.Restore(ctx, all[1].ID)
		must(t, err)
		n, err := sqldb.One(ctx, v.db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM audit_restored`)
		if err != nil || n != got.Rows() {
			t.Errorf("%d rows imported of %d, %v", n, got.Rows(), err)
		}
		if r := v.verifyArchives(t, v.db.Reader(), dir); r.Fault != nil {
			t.Errorf("after an import: %v", r.Fault)
		}
		if _, err := a.Drop(ctx, all[1].ID); err != nil {
			t.Error(err)
		}
	})
}

// rewrite changes the text of an archive's file.
func rewrite(t testing.TB, path, from, to string) {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	gz, err := gzip.NewReader(f)
	must(t, err)
	text, err := io.ReadAll(gz)
	must(t, err)
	must(t, f.Close())
	changed := strings.Replace(string(text), from, to, 1)
	if changed == string(text) {
		t.Fatalf("%q is not in the archive", from)
	}
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err = w.Write([]byte(changed))
	must(t, errors.Join(err, w.Close()))
	must(t, os.WriteFile(path, out.Bytes(), 0o600))
}

func TestEveryMutationOfAnArchiveIsFound(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		_, dir := v.archived(t)
		all, err := seal.Archives(ctx, v.db.Reader())
		must(t, err)
		path := filepath.Join(dir, all[1].File)
		kept, err := os.ReadFile(path)
		must(t, err)
		for name, c := range map[string]struct {
			do func()
			id int64
		}{
			"a text changed":      {func() { rewrite(t, path, `Mug × 4"`, `Mug × 5"`) }, 5},
			"an actor changed":    {func() { rewrite(t, path, `"actor_id":7`, `"actor_id":8`) }, 1},
			"a position changed":  {func() { rewrite(t, path, `{"position":3,`, `{"position":4,`) }, 4},
			"a field put in":      {func() { rewrite(t, path, `{"position":3,`, `{"more":1,"position":3,`) }, 0},
			"cut short":           {func() { must(t, os.WriteFile(path, kept[:len(kept)-40], 0o600)) }, 0},
			"gone":                {func() { must(t, os.Remove(path)) }, 0},
			"another's place":     {func() { must(t, os.Rename(filepath.Join(dir, all[0].File), path)) }, 0},
			"the manifest forged": {func() { rewrite(t, path, `{"manifest":"storehand`, `{"manifest":"Storehand`) }, 0},
		} {
			other, err := os.ReadFile(filepath.Join(dir, all[0].File))
			must(t, err)
			c.do()
			if r := v.verifyArchives(t, v.db.Reader(), dir); r.Fault == nil || c.id != 0 && r.Fault.ID != c.id {
				t.Errorf("%s: %v, want row %d", name, r.Fault, c.id)
			}
			must(t, os.WriteFile(path, kept, 0o600))
			must(t, os.WriteFile(filepath.Join(dir, all[0].File), other, 0o600))
		}
		for name, statements := range map[string][]string{
			"archived by nobody":       {`DELETE FROM audit_log WHERE id = 55`},
			"a manifest stretched":     {`UPDATE audit_archive SET next_position = 50 WHERE id = 2`, `DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM audit_seal WHERE position BETWEEN 42 AND 49)`},
			"an archive forgotten":     {`DELETE FROM audit_archive WHERE id = 1`},
			"an archived seal moved":   {`UPDATE audit_seal SET position = -1 WHERE position = 7`},
			"an archived hash changed": {`UPDATE audit_hash SET hash = (SELECT hash FROM audit_hash WHERE idx = 0) WHERE idx = 1`},
		} {
			undo := errors.New("undo")
			err := v.db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
				must(t, sqldbtest.DropGuards(ctx, tx))
				for _, q := range statements {
					if _, err := tx.Exec(ctx, q); err != nil {
						return fmt.Errorf("%s: %w", q, err)
					}
				}
				for _, folder := range []string{dir, ""} {
					if r := v.verifyArchives(t, tx, folder); r.Fault == nil {
						t.Errorf("%s: not found, folder %q", name, folder)
					}
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Error(name, err)
			}
		}
		if r := v.verifyArchives(t, v.db.Reader(), dir); r.Fault != nil {
			t.Errorf("a false alarm at the end: %v", r.Fault)
		}
	})
}

func TestTheDatabaseItselfKeepsTheLogAppendOnly(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 10, 10)
		for _, q := range []string{
			`UPDATE audit_log SET details = '' WHERE id = 1`, `DELETE FROM audit_log WHERE id = 1`, `DELETE FROM audit_seal`, `UPDATE audit_seal SET audit_id = 99 WHERE audit_id = 1`,
			`DELETE FROM audit_hash`, `UPDATE audit_checkpoint SET note = ''`, `DELETE FROM audit_checkpoint`,
		} {
			err := v.db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
				_, err := tx.Exec(ctx, q)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}

func TestAProofShowsWithoutTheDatabaseThatEntriesWereSealed(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 45, 10)
		must(t, v.sealer.Seal(ctx))
		var file bytes.Buffer
		n, err := seal.Export(ctx, v.db.Reader(), seal.History{Stay: 3}, &file)
		must(t, err)
		check := func(text string) error {
			_, err := seal.VerifyProof(strings.NewReader(text), []string{v.public})
			return err
		}
		whole := file.String()
		if err := check(whole); n != 45 || err != nil {
			t.Fatal(n, err)
		}
		_, other, err := seal.NewKey("shop.example")
		must(t, err)
		if _, err := seal.VerifyProof(strings.NewReader(whole), []string{other}); err == nil {
			t.Error("another's key")
		}
		if err := check(strings.ReplaceAll(whole, "\n", "\r\n")); err != nil {
			t.Errorf("with the ends of lines that mail makes: %v", err)
		}
		lines := strings.SplitAfter(whole, "\n")
		for name, text := range map[string]string{
			"a text changed":   strings.Replace(whole, "Mug × 7", "Mug × 8", 1),
			"a place changed":  strings.Replace(whole, `"position":7,`, `"position":8,`, 1),
			"cut short":        strings.Join(lines[:20], ""),
			"an entry twice":   strings.Join(append(append([]string{}, lines[:3]...), lines[2:]...), ""),
			"one left out":     strings.Join(append(append([]string{}, lines[:5]...), lines[6:]...), ""),
			"a size changed":   strings.Replace(whole, `log v1\n45\n`, `log v1\n44\n`, 1),
			"something behind": whole + "{}\n",
			"another's":        strings.Replace(whole, `"stay":3`, `"stay":4`, 1),
			"a customer's":     strings.Replace(whole, `"stay":3`, `"customer":3`, 1),
			"of nobody":        strings.Replace(whole, `"stay":3,`, ``, 1),
			"one said twice":   strings.Replace(whole, `"details":"Mug × 7"`, `"details":"Mug × 70","details":"Mug × 7"`, 1),
			"more beside it":   strings.Replace(whole, `"details":"Mug × 7"`, `"Details ":"","details":"Mug × 7"`, 1),
			"in other letters": strings.Replace(whole, `"details":"Mug × 7"`, `"DETAILS":"Mug × 7"`, 1),
			"empty":            "",
		} {
			if err := check(text); err == nil || text == whole {
				t.Errorf("%s: not found", name)
			}
		}
	})
}

func TestAWitnessRefusesAShorterOrForkedHistory(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		dir := t.TempDir()
		w, err := seal.NewWitness(dir, []string{v.public})
		must(t, err)
		sink := &toWitness{w: w}
		s, err := seal.New(v.db, v.secret, sink)
		must(t, err)
		for range 5 {
			v.write(t, 7, 0)
			must(t, s.Seal(ctx))
		}
		again, err := seal.NewWitness(dir, []string{v.public})
		must(t, err)
		note, size := again.Newest()
		if size != 35 {
			t.Fatalf("after a restart the witness knows %d rows", size)
		}
		r, err := seal.Verify(ctx, v.db.Reader(), seal.Check{Keys: []string{v.public}, Checkpoints: []string{note}})
		if err != nil || r.Fault != nil || !r.Delivered {
			t.Errorf("%v %v", err, r.Fault)
		}
		if err := again.Accept(sink.first); !errors.Is(err, seal.ErrShorter) {
			t.Errorf("a shorter history: %v", err)
		}
		// A thief without the key cannot, and the key's owner with another history neither.
		v.tamper(t, `UPDATE audit_log SET details = 'Nothing' WHERE id = 3`, `DELETE FROM audit_seal`, `DELETE FROM audit_hash`, `DELETE FROM audit_checkpoint`)
		v.write(t, 7, 0)
		forger, err := seal.New(v.db, v.secret, &toWitness{w: again})
		must(t, err)
		if err := forger.Seal(ctx); !errors.Is(err, seal.ErrForked) {
			t.Errorf("a forked history: %v", err)
		}
		if r, err := seal.Verify(ctx, v.db.Reader(), seal.Check{Keys: []string{v.public}, Checkpoints: []string{note}}); err != nil || r.Fault == nil {
			t.Errorf("the log was hashed anew: %v, %v", r.Fault, err)
		}
	})
}

// toWitness is the way to a witness without a network.
type toWitness struct {
	w     *seal.Witness
	first seal.Step
}

func (s *toWitness) Name() string { return "witness" }

func (s *toWitness) Append(ctx context.Context, d seal.Delivery) error {
	_, old := s.w.Newest()
	step, err := d.StepFrom(ctx, old)
	if err != nil {
		return err
	}
	if s.first.Note == "" {
		s.first = step
	}
	return s.w.Accept(step)
}

// down is a sink that does not answer.
type down struct{ err error }

func (*down) Name() string                                  { return "down" }
func (d *down) Append(context.Context, seal.Delivery) error { return d.err }

func TestABacklogThatIsTooLongOrTooOldIsTold(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		sink := &down{}
		s, err := seal.New(v.db, v.secret, sink)
		must(t, err)
		must(t, s.Begin(ctx))
		status := func() seal.Status {
			st, err := seal.StatusOf(ctx, v.db.Reader(), seal.Limit{Rows: 20, Age: 15 * time.Minute}, v.clock.Now())
			must(t, err)
			return st
		}
		v.write(t, 10, 0)
		must(t, s.Seal(ctx))
		if st := status(); st.Exceeded || st.Waiting != 0 || st.Size != 10 || len(st.Sinks) != 1 {
			t.Errorf("%+v", st)
		}
		sink.err = errors.New("no route to host")
		v.write(t, 10, 0)
		if err := s.Seal(ctx); err == nil {
			t.Error("the sink's refusal was not told")
		}
		v.clock.Advance(14 * time.Minute)
		if st := status(); st.Exceeded || st.Waiting != 10 || st.Sinks[0].FailingSince.IsZero() || !strings.Contains(st.Sinks[0].LastError, "no route") {
			t.Errorf("%+v", st)
		}
		v.clock.Advance(2 * time.Minute)
		if st := status(); !st.Exceeded {
			t.Errorf("after 16 minutes: %+v", st)
		}
		sink.err = nil
		must(t, s.Seal(ctx))
		if st := status(); st.Exceeded || st.Waiting != 0 || !st.Sinks[0].FailingSince.IsZero() {
			t.Errorf("after it came back: %+v", st)
		}
		v.write(t, 21, 0)
		if st := status(); !st.Exceeded {
			t.Errorf("with 21 rows waiting: %+v", st)
		}
	})
}

func TestRowsAreArchivedByTheirOwnAgeNotByThatOfTheirSeal(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		a, err := seal.NewArchiver(v.db, v.secret, filepath.Join(t.TempDir(), "archive"))
		must(t, err)
		v.write(t, 150, 0) // long before they are sealed
		v.clock.Advance(100 * 24 * time.Hour)
		v.write(t, 150, 0)
		must(t, v.sealer.Seal(ctx))
		before := v.clock.Now().AddDate(0, 0, -30)
		made, err := a.Archive(ctx, before)
		must(t, err)
		if len(made) != 1 || made[0].Rows() != 100 || made[0].LastAt.After(before) { // up to the last checkpoint among old rows
			t.Errorf("archived are %+v", made)
		}
		v.clock.Advance(-50 * 24 * time.Hour) // a clock that was set back, and forward again
		v.write(t, 150, 0)
		v.clock.Advance(50 * 24 * time.Hour)
		must(t, v.sealer.Seal(ctx))
		if made, err = a.Archive(ctx, before); err != nil || len(made) != 0 {
			t.Errorf("behind young rows are archived %+v, %v", made, err)
		}
		v.clock.Advance(40 * 24 * time.Hour)
		made, err = a.Archive(ctx, v.clock.Now().AddDate(0, 0, -30))
		must(t, err)
		if len(made) != 1 || made[0].Rows() < 200 || made[0].FirstAt.After(made[0].LastAt) || made[0].LastAt.Sub(made[0].FirstAt) < 99*24*time.Hour {
			t.Errorf("archived are %+v", made)
		}
		v.clock.Advance(10 * 365 * 24 * time.Hour) // a clock that is years ahead for a moment
		v.write(t, 1, 0)
		v.clock.Advance(-10 * 365 * 24 * time.Hour)
		v.write(t, 150, 0)
		must(t, v.sealer.Seal(ctx))
		v.clock.Advance(40 * 24 * time.Hour)
		if made, err = a.Archive(ctx, v.clock.Now().AddDate(0, 0, -30)); err != nil || len(made) != 1 || made[0].Rows() < 100 {
			t.Errorf("behind a row from the future are archived %+v, %v", made, err)
		}
		if r := v.verifyArchives(t, v.db.Reader(), ""); r.Fault != nil {
			t.Errorf("%v", r.Fault)
		}
	})
}
