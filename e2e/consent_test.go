package e2e

import (
	"net/http"
	"testing"
)

const allow = "Allow remote shopping assistance"

func TestNoahIsRefusedUntilHeAllowsAssistanceAndEndsItByWithdrawing(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.person()
	desk := s.staff(maria, "maria")
	desk.Visit(s.customerPage("noah@example.com", "")).Click(lac)
	desk.See("Login as Customer is not possible", "has not allowed remote shopping assistance")
	desk.Click("Close").Send("/customers/2/assist", map[string]string{"reason_code": "cart"})
	if got := desk.Status(); got != http.StatusForbidden {
		t.Errorf("the server answered %d", got)
	}

	noah := s.shopper(s.person(), "english", "noah@example.com")
	noah.Visit(s.store("english", "/account/edit")).Tick(allow, true).Click("Save").See("saved")

	front := s.assist(maria, "noah@example.com").See("Noah Stern")
	noah.Reload().See("Support is in your account now")
	noah.Visit(s.store("english", "/account/edit")).Tick(allow, false).Click("Save").See("saved")
	front.Reload().See("Assistance has ended", "consent").Misses("You are logged in as")
	desk.Visit(s.customerPage("noah@example.com", "assistance")).See("Consent withdrawn")
}

func TestAnAdminUserWithTheOptInResourceMayAllowItForACustomer(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.staff(s.person(), "maria")
	maria.Visit(s.customerPage("noah@example.com", "account")).See("You have no permission to change the opt-in preference")

	p := s.person()
	admin := s.staff(p, "admin")
	admin.Visit(s.customerPage("noah@example.com", "")).Click("Account Information").In(allow).Choose("Yes")
	admin.Click("Save").See("Please say why")
	admin.Fill("Reason for a change", "Asked us on the telephone").Click("Save").See("saved", "Ada Lindgren")
	s.assist(p, "noah@example.com").See("Noah Stern")
}

func TestTheCustomerSeesSupportAndEndsItNow(t *testing.T) {
	story(t)
	s := open(t)
	vera := s.shopper(s.person(), "english", "vera@example.com").Misses("Support is in your account now")
	maria := s.person()
	s.staff(maria, "maria")
	front := s.assist(maria, "vera@example.com")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")

	vera.Visit(s.store("english", "/")).See("Support is in your account now").Click("Details")
	vera.See("Support access", reason, "Support desk", "Added a product to the cart")
	vera.In("Support is in your account now").Click("End now").Misses("Support is in your account now")
	front.Visit(s.store("english", "/p/item-4")).See("Assistance has ended").Misses("You are logged in as")
	front.Visit(s.store("english", "/p/item-4")).Misses("You are logged in as")
	vera.Visit(s.store("english", "/account/assistance")).See("Visits", "ended by you", "Added a product to the cart")
}
