package storefront_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestAGuestFillsACartChangesItAndEmptiesIt(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := webtest.New(t).Open(d.at("/p/item-1"))
		tab.MustContain("Stoneware Mug", "$12.90", "In stock")
		tab = tab.Form("/cart/items").Set("qty", "2").Submit()
		tab.MustBe(d.at("/cart"))
		tab.MustContain("Stoneware Mug is in your cart.", "$25.80", "2 items in your cart")
		form := tab.Form("#cart")
		name := qtyField(t, tab)
		tab = form.Set(name, "3").Submit()
		tab.MustContain("Your cart was updated.", "$38.70")
		tab = tab.Form("#cart").Set(name, "0").Submit()
		tab.MustContain("Your cart is empty.")
	})
}

func qtyField(t *testing.T, tab *webtest.Tab) string {
	t.Helper()
	_, rest, ok := strings.Cut(tab.Body, `name="qty_`)
	if !ok {
		t.Fatal("the cart has no quantity")
	}
	id, _, _ := strings.Cut(rest, `"`)
	return "qty_" + id
}

func TestWhatCannotBeHadIsSaidBesideTheForm(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := webtest.New(t).Open(d.at("/p/item-6"))
		tab.MustContain("Only 1 left")
		tab = tab.Form("/cart/items").Set("qty", "5").Submit()
		tab.MustContain("only 1 of Last One")
		tab = tab.Visit(d.at("/p/item-6")).Form("/cart/items").Submit()
		if tab.Status != http.StatusUnprocessableEntity {
			t.Errorf("status %d", tab.Status)
		}
		tab.MustContain("All that are left of this product are in your cart already.")
		tab = tab.Visit(d.at("/p/item-1")).Form("/cart/items").Forge("qty", "many").Submit()
		tab.MustContain("Enter a whole number of at least 1.")
		if got := tab.Form("/cart/items").Value("qty"); got != "many" {
			t.Errorf("what was typed became %q", got)
		}
		if tab = tab.Visit(d.at("/p/nothing")); tab.Status != http.StatusNotFound {
			t.Errorf("status %d", tab.Status)
		}
	})
}

func TestKeptPagesHoldNothingOfAnybody(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.Clock.Advance(2 * time.Second) // nothing is kept right after the addresses were set
		vera := d.as("vera@example.com", "/")
		for _, path := range []string{"/", "/c/kitchen", "/c/kitchen?sort=price", "/p/item-1", "/search?q=lamp"} {
			page := vera.Visit(d.at(path))
			page.MustContain("Vera Lind")
			first := webtest.New(t).Open(d.at(path))
			hits := d.Pages.Stats().Hits
			second := webtest.New(t).Open(d.at(path))
			if d.Pages.Stats().Hits != hits+1 {
				t.Errorf("%s is not kept", path)
			}
			if first.Body != second.Body {
				t.Errorf("%s differs for the next guest", path)
			}
			for _, personal := range []string{"Vera", `name="csrf"`, "tool-count", "noah"} {
				if strings.Contains(second.Body, personal) {
					t.Errorf("%s, as everybody gets it, has %q", path, personal)
				}
			}
			page = vera.Visit(d.at(path))
			page.MustContain("Vera Lind")
			page.MustHave(`input[name=csrf]`)
		}
	})
}

func TestAPriceIsShownAtOnceWhenItChanges(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		page := webtest.New(t).Open(d.at("/c/kitchen"))
		page.MustContain("$12.90")
		p, ok, err := d.Catalog.ProductBySKU(sqldbtest.Ctx(), "T-1")
		if err != nil || !ok {
			t.Fatal(err)
		}
		p.Prices[0].Regular = 777
		if _, err := d.Catalog.Save(sqldbtest.Ctx(), p); err != nil {
			t.Fatal(err)
		}
		page = webtest.New(t).Open(d.at("/c/kitchen"))
		page.MustContain("$7.77")
	})
}

func TestAPageFromBeforeTheFirstItemStillWorks(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		b := webtest.New(t)
		one, two := b.Open(d.at("/p/item-1")), b.Open(d.at("/p/item-3"))
		one.Form("/cart/items").Submit()
		page := two.Form("/cart/items").Submit()
		page.MustContain("Stoneware Mug", "Tea Pot")
	})
}

func TestAStayFillsTheCustomersCartAndLeavesTheAgentsAlone(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		b := webtest.New(t)
		page := b.Open(d.at("/p/item-4")).Form("/cart/items").Submit()
		page.MustContain("Reading Lamp")
		d.assist(b, "vera@example.com")
		stay := b.Open(d.at("/p/item-2"))
		stay.MustContain("You are logged in as")
		stay = stay.Form("/cart/items").Submit()
		stay.MustContain("Linen Bag is in your cart.", "You are logged in as")
		stay.MustNotContain("Reading Lamp")
		page = d.as("vera@example.com", "/cart")
		page.MustContain("Linen Bag")
		page.MustNotContain("Reading Lamp")
		kept := d.Pages.Stats().Misses
		page = stay.Visit(d.at("/c/kitchen"))
		page.MustContain("You are logged in as")
		if d.Pages.Stats().Misses != kept {
			t.Error("a page of a stay reached the page cache")
		}
		stay.Form("/assist/close").Submit()
		page = b.Open(d.at("/cart"))
		page.MustContain("Reading Lamp")
		page.MustNotContain("Linen Bag")
	})
}

func TestSwitchingTheViewStaysOnThePage(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := webtest.New(t).Open(d.at("/c/kitchen")).Click("Deutsch")
		tab.MustBe(d.Store("german", "/c/kueche"))
		tab.MustContain("Küche")
		page := tab.Visit(d.Store("german", "/p/item-1")).Click("English")
		page.MustBe(d.at("/p/item-1"))
		page = tab.Visit(d.at("/switch?to=german&path=//evil.example/"))
		page.MustBe(d.Store("german", "/"))
		if tab = tab.Visit(d.at("/switch?to=nothing")); tab.Status != http.StatusNotFound {
			t.Errorf("status %d", tab.Status)
		}
	})
}

func TestOldAddressesLeadToTheNewOnes(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tree, err := d.Catalog.Tree(sqldbtest.Ctx())
		if err != nil {
			t.Fatal(err)
		}
		root := tree.Children(0)[0].ID
		kitchen := tree.Children(root)[0].ID
		home, err := d.Catalog.SaveCategory(sqldbtest.Ctx(), &catalog.Category{ParentID: root, Active: true, InMenu: true,
			Texts: map[int64]catalog.CategoryText{0: {Name: "Home"}}})
		if err == nil {
			err = d.Catalog.MoveCategory(sqldbtest.Ctx(), kitchen, home, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		page := webtest.New(t).Open(d.at("/c/kitchen"))
		page.MustBe(d.at("/c/home/kitchen"))
		page.MustContain("Stoneware Mug")
	})
}

func TestFiltersOrderAndSearchAreLinks(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		tab := webtest.New(t).Open(d.at("/c/kitchen")).Click("Price: high to low")
		if a, b := strings.Index(tab.Body, "Last One"), strings.Index(tab.Body, "Stoneware Mug"); a < 0 || b < 0 || a > b {
			t.Error("the dearest is not first")
		}
		page := webtest.New(t).Open(d.at("/search?q=lamp"))
		page.MustContain("Reading Lamp", "1 product")
		page = webtest.New(t).Open(d.at("/search?q=nothinglikeit"))
		page.MustContain("Nothing was found")
		page = webtest.New(t).Open(d.at("/c/kitchen?page=99&price=x&f_=&sort=evil&f_a=b'--"))
		page.MustContain("No product matches")
	})
}
