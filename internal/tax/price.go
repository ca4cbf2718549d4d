package tax

import (
	"context"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/totals"
)

// Pricer says what catalogue prices are with and without tax for one visitor: a
// store view, a customer group and a place. It is made once for a page.
type Pricer struct {
	Shown    Shown // what pages of the catalogue show
	settings totals.Settings
	book     *book
	class    string // of the customer
	at       Place
	origin   *Place // whose tax the prices include; nil: the visitor's
	viewID   int64
}

// Price is one price of one piece.
type Price struct {
	Excl, Incl int64
	PPM        int64 // effective
	Shown      Shown
}

// Main is the price to show first: with Both, the one with tax.
func (p Price) Main() int64 {
	if p.Shown == ShowExcl {
		return p.Excl
	}
	return p.Incl
}

// Pricer makes a Pricer. Without a known place the default destination counts.
func (s *Service) Pricer(ctx context.Context, v store.View, groupID int64, at Place) (Pricer, error) {
	b, err := s.book.Get(ctx)
	if err != nil {
		return Pricer{}, err
	}
	r := s.reader(ctx, v.WebsiteID)
	p := Pricer{
		Shown: s.Show(ctx, DisplayCatalog, config.OfView(v)), settings: r.settings(), book: b, class: b.groups[groupID],
		at: r.place(Customer{Shipping: at}), viewID: v.ID,
	}
	p.settings.Method = totals.Unit
	if !r.bool(CrossBorder) {
		origin := r.origin()
		p.origin = &origin
	}
	return p, nil
}

// Guests makes the Pricer of visitors who are not signed in.
func (s *Service) Guests(ctx context.Context, v store.View) (Pricer, error) {
	return s.Pricer(ctx, v, customer.NotLoggedIn, Place{})
}

// Main is the price to show first, without working anything out where prices are
// shown as they are stored.
func (p Pricer) Main(class string, price int64) int64 {
	stored := ShowExcl
	if p.settings.PricesIncludeTax {
		stored = ShowIncl
	}
	if p.Shown == stored && (p.origin == nil || stored == ShowExcl) {
		return price
	}
	return p.Price(class, price).Main()
}

// Price works out a catalogue price of a product class. A price that cannot be
// worked out is shown as it is.
func (p Pricer) Price(class string, price int64) Price {
	out := Price{Excl: price, Incl: price, Shown: p.Shown}
	if p.book == nil {
		return out
	}
	code := p.book.class(class)
	line := totals.Line{Qty: 1, Price: price, Rates: p.book.ratesFor(code, p.class, p.at, p.viewID)}
	if p.settings.PricesIncludeTax && p.origin != nil {
		line.StoreRate = p.book.ratesFor(code, Retail, *p.origin, p.viewID)
	}
	if len(line.Rates) == 0 && len(line.StoreRate) == 0 {
		return out
	}
	r, err := totals.Compute(totals.Input{Settings: p.settings, Lines: []totals.Line{line}})
	if err != nil {
		return out
	}
	out.Excl, out.Incl, out.PPM = r.Lines[0].Price, r.Lines[0].PriceInclTax, r.Lines[0].TaxPPM
	return out
}
