package e2e

import (
	"strings"
	"testing"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/customer"
)

func TestTheBannerIsOnEveryPageErrorsAndPrintIncluded(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person()
	plain := p.Open(s.store("english", "/")).Eval(`document.querySelector("link[rel=icon]").href`)
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com")
	pages := []string{
		"/", "/c/kitchen", "/p/item-1", "/search?q=mug", "/cart", "/account", "/account/edit", "/account/addresses", "/account/assistance",
		"/wishlist", "/newsletter", "/nowhere", "/p/nothing", "/c/none/at/all",
	}
	for _, path := range pages {
		front.Visit(s.store("english", path))
		if why := front.Covered(); why != "" {
			t.Errorf("%s: %s", path, why)
		}
		if !strings.HasPrefix(front.Title(), "[Assisting]") {
			t.Errorf("%s: the tab is titled %q", path, front.Title())
		}
		if icon := front.Eval(`document.querySelector("link[rel=icon]").href`); icon == plain {
			t.Errorf("%s: the tab has the shop's own icon", path)
		}
		if first := front.Eval(`(document.querySelector("a[href], button, input:not([type=hidden]), summary").closest("[data-assist-banner]") !== null)`); first != "true" {
			t.Errorf("%s: the banner is not first in tab order", path)
		}
	}
	for _, path := range []string{"/cart", "/nowhere"} {
		front.Visit(s.store("english", path)).Look(browser.Look{Print: true})
		if shown := front.Eval(`document.querySelector("[data-assist-banner]").checkVisibility() && getComputedStyle(document.querySelector("[data-assist-banner]")).display !== "none"`); shown != "true" {
			t.Errorf("%s has no banner on paper", path)
		}
		front.Look(browser.Look{})
	}
}

func TestNeitherHostileNamesNorOverlaysHideTheBanner(t *testing.T) {
	story(t)
	s := open(t)
	id := s.customer("vera@example.com")
	c, err := s.Customers.Get(system(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		`"><img src=x onerror=alert(1)><script>alert(2)</script>`,
		"\u202eevil\u2067 Lind", strings.Repeat("W", 250), strings.Repeat("ﷺ", 60), strings.Repeat("a\u0301\u0302\u0303\u0304\u0305", 40),
	} {
		if err := s.Customers.Save(system(), id, c.Version, customer.Details{Email: c.Email, FirstName: name, LastName: "Lind", GroupID: c.GroupID}); err != nil {
			t.Logf("the name %.20q is refused, which is one answer: %v", name, err)
			continue
		}
		if c, err = s.Customers.Get(system(), id); err != nil {
			t.Fatal(err)
		}
		for _, look := range []browser.Look{{}, {Phone: true}} {
			p := s.person(look)
			s.staff(p, "maria")
			front := s.assist(p, "vera@example.com").Visit(s.store("english", "/cart"))
			front.Eval(`document.querySelector("main").insertAdjacentHTML("beforeend", "<div id=overlay></div>"),
				Object.assign(document.getElementById("overlay").style, {position: "fixed", inset: "0", zIndex: "2147483647", background: "white"}) && ""`)
			if why := front.Covered(); why != "" {
				t.Errorf("%.20q on %+v: %s", name, look, why)
				front.Screenshot("hostile")
			}
			front.Click("Close Session").See("Session closed")
		}
	}
}

func TestTheWholeJobWorksOnAPhone(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person(browser.Look{Phone: true})
	desk := s.staff(p, "maria")
	desk.In("Help a customer").Fill("Name, e-mail, phone, ID or order number", "vera").See("vera@example.com")
	desk.Click("Vera Lind").See("What the customer sees")
	front := enter(desk).See("You are logged in as Vera Lind")
	for _, path := range []string{"/", "/c/kitchen", "/p/item-2", "/cart", "/account", "/account/edit"} {
		front.Visit(s.store("english", path))
		if why := front.Covered(); why != "" {
			t.Errorf("%s: %s", path, why)
		}
		if wide := front.Eval(`document.documentElement.scrollWidth`); wide != "390" {
			t.Errorf("%s is %s pixels wide", path, wide)
		}
	}
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	front.Click("Close Session").See("Session closed")
	for _, path := range []string{"/", "/customers", "/customers/1", "/customers/1/account", "/customers/1/assistance"} {
		desk.Visit(s.admin(path))
		if wide := desk.Eval(`document.documentElement.scrollWidth`); wide != "390" {
			t.Errorf("the Admin's %s is %s pixels wide", path, wide)
		}
	}
}

func TestWithoutJavaScriptEachHopShowsOneButton(t *testing.T) {
	story(t)
	s := open(t)
	p := chromium(t, true).Person(t, browser.Look{})
	desk := s.staff(p, "maria")
	desk.In("Help a customer").Fill("Name, e-mail, phone, ID or order number", "vera").Click("Search").See("vera@example.com")
	desk.Click("Vera Lind").See("What the customer sees").Click(lac).See("This is the real account")
	front := desk.Choose(reason).ClickNew(lac)
	front.See("Vera Lind").Click("Continue to the storefront").Click("Continue").See("You are logged in as Vera Lind")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	front.Click("Close Session").See("Session closed")
	desk.Visit(s.customerPage("vera@example.com", "assistance")).See(reason, "Closed by the Admin user")
}

func TestTheMainJobIsDoneByKeyboardAlone(t *testing.T) {
	story(t)
	s := open(t)
	p := s.person()
	desk := p.Open(s.admin("/login"))
	desk.TabTo("User Name").Type("maria").TabTo("Password").Type("storehand-demo-2026").Enter().Titled("Dashboard")
	desk.Type("vera").See("vera@example.com").TabTo("Vera Lind").Enter().See("What the customer sees")
	desk.TabTo(lac).Type("\r").See("This is the real account")
	desk.TabTo("Help with an order").Type(" ").TabTo(lac).Type("\r")
	front := p.Taken().See("You are logged in as Vera Lind")
	front.Visit(s.store("english", "/p/item-2")).TabTo("Add to cart").Enter().See("Linen Bag is in your cart")
	front.TabTo("Close Session").Enter().See("Session closed")
}
