package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// What the pages of orders and of their documents share.

// cash writes minor units as the Admin does: "$47.07".
func cash(minor int64, currency string) string {
	return i18n.For("en").Money(money.New(minor, currency))
}

// plainCash writes minor units for a machine: "47.07".
func plainCash(minor int64, currency string) string { return money.New(minor, currency).String() }

func number(n int64) string { return strconv.FormatInt(n, 10) }

// orderOf reads the order that the address names, if the role reaches its website:
// otherwise there is nothing at this address.
func (a *App) orderOf(r *http.Request) (sales.Full, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return sales.Full{}, err
	}
	o, err := a.Sales.Find(r.Context(), id)
	if err != nil {
		return o, err
	}
	return o, mayReach(r.Context(), o.Order)
}

// mayReach says that there is no such order to a role that does not reach its
// website.
func mayReach(ctx context.Context, o sales.Order) error {
	if mustView(ctx).Grant.AllowsWebsite(o.WebsiteID) {
		return nil
	}
	return fault.New(fault.NotFound, "This order does not exist.")
}

// onOrder is a context in which the Admin user acts on the account of an order's
// customer; a guest's order is on nobody's account.
func onOrder(ctx context.Context, o sales.Order) context.Context {
	who, _ := actor.From(ctx)
	who.WebsiteID, who.StoreViewID = o.WebsiteID, o.ViewID
	if !o.Guest() {
		who.Subject = actor.Subject{ID: o.CustomerID, Name: orderName(o)}
	}
	return actor.With(ctx, who)
}

// orderName is whose order it is.
func orderName(o sales.Order) string {
	return orElse(o.Name(), o.BillName)
}

// statusTones go by state, because statuses may be added.
var statusTones = map[sales.State]ui.Tone{
	sales.StateNew: ui.Info, sales.PendingPayment: ui.Warning, sales.PaymentReview: ui.Warning, sales.Processing: ui.Info,
	sales.Complete: ui.Success, sales.Holded: ui.Warning, sales.Canceled: ui.Danger,
}

func statusBadge(o sales.Order) templ.Component {
	return ui.Badge(statusTones[o.State], sales.StatusLabel(o.Status))
}

// byLine is who did something: the name, what kind of person that is, and the way
// to the stay it was done in, for whoever may see it.
type byLine struct {
	Name, Kind string
	Staff      bool
	Stay       string // address of the stay, "" for none or none of one's business
	InStay     bool
}

func byLineOf(by sales.By, stays map[int64]string) byLine {
	l := byLine{Name: by.Name, Kind: byKinds[actor.Kind(by.Kind)], Staff: by.Staff(), InStay: by.Impersonation != 0}
	if id := stays[by.Impersonation]; id != "" {
		l.Stay = "/assist/log/" + id
	}
	if l.Kind == "" {
		l.Kind = orElse(by.Kind, "Unknown")
	}
	return l
}

var byKinds = map[actor.Kind]string{
	actor.Admin: "Admin user", actor.Customer: "Customer", actor.Guest: "Guest", actor.System: "System",
}

// words is the same in a sentence: "maria (Admin user, for the customer)".
func (l byLine) words() string {
	text := l.Kind
	if l.InStay {
		text += ", logged in as the customer"
	}
	if l.Name == "" {
		return text
	}
	return l.Name + " (" + text + ")"
}

// totalRow is a line of a document's totals.
type totalRow struct {
	Label, Note, Value string
	Part, Grand        bool // a part of the line above; the sum
}

// amountRows are the totals that an order and each of its documents have.
func amountRows(m sales.Amounts, o sales.Order) []totalRow {
	sum := func(n int64) string { return cash(n, o.Currency) }
	rows := []totalRow{{Label: "Subtotal", Value: sum(m.Subtotal)}}
	if m.Discount != 0 {
		rows = append(rows, totalRow{Label: "Discount", Note: discountNote(o), Value: sum(-m.Discount)})
	}
	if m.Shipping != 0 || !o.Virtual {
		rows = append(rows, totalRow{Label: "Shipping & Handling", Value: sum(m.Shipping)})
	}
	if m.ShippingDiscount != 0 {
		rows = append(rows, totalRow{Label: "Shipping Discount", Value: sum(-m.ShippingDiscount)})
	}
	rows = append(rows, totalRow{Label: "Tax", Value: sum(m.Tax)})
	if m.Compensation != 0 {
		rows = append(rows, totalRow{Label: "Discount Tax Compensation", Value: sum(m.Compensation)})
	}
	return rows
}

func discountNote(o sales.Order) string {
	if o.DiscountLabel != "" && o.Coupon != "" && o.DiscountLabel != o.Coupon {
		return o.DiscountLabel + " · " + o.Coupon
	}
	return orElse(o.DiscountLabel, o.Coupon)
}

// addressRows are the lines of the street.
func addressRows(a sales.Address) []string {
	return strings.FieldsFunc(a.Street, func(r rune) bool { return r == '\n' || r == '\r' })
}
