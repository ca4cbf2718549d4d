package storefront

import (
	"context"
	"sync"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/tax"
)

// pricer is how catalogue prices are shown to a shopper, worked out once for a
// page and only if it has prices. Pages are shared, so it is the default tax
// destination that counts, not the customer's address: the cart knows better.
func (a *App) pricer(ctx context.Context, s *Shopper) func() tax.Pricer {
	return sync.OnceValue(func() tax.Pricer {
		p, err := a.Tax.Pricer(ctx, s.View, s.GroupID(), tax.Place{})
		if err != nil {
			a.Log.Warn("prices are shown as they are stored", "error", err)
			return tax.Pricer{}
		}
		return p
	})
}

// shown is a stored catalogue price as this store view shows it.
func (s *Shopper) shown(class string, minor int64) tax.Price {
	if s.prices == nil {
		return tax.Price{Excl: minor, Incl: minor}
	}
	return s.prices().Price(class, minor)
}

// mainPrice is the figure of it that is shown first.
func (s *Shopper) mainPrice(class string, minor int64) int64 {
	if s.prices == nil {
		return minor
	}
	return s.prices().Main(class, minor)
}

func (s *Shopper) shownMoney(class string, a money.Amount) string {
	return s.Locale.Money(money.New(s.mainPrice(class, a.Minor), a.Currency))
}

// taxNote says beside a price what is in it, where there is tax.
func (s *Shopper) taxNote(c catalog.Card) string {
	p := s.shown(c.TaxClass, c.Price.Minor)
	switch {
	case p.PPM == 0:
		return ""
	case p.Shown == tax.ShowBoth:
		return s.T("product.price_excl", "price", s.Locale.Money(money.New(p.Excl, c.Price.Currency)))
	case p.Shown == tax.ShowIncl:
		return s.T("product.tax_included")
	}
	return s.T("product.tax_added")
}
