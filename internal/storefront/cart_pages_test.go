package storefront_test

import (
	"fmt"
	"testing"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestACustomerMovesALineToTheWishListAndAGuestIsNotOfferedTo(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		guest := webtest.New(t).Open(d.at("/p/item-1"))
		guest.Form("/cart/items").Submit()
		if guest.HasForm("/cart/items/wish") {
			t.Error("a guest has no wish list")
		}
		tab := d.as("noah@example.com", "/p/item-1")
		tab.Form("/cart/items").Submit()
		tab = tab.Form("/cart/items/wish").Submit()
		tab.MustBe(d.at("/cart"))
		tab.MustContain("Stoneware Mug is on your wish list now.", "Your cart is empty")
		tab.Visit(d.at("/account/wishlist")).MustContain("Stoneware Mug")
	})
}

// coat makes a configurable product of one variant, and returns both.
func (d door) coat() (parent, green catalog.Product) {
	d.t.Helper()
	save := func(sku string, change func(p *catalog.Product)) catalog.Product {
		p := catalogtest.Make(sku)
		change(p)
		id, err := d.Catalog.Save(sqldbtest.Ctx(), p)
		if err != nil {
			d.t.Fatal(err)
		}
		p.ID = id
		return *p
	}
	green = save("COAT-G", func(p *catalog.Product) {
		p.Visibility, p.Attributes = catalog.Hidden, map[string]string{"colour": "green"}
	})
	parent = save("COAT", func(p *catalog.Product) {
		p.Kind, p.Axes, p.Variants = catalog.Configurable, []string{"colour"}, []int64{green.ID}
		p.Texts[0] = catalog.Text{Name: "Rain Coat", URLKey: "rain-coat"}
	})
	return parent, green
}

func TestOrderingAgainKeepsWhatWasChosenAndTheWishListKeepsTheProduct(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		parent, green := d.coat()
		tab := d.as("vera@example.com", "/p/rain-coat?option_colour=green")
		tab = tab.Form("/cart/items").Submit()
		tab.MustContain("Rain Coat", "Green")
		tab = tab.Visit(d.at("/checkout")).Form("/checkout").Submit()
		tab = tab.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
		tab.Form("/checkout/place").Submit()
		o := d.lastOrder()
		var item sales.Item
		for _, i := range o.Items {
			if i.ProductID == green.ID {
				item = i
			}
		}
		if item.ParentProductID != parent.ID || item.Name != "Rain Coat" || fmt.Sprint(item.Options) == "[]" {
			t.Fatalf("the order's line is %+v", item)
		}
		path := "/account/orders/" + o.Number
		tab = tab.Visit(d.at(path)).Form(path + "/reorder").Submit()
		tab.MustBe(d.at("/cart"))
		tab.MustContain("Rain Coat", "Green")
		tab.MustHave(`a[href="/p/rain-coat?option_colour=green"]`)
		for _, f := range tab.Forms() {
			if to, _ := f.Address(); to.Path == "/cart/items/wish" && f.Value("sku") == green.SKU {
				tab = f.Submit()
				break
			}
		}
		tab.MustContain("Rain Coat is on your wish list now.")
		tab.Visit(d.at("/account/wishlist")).MustHave(`a[href="/p/rain-coat"]`)
	})
}

func TestWhoSignsInHalfWayThroughTheCheckoutTypesNothingTwice(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.reviewed(webtest.New(t), "checkmo")
		tab = tab.Visit(d.at("/checkout"))
		tab = typeAddress(tab.Form("/checkout").Set("email", "noah@example.com"), "shipping_").Submit("Sign in")
		if got := tab.Form("/login").Value("email"); got != "noah@example.com" {
			t.Errorf("the sign-in proposes %q", got)
		}
		tab = tab.Form("/login").Set("password", "storehand-demo-2026").Submit()
		tab.MustBe(d.at("/checkout"))
		tab.MustContain("Ordering as", "noah@example.com")
		if got := tab.Form("/checkout").Value("shipping_street"); got != "12 Harbour Street" {
			t.Errorf("the street is %q", got)
		}
		tab = tab.Visit(d.at("/checkout/review"))
		tab.MustBe(d.at("/checkout/review"))
		tab.MustContain("noah@example.com", "12 Harbour Street", "Check / money order")
	})
}

func TestWhatAGuestHasTypedSoFarIsKeptWhileTheySignIn(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := d.filled(webtest.New(t))
		tab = tab.Form("/checkout").Set("email", "noah@example.com").Set("shipping_street", "Elm Street 1").Submit("Sign in")
		tab.Visit(d.at("/checkout/methods")).MustBe(d.at("/checkout"))
		if got := tab.Form("/checkout").Value("shipping_street"); got != "Elm Street 1" {
			t.Errorf("the street is %q", got)
		}
		german := webtest.New(t).Open(d.Store("german", "/p/item-1"))
		german.Form("/de/cart/items").Submit()
		german = german.Visit(d.Store("german", "/checkout")).Form("/de/checkout").Submit("Anmelden")
		german.MustBe(d.Store("german", "/login?back=%2Fcheckout"))
		german.Form("/de/login").Set("email", "noah@example.com").Set("password", "storehand-demo-2026").Submit().MustBe(d.Store("german", "/checkout"))
	})
}
