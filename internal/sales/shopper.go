package sales

import (
	"strings"

	"github.com/storehand/storehand/internal/config"
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

// Untouched reports whether nothing of an order was invoiced, shipped or
// cancelled yet.
func (o Full) Untouched() bool { return untouched(o.Items) }
