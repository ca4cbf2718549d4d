package sales

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/listing"
)

var (
	orderSource = listing.Source{Table: "sales_order o", ID: "o.id", Columns: orderColumns, Terms: "sales_order_term t", TermID: "t.order_id"}

	orderID       = listing.Column{SQL: "o.id"}
	orderPlacedAt = listing.Column{SQL: "o.created_at"}
	placedAt      = listing.Order{orderPlacedAt, orderID}

	orderSortings = map[string]listing.Order{
		"number":    {{SQL: "o.number", Text: true}},
		"created":   placedAt,
		"bill_name": {{SQL: "o.bill_key", Text: true}, orderID},
		"ship_name": {{SQL: "o.ship_key", Text: true}, orderID},
		"email":     {{SQL: "o.email_key", Text: true}, orderID},
		"total":     {{SQL: "o.grand_total"}, orderID},
		"status":    {{SQL: "o.status", Text: true}, orderPlacedAt, orderID},
		"website":   {{SQL: "o.website_id"}, orderPlacedAt, orderID},
	}
)

// OrderSorts are the keys that lists of orders can be sorted by.
var OrderSorts = slices.Sorted(maps.Keys(orderSortings))

// sortCap is lowered by tests.
var sortCap = listing.SortCap

// Grid returns one page of orders.
func (s *Service) Grid(ctx context.Context, f OrderFilter) (OrderPage, error) {
	return listing.Read(ctx, s.db.Reader(), f.plan(), (*Order).dest)
}

// Export calls fn with every order of the filter, in its order.
func (s *Service) Export(ctx context.Context, f OrderFilter, fn func(Order) error) error {
	return listing.Each(ctx, s.db.Reader(), f.plan(), (*Order).dest, fn)
}

func (f OrderFilter) plan() listing.Plan {
	p := listing.Plan{Source: orderSource, Conds: f.conds(), Cursor: f.Cursor, Size: f.Size, SortCap: sortCap, Order: placedAt, Desc: true}
	o, sorted := orderSortings[f.Sort]
	if sorted {
		p.Order, p.Desc = o, f.Desc
	}
	text := strings.TrimPrefix(customer.Fold(customer.Clean(f.Keyword)), "#")
	if text == "" {
		return p
	}
	const most = 100 // of a term, in bytes
	p.Term, p.ByMatch = listing.Term(strings.ToValidUTF8(text[:min(len(text), most)], "")), !sorted
	return p
}

// conds lists the filter's conditions, the most selective kind first: by the
// index of the first one matches are counted, and fetched when they are few.
func (f OrderFilter) conds() []listing.Cond {
	const then = "o.created_at"
	var all listing.Conds
	all.Add(clean(f.Number) != "", numberIs("o.number", f.Number))
	all.Add(f.StayID != 0, listing.Is("o.impersonation_id", "", f.StayID))
	all.Add(f.CustomerID != 0, listing.Is("o.customer_id", then, f.CustomerID))
	all.Add(clean(f.Email) != "", listing.Prefix("o.email_key", customer.EmailKey(f.Email)))
	all.Add(clean(f.BillName) != "", listing.Prefix("o.bill_key", customer.Fold(f.BillName)))
	all.Add(clean(f.ShipName) != "", listing.Prefix("o.ship_key", customer.Fold(f.ShipName)))
	all.Add(f.Assisted != nil && *f.Assisted, listing.Cond{Column: "o.impersonation_id", Text: "o.impersonation_id IS NOT NULL"})
	all.Add(f.Status != "", listing.Is("o.status", then, f.Status))
	all.Add(f.State != "" && f.Status == "", listing.Among("o.status", then, codesOf(f.State)))
	all.Add(!f.From.IsZero() || !f.To.IsZero(), listing.Between("o.created_at", f.From, f.To))
	all.Add(f.TotalFrom != nil || f.TotalTo != nil, listing.Range("o.grand_total", f.TotalFrom, f.TotalTo))
	all.Add(f.ViewID != 0, listing.Is("o.store_view_id", then, f.ViewID))
	all.Add(f.WebsiteID != 0, listing.Is("o.website_id", then, f.WebsiteID))
	all.Add(f.Websites != nil, listing.Among("o.website_id", then, f.Websites))
	all.Add(f.State != "", listing.Unindexed("o.state = ?", string(f.State)))
	all.Add(f.Currency != "", listing.Unindexed("o.currency = ?", f.Currency))
	all.Add(f.Assisted != nil && !*f.Assisted, listing.Unindexed("o.impersonation_id IS NULL"))
	return listing.Narrow(all, then)
}

func clean(s string) string { return customer.Clean(s) }

// numberIs finds a document by its number as people say it: the beginning, or
// the whole without zeros.
func numberIs(column, text string) listing.Cond {
	text = strings.TrimPrefix(clean(text), "#")
	const digits = 9
	if len(text) < digits && !strings.HasPrefix(text, "0") && strings.Trim(text, "0123456789") == "" {
		return listing.Is(column, "", strings.Repeat("0", digits-len(text))+text)
	}
	return listing.Prefix(column, text)
}

// codesOf are the statuses of a state: they have an index, states have none.
func codesOf(state State) []string {
	var codes []string
	for _, st := range Statuses(state) {
		codes = append(codes, st.Code)
	}
	return codes
}
