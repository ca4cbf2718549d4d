package app_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

const newOrder = "/sales/orders/new"

// shirt makes a configurable product with a red, a blue and a large blue variant.
func (m merchant) shirt() int64 {
	m.Helper()
	save := func(p *catalog.Product) int64 {
		p.Enabled, p.Websites = true, []int64{1}
		id, err := m.Catalog.Save(sqldbtest.Ctx(), p)
		if err != nil {
			m.Fatal(err)
		}
		return id
	}
	variant := func(sku, colour, size string, cents int64) int64 {
		return save(&catalog.Product{SKU: sku, Visibility: catalog.Hidden, Texts: map[int64]catalog.Text{0: {Name: "Shirt " + sku}},
			Attributes: map[string]string{"colour": colour, "size": size}, Stock: catalog.Stock{Manage: true, OnHand: 20, InStock: true},
			Prices: []catalog.Price{{WebsiteID: 1, Regular: cents}}})
	}
	return save(&catalog.Product{SKU: "SHIRT", Kind: catalog.Configurable, Visibility: catalog.InBoth, Stock: catalog.Stock{InStock: true}, Texts: map[int64]catalog.Text{0: {Name: "Linen Shirt", URLKey: "linen-shirt"}},
		Axes: []string{"colour", "size"}, Variants: []int64{variant("S-RED", "red", "m", 3000), variant("S-BLUE", "blue", "m", 2500), variant("S-BLUE-L", "blue", "l", 4000)}})
}

// shirtLine is the line of a configurable product in the newest order.
func (m merchant) shirtLine(parent int64) (o sales.Full, line string) {
	m.Helper()
	o = m.order(m.number(`SELECT MAX(id) FROM sales_order`))
	for _, i := range o.Items {
		if i.ParentProductID == parent {
			line += fmt.Sprintln(i.SKU, i.Name, i.Kind, i.Options, i.Price, i.OriginalPrice, i.Qty, i.TaxClass, i.WeightGrams)
		}
	}
	return o, line
}

func TestAConfigurableProductOrderedByStaffIsTheLineThatAShopperOrders(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		parent := m.shirt()
		shopper := shopIn(webtest.New(m), m, "vera@example.com")
		shopper.Visit(m.Store("english", "/cart"))
		for shopper.HasForm("/cart/clear") {
			shopper.Form("/cart/clear").Submit()
		}
		shopper.Visit(m.Store("english", "/p/linen-shirt")).Form("/cart/items").Set("option_colour", "blue").Set("option_size", "l").Set("qty", "2").Submit()
		shopper.Visit(m.Store("english", "/checkout")).Form("/checkout").Submit()
		shopper.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
		shopper.Form("/checkout/place").Submit()
		_, want := m.shirtLine(parent)

		tab := signIn(webtest.New(m), m.Shop, "admin")
		tab.Visit(m.Admin(newOrder + "?customer=1"))
		toNewYork(tab.Form(newOrder), "shipping_").Set("add_sku", "T-2").Submit("Update items and totals")
		tab.Form(newOrder).Set("add_sku", "shirt").Set("add_qty", "2").Submit("Update items and totals")
		tab.MustStatus(http.StatusOK)
		tab.MustContain("Linen Shirt", "Please choose")
		colour, size := fmt.Sprintf("option_%d_colour", parent), fmt.Sprintf("option_%d_size", parent)
		m.refused(tab, tab.Form(newOrder), "Submit Order", "f-"+colour, "Please choose: Colour.")
		m.refused(tab, tab.Form(newOrder).Set(colour, "red"), "Update items and totals", "f-"+size, "Please choose: Size.")
		m.refused(tab, tab.Form(newOrder).Set(size, "l"), "Update items and totals", "f-"+size, "no such combination")
		tab.Form(newOrder).Set(size, "m").Submit("Update items and totals")
		tab.MustContain("S-RED", "Colour: Red", "Size: m", "$60.00")
		tab.Form(newOrder).Submit("Configure")
		if got := tab.Form(newOrder); got.Value(colour) != "red" || got.Value("pick_qty") != "2" {
			m.Errorf("to configure: %s, %s", got.Value(colour), got.Value("pick_qty"))
		}
		tab.Form(newOrder).Set(colour, "blue").Set(size, "l").Submit("Update items and totals")
		tab.MustContain("S-BLUE-L", "Colour: Blue", "Size: l", "$80.00")
		tab.MustNotContain("S-RED")
		tab.Form(newOrder).Set("payment_method", "checkmo").Submit("Submit Order")
		tab.MustContain("You created the order.", "Colour: Blue")
		o, got := m.shirtLine(parent)
		if want == "" || got != want {
			m.Errorf("staff ordered %s, a shopper %s", got, want)
		}
		shopper.Visit(m.Store("german", "/account/orders/"+o.Number)).MustContain("Farbe: Blau")
		for part, button := range map[string]string{"/reorder": "Reorder", "/edit": "Edit"} {
			tab.Visit(m.Admin(orderAt(o, part)))
			tab.MustContain(button, "Linen Shirt", "Colour: Blue")
			tab.Form(orderAt(o, part)).Set("payment_method", "checkmo").Submit("Submit Order")
			tab.MustContain("You created the order.")
			if again, got := m.shirtLine(parent); again.ID == o.ID || got != want {
				m.Errorf("%s ordered %s", button, got)
			}
		}
	})
}

// refused presses a button that must lead back to a field.
func (m merchant) refused(tab *webtest.Tab, f *webtest.Form, button, field, why string) {
	m.Helper()
	f.Submit(button)
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustHave("#"+field+"-error", `a[href="#`+field+`"]`)
	tab.MustContain(why)
}

func TestAListOfProductsIsAddedWholeOrRefusedLineByLine(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		m.shirt()
		tab := signIn(webtest.New(m), m.Shop, "maria")
		tab.Visit(m.Admin(newOrder + "?customer=1"))
		bad := "sku,qty\nT-1,2\nT-99,1\nT-2,lots\nT-1,9999"
		m.refused(tab, tab.Form(newOrder).Attach("file", "order.csv", bad), "Update items", "f-list", "Nothing of the list was added.")
		tab.MustContain("Line 3: There is no product “T-99”", "Line 4: “lots” is not a quantity", "Line 5: There is no room for “T-1”", "Nothing yet")
		f := tab.Form(newOrder)
		if f.Value("list") != bad {
			m.Errorf("what was in the file is %q now", f.Value("list"))
		}
		m.refused(tab, f.Attach("file", "order.csv", "T-1,1"), "Update items", "f-list", "Choose a file or paste a list, not both")
		tab.Form(newOrder).Set("list", "t-1\t2\nT-2;3\nS-BLUE,1\nSHIRT,4\nT-1,1").Submit("Update items")
		tab.MustStatus(http.StatusOK)
		tab.MustContain("Stoneware Mug", "Linen Bag", "S-BLUE", "Colour: Blue", "Please choose")
		f = tab.Form(newOrder)
		if got := fmt.Sprint(f.Values()["sku"], f.Values()["qty"], f.Values()["pick_qty"], f.Value("list")); got != "[T-1 T-2 S-BLUE] [3 3 1] [4]" {
			m.Errorf("the order has %s", got)
		}
		m.refused(tab, f.Forge("qty", "a few"), "Update items", "qty-t-1", "Please enter a quantity between 0 and 10000.")
		if got := tab.Form(newOrder).Values()["qty"][0]; got != "a few" {
			m.Errorf("what was typed is %q now", got)
		}
		var most strings.Builder
		for i := range 501 {
			most.WriteString("T-" + strconv.Itoa(i) + ",1\n")
		}
		m.refused(tab, tab.Form(newOrder).Set("list", most.String()), "Update items", "f-list", "A list has at most 500 products")
		m.refused(tab, tab.Form(newOrder).Set("list", "").Attach("file", "big.csv", strings.Repeat("T-1,1\n", 300_000)), "Update items", "f-list", "The file is too large")
	})
}
