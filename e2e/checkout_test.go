package e2e

import (
	"testing"

	"github.com/storehand/storehand/e2e/browser"
)

// fits fails where a page is wider than the screen.
func fits(tab *browser.Tab, name string) *browser.Tab {
	tab.ScreenshotWhole(name)
	return tab.Until(name+" fits", "document.documentElement.scrollWidth <= document.documentElement.clientWidth")
}

// typeAddress fills the delivery address, as a guest does.
func typeAddress(tab *browser.Tab) *browser.Tab {
	at := tab.In("Delivery address")
	at.Fill("First name", "Grace")
	at.Fill("Last name", "Miller")
	at.Fill("Street", "12 Harbour Street")
	at.Fill("Postcode", "04101")
	at.Fill("City", "Portland")
	at.Select("Country", "United States")
	at.Fill("State or region", "Maine")
	return tab
}

func TestAGuestBuys(t *testing.T) {
	story(t)
	s := open(t)
	tab := s.person().Open(s.store("english", "/p/item-1"))
	tab.Click("Add to cart").See("Stoneware Mug is in your cart").Click("Proceed to checkout")
	fits(tab.See("Order as a guest"), "checkout-address")
	tab.Fill("E-mail address", "grace@example.com")
	tab.Click("Continue").See("Please check the marked fields.", "City: Please fill this in.")
	typeAddress(tab).Click("Continue").See("Standard delivery", "Check / money order")
	fits(tab, "checkout-methods")
	tab.Choose("Check / money order").Click("Continue")
	fits(tab, "checkout-review")
	tab.See("12 Harbour Street", "grace@example.com", "Total").Click("Place order")
	tab.At("/checkout/success").See("Thank you for your order", "Order number", "Create an account")
	fits(tab, "checkout-success")
}

func TestACustomerBuys(t *testing.T) {
	story(t)
	s := open(t)
	vera := s.shopper(s.person(), "english", "vera@example.com")
	vera.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	vera.Click("Proceed to checkout").See("Ordering as", "Vera Lind", "Same as the delivery address")
	vera.Click("Continue").Choose("Check / money order").Click("Continue").Click("Place order")
	vera.See("Thank you for your order", "See the order").Misses("Create an account")
}

func TestAnAgentPlacesAnOrderForVera(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.person(browser.Look{Phone: true})
	s.staff(maria, "maria")
	front := s.assist(maria, "vera@example.com")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	front.Click("Proceed to checkout").See("You are logged in as Vera Lind", "Ordering as").Click("Continue")
	front.Choose("Check / money order").Click("Continue").See("You are ordering for Vera Lind.")
	fits(front, "checkout-stay")
	front.Click("Place order")
	front.At("/checkout/success").See("You are logged in as Vera Lind", "Thank you for your order", "Placed by store staff for Vera Lind.")
}
