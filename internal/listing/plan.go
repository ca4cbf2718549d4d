// Package listing reads one page of a list that may be millions of rows long, in
// milliseconds: every query walks one index and stops. An area says what the rows
// are, which conditions they must meet and which index each condition and each
// order has; listing owns the way of reading, the counting up to a cap, and the
// place between two rows that a cursor names (keyset paging).
//
// It refuses to skip rows by number (OFFSET), to count further than [CountCap],
// and to fail for a cursor that is broken or of another order: that is the first
// page. Whether an index exists it does not check; the areas' EXPLAIN tests do.
package listing

import (
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// The limits of a list.
const (
	CountCap = 10_000 // how far totals are counted; beyond it there are "more than 10,000"
	SortCap  = 2_000  // matches that are sorted, rather than met by walking an order
	scanCap  = 20_000 // rows looked at to count what no single index can

	usualSize, maxSize = 20, 200 // rows a page
	portion            = 1_000   // rows a query of Each
)

// Column is a column that a list is sorted by: text, or a whole number.
type Column struct {
	SQL  string
	Text bool
}

// Order is a sort order that an index has: three columns at most, of which the
// last one makes it unique.
type Order []Column

// list names the columns, each with a suffix.
func (o Order) list(suffix string) string {
	names := make([]string, len(o))
	for n, c := range o {
		names[n] = c.SQL + suffix
	}
	return strings.Join(names, ", ")
}

// Source is what a list is of: a table with an alias, its unique column and the
// columns to read, all in SQL.
type Source struct {
	Table, ID, Columns string
	// Other is a table that conditions may be about too, and Link what joins it.
	Other, Link string
	// Terms is the table of terms that keywords are looked up in, with the alias
	// t, and TermID its column that equals ID.
	Terms, TermID string
}

// Plan is a query for one page, taken apart.
type Plan struct {
	Source
	Term    *Cond  // of the keyword, in Source.Terms; nil without a keyword
	Conds   []Cond // the most selective kind first: the index of the first one leads
	Order   Order
	Desc    bool
	ByMatch bool   // no order was asked for: a keyword's matches come in their own
	Cursor  string // from Page.Next or .Prev, "" for the first page
	Size    int    // rows a page, 20 unless set, 200 at most
	SortCap int    // see SortCap, which it is unless set

	rows int // rows a portion of Each
	at   Place
}

// byTerm is the order in which a keyword's matches are met.
func (s Source) byTerm() Order { return Order{{"t.term", true}, {s.TermID, false}} }

// driver is the condition whose index leads to the matches, if there is one; rest
// are the others.
func (p *Plan) driver() (driver *Cond, rest []Cond) {
	if p.Term != nil {
		return p.Term, p.Conds
	}
	if len(p.Conds) > 0 && p.Conds[0].Column != "" {
		return &p.Conds[0], p.Conds[1:]
	}
	return nil, p.Conds
}

// Led reports whether an index leads to the matches. Without one, counting and
// reading pass over rows that do not fit, and counting stops at a cap.
func (p *Plan) Led() bool {
	driver, _ := p.driver()
	return driver != nil
}

// from is where the driver's matches come from and which column is their id.
// CROSS keeps SQLite from beginning at the other end.
func (p *Plan) from(driver *Cond, conds []Cond, withRow bool) (from, id string, joined []string) {
	byTerm := driver != nil && driver == p.Term
	switch {
	case byTerm && !withRow:
		return p.Terms, p.TermID, nil
	case byTerm:
		return p.Terms + " CROSS JOIN " + p.Table, p.TermID, []string{p.ID + " = " + p.TermID}
	case driver != nil && driver.Other:
		return p.Other + " CROSS JOIN " + p.Table, p.ID, []string{p.Link}
	case slices.ContainsFunc(conds, func(c Cond) bool { return c.Other }):
		return p.Table + " CROSS JOIN " + p.Other, p.ID, []string{p.Link}
	}
	return p.Table, p.ID, nil
}

// CountSQL counts up to a cap: the rows that fit, and those looked at to know.
// It asks the driver's index alone when that answers everything.
func (p *Plan) CountSQL() (text string, args []any) {
	var w sqldb.Where
	driver, rest := p.driver()
	from, _, conds := p.from(driver, rest, len(rest) > 0)
	if driver != nil {
		conds = append(conds, driver.bind(&w))
	}
	if len(rest) == 0 {
		text = `SELECT COUNT(*), COUNT(*) FROM (SELECT 1 FROM ` + from + where(conds) + w.Bind(` LIMIT ?`, CountCap+1) + `) few`
		return text, w.Args()
	}
	hit := "(" + strings.Join(unindexed(&w, rest), ") AND (") + ")"
	text = `SELECT CAST(COALESCE(SUM(hit), 0) AS BIGINT), COUNT(*) FROM (SELECT CASE WHEN ` + hit + ` THEN 1 ELSE 0 END AS hit
		FROM ` + from + where(conds) + w.Bind(` LIMIT ?`, scanCap+1) + `) few`
	return text, w.Args()
}

// PageSQL sorts the matches when they are few; else it walks the index of the
// order, which soon fills a page because the matches are many. It settles which
// order that is, and so where the page begins. It reads one row more than the
// page has; the last columns are those of the order.
func (p *Plan) PageSQL(few bool) (text string, args []any) {
	var w sqldb.Where
	var with, from string
	var conds []string
	driver, rest := p.driver()
	switch {
	case p.Term != nil && (p.ByMatch || !few):
		p.Order, p.Desc, p.ByMatch = p.byTerm(), false, true
		from, _, conds = p.from(driver, rest, true)
		conds = append(append(conds, driver.bind(&w)), unindexed(&w, rest)...)
	case driver != nil && few:
		source, id, inner := p.from(driver, rest, len(rest) > 0)
		inner = append(append(inner, driver.bind(&w)), unindexed(&w, rest)...)
		with = `WITH hit AS MATERIALIZED (SELECT ` + id + ` AS id FROM ` + source + where(inner) + `) `
		from, conds = `hit h CROSS JOIN `+p.Table, []string{p.ID + " = h.id"}
	default:
		from, _, conds = p.from(nil, p.Conds, false)
		conds = append(conds, p.walked(&w)...)
	}
	if p.at = ParsePlace(p.Cursor, p.Order); p.at.Set {
		conds = append(conds, p.beyond(&w))
	}
	text = with + `SELECT ` + p.Columns + `, ` + p.Order.list("") + ` FROM ` + from + where(conds) + p.orderBy() + w.Bind(` LIMIT ?`, p.size()+1)
	return text, w.Args()
}

// walked are the conditions while walking the index of the order: only those
// that this same index answers may use it.
func (p *Plan) walked(w *sqldb.Where) []string {
	var texts []string
	used := false
	for _, c := range p.Conds {
		if !used && c.answeredBy(p.Order[0]) {
			texts, used = append(texts, c.bind(w)), true
		} else {
			texts = append(texts, c.unindexed(w))
		}
	}
	return texts
}

// down reports the direction of reading: a page before is read backwards.
func (p *Plan) down() bool { return p.Desc != p.at.Back }

// beyond is the condition that a row comes after the place, on the way.
func (p *Plan) beyond(w *sqldb.Where) string {
	op := ">"
	if p.down() {
		op = "<"
	}
	return w.Bind("("+p.Order.list("")+") "+op+" "+sqldb.Marks(len(p.Order)), p.at.Keys...)
}

func (p *Plan) orderBy() string {
	if p.down() {
		return " ORDER BY " + p.Order.list(" DESC")
	}
	return " ORDER BY " + p.Order.list("")
}

func (p *Plan) size() int {
	switch {
	case p.rows > 0:
		return p.rows
	case p.Size <= 0:
		return usualSize
	}
	return min(p.Size, maxSize)
}

func where(conds []string) string {
	if len(conds) == 0 {
		return ""
	}
	return " WHERE (" + strings.Join(conds, ") AND (") + ")"
}
