package sales

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
)

// What customers may do with their orders themselves, in Sales > Sales.
var (
	AllowReorder = config.Bool("sales.reorder.allow", config.In(config.SalesGeneral, "Reorder"), config.Label("Allow Reorder"),
		config.At(config.ViewScope), config.Default(true))
	AllowCancel = config.Bool("sales.cancellation.enabled", config.In(config.SalesGeneral, "Order Cancellation"),
		config.Label("Enable Order Cancellation by Customers"), config.At(config.ViewScope), config.Default(false),
		config.Help("While nothing of an order is invoiced or shipped."))
)

// Lines writes an address as it is written in its country, line by line; the
// country is named in the language of a locale.
func (a Address) Lines(locale string) []string { return a.lines(locale) }

// WithTax is what is shown of a line where prices are shown with tax: its tax
// added, its discount not yet taken off.
func (p Parts) WithTax() int64 { return p.withTax() }

// KnownTo reports whether who looks for a guest's order without an account
// knows enough of it: e-mail address and last name.
func (o Order) KnownTo(websiteID int64, email, lastName string) bool {
	same := func(a, b string) bool {
		return strings.TrimSpace(a) != "" && strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
	}
	return o.Guest() && o.WebsiteID == websiteID && same(o.Email, email) && same(o.LastName, lastName)
}

// ShippedLines says what is in each shipment of an order, by its id.
func (s *Service) ShippedLines(ctx context.Context, o Full) (map[int64][]DocLine, error) {
	if len(o.Shipments) == 0 {
		return nil, nil
	}
	in := map[int64][]DocLine{}
	_, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		var shipment, item, qty int64
		err := r.Scan(&shipment, &item, &qty)
		if i, ok := o.Item(item); ok && qty > 0 {
			in[shipment] = append(in[shipment], DocLine{Item: i, Qty: qty})
		}
		return struct{}{}, err
	}, shippedLines, o.ID)
	return in, err
}

const shippedLines = `SELECT l.shipment_id, l.order_item_id, l.qty FROM sales_shipment d
	JOIN sales_shipment_item l ON l.shipment_id = d.id WHERE d.order_id = $1 ORDER BY l.shipment_id, l.order_item_id`

// Untouched reports whether nothing of an order was invoiced, shipped or
// cancelled yet.
func (o Full) Untouched() bool { return untouched(o.Items) }
