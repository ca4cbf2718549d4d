package e2e

import (
	"context"
	"strconv"
	"testing"

	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/totals"
)

// sold places the reference's order A, three mugs and a bag, for a customer, or
// for a guest without an e-mail address.
func (s *shop) sold(email string) sales.Full {
	s.t.Helper()
	rate := []totals.Rate{{Code: "US-CA", Title: "Sales tax", PPM: 82_500}}
	sum, err := totals.Compute(totals.Input{Currency: "USD", Settings: totals.Settings{Method: totals.Total}, Shipping: 750, ShippingRates: rate,
		Lines: []totals.Line{{Qty: 3, Price: 1999, Rates: rate, Discount: 600}, {Qty: 1, Price: 4500, Rates: rate, Discount: 450}}})
	if err != nil {
		s.t.Fatal(err)
	}
	tree, err := s.Stores.Tree(system())
	if err != nil {
		s.t.Fatal(err)
	}
	view, _ := tree.ViewByCode("english")
	to := sales.Address{FirstName: "Vera", LastName: "Lind", Street: "18 Harbour Road", City: "Portland", Region: "Maine", Postcode: "04101", Country: "US"}
	d := sales.Draft{Source: sales.FromStorefront, WebsiteID: view.WebsiteID, ViewID: view.ID, GroupID: 1, Email: "guest@example.com", FirstName: "Vera", LastName: "Lind",
		Currency: "USD", Billing: to, Shipping: &to, Totals: sum, ShippingMethod: "flatrate", ShippingTitle: "Flat rate", PaymentMethod: "checkmo", PaymentTitle: "Check / Money order", State: sales.StateNew}
	if email != "" {
		d.Email, d.CustomerID = email, s.customer(email)
	}
	for i, name := range []string{"Stoneware Mug", "Linen Bag"} {
		sku := "T-" + strconv.Itoa(i+1)
		id, err := sqldb.One(system(), s.DB.Reader(), sqldb.Value[int64], `SELECT id FROM product WHERE sku = $1`, sku)
		if err != nil {
			s.t.Fatal(err)
		}
		d.Lines = append(d.Lines, sales.DraftLine{ProductID: id, SKU: sku, Name: name, Kind: "simple", ManageStock: true, Qty: []int64{3, 1}[i]})
	}
	var o sales.Order
	err = s.DB.Change(system(), sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) error {
		o, _, err = s.Sales.PlaceTx(ctx, tx, d)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	full, err := s.Sales.Find(system(), o.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return full
}

// papers makes one invoice, shipment and credit memo of an order, and returns
// their pages.
func (s *shop) papers(o sales.Full) []string {
	s.t.Helper()
	qty := map[int64]int64{o.Items[0].ID: 2}
	i, err := s.Sales.Invoice(system(), o.ID, sales.InvoiceForm{Qty: qty})
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := s.Sales.Ship(system(), o.ID, sales.ShipForm{Qty: qty})
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := s.Sales.Refund(system(), o.ID, sales.MemoForm{InvoiceID: i.ID, Qty: map[int64]int64{o.Items[0].ID: 1}})
	if err != nil {
		s.t.Fatal(err)
	}
	return []string{"/sales/invoices/" + strconv.FormatInt(i.ID, 10), "/sales/shipments/" + strconv.FormatInt(p.ID, 10), "/sales/creditmemos/" + strconv.FormatInt(c.ID, 10)}
}

func TestAMerchantInvoicesShipsAndRefundsAPart(t *testing.T) {
	story(t)
	s := open(t)
	o := s.sold("vera@example.com")
	desk := s.staff(s.person(), "admin")
	desk.Visit(s.admin("/sales/orders")).Click(o.Number).See("Order # "+o.Number, "$110.38", "Not paid")

	desk.Click("Invoice").See("New Invoice", "Ordered 3", "$110.38")
	desk.Fill("Qty to Invoice of Stoneware Mug", "2").Fill("Qty to Invoice of Linen Bag", "0").TabTo("Comment").See("$47.07").Misses("$110.38") // follows at once
	desk.Fill("Qty to Invoice of Stoneware Mug", "1").Click("Update Qty's").See("$27.59").Misses("$47.07")
	desk.Fill("Qty to Invoice of Stoneware Mug", "2").Click("Update Qty's").See("$47.07")
	desk.Fill("Comment", "The rest follows.").Tick("Append Comments", true).Click("Submit Invoice")
	desk.See("was created", "Invoice # ", "$47.07", "The rest follows.", "Ada Lindgren")

	desk.Visit(s.admin("/sales/orders")).Click(o.Number).Click("Ship").See("New Shipment", "Invoiced 2")
	desk.Fill("Qty to Ship of Stoneware Mug", "2").Fill("Qty to Ship of Linen Bag", "0").Select("Carrier", "DHL").Fill("Number", "JD0140").Click("Submit Shipment")
	desk.See("was created", "DHL", "JD0140")

	desk.Visit(s.admin("/sales/orders")).Click(o.Number).Click("Credit Memo").See("New Credit Memo", "The most money available to refund is $47.07")
	desk.Fill("Qty to Refund of Stoneware Mug", "1").Fill("Refund Shipping", "9").Click("Update Qty's").See("The most shipping to refund is 7.50")
	desk.Fill("Refund Shipping", "0").Fill("Adjustment Fee", "1.00").Click("Refund Offline").See("was created", "Refunded offline", "-$1.00")

	desk.Visit(s.admin("/sales/orders")).Click(o.Number).See("Paid $47.07 of $110.38", "Shipped 2 of 4")
	now, err := s.Sales.Find(system(), o.ID)
	if err != nil || now.Refunded != now.Memos[0].Grand || now.Items[0].RefundedQty != 1 || now.Items[0].Shipped != 2 {
		t.Errorf("the order is %+v, %v", now.Order, err)
	}
}

func TestAnAgentHelpsFromEveryDocumentAndComesBackToIt(t *testing.T) {
	story(t)
	s := open(t)
	o := s.sold("vera@example.com")
	maria := s.person()
	desk := s.staff(maria, "maria")
	for _, page := range s.papers(o) {
		desk.Visit(s.admin(page)).Click(lac).See("This is the real account")
		front := desk.ClickNew(lac).See("You are logged in as Vera Lind")
		front.At("/account/orders/" + o.Number)
		front.Click("Close Session").See("Session closed")
		front.ClickOn("main a[href*='" + page + "']").At(page)
		front.Close()
	}
}

func TestAGuestsDocumentsHaveNoButton(t *testing.T) {
	story(t)
	s := open(t)
	o := s.sold("")
	desk := s.staff(s.person(), "maria")
	for _, page := range append(s.papers(o), "/sales/orders/"+strconv.FormatInt(o.ID, 10), "/sales/invoices", "/sales/shipments", "/sales/creditmemos", "/sales/orders") {
		desk.Visit(s.admin(page)).See(o.Number)
		if desk.Has(lac) {
			t.Errorf("%s offers %s", page, lac)
		}
	}
}
