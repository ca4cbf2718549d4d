package seal_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// mutant is one way to tamper with a row of a log, and the row that must be named.
type mutant struct {
	name       string
	statements []string
	first      int64
}

// rowNumbers are the columns that hold numbers; every other one is a text.
func otherValue(column string) string {
	if slices.Contains(numberNames, column) {
		return column + " = " + column + " + 100000"
	}
	return column + " = " + column + " || 'x'"
}

// mutants are an edit of every column of some row, and everything that can be
// done to the order, drawn at random over the rows of first..last.
func mutants(r *rand.Rand, first, last int64) (all []mutant) {
	row := func() int64 { return first + r.Int64N(last-first) }
	do := func(name string, named int64, statements ...string) {
		all = append(all, mutant{name, statements, named})
	}
	for _, column := range append(slices.Clone(numberNames), textNames...) {
		id := row()
		do("edit "+column, id, fmt.Sprintf(`UPDATE audit_log SET %s WHERE id = %d`, otherValue(column), id))
	}
	for range 3 {
		id, other := row(), last
		do("delete", id, fmt.Sprintf(`DELETE FROM audit_log WHERE id = %d`, id))
		do("delete with its seal", id, fmt.Sprintf(`DELETE FROM audit_log WHERE id = %d`, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id = %d`, id))
		do("delete and close the gap", id, fmt.Sprintf(`DELETE FROM audit_log WHERE id = %d`, id),
			fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id = %d`, id), fmt.Sprintf(`UPDATE audit_seal SET position = -position WHERE audit_id > %d`, id), `UPDATE audit_seal SET position = -position - 1 WHERE position < 0`)
		do("swap the contents", id, fmt.Sprintf(`UPDATE audit_log SET id = -1 WHERE id = %d`, id), fmt.Sprintf(`UPDATE audit_log SET id = %d WHERE id = %d`, id, other), fmt.Sprintf(`UPDATE audit_log SET id = %d WHERE id = -1`, other))
		do("swap the places", id, fmt.Sprintf(`UPDATE audit_seal SET audit_id = -1 WHERE audit_id = %d`, id), fmt.Sprintf(`UPDATE audit_seal SET audit_id = %d WHERE audit_id = %d`, id, other), fmt.Sprintf(`UPDATE audit_seal SET audit_id = %d WHERE audit_id = -1`, other))
		do("renumber", id, fmt.Sprintf(`UPDATE audit_log SET id = 900000 WHERE id = %d`, id))
		do("renumber with its seal", id, fmt.Sprintf(`UPDATE audit_log SET id = 900000 WHERE id = %d`, id), fmt.Sprintf(`UPDATE audit_seal SET audit_id = 900000 WHERE audit_id = %d`, id))
		do("insert", 0, fmt.Sprintf(`INSERT INTO audit_log SELECT 0, %s FROM audit_log WHERE id = %d`, restOfRow, id))
		do("insert with a seal", id, fmt.Sprintf(`INSERT INTO audit_log SELECT 0, %s FROM audit_log WHERE id = %d`, restOfRow, id),
			fmt.Sprintf(`UPDATE audit_seal SET position = -position - 2 WHERE audit_id >= %d`, id), `UPDATE audit_seal SET position = -position - 1 WHERE position < 0`,
			fmt.Sprintf(`INSERT INTO audit_seal (position, audit_id) SELECT position - 1, 0 FROM audit_seal WHERE audit_id = %d`, id))
		do("cut the end off", id, fmt.Sprintf(`DELETE FROM audit_log WHERE id >= %d`, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id >= %d`, id))
		do("cut the head off", first, fmt.Sprintf(`DELETE FROM audit_log WHERE id >= %d AND id <= %d`, first, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id >= %d AND audit_id <= %d`, first, id))
		do("forget the checkpoints too", 0, `DELETE FROM audit_checkpoint`, fmt.Sprintf(`UPDATE audit_log SET details = 'x' WHERE id = %d`, id))
		do("replay an old checkpoint", 0, `UPDATE audit_checkpoint SET note = (SELECT o.note FROM audit_checkpoint o ORDER BY o.size LIMIT 1) WHERE size = (SELECT MAX(size) FROM audit_checkpoint)`)
	}
	return all
}

const restOfRow = `at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name,
	impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data`

// bothFind applies each mutant in a transaction that is undone, and asks both
// verifiers.
func (v *vault) bothFind(t *testing.T, dir string, all []mutant) {
	t.Helper()
	undo := errors.New("undo")
	for _, m := range all {
		err := v.db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
			if err := sqldbtest.DropGuards(ctx, tx); err != nil {
				return err
			}
			for _, q := range m.statements {
				if n, err := tx.Exec(ctx, q); err != nil || n == 0 {
					return fmt.Errorf("%s: %d rows, %w", q, n, err)
				}
			}
			r, err := seal.Verify(ctx, tx, seal.Check{Keys: []string{v.public}, Sink: v.sink, Archives: dir})
			if err != nil {
				return err
			}
			switch {
			case r.Fault == nil:
				t.Errorf("%s of row %d: not found", m.name, m.first)
			case m.first != 0 && r.Fault.ID != m.first:
				t.Errorf("%s: named row %d, want %d: %v", m.name, r.Fault.ID, m.first, r.Fault)
			}
			if v.second(tx, dir) == nil {
				t.Errorf("%s of row %d: the second verifier does not find it", m.name, m.first)
			}
			return undo
		})
		if !errors.Is(err, undo) {
			t.Errorf("%s: %v", m.name, err)
		}
	}
	if r := v.verifyArchives(t, v.db.Reader(), dir); r.Fault != nil {
		t.Errorf("a false alarm at the end: %v", r.Fault)
	}
	if err := v.second(v.db.Reader(), dir); err != nil {
		t.Errorf("a false alarm of the second verifier at the end: %v", err)
	}
}

func TestTwoVerifiersFindEveryEditOfEveryColumnAndEveryMove(t *testing.T) {
	each(t, func(t *testing.T, v *vault) {
		v.write(t, 40, 10)
		v.bothFind(t, "", mutants(rand.New(rand.NewPCG(3, 5)), 1, 40))
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
		first, last := bounds(t, v)
		var all []mutant
		for _, m := range mutants(rand.New(rand.NewPCG(3, 7)), first, last) {
			if m.name != "delete and close the gap" && m.name != "insert with a seal" { // those count on positions from the first id on
				all = append(all, m)
			}
		}
		v.bothFind(t, dir, append(all, mutant{"forget an archived row's place", []string{`DELETE FROM audit_seal WHERE position = 7`}, 0}))
	})
}

// bounds are the ids that are in the log still.
func bounds(t *testing.T, v *vault) (first, last int64) {
	t.Helper()
	must(t, v.db.Reader().QueryRow(ctx, `SELECT MIN(a.id), MAX(a.id) FROM audit_log a JOIN audit_seal s ON s.audit_id = a.id`).Scan(&first, &last))
	return first, last
}
