package audit

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// The report's index: the log is cut into blocks of blockSize ids, and for each
// term (a group, an Admin user, a word …) audit_term says which entries of which
// block have it. What a filter finds is the entries that all its terms have, so
// that no combination reads more of the log than the page it shows.
//
// It is written after the fact by one node, so that recording stays as cheap as
// it is; what is not indexed yet is looked through.
const blockSize = 4096

// indexAfter is how old a block's newest row must be: on PostgreSQL a row may be
// committed after one with a later id.
const indexAfter = 2 * time.Minute

// shelf is a table of entries and where its blocks stand among all blocks.
type shelf struct {
	table string
	base  int64
}

var (
	inLog      = shelf{"audit_log", 0}
	inArchives = shelf{"audit_restored", 1 << 40}
)

func (h shelf) first(block int64) int64 { return (block - h.base) * blockSize }

// of is the block that an id belongs to.
func (h shelf) of(id int64) int64 { return h.base + id/blockSize }

// end is behind the last block that the shelf could have.
func (h shelf) end() int64 { return h.base + 1<<40 }

// Index adds the blocks that are complete.
func (s *Service) Index(ctx context.Context) error {
	for ctx.Err() == nil {
		more, err := s.indexNext(ctx)
		if err != nil || !more {
			return err
		}
	}
	return ctx.Err()
}

// indexNext adds the next block that has rows and is complete.
func (s *Service) indexNext(ctx context.Context) (bool, error) {
	q := s.db.Reader()
	from, err := tailBegins(ctx, q)
	if err != nil {
		return false, err
	}
	first, newest, err := bounds(ctx, q, from)
	if err != nil || first == 0 {
		return false, err
	}
	number := inLog.of(first)
	if newest < inLog.first(number+1) {
		return false, nil
	}
	b, err := readBlock(ctx, q, inLog, number)
	if err != nil || b.lastAt > sqldb.Micros(s.db.Now().Add(-indexAfter)) {
		return false, err
	}
	return true, s.db.Upkeep(ctx, "audit.index", func(ctx context.Context, tx *sqldb.Tx) error { return b.write(ctx, tx) })
}

// tailBegins is the first id that no block has.
func tailBegins(ctx context.Context, q sqldb.Querier) (int64, error) {
	last, found, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT block FROM audit_block WHERE block < $1 ORDER BY block DESC LIMIT 1`, inLog.end()))
	if err != nil || !found {
		return 0, err
	}
	return inLog.first(last + 1), nil
}

// bounds are the first id from one on, 0 for none, and the newest.
func bounds(ctx context.Context, q sqldb.Querier, from int64) (first, newest int64, err error) {
	err = q.QueryRow(ctx, `SELECT COALESCE((SELECT MIN(id) FROM audit_log WHERE id >= $1), 0), COALESCE((SELECT MAX(id) FROM audit_log), 0)`, from).Scan(&first, &newest)
	return first, newest, err
}

// Forget takes out of the index what is in the log up to an id, before those
// rows leave it. Rows that stay are looked through from then on.
func Forget(ctx context.Context, db *sqldb.DB, upTo int64) error {
	return forget(ctx, db, inLog, 0, upTo)
}

// IndexImported puts the entries with ids from one to another that were imported
// from archives into the index.
func IndexImported(ctx context.Context, db *sqldb.DB, from, to int64) error {
	for number := inArchives.of(from); number <= inArchives.of(to); number++ {
		b, err := readBlock(ctx, db.Reader(), inArchives, number)
		if err == nil && len(b.terms) > 0 {
			err = db.Upkeep(ctx, "audit.index", func(ctx context.Context, tx *sqldb.Tx) error {
				if err := b.erase(ctx, tx); err != nil { // as it was before the archive beside came
					return err
				}
				return b.write(ctx, tx)
			})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ForgetImported is the other way round, before the entries go.
func ForgetImported(ctx context.Context, db *sqldb.DB, from, to int64) error {
	return forget(ctx, db, inArchives, from, to)
}

func forget(ctx context.Context, db *sqldb.DB, h shelf, from, to int64) error {
	numbers, err := sqldb.All(ctx, db.Reader(), sqldb.Value[int64], `SELECT block FROM audit_block WHERE block >= $1 AND block <= $2 AND last_at > 0 ORDER BY block`, h.of(from), h.of(to))
	if err != nil {
		return err
	}
	for _, number := range numbers {
		b, err := readBlock(ctx, db.Reader(), h, number)
		if err != nil {
			return err
		}
		if err := db.Upkeep(ctx, "audit.index", func(ctx context.Context, tx *sqldb.Tx) error { return b.erase(ctx, tx) }); err != nil {
			return err
		}
	}
	return nil
}

// block is what is to be known of a stretch of ids.
type block struct {
	number          int64
	archived        bool
	firstAt, lastAt int64
	terms           map[string][]uint16
}

func readBlock(ctx context.Context, q sqldb.Querier, h shelf, number int64) (block, error) {
	b := block{number: number, archived: h == inArchives, terms: map[string][]uint16{}}
	first := h.first(number)
	n := 0
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		e, err := scanEntry(r)
		at := sqldb.Micros(e.At)
		if n++; n == 1 {
			b.firstAt, b.lastAt = at, at
		}
		b.firstAt, b.lastAt = min(b.firstAt, at), max(b.lastAt, at)
		offset := uint16(e.ID - first) //nolint:gosec // less than blockSize
		e.terms(func(t string) {
			if had := b.terms[t]; len(had) == 0 || had[len(had)-1] != offset {
				b.terms[t] = append(had, offset)
			}
		})
		return struct{}{}, err
	}, blockQuery(h), first, first+blockSize)
	return b, err
}

func blockQuery(h shelf) string {
	return `SELECT ` + allColumns + ` FROM ` + h.table + ` WHERE id >= $1 AND id < $2 ORDER BY id`
}

const atOnce = 300

func (b block) write(ctx context.Context, tx *sqldb.Tx) error {
	n, err := tx.Exec(ctx, `INSERT INTO audit_block (block, first_at, last_at) VALUES ($1, $2, $3) ON CONFLICT (block) DO NOTHING`, b.number, b.firstAt, b.lastAt)
	if err != nil || n == 0 {
		return err
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(b.terms)), atOnce) {
		args := []any{b.number}
		values := ""
		for i, t := range part {
			if i > 0 {
				values += ", "
			}
			values += "($" + strconv.Itoa(2*i+2) + ", $1, $" + strconv.Itoa(2*i+3) + ")"
			args = append(args, t, packed(b.terms[t]))
		}
		if _, err := tx.Exec(ctx, `INSERT INTO audit_term (term, block, entries) VALUES `+values, args...); err != nil {
			return err
		}
	}
	return nil
}

// erase forgets a block. One of the log stays marked, so that nobody indexes
// again what is about to leave.
func (b block) erase(ctx context.Context, tx *sqldb.Tx) error {
	for part := range slices.Chunk(slices.Sorted(maps.Keys(b.terms)), atOnce) {
		_, err := tx.Exec(ctx, `DELETE FROM audit_term WHERE block = $1 AND term IN (`+sqldb.List(2, len(part))+`)`, append([]any{b.number}, sqldb.Any(part)...)...)
		if err != nil {
			return err
		}
	}
	forgetting := `UPDATE audit_block SET first_at = 0, last_at = 0 WHERE block = $1`
	if b.archived {
		forgetting = `DELETE FROM audit_block WHERE block = $1`
	}
	_, err := tx.Exec(ctx, forgetting, b.number)
	return err
}
