package audit

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// posting is which entries of a block are left.
type posting struct {
	block int64
	rows  rowSet
}

// blocks looks at the next n blocks that have the rarest term.
func (w *walk) blocks(ctx context.Context, n int) error {
	h := w.shelf
	lo, hi := h.of(max(w.low, w.headEnd)), h.of(min(w.next, w.tail)-1) // both included
	if w.back {
		lo, hi = h.of(max(w.next, w.headEnd)), h.of(min(w.high, w.tail)-1)
	}
	left, err := w.lead(ctx, lo, hi, n)
	if err != nil {
		return err
	}
	w.spent += len(left) + 1
	next := w.behind(left, n)
	for _, group := range w.wanted[1:] {
		if left, err = w.narrow(ctx, left, group); err != nil {
			return err
		}
	}
	if err := w.timely(ctx, left); err != nil {
		return err
	}
	for i := range left {
		w.takeAll(&left[i])
	}
	w.next = next
	return nil
}

// behind is where to go on after blocks; fewer than asked for are the last.
func (w *walk) behind(found []posting, asked int) int64 {
	switch {
	case len(found) < asked && w.back:
		return min(w.tail, w.high)
	case len(found) < asked:
		return max(w.low, min(w.headEnd, w.next))
	case w.back:
		return w.shelf.first(found[len(found)-1].block + 1)
	}
	return w.shelf.first(found[len(found)-1].block)
}

// lead reads the postings of the rarest group of terms.
func (w *walk) lead(ctx context.Context, lo, hi int64, n int) ([]posting, error) {
	query, args := leadQuery(w.wanted[0], lo, hi, n, w.back)
	if len(w.wanted[0]) == 1 {
		return sqldb.All(ctx, w.s.db.Reader(), scanPosting, query, args...)
	}
	found, err := sqldb.All(ctx, w.s.db.Reader(), func(r sqldb.Scanner) (p posting, err error) {
		for i := range p.rows {
			p.rows[i] = ^uint64(0)
		}
		return p, r.Scan(&p.block)
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return w.narrow(ctx, found, w.wanted[0])
}

func leadQuery(group []string, lo, hi int64, n int, back bool) (string, []any) {
	order, what := " ORDER BY block DESC", "block, entries"
	if back {
		order = " ORDER BY block"
	}
	if len(group) > 1 {
		what = "DISTINCT block"
	}
	where := inTerms(group)
	where.And("block >= ? AND block <= ?", lo, hi)
	return "SELECT " + what + " FROM audit_term" + where.SQL() + order + limitText + strconv.Itoa(n), where.Args()
}

func scanPosting(r sqldb.Scanner) (p posting, err error) {
	var b []byte
	if err = r.Scan(&p.block, &b); err == nil {
		err = p.rows.unpack(b)
	}
	return p, err
}

// narrow leaves the entries that have one of the terms too.
func (w *walk) narrow(ctx context.Context, left []posting, group []string) ([]posting, error) {
	if len(left) == 0 {
		return nil, nil
	}
	query, args, cost := narrowQuery(group, left)
	w.spent += cost
	have := make(map[int64]*rowSet, len(left))
	_, err := sqldb.All(ctx, w.s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		p, err := scanPosting(r)
		if had := have[p.block]; had != nil {
			had.or(&p.rows)
		} else {
			have[p.block] = &p.rows
		}
		return struct{}{}, err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	kept := left[:0]
	for _, p := range left {
		if other := have[p.block]; other != nil {
			if p.rows.and(other); !p.rows.empty() {
				kept = append(kept, p)
			}
		}
	}
	return kept, nil
}

// narrowQuery reads a group's postings of blocks, and says how many it reads.
func narrowQuery(group []string, left []posting) (query string, args []any, cost int) {
	where := inTerms(group)
	lo, hi := left[0].block, left[len(left)-1].block
	if lo > hi {
		lo, hi = hi, lo
	}
	if hi-lo < 3*int64(len(left)) { // most of them: read on
		where.And("block >= ? AND block <= ?", lo, hi)
		cost = int(hi-lo) + 1
	} else {
		numbers := make([]int64, len(left))
		for i := range left {
			numbers[i] = left[i].block
		}
		marks := "block IN (?"
		for range padded(len(numbers)) - 1 {
			marks += ", ?"
		}
		where.And(marks+")", padding(numbers)...)
		cost = len(left)
	}
	return "SELECT block, entries FROM audit_term" + where.SQL(), where.Args(), cost * len(group)
}

// timely leaves the entries that are within the time and the range of ids.
func (w *walk) timely(ctx context.Context, left []posting) error {
	var trims []func(context.Context) error
	read := make([]int, len(left))
	for i := range left {
		p, first := &left[i], w.shelf.first(left[i].block)
		if from, to := w.low-first, w.high-first; from > 0 || to < blockSize {
			p.rows.keep(int(max(from, 0)), int(min(max(to, 0), blockSize)))
		}
		if has, ok := w.edges[p.block]; ok {
			trims = append(trims, func(ctx context.Context) (err error) {
				read[i], err = w.trim(ctx, p, has)
				return err
			})
		}
	}
	err := sqldb.Together(ctx, trims...)
	for _, n := range read {
		w.spent += n / 8
	}
	return err
}

// takeAll takes a block's entries.
func (w *walk) takeAll(p *posting) {
	if len(w.ids) >= w.limit {
		w.total += p.rows.count()
		return
	}
	first := w.shelf.first(p.block)
	for _, offset := range p.rows.offsets(!w.back) {
		w.take(first + int64(offset))
	}
}
