package e2e

import (
	"os"
	"testing"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
)

// TestScreenshots takes the main pages of the demo, light, dark, on a phone and
// right to left. It fails where a page is wider than the screen or complains.
func TestScreenshots(t *testing.T) {
	story(t)
	s := openOn(t, sqldb.SQLite, demo.Full)
	if os.Getenv("SCREENSHOTS") == "" {
		t.Log("SCREENSHOTS names no folder: the pages are looked at, and no picture is kept")
	}
	for name, look := range map[string]browser.Look{"light": {}, "dark": {Dark: true}, "phone": {Phone: true}} {
		s.takeAll(t, name, look)
	}
}

func (s *shop) takeAll(t *testing.T, name string, look browser.Look) {
	p := s.person(look)
	admin := s.staff(p, "admin")
	take := func(tab *browser.Tab, page string) {
		tab.Screenshot(page + "-" + name)
		if wide := tab.Eval("String(document.documentElement.scrollWidth - document.documentElement.clientWidth)"); wide != "0" {
			t.Errorf("%s, %s: %s pixels too wide", page, name, wide)
		}
	}
	admin.In("Help a customer").Fill("Name, e-mail, phone, ID or order number", "vera").See("vera@example.com")
	take(admin, "01-dashboard")
	take(admin.Visit(s.admin("/customers")), "02-customers")
	take(admin.Visit(s.customerPage("vera@example.com", "")), "03-customer")
	admin.Click(lac).See("This is the real account").Choose(reason)
	take(admin, "04-dialog")
	front := admin.ClickNew(lac).See("You are logged in as Vera Lind")
	take(front, "05-stay-account")
	take(front.Visit(s.store("english", "/cart")), "06-stay-cart")
	take(front.Visit(s.store("arabic", "/")), "07-stay-arabic")
	take(front.Visit(s.store("arabic", "/cart")), "07-stay-arabic-cart")
	take(admin.Visit(s.admin("/assist/sessions")), "17-active-sessions")
	front.ClickOn(".assist-close")
	take(admin.Visit(s.admin("/assist/log")), "08-log")
	take(admin.Visit(s.admin("/system/actions?group=login_as_customer")), "09-actions")
	take(admin.Visit(s.admin("/config/customers/login_as_customer")), "10-configuration")
	take(admin.Visit(s.admin("/system/roles/2")), "11-role")
	take(admin.Visit(s.admin("/assist/log")).ClickOn(`main table a[href^="/assist/log/"]`), "18-stay-timeline")
	take(admin.Visit(s.admin("/assist/report")), "19-assistance-report")
	take(admin.Visit(s.admin("/system/sealing")), "26-sealing")
	take(admin.Visit(s.admin("/assist/alerts?show=all")), "20-alerts")
	take(admin.Visit(s.admin("/assist/reviews")), "21-reviews")
	take(admin.Visit(s.admin("/assist/why?customer=noah@example.com")), "22-why")
	take(admin.Visit(s.admin("/assist/stop")), "23-emergency-stop")
	take(s.shopper(s.person(look), "english", "vera@example.com").Visit(s.store("english", "/account/assistance")), "24-support-access")
	take(s.shopper(s.person(look), "english", "noah@example.com").Visit(s.store("english", "/account/assistance")), "25-consent-request")
	shop := p.Open(s.store("english", "/"))
	take(shop, "12-home")
	shop.ClickOn("main a[href*='/c/']")
	take(shop, "13-category")
	shop.ClickOn("main a[href*='/p/'], main .product-name a")
	take(shop, "14-product")
	take(shop.Visit(s.store("arabic", "/")), "15-arabic")
	take(shop.Visit(s.store("english", "/nowhere")), "16-not-found")
}
