package seal_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/seal/sealtest"
	"github.com/storehand/storehand/internal/sqldb"
)

// restore sets the database back to what it was with so many rows sealed.
func (v *vault) restore(t testing.TB, rows int64) {
	t.Helper()
	must(t, v.db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error { return sealtest.SetBack(ctx, tx, rows) }))
}

// accept is what the owner's command does to the log.
func (v *vault) accept(t testing.TB, s *seal.Sealer) []seal.Step {
	t.Helper()
	lost, err := s.Compare(ctx)
	must(t, err)
	v.tamper(t, `DELETE FROM installation WHERE name = 'set_back'`)
	byHand, err := s.GoOn(ctx, lost)
	must(t, err)
	return byHand
}

func (v *vault) sealed(t testing.TB) int64 {
	t.Helper()
	n, err := sqldb.One(ctx, v.db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM audit_seal`)
	must(t, err)
	return n
}

func TestARestoredBackupIsNotSealedUntilItsOwnerAcceptsItAndTheSinkKeepsWhatItKnew(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 40, 10)
		knew, err := os.ReadFile(v.sink)
		must(t, err)
		v.restore(t, 20)
		for range 3 {
			v.write(t, 3, 0)
			if err := v.sealer.Seal(ctx); !errors.Is(err, seal.ErrSetBack) {
				t.Fatalf("sealed on: %v", err)
			}
		}
		elsewhere, err := seal.New(v.db, v.secret, seal.NewFileSink(filepath.Join(t.TempDir(), "empty.jsonl")))
		must(t, err)
		if err := elsewhere.Seal(ctx); !errors.Is(err, seal.ErrSetBack) || v.sealed(t) != 20 {
			t.Errorf("with another sink it goes on: %v, %d rows", err, v.sealed(t))
		}
		if n, err := sqldb.One(ctx, v.db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM audit_log WHERE action = $1`, string(seal.ActionRestoreFound)); err != nil || n != 1 {
			t.Errorf("it is on record %d times, %v", n, err)
		}
		v.accept(t, v.sealer)
		v.write(t, 12, 5)
		must(t, v.sealer.Seal(ctx))
		now, err := os.ReadFile(v.sink)
		must(t, err)
		if !strings.HasPrefix(string(now), string(knew)) {
			t.Error("the sink has forgotten what it knew")
		}
		r := v.verify(t)
		if r.Fault != nil || len(r.Back) != 1 || r.Back[0].From.Size != 40 || r.Back[0].To.Size != 20 || r.Rows != v.sealed(t) || r.Rows <= 40-20 {
			t.Errorf("%+v, %v", r, r.Fault)
		}
		v.agrees(t)
		again, err := seal.New(v.db, v.secret, seal.NewFileSink(v.sink))
		must(t, err)
		must(t, again.Seal(ctx))
		forged := strings.Replace(string(now), fmt.Sprintf("set back v1\\n%d", 40), fmt.Sprintf("set back v1\\n%d", 39), 1)
		must(t, os.WriteFile(v.sink, []byte(forged), 0o600))
		if r := v.verify(t); forged == string(now) || r.Fault == nil || !strings.Contains(r.Fault.What, "the sink's own file") {
			t.Errorf("a forged statement: %v", r.Fault)
		}
	})
}

func TestHoweverOftenALogIsSetBackOrForkedTheSinkGoesOnFromWhatIsShared(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		alone, err := seal.New(v.db, v.secret) // seals while nobody outside can be told
		must(t, err)
		v.write(t, 10, 5)
		random := rand.New(rand.NewPCG(1, 2))
		for round := range 12 {
			v.write(t, 5+random.IntN(25), 2+random.IntN(8))
			must(t, v.sealer.Seal(ctx))
			sizes, err := sqldb.All(ctx, v.db.Reader(), sqldb.Value[int64], `SELECT size FROM audit_checkpoint WHERE size < $1 ORDER BY size`, v.sealed(t))
			must(t, err)
			v.restore(t, sizes[random.IntN(len(sizes))])
			if n := random.IntN(50); n > 0 && round%3 > 0 {
				v.write(t, n, 0)
				must(t, alone.Seal(ctx))
			}
			if err := v.sealer.Seal(ctx); !errors.Is(err, seal.ErrSetBack) {
				t.Fatalf("round %d: not noticed: %v", round, err)
			}
			v.accept(t, v.sealer)
			must(t, v.sealer.Seal(ctx))
			if r := v.verify(t); r.Fault != nil || r.Rows != v.sealed(t) || len(r.Back) != round+1 {
				t.Fatalf("round %d: %+v, %v", round, r, r.Fault)
			}
		}
	})
}

// knowing is a witness that can be asked what it has.
type knowing struct{ toWitness }

func (k *knowing) Newest(context.Context) (string, int64, error) {
	note, size := k.w.Newest()
	return note, size, nil
}

func TestAWitnessGoesBackOnlyByItsOwnersHandAndTheLogsSignature(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		dir := t.TempDir()
		w, err := seal.NewWitness(dir, []string{v.public})
		must(t, err)
		s, err := seal.New(v.db, v.secret, &knowing{toWitness{w: w}})
		must(t, err)
		for range 4 {
			v.write(t, 10, 0)
			must(t, s.Seal(ctx))
		}
		v.restore(t, 20)
		if err := s.Seal(ctx); !errors.Is(err, seal.ErrSetBack) {
			t.Fatalf("not noticed: %v", err)
		}
		steps := v.accept(t, s)
		if len(steps) != 1 {
			t.Fatalf("%d statements", len(steps))
		}
		if err := w.Accept(steps[0]); !errors.Is(err, seal.ErrShorter) {
			t.Errorf("by whoever asks: %v", err)
		}
		if err := s.Seal(ctx); !errors.Is(err, seal.ErrSetBack) {
			t.Errorf("before the witness's owner: %v", err)
		}
		theirs, _, err := seal.NewKey("shop.example")
		must(t, err)
		thief, err := seal.New(v.db, theirs, &knowing{toWitness{w: w}})
		must(t, err)
		lost, err := thief.Compare(ctx)
		must(t, err)
		forged, err := thief.GoOn(ctx, lost)
		must(t, err)
		if _, err := w.TakeBack(forged[0]); err == nil {
			t.Error("the witness takes a statement that another key has signed")
		}
		if b, err := w.TakeBack(steps[0]); err != nil || b.From.Size != 40 || b.To.Size != 20 {
			t.Fatalf("%+v, %v", b, err)
		}
		if _, err := w.TakeBack(steps[0]); !errors.Is(err, seal.ErrForked) {
			t.Errorf("twice: %v", err)
		}
		v.tamper(t, `DELETE FROM installation WHERE name = 'set_back'`)
		v.write(t, 5, 0)
		must(t, s.Seal(ctx))
		again, err := seal.NewWitness(dir, []string{v.public})
		must(t, err)
		if note, size := again.Newest(); size != v.sealed(t) || seal.NoteSize(note) != size {
			t.Errorf("after a restart the witness knows %d rows of %d", size, v.sealed(t))
		}
	})
}

func TestAFileThatSeveralNodesWriteAndALineCutShortAreReadAgain(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		other, err := seal.New(v.db, v.secret, seal.NewFileSink(v.sink))
		must(t, err)
		for i := range 6 {
			v.write(t, 4, 0)
			must(t, []*seal.Sealer{v.sealer, other}[i%2].Seal(ctx))
			if i == 3 {
				f, err := os.OpenFile(v.sink, os.O_APPEND|os.O_WRONLY, 0o600)
				must(t, err)
				_, err = f.WriteString(`{"size":17,"no`)
				must(t, errors.Join(err, f.Close()))
			}
		}
		if r := v.verify(t); r.Fault != nil || r.Rows != 24 {
			t.Errorf("%+v, %v", r, r.Fault)
		}
		must(t, os.Remove(v.sink))
		v.write(t, 1, 0)
		if err := v.sealer.Seal(ctx); err == nil {
			t.Error("the file was taken away, and nobody says so")
		}
	})
}

func TestUntilThoseOutsideHaveAnsweredOnceSealingCountsAsLate(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		limit := seal.DefaultLimit
		limit.Since = v.clock.Now()
		v.clock.Advance(time.Minute)
		late := func() bool {
			st, err := seal.StatusOf(ctx, v.db.Reader(), limit, v.clock.Now())
			must(t, err)
			return st.Exceeded
		}
		must(t, v.sealer.Begin(ctx))
		limit.Since = v.clock.Now().Add(time.Second)
		if !late() {
			t.Error("nobody outside has answered since")
		}
		v.clock.Advance(time.Minute)
		v.write(t, 1, 0)
		must(t, v.sealer.Seal(ctx))
		if late() {
			t.Error("the sink has answered")
		}
	})
}
