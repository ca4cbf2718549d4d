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
// entries themselves lie on many pages.
func (w *walk) trim(ctx context.Context, p *posting, has span) error {
	in := has.and(span{sqldb.Micros(w.f.From), sqldb.Micros(w.f.To)})
	if in.length() <= 0 {
		p.rows = rowSet{}
		return nil
	}
	ask, without := in, false
	if out, ok := has.without(in); ok && out.length() < in.length() {
		ask, without = out, true
	}
	found, n, err := w.offsets(ctx, p, duringQuery(w.shelf), ask.from, ask.to)
	if err == nil && n == crowd {
		without = false
		found, n, err = w.offsets(ctx, p, withinQuery(w.shelf), w.shelf.first(p.block), w.shelf.first(p.block+1), in.from, in.to)
	}
	w.spent += n / 8
	if without {
		p.rows.without(&found)
	} else {
		p.rows.and(&found)
	}
	return err
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

// withinQuery finds the ids of a block within a time; the time's own index would
// read all of the time for it.
func withinQuery(h shelf) string {
	return `SELECT id FROM ` + h.table + ` WHERE id >= $1 AND id < $2 AND at + 0 >= $3 AND at + 0 < $4`
}
