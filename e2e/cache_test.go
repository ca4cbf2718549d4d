package e2e

import (
	"testing"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
)

// price gives a product another regular price everywhere.
func (s *shop) price(sku string, minor int64) {
	s.t.Helper()
	p, ok, err := s.Catalog.ProductBySKU(system(), sku)
	if err != nil || !ok {
		s.t.Fatalf("product %s: %v %v", sku, ok, err)
	}
	for i := range p.Prices {
		p.Prices[i].Regular = minor
	}
	if _, err := s.Catalog.Save(system(), p); err != nil {
		s.t.Fatal(err)
	}
}

// warmed visits a page twice as anybody, so that it stands in the cache.
func (s *shop) warmed(path string) *browser.Tab {
	return s.person().Open(s.store("english", path)).Reload()
}

func TestAnAdminUserGetsFreshUncachedDataWhileThePageCacheIsDisabledForThem(t *testing.T) {
	story(t)
	s := open(t)
	guest := s.warmed("/c/kitchen").See("$19.90")
	p := s.person()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com").Visit(s.store("english", "/c/kitchen")).See("$19.90")
	s.price("T-2", 2222)
	front.Reload().See("$22.22").Misses("$19.90").See("You are logged in as Vera Lind")
	front.Visit(s.store("english", "/p/item-2")).See("$22.22").Click("Add to cart").See("$22.22", "5 items in your cart")
	guest.Reload().See("$22.22").Misses("You are logged in as", "Vera")
}

func TestWithThePageCacheOnBannerAndPersonalPartsAreStillFresh(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.DisablePageCache, Value: "0"})
	guest := s.warmed("/c/kitchen").See("$19.90")
	p := s.person()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com").Visit(s.store("english", "/c/kitchen"))
	front.See("$19.90", "You are logged in as Vera Lind", "Cart 4")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	front.Visit(s.store("english", "/c/kitchen")).See("Cart 5", "You are logged in as Vera Lind")
	guest.Reload().Misses("You are logged in as", "Vera", "Cart 5")
	s.price("T-2", 2222)
	guest.Reload().See("$22.22")
	front.Reload().See("$22.22")
	if why := front.Covered(); why != "" {
		t.Error(why)
	}
}
