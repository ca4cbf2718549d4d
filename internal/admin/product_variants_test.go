package admin_test

import (
	"net/http"
	"testing"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestAConfigurableProductGetsItsVariantsFromTheMatrix(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/catalog/products/new")
	tab = tab.Form("/catalog/products").Set("kind", "configurable").Set("name_0", "Rain Coat").Set("sku", "COAT").Submit("Save")
	tab.MustContain("You created the product COAT.", "Configurable Product, SKU COAT", "Create Configurations")
	tab = tab.Form("#product-form").Set("axes", "colour, size").Set("make", "colour = red, blue").Submit("Save")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("Write the values of size too.")
	tab = tab.Form("#product-form").Set("make", "colour = red, blue\nsize = S, M").Set("make_price_1", "89").Set("make_price_2", "79").Set("make_on_hand", "4").Submit("Save")
	tab.MustContain("You saved the variants of COAT.", "Current Variations")
	blue, ok, err := d.Catalog.ProductBySKU(sqldbtest.Ctx(), "COAT-BLUE-M")
	if err != nil || !ok || blue.Visibility != catalog.Hidden || blue.Stock.OnHand != 4 || blue.Prices[0].Regular != 8900 {
		t.Fatalf("%+v %v", blue, err)
	}
	id := itoa(blue.ID)
	tab = tab.Form("#product-form").Set("sku_"+id, "COAT-RED-S").Set("enabled_"+id, "0").Submit("Save")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("Another product has this SKU.")
	form := tab.Form("#product-form")
	if form.Value("enabled_"+id) != "0" || form.Value("sku_"+id) != "COAT-RED-S" {
		t.Error("what was typed is lost")
	}
	tab = form.Set("sku_"+id, "COAT-B-M").Set("price_"+id+"_1", "85.50").Submit("Save")
	tab.MustContain("You saved the variants of COAT.")
	if blue, _, err = d.Catalog.ProductBySKU(sqldbtest.Ctx(), "COAT-B-M"); err != nil || blue.Enabled || blue.Prices[0].Regular != 8550 {
		t.Errorf("%+v %v", blue, err)
	}
	tab = tab.Click("General")
	if tab.Form("#product-form").Has("weight") {
		t.Error("a configurable product has no weight")
	}
	tab.Visit(d.Admin("/catalog/products/1/variants")).MustStatus(http.StatusNotFound)
	tab = tab.Visit(d.Admin("/catalog/products?kind=configurable"))
	tab.MustContain("Configurable Product", "from $89.00", "In stock")
}

func TestTierPricesAreRowsOfTheForm(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/catalog/products/1/prices")
	tab = tab.Form("#product-form").Set("tier_qty_1_0", "1").Set("tier_price_1_0", "9").Set("tier_qty_1_1", "10").Submit("Save")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("A tier price counts from 2 pieces on, or more.", "Enter a price.")
	tab = tab.Form("#product-form").Set("tier_qty_1_0", "5").Set("tier_price_1_1", "7.50").Set("tier_group_1_1", "2").Submit("Save")
	tab.MustContain("You saved the product T-1.")
	p, _, err := d.Catalog.ProductBySKU(sqldbtest.Ctx(), "T-1")
	if err != nil || len(p.TierPrices) != 2 || p.TierPrices[0] != (catalog.TierPrice{WebsiteID: 1, MinQty: 5, Price: 900}) || p.TierPrices[1].GroupID != 2 {
		t.Fatalf("%+v %v", p.TierPrices, err)
	}
	tab.Form("#product-form").Set("tier_qty_1_0", "").Set("tier_price_1_0", "").Submit("Save").MustContain("You saved the product T-1.")
	if p, _, _ = d.Catalog.ProductBySKU(sqldbtest.Ctx(), "T-1"); len(p.TierPrices) != 1 {
		t.Errorf("%+v", p.TierPrices)
	}
}

func TestTickedProductsAreDisabledAndTheListIsTakenAway(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/catalog/products")
	form := tab.Form("#products-bulk")
	form.Set("deed", "disable").Submit("Apply").MustContain("No product was ticked")
	tab = tab.Form("#products-bulk").Set("deed", "disable").Tick("product", "1", "2").Submit("Apply")
	tab.MustContain("You disabled the ticked products: 2.", "Disabled")
	p, _, err := d.Catalog.ProductBySKU(sqldbtest.Ctx(), "T-2")
	if err != nil || p.Enabled {
		t.Errorf("%+v %v", p, err)
	}
	tab.Visit(d.Admin("/catalog/products.csv?status=0")).MustContain("ID,SKU,Name,Type", "T-2", "Simple Product")
}
