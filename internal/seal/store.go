package seal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

// checkpoint is a row of audit_checkpoint; the zero value is the empty log's.
type checkpoint struct {
	size, lastID int64
	at           time.Time
	note         string
}

func scanCheckpoint(r sqldb.Scanner) (c checkpoint, err error) {
	err = r.Scan(&c.size, sqldb.Into(&c.at), &c.lastID, &c.note)
	return c, err
}

const checkpointColumns = `SELECT size, at, last_id, note FROM audit_checkpoint`

func newest(ctx context.Context, q sqldb.Querier) (checkpoint, error) {
	c, _, err := sqldb.Found(sqldb.One(ctx, q, scanCheckpoint, checkpointColumns+` ORDER BY size DESC LIMIT 1`))
	return c, err
}

// after is the checkpoint that follows a size.
func after(ctx context.Context, q sqldb.Querier, size int64) (checkpoint, bool, error) {
	return sqldb.Found(sqldb.One(ctx, q, scanCheckpoint, checkpointColumns+` WHERE size > $1 ORDER BY size LIMIT 1`, size))
}

// deliveredTo is the size of the last checkpoint that a sink has.
func deliveredTo(ctx context.Context, q sqldb.Querier, sink string) (int64, error) {
	n, _, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT size FROM audit_delivery WHERE sink = $1`, sink))
	return n, err
}

// cover is up to which row everything was sealed and delivered by a moment.
type cover struct {
	id int64
	at time.Time
}

func coverOf(ctx context.Context, q sqldb.Querier) (cover, error) {
	c, _, err := sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (c cover, err error) {
		err = r.Scan(&c.id, sqldb.Into(&c.at))
		return c, err
	}, `SELECT covered_id, covered_at FROM audit_cover WHERE id = 1`))
	return c, err
}

// sizeBefore is the size that the checkpoint before one of a size states.
func sizeBefore(ctx context.Context, q sqldb.Querier, size int64) (int64, error) {
	n, _, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT size FROM audit_checkpoint WHERE size < $1 ORDER BY size DESC LIMIT 1`, size))
	return n, err
}

// unsealed are the next rows to seal, by id. With late, also those that were
// committed after newer ones had been sealed: on PostgreSQL a transaction takes
// its row's id before it commits.
func unsealed(ctx context.Context, q sqldb.Querier, last checkpoint, late bool, settled time.Time) ([]row, error) {
	from := last.lastID
	if late {
		old, _, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT last_id FROM audit_checkpoint WHERE at <= $1 ORDER BY at DESC LIMIT 1`, sqldb.Micros(settled)))
		if err != nil {
			return nil, err
		}
		from = old
	}
	var s scanner
	return sqldb.All(ctx, q, func(r sqldb.Scanner) (row, error) { return s.scan(r) },
		`SELECT `+columns+` FROM audit_log a WHERE a.id > $1 AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.audit_id = a.id) ORDER BY a.id LIMIT $2`, from, MaxRows)
}

func putSeals(ctx context.Context, tx *sqldb.Tx, first int64, rows []row) error {
	args := make([]any, 0, 2*len(rows))
	for i, r := range rows {
		args = append(args, first+int64(i), r.id)
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit_seal (position, audit_id) VALUES `+tuples(len(rows)), args...)
	return err
}

func putHashes(ctx context.Context, tx *sqldb.Tx, order []int64, hashes map[int64]tlog.Hash) error {
	args := make([]any, 0, 2*len(order))
	for _, at := range order {
		h := hashes[at]
		args = append(args, at, h[:])
	}
	_, err := tx.Exec(ctx, `INSERT INTO audit_hash (idx, hash) VALUES `+tuples(len(order)), args...)
	return err
}

// tuples is ($1,$2),($3,$4)… for n rows of two columns.
func tuples(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(" + sqldb.List(2*i+1, 2) + ")")
	}
	return b.String()
}

func scanHash(r sqldb.Scanner) (at int64, h tlog.Hash, err error) {
	var b []byte
	if err = r.Scan(&at, &b); err == nil && copy(h[:], b) != len(h) {
		err = fmt.Errorf("hash %d is %d bytes long", at, len(b))
	}
	return at, h, err
}

// hashesAt reads stored hashes by their numbers; those not there are missing.
func hashesAt(ctx context.Context, q sqldb.Querier, indexes []int64) (map[int64]tlog.Hash, error) {
	out := make(map[int64]tlog.Hash, len(indexes))
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		at, h, err := scanHash(r)
		out[at] = h
		return struct{}{}, err
	}, `SELECT idx, hash FROM audit_hash WHERE idx IN (`+sqldb.List(1, len(indexes))+`)`, sqldb.Any(indexes)...)
	return out, err
}

// delivery is what a sink gets with a checkpoint: its leaves, as they were sealed.
func delivery(ctx context.Context, q sqldb.Querier, c checkpoint) (Delivery, error) {
	before, err := sizeBefore(ctx, q, c.size)
	if err != nil {
		return Delivery{}, err
	}
	d := Delivery{Size: c.size, Note: c.note, prove: prover(q, c.size)}
	d.Leaves, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (l Leaf, err error) {
		var pos int64
		err = r.Scan(&pos, &l.ID)
		l.Hash = encode(tlog.Hash{})
		return l, err
	}, `SELECT position, audit_id FROM audit_seal WHERE position >= $1 AND position < $2 ORDER BY position`, before, c.size)
	if err != nil || int64(len(d.Leaves)) != c.size-before {
		return d, cmpErr(err, "positions are missing")
	}
	indexes := make([]int64, len(d.Leaves))
	for i := range indexes {
		indexes[i] = tlog.StoredHashIndex(0, before+int64(i))
	}
	hashes, err := hashesAt(ctx, q, indexes)
	for i, at := range indexes {
		h, ok := hashes[at]
		if err == nil && !ok {
			err = cmpErr(nil, "hashes are missing")
		}
		d.Leaves[i].Hash = encode(h)
	}
	return d, err
}

func cmpErr(err error, otherwise string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("the sealed log is damaged: %s", otherwise)
}

// prover makes proofs that the tree of a size goes on from an older one.
func prover(q sqldb.Querier, size int64) Proof {
	return func(ctx context.Context, old int64) (tlog.TreeProof, error) {
		return tlog.ProveTree(size, old, stored(ctx, q))
	}
}

// stored reads the tree's hashes by their numbers.
func stored(ctx context.Context, q sqldb.Querier) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		have, err := hashesAt(ctx, q, indexes)
		if err != nil {
			return nil, err
		}
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			h, ok := have[at]
			if !ok {
				return nil, cmpErr(nil, "hashes are missing")
			}
			out[i] = h
		}
		return out, nil
	})
}

// leavesFrom reads the leaves of n positions, with whatever hashes stand between
// them, by their numbers.
func leavesFrom(ctx context.Context, q sqldb.Querier, position, n int64) (map[int64]tlog.Hash, error) {
	out := make(map[int64]tlog.Hash, 2*n)
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		at, h, err := scanHash(r)
		out[at] = h
		return struct{}{}, err
	}, `SELECT idx, hash FROM audit_hash WHERE idx >= $1 AND idx <= $2`, tlog.StoredHashIndex(0, position), tlog.StoredHashIndex(0, position+n-1))
	return out, err
}
