package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/demo/pictures"
	"github.com/storehand/storehand/internal/tax"
)

// catalogue makes the products: a handful for tests, the whole range for the demo.
func (p Parts) catalogue(ctx context.Context, s *Shop, size Size, now time.Time) error {
	if size == Small {
		return p.smallCatalogue(ctx, s)
	}
	made := map[string]int64{}
	for _, c := range branches {
		parent := s.Root
		if c.below != "" {
			parent = made[c.below]
		}
		id, err := p.Catalog.SaveCategory(ctx, &catalog.Category{ParentID: parent, Active: true, InMenu: true, Texts: categoryTexts(s, c)})
		if err != nil {
			return err
		}
		made[c.code] = id
	}
	for v := range tints {
		for i := range goods {
			n := len(s.SKUs)
			p.Clock.Set(now.AddDate(-1, 0, n*5))
			sku, err := p.product(ctx, s, goods[i], v, n, made, now)
			if err != nil {
				return fmt.Errorf("%s: %w", sku, err)
			}
			s.SKUs = append(s.SKUs, sku)
		}
	}
	if err := p.families(ctx, s, made); err != nil {
		return err
	}
	return p.services(ctx, s, made)
}

// words are a text in the languages of the demo's views.
type words struct{ en, de, fr, ar string }

func (w words) in(lang string) string {
	switch lang {
	case "de":
		return w.de
	case "fr":
		return w.fr
	case "ar":
		return w.ar
	}
	return w.en
}

func (s *Shop) languages() map[int64]string {
	return map[int64]string{0: "en", s.German.ID: "de", s.French.ID: "fr", s.Arabic.ID: "ar"}
}

func categoryTexts(s *Shop, c branch) map[int64]catalog.CategoryText {
	texts := map[int64]catalog.CategoryText{}
	for view, lang := range s.languages() {
		texts[view] = catalog.CategoryText{Name: c.name.in(lang), URLKey: catalog.Slug(c.name.in(lang)), Description: c.about.in(lang)}
	}
	return texts
}

// product makes one product with its pictures.
func (p Parts) product(ctx context.Context, s *Shop, g good, tint, n int, categories map[string]int64, now time.Time) (string, error) {
	colour := colours[tint]
	sku := g.code + "-" + colour.code
	product := &catalog.Product{
		SKU: sku, Enabled: true, Visibility: catalog.InBoth, WeightGrams: g.grams, TaxClass: tax.Taxable,
		Texts: goodTexts(s, g, colour), Attributes: map[string]string{"colour": colour.value, "material": g.material},
		Stock: stockOf(n), TierPrices: tiersOf(s, g),
		Websites: []int64{s.Main.ID},
		Prices:   []catalog.Price{priceOf(s.Main.ID, g.cents, n, now)},
		Categories: []catalog.Placement{
			{CategoryID: categories[g.category], Position: int64(n)},
		},
	}
	if axes := chosenIn[g.code]; axes != nil {
		product.Visibility = catalog.Hidden
		if len(axes) > 1 {
			product.Attributes["size"] = "M"
		}
	}
	if n%3 != 2 {
		product.Websites = append(product.Websites, s.Outlet.ID)
		product.Prices = append(product.Prices, priceOf(s.Outlet.ID, g.cents*3/4/10*10+9, n, now))
	}
	if n%4 == 0 {
		product.GroupPrices = []catalog.GroupPrice{{WebsiteID: s.Main.ID, GroupID: customer.Wholesale, Price: g.cents * 80 / 100}}
	}
	slices.Sort(product.Websites)
	id, err := p.Catalog.Save(ctx, product)
	if err != nil {
		return sku, err
	}
	if err := p.Catalog.AddPicture(ctx, id, pictures.PNG(g.shape, tint), product.Texts[0].Name); err != nil || tint > 0 {
		return sku, err
	}
	return sku, p.Catalog.AddPicture(ctx, id, pictures.PNG("parcel", n), product.Texts[0].Name+", wrapped as a present")
}

func goodTexts(s *Shop, g good, c colour) map[int64]catalog.Text {
	texts := map[int64]catalog.Text{}
	for view, lang := range s.languages() {
		comma := ", "
		if lang == "ar" {
			comma = "، "
		}
		name := g.name.in(lang) + comma + c.name.in(lang)
		texts[view] = catalog.Text{Name: name, URLKey: catalog.Slug(name), Short: g.short.in(lang), Description: g.about.in(lang)}
	}
	return texts
}

// stockOf leaves one product without stock, one with a single piece and one
// with three, among the first that anybody sees.
func stockOf(n int) catalog.Stock {
	st := catalog.Stock{Manage: true, OnHand: int64(8 + n*7%45), InStock: true}
	switch n {
	case 6:
		st.OnHand = 0
	case 11:
		st.OnHand = 1
	case 17:
		st.OnHand = 3
	case 40:
		st.OnHand, st.Backorders = 0, true
	case 50:
		st.Manage = false
	}
	return st
}

// priceOf gives every seventh product a special price, most for this month.
func priceOf(website, cents int64, n int, now time.Time) catalog.Price {
	price := catalog.Price{WebsiteID: website, Regular: cents + int64(n%3)*100}
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch n % 14 {
	case 3:
		price.HasSpecial, price.Special = true, price.Regular*80/100/10*10+9
		price.SpecialFrom, price.SpecialTo = day.AddDate(0, 0, -10), day.AddDate(0, 0, 20)
	case 10:
		price.HasSpecial, price.Special = true, price.Regular*70/100/10*10+9
	case 12: // begins next month
		price.HasSpecial, price.Special, price.SpecialFrom = true, price.Regular*85/100, day.AddDate(0, 1, 0)
	}
	return price
}
