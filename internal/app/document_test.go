package app_test

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/ledongthuc/pdf"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/totals"
	"github.com/storehand/storehand/internal/web/webtest"
)

// merchant is a shop in which something was sold.
type merchant struct {
	*apptest.Shop
	*testing.T
}

func eachMerchant(t *testing.T, fn func(m merchant)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) { fn(merchant{s, t}) })
}

func (m merchant) number(query string, args ...any) int64 {
	m.Helper()
	n, err := sqldb.One(m.Context(), m.DB.Reader(), sqldb.Value[int64], query, args...)
	if err != nil {
		m.Fatal(query, err)
	}
	return n
}

// sold places an order of three mugs and a bag, 10 % off, 8.25 % tax, shipping
// 7.50: the reference's order A. Without an e-mail address of a customer it is a
// guest's.
func (m merchant) sold(email string) sales.Full {
	m.Helper()
	return m.soldBy(email, "checkmo", sales.StateNew)
}

func (m merchant) soldBy(email, method string, state sales.State) sales.Full {
	m.Helper()
	rate := []totals.Rate{{Code: "US-CA", Title: "Sales tax", PPM: 82_500}}
	sum, err := totals.Compute(totals.Input{Currency: "USD", Settings: totals.Settings{Method: totals.Total}, Shipping: 750, ShippingRates: rate,
		Lines: []totals.Line{{Qty: 3, Price: 1999, Rates: rate, Discount: 600}, {Qty: 1, Price: 4500, Rates: rate, Discount: 450}}})
	if err != nil {
		m.Fatal(err)
	}
	to := sales.Address{FirstName: "Vera", LastName: "Lind", Street: "18 Harbour Road", City: "Portland", Region: "Maine", Postcode: "04101", Country: "US", Phone: "+1 207 555 0118"}
	d := sales.Draft{Source: sales.FromStorefront, WebsiteID: m.number(`SELECT website_id FROM store_view WHERE code = 'english'`), ViewID: m.number(`SELECT id FROM store_view WHERE code = 'english'`),
		GroupID: 1, Email: email, FirstName: "Vera", LastName: "Lind", Currency: "USD", Billing: to, Shipping: &to, Totals: sum,
		ShippingMethod: "flatrate", ShippingTitle: "Flat rate", PaymentMethod: method, PaymentTitle: "As " + method, State: state}
	if email == "" {
		d.Email = "guest@example.com"
	} else {
		d.CustomerID = m.number(`SELECT id FROM customer WHERE email_key = $1`, email)
	}
	for i, name := range []string{"Stoneware Mug", "Linen Bag"} {
		sku := "T-" + strconv.Itoa(i+1)
		d.Lines = append(d.Lines, sales.DraftLine{ProductID: m.number(`SELECT id FROM product WHERE sku = $1`, sku), SKU: sku, Name: name, Kind: "simple", ManageStock: true,
			OriginalPrice: []int64{1999, 4500}[i], Qty: []int64{3, 1}[i]})
	}
	var o sales.Order
	err = m.DB.Change(sqldbtest.Ctx(), sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) error {
		o, _, err = m.Sales.PlaceTx(ctx, tx, d)
		return err
	})
	if err != nil {
		m.Fatal(err)
	}
	return m.order(o.ID)
}

func (m merchant) order(id int64) sales.Full {
	m.Helper()
	o, err := m.Sales.Find(m.Context(), id)
	if err != nil {
		m.Fatal(err)
	}
	return o
}

func orderAt(o sales.Full, part string) string {
	return "/sales/orders/" + strconv.FormatInt(o.ID, 10) + part
}

func qtyOf(o sales.Full, line int) string { return "qty_" + strconv.FormatInt(o.Items[line].ID, 10) }

func TestAMerchantInvoicesShipsAndRefundsPartsOfAnOrder(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("vera@example.com")
		tab := signIn(webtest.New(m), m.Shop, "admin")
		m.invoicePart(tab, o)
		m.shipPart(tab, o)
		m.refundPart(tab, o)
	})
}

// invoicePart invoices two mugs of three and no bag (vector V9 of the reference).
func (m merchant) invoicePart(tab *webtest.Tab, o sales.Full) {
	m.Helper()
	tab.Visit(m.Admin(orderAt(o, "/invoice")))
	tab.MustContain("Stoneware Mug", "$110.38", "Ordered 3")
	f := tab.Form(orderAt(o, "/invoice")).Set(qtyOf(o, 0), "2").Set(qtyOf(o, 1), "0").Set("comment", "First part")
	f.Submit("Update Qty's")
	tab.MustStatus(200)
	tab.MustContain("$47.07")
	if got := m.order(o.ID); len(got.Invoices) != 0 {
		m.Fatal("updating quantities made an invoice")
	}
	f = tab.Form(orderAt(o, "/invoice"))
	if f.Value("comment") != "First part" || f.Value(qtyOf(o, 0)) != "2" {
		m.Error("what was typed is lost")
	}
	f.Submit("Submit Invoice")
	tab.MustContain("was created", "$47.07", "First part", "Order & Account Information", "Paid")
	now := m.order(o.ID)
	if len(now.Invoices) != 1 || now.Paid != 4707 || now.State != sales.Processing || now.Invoices[0].By.Name == "" {
		m.Errorf("after the invoice: %+v", now.Order)
	}
}

func (m merchant) shipPart(tab *webtest.Tab, o sales.Full) {
	m.Helper()
	tab.Visit(m.Admin(orderAt(o, "/ship")))
	tab.Form(orderAt(o, "/ship")).Set(qtyOf(o, 0), "1").Set(qtyOf(o, 1), "0").Set("track_number_0", "1Z999").Submit("Add Tracking Number")
	f := tab.Form(orderAt(o, "/ship"))
	f.Set("track_carrier_1", "dhl").Set("track_number_1", "JD014").Set("track_carrier_0", "ups").Submit("Submit Shipment")
	tab.MustContain("was created", "United Parcel Service", "1Z999", "JD014")
	now := m.order(o.ID)
	if len(now.Shipments) != 1 || len(now.Shipments[0].Tracks) != 2 || now.Items[0].Shipped != 1 {
		m.Fatalf("after the shipment: %+v", now.Shipments)
	}
	at := "/sales/shipments/" + strconv.FormatInt(now.Shipments[0].ID, 10)
	tab.Form(at+"/tracks").Set("track_title", "Post").Set("track_number", "").Submit("Add Tracking Number")
	tab.MustStatus(422)
	tab.MustContain("Enter a tracking number.")
	tab.Form(at+"/tracks").Set("track_number", "RR12").Submit("Add Tracking Number")
	tab.MustContain("Post", "RR12")
	tab.Form(at + "/tracks/" + strconv.FormatInt(now.Shipments[0].Tracks[0].ID, 10) + "/delete").Submit()
	tab.MustContain("was removed")
	tab.MustNotContain("1Z999")
}

// refundPart gives one mug back and 2.00 of the shipping, keeps a fee of 1.00, and
// takes the mug back into the stock.
func (m merchant) refundPart(tab *webtest.Tab, o sales.Full) {
	m.Helper()
	invoice := m.order(o.ID).Invoices[0]
	tab.Visit(m.Admin("/sales/invoices/" + strconv.FormatInt(invoice.ID, 10))).Click("Credit Memo")
	f := tab.Form(orderAt(o, "/creditmemo"))
	f.Set(qtyOf(o, 0), "1").Set("shipping", "20").Submit("Update Qty's")
	tab.MustStatus(422)
	tab.MustContain("The most shipping to refund is 7.50")
	f = tab.Form(orderAt(o, "/creditmemo"))
	if f.Value("shipping") != "20" {
		m.Error("what was typed is lost")
	}
	f.Set("shipping", "2.00").Set("adjustment_fee", "1.00").Tick("restock_" + strconv.FormatInt(o.Items[0].ID, 10)).Submit("Refund Offline")
	tab.MustContain("was created", "Refunded offline", "-$1.00", "returned to stock")
	now := m.order(o.ID)
	if len(now.Memos) != 1 || now.Refunded != now.Memos[0].Grand || now.Items[0].RefundedQty != 1 || now.Memos[0].InvoiceID != invoice.ID {
		m.Errorf("after the credit memo: %+v", now.Memos)
	}
}

func TestWhatCannotBeIsRefusedBesideItsField(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("")
		tab := signIn(webtest.New(m), m.Shop, "admin")
		tab.Visit(m.Admin(orderAt(o, "/invoice")))
		for typed, want := range map[string]string{"9": "At most 3.", "x": "Enter a whole number."} {
			tab.Form(orderAt(o, "/invoice")).Set(qtyOf(o, 0), typed).Submit("Submit Invoice")
			tab.MustStatus(422)
			tab.MustContain(want)
			if got := tab.Form(orderAt(o, "/invoice")).Value(qtyOf(o, 0)); got != typed {
				m.Errorf("typed %q, shown %q", typed, got)
			}
		}
		tab.Form(orderAt(o, "/invoice")).Set(qtyOf(o, 0), "0").Set(qtyOf(o, 1), "0").Submit("Submit Invoice")
		tab.MustContain("without products")
		tab.Visit(m.Admin(orderAt(o, "/creditmemo")))
		tab.MustContain("Nothing was paid")
		if n := len(m.order(o.ID).Invoices); n != 0 {
			m.Errorf("%d invoices", n)
		}
	})
}

func TestPiecesAreShippedWithTheirInvoiceWhenAskedFor(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("vera@example.com")
		tab := signIn(webtest.New(m), m.Shop, "admin")
		tab.Visit(m.Admin(orderAt(o, "/invoice")))
		tab.Form(orderAt(o, "/invoice")).Tick("ship").Submit("Submit Invoice")
		tab.MustContain("and a shipment were created")
		if now := m.order(o.ID); now.State != sales.Complete || len(now.Shipments) != 1 {
			m.Errorf("the order is %s with %d shipments", now.State, len(now.Shipments))
		}
		for part, words := range map[string]string{"/invoice": "invoiced or canceled", "/ship": "shipped, refunded or canceled"} {
			tab.Visit(m.Admin(orderAt(o, part)))
			tab.MustContain(words)
			tab.MustNotHave("form.doc-form")
		}
	})
}

// documents makes one of each of an order.
func (m merchant) documents(o sales.Full) (pages []string) {
	m.Helper()
	ctx := sqldbtest.Ctx()
	qty := map[int64]int64{o.Items[0].ID: 2}
	i, err := m.Sales.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: qty})
	if err != nil {
		m.Fatal(err)
	}
	s, err := m.Sales.Ship(ctx, o.ID, sales.ShipForm{Qty: qty})
	if err != nil {
		m.Fatal(err)
	}
	c, err := m.Sales.Refund(ctx, o.ID, sales.MemoForm{InvoiceID: i.ID, Qty: map[int64]int64{o.Items[0].ID: 1}})
	if err != nil {
		m.Fatal(err)
	}
	for at, id := range map[string]int64{"/sales/invoices/": i.ID, "/sales/shipments/": s.ID, "/sales/creditmemos/": c.ID} {
		pages = append(pages, at+strconv.FormatInt(id, 10))
	}
	return pages
}

func TestAStayStartsFromEveryDocumentAndLeadsBackToIt(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("vera@example.com")
		for _, page := range m.documents(o) {
			b := webtest.New(m)
			tab := signIn(b, m.Shop, "maria")
			tab.Visit(m.Admin(page))
			if first := tab.One(".page-actions").All("a, button"); len(first) < 2 || first[0].Text() != "Back" || first[1].Text() != "Login as Customer" {
				m.Errorf("%s: the button is not right after Back", page)
			}
			form := tab.Form("/customers/1/assist")
			if !strings.Contains(form.Value("reason"), o.Number) {
				m.Errorf("%s: the reason is %q", page, form.Value("reason"))
			}
			shop := form.Submit("Login as Customer")
			if want := "/account/orders/" + o.Number; shop.URL.Path != want {
				m.Errorf("%s: the stay starts on %s, want %s", page, shop.URL.Path, want)
			}
			back := shop.Form("/assist/close").Submit()
			if back.One(`a[href*="`+page+`"]`).Text() == "" {
				m.Errorf("%s: no way back", page)
			}
			shop.MustContain("Vera Lind")
			list := page[:strings.LastIndex(page, "/")]
			tab.Visit(m.Admin(list))
			tab.MustContain("Login as Customer")
		}
	})
}

func TestDocumentsOfAGuestShowNoButton(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("")
		tab := signIn(webtest.New(m), m.Shop, "maria")
		for _, page := range m.documents(o) {
			for _, at := range []string{page, page[:strings.LastIndex(page, "/")]} {
				tab.Visit(m.Admin(at))
				tab.MustStatus(200)
				tab.MustContain("Print")
				if tab.Has(`a[href*="/assist?"], form[action$="/assist"], [data-dialog="login-as-customer"]`) {
					m.Errorf("%s offers Login as Customer", at)
				}
			}
		}
	})
}

func TestDocumentsPrintAloneAndTogether(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("vera@example.com")
		tab := signIn(webtest.New(m), m.Shop, "admin")
		pages := append(m.documents(o), orderAt(o, ""))
		for _, page := range pages {
			if n := m.papers(tab, page+"/pdf"); n != 1 {
				m.Errorf("%s: %d pages", page, n)
			}
		}
		m.documents(m.sold(""))
		for _, list := range []string{"/sales/invoices", "/sales/shipments", "/sales/creditmemos"} {
			if n := m.papers(tab, list+".pdf"); n != 2 {
				m.Errorf("%s: %d pages for 2 documents", list, n)
			}
		}
		if n := m.papers(tab, "/sales/invoices.pdf?id=1"); n != 1 {
			m.Errorf("one ticked invoice has %d pages", n)
		}
	})
}

// papers counts the pages of a PDF.
func (m merchant) papers(tab *webtest.Tab, path string) int {
	m.Helper()
	tab.Visit(m.Admin(path))
	tab.MustStatus(200)
	raw := []byte(tab.Body)
	r, err := pdf.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		m.Fatal(path, err)
	}
	return r.NumPage()
}

func TestDocumentsAreCommentedMailedAndListed(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("vera@example.com")
		tab := signIn(webtest.New(m), m.Shop, "admin")
		for _, page := range m.documents(o) {
			tab.Visit(m.Admin(page))
			tab.Form(page+"/comments").Set("comment", "").Submit("Submit Comment")
			tab.MustStatus(422)
			tab.Form(page+"/comments").Set("comment", "Left at the door").Submit("Submit Comment")
			tab.MustContain("The comment was added.", "Left at the door")
			tab.Form(page + "/email").Submit("Send Email")
			tab.MustContain("outbox")
			list := page[:strings.LastIndex(page, "/")]
			tab.Visit(m.Admin(list + "?order=" + strings.TrimLeft(o.Number, "0")))
			tab.MustContain("1 record", o.Number)
			tab.Visit(m.Admin(list + ".csv"))
			tab.MustStatus(200)
			if !strings.Contains(string(tab.Body), o.Number) {
				m.Errorf("%s.csv does not have the order", list)
			}
		}
		tab.Visit(m.Admin("/sales/transactions"))
		tab.MustContain("No transactions yet")
	})
}

func TestMoneyOfAProviderIsTakenAndGivenBackOnline(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.soldBy("vera@example.com", payment.FakeCode, sales.PendingPayment)
		if _, err := m.Payments.Start(sqldbtest.Ctx(), o.Order, ""); err != nil {
			m.Fatal(err)
		}
		ref, err := sqldb.One(m.Context(), m.DB.Reader(), sqldb.Value[string], `SELECT reference FROM payment_intent WHERE order_id = $1`, o.ID)
		if err != nil {
			m.Fatal(err)
		}
		body, signature := m.DemoPayments.Message(payment.Event{ID: "evt-1", Kind: payment.Authorized, Reference: ref, Amount: o.Grand})
		if err := m.Payments.Receive(sqldbtest.Ctx(), payment.FakeCode, body, signature); err != nil {
			m.Fatal(err)
		}
		tab := signIn(webtest.New(m), m.Shop, "admin")
		tab.Visit(m.Admin(orderAt(o, "/invoice")))
		m.DemoPayments.Trouble(errors.New("card expired"))
		tab.Form(orderAt(o, "/invoice")).Set("comment", "Take it").Set(qtyOf(o, 0), "2").Submit("Submit Invoice")
		tab.MustStatus(422)
		tab.MustContain("provider", "Take it")
		if got := tab.Form(orderAt(o, "/invoice")).Value(qtyOf(o, 0)); got != "2" {
			m.Errorf("what was typed is %q now", got)
		}
		m.DemoPayments.Trouble(nil)
		tab.Form(orderAt(o, "/invoice")).Submit("Submit Invoice")
		tab.MustContain("was created", "Transaction ID")
		tab.Click("Credit Memo")
		tab.Form(orderAt(o, "/creditmemo")).Set(qtyOf(o, 0), "1").Submit("Refund")
		tab.MustContain("was created", "Refunded online")
		tab.Visit(m.Admin("/sales/transactions"))
		tab.MustContain("Capture", "Refund", "Done", o.Number)
	})
}

func TestPagesOfDocumentsCanBeUsedByEverybody(t *testing.T) {
	m := merchant{apptest.New(t, sqldb.SQLite), t}
	tab := signIn(webtest.New(t), m.Shop, "admin")
	walk(t, tab, m.Admin(""), "/sales/invoices", "/sales/shipments", "/sales/creditmemos", "/sales/transactions", "/system/outbox")
	o := m.sold("vera@example.com")
	pages := m.documents(o)
	at := orderAt(o, "")
	if err := m.Sales.Email(sqldbtest.Ctx(), sales.OrderDoc, o.ID); err != nil {
		t.Fatal(err)
	}
	letter := "/system/outbox/" + strconv.FormatInt(m.number(`SELECT MAX(id) FROM mail_outbox`), 10)
	walk(t, tab, m.Admin(""), append(pages, at+"/invoice", at+"/ship", at+"/creditmemo", at+"/creditmemo?invoice=1",
		"/sales/invoices", "/sales/shipments", "/sales/creditmemos", "/sales/invoices?q=nothing&min=x", "/system/outbox", letter)...)
	for part, wrong := range map[string][2]string{"/invoice": {qtyOf(o, 0), "99"}, "/ship": {qtyOf(o, 1), "many"}, "/creditmemo": {"adjustment_fee", "x"}} {
		tab.Visit(m.Admin(at + part))
		mistaken(t, tab.Form(at+part).Set(wrong[0], wrong[1]).Submit("Update Qty's"))
	}
}

func TestTheOutboxShowsLettersSafely(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		desk := webtest.New(m).Open(m.Store("english", "/forgot"))
		desk.Form("/forgot").Set("email", "vera@example.com").Submit()
		tab := signIn(webtest.New(m), m.Shop, "admin")
		tab.Visit(m.Admin("/system/outbox"))
		tab.MustContain("vera@example.com")
		tab.Click("Password reset")
		tab.MustContain("cannot be read here")
		tab.MustNotContain("token=")
		if !tab.Has(`a[href="/system/outbox"]`) {
			m.Error("no way back to the list")
		}
		o := m.sold("vera@example.com")
		if err := m.Sales.Email(sqldbtest.Ctx(), sales.OrderDoc, o.ID); err != nil {
			m.Fatal(err)
		}
		tab.Visit(m.Admin("/system/outbox?order=" + strconv.FormatInt(o.ID, 10)))
		tab.Follow("td a")
		tab.MustContain(o.Number, "vera@example.com", "View order")
		if frame := tab.One("iframe"); !frame.HasAttr("sandbox") || frame.Attr("sandbox") != "" {
			m.Error("the letter may do something")
		}
		if csp := tab.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			m.Errorf("the page's policy is %s", csp)
		}
		page := tab.Path()
		tab.Visit(m.Admin(tab.One("iframe").Attr("src")))
		if csp := tab.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "script") {
			m.Errorf("the letter's policy is %s", csp)
		}
		if err := m.App.Mail.Deliver(m.Context()); err != nil {
			m.Fatal(err)
		}
		tab.Visit(m.Admin(page))
		tab.Form(page + "/send").Submit("Send Again")
		tab.MustContain("A copy of the letter", "Waiting")
		maria := signIn(webtest.New(m), m.Shop, "maria")
		maria.Visit(m.Admin("/system/outbox"))
		maria.MustStatus(403)
	})
}
