package checkout

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/totals"
)

// Pricer quotes carts.
type Pricer struct {
	db         *sqldb.DB
	carts      *cart.Service
	promotions *promotion.Service
	taxes      *tax.Service
	delivery   *shipping.Service
}

// NewPricer returns the pricer of a database.
func NewPricer(db *sqldb.DB, carts *cart.Service, promotions *promotion.Service, taxes *tax.Service, delivery *shipping.Service) *Pricer {
	return &Pricer{db, carts, promotions, taxes, delivery}
}

// Quote prices a cart with a bounded number of queries, whatever is in it. q is
// the change's *sqldb.Tx when an order is placed: then rules and coupons are
// read anew.
func (p *Pricer) Quote(ctx context.Context, q sqldb.Querier, r QuoteRequest) (Quote, error) {
	w, err := p.begin(ctx, r)
	if err != nil {
		return Quote{}, err
	}
	found, err := p.promotions.Find(ctx, q, promotion.Asker{
		WebsiteID: r.WebsiteID, GroupID: r.GroupID, CustomerID: r.CustomerID, Coupon: r.Coupon, Now: p.now(q),
	})
	if err != nil {
		return Quote{}, err
	}
	if err := w.know(ctx, q, found.Rules); err != nil {
		return Quote{}, err
	}
	if err := p.deliver(ctx, q, w, found.Rules); err != nil {
		return Quote{}, err
	}
	return w.settle(found)
}

// now is the change's time when there is one.
func (p *Pricer) now(q sqldb.Querier) time.Time {
	if tx, ok := q.(*sqldb.Tx); ok {
		return tx.Now()
	}
	return p.db.Now()
}

// working is a quote on its way.
type working struct {
	r     QuoteRequest
	out   Quote
	in    totals.Input
	facts promotion.Facts
}

// begin takes the lines that are sold and what they cost without any discount.
func (p *Pricer) begin(ctx context.Context, r QuoteRequest) (*working, error) {
	w := &working{r: r, out: Quote{Currency: r.Cart.Currency, Virtual: true}}
	w.in.Currency = r.Cart.Currency
	var classes []string
	for _, l := range r.Cart.Lines {
		if l.Problem != cart.NoProblem {
			w.out.Problems = append(w.out.Problems, Problem{ProblemCode(l.Problem), l.Card.SKU})
		}
		if l.Problem == cart.Gone {
			continue
		}
		w.out.Lines = append(w.out.Lines, l)
		w.in.Lines = append(w.in.Lines, totals.Line{Qty: l.Qty, Price: l.Card.Price.Minor})
		w.out.WeightGrams += l.Card.WeightGrams * l.Qty
		w.out.Virtual = w.out.Virtual && l.Card.Kind == catalog.Virtual
		classes = append(classes, l.Card.TaxClass)
	}
	if len(w.out.Lines) == 0 {
		w.out.Virtual = false
		w.out.Problems = append(w.out.Problems, Problem{Code: EmptyCart})
	}
	ship, bill := w.addresses()
	err := p.taxes.Apply(ctx, tax.Customer{
		WebsiteID: r.WebsiteID, ViewID: r.ViewID, GroupID: r.GroupID, Shipping: place(ship), Billing: place(bill),
	}, classes, &w.in)
	w.out.PricesIncludeTax = w.in.Settings.PricesIncludeTax
	return w, err
}

// addresses are where it is shipped to and billed to; a cart that is not
// shipped has only the latter.
func (w *working) addresses() (ship, bill *sales.Address) {
	ship, bill = w.r.Shipping, w.r.Billing
	if bill == nil {
		bill = ship
	}
	if w.out.Virtual {
		ship = nil
	}
	return ship, bill
}

func place(a *sales.Address) tax.Place {
	if a == nil {
		return tax.Place{}
	}
	return tax.Place{Country: a.Country, Region: a.Region, Postcode: a.Postcode}
}

// know gathers what the rules look at.
func (w *working) know(ctx context.Context, q sqldb.Querier, rules []promotion.Rule) error {
	w.facts = promotion.Facts{ViewID: w.r.ViewID, Payment: w.r.PaymentMethod, Coupon: strings.TrimSpace(w.r.Coupon)}
	if ship, bill := w.addresses(); ship != nil {
		w.facts.Country = ship.Country
	} else if bill != nil {
		w.facts.Country = bill.Country
	}
	plain, err := totals.Compute(w.in)
	if err != nil {
		return err
	}
	categories, err := w.categories(ctx, q, rules)
	if err != nil {
		return err
	}
	for i, l := range w.out.Lines {
		row := plain.Lines[i].RowTotal
		if w.in.Settings.PricesIncludeTax {
			row = plain.Lines[i].RowInclTax
		}
		base, most := w.in.Settings.Discountable(plain.Lines[i])
		fact := promotion.Line{SKU: l.Card.SKU, Qty: l.Qty, Row: row, Base: base, Most: most, WeightGrams: l.Card.WeightGrams, Categories: categories[l.Card.ID]}
		if l.Parent != nil {
			fact.Categories = slices.Concat(fact.Categories, categories[l.Parent.ID])
		}
		w.facts.Lines = append(w.facts.Lines, fact)
	}
	return nil
}

// categories are those of the lines' products, if any rule asks for them.
func (w *working) categories(ctx context.Context, q sqldb.Querier, rules []promotion.Rule) (map[int64][]int64, error) {
	asks := func(c promotion.Condition) bool { return c.Attribute == promotion.Category }
	if !slices.ContainsFunc(rules, func(r promotion.Rule) bool {
		return slices.ContainsFunc(r.Conditions, asks) || slices.ContainsFunc(r.Only, asks)
	}) {
		return nil, nil
	}
	var ids []int64
	for _, l := range w.out.Lines {
		ids = append(ids, l.Card.ID)
		if l.Parent != nil {
			ids = append(ids, l.Parent.ID)
		}
	}
	slices.Sort(ids)
	return catalog.CategoriesOf(ctx, q, slices.Compact(ids))
}

// deliver finds the ways of delivery and takes the one that was chosen. They
// look at the lines after discount; the discount of shipping comes later.
func (p *Pricer) deliver(ctx context.Context, q sqldb.Querier, w *working, rules []promotion.Rule) error {
	if w.out.Virtual || len(w.out.Lines) == 0 {
		return nil
	}
	before := promotion.Apply(rules, w.facts)
	w.discount(before)
	w.out.FreeShipping = before.FreeShipping
	if w.r.Shipping != nil {
		reduced, err := totals.Compute(w.in)
		if err != nil {
			return err
		}
		if w.out.ShippingOptions, err = p.delivery.QuoteAll(ctx, q, w.parcel(reduced)); err != nil {
			return err
		}
	}
	w.choose()
	return nil
}

// parcel is what the ways of delivery look at.
func (w *working) parcel(reduced totals.Result) shipping.Request {
	a := w.r.Shipping
	r := shipping.Request{
		WebsiteID: w.r.WebsiteID, ViewID: w.r.ViewID, Currency: w.out.Currency, FreeShipping: w.out.FreeShipping,
		Destination: shipping.Destination{Country: a.Country, Region: a.Region, Postcode: a.Postcode},
	}
	for i, l := range w.out.Lines {
		amounts := reduced.Lines[i]
		r.Lines = append(r.Lines, shipping.Line{
			WeightGrams: l.Card.WeightGrams * l.Qty, Qty: l.Qty, Subtotal: amounts.RowTotal - amounts.Discount + amounts.Compensation,
			Tax: amounts.Tax, Virtual: l.Card.Kind == catalog.Virtual,
		})
	}
	return r
}

// choose takes the way of delivery that was asked for, or says why not.
func (w *working) choose() {
	for _, o := range w.out.ShippingOptions {
		if o.Problem == "" && o.Code == w.r.ShippingMethod {
			w.out.ShippingMethod, w.out.ShippingTitle = o.Code, o.Name()
			w.in.Shipping, w.facts.Shipping = o.Amount, o.Amount
			return
		}
	}
	code := NoShippingMethod
	if w.r.ShippingMethod != "" && w.r.Shipping != nil {
		code = ShippingMethodGone
	}
	w.out.Problems = append(w.out.Problems, Problem{Code: code})
}

// discount puts discounts into the computation.
func (w *working) discount(o promotion.Outcome) {
	for i := range w.in.Lines {
		w.in.Lines[i].Discount = o.LineDiscounts[i]
	}
	w.in.ShippingDiscount = o.ShippingDiscount
}

// settle applies the rules to lines and shipping and adds everything up.
func (w *working) settle(found promotion.Found) (Quote, error) {
	o := promotion.Apply(found.Rules, w.facts)
	w.discount(o)
	w.out.Applied, w.out.FreeShipping, w.out.CouponState = o.Applied, o.FreeShipping, o.Coupon
	if found.Coupon != promotion.CouponNone {
		w.out.CouponState = found.Coupon
	}
	if w.out.CouponState == promotion.CouponApplied {
		w.out.Coupon = found.Code
	}
	w.out.DiscountLabel = label(o.Applied, found.Code)
	var err error
	w.out.Totals, err = totals.Compute(w.in)
	return w.out, err
}

// label is what stands beside the discount: the rules' labels, a coupon's code
// for a rule without.
func label(applied []promotion.Applied, code string) string {
	var labels []string
	for _, a := range applied {
		text := a.Label
		if text == "" && a.Coupon {
			text = code
		}
		if text != "" && a.Amount+a.Shipping > 0 && !slices.Contains(labels, text) {
			labels = append(labels, text)
		}
	}
	return strings.Join(labels, ", ")
}
