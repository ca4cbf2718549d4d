package sales

import (
	"context"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// A list of a million orders answers in milliseconds because every query walks
// one index and stops. First the matches are counted up to a cap, by the index
// of the most selective condition. Few matches are then fetched and sorted; many
// are met by walking the index of the order and testing each row, which soon
// fills a page because there are many.
var sortCap = 2_000 // matches that are sorted rather than walked to; tests lower it

const scanCap = 20_000 // rows looked at to count what no single index can

// column is a column that a list is sorted by.
type column struct {
	sql  string
	text bool
}

// sorting is an order that an index has; its last column makes it unique.
type sorting []column

func (s sorting) list(suffix string) string {
	names := make([]string, len(s))
	for n, c := range s {
		names[n] = c.sql + suffix
	}
	return strings.Join(names, ", ")
}

// cond is a condition on a column with an index; column is "" without one.
type cond struct {
	column string
	leads  string // the column by which the index lists what equals
	other  bool   // of the documents' orders
	text   string
	args   []any
}

// plain is the condition in a form that no index can answer, so that a query
// uses exactly the index chosen for it on either engine. PostgreSQL takes it to
// hold for a third of the rows, and so walks where walking is asked for.
func (c cond) plain() string { return "CASE WHEN " + c.text + " THEN 1 ELSE 0 END > 0" }

func plain(w *sqldb.Where, conds []cond) []string {
	texts := make([]string, len(conds))
	for i, c := range conds {
		texts[i] = w.Bind(c.plain(), c.args...)
	}
	return texts
}

// source is what a list is of: a table, and the one that its conditions may be
// about too.
type source struct {
	table, id, columns string
	other, link        string
}

// plan is a query taken apart.
type plan struct {
	source
	term    *cond // of the keyword
	conds   []cond
	order   sorting
	desc    bool
	byMatch bool // no order was asked for: the keyword's own
	at      place
	cursor  string
	size    int
}

// driver is the condition whose index leads to the matches, if there is one; rest
// are the others.
func (p plan) driver() (driver *cond, rest []cond) {
	if p.term != nil {
		return p.term, p.conds
	}
	if len(p.conds) > 0 && p.conds[0].column != "" {
		return &p.conds[0], p.conds[1:]
	}
	return nil, p.conds
}

// from is where the driver's matches come from and which column is their id.
// CROSS keeps SQLite from beginning at the other end.
func (p plan) from(driver *cond, conds []cond, withRow bool) (from, id string, joined []string) {
	other := slices.ContainsFunc(conds, func(c cond) bool { return c.other })
	switch {
	case driver != nil && driver == p.term && !withRow:
		return "sales_order_term t", "t.order_id", nil
	case driver != nil && driver == p.term:
		return "sales_order_term t CROSS JOIN " + p.table, "t.order_id", []string{p.id + " = t.order_id"}
	case driver != nil && driver.other:
		return p.other + " CROSS JOIN " + p.table, p.id, []string{p.link}
	case other:
		return p.table + " CROSS JOIN " + p.other, p.id, []string{p.link}
	}
	return p.table, p.id, nil
}

func where(conds []string) string {
	if len(conds) == 0 {
		return ""
	}
	return " WHERE (" + strings.Join(conds, ") AND (") + ")"
}

type counted struct {
	total, scanned int
	more           bool
}

func (p plan) count(ctx context.Context, q sqldb.Querier) (n counted, err error) {
	text, args, exact := p.countSQL()
	row := q.QueryRow(ctx, text, args...)
	if exact {
		err = row.Scan(&n.total)
		n.scanned = n.total
	} else {
		err = row.Scan(&n.total, &n.scanned)
	}
	n.more = n.total > CountCap || n.scanned > scanCap
	n.total = min(n.total, CountCap)
	return n, err
}

// countSQL counts by the driver's index alone when that is all there is to ask
// (exact), else how many of the rows that it leads to fit.
func (p plan) countSQL() (text string, args []any, exact bool) {
	var w sqldb.Where
	driver, rest := p.driver()
	from, _, conds := p.from(driver, rest, len(rest) > 0)
	if driver != nil {
		conds = append(conds, w.Bind(driver.text, driver.args...))
	}
	if len(rest) == 0 {
		text = `SELECT COUNT(*) FROM (SELECT 1 FROM ` + from + where(conds) + w.Bind(` LIMIT ?`, CountCap+1) + `) few`
		return text, w.Args(), true
	}
	hit := "(" + strings.Join(plain(&w, rest), ") AND (") + ")"
	text = `SELECT CAST(COALESCE(SUM(hit), 0) AS BIGINT), COUNT(*) FROM (SELECT CASE WHEN ` + hit + ` THEN 1 ELSE 0 END AS hit
		FROM ` + from + where(conds) + w.Bind(` LIMIT ?`, scanCap+1) + `) few`
	return text, w.Args(), false
}

// pageSQL sorts the matches when they are few; else it walks the index of the
// order. It settles which order that is, and so where the page begins.
func (p *plan) pageSQL(few bool) (string, []any) {
	var w sqldb.Where
	var with, from string
	var conds []string
	driver, rest := p.driver()
	switch {
	case p.term != nil && (p.byMatch || !few):
		p.order, p.desc, p.byMatch = byTerm, false, true
		from, _, conds = p.from(driver, rest, true)
		conds = append(conds, w.Bind(driver.text, driver.args...))
		conds = append(conds, plain(&w, rest)...)
	case driver != nil && few:
		source, id, inner := p.from(driver, rest, len(rest) > 0)
		inner = append(inner, w.Bind(driver.text, driver.args...))
		inner = append(inner, plain(&w, rest)...)
		with = `WITH hit AS MATERIALIZED (SELECT ` + id + ` AS id FROM ` + source + where(inner) + `) `
		from, conds = `hit h CROSS JOIN `+p.table, []string{p.id + " = h.id"}
	default:
		from, _, conds = p.from(nil, p.conds, false)
		conds = append(conds, p.walked(&w)...)
	}
	p.at = parsePlace(p.cursor, p.order)
	if p.at.Set {
		conds = append(conds, p.beyond(&w))
	}
	text := with + `SELECT ` + p.columns + `, ` + p.order.list("") + ` FROM ` + from + where(conds) + p.orderBy() + w.Bind(` LIMIT ?`, p.size+1)
	return text, w.Args()
}

// walked are the conditions while walking the index of the order: only those
// that this same index answers may use it.
func (p plan) walked(w *sqldb.Where) []string {
	var texts []string
	used := false
	for _, c := range p.conds {
		first := p.order[0].sql
		if same := c.column == first || c.leads != "" && c.leads == first; same && c.column != "" && !used {
			texts, used = append(texts, w.Bind(c.text, c.args...)), true
		} else {
			texts = append(texts, w.Bind(c.plain(), c.args...))
		}
	}
	return texts
}

// down reports the direction of reading: a page before is read backwards.
func (p plan) down() bool { return p.desc != p.at.Back }

func (p plan) beyond(w *sqldb.Where) string {
	op := ">"
	if p.down() {
		op = "<"
	}
	return w.Bind("("+p.order.list("")+") "+op+" "+marks(len(p.order)), p.at.Keys...)
}

func (p plan) orderBy() string {
	if p.down() {
		return " ORDER BY " + p.order.list(" DESC")
	}
	return " ORDER BY " + p.order.list("")
}

// listed is one page of rows.
type listed[T any] struct {
	rows       []T
	next, prev string
	byMatch    bool
}

// page reads one page; dest says where a row's columns go.
func page[T any](ctx context.Context, q sqldb.Querier, p plan, few bool, dest func(*T) []any) (l listed[T], err error) {
	text, args := p.pageSQL(few)
	var places [][]any
	l.byMatch = p.byMatch
	l.rows, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (row T, err error) {
		keys := p.order.dest()
		err = r.Scan(append(dest(&row), keys...)...)
		places = append(places, values(keys))
		return row, err
	}, text, args...)
	if err != nil {
		return l, err
	}
	further := len(l.rows) > p.size
	n := min(len(l.rows), p.size)
	l.rows, places = l.rows[:n], places[:n]
	if p.at.Back {
		slices.Reverse(l.rows)
		slices.Reverse(places)
	}
	if n > 0 && (further || p.at.Back) {
		l.next = place{Keys: places[n-1]}.String()
	}
	if n > 0 && p.at.Set && (further || !p.at.Back) {
		l.prev = place{Keys: places[0], Back: true}.String()
	}
	return l, nil
}

// dest are destinations for the sorting's columns, values what they read.
func (s sorting) dest() []any {
	to := make([]any, len(s))
	for n, c := range s {
		if c.text {
			to[n] = new(string)
		} else {
			to[n] = new(int64)
		}
	}
	return to
}

func values(dest []any) []any {
	read := make([]any, len(dest))
	for n, d := range dest {
		switch v := d.(type) {
		case *string:
			read[n] = *v
		case *int64:
			read[n] = *v
		}
	}
	return read
}

// readAll calls fn with every row of a plan in its order, in portions, so that
// no transaction stays open for long.
func readAll[T any](ctx context.Context, q sqldb.Querier, p plan, dest func(*T) []any, fn func(T) error) error {
	p.cursor, p.size = "", 1000
	n, err := p.count(ctx, q)
	for err == nil {
		var l listed[T]
		if l, err = page(ctx, q, p, n.scanned <= sortCap, dest); err != nil {
			break
		}
		for _, row := range l.rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		if l.next == "" {
			return nil
		}
		p.cursor = l.next
	}
	return err
}
