package e2e

import (
	"net/http"
	"testing"

	"github.com/storehand/storehand/e2e/browser"
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
	front.Reload().See("This session is over", "permission").Misses("You are logged in as")
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
	vera.See("Support access", reason, "Support desk")
	vera.In("Support is in your account now").Click("End now").Misses("Support is in your account now")
	front.Visit(s.store("english", "/p/item-4")).See("This session is over").Misses("You are logged in as")
	front.Visit(s.store("english", "/p/item-4")).Misses("You are logged in as")
	vera.Visit(s.store("english", "/account/assistance")).See("Visits", reason).ClickOn("main table a").See("Added a product to the cart", "Linen Bag", "Support desk")
}

// asks lets an Admin user ask noah for consent to one session with his cart.
func (s *shop) asks(desk *browser.Tab) *browser.Tab {
	s.t.Helper()
	desk.Visit(s.customerPage("noah@example.com", "")).Click(lac).See("has not allowed remote shopping assistance")
	desk.Click("Ask the customer for consent").See("Silence is a no").Choose(reason).Tick("Cart and wish list", true)
	return desk.Click("Ask the customer").See("Waiting", "On the telephone?")
}

func TestNoahGivesConsentToOneSessionWithHisCartAndNothingElse(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.person()
	desk := s.asks(s.staff(maria, "maria"))

	noah := s.shopper(s.person(), "english", "noah@example.com").See("Support asks for your permission").Click("See and answer")
	noah.See(reason, "cart and wish list", "If you do not answer, nobody gets in").Click("Allow this once").See("You have allowed it", "Take back")
	desk.Reload().See("Granted")

	front := s.assist(maria, "noah@example.com").See("Noah Stern", "cart and wish list")
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart")
	front.Visit(s.store("english", "/account/edit"))
	maria.Expect("403")
	front.Fill("Last name", "Changed").Click("Save").See("The customer has not allowed this part of the account")
	noah.Visit(s.store("english", "/account/assistance")).Click("Take back").See("It is taken back")
	front.Visit(s.store("english", "/cart")).See("This session is over")
}

func TestConsentIsGivenByReadingOutSixDigits(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.person()
	desk := s.asks(s.staff(maria, "maria"))
	noah := s.shopper(s.person(), "english", "noah@example.com").Visit(s.store("english", "/account/assistance"))
	noah.Click("Show a code").See("Your code", "Read it out only to")
	code := noah.Eval(`document.querySelector(".code-out").innerText`)
	desk.Fill("Code", code).Click("Enter the code").See("has allowed it", "Granted")
	s.assist(maria, "noah@example.com").See("Noah Stern")
}
