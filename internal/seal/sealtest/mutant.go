// Package sealtest tampers with action logs as somebody can who owns the
// database, for tests of who finds it. It never tells a sink.
package sealtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// The columns of the log, as the hash of a row has them: numbers first.
var (
	NumberNames = []string{"id", "at", "actor_id", "subject_id", "impersonation_id", "website_id", "store_view_id"}
	TextNames   = []string{"action", "action_group", "report_group", "result", "actor_kind", "actor_name", "subject_name",
		"ip", "request_id", "route", "object_kind", "object_id", "details", "data"}
)

// Mutant is one way to tamper with a row of a log, and the row that must be
// named; 0 where nobody can say which.
type Mutant struct {
	Name       string
	Statements []string
	First      int64
}

// Apply tampers. A statement that meets no row is an error: nothing would be
// proven.
func (m Mutant) Apply(ctx context.Context, tx *sqldb.Tx) error {
	if err := sqldbtest.DropGuards(ctx, tx); err != nil {
		return err
	}
	for _, q := range m.Statements {
		if n, err := tx.Exec(ctx, q); err != nil || n == 0 {
			return fmt.Errorf("%s: %s: %d rows, %w", m.Name, q, n, err)
		}
	}
	return nil
}

// otherValue changes a column to something else of its kind.
func otherValue(column string) string {
	if slices.Contains(NumberNames, column) {
		return column + " = " + column + " + 100000"
	}
	return column + " = " + column + " || 'x'"
}

// Mutants are an edit of every column of some row, and everything that can be
// done to the order, drawn at random over the rows of first..last.
func Mutants(r *rand.Rand, first, last int64) (all []Mutant) {
	row := func() int64 { return first + r.Int64N(last-first) }
	do := func(name string, named int64, statements ...string) {
		all = append(all, Mutant{name, statements, named})
	}
	for _, column := range append(slices.Clone(NumberNames), TextNames...) {
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
		do("insert", -1, fmt.Sprintf(`INSERT INTO audit_log SELECT -1, %s FROM audit_log WHERE id = %d`, restOfRow, id))
		do("insert as row 0", 0, fmt.Sprintf(`INSERT INTO audit_log SELECT 0, %s FROM audit_log WHERE id = %d`, restOfRow, id))
		do("insert with a seal", id, fmt.Sprintf(`INSERT INTO audit_log SELECT -1, %s FROM audit_log WHERE id = %d`, restOfRow, id),
			fmt.Sprintf(`UPDATE audit_seal SET position = -position - 2 WHERE audit_id >= %d`, id), `UPDATE audit_seal SET position = -position - 1 WHERE position < 0`,
			fmt.Sprintf(`INSERT INTO audit_seal (position, audit_id) SELECT position - 1, -1 FROM audit_seal WHERE audit_id = %d`, id))
		do("cut the end off", id, fmt.Sprintf(`DELETE FROM audit_log WHERE id >= %d`, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id >= %d`, id))
		do("cut the head off", first, fmt.Sprintf(`DELETE FROM audit_log WHERE id >= %d AND id <= %d`, first, id), fmt.Sprintf(`DELETE FROM audit_seal WHERE audit_id >= %d AND audit_id <= %d`, first, id))
		do("forget the checkpoints too", id, `DELETE FROM audit_checkpoint`, fmt.Sprintf(`UPDATE audit_log SET details = 'x' WHERE id = %d`, id))
		do("replay an old checkpoint", 0, `UPDATE audit_checkpoint SET note = (SELECT o.note FROM audit_checkpoint o ORDER BY o.size LIMIT 1) WHERE size = (SELECT MAX(size) FROM audit_checkpoint)`)
	}
	return all
}

const restOfRow = `at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name,
	impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data`

// Double puts every row of a log in once more, as new ones, for a long log.
func Double(ctx context.Context, tx *sqldb.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO audit_log (`+restOfRow+`) SELECT `+restOfRow+` FROM audit_log ORDER BY id`)
	return err
}

// SetBack takes a log back to what it was with so many rows sealed, as restoring
// a backup does.
func SetBack(ctx context.Context, tx *sqldb.Tx, rows int64) error {
	err := sqldbtest.DropGuards(ctx, tx)
	for _, q := range []string{
		`DELETE FROM audit_log WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.audit_id = audit_log.id AND s.position < $1)`,
		`DELETE FROM audit_seal WHERE position >= $1`, `DELETE FROM audit_checkpoint WHERE size > $1`, `DELETE FROM installation WHERE name = 'set_back' AND $1 >= 0`,
	} {
		if err == nil {
			_, err = tx.Exec(ctx, q, rows)
		}
	}
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM audit_hash WHERE idx >= $1`, tlog.StoredHashIndex(0, rows))
	}
	return err
}

// Rehash forgets every seal and seals the log anew with a key, as somebody does
// who wants no trace of what was changed before.
func Rehash(ctx context.Context, db *sqldb.DB, key string) error {
	err := db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
		return Mutant{Name: "forget every seal", Statements: []string{`DELETE FROM audit_seal`, `DELETE FROM audit_hash`, `DELETE FROM audit_checkpoint`}}.Apply(ctx, tx)
	})
	if err != nil {
		return err
	}
	return GoOn(ctx, db, key)
}

// GoOn seals what is not sealed with a key, and tells nobody.
func GoOn(ctx context.Context, db *sqldb.DB, key string) error {
	s, err := seal.New(db, key)
	if err != nil {
		return err
	}
	return s.Seal(ctx)
}

// RehashUnder is Rehash, and then the checkpoints are put back that were there:
// every signature is right, and every row fits its hash.
func RehashUnder(ctx context.Context, db *sqldb.DB, key string) error {
	type signed struct {
		size, at, last int64
		note           string
	}
	were, err := sqldb.All(ctx, db.Reader(), func(r sqldb.Scanner) (c signed, err error) {
		return c, r.Scan(&c.size, &c.at, &c.last, &c.note)
	}, `SELECT size, at, last_id, note FROM audit_checkpoint ORDER BY size`)
	if err == nil {
		err = Rehash(ctx, db, key)
	}
	if err != nil {
		return err
	}
	return db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM audit_checkpoint`)
		for _, c := range were {
			if err == nil {
				_, err = tx.Exec(ctx, `INSERT INTO audit_checkpoint (size, at, last_id, note) VALUES ($1, $2, $3, $4)`, c.size, c.at, c.last, c.note)
			}
		}
		return err
	})
}
