package audit

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// span is a stretch of time in microseconds; it ends before its second one.
type span struct{ from, to int64 }

func (s span) length() int64 { return s.to - s.from }

func (s span) and(t span) span { return span{max(s.from, t.from), min(s.to, t.to)} }

// without is what t leaves of s when that is one piece.
func (s span) without(t span) (rest span, ok bool) {
	switch {
	case s.from >= t.from:
		return span{t.to, s.to}, true
	case s.to <= t.to:
		return span{s.from, t.from}, true
	}
	return span{}, false
}

// crowd is how many entries may have the time of a part of one block. There are
// more only where a clock was far off.
const crowd = 2 * blockSize

// trim leaves the entries of a block at an end of the range that are within the
// range. It reads the times from their index, of the smaller part, because the
// entries themselves lie on many pages, and says how many it read.
func (w *walk) trim(ctx context.Context, p *posting, has span) (read int, err error) {
	in := has.and(span{sqldb.Micros(w.f.From), sqldb.Micros(w.f.To)})
	if in.length() <= 0 {
		p.rows = rowSet{}
		return 0, nil
	}
	ask, without := in, false
	if out, ok := has.without(in); ok && out.length() < in.length() {
		ask, without = out, true
	}
	found, read, err := w.during(ctx, p, ask)
	if err == nil && read == crowd {
		without = false
		found, read, err = w.offsets(ctx, p, withinQuery(w.shelf), w.shelf.first(p.block), w.shelf.first(p.block+1), in.from, in.to)
	}
	if without {
		p.rows.without(&found)
	} else {
		p.rows.and(&found)
	}
	return read, err
}

// during are the entries of a block that have a time, and how many of all have it:
// crowd if that was too many to ask. They mostly are a run of ids without a gap.
func (w *walk) during(ctx context.Context, p *posting, in span) (set rowSet, n int, err error) {
	var lo, hi int64
	err = w.s.db.Reader().QueryRow(ctx, runQuery(w.shelf), in.from, in.to).Scan(&lo, &hi, &n)
	switch first := w.shelf.first(p.block); {
	case err != nil || n == crowd:
		return set, n, err
	case hi-lo+1 != int64(n):
		return w.offsets(ctx, p, duringQuery(w.shelf), in.from, in.to)
	default:
		for id := max(lo, first); id <= min(hi, first+blockSize-1); id++ {
			set.add(int(id - first))
		}
		return set, n, nil
	}
}

// offsets are the ids that a query finds, of the block, and how many it found.
func (w *walk) offsets(ctx context.Context, p *posting, query string, args ...any) (set rowSet, n int, err error) {
	first := w.shelf.first(p.block)
	ids, err := sqldb.All(ctx, w.s.db.Reader(), sqldb.Value[int64], query, args...)
	for _, id := range ids {
		if id >= first && id < first+blockSize {
			set.add(int(id - first))
		}
	}
	return set, len(ids), err
}

// duringQuery finds the ids of a time.
func duringQuery(h shelf) string {
	return `SELECT id FROM ` + h.table + ` WHERE at >= $1 AND at < $2 ORDER BY at, id` + limitText + strconv.Itoa(crowd)
}

// runQuery finds the first and the last id of a time, and how many there are.
func runQuery(h shelf) string {
	return `SELECT COALESCE(MIN(id), 0), COALESCE(MAX(id), -1), COUNT(*) FROM (` + duringQuery(h) + `) few`
}

// withinQuery finds the ids of a block within a time; the time's own index would
// read all of the time for it.
func withinQuery(h shelf) string {
	return `SELECT id FROM ` + h.table + ` WHERE id >= $1 AND id < $2 AND at + 0 >= $3 AND at + 0 < $4`
}
