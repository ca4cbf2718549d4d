package e2e

import (
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sales"
)

func orderPage(o sales.Full) string { return "/sales/orders/" + strconv.FormatInt(o.ID, 10) }

func TestAnAgentStartsFromAnOrderFoundByItsNumberAndComesBackToIt(t *testing.T) {
	story(t)
	s := open(t)
	o := s.sold("vera@example.com")
	desk := s.staff(s.person(), "maria")
	desk.Fill("Name, e-mail, phone, ID or order number", strings.TrimLeft(o.Number, "0")).See("Vera Lind", o.Number)
	desk.Click(o.Number).At(orderPage(o)).See("Order # "+o.Number, "Pending", "Not paid", "Not shipped")
	desk.Visit(s.admin(orderPage(o) + "/comments")).Click(lac).See("This is the real account")
	if got := desk.Value("In your own words"); got != "Order #"+o.Number {
		t.Errorf("the reason proposed is %q", got)
	}
	front := desk.ClickNew(lac).See("You are logged in as Vera Lind")
	front.At("/account/orders/" + o.Number)
	front.Click("Back to order #" + o.Number).At(orderPage(o) + "/comments")
	front.Visit(s.admin(orderPage(o)+"/assistance")).See("Order #"+o.Number, "Maria Keller")
}

func TestNoahsOrderSaysWhyNotAndWorksAfterHisConsent(t *testing.T) {
	story(t)
	s := open(t)
	o := s.sold("noah@example.com")
	desk := s.staff(s.person(), "maria")
	desk.Visit(s.admin(orderPage(o))).Click(lac).See("You cannot log in as Noah Stern right now")
	noah := s.shopper(s.person(), "english", "noah@example.com")
	noah.Visit(s.store("english", "/account/edit")).Tick(allow, true).Click("Save").See("saved")
	desk.Visit(s.admin(orderPage(o))).Click(lac).See("This is the real account").ClickNew(lac).See("You are logged in as Noah Stern").At("/account/orders/" + o.Number)
}

func TestAnAgentTakesAnOrderByPhoneInTheAdmin(t *testing.T) {
	story(t)
	s := open(t)
	desk := s.staff(s.person(), "maria")
	desk.Visit(s.admin("/sales/orders")).Click("Create New Order").Fill("Name, e-mail, phone or ID of the customer", "vera").Click("Search").Click("Create order for Vera Lind")
	desk.Fill("Add by SKU", "T-2").Click("Update items").See("Linen Bag").Choose("Check / Money order").Click("Submit Order")
	desk.See("You created the order.", "Placed by staff", "Placed in the Admin.")
	desk.Click(lac).ClickNew(lac).See("You are logged in as Vera Lind", "Back to order #")
}
