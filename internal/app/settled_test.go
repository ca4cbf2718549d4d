package app_test

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"testing"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// accounts is one order by one way to pay, followed through the pages: what the
// buyer and the merchant read has to add up to the cent. Three bags of 19.90 less
// 10 % go to New York: 59.70 − 5.97 + 15.00 + 8.375 % of 53.73.
type accounts struct {
	merchant
	staff  *webtest.Tab
	online bool // the provider takes the money and gives it back
}

var (
	figuresOfOrder = []string{"$59.70", "-$5.97", "$15.00", "$4.50", "$73.23"}
	figureOfParts  = []string{"$34.41", "$38.82"} // one piece with the shipping, and the other two
)

func TestAnOrderOfEveryPaymentMethodGoesFromTheCartToTheCreditMemoThatClosesIt(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		for _, path := range []string{"banktransfer", "cashondelivery", "purchaseorder"} {
			m.put("payment."+path+".enabled", "1")
		}
		a := accounts{merchant: m, staff: signIn(webtest.New(m), m.Shop, "admin")}
		for _, method := range []string{payment.CheckMoney, payment.BankTransfer, payment.CashOnDelivery, payment.PurchaseOrder} {
			a.settled(a.bought(method))
		}
		a.online = true
		a.settled(a.bought(payment.FakeCode))
		a.settled(a.paidByLink())
		if n := m.number(`SELECT reserved FROM product WHERE sku = 'T-2'`); n != 0 {
			m.Errorf("%d pieces are still reserved", n)
		}
		if n := m.number(`SELECT COALESCE(SUM(captured - refunded), 0) FROM payment_intent`); n != 0 {
			m.Errorf("the provider still has %d", n)
		}
		a.nothingToPay()
	})
}

func (m merchant) put(path, value string) {
	m.Helper()
	field, ok := config.ByPath(path)
	if !ok {
		m.Fatal("no field ", path)
	}
	err := m.DB.Change(sqldbtest.Ctx(), config.Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		return m.Config.Put(ctx, tx, config.Everywhere, config.Edit{Field: field, Value: value})
	})
	if err != nil {
		m.Fatal(err)
	}
}

// bought is an order of a guest, from the product's page to the thanks.
func (a accounts) bought(method string) sales.Full {
	a.Helper()
	tab := a.filled("SAVE10")
	f := tab.Form("/checkout/methods").Set("payment_method", method)
	if f.Has("po_number") {
		f.Set("po_number", "PO-"+method)
	}
	tab = f.Submit()
	tab.MustBe(a.Store("english", "/checkout/review"))
	tab.MustContain(figuresOfOrder...)
	tab = tab.Form("/checkout/place").Submit()
	if a.online {
		tab.MustContain("$73.23")
		tab = tab.Form(`form[action*="/pay/demo/"]`).Submit("Pay now")
	}
	tab.MustBe(a.Store("english", "/checkout/success"))
	o := a.last()
	tab.MustContain(o.Number)
	if o.PaymentMethod != method || o.Grand != 7323 || method == payment.PurchaseOrder && o.PONumber != "PO-"+method {
		a.Fatalf("ordered %+v", o.Order)
	}
	return o
}

// filled is a cart of three bags whose address is entered.
func (a accounts) filled(coupon string) *webtest.Tab {
	a.Helper()
	tab := webtest.New(a).Open(a.Store("english", "/p/item-2"))
	tab.Form("/cart/items").Set("qty", "3").Submit()
	tab = tab.Visit(a.Store("english", "/cart"))
	tab.Form("/cart/coupon").Set("coupon", coupon).Submit()
	tab = tab.Visit(a.Store("english", "/checkout"))
	tab = toNewYork(tab.Form("/checkout").Set("email", "grace@example.com"), "shipping_").Submit()
	tab.MustBe(a.Store("english", "/checkout/methods"))
	return tab
}

func toNewYork(f *webtest.Form, prefix string) *webtest.Form {
	for name, value := range map[string]string{"first_name": "Grace", "last_name": "Miller", "street": "12 Harbour Street", "postcode": "10001", "city": "New York", "country": "US", "region": "New York"} {
		f.Set(prefix+name, value)
	}
	return f
}

func (a accounts) last() sales.Full {
	a.Helper()
	return a.order(a.number(`SELECT MAX(id) FROM sales_order`))
}

// paidByLink is an order that staff takes on the phone, and that the customer
// pays by the link in the letter, without signing in.
func (a accounts) paidByLink() sales.Full {
	a.Helper()
	const path = "/sales/orders/new"
	tab := signIn(webtest.New(a), a.Shop, "maria")
	tab.Visit(a.Admin(path + "?customer=1"))
	f := toNewYork(tab.Form(path), "shipping_").Set("add_sku", "T-2").Set("add_qty", "3").Set("coupon", "SAVE10")
	tab = f.Submit("Update items and totals")
	tab = tab.Form(path).Set("payment_method", payment.FakeCode).Submit("Update items and totals")
	tab.MustContain(figuresOfOrder...)
	tab.Form(path).Submit("Submit Order").MustContain("You created the order.", "Pending Payment")
	o := a.last()
	body, err := sqldb.One(a.Context(), a.DB.Reader(), sqldb.Value[string], `SELECT body_text FROM mail_outbox WHERE kind = 'payment_link' AND order_id = $1`, o.ID)
	link := regexp.MustCompile(`/pay/[A-Za-z0-9_-]+`).FindString(body)
	if err != nil || link == "" {
		a.Fatalf("no link: %v, %s", err, body)
	}
	payer := webtest.New(a).Open(a.Store("english", link))
	payer.MustContain(o.Number, "$73.23")
	payer = payer.Form(link).Submit("Pay now")
	payer = payer.Form(`form[action*="/pay/demo/"]`).Submit("Pay now")
	payer.MustBe(a.Store("english", link))
	if o = a.order(o.ID); o.State != sales.Processing || o.CustomerID != 1 || o.Source != sales.FromAdmin {
		a.Fatalf("paid by its link the order is %s, of %d, from %s", o.State, o.CustomerID, o.Source)
	}
	return o
}

// settled makes the documents of an order in two parts each: paid, shipped, given
// back and closed.
func (a accounts) settled(o sales.Full) {
	a.Helper()
	for i, qty := range []string{"1", "2"} {
		a.staff.Visit(a.Admin(orderAt(o, "/invoice")))
		a.staff.Form(orderAt(o, "/invoice")).Set(qtyOf(o, 0), qty).Submit("Submit Invoice")
		a.made(figureOfParts[i])
	}
	a.reads(o, sales.Processing, "$73.23", "$0.00")
	a.staff.Visit(a.Admin(orderAt(o, "/ship")))
	a.staff.Form(orderAt(o, "/ship")).Set("track_number_0", "1Z999").Submit("Submit Shipment")
	a.staff.MustContain("was created", "1Z999")
	a.reads(o, sales.Complete, "$73.23", "$0.00")
	button := map[bool]string{true: "Refund", false: "Refund Offline"}[a.online]
	for i, invoice := range a.order(o.ID).Invoices {
		a.staff.Visit(a.Admin(orderAt(o, "/creditmemo?invoice="+strconv.FormatInt(invoice.ID, 10))))
		a.staff.Form(orderAt(o, "/creditmemo")).Submit(button)
		a.made(figureOfParts[i])
	}
	a.reads(o, sales.Closed, "$73.23", "$0.00")
	now := a.order(o.ID)
	if now.Paid != 7323 || now.Refunded != 7323 || len(now.Invoices) != 2 || len(now.Memos) != 2 || len(now.Shipments) != 1 {
		a.Errorf("%s: paid %d, refunded %d, %d invoices, %d shipments, %d credit memos", now.PaymentMethod, now.Paid, now.Refunded, len(now.Invoices), len(now.Shipments), len(now.Memos))
	}
	a.buyerReads(now)
}

// made is the page of a document that was just made.
func (a accounts) made(grand string) {
	a.Helper()
	a.staff.MustContain("was created")
	if got := a.staff.One(".totals .grand dd").Text(); got != grand {
		a.Errorf("%s: the document comes to %s, not %s", a.staff.URL.Path, got, grand)
	}
}

// reads is the order's page in the Admin.
func (a accounts) reads(o sales.Full, state sales.State, paid, due string) {
	a.Helper()
	a.staff.Visit(a.Admin(orderAt(o, "")))
	a.staff.MustContain(figuresOfOrder...)
	shown := map[string]string{}
	for _, row := range a.staff.All(".totals div") {
		shown[row.All("dt")[0].Text()] = row.All("dd")[0].Text()
	}
	now := a.order(o.ID)
	if shown["Total Paid"] != paid || shown["Total Due"] != due || now.State != state || state == sales.Closed && shown["Total Refunded"] != paid {
		a.Errorf("%s: %s, shown %v", o.PaymentMethod, now.State, shown)
	}
}

// buyerReads looks the order up as the buyer does.
func (a accounts) buyerReads(o sales.Full) {
	a.Helper()
	var tab *webtest.Tab
	if o.Guest() {
		tab = webtest.New(a).Open(a.Store("english", "/orders/guest"))
		tab = tab.Form("/orders/guest").Set("number", o.Number).Set("email", "grace@example.com").Set("last_name", "Miller").Submit("Find my order")
	} else {
		tab = shopIn(webtest.New(a), a.merchant, "vera@example.com")
		tab.Visit(a.Store("english", "/account/orders/"+url.PathEscape(o.Number)))
	}
	tab.MustContain(append([]string{"Order #" + o.Number, "Closed", "1Z999", "Invoices", "Refunds"}, figuresOfOrder...)...)
}

// nothingToPay is an order that a discount pays: it is complete once it was sent,
// and there is nothing to give back.
func (a accounts) nothingToPay() {
	a.Helper()
	groups, err := a.Customers.Groups(a.Context())
	if err != nil {
		a.Fatal(err)
	}
	gift := promotion.Rule{Name: "A present", Active: true, Websites: []int64{1}, Coupon: promotion.SpecificCoupon, Code: "PRESENT", Discount: promotion.Percent, Amount: 1_000_000, ToShipping: true}
	for _, g := range groups {
		gift.Groups = append(gift.Groups, g.ID)
	}
	if _, err := a.Promotions.Save(sqldbtest.Ctx(), gift); err != nil {
		a.Fatal(err)
	}
	tab := a.filled("PRESENT")
	tab.MustContain("Nothing to pay")
	tab = tab.Form("/checkout/methods").Submit()
	tab.MustContain("-$74.70", "$0.00")
	tab.Form("/checkout/place").Submit().MustBe(a.Store("english", "/checkout/success"))
	o := a.last()
	if o.PaymentMethod != payment.Free || o.Grand != 0 {
		a.Fatalf("ordered by %s for %d", o.PaymentMethod, o.Grand)
	}
	a.staff.Visit(a.Admin(orderAt(o, "/invoice")))
	a.staff.Form(orderAt(o, "/invoice")).Submit("Submit Invoice")
	a.made("$0.00")
	a.staff.Visit(a.Admin(orderAt(o, "/ship")))
	a.staff.Form(orderAt(o, "/ship")).Submit("Submit Shipment")
	if now := a.order(o.ID); now.State != sales.Complete || now.Paid != 0 {
		a.Errorf("an order of nothing became %s, paid %d", now.State, now.Paid)
	}
	a.staff.Visit(a.Admin(orderAt(o, "/creditmemo")))
	a.staff.MustContain("Nothing was paid")
	if a.Sales.Allowed(a.order(o.ID))[sales.DeedCreditMemo] {
		a.Error("a credit memo of nothing is allowed")
	}
}
