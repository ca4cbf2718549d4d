package admin_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"testing"

	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestAProductIsCreatedEditedTabByTabAndDeleted(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/catalog/products/new")
	tab = tab.Form("/catalog/products").Set("name_0", "").Set("sku", "t-1").Submit("Save")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("Enter a name.")
	form := tab.Form("/catalog/products")
	if form.Value("sku") != "t-1" {
		t.Error("what was typed is lost")
	}
	tab = form.Set("name_0", "Copper Kettle").Set("sku", "KET-9").Set("on_hand", "7").Set("price_1", "49.90").Set("price_2", "39.90").Submit("Save")
	tab.MustContain("You created the product KET-9.")
	p, ok, err := d.Catalog.ProductBySKU(sqldbtest.Ctx(), "KET-9")
	if err != nil || !ok || p.Prices[0].Regular != 4990 || len(p.Websites) != 2 || p.Stock.Salable() != 7 {
		t.Fatalf("%+v %v", p, err)
	}
	tab = tab.Click("Prices")
	stale := tab.Form("#product-form")
	tab = tab.Form("#product-form").Set("special_1", "nothing").Submit("Save")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("Enter an amount such as 19.99")
	tab = tab.Form("#product-form").Set("special_1", "44.90").Set("special_to_1", "2026-12-31").Submit("Save")
	tab.MustContain("You saved the product KET-9.")
	if got := tab.Form("#product-form").Value("special_to_1"); got != "2026-12-31" {
		t.Errorf("the last day became %q", got)
	}
	conflict := stale.Set("price_1", "1.00").Submit("Save")
	conflict.MustStatus(http.StatusConflict)
	conflict.MustContain("Somebody else changed this product meanwhile")
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 30, 30))); err != nil {
		t.Fatal(err)
	}
	path := "/catalog/products/" + itoa(p.ID)
	tab = tab.Visit(d.Admin(path + "/pictures"))
	tab = tab.Form(path+"/pictures").Attach("picture", "kettle.png", file.String()).Set("alt", "A kettle").Submit("Add Picture")
	tab.MustContain("You added the picture.")
	tab = tab.Visit(d.Admin(path + "/delete")).Form(path + "/delete").Submit("Delete")
	tab.MustContain("You deleted the product.")
	if _, ok, _ := d.Catalog.ProductBySKU(sqldbtest.Ctx(), "KET-9"); ok {
		t.Error("the product is still there")
	}
}

func TestContentOfAViewUsesTheDefaultUntilItHasItsOwn(t *testing.T) {
	d := openDesk(t)
	p, _, err := d.Catalog.ProductBySKU(sqldbtest.Ctx(), "T-1")
	if err != nil {
		t.Fatal(err)
	}
	path := "/catalog/products/" + itoa(p.ID) + "/content"
	tab := d.as("admin", path+"?view=2")
	tab = tab.Form("#product-form").Untick("default_name").Set("name_2", "Steinzeugbecher").Submit("Save")
	tab.MustContain("You saved the product T-1.")
	p, _, _ = d.Catalog.ProductBySKU(sqldbtest.Ctx(), "T-1")
	if p.Name(2) != "Steinzeugbecher" || p.Name(1) != "Stoneware Mug" || p.Text(2).URLKey != "item-1" {
		t.Errorf("%+v", p.Texts)
	}
	tab.Form("#product-form").Tick("default_name").Submit("Save")
	if p, _, _ = d.Catalog.ProductBySKU(sqldbtest.Ctx(), "T-1"); p.Name(2) != "Stoneware Mug" {
		t.Errorf("%+v", p.Texts)
	}
}

func TestCategoriesAreMovedByButtons(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/catalog/categories/new?below=1")
	tab = tab.Form("/catalog/categories").Set("name_0", "Garden").Submit("Save")
	tab.MustContain("You saved the category.", "Garden")
	tree, err := d.Catalog.Tree(sqldbtest.Ctx())
	if err != nil {
		t.Fatal(err)
	}
	root := tree.Children(0)[0].ID
	kitchen, garden := tree.Children(root)[0], tree.Children(root)[1]
	tab = tab.Visit(d.Admin("/catalog/categories")).Form("/catalog/categories/" + itoa(garden.ID) + "/move").Submit("Move Garden up")
	tab.MustContain("You moved the category.")
	if tree, _ = d.Catalog.Tree(sqldbtest.Ctx()); tree.Children(root)[0].ID != garden.ID {
		t.Error("Garden is not first")
	}
	move := "/catalog/categories/" + itoa(garden.ID)
	tab = tab.Visit(d.Admin(move)).Form(move+"/move").Set("below", itoa(kitchen.ID)).Submit("Move")
	tab.MustContain("You moved the category.")
	tab = tab.Visit(d.Admin("/catalog/categories/1")).Form("/catalog/categories/1/delete").Submit("Delete")
	tab.MustContain("A store uses this category as its root.")
}

func TestWhoMayNotEditTheCatalogueOnlyLooks(t *testing.T) {
	d := openDesk(t)
	for path, want := range map[string]int{"/catalog/products": 403, "/catalog/categories": 403} {
		d.as("tom", path).MustStatus(want)
	}
}

func itoa(id int64) string { return strconv.FormatInt(id, 10) }
