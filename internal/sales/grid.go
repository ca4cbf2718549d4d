package sales

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
)

var orderSource = source{table: "sales_order o", id: "o.id", columns: orderColumns}

var (
	placedAt = sorting{{"o.created_at", false}, {"o.id", false}}
	byTerm   = sorting{{"t.term", true}, {"t.order_id", false}}

	orderSortings = map[string]sorting{
		"number":    {{"o.number", true}},
		"created":   placedAt,
		"bill_name": {{"o.bill_key", true}, {"o.id", false}},
		"ship_name": {{"o.ship_key", true}, {"o.id", false}},
		"email":     {{"o.email_key", true}, {"o.id", false}},
		"total":     {{"o.grand_total", false}, {"o.id", false}},
		"status":    {{"o.status", true}, {"o.created_at", false}, {"o.id", false}},
		"website":   {{"o.website_id", false}, {"o.created_at", false}, {"o.id", false}},
	}
)

// OrderSorts are the keys that lists of orders can be sorted by.
var OrderSorts = slices.Sorted(maps.Keys(orderSortings))

// Grid returns one page of orders.
func (s *Service) Grid(ctx context.Context, f OrderFilter) (OrderPage, error) {
	p := f.plan()
	n, err := p.count(ctx, s.db.Reader())
	if err != nil {
		return OrderPage{}, err
	}
	l, err := page(ctx, s.db.Reader(), p, n.scanned <= sortCap, (*Order).dest)
	return OrderPage{Rows: l.rows, Total: n.total, More: n.more, Next: l.next, Prev: l.prev, ByMatch: l.byMatch}, err
}

// Export calls fn with every order of the filter, in its order.
func (s *Service) Export(ctx context.Context, f OrderFilter, fn func(Order) error) error {
	return readAll(ctx, s.db.Reader(), f.plan(), (*Order).dest, fn)
}

func (f OrderFilter) plan() plan {
	p := plan{source: orderSource, conds: f.conds(), cursor: f.Cursor, size: pageSize(f.Size), order: placedAt, desc: true}
	if o, ok := orderSortings[f.Sort]; ok {
		p.order, p.desc = o, f.Desc
	}
	text := strings.TrimPrefix(customer.Fold(customer.Clean(f.Keyword)), "#")
	if text == "" {
		return p
	}
	_, sorted := orderSortings[f.Sort]
	p.byMatch = !sorted
	const most = 100 // of a term, in bytes
	text = strings.ToValidUTF8(text[:min(len(text), most)], "")
	p.term = &cond{column: "t.term", text: "t.term >= ? AND t.term < ? AND t.shared < ?", args: []any{text, sqldb.PrefixEnd(text), len(text)}}
	return p
}

func pageSize(n int) int {
	const usual, most = 20, 200
	if n <= 0 {
		return usual
	}
	return min(n, most)
}

func prefix(column, value string) cond {
	return cond{column: column, text: column + " >= ? AND " + column + " < ?", args: []any{value, sqldb.PrefixEnd(value)}}
}

// is is a condition whose index goes on with the time of the row.
func is[T string | int64](table, column string, value T) cond {
	column = table + "." + column
	return cond{column: column, leads: table + ".created_at", text: column + " = ?", args: []any{value}}
}

// narrowed makes one condition of the first that equals and of a range of the
// time by which its index goes on: that index answers both, and so neither the
// rest of the time nor the rest of a website is read.
func narrowed(conds []cond) []cond {
	within := slices.IndexFunc(conds, func(c cond) bool { return strings.HasSuffix(c.column, ".created_at") })
	equal := slices.IndexFunc(conds, func(c cond) bool { return within >= 0 && c.leads == conds[within].column })
	if equal < 0 {
		return conds
	}
	both := conds[equal]
	both.text, both.args = both.text+" AND "+conds[within].text, slices.Concat(both.args, conds[within].args)
	conds[min(equal, within)] = both
	return slices.Delete(conds, max(equal, within), max(equal, within)+1)
}

// usual is a condition without an index.
func usual(text string, args ...any) cond { return cond{text: text, args: args} }

// conds lists the filter's conditions, the most selective kind first: by the
// index of the first one matches are counted, and fetched when they are few.
func (f OrderFilter) conds() []cond {
	var all []cond
	add := func(wanted bool, c cond) {
		if wanted {
			all = append(all, c)
		}
	}
	add(clean(f.Number) != "", numberIs("o.number", f.Number))
	add(f.StayID != 0, cond{column: "o.impersonation_id", text: "o.impersonation_id = ?", args: []any{f.StayID}})
	add(f.CustomerID != 0, is("o", "customer_id", f.CustomerID))
	add(clean(f.Email) != "", prefix("o.email_key", customer.EmailKey(f.Email)))
	add(clean(f.BillName) != "", prefix("o.bill_key", customer.Fold(f.BillName)))
	add(clean(f.ShipName) != "", prefix("o.ship_key", customer.Fold(f.ShipName)))
	add(f.Assisted != nil && *f.Assisted, cond{column: "o.impersonation_id", text: "o.impersonation_id IS NOT NULL"})
	add(f.Status != "", is("o", "status", f.Status))
	add(f.State != "" && f.Status == "", ofState(f.State))
	add(!f.From.IsZero() || !f.To.IsZero(), between("o.created_at", f.From, f.To))
	add(f.TotalFrom != nil || f.TotalTo != nil, amount("o.grand_total", f.TotalFrom, f.TotalTo))
	add(f.ViewID != 0, is("o", "store_view_id", f.ViewID))
	add(f.WebsiteID != 0, is("o", "website_id", f.WebsiteID))
	add(f.Websites != nil, amongWebsites("o", f.Websites))
	add(f.State != "", usual("o.state = ?", string(f.State)))
	add(f.Currency != "", usual("o.currency = ?", f.Currency))
	add(f.Assisted != nil && !*f.Assisted, usual("o.impersonation_id IS NULL"))
	return narrowed(all)
}

func clean(s string) string { return customer.Clean(s) }

// numberIs finds a document by its number as people say it: the beginning, or
// the whole without zeros.
func numberIs(column, text string) cond {
	text = strings.TrimPrefix(clean(text), "#")
	const digits = 9
	if len(text) < digits && !strings.HasPrefix(text, "0") && strings.Trim(text, "0123456789") == "" {
		return cond{column: column, text: column + " = ?", args: []any{strings.Repeat("0", digits-len(text)) + text}}
	}
	return prefix(column, text)
}

// ofState lists by the statuses of a state: statuses have an index.
func ofState(state State) cond {
	var codes []any
	for _, st := range Statuses(state) {
		codes = append(codes, st.Code)
	}
	if len(codes) == 1 {
		return is("o", "status", fmt.Sprint(codes[0]))
	}
	if len(codes) == 0 {
		return usual("1 = 0")
	}
	return cond{column: "o.status", text: "o.status IN " + marks(len(codes)), args: codes}
}

func between(column string, from, to time.Time) cond {
	low, high := int64(0), sqldb.Micros(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	if !from.IsZero() {
		low = sqldb.Micros(from)
	}
	if !to.IsZero() {
		high = sqldb.Micros(to)
	}
	return cond{column: column, text: column + " >= ? AND " + column + " < ?", args: []any{low, high}}
}

func amount(column string, from, to *int64) cond {
	low, high := int64(-1)<<62, int64(1)<<62
	if from != nil {
		low = *from
	}
	if to != nil {
		high = *to
	}
	return cond{column: column, text: column + " >= ? AND " + column + " <= ?", args: []any{low, high}}
}

func amongWebsites(table string, ids []int64) cond {
	switch len(ids) {
	case 0:
		return usual("1 = 0")
	case 1:
		return is(table, "website_id", ids[0])
	}
	return cond{column: table + ".website_id", text: table + ".website_id IN " + marks(len(ids)), args: sqldb.Any(ids)}
}
