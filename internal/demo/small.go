package demo

import (
	"context"

	"github.com/storehand/storehand/internal/catalog"
)

// smallCatalogue is what tests need: a category and six products on both websites.
func (p Parts) smallCatalogue(ctx context.Context, s *Shop) error {
	home, err := p.Catalog.SaveCategory(ctx, &catalog.Category{ParentID: s.Root, Active: true, InMenu: true, Texts: map[int64]catalog.CategoryText{
		0: {Name: "Kitchen", URLKey: "kitchen"}, s.German.ID: {Name: "Küche", URLKey: "kueche"}, s.French.ID: {Name: "Cuisine", URLKey: "cuisine"},
	}})
	if err != nil {
		return err
	}
	for i, name := range []string{"Stoneware Mug", "Linen Bag", "Tea Pot", "Reading Lamp", "Notebook", "Last One"} {
		sku := "T-" + string(rune('1'+i))
		price := int64(1290 + 700*i)
		stock := catalog.Stock{Manage: true, OnHand: 40, InStock: true}
		if name == "Last One" {
			stock.OnHand = 1
		}
		_, err := p.Catalog.Save(ctx, &catalog.Product{
			SKU: sku, Enabled: true, Visibility: catalog.InBoth, Stock: stock,
			Texts:      map[int64]catalog.Text{0: {Name: name, URLKey: "item-" + string(rune('1'+i)), Description: "A good " + name + "."}},
			Websites:   []int64{s.Main.ID, s.Outlet.ID},
			Prices:     []catalog.Price{{WebsiteID: s.Main.ID, Regular: price}, {WebsiteID: s.Outlet.ID, Regular: price - 200}},
			Categories: []catalog.Placement{{CategoryID: home, Position: int64(i)}},
		})
		if err != nil {
			return err
		}
		s.SKUs = append(s.SKUs, sku)
	}
	return nil
}
