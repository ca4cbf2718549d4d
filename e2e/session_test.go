package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
)

func (s *shop) consent(email string, allowed bool) {
	s.t.Helper()
	if _, err := s.Assist.SetConsent(system(), assist.ConsentForm{CustomerID: s.customer(email), Allow: allowed, Channel: assist.ByDemo}); err != nil {
		s.t.Fatal(err)
	}
}

func TestTheBannerLeadsBackToTheAdminWhileTheStayRunsOn(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com")
	front.Click("Back to customer Vera Lind").At("/customers/1").See("What the customer sees", "Open storefront", "End session")
	front.Back().See("You are logged in as Vera Lind")
	closed := front.Click("Close Session").See("Session closed")
	closed.Click("Back to customer Vera Lind").At("/customers/1")
	front.Visit(s.store("english", "/")).Misses("You are logged in as")
}

func TestOnesOwnShopperSessionAndCartAreUntouched(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person()
	own := s.shopper(p, "english", "noah@example.com")
	own.Visit(s.store("english", "/p/item-4")).Click("Add to cart").See("Reading Lamp is in your cart")
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com")
	front.Visit(s.store("english", "/cart")).See("Stoneware Mug").Misses("Reading Lamp")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	front.Click("Close Session").See("Session closed")
	own.Visit(s.store("english", "/cart")).See("Reading Lamp").Misses("Linen Bag", "Stoneware Mug", "You are logged in as")
	own.Visit(s.store("english", "/account")).See("Noah").Misses("Vera")
}

func TestSwitchingFromOneCustomerToAnotherSimplyWorks(t *testing.T) {
	story(t)
	s := open(t)
	s.consent("noah@example.com", true)
	p := s.person()
	desk := s.staff(p, "maria")
	veras := s.assist(p, "vera@example.com").Visit(s.store("english", "/p/item-4"))
	desk.Visit(s.customerPage("noah@example.com", "")).Click(lac).See("Your running session as Vera Lind ends")
	noahs := desk.Choose(reason).ClickNew(lac).See("You are logged in as Noah Stern")
	veras.See("This session is over").Misses("Add to cart", "Vera")
	noahs.Visit(s.store("english", "/cart")).See("You are logged in as Noah Stern").Misses("Reading Lamp")
	s.shopper(s.person(), "english", "vera@example.com").Visit(s.store("english", "/cart")).Misses("Reading Lamp")
}

func TestInViewOnlyModeNothingCanBeChanged(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.NewMode, Value: "view_only"})
	p := s.person()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com").See("View only")
	front.Visit(s.store("english", "/p/item-4")).Click("Add to cart").See("This session may only view")
	if why := front.Covered(); why != "" {
		t.Error(why)
	}
	front.Visit(s.store("english", "/cart")).Misses("Reading Lamp")
}

func TestWhatOnlyTheCustomerMayDoIsRefusedDuringAStay(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com").Visit(s.store("english", "/account/edit"))
	front.See("Only the customer can change this")
	front.Send("/account/assistance", map[string]string{"allow": "0"})
	if got := front.Status(); got != http.StatusForbidden {
		t.Errorf("consent was answered %d", got)
	}
	if why := front.Covered(); why != "" {
		t.Error(why)
	}
}

func TestAutomaticLeadsToTheViewWhereTheAccountWasCreated(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person()
	s.staff(p, "maria")
	tab := p.Open(s.customerPage("elena@example.com", ""))
	tab.Click(lac).See("Outlet · Français")
	front := tab.Choose(reason).ClickNew(lac).At("outlet.localhost").See("Elena Rossi")
	if why := front.Covered(); why != "" {
		t.Error(why)
	}
}

func TestManualSelectionOffersTheViewsTheCustomerCanUse(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.StoreView, Value: assist.StoreViewManual})
	p := s.person()
	s.staff(p, "maria")
	tab := p.Open(s.customerPage("vera@example.com", ""))
	tab.Click(lac)
	if n := tab.Count(`select[name=store_view] option:disabled`); n != 1 {
		t.Errorf("%d views are disabled, want the Outlet's", n)
	}
	front := tab.Select("Store view", "Deutsch").Choose(reason).ClickNew(lac).At("/de/").See("Vera Lind", "Main Website")
	if lang := front.Eval("document.documentElement.lang"); !strings.HasPrefix(lang, "de") {
		t.Errorf("the page is in %s", lang)
	}

	s.configure(config.Edit{Field: config.ShareAccounts, Value: config.ShareGlobal})
	front = enter(p.Open(s.customerPage("vera@example.com", "")), "Français").At("outlet.localhost").See("Vera Lind", "Outlet")
	if dir := front.Visit(s.store("french", "/cart")).Covered(); dir != "" {
		t.Error(dir)
	}
	front = enter(p.Open(s.customerPage("elena@example.com", "")), "العربية").At("/ar/").See("Elena Rossi")
	if dir := front.Eval("document.documentElement.dir"); dir != "rtl" {
		t.Errorf("the Arabic view runs %s", dir)
	}
}
