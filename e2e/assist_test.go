package e2e

import (
	"testing"
)

func TestMariaHelpsVeraAndTomSeesItOnTheRecord(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.person()
	desk := s.staff(maria, "maria")
	desk.Fill("Name, e-mail, phone, ID or order number", "vera").See("Vera Lind", "vera@example.com")
	desk.Click("Vera Lind").See("#", "What the customer sees")

	front := enter(desk).See("You are logged in as Vera Lind on Main Website", "Maria Keller", "Can change", "Time left", "Close Session")
	front.At("/account")
	front.Visit(s.store("english", "/p/item-2")).See("Linen Bag").Click("Add to cart").See("Linen Bag is in your cart")
	front.Visit(s.store("english", "/cart")).See("You are logged in as Vera Lind", "Linen Bag")
	front.Click("Close Session").See("Session closed", "Vera Lind")

	desk.Click("Assistance").See("Sessions in this account", reason, "Maria Keller", "Closed by the Admin user")

	tom := s.person()
	log := s.staff(tom, "tom").Click("Login as Customer Log").See("Vera Lind", "Maria Keller", reason, "Closed by the Admin user")

	report := log.Click("Report").See("Action Group", "Full Action Name")
	report.Select("Action Group", "Login As Customer").Click("Search").See("Active filters: From", "Session ended", "Item added", "maria")
	report.Misses("Signed in")
	report = report.In("Item added").Click("View")
	report.See("Related Changes", "Linen Bag", "Vera Lind", "maria", "In whose account")
	report.Back().Click("Reset").See("Signed in")

	veras := s.shopper(s.person(), "english", "vera@example.com")
	veras.Visit(s.store("english", "/cart")).See("Linen Bag").Misses("You are logged in as")
}
