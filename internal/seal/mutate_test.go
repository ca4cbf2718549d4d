package seal_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/seal/sealtest"
	"github.com/storehand/storehand/internal/sqldb"
)

// bothFind applies each mutant in a transaction that is undone, and asks both
// verifiers.
func (v *vault) bothFind(t *testing.T, dir string, all []sealtest.Mutant) {
	t.Helper()
	undo := errors.New("undo")
	for _, m := range all {
		err := v.db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
			if err := m.Apply(ctx, tx); err != nil {
				return err
			}
			r, err := seal.Verify(ctx, tx, seal.Check{Keys: []string{v.public}, Sink: v.sink, Archives: dir})
			if err != nil {
				return err
			}
			switch {
			case r.Fault == nil:
				t.Errorf("%s of row %d: not found", m.Name, m.First)
			case m.First != 0 && r.Fault.ID != m.First:
				t.Errorf("%s: named row %d, want %d: %v", m.Name, r.Fault.ID, m.First, r.Fault)
			}
			if v.second(tx, dir) == nil {
				t.Errorf("%s of row %d: the second verifier does not find it", m.Name, m.First)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
	if r := v.verifyArchives(t, v.db.Reader(), dir); r.Fault != nil {
		t.Errorf("a false alarm at the end: %v", r.Fault)
	}
	if err := v.second(v.db.Reader(), dir); err != nil {
		t.Errorf("a false alarm of the second verifier at the end: %v", err)
	}
}

// wanted is how many mutations are made of a log on each engine: each kind a few times
// in `make test`, ten thousand in `make soak`.
func wanted() int {
	n, _ := strconv.Atoi(os.Getenv("STOREHAND_SOAK_MUTATIONS"))
	return n
}

// tampers makes mutants of a log, which is a little longer each time, until
// there were enough of them.
func (v *vault) tampers(t *testing.T, dir string, seed uint64, mutants func(r *rand.Rand, first, last int64) []sealtest.Mutant) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, seed))
	made, clean := 0, 0
	for made == 0 || made < wanted() {
		first, last := bounds(t, v)
		all := mutants(r, first, last)
		v.bothFind(t, dir, all)
		made, clean = made+len(all), clean+1
		if made < wanted() {
			v.write(t, 1, 1)
		}
	}
	t.Logf("%d mutations found by both verifiers, %d logs that nobody had touched verified by both", made, clean)
}

func TestTwoVerifiersFindEveryEditOfEveryColumnAndEveryMove(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 40, 10)
		v.tampers(t, "", 5, sealtest.Mutants)
	})
}

func TestTwoVerifiersAgreeOverArchivesAndAfterRetention(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		_, dir := v.archived(t)
		r := v.verifyArchives(t, v.db.Reader(), dir)
		if r.Fault != nil || r.Archived < 40 {
			t.Fatalf("%+v, %v", r, r.Fault)
		}
		if err := v.second(v.db.Reader(), dir); err != nil {
			t.Fatalf("the second verifier: %v", err)
		}
		v.tampers(t, dir, 7, func(r *rand.Rand, first, last int64) (all []sealtest.Mutant) {
			for _, m := range sealtest.Mutants(r, first, last) {
				if m.Name != "delete and close the gap" && m.Name != "insert with a seal" { // those count on positions from the first id on
					all = append(all, m)
				}
			}
			return append(all, sealtest.Mutant{Name: "forget an archived row's place", Statements: []string{`DELETE FROM audit_seal WHERE position = 7`}})
		})
	})
}

// bounds are the ids that are in the log still.
func bounds(t *testing.T, v *vault) (first, last int64) {
	t.Helper()
	must(t, v.db.Reader().QueryRow(ctx, `SELECT MIN(a.id), MAX(a.id) FROM audit_log a JOIN audit_seal s ON s.audit_id = a.id`).Scan(&first, &last))
	return first, last
}
