package tax

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/totals"
)

// book is a copy of everything that decides which rates apply.
type book struct {
	rules   []Rule // by priority, then sort order
	rates   map[int64]bookedRate
	byRule  map[int64]map[string][]bookedRate // of a rule by country, the most specific first
	classes map[string]string                 // of products: code and folded name to code
	groups  map[int64]string                  // tax class of a customer group
}

type bookedRate struct {
	Rate
	region  string // key, "" for any
	pattern pattern
}

func loadBook(ctx context.Context, q sqldb.Querier) (*book, error) {
	b := &book{rates: map[int64]bookedRate{}, byRule: map[int64]map[string][]bookedRate{}, classes: map[string]string{}, groups: map[int64]string{}}
	classes, err := loadClasses(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, c := range classes {
		if c.Kind == ProductClass {
			b.classes[c.Code], b.classes[customer.Fold(c.Name)] = c.Code, c.Code
		}
	}
	if err := b.loadGroups(ctx, q); err != nil {
		return nil, err
	}
	if err := b.loadRates(ctx, q); err != nil {
		return nil, err
	}
	if b.rules, err = loadRules(ctx, q); err != nil {
		return nil, err
	}
	b.index()
	return b, nil
}

func (b *book) loadGroups(ctx context.Context, q sqldb.Querier) error {
	type group struct {
		id    int64
		class string
	}
	groups, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (g group, err error) {
		return g, r.Scan(&g.id, &g.class)
	}, `SELECT id, tax_class FROM customer_group`)
	for _, g := range groups {
		b.groups[g.id] = g.class
	}
	return err
}

func (b *book) loadRates(ctx context.Context, q sqldb.Querier) error {
	rates, err := sqldb.All(ctx, q, scanRate, `SELECT `+rateColumns+` FROM tax_rate`)
	if err != nil {
		return err
	}
	titles, err := loadTitles(ctx, q, `SELECT rate_id, store_view_id, title FROM tax_rate_title`)
	if err != nil {
		return err
	}
	for _, r := range rates {
		r.Titles = titles[r.ID]
		booked := bookedRate{Rate: r, pattern: readPattern(r.Postcode)}
		if r.Region != Any {
			booked.region = RegionKey(r.Country, r.Region)
		}
		b.rates[r.ID] = booked
	}
	return nil
}

// index sorts each rule's rates of a country so that the first that covers a
// place is the most specific.
func (b *book) index() {
	for _, rule := range b.rules {
		of := map[string][]bookedRate{}
		for _, id := range rule.RateIDs {
			if r, ok := b.rates[id]; ok {
				of[r.Country] = append(of[r.Country], r)
			}
		}
		for _, rates := range of {
			slices.SortFunc(rates, func(x, y bookedRate) int {
				return cmp.Or(strings.Compare(y.region, x.region), cmp.Compare(y.pattern.weight, x.pattern.weight),
					cmp.Compare(y.PPM, x.PPM), cmp.Compare(x.ID, y.ID))
			})
		}
		b.byRule[rule.ID] = of
	}
}

// class is the code of a product's class: what is not set is taxable, what is
// unknown is not.
func (b *book) class(of string) string {
	if of == "" {
		return Taxable
	}
	if code, ok := b.classes[of]; ok {
		return code
	}
	if code, ok := b.classes[customer.Fold(of)]; ok {
		return code
	}
	return None
}

// ratesFor are the rates of one product class, by priority: of each rule that
// applies, its most specific rate for the place.
func (b *book) ratesFor(product, customerClass string, at Place, viewID int64) []totals.Rate {
	rates := []totals.Rate{}
	region, postcode := RegionKey(at.Country, at.Region), postcodeKey(at.Postcode)
	for _, rule := range b.rules {
		if !slices.Contains(rule.ProductClasses, product) || !slices.Contains(rule.CustomerClasses, customerClass) {
			continue
		}
		i := slices.IndexFunc(b.byRule[rule.ID][at.Country], func(r bookedRate) bool {
			return (r.region == "" || r.region == region) && r.pattern.covers(postcode, strings.TrimSpace(at.Postcode))
		})
		if i < 0 {
			continue
		}
		r := b.byRule[rule.ID][at.Country][i]
		title := r.Titles[viewID]
		if title == "" {
			title = r.Code
		}
		rates = append(rates, totals.Rate{Code: r.Code, Title: title, PPM: r.PPM, Priority: rule.Priority, OnSubtotal: rule.OnSubtotal})
	}
	return rates
}
