package audit

import (
	"context"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// budget is how much one page of the report looks at: rows of the index, and
// two entries of the log for one. When it is spent the page says how far it
// looked back, and its next page goes on there.
const budget = 14_000

// scanned is how many ids that are not indexed are looked through at once.
const scanned = 4096

// walk looks for entries in the order of their ids, newest first unless back.
type walk struct {
	s       *Service
	f       Filter
	shelf   shelf
	back    bool
	full    bool // entries with everything they say
	whole   bool // nothing beyond limit is counted
	limit   int  // entries of the page, and one more
	budget  int
	wanted  [][]string     // of each group one, the rarest group first
	low     int64          // the range of ids begins here and …
	high    int64          // … ends before this
	headEnd int64          // ids before this have no blocks: the rest of what was archived
	tail    int64          // ids from here on have none yet
	edges   map[int64]span // of the blocks at the ends that have entries outside the time

	next  int64 // the id to go on below (or from, when back)
	spent int
	done  bool // everything was looked at
	ids   []int64
	total int
}

// byBlocks finds a page by the index of terms.
func (s *Service) byBlocks(ctx context.Context, f Filter, c position, size int, whole bool) (Page, error) {
	w := &walk{s: s, f: f, back: c.back, limit: size + 1, full: whole, whole: whole || c.id != 0, budget: budget}
	if err := w.run(ctx, c); err != nil {
		return Page{}, err
	}
	entries, err := w.entries(ctx)
	if err != nil {
		return Page{}, err
	}
	full := len(w.ids) > size
	p := c.cut(entries, size)
	p.Total, p.More = min(w.total, CountLimit), !w.done || w.total > CountLimit
	if c.id != 0 && !whole { // the total is of all pages
		if p.Total, p.More, err = s.countSets(ctx, f); err != nil {
			return Page{}, err
		}
	}
	if w.done || full || c.back {
		return p, nil
	}
	p.Next = position{at: 1, id: w.next}.String()
	return p, s.lookedTo(ctx, &p, w)
}

// lookedTo says how far back the page looked.
func (s *Service) lookedTo(ctx context.Context, p *Page, w *walk) error {
	_, _, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (bool, error) { return true, r.Scan(sqldb.Into(&p.LookedTo)) },
		`SELECT at FROM `+w.shelf.table+` WHERE id >= $1 ORDER BY id LIMIT 1`, w.next))
	return err
}

// run looks until there is enough, everything was looked at or the budget is
// spent.
func (w *walk) run(ctx context.Context, c position) error {
	if err := w.begin(ctx, c); err != nil {
		return err
	}
	batch := 16 // mostly enough for a page
	if w.limit == 0 {
		batch = 256 // a total is of many
	}
	for !w.done && w.spent < w.budget && w.wanting() {
		var err error
		if from, to, ok := w.bare(); ok {
			err = w.scan(ctx, from, to)
		} else {
			err = w.blocks(ctx, min(batch, max((w.budget-w.spent)/len(w.wanted), 1)))
			batch *= 4
		}
		if err != nil {
			return err
		}
		w.done = w.next <= w.low && !w.back || w.next >= w.high && w.back
	}
	return nil
}

// wanting reports whether the page or its total could grow.
func (w *walk) wanting() bool {
	return len(w.ids) < w.limit || !w.whole && w.total <= CountLimit
}

// begin finds where the range lies among the ids, and orders the terms.
func (w *walk) begin(ctx context.Context, c position) error {
	w.shelf = w.f.shelf()
	return sqldb.Together(ctx, func(ctx context.Context) (err error) {
		w.wanted, err = w.s.rarestFirst(ctx, w.f.wanted())
		return err
	}, func(ctx context.Context) error { return w.locate(ctx, c) })
}

// locate finds the blocks of the time.
func (w *walk) locate(ctx context.Context, c position) error {
	var oldest, newest, first, last int64
	q, h := w.s.db.Reader(), w.shelf
	err := q.QueryRow(ctx, boundsQuery(h), h.base, h.end(), max(sqldb.Micros(w.f.From), 1), sqldb.Micros(w.f.To)).Scan(&oldest, &newest, &first, &last, &w.low, &w.high)
	if err != nil {
		return err
	}
	w.bounded(newest, first, last)
	w.low = max(w.low, oldest)
	w.from(c)
	if w.done = w.low >= w.high; w.done {
		return nil
	}
	return w.findEdges(ctx)
}

// boundsQuery asks for the shelf's ids and blocks, and those at the ends of a time.
func boundsQuery(h shelf) string {
	return `SELECT COALESCE((SELECT MIN(id) FROM ` + h.table + `), 0), COALESCE((SELECT MAX(id) FROM ` + h.table + `), 0),
		COALESCE((SELECT block FROM audit_block WHERE block >= $1 AND block < $2 AND last_at > 0 ORDER BY block LIMIT 1), -1),
		COALESCE((SELECT block FROM audit_block WHERE block >= $1 AND block < $2 ORDER BY block DESC LIMIT 1), -1),
		COALESCE((SELECT block FROM audit_block WHERE last_at >= $3 AND block >= $1 AND block < $2 ORDER BY last_at LIMIT 1), -1),
		COALESCE((SELECT block FROM audit_block WHERE first_at < $4 AND first_at > 0 AND block >= $1 AND block < $2 ORDER BY first_at DESC LIMIT 1), -1)`
}

// bounded turns blocks into ids. Clocks differ a little between nodes, so a block
// more is looked at on either side.
func (w *walk) bounded(newest, first, last int64) {
	h := w.shelf
	if last >= 0 {
		w.tail = h.first(last + 1)
	}
	if w.headEnd = w.tail; first >= 0 {
		w.headEnd = h.first(first)
	}
	switch {
	case w.low < 0: // every block is older
		w.low = w.tail
	case w.low <= first+1:
		w.low = 0
	default:
		w.low = h.first(w.low - 1)
	}
	switch {
	case w.high < 0: // every block is younger
		if w.high = newest + 1; first >= 0 {
			w.high = h.first(first + 1)
		}
	case w.high >= last-1:
		w.high = newest + 1
	default:
		w.high = h.first(w.high + 2)
	}
}

// from begins at a place in the list.
func (w *walk) from(c position) {
	switch {
	case c.id != 0 && c.back:
		w.low = max(w.low, c.id+1)
	case c.id != 0:
		w.high = min(w.high, c.id)
	}
	w.next = w.high
	if w.back {
		w.next = w.low
	}
}

// findEdges notes which blocks at the ends have entries outside the time.
func (w *walk) findEdges(ctx context.Context) error {
	const near = 4
	h := w.shelf
	lo, hi := h.of(max(w.low, w.headEnd)), h.of(min(w.high, w.tail)-1)
	from, to := sqldb.Micros(w.f.From), sqldb.Micros(w.f.To)
	w.edges = map[int64]span{}
	_, err := sqldb.All(ctx, w.s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		var number, first, last int64
		err := r.Scan(&number, &first, &last)
		if first < from || last >= to {
			w.edges[number] = span{first, last + 1}
		}
		return struct{}{}, err
	}, edgesQuery, lo, min(lo+near, hi), max(hi-near, lo), hi)
	return err
}

const edgesQuery = `SELECT block, first_at, last_at FROM audit_block WHERE block >= $1 AND block <= $2 UNION ALL
	SELECT block, first_at, last_at FROM audit_block WHERE block >= $3 AND block <= $4`

// bare is the next stretch that is not indexed, if that is what comes next.
func (w *walk) bare() (from, to int64, ok bool) {
	if w.back {
		switch {
		case w.next < w.headEnd:
			return w.next, min(w.next+scanned, w.headEnd, w.high), true
		case w.next >= w.tail:
			return w.next, min(w.next+scanned, w.high), true
		}
		return 0, 0, false
	}
	switch {
	case w.next > w.tail:
		return max(w.next-scanned, w.tail, w.low), w.next, true
	case w.next <= w.headEnd:
		return max(w.next-scanned, w.low), w.next, true
	}
	return 0, 0, false
}

// scan looks through a stretch of the log itself.
func (w *walk) scan(ctx context.Context, from, to int64) error {
	texts := w.f.byTexts()
	cols, read := "id", func(r sqldb.Scanner) (e Entry, err error) { return e, r.Scan(&e.ID) }
	if texts {
		cols, read = allColumns, scanEntry
	}
	if texts && w.f.Full == "" {
		cols = columns + ", ''"
	}
	query, args := w.f.inSpan(w.shelf.table, cols, from, to, w.back)
	found, err := sqldb.All(ctx, w.s.db.Reader(), read, query, args...)
	for _, e := range found {
		if !texts || w.f.says(e) {
			w.take(e.ID)
		}
	}
	w.spent += scanned / 2
	if w.next = from; w.back {
		w.next = to
	}
	return err
}

func (w *walk) take(id int64) {
	w.total++
	if len(w.ids) < w.limit {
		w.ids = append(w.ids, id)
	}
}

// entries reads what the page shows.
func (w *walk) entries(ctx context.Context) ([]Entry, error) {
	if len(w.ids) == 0 {
		return nil, nil
	}
	cols, scan := columns, scanLine
	if w.full {
		cols, scan = allColumns, scanEntry
	}
	return sqldb.All(ctx, w.s.db.Reader(), scan, entriesQuery(w.shelf, cols, len(w.ids), !w.back), padding(w.ids)...)
}

func entriesQuery(h shelf, cols string, n int, down bool) string {
	order := " ORDER BY id"
	if down {
		order += " DESC"
	}
	return `SELECT ` + cols + ` FROM ` + h.table + ` WHERE id IN (` + sqldb.List(1, padded(n)) + `)` + order
}

// padded is a length for lists of which there are few, so that there are few
// statements.
func padded(n int) int {
	size := 4
	for size < n {
		size *= 4
	}
	return size
}

// padding fills a list up with its last value.
func padding(ids []int64) []any {
	args := sqldb.Any(ids)
	for range padded(len(ids)) - len(ids) {
		args = append(args, ids[len(ids)-1])
	}
	return args
}

// rarestFirst orders groups of terms by how many blocks have them, as far as
// some hundred.
func (s *Service) rarestFirst(ctx context.Context, wanted [][]string) ([][]string, error) {
	if len(wanted) < 2 {
		return wanted, nil
	}
	counts, into := make([]int, len(wanted)), make([]any, len(wanted))
	for i := range counts {
		into[i] = &counts[i]
	}
	if err := s.db.Reader().QueryRow(ctx, rarityQuery(wanted), sqldb.Any(slices.Concat(wanted...))...).Scan(into...); err != nil {
		return nil, err
	}
	order := make([]int, len(wanted))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return counts[a] - counts[b] })
	out := make([][]string, len(wanted))
	for i, k := range order {
		out[i] = wanted[k]
	}
	return out, nil
}

// rarityQuery counts the blocks of each group, a column for each.
func rarityQuery(wanted [][]string) string {
	columns, at := make([]string, len(wanted)), 1
	for i, group := range wanted {
		columns[i] = "(SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_term WHERE term IN (" + sqldb.List(at, len(group)) + ") LIMIT 200) few)"
		at += len(group)
	}
	return "SELECT " + strings.Join(columns, ", ")
}

func inTerms(group []string) *sqldb.Where {
	w := &sqldb.Where{}
	if len(group) == 1 {
		w.And("term = ?", group[0])
		return w
	}
	w.And(sqldb.In("term", len(group)), sqldb.Any(group)...)
	return w
}
