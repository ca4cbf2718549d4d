package cart_test

import (
	"fmt"
	"testing"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
)

func TestALineIsTheVariantAndShowsTheProductItWasChosenAt(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		blue := f.shop.Product("S-B", func(p *catalog.Product) {
			p.Visibility, p.Attributes = catalog.Hidden, map[string]string{"colour": "blue"}
			p.TierPrices = []catalog.TierPrice{{WebsiteID: 1, MinQty: 4, Price: 900}}
		})
		shirt := f.shop.Product("SHIRT", func(p *catalog.Product) {
			p.Kind, p.Axes, p.Variants = catalog.Configurable, []string{"colour"}, []int64{blue.ID}
			p.Texts[2] = catalog.Text{Name: "Hemd"}
		})
		_, err := f.Add(customerCtx, vera, "SHIRT", 1)
		want(t, "a choice is needed", code(err), cart.CodeChoose)
		out, err := f.AddVariant(guestCtx, guest, shirt.ID, "S-B", 3)
		check(t, err)
		mine := guest
		mine.Secret = out.Secret
		german := mine
		german.ViewID = 2
		c, err := f.Load(guestCtx, german)
		check(t, err)
		l := c.Lines[0]
		want(t, "line", fmt.Sprint(l.Card.SKU, " ", l.Name(), " ", l.Parent.URLKey, " ", l.Choice()), "S-B Hemd product-shirt colour blue")
		_, err = f.Add(customerCtx, vera, "S-B", 1)
		check(t, err)
		_, err = f.Merge(customerCtx, out.Secret, vera, nil)
		check(t, err)
		want(t, "priced by its quantity", f.text(t, vera), "S-B×4 36.00")
		_, err = f.SetQty(customerCtx, vera, "S-B", 2)
		check(t, err)
		want(t, "and again", f.text(t, vera), "S-B×2 20.00")
		c, err = f.Load(customerCtx, vera)
		check(t, err)
		want(t, "kept through merge and change", c.Lines[0].Name(), "Product SHIRT")
		shirt, err = f.shop.Service.Product(customerCtx, shirt.ID)
		check(t, err)
		shirt.Variants = nil
		_, err = f.shop.Save(customerCtx, shirt)
		check(t, err)
		c, err = f.Load(customerCtx, vera)
		check(t, err)
		want(t, "no longer a variant", c.Lines[0].Name(), "Product S-B")
	})
}
