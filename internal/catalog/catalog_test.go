package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

var ctx = sqldbtest.Ctx()

func each(t *testing.T, fn func(t *testing.T, s *catalogtest.Shop)) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) { fn(t, catalogtest.New(t, db)) })
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, s *catalogtest.Shop, l catalog.List) catalog.Listed {
	t.Helper()
	if l.Size == 0 {
		l.Size = 12
	}
	out, err := s.List(ctx, s.Scope(), l)
	check(t, err)
	return out
}

func skus(t *testing.T, s *catalogtest.Shop, l catalog.List) string {
	t.Helper()
	return strings.TrimSpace(catalogtest.SKUs(listed(t, s, l).Cards))
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestASavedProductIsReadBackAsItWas(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		cat := s.Category(s.Root, "Lamps")
		from := s.DB.Now().Add(-time.Hour)
		p := s.Product("L-1", catalogtest.In(cat, 3), func(p *catalog.Product) {
			p.Texts[2] = catalog.Text{Name: "Lampe", URLKey: "lampe"}
			p.Websites = []int64{1, 2}
			p.Prices = []catalog.Price{{WebsiteID: 1, Regular: 1999, HasSpecial: true, Special: 999, SpecialFrom: from}, {WebsiteID: 2, Regular: 2100}}
			p.GroupPrices = []catalog.GroupPrice{{WebsiteID: 1, GroupID: 2, Price: 1500}}
			p.Attributes = map[string]string{"colour": "blue"}
		})
		got, err := s.Service.Product(ctx, p.ID)
		check(t, err)
		want(t, "name", got.Name(1), "Product L-1")
		want(t, "German name", got.Name(2), "Lampe")
		want(t, "url key by default", got.Text(1).URLKey, "product-l-1")
		want(t, "url key", got.Text(2).URLKey, "lampe")
		want(t, "prices", fmt.Sprint(got.Prices), fmt.Sprint(p.Prices))
		want(t, "group prices", fmt.Sprint(got.GroupPrices), fmt.Sprint(p.GroupPrices))
		want(t, "places", fmt.Sprint(got.Categories), fmt.Sprint(p.Categories))
		want(t, "colour", got.Attributes["colour"], "blue")
		want(t, "version", got.Version, 1)
		bySKU, ok, err := s.ProductBySKU(ctx, " l-1 ")
		check(t, err)
		if !ok || bySKU.ID != p.ID {
			t.Error("a SKU is found in any case")
		}
	})
}

func TestASecondEditorOfOneProductIsTold(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		id := s.Product("A").ID
		first, err := s.Service.Product(ctx, id)
		check(t, err)
		second, err := s.Service.Product(ctx, id)
		check(t, err)
		first.Stock.OnHand = 9
		_, err = s.Save(ctx, first)
		check(t, err)
		if _, err = s.Save(ctx, second); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v, want a conflict", err)
		}
	})
}

func TestTwoProductsCannotShareASKUOrAnAddress(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		s.Product("Abc", func(p *catalog.Product) { p.Texts[2] = catalog.Text{URLKey: "deutsch"} })
		p := catalogtest.Make("aBC")
		p.Texts[0] = catalog.Text{Name: "Other", URLKey: "product-abc"}
		p.Texts[2] = catalog.Text{URLKey: "deutsch"}
		_, err := s.Save(ctx, p)
		fields := fault.FieldsOf(err)
		for _, f := range []string{"sku", "url_key_0", "url_key_2"} {
			if fields[f] == "" {
				t.Errorf("%s was accepted: %v", f, err)
			}
		}
		p.SKU, p.Texts[0], p.Texts[2] = "free", catalog.Text{Name: "Other", URLKey: "other"}, catalog.Text{}
		p.Texts[1] = catalog.Text{URLKey: "deutsch"}
		if _, err := s.Save(ctx, p); err != nil {
			t.Errorf("another view's key is free here: %v", err)
		}
	})
}

func TestListsShowWhatIsSoldInTheirOrder(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		lamps := s.Category(s.Root, "Lamps")
		desk := s.Category(lamps, "Desk lamps")
		s.Product("c", catalogtest.In(lamps, 1), catalogtest.Priced(300))
		s.Product("a", catalogtest.In(desk, 2), catalogtest.Priced(100), func(p *catalog.Product) {
			p.Texts[2] = catalog.Text{Name: "Zzz"}
			p.Attributes = map[string]string{"colour": "blue"}
		})
		s.Product("b", catalogtest.In(lamps, 3), catalogtest.Priced(200), func(p *catalog.Product) {
			p.Stock.OnHand = 0
			p.Attributes = map[string]string{"colour": "red"}
		})
		s.Product("off", catalogtest.In(lamps, 0), func(p *catalog.Product) { p.Enabled = false })
		s.Product("hidden", catalogtest.In(lamps, 0), func(p *catalog.Product) { p.Visibility = catalog.InSearch })
		s.Product("elsewhere", catalogtest.In(lamps, 0), func(p *catalog.Product) {
			p.Websites, p.Prices = []int64{2}, []catalog.Price{{WebsiteID: 2, Regular: 1}}
		})
		want(t, "by position", skus(t, s, catalog.List{CategoryID: lamps}), "c a b")
		want(t, "below", skus(t, s, catalog.List{CategoryID: desk}), "a")
		want(t, "above", skus(t, s, catalog.List{CategoryID: s.Root}), "c a b")
		want(t, "cheapest", skus(t, s, catalog.List{CategoryID: lamps, Order: catalog.Cheapest}), "a b c")
		want(t, "dearest", skus(t, s, catalog.List{CategoryID: lamps, Order: catalog.Dearest}), "c b a")
		want(t, "newest", skus(t, s, catalog.List{CategoryID: lamps, Order: catalog.Newest}), "b a c")
		want(t, "by name", skus(t, s, catalog.List{CategoryID: lamps, Order: catalog.ByName}), "a b c")
		want(t, "in stock", skus(t, s, catalog.List{CategoryID: lamps, InStock: true}), "c a")
		want(t, "blue", skus(t, s, catalog.List{CategoryID: lamps, Attributes: map[string]string{"colour": "blue"}}), "a")
		want(t, "price", skus(t, s, catalog.List{CategoryID: lamps, MinPrice: 100, MaxPrice: 300}), "a b")
		want(t, "second page", skus(t, s, catalog.List{CategoryID: lamps, Page: 2, Size: 2}), "b")
		out := listed(t, s, catalog.List{CategoryID: lamps, Page: 9, Size: 2})
		want(t, "total", out.Total, 3)
		want(t, "in stock", out.InStock, 2)
		want(t, "pages", fmt.Sprint(out.Page, out.Pages), "2 2")
		want(t, "prices", fmt.Sprint(out.Low, out.High), "100 300")
		want(t, "facets", fmt.Sprint(out.Facets), "[{colour blue 1} {colour red 1}]")
		german := s.Scope()
		german.ViewID = 2
		in, err := s.List(ctx, german, catalog.List{CategoryID: lamps, Order: catalog.ByName, Size: 9})
		check(t, err)
		want(t, "by German name", strings.TrimSpace(catalogtest.SKUs(in.Cards)), "b c a")
	})
}

func TestPricesOfListsAreThoseOfTheRule(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		cat := s.Category(s.Root, "All")
		now := s.DB.Now()
		type window struct{ from, to time.Time }
		windows := []window{{}, {from: now}, {from: now.Add(time.Second)}, {to: now}, {to: now.Add(time.Second)}}
		n := 0
		for _, w := range windows {
			for _, special := range []int64{-1, 0, 500, 2000} {
				for _, group := range []int64{-1, 400, 600, 3000} {
					n++
					s.Product(fmt.Sprintf("p%03d", n), catalogtest.In(cat, int64(n)), func(p *catalog.Product) {
						pr := &p.Prices[0]
						pr.SpecialFrom, pr.SpecialTo = w.from, w.to
						if special >= 0 {
							pr.HasSpecial, pr.Special = true, special
						}
						if group >= 0 {
							p.GroupPrices = []catalog.GroupPrice{{WebsiteID: 1, GroupID: 2, Price: group}}
						}
					})
				}
			}
		}
		for groupID := int64(1); groupID <= 2; groupID++ {
			sc := s.Scope()
			sc.GroupID = groupID
			for page := 1; page <= 2; page++ {
				out, err := s.List(ctx, sc, catalog.List{CategoryID: cat, Size: 60, Page: page, Order: catalog.Cheapest})
				check(t, err)
				last := int64(-1)
				for _, c := range out.Cards {
					p, err := s.Service.Product(ctx, c.ID)
					check(t, err)
					final, _ := catalog.PriceOf(p, 1, groupID, now)
					want(t, c.SKU, c.Price.Minor, final)
					if c.Price.Minor < last {
						t.Errorf("%s is out of order", c.SKU)
					}
					last = c.Price.Minor
				}
			}
		}
	})
}

func TestSearchFindsWordsTheirBeginningsAndSKUs(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		s.Product("KET-01", func(p *catalog.Product) {
			p.Texts[0] = catalog.Text{Name: "Copper Kettle", Description: "For tea & coffee."}
			p.Texts[2] = catalog.Text{Name: "Kupferkessel für Tee", Description: "Ein schöner Kessel."}
		})
		s.Product("TEA", func(p *catalog.Product) {
			p.Texts[0] = catalog.Text{Name: "Tea tin", Description: "Keeps a kettle company"}
		})
		s.Product("NOT", func(p *catalog.Product) {
			p.Texts[0] = catalog.Text{Name: "Kettle nobody lists"}
			p.Visibility = catalog.InCatalog
		})
		find := func(view int64, words string) string {
			sc := s.Scope()
			sc.ViewID = view
			out, err := s.List(ctx, sc, catalog.List{Search: words, Size: 10})
			check(t, err)
			return strings.TrimSpace(catalogtest.SKUs(out.Cards))
		}
		want(t, "name first", find(1, "kettle"), "KET-01 TEA")
		want(t, "beginning", find(1, "copp"), "KET-01")
		want(t, "all words", find(1, "COPPER tea"), "KET-01")
		want(t, "sku", find(1, "ket-01"), "KET-01")
		want(t, "accents", find(2, "schoner"), "KET-01")
		want(t, "other view's words", find(1, "kupferkessel"), "")
		want(t, "nothing", find(1, `"' OR * -- !`), "")
		for _, odd := range []string{"'", `a" OR b`, "a:*", "(((", "NEAR(a b)", "a\\", strings.Repeat("wort ", 200)} {
			find(1, odd)
		}
		p, _, err := s.ProductBySKU(ctx, "ket-01")
		check(t, err)
		p.Texts[0] = catalog.Text{Name: "Pan"}
		_, err = s.Save(ctx, p)
		check(t, err)
		want(t, "after renaming", find(1, "copper"), "")
		want(t, "after renaming", find(1, "pan"), "KET-01")
		check(t, s.Delete(ctx, p.ID))
		want(t, "after deleting", find(1, "pan"), "")
	})
}

func TestAProductPageExistsOnlyWhereItIsSold(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		lamps := s.Category(s.Root, "Lamps")
		p := s.Product("L", catalogtest.In(lamps, 1), func(p *catalog.Product) { p.Texts[2] = catalog.Text{URLKey: "lampe"} })
		page, err := s.View(ctx, s.Scope(), "product-l")
		check(t, err)
		want(t, "category", page.CategoryID, lamps)
		want(t, "price", page.Price.Minor, 1000)
		want(t, "salable", page.Salable, 5)
		german, outlet := s.Scope(), s.Scope()
		german.ViewID = 2
		outlet.WebsiteID, outlet.ViewID = 2, 3
		if _, err := s.View(ctx, german, "lampe"); err != nil {
			t.Error(err)
		}
		for what, sc := range map[string]catalog.Scope{"the default's address where there is another": german, "another website": outlet} {
			if _, err := s.View(ctx, sc, "product-l"); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		p.Texts[0] = catalog.Text{Name: "L", URLKey: "new"}
		_, err = s.Save(ctx, p)
		check(t, err)
		id, ok, err := s.Redirect(ctx, 1, "product", "product-l")
		check(t, err)
		if !ok || id != p.ID {
			t.Error("the old address is forgotten")
		}
	})
}

func TestMovingABranchKeepsListsAndOldAddresses(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		a, b := s.Category(s.Root, "A"), s.Category(s.Root, "B")
		inner := s.Category(a, "Inner")
		leaf := s.Category(inner, "Leaf")
		s.Product("x", catalogtest.In(leaf, 1))
		check(t, s.MoveCategory(ctx, inner, b, 0))
		tree, err := s.Tree(ctx)
		check(t, err)
		want(t, "path", tree.Get(leaf).Path, fmt.Sprintf("%d/%d/%d/%d", s.Root, b, inner, leaf))
		want(t, "level", tree.Get(leaf).Level, 3)
		want(t, "address", tree.URLPath(leaf, 2), "b/inner/leaf")
		want(t, "in B", skus(t, s, catalog.List{CategoryID: b}), "x")
		want(t, "in A", skus(t, s, catalog.List{CategoryID: a}), "")
		id, ok, err := s.Redirect(ctx, 2, "category", "a/inner/leaf")
		check(t, err)
		if !ok || id != leaf {
			t.Error("the old address is forgotten")
		}
		for _, below := range []int64{inner, leaf} {
			if err := s.MoveCategory(ctx, inner, below, 0); !fault.Is(err, fault.Invalid) {
				t.Errorf("a cycle was made: %v", err)
			}
		}
		check(t, s.MoveCategory(ctx, b, s.Root, 0))
		tree, err = s.Tree(ctx)
		check(t, err)
		want(t, "first child", tree.Children(s.Root)[0].ID, b)
	})
}

func TestAnInactiveBranchShowsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		a := s.Category(s.Root, "A")
		leaf := s.Category(a, "Leaf")
		s.Product("x", catalogtest.In(leaf, 1))
		tree, err := s.Tree(ctx)
		check(t, err)
		c := *tree.Get(a)
		c.Active = false
		_, err = s.SaveCategory(ctx, &c)
		check(t, err)
		want(t, "above", skus(t, s, catalog.List{CategoryID: s.Root}), "")
		c.Active = true
		_, err = s.SaveCategory(ctx, &c)
		check(t, err)
		want(t, "above", skus(t, s, catalog.List{CategoryID: s.Root}), "x")
		check(t, s.DeleteCategory(ctx, a))
		want(t, "after deleting", skus(t, s, catalog.List{CategoryID: s.Root}), "")
		if _, ok, err := s.ProductBySKU(ctx, "x"); err != nil || !ok {
			t.Error("the product went with its category")
		}
	})
}

func TestEveryWriteMovesTheVersion(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		last := int64(0)
		moved := func(what string) {
			t.Helper()
			v, err := s.Version(ctx)
			check(t, err)
			if v <= last {
				t.Errorf("%s left the version at %d", what, v)
			}
			last = v
		}
		moved("the start")
		cat := s.Category(s.Root, "A")
		moved("creating a category")
		p := s.Product("x")
		moved("creating a product")
		_, err := s.Save(ctx, p)
		check(t, err)
		moved("saving")
		check(t, s.MoveCategory(ctx, cat, 0, 0))
		moved("moving")
		check(t, s.Delete(ctx, p.ID))
		moved("deleting")
		check(t, s.DeleteCategory(ctx, cat))
		moved("deleting a category")
	})
}

func TestARefusedProductLeavesNothingBehind(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		p := catalogtest.Make("x")
		p.Categories = []catalog.Placement{{CategoryID: 999}}
		if _, err := s.Save(ctx, p); !fault.Is(err, fault.Invalid) {
			t.Errorf("got %v", err)
		}
		if _, ok, err := s.ProductBySKU(context.Background(), "x"); ok || err != nil {
			t.Error("half a product was saved", err)
		}
		if _, err := s.Service.Product(ctx, 12345); !fault.Is(err, fault.NotFound) {
			t.Error(errors.Unwrap(err))
		}
	})
}
