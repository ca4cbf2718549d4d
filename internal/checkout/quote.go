// Package checkout turns a cart into an order. Quote is the one way in which a
// cart is priced, for the cart's page, the checkout, an order made in the Admin
// and the order itself, so the figures cannot differ between them.
//
// It refuses to place what was not priced in the same transaction. Rules of
// discounts, tax, delivery and orders belong to their own areas; it only knows
// the order in which they are asked (rule R2).
package checkout

import (
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/totals"
)

// QuoteRequest asks what a cart costs. Whoever makes it decides nothing: what is
// not known yet is left empty.
type QuoteRequest struct {
	Cart       *cart.Cart // loaded in the same transaction when an order is placed
	WebsiteID  int64
	ViewID     int64
	GroupID    int64
	CustomerID int64 // 0: a guest

	Billing        *sales.Address // nil: not known; then as Shipping
	Shipping       *sales.Address // nil: not known; then the default tax destination
	ShippingMethod string         // code, "" when not chosen
	PaymentMethod  string         // code, "" when not chosen
	Coupon         string         // as typed, "" for none
}

// Quote is what a cart costs.
type Quote struct {
	Currency         string
	Lines            []cart.Line // what is sold, in the order of Totals.Lines; lines that are gone are not here
	Totals           totals.Result
	PricesIncludeTax bool
	Virtual          bool // nothing is shipped
	WeightGrams      int64

	Applied       []promotion.Applied
	Coupon        string // that counts, as the merchant wrote it; "" for none
	CouponState   promotion.CouponState
	DiscountLabel string
	FreeShipping  bool // a rule grants it

	ShippingOptions []shipping.Rate // none without an address or when Virtual; those with a Problem cannot be chosen
	ShippingMethod  string          // that was asked for and can be had; "" otherwise
	ShippingTitle   string          // as an order keeps it: "Flat Rate - Fixed"

	Problems []Problem // why it cannot become an order yet
}

// RuleIDs are the cart price rules that count.
func (q *Quote) RuleIDs() []int64 { return promotion.Outcome{Applied: q.Applied}.RuleIDs() }

// Discount is all that is taken off, of lines and of shipping.
func (q *Quote) Discount() int64 { return q.Totals.Discount + q.Totals.ShippingDiscount }

// Problem is why a cart cannot become an order as it stands.
type Problem struct {
	Code ProblemCode
	SKU  string // of the line, "" for the whole cart
}

// ProblemCode says which.
type ProblemCode string

// The problems. Those of a line are cart.Problem's.
const (
	EmptyCart          ProblemCode = "empty"
	LineGone                       = ProblemCode(cart.Gone)
	LineOutOfStock                 = ProblemCode(cart.OutOfStock)
	LineTooMany                    = ProblemCode(cart.TooMany)
	NoShippingMethod   ProblemCode = "no_shipping_method"   // none was chosen, or none reaches the address
	ShippingMethodGone ProblemCode = "shipping_method_gone" // the one chosen is not to be had any more
)

// Fill puts what was quoted into the draft of an order: lines, amounts, discount
// and delivery. Who orders, where to and how it is paid is the caller's.
func (q *Quote) Fill(d *sales.Draft) {
	d.Currency, d.Totals, d.PricesIncludeTax = q.Currency, q.Totals, q.PricesIncludeTax
	d.Coupon, d.DiscountLabel, d.RuleIDs = q.Coupon, q.DiscountLabel, q.RuleIDs()
	d.ShippingMethod, d.ShippingTitle = q.ShippingMethod, q.ShippingTitle
	d.Lines = make([]sales.DraftLine, len(q.Lines))
	for i, l := range q.Lines {
		d.Lines[i] = draftLine(l)
	}
}

func draftLine(l cart.Line) sales.DraftLine {
	d := sales.DraftLine{
		ProductID: l.Card.ID, SKU: l.Card.SKU, Name: l.Name(), Kind: string(l.Card.Kind), Virtual: l.Card.Kind == catalog.Virtual,
		ManageStock: l.Card.Managed, TaxClass: l.Card.TaxClass, WeightGrams: l.Card.WeightGrams, OriginalPrice: l.Card.Regular.Minor, Qty: l.Qty,
	}
	if l.Parent != nil {
		d.ParentProductID = l.Parent.ID
	}
	for _, a := range l.Choice() {
		d.Options = append(d.Options, sales.Option{Label: a.Code, Value: a.Value})
	}
	return d
}
