package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/demo/pictures"
	"github.com/storehand/storehand/internal/tax"
)

// chosenIn are the goods that are chosen by colour on one page, and by size
// where they have one. Their colours are variants without a page of their own.
var chosenIn = map[string][]string{"SHI": {"colour", "size"}, "CUS": {"colour"}}

// sizes are what the shirts come in beside M; rose only comes in M.
var sizes = []struct {
	code  string
	cents int64
}{{"S", 0}, {"L", 300}}

// tiersOf make many mugs cheaper, most of all for wholesale customers.
func tiersOf(s *Shop, g good) []catalog.TierPrice {
	if g.code != "MUG" {
		return nil
	}
	return []catalog.TierPrice{
		{WebsiteID: s.Main.ID, MinQty: 6, Price: g.cents * 90 / 100},
		{WebsiteID: s.Main.ID, MinQty: 12, Price: g.cents * 80 / 100},
		{WebsiteID: s.Main.ID, GroupID: customer.Wholesale, MinQty: 24, Price: g.cents * 65 / 100},
	}
}

// families makes the configurable products of goods that exist in all colours.
func (p Parts) families(ctx context.Context, s *Shop, categories map[string]int64) error {
	s.chosenAt = map[string]*catalog.Product{}
	for _, g := range goods {
		axes := chosenIn[g.code]
		if axes == nil {
			continue
		}
		var variants []int64
		for tint := range tints {
			made, err := p.variants(ctx, g, tint, len(axes) > 1)
			if err != nil {
				return err
			}
			variants = append(variants, made...)
		}
		parent := &catalog.Product{
			SKU: g.code, Kind: catalog.Configurable, Enabled: true, Visibility: catalog.InBoth, TaxClass: tax.Taxable,
			Texts: map[int64]catalog.Text{}, Attributes: map[string]string{"material": g.material}, Stock: catalog.Stock{InStock: true},
			Websites: []int64{s.Main.ID, s.Outlet.ID}, Axes: axes, Variants: variants,
			Categories: []catalog.Placement{{CategoryID: categories[g.category]}},
		}
		for view, lang := range s.languages() {
			parent.Texts[view] = catalog.Text{Name: g.name.in(lang), URLKey: catalog.Slug(g.name.in(lang)), Short: g.short.in(lang), Description: g.about.in(lang)}
		}
		id, err := p.Catalog.Save(ctx, parent)
		if err != nil {
			return fmt.Errorf("%s: %w", g.code, err)
		}
		if err := p.Catalog.AddPicture(ctx, id, pictures.PNG(g.shape, 1), g.name.en); err != nil {
			return err
		}
		parent.ID = id
		for tint := range tints {
			s.chosenAt[g.code+"-"+colours[tint].code] = parent
		}
	}
	return nil
}

// variants are the products of one colour: the one there is, and its other sizes.
func (p Parts) variants(ctx context.Context, g good, tint int, sized bool) ([]int64, error) {
	colour := colours[tint]
	middle, _, err := p.Catalog.ProductBySKU(ctx, g.code+"-"+colour.code)
	if err != nil {
		return nil, err
	}
	if !sized || colour.value == "rose" {
		return []int64{middle.ID}, nil
	}
	var ids []int64
	for i, size := range sizes {
		other := *middle
		other.ID, other.Version, other.SKU = 0, 0, middle.SKU+"-"+size.code
		other.Attributes = map[string]string{"colour": colour.value, "material": g.material, "size": size.code}
		other.Stock = catalog.Stock{Manage: true, OnHand: int64(tint * (5 + i)), InStock: true} // none of the first colour
		other.Texts = map[int64]catalog.Text{}
		for view, t := range middle.Texts {
			other.Texts[view] = catalog.Text{Name: t.Name + ", " + size.code, URLKey: t.URLKey + "-" + catalog.Slug(size.code), Short: t.Short, Description: t.Description}
		}
		other.Prices, other.GroupPrices = nil, nil
		for _, price := range middle.Prices {
			other.Prices = append(other.Prices, catalog.Price{WebsiteID: price.WebsiteID, Regular: price.Regular + size.cents})
		}
		id, err := p.Catalog.Save(ctx, &other)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", other.SKU, err)
		}
		if err := p.Catalog.AddPicture(ctx, id, pictures.PNG(g.shape, tint), other.Texts[0].Name); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return slices.Insert(ids, 1, middle.ID), nil
}

// services are what is sold without being sent.
var services = []struct {
	sku, shape, category string
	cents                int64
	stock                catalog.Stock
	name, short, about   words
}{
	{"WRAP", "parcel", "paper", 450, catalog.Stock{InStock: true},
		words{"Gift Wrapping", "Geschenkverpackung", "Emballage cadeau", "تغليف الهدايا"},
		words{"We wrap your order as a present.", "Wir packen Ihre Bestellung als Geschenk ein.", "Nous emballons votre commande en cadeau.", "نغلّف طلبك كهدية."},
		words{"Paper, ribbon and a card with your words. One for each present.", "Papier, Band und eine Karte mit Ihren Worten. Einmal je Geschenk.", "Papier, ruban et une carte avec vos mots. Un par cadeau.", "ورق وشريط وبطاقة بكلماتك، واحد لكل هدية."}},
	{"POTTERY", "bowl", "table", 6500, catalog.Stock{Manage: true, OnHand: 12, InStock: true},
		words{"Pottery Workshop", "Töpferkurs", "Atelier de poterie", "ورشة فخار"},
		words{"An afternoon at the wheel, for beginners.", "Ein Nachmittag an der Scheibe, für Anfänger.", "Un après-midi au tour, pour débutants.", "بعد ظهر على الدولاب للمبتدئين."},
		words{"Three hours in our workshop, clay and firing included. Bring old clothes.", "Drei Stunden in unserer Werkstatt, Ton und Brand inbegriffen. Bitte alte Kleidung mitbringen.", "Trois heures dans notre atelier, argile et cuisson comprises. Prévoyez de vieux vêtements.", "ثلاث ساعات في ورشتنا مع الطين والحرق. أحضر ملابس قديمة."}},
}

func (p Parts) services(ctx context.Context, s *Shop, categories map[string]int64) error {
	for _, v := range services {
		product := &catalog.Product{
			SKU: v.sku, Kind: catalog.Virtual, Enabled: true, Visibility: catalog.InBoth, TaxClass: tax.Taxable,
			Texts: map[int64]catalog.Text{}, Attributes: map[string]string{}, Stock: v.stock,
			Websites: []int64{s.Main.ID}, Prices: []catalog.Price{{WebsiteID: s.Main.ID, Regular: v.cents}},
			Categories: []catalog.Placement{{CategoryID: categories[v.category], Position: 100}},
		}
		for view, lang := range s.languages() {
			product.Texts[view] = catalog.Text{Name: v.name.in(lang), URLKey: catalog.Slug(v.name.in(lang)), Short: v.short.in(lang), Description: v.about.in(lang)}
		}
		id, err := p.Catalog.Save(ctx, product)
		if err != nil {
			return fmt.Errorf("%s: %w", v.sku, err)
		}
		if err := p.Catalog.AddPicture(ctx, id, pictures.PNG(v.shape, 3), v.name.en); err != nil {
			return err
		}
	}
	return nil
}
