package e2e

import (
	"testing"

	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// newest is the order that was placed last.
func (s *shop) newest() sales.Full {
	s.t.Helper()
	id, err := sqldb.One(system(), s.DB.Reader(), sqldb.Value[int64], `SELECT MAX(id) FROM sales_order`)
	if err != nil {
		s.t.Fatal(err)
	}
	o, err := s.Sales.Find(system(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// TestAnAgentOrdersForVeraFromEachOfTheFourDocuments: the stay starts on that
// order's page, what is bought is Vera's and says who placed it, to her and to
// the staff, and the way back is to the very page one came from.
func TestAnAgentOrdersForVeraFromEachOfTheFourDocuments(t *testing.T) {
	story(t)
	s := open(t)
	o := s.sold("vera@example.com")
	desk := s.staff(s.person(), "maria")
	vera := s.shopper(s.person(), "english", "vera@example.com")
	pages := append([]string{orderPage(o)}, s.papers(o)...)
	full, err := s.Sales.Find(system(), o.ID)
	if err != nil {
		t.Fatal(err)
	}
	back := []string{"order #" + o.Number, "invoice #" + full.Invoices[0].Number, "shipment #" + full.Shipments[0].Number, "credit memo #" + full.Memos[0].Number}
	for i, page := range pages {
		desk.Visit(s.admin(page)).Click(lac).See("This is the real account")
		front := desk.ClickNew(lac).See("You are logged in as Vera Lind")
		front.At("/account/orders/"+o.Number).See("Order #"+o.Number, "Stoneware Mug", "Linen Bag", "$110.38")

		front.Visit(s.store("english", "/p/item-4")).Click("Add to cart").See("Reading Lamp is in your cart")
		front.Click("Proceed to checkout").Click("Continue").Choose("Check / money order").Click("Continue")
		front.See("You are ordering for Vera Lind.").Click("Place order").See("Placed by store staff for Vera Lind.")
		placed := s.newest()
		if by := placed.PlacedBy; by.Kind != "admin" || by.Impersonation == 0 || placed.CustomerID != s.customer("vera@example.com") {
			t.Errorf("from %s: the order says %+v", page, by)
		}

		front.Click("Back to " + back[i]).At(page).See(o.Number)
		if got := front.URL(); got != s.admin(page) {
			t.Errorf("came back to %s instead of %s", got, page)
		}
		front.Visit(s.admin(orderPage(placed))).See("Placed by staff", "Maria Keller").Click("Login as Customer session").See("Session as Vera Lind", "Maria Keller")
		vera.Visit(s.store("english", "/account/orders/"+placed.Number)).See("placed by store staff", "Reading Lamp").Misses("Maria")
		front.Close()
	}
}

func TestACustomerFollowsAnOrderThroughItsDocuments(t *testing.T) {
	story(t)
	s := open(t)
	o := s.followed("vera@example.com")
	vera := s.shopper(s.person(), "english", "vera@example.com")
	vera.Visit(s.store("english", "/account/orders")).See("#"+o.Number, "$110.38").Click("#" + o.Number)
	fits(vera.See("Order #"+o.Number, "DHL", "JD0140", "Track this parcel", "2 × Stoneware Mug", "The rest follows on Monday."), "order")
	vera.Misses("Customer is difficult", "Ada")
	for _, paper := range []string{"Shipment #" + o.Shipments[0].Number, "#" + o.Invoices[0].Number, "#" + o.Memos[0].Number} {
		vera.Visit(s.store("english", "/account/orders/"+o.Number)).Click(paper).See("Order #"+o.Number, "Stoneware Mug", "18 Harbour Road").Misses("Linen Bag")
		fits(vera, "order-paper").Click("Back to the order")
	}
	vera.Click("Print").See("Order #"+o.Number, "Linen Bag", "$110.38", "Back to the order")
	vera.Click("Back to the order").Click("Order again").At("/cart").See("is in your cart", "Stoneware Mug", "Linen Bag")

	noah := s.shopper(s.person(), "english", "noah@example.com")
	noah.Visit(s.store("english", "/account/orders/"+o.Number)).Misses("Stoneware Mug", "Harbour Road")
}

func TestAGuestFindsTheirOrderAndPrintsIt(t *testing.T) {
	story(t)
	s := open(t)
	o := s.followed("")
	tab := s.person().Open(s.store("english", "/"))
	tab.Click("Find my order").Fill("Order number", o.Number).Fill("E-mail address", "guest@example.com").Fill("Last name", "Somebody").ClickOn("main form .btn-primary")
	tab.See("There is no order with this number").Misses("Stoneware Mug")
	tab.Fill("Last name", "Lind").ClickOn("main form .btn-primary")
	fits(tab.See("Order #"+o.Number, "Stoneware Mug", "JD0140", "The rest follows on Monday."), "order-guest").Misses("Customer is difficult", "Order again")
	tab.Click("Print").See("Order #"+o.Number, "$110.38", "Back to the order").Click("Back to the order").Click("#" + o.Invoices[0].Number)
	tab.See("Invoice #"+o.Invoices[0].Number, "Stoneware Mug").Misses("Linen Bag")
}

// followed is an order with an invoice, a parcel on its way, a refund, a comment
// for the customer and one that is not.
func (s *shop) followed(email string) sales.Full {
	s.t.Helper()
	o := s.sold(email)
	s.papers(o)
	full, err := s.Sales.Find(system(), o.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.Sales.AddTrack(system(), full.Shipments[0].ID, sales.Track{Carrier: "dhl", Title: "DHL", Number: "JD0140"}); err != nil {
		s.t.Fatal(err)
	}
	for text, visible := range map[string]bool{"The rest follows on Monday.": true, "Customer is difficult": false} {
		if _, err := s.Sales.AddComment(system(), o.ID, sales.CommentForm{Text: text, Visible: visible}); err != nil {
			s.t.Fatal(err)
		}
	}
	return full
}
