package tax

import (
	"context"

	"github.com/storehand/storehand/internal/totals"
)

// Query asks which rates apply.
type Query struct {
	ProductClasses []string // codes (a name is understood too); "" is Taxable
	GroupID        int64    // the customer's group; guests have one too
	CustomerClass  string   // instead of GroupID
	ViewID         int64    // in whose words the rates are called
	Place          Place
}

// Rates returns the rates of each product class asked for, under the text that
// it was asked for by. It is answered from this node's copy, without a query.
func (s *Service) Rates(ctx context.Context, q Query) (map[string][]totals.Rate, error) {
	b, err := s.book.Get(ctx)
	if err != nil {
		return nil, err
	}
	class := q.CustomerClass
	if class == "" {
		class = b.groups[q.GroupID]
	}
	out := make(map[string][]totals.Rate, len(q.ProductClasses))
	for _, asked := range q.ProductClasses {
		if _, done := out[asked]; !done {
			out[asked] = b.ratesFor(b.class(asked), class, q.Place, q.ViewID)
		}
	}
	return out, nil
}

// Customer is who is taxed where. Shipping and Billing are the zero Place while
// no address is known; for a cart that is not shipped Shipping stays zero.
type Customer struct {
	WebsiteID, ViewID int64
	GroupID           int64
	Shipping, Billing Place
}

// Apply puts settings and rates into a computation: those of each line by its
// product class, in the order of in.Lines, and those of shipping. With prices
// that include tax and without cross-border trade it adds what the prices
// include. The caller gives quantities, prices, shipping and discounts.
func (s *Service) Apply(ctx context.Context, c Customer, classes []string, in *totals.Input) error {
	b, err := s.book.Get(ctx)
	if err != nil {
		return err
	}
	v := s.reader(ctx, c.WebsiteID)
	in.Settings = v.settings()
	at, group := v.place(c), b.groups[c.GroupID]
	freight := v.text(ShippingClass)
	for i := range in.Lines {
		in.Lines[i].Rates = b.ratesFor(b.class(classes[i]), group, at, c.ViewID)
	}
	in.ShippingRates = b.ratesFor(freight, group, at, c.ViewID)
	if v.bool(CrossBorder) || !in.Settings.PricesIncludeTax && !in.Settings.ShippingIncludeTax {
		return nil
	}
	origin := v.origin()
	for i := range in.Lines {
		in.Lines[i].StoreRate = b.ratesFor(b.class(classes[i]), Retail, origin, c.ViewID)
	}
	in.ShippingStoreRate = b.ratesFor(freight, Retail, origin, c.ViewID)
	return nil
}
