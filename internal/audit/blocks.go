package audit

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// budget is how many blocks one page of the report looks into. When it is
// spent the page says how far it looked back, and its next page goes on there.
const budget = 40

// span is a stretch of ids, from lo, before hi.
type span struct{ lo, hi int64 }

// walk looks for entries in the order of their ids, newest first unless back.
type walk struct {
	s     *Service
	f     Filter
	back  bool
	whole bool // entries with their data; nothing more is counted
	limit int  // entries of the page, and one more

	spent   int
	next    int64 // the id to go on below (or from, when back)
	low     int64 // where the range begins and …
	high    int64 // … ends
	tail    int64 // first id that no block has
	terms   []string
	done    bool // everything was looked at
	entries []Entry
	total   int
}

// byBlocks finds a page by the index of terms.
func (s *Service) byBlocks(ctx context.Context, f Filter, c position, size int, whole bool) (Page, error) {
	w := &walk{s: s, f: f, back: c.back, limit: size + 1, whole: whole || c.id != 0}
	if err := w.run(ctx, c); err != nil {
		return Page{}, err
	}
	full := len(w.entries) > size
	p := c.cut(w.entries, size)
	p.Total, p.More = min(w.total, CountLimit), !w.done || w.total > CountLimit
	if c.id != 0 && !whole { // the total is of all pages
		all := &walk{s: s, f: f}
		if err := all.run(ctx, position{}); err != nil {
			return Page{}, err
		}
		p.Total, p.More = min(all.total, CountLimit), !all.done || all.total > CountLimit
	}
	if w.done || full || c.back {
		return p, nil
	}
	p.Next = position{at: 1, id: w.next}.String()
	return p, s.lookedTo(ctx, &p, w.next)
}

// run looks until there is enough, everything was looked at or the budget is
// spent.
func (w *walk) run(ctx context.Context, c position) error {
	if err := w.begin(ctx, c); err != nil {
		return err
	}
	for batch := 4; !w.done && w.spent < budget && w.wanting(); batch *= 4 {
		spans, err := w.candidates(ctx, min(batch, budget-w.spent))
		if err != nil {
			return err
		}
		if err := w.look(ctx, spans); err != nil {
			return err
		}
	}
	return nil
}

// wanting reports whether the page or its total could grow.
func (w *walk) wanting() bool {
	return len(w.entries) < w.limit || !w.whole && w.total <= CountLimit
}

// lookedTo says how far back the page looked.
func (s *Service) lookedTo(ctx context.Context, p *Page, id int64) error {
	_, _, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (bool, error) { return true, r.Scan(sqldb.Into(&p.LookedTo)) },
		`SELECT at FROM audit_log WHERE id >= $1 ORDER BY id LIMIT 1`, id))
	return err
}

// begin finds where the range lies among the ids, and orders the terms.
func (w *walk) begin(ctx context.Context, c position) (err error) {
	q := w.s.db.Reader()
	if w.tail, err = tailBegins(ctx, q); err != nil {
		return err
	}
	err = q.QueryRow(ctx, `SELECT COALESCE((SELECT block FROM audit_block WHERE last_at >= $1 ORDER BY last_at LIMIT 1), -1),
		COALESCE((SELECT block FROM audit_block WHERE first_at <= $2 ORDER BY first_at DESC LIMIT 1), -1), COALESCE((SELECT MAX(id) FROM audit_log), 0)`,
		sqldb.Micros(w.f.From), sqldb.Micros(w.f.To)).Scan(&w.low, &w.high, &w.next)
	if err != nil {
		return err
	}
	w.bounded(c)
	w.terms, err = w.s.rarestFirst(ctx, w.f.terms())
	return err
}

// bounded turns blocks into ids. Clocks differ a little between nodes, so a block
// more is looked at on either side.
func (w *walk) bounded(c position) {
	newest := w.next
	if w.low < 0 {
		w.low = w.tail
	} else {
		w.low = max(w.low-1, 0) * blockSize
	}
	if last := w.tail/blockSize - 1; w.high >= last-1 {
		w.high = newest + 1
	} else {
		w.high = (w.high + 2) * blockSize
	}
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
	w.done = w.low >= w.high
}

// candidates are the next n stretches that may hold what is looked for.
func (w *walk) candidates(ctx context.Context, n int) ([]span, error) {
	var spans []span
	for len(spans) < n && w.inTail() {
		spans = append(spans, w.tailSpan())
	}
	if len(spans) == n || w.back && w.next >= w.tail || !w.back && w.next <= w.low {
		w.spent += len(spans)
		w.done = w.atEnd()
		return spans, nil
	}
	blocks, err := w.blocks(ctx, n-len(spans))
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		spans = append(spans, w.clip(span{b * blockSize, (b + 1) * blockSize}))
	}
	w.spent += len(spans)
	w.step(blocks, n-len(spans)+len(blocks))
	return spans, nil
}

// step moves on behind the blocks found; fewer than asked for are the last.
func (w *walk) step(blocks []int64, asked int) {
	switch {
	case len(blocks) < asked && w.back:
		w.next = max(w.next, min(w.tail, w.high))
	case len(blocks) < asked:
		w.next = w.low
	case w.back:
		w.next = min((blocks[len(blocks)-1]+1)*blockSize, w.high)
	default:
		w.next = max(blocks[len(blocks)-1]*blockSize, w.low)
	}
	w.done = w.atEnd()
}

func (w *walk) atEnd() bool {
	if w.back {
		return w.next >= w.high
	}
	return w.next <= w.low
}

func (w *walk) inTail() bool {
	if w.back {
		return w.next >= w.tail && w.next < w.high
	}
	return w.next > w.tail && w.next > w.low
}

// tailSpan is the next stretch that is not indexed.
func (w *walk) tailSpan() span {
	if w.back {
		sp := span{w.next, min(w.next+blockSize, w.high)}
		w.next = sp.hi
		return sp
	}
	sp := span{max(w.next-blockSize, w.tail, w.low), w.next}
	w.next = sp.lo
	return sp
}

func (w *walk) clip(s span) span { return span{max(s.lo, w.low), min(s.hi, w.high)} }

// blocks are the next n blocks that have every term.
func (w *walk) blocks(ctx context.Context, n int) ([]int64, error) {
	var where sqldb.Where
	from, column := "audit_block t", "t.block"
	for i, term := range w.terms {
		if i == 0 {
			from = "audit_term t"
			where.And("t.term = ?", term)
			continue
		}
		where.And("EXISTS (SELECT 1 FROM audit_term x WHERE x.term = ? AND x.block = t.block)", term)
	}
	order := " ORDER BY " + column + " DESC"
	if w.back {
		order = " ORDER BY " + column
		where.And(column+" >= ? AND "+column+" < ?", w.next/blockSize, min(w.tail, w.high+blockSize-1)/blockSize)
	} else {
		where.And(column+" >= ? AND "+column+" < ?", w.low/blockSize, (w.next+blockSize-1)/blockSize)
	}
	return sqldb.All(ctx, w.s.db.Reader(), sqldb.Value[int64], "SELECT "+column+" FROM "+from+where.SQL()+order+limitText+strconv.Itoa(n), where.Args()...)
}

// look goes through stretches: entries until the page is full, then numbers.
func (w *walk) look(ctx context.Context, spans []span) error {
	if len(spans) == 0 {
		return nil
	}
	words := w.f.words()
	if need := w.limit - len(w.entries); need > 0 {
		limit := need
		if len(words) > 0 {
			limit = blockSize * len(spans)
		}
		query, args := w.f.inSpans(spans, w.columns(), w.back, limit)
		found, err := sqldb.All(ctx, w.s.db.Reader(), scanEntry, query, args...)
		if err != nil {
			return err
		}
		found = slices.DeleteFunc(found, func(e Entry) bool { return !w.f.hasWords(e) })
		w.entries = append(w.entries, found[:min(len(found), need)]...)
		if len(words) > 0 {
			w.total += len(found)
			return nil
		}
	}
	if w.whole {
		return nil
	}
	return w.count(ctx, spans)
}

// columns are what entries are read with: their data only where it is searched.
func (w *walk) columns() string {
	if w.whole || w.f.Full != "" {
		return allColumns
	}
	return columns + ", ''"
}

func (w *walk) count(ctx context.Context, spans []span) error {
	words := w.f.words()
	if len(words) > 0 {
		return w.countWords(ctx, spans)
	}
	query, args := w.f.inSpans(spans, "1 AS one", w.back, 0)
	var n int
	err := w.s.db.Reader().QueryRow(ctx, "SELECT COUNT(*) FROM ("+query+") counted", args...).Scan(&n)
	w.total += n
	return err
}

func (w *walk) countWords(ctx context.Context, spans []span) error {
	cols := "details, ''"
	if w.f.Full != "" {
		cols = "details, data"
	}
	query, args := w.f.inSpans(spans, cols, w.back, 0)
	_, err := sqldb.All(ctx, w.s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		var details, data string
		err := r.Scan(&details, &data)
		if err == nil && hasWords(details, wordsOf(w.f.Details)) && (w.f.Full == "" || hasWords(details+" "+dataTexts(data), wordsOf(w.f.Full))) {
			w.total++
		}
		return struct{}{}, err
	}, query, args...)
	return err
}

// words are what texts are looked for.
func (f Filter) words() []string { return append(wordsOf(f.Details), wordsOf(f.Full)...) }

func (f Filter) hasWords(e Entry) bool {
	return hasWords(e.Details, wordsOf(f.Details)) && (f.Full == "" || hasWords(strings.Join(e.texts(), " "), wordsOf(f.Full)))
}

// inSpans selects the entries of stretches that the filter leaves, words aside.
func (f Filter) inSpans(spans []span, cols string, back bool, limit int) (string, []any) {
	w := &sqldb.Where{}
	var values []string
	for _, s := range joined(spans) {
		values = append(values, w.Bind("(CAST(? AS BIGINT), CAST(? AS BIGINT))", s.lo, s.hi))
	}
	w.And("at >= ? AND at < ?", sqldb.Micros(f.From), sqldb.Micros(f.To))
	f.conditions(func(cond string, args ...any) { w.And(cond, args...) })
	query := "SELECT " + cols + " FROM (VALUES " + strings.Join(values, ", ") + ") v JOIN audit_log ON id >= v.column1 AND id < v.column2" + w.SQL()
	if limit > 0 {
		query += " ORDER BY id"
		if !back {
			query += " DESC"
		}
		query += limitText + strconv.Itoa(limit)
	}
	return query, w.Args()
}

// joined makes one stretch of those that touch.
func joined(spans []span) []span {
	sorted := slices.Clone(spans)
	slices.SortFunc(sorted, func(a, b span) int { return int(a.lo - b.lo) })
	var out []span
	for _, s := range sorted {
		if n := len(out); n > 0 && out[n-1].hi == s.lo {
			out[n-1].hi = s.hi
			continue
		}
		out = append(out, s)
	}
	return out
}

// terms are those that every block with an entry for the filter has.
func (f Filter) terms() []string {
	var all []string
	add := func(kind, value string) {
		if value != "" {
			all = append(all, kind+value)
		}
	}
	add(termGroup, f.Group)
	add(termAction, string(f.Action))
	switch {
	case f.ActorID != 0:
		all = append(all, actorTerm(f.kind(), f.ActorID))
	default:
		add(termKind, string(f.Kind))
	}
	if f.Result == sqldb.Failure {
		add(termResult, f.Result)
	}
	if f.StoreViewID != 0 {
		add(termView, strconv.FormatInt(f.StoreViewID, 10))
	}
	if _, err := netip.ParseAddr(f.IP); err == nil {
		add(termIP, strings.ToLower(f.IP))
	} else {
		add(termIP, stem(f.IP, ".:"))
	}
	add(termRoute, stem(f.Route, " /."))
	for _, w := range f.words() {
		add(termWord, w)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// rarestFirst orders terms by how many blocks have them, as far as a thousand.
func (s *Service) rarestFirst(ctx context.Context, terms []string) ([]string, error) {
	if len(terms) < 2 {
		return terms, nil
	}
	terms = terms[:min(len(terms), 12)] // more narrow no further
	counts := make([]int, len(terms))
	dest := make([]any, len(terms))
	parts := make([]string, len(terms))
	for i := range terms {
		dest[i] = &counts[i]
		parts[i] = "(SELECT COUNT(*) FROM (SELECT 1 FROM audit_term WHERE term = $" + strconv.Itoa(i+1) + " LIMIT 1000) c)"
	}
	if err := s.db.Reader().QueryRow(ctx, "SELECT "+strings.Join(parts, ", "), sqldb.Any(terms)...).Scan(dest...); err != nil {
		return nil, err
	}
	order := make([]int, len(terms))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return counts[a] - counts[b] })
	out := make([]string, len(terms))
	for i, k := range order {
		out[i] = terms[k]
	}
	return out, nil
}
