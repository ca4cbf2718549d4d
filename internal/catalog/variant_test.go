package catalog_test

import (
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

func with(attributes ...string) func(*catalog.Product) {
	return func(p *catalog.Product) {
		p.Attributes = map[string]string{}
		for _, a := range attributes {
			code, value, _ := strings.Cut(a, "=")
			p.Attributes[code] = value
		}
	}
}

func hidden(p *catalog.Product) { p.Visibility = catalog.Hidden }

// shirt is a configurable product with three variants in a category.
func shirt(s *catalogtest.Shop) (parent, red, blue, large *catalog.Product, category int64) {
	category = s.Category(s.Root, "Clothes")
	red = s.Product("S-R", with("colour=red", "size=s"), hidden, catalogtest.Priced(3000))
	blue = s.Product("S-B", with("colour=blue", "size=s"), hidden, catalogtest.Priced(2500))
	large = s.Product("L-B", with("colour=blue", "size=l"), hidden, catalogtest.Priced(4000))
	parent = s.Product("SHIRT", catalogtest.In(category, 1), func(p *catalog.Product) {
		p.Kind, p.Axes, p.Variants = catalog.Configurable, []string{"colour", "size"}, []int64{red.ID, blue.ID, large.ID}
		p.WeightGrams, p.Attributes = 100, map[string]string{"colour": "none", "material": "cotton"}
	})
	return parent, red, blue, large, category
}

func change(t *testing.T, s *catalogtest.Shop, id int64, how func(*catalog.Product)) error {
	t.Helper()
	p, err := s.Service.Product(ctx, id)
	check(t, err)
	how(p)
	_, err = s.Save(ctx, p)
	return err
}

func only(t *testing.T, s *catalogtest.Shop, category int64, l catalog.List) string {
	t.Helper()
	l.CategoryID, l.Size = category, 10
	out, err := s.List(ctx, s.Scope(), l)
	check(t, err)
	text := ""
	for _, c := range out.Cards {
		text += fmt.Sprintf("%s %d-%d %v %v;", c.SKU, c.Price.Minor, c.Regular.Minor, c.From, c.Salable > 0)
	}
	for _, f := range out.Facets {
		text += fmt.Sprintf(" %s=%s:%d", f.Code, f.Value, f.Count)
	}
	return text
}

func TestAConfigurableProductCostsAndIsWhatItsVariantsAre(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		parent, red, blue, large, category := shirt(s)
		facets := " colour=blue:1 colour=red:1 material=cotton:1 size=l:1 size=s:1"
		want(t, "listed", only(t, s, category, catalog.List{}), "SHIRT 2500-2500 true true;"+facets)
		want(t, "by colour", only(t, s, category, catalog.List{Attributes: map[string]string{"colour": "red"}}), "SHIRT 2500-2500 true true;"+facets)
		check(t, change(t, s, blue.ID, func(p *catalog.Product) {
			p.Prices[0].HasSpecial, p.Prices[0].Special = true, 2000
		}))
		want(t, "reduced", only(t, s, category, catalog.List{Reduced: true, Order: catalog.Cheapest, MaxPrice: 2001}), "SHIRT 2000-2500 true true;"+facets)
		check(t, move(s, catalog.Reserve, catalog.StockLine{ProductID: blue.ID, Qty: 5}, catalog.StockLine{ProductID: large.ID, Qty: 5}))
		want(t, "one left", only(t, s, category, catalog.List{InStock: true}), "SHIRT 2000-2500 true true;"+facets)
		check(t, move(s, catalog.Reserve, catalog.StockLine{ProductID: red.ID, Qty: 5}))
		want(t, "sold out", only(t, s, category, catalog.List{}), "SHIRT 2000-2500 true false;"+facets)
		want(t, "not in stock", only(t, s, category, catalog.List{InStock: true}), "")
		check(t, move(s, catalog.Release, catalog.StockLine{ProductID: red.ID, Qty: 1}))
		for _, p := range []*catalog.Product{blue, large} {
			check(t, change(t, s, p.ID, func(p *catalog.Product) { p.Enabled = false }))
		}
		want(t, "one variant", only(t, s, category, catalog.List{InStock: true}), "SHIRT 3000-3000 false true;"+facets)
		check(t, s.Delete(ctx, red.ID))
		want(t, "nothing to sell", only(t, s, category, catalog.List{}), "")
		stored, err := s.Service.Product(ctx, parent.ID)
		check(t, err)
		want(t, "stored", fmt.Sprintln(stored.Kind, stored.Axes, stored.Variants, stored.Prices, stored.WeightGrams, stored.Attributes),
			fmt.Sprintf("configurable [colour size] [%d %d] [] 0 map[material:cotton]\n", blue.ID, large.ID))
	})
}

func TestThePageOfAConfigurableProductOffersItsVariants(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		parent, red, _, large, _ := shirt(s)
		page, err := s.View(ctx, s.Scope(), parent.Texts[0].URLKey)
		check(t, err)
		want(t, "axes", fmt.Sprint(catalog.AxesOf(page.Variants)), "[{colour [red blue]} {size [s l]}]")
		chosen := map[string]string{"colour": "blue", "size": "l"}
		v, ok := catalog.Choose(page.Variants, func(code string) string { return chosen[code] })
		want(t, "chosen", fmt.Sprintln(ok, v.SKU, v.Price.Minor, v.Choice), "true L-B 4000 colour blue, size l\n")
		chosen["colour"] = "red"
		_, ok = catalog.Choose(page.Variants, func(code string) string { return chosen[code] })
		want(t, "no such combination", ok, false)
		check(t, change(t, s, large.ID, func(p *catalog.Product) { p.Websites, p.Prices = nil, nil }))
		left, err := s.Variants(ctx, s.Scope(), parent.ID)
		check(t, err)
		want(t, "sold here", len(left), 2)
		id, choice, ok, err := s.Parent(ctx, red.ID)
		check(t, err)
		want(t, "parent", fmt.Sprint(id == parent.ID, choice, ok), "true colour red, size s true")
		_, err = s.View(ctx, s.Scope(), red.Texts[0].URLKey)
		want(t, "a hidden variant has no page", fault.KindOf(err), fault.NotFound)
	})
}

func TestVariantsThatCannotBeToldApartAreRefused(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		parent, red, blue, large, _ := shirt(s)
		bare := s.Product("BARE")
		for name, test := range map[string]struct {
			of    int64
			how   func(*catalog.Product)
			field string
		}{
			"the same values":   {parent.ID, func(p *catalog.Product) { p.Axes = []string{"size"} }, "variants"},
			"no value":          {parent.ID, func(p *catalog.Product) { p.Variants = append(p.Variants, bare.ID) }, "variants"},
			"itself":            {parent.ID, func(p *catalog.Product) { p.Variants = append(p.Variants, parent.ID) }, "variants"},
			"unknown":           {parent.ID, func(p *catalog.Product) { p.Variants = append(p.Variants, 999) }, "variants"},
			"no axes":           {parent.ID, func(p *catalog.Product) { p.Axes = nil }, "axes"},
			"an axis twice":     {parent.ID, func(p *catalog.Product) { p.Axes = []string{"size", "colour", "size"} }, "axes"},
			"no longer a kind":  {parent.ID, func(p *catalog.Product) { p.Kind, p.Websites = catalog.Simple, nil }, "kind"},
			"became a parent":   {bare.ID, func(p *catalog.Product) { p.Kind = catalog.Configurable }, "kind"},
			"a value was taken": {red.ID, func(p *catalog.Product) { p.Attributes["colour"] = "blue" }, "attributes"},
			"a value is gone":   {large.ID, func(p *catalog.Product) { delete(p.Attributes, "size") }, "attributes"},
		} {
			if fields := fault.FieldsOf(change(t, s, test.of, test.how)); fields[test.field] == "" {
				t.Errorf("%s: %v", name, fields)
			}
		}
		check(t, change(t, s, blue.ID, func(p *catalog.Product) { p.Attributes["colour"] = "green" }))
		left, err := s.Variants(ctx, s.Scope(), parent.ID)
		check(t, err)
		want(t, "follows the variant", left[1].Choice.String(), "colour green, size s")
	})
}

func TestTheLowestPriceThatAppliesToAQuantityIsCharged(t *testing.T) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := catalogtest.New(t, db)
		p := s.Product("mug", func(p *catalog.Product) {
			p.Prices[0].HasSpecial, p.Prices[0].Special, p.Prices[0].SpecialTo = true, 850, clock.Now().Add(time.Hour)
			p.GroupPrices = []catalog.GroupPrice{{WebsiteID: 1, GroupID: 2, Price: 800}}
			p.TierPrices = []catalog.TierPrice{{WebsiteID: 1, MinQty: 5, Price: 900}, {WebsiteID: 1, MinQty: 10, Price: 700},
				{WebsiteID: 1, GroupID: 2, MinQty: 20, Price: 500}, {WebsiteID: 2, MinQty: 2, Price: 1}}
		})
		for _, test := range []struct{ group, qty, price int64 }{
			{1, 1, 850}, {1, 5, 850}, {1, 10, 700}, {1, 25, 700}, {2, 1, 800}, {2, 9, 800}, {2, 10, 700}, {2, 20, 500},
		} {
			want(t, fmt.Sprint(test.group, " of ", test.qty), priceOf(t, s, p.ID, test.group, test.qty), test.price)
		}
		clock.Advance(2 * time.Hour)
		want(t, "without the special price", priceOf(t, s, p.ID, 1, 5), int64(900))
		sc := s.Scope()
		sc.GroupID, sc.Now = 2, clock.Now()
		cards, err := s.Cards(ctx, sc, []int64{p.ID})
		check(t, err)
		tiers, err := s.Tiers(ctx, sc, cards[p.ID])
		check(t, err)
		want(t, "told to the group", fmt.Sprint(tiers), "[{10 700} {20 500}]")
		for name, tier := range map[string]catalog.TierPrice{
			"of one": {WebsiteID: 1, MinQty: 1, Price: 1}, "below zero": {WebsiteID: 1, MinQty: 2, Price: -1}, "twice": {WebsiteID: 1, MinQty: 5, Price: 3},
		} {
			err := change(t, s, p.ID, func(p *catalog.Product) { p.TierPrices = append(p.TierPrices, tier) })
			if fault.FieldsOf(err)["tier_price_1"] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// priceOf is what each of so many pieces costs.
func priceOf(t *testing.T, s *catalogtest.Shop, id, group, qty int64) int64 {
	t.Helper()
	sc := s.Scope()
	sc.GroupID, sc.Now = group, s.DB.Now()
	var w sqldb.Where
	w.And("p.id = ?", id)
	query := catalog.LinesQuery(sc, &w, "product p", w.Bind("?", qty)) + w.SQL()
	card, err := catalog.ScanCard(s.DB.Reader().QueryRow(ctx, query, w.Args()...), "EUR")
	check(t, err)
	return card.Price.Minor
}

func TestTheMatrixEditsLinksRemovesAndMakesVariants(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		parent, red, blue, large, _ := shirt(s)
		other := s.Product("OLD", with("colour=grey", "size=s"))
		stored, err := s.Service.Product(ctx, parent.ID)
		check(t, err)
		m := catalog.Matrix{
			Version: stored.Version, Axes: []string{"colour", "size"}, Link: []string{"old"}, OnHand: 3, Prices: map[int64]int64{1: 1234},
			Rows: []catalog.VariantEdit{
				{ID: red.ID, SKU: "S-RED", Prices: map[int64]int64{1: 2900}, OnHand: 9, Enabled: true},
				{ID: blue.ID, SKU: blue.SKU, OnHand: 5, Enabled: false}, {ID: large.ID, Remove: true},
			},
			Make: []catalog.Choice{{{Code: "colour", Value: "red"}, {Code: "size", Value: "s"}}, {{Code: "colour", Value: "Deep Teal"}, {Code: "size", Value: "l"}}},
		}
		check(t, s.SaveMatrix(ctx, parent.ID, m))
		stored, err = s.Service.Product(ctx, parent.ID)
		check(t, err)
		all, err := s.Children(ctx, stored)
		check(t, err)
		text := ""
		for _, c := range all {
			price, _ := c.PriceOn(1)
			text += fmt.Sprintf("%s %d %d %v %s; ", c.SKU, price.Regular, c.Stock.OnHand, c.Enabled, c.Texts[0].Name)
		}
		want(t, "variants", text, "S-RED 2900 9 true Product S-R; S-B 2500 5 false Product S-B; OLD 1000 5 true Product OLD; "+
			"SHIRT-DEEP-TEAL-L 1234 3 true Product SHIRT, Deep Teal, l; ")
		if p, err := s.Service.Product(ctx, large.ID); err != nil || p.SKU != "L-B" {
			t.Errorf("what is no longer a variant is gone: %v", err)
		}
		want(t, "seen before somebody else saved", fault.KindOf(s.SaveMatrix(ctx, parent.ID, m)), fault.Conflict)
		want(t, "not configurable", fault.KindOf(s.SaveMatrix(ctx, other.ID, catalog.Matrix{})), fault.Invalid)
		for field, m := range map[string]catalog.Matrix{
			"link":                      {Axes: stored.Axes, Link: []string{"nothing"}},
			"sku_" + fmt.Sprint(red.ID): {Axes: stored.Axes, Rows: []catalog.VariantEdit{{ID: red.ID, SKU: "OLD", Enabled: true}}},
			"variants":                  {Axes: []string{"size"}},
			"axes":                      {},
			"make":                      {Axes: stored.Axes, Make: []catalog.Choice{{{Code: "colour", Value: "red"}, {Code: "size", Value: strings.Repeat("x", 300)}}}},
		} {
			if err := s.SaveMatrix(ctx, parent.ID, m); fault.FieldsOf(err)[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

func TestSeveralProductsAreEnabledAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		_, red, blue, large, category := shirt(s)
		n, err := s.SetEnabled(ctx, []int64{red.ID, blue.ID, large.ID}, false)
		check(t, err)
		want(t, "changed", n, 3)
		want(t, "nothing to choose", only(t, s, category, catalog.List{}), "")
		n, err = s.SetEnabled(ctx, []int64{red.ID, blue.ID, 999}, true)
		check(t, err)
		want(t, "changed again", n, 2)
		n, err = s.SetEnabled(ctx, []int64{red.ID}, true)
		check(t, err)
		want(t, "already so", n, 0)
		if !strings.HasPrefix(only(t, s, category, catalog.List{}), "SHIRT 2500-2500 true true;") {
			t.Error("not listed again")
		}
		rows := 0
		check(t, s.EachRow(ctx, catalog.ProductQuery{Kind: catalog.Configurable, PricesOf: 1}, func(r catalog.ProductRow) error {
			rows++
			want(t, "row", fmt.Sprint(r.SKU, r.Price, r.Stock.Salable() > 0), "SHIRT2500 true")
			return nil
		}))
		want(t, "rows", rows, 1)
	})
}

func TestWhatIsToBeChosenIsFoundForSeveralProductsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		parent, red, _, large, _ := shirt(s)
		blank := s.Product("BLANK", func(p *catalog.Product) { p.Kind, p.Axes = catalog.Configurable, []string{"colour"} })
		check(t, change(t, s, large.ID, func(p *catalog.Product) { p.Enabled = false }))
		for name, ask := range map[string]struct {
			ids  []int64
			skus []string
		}{
			"by SKU": {nil, []string{"s-r", "shirt", "none", "blank"}}, "by id": {[]int64{parent.ID, red.ID, blank.ID, 99}, nil}, "by both": {[]int64{parent.ID}, []string{"Shirt"}},
		} {
			found, err := s.Choosables(ctx, s.Scope(), ask.ids, ask.skus)
			check(t, err)
			text := ""
			for _, c := range found {
				text += c.SKU + ":"
				for _, v := range c.Variants {
					text += " " + v.SKU + " " + v.Choice.String() + ";"
				}
			}
			want(t, name, text, "SHIRT: S-R colour red, size s; S-B colour blue, size s;")
		}
		none, err := s.Choosables(ctx, s.Scope(), nil, nil)
		check(t, err)
		want(t, "nothing asked", len(none), 0)
	})
}
