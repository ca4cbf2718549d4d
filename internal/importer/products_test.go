package importer

import (
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/magento/magentotest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func (b *bench) importProducts(t testing.TB, o Options, file *Source) Result {
	t.Helper()
	b.records = nil
	res, err := b.im.Products(sqldbtest.Ctx(), file, o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func (b *bench) product(t testing.TB, sku string) *catalog.Product {
	t.Helper()
	found, err := catalog.WithSKUs(t.Context(), b.db.Reader(), []string{sku})
	if err != nil || found[catalog.SKUKey(sku)] == nil {
		t.Fatalf("%s: %v", sku, err)
	}
	return found[catalog.SKUKey(sku)]
}

func printed(res Result) string {
	var out strings.Builder
	res.Print(&out)
	return out.String()
}

func TestProductsAreTakenWithPricesStockTextsAndCategories(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		res := b.importProducts(t, Options{}, opened(t, "testdata/products.csv"))
		if res.Products != (Count{Rows: 6, Created: 3, Updated: 1, Failed: 2, Rounded: 1}) || res.Categories != 3 {
			t.Fatalf("%s", printed(res))
		}
		for _, want := range []string{`line 7: product_type: "configurable" products cannot be imported yet`, `line 8: url_key: Another product has this URL key. (CAT-4)`} {
			if !strings.Contains(printed(res), want) {
				t.Errorf("lacks %q:\n%s", want, printed(res))
			}
		}
		globe := b.product(t, "globe-1")
		price, _ := globe.PriceOn(b.base)
		if globe.SKU != "GLOBE-1" || price.Regular != 86 || globe.WeightGrams != 300 || globe.Stock != (catalog.Stock{Manage: true, OnHand: 1000, InStock: true}) ||
			globe.Texts[0].URLKey != "political-globe" || globe.Texts[0].Description != "A globe,\ninflatable" || globe.Visibility != catalog.InBoth || !globe.Enabled ||
			!globe.CreatedAt.Equal(time.Date(2010, 12, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("the globe: %+v", globe)
		}
		if german := globe.Texts[b.german]; german != (catalog.Text{Name: "POLITISCHER GLOBUS", URLKey: "politischer-globus"}) {
			t.Errorf("the globe in German: %+v", german)
		}
		dog := b.product(t, "DOG-2")
		want := catalog.Price{WebsiteID: b.base, Regular: 250, HasSpecial: true, Special: 125,
			SpecialFrom: time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), SpecialTo: time.Date(2026, 1, 11, 0, 0, 0, 0, time.UTC)}
		if len(dog.Prices) != 1 || dog.Prices[0] != want || dog.Texts[0].URLKey != "doggy-rubber-dog-2" {
			t.Errorf("the dog: %+v", dog)
		}
		wrap := b.product(t, "BOX-3")
		if wrap.Enabled || wrap.Visibility != catalog.InSearch || wrap.Stock != (catalog.Stock{}) || len(wrap.Websites) != 1 || wrap.Websites[0] != b.outlet {
			t.Errorf("the wrap: %+v", wrap)
		}
		tree, err := catalog.LoadTree(t.Context(), db.Reader())
		if err != nil || tree.Len() != 4 || tree.Find(b.root, 0, "home/office") == nil || tree.Find(b.root, 0, "fresh") != nil {
			t.Errorf("the tree has %d categories, %v", tree.Len(), err)
		}
		if len(globe.Categories) != 2 {
			t.Errorf("the globe's categories: %v", globe.Categories)
		}
		if len(b.records) == 0 || b.records[0].Action != ProductsImported {
			t.Errorf("records: %v", b.records)
		}
	})
}

func TestImportingProductsAgainChangesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		b.importProducts(t, Options{}, opened(t, "testdata/products.csv"))
		res := b.importProducts(t, Options{}, opened(t, "testdata/products.csv"))
		if res.Products.Unchanged != 4 || res.Products.Failed != 2 || len(b.records) != 0 || b.count(t, "category") != 4 {
			t.Errorf("%s records %v", printed(res), b.records)
		}
	})
}

func TestADryRunOfProductsForetellsTheRealOne(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		res := b.importProducts(t, Options{DryRun: true, Batch: 1}, opened(t, "testdata/products.csv"))
		if res.Products != (Count{Rows: 6, Created: 3, Updated: 1, Failed: 2, Rounded: 1}) || b.count(t, "product") != 0 || b.count(t, "category") != 1 {
			t.Errorf("%s", printed(res))
		}
	})
}

func TestAnEmptyCellLeavesWhatThereIs(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		b.importProducts(t, Options{}, opened(t, "testdata/products.csv"))
		before := b.product(t, "DOG-2")
		res := b.importProducts(t, Options{}, written(t, "p.csv", "sku,name,price,qty,special_price,categories\nDOG-2,DOGGY RUBBER,2.75,,,\n"))
		after := b.product(t, "DOG-2")
		price := after.Prices[0]
		if res.Products.Updated != 1 || price.Regular != 275 || price.Special != 125 || after.Stock != before.Stock || len(after.Categories) != 1 || after.Texts[0] != before.Texts[0] {
			t.Errorf("%+v became %+v", before, after)
		}
	})
}

func TestProductRowsThatCannotBeRightAreRefused(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		head := "sku,name,price,product_websites,store_view_code,qty,visibility,categories\n"
		for row, want := range map[string]string{
			`A,A,1.00,"base,outlet",,,,`:          "price: cannot be one number in GBP (base) and in USD (outlet)",
			"A,A,1.00,mars,,,,":                   `product_websites: there is no website "mars"`,
			"A,A,1.00,base,german,,,":             `sku: there is no product "A" whose texts could be set`,
			"A,A,1.00,base,,2.5,,":                "qty: 2.5 is no whole number of pieces",
			"A,A,1.00,base,,,Sideways,":           `visibility: "Sideways" is no visibility`,
			"A,A,99999999999999999999,base,,,,":   "price: ",
			"A,A,1.00,base,,,,Default Category/☃": "categories: ",
		} {
			for _, dry := range []bool{true, false} {
				res := b.importProducts(t, Options{DryRun: dry}, written(t, "p.csv", head+row+"\n"))
				if dry && strings.Contains(row, "☃") {
					continue // a category's own rules are asked when it is made
				}
				if res.Products.Failed != 1 || !strings.Contains(printed(res), want) || b.count(t, "product") != 0 || b.count(t, "category") != 1 {
					t.Errorf("dry %v, %s: %s", dry, row, printed(res))
				}
			}
		}
	})
}

func TestTheRealShopsProductsAreTakenToThePiece(t *testing.T) {
	shop := magentotest.Open(t)
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		for run := range 2 {
			res := b.importProducts(t, Options{}, opened(t, shop.File("products.csv")))
			if res.Failed() != 0 || b.count(t, "product") != shop.Products {
				t.Fatalf("run %d: %s", run, printed(res))
			}
			if run == 1 && (res.Products.Unchanged != int(shop.Products) || len(b.records) != 0) {
				t.Errorf("the second run: %s, %d records", printed(res), len(b.records))
			}
		}
		// What the file's prices add up to, in pence.
		sum, err := sqldb.One(t.Context(), db.Reader(), sqldb.Value[int64], `SELECT CAST(SUM(price) AS BIGINT) FROM product_price`)
		if want := pence(t, shop.File("products.csv")); err != nil || sum != want {
			t.Errorf("prices add up to %d, in the file to %d, %v", sum, want, err)
		}
	})
}

// pence adds up the price column of a file, read with nothing of ours.
func pence(t *testing.T, path string) (sum int64) {
	t.Helper()
	for _, row := range plainCSV(t, path) {
		whole, fraction, _ := strings.Cut(row["price"], ".")
		n := int64(0)
		for _, c := range whole + (fraction + "00")[:2] {
			n = n*10 + int64(c-'0')
		}
		sum += n
	}
	return sum
}
