package customer

import (
	"context"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// A list of a million customers answers in milliseconds because every query
// walks one index and stops. First the matches are counted up to a cap, by the
// index of the most selective condition. Few matches are then fetched and
// sorted; many are met by walking the index of the order and testing each row,
// which soon fills a page because there are many.
var sortCap = 2_000 // matches that are sorted rather than walked to; tests lower it

const scanCap = 20_000 // rows looked at to count what no single index can

// List returns one page of customers.
func (s *Service) List(ctx context.Context, q Query) (Listing, error) {
	p := q.plan()
	n, err := s.count(ctx, p)
	if err != nil {
		return Listing{}, err
	}
	l, err := s.page(ctx, p, n.scanned <= sortCap)
	l.Total, l.More = n.total, n.more
	if err != nil || p.id == 0 {
		return l, err
	}
	return s.withID(ctx, p, l)
}

// Each calls fn with every customer of the query in the list's order: for
// exports. It reads in portions, so that no transaction stays open for long.
func (s *Service) Each(ctx context.Context, q Query, fn func(Customer) error) error {
	q.Cursor = ""
	p := q.plan()
	p.size = 1000
	n, err := s.count(ctx, p)
	for err == nil {
		var l Listing
		if l, err = s.page(ctx, p, n.scanned <= sortCap); err != nil {
			break
		}
		if first := !p.at.Set; first && p.id != 0 {
			if l, err = s.withID(ctx, p, l); err != nil {
				break
			}
		}
		for _, c := range l.Rows {
			if err := fn(c); err != nil {
				return err
			}
		}
		if l.Next == "" {
			return nil
		}
		p.at = parseCursor(l.Next)
	}
	return err
}

// plan is a query taken apart.
type plan struct {
	term    *cond // of the keyword
	conds   []cond
	order   sorting
	desc    bool
	byMatch bool // no order was asked for: the keyword's own
	id      int64
	at      cursor
	size    int
}

func (q Query) plan() plan {
	p := plan{conds: q.conds(), at: parseCursor(q.Cursor), size: q.size()}
	p.order, p.desc = q.order()
	kw, ok := q.keyword()
	if !ok {
		return p
	}
	p.id, p.byMatch = kw.id, !Sortable(q.Sort)
	text := "t.term >= ? AND t.term < ? AND t.shared < ?"
	args := []any{kw.prefix, sqldb.PrefixEnd(kw.prefix), len(kw.prefix)}
	if kw.id != 0 { // shown first, see withID
		text, args = text+" AND t.customer_id <> ?", append(args, kw.id)
	}
	p.term = &cond{column: "t.term", text: text, args: args}
	return p
}

// driver is the condition whose index leads to the matches; rest are the others.
func (p plan) driver() (driver *cond, rest []cond) {
	if p.term != nil {
		return p.term, p.conds
	}
	if len(p.conds) > 0 {
		return &p.conds[0], p.conds[1:]
	}
	return nil, nil
}

// source is where the driver's matches come from and which column is their id.
// CROSS keeps SQLite from beginning at the other end.
func (p plan) source(withCustomer bool) (from, id string, joined []string) {
	switch {
	case p.term == nil:
		return "customer c", "c.id", nil
	case withCustomer:
		return "customer_term t CROSS JOIN customer c", "t.customer_id", []string{"c.id = t.customer_id"}
	}
	return "customer_term t", "t.customer_id", nil
}

func plain(w *sqldb.Where, conds []cond) []string {
	texts := make([]string, len(conds))
	for i, c := range conds {
		texts[i] = w.Bind(c.plain(), c.args...)
	}
	return texts
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

func (s *Service) count(ctx context.Context, p plan) (n counted, err error) {
	text, args, exact := p.countSQL()
	row := s.db.Reader().QueryRow(ctx, text, args...)
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
	from, _, conds := p.source(len(rest) > 0)
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

// page reads one page.
func (s *Service) page(ctx context.Context, p plan, few bool) (Listing, error) {
	text, args := p.pageSQL(few)
	found, err := sqldb.All(ctx, s.db.Reader(), p.scan, text, args...)
	return p.listing(found), err
}

// pageSQL sorts the matches when they are few; else it walks the index of the
// order. It settles which order that is.
func (p *plan) pageSQL(few bool) (string, []any) {
	var w sqldb.Where
	var with, from string
	var conds []string
	driver, rest := p.driver()
	switch {
	case p.term != nil && (p.byMatch || !few):
		p.order, p.desc, p.byMatch = byTerm, false, true
		from, _, conds = p.source(true)
		conds = append(conds, w.Bind(driver.text, driver.args...))
		conds = append(conds, plain(&w, rest)...)
	case driver != nil && few:
		source, id, inner := p.source(len(rest) > 0)
		inner = append(inner, w.Bind(driver.text, driver.args...))
		inner = append(inner, plain(&w, rest)...)
		with = `WITH hit AS MATERIALIZED (SELECT ` + id + ` AS id FROM ` + source + where(inner) + `) `
		from, conds = `hit h CROSS JOIN customer c`, []string{"c.id = h.id"}
	default:
		from, conds = "customer c", p.walked(&w)
	}
	if p.at.Set {
		conds = append(conds, p.beyond(&w))
	}
	text := with + `SELECT ` + columns + `, ` + p.order.column + `, ` + p.order.tie + ` FROM ` + from + where(conds) +
		p.orderBy() + w.Bind(` LIMIT ?`, p.size+1)
	return text, w.Args()
}

// walked are the conditions while walking the index of the order: only those
// that this same index answers may use it.
func (p plan) walked(w *sqldb.Where) []string {
	var texts []string
	used := false
	for _, c := range p.conds {
		same := c.column == p.order.column || c.equal && p.order.column == "c.id"
		if same && !used {
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
	if p.order.column == p.order.tie {
		return w.Bind(p.order.column+" "+op+" ?", p.at.Tie)
	}
	var value any = p.at.Num
	if p.order.text {
		value = p.at.Text
	}
	return w.Bind("("+p.order.column+", "+p.order.tie+") "+op+" (?, ?)", value, p.at.Tie)
}

func (p plan) orderBy() string {
	dir := ""
	if p.down() {
		dir = " DESC"
	}
	if p.order.column == p.order.tie {
		return " ORDER BY " + p.order.column + dir
	}
	return " ORDER BY " + p.order.column + dir + ", " + p.order.tie + dir
}

// placed is a customer with its place in the order.
type placed struct {
	Customer
	at cursor
}

func (p plan) scan(r sqldb.Scanner) (row placed, err error) {
	var value any = &row.at.Num
	if p.order.text {
		value = &row.at.Text
	}
	err = r.Scan(append(row.dest(), value, &row.at.Tie)...)
	return row, err
}

func (p plan) listing(found []placed) Listing {
	further := len(found) > p.size
	found = found[:min(len(found), p.size)]
	if p.at.Back {
		slices.Reverse(found)
	}
	l := Listing{ByMatch: p.byMatch}
	for _, row := range found {
		l.Rows = append(l.Rows, row.Customer)
	}
	if len(found) == 0 {
		return l
	}
	if further || p.at.Back {
		l.Next = found[len(found)-1].at.String()
	}
	if p.at.Set && (further || !p.at.Back) {
		before := found[0].at
		before.Back = true
		l.Prev = before.String()
	}
	return l
}

// withID counts the customer whose id is the keyword, and puts it first on the
// first page.
func (s *Service) withID(ctx context.Context, p plan, l Listing) (Listing, error) {
	var w sqldb.Where
	conds := append(plain(&w, p.conds), w.Bind("c.id = ?", p.id))
	c, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scan, `SELECT `+columns+` FROM customer c`+where(conds), w.Args()...))
	if err != nil || !ok {
		return l, err
	}
	if l.Total < CountCap {
		l.Total++
	} else {
		l.More = true
	}
	if l.Prev == "" {
		l.Rows = append([]Customer{c}, l.Rows...)
	}
	return l, nil
}
