package sales_test

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	outbox "github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/totals"
)

// office is a shop that writes letters, in four languages.
type office struct {
	*shop
	config *config.Service
}

// eachOffice runs a test on each engine.
func eachOffice(t *testing.T, fn func(o *office)) {
	t.Helper()
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		s := furnish(t, db, clock)
		s.ok(db.Upkeep(context.Background(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			for _, set := range []string{`UPDATE website SET default_store_id = id`, `UPDATE store_view SET base_url = REPLACE(base_url, 'http:', 'https:')`} {
				if _, err := tx.Exec(ctx, set); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `INSERT INTO store_view (id, store_id, website_id, code, name, locale, base_url, active) VALUES
				(4, 1, 1, 'fr', 'Français', 'fr-FR', 'https://a.test/fr/', TRUE), (5, 1, 1, 'ar', 'العربية', 'ar-EG', 'https://a.test/ar/', TRUE)`)
			return err
		}))
		stores := store.New(db, "")
		o := &office{s, config.New(db, stores)}
		s.Service = sales.New(db, sales.Deps{Stores: stores, Config: o.config, Outbox: outbox.NewOutbox(db, outbox.Discard(), nil)})
		fn(o)
	})
}

func (o *office) set(path, value string) {
	o.Helper()
	f, ok := config.ByPath(path)
	if !ok {
		o.Fatalf("no setting %s", path)
	}
	o.ok(o.db.Change(ctx, "test.config", func(ctx context.Context, tx *sqldb.Tx) error {
		return o.config.Put(ctx, tx, config.Everywhere, config.Edit{Field: f, Value: value})
	}))
	o.clock.Advance(2 * sqldb.RecheckAfter)
}

// written is every letter there is, the oldest first.
func (o *office) written() []outbox.Message {
	o.Helper()
	letters, err := sqldb.All(ctx, o.db.Reader(), func(r sqldb.Scanner) (m outbox.Message, err error) {
		var bcc string
		err = r.Scan(&m.Kind, &m.To, &m.From, &m.Subject, &m.Text, &m.HTML, &bcc)
		if bcc != "" {
			m.Bcc = strings.Split(bcc, ",")
		}
		return m, err
	}, `SELECT kind, recipient, sender, subject, body_text, body_html, bcc FROM mail_outbox ORDER BY id`)
	o.ok(err)
	return letters
}

// last is the newest letter; there must be n by now.
func (o *office) last(n int) outbox.Message {
	o.Helper()
	letters := o.written()
	if len(letters) != n {
		var kinds []string
		for _, m := range letters {
			kinds = append(kinds, m.Kind+" to "+m.To)
		}
		o.Fatalf("%d letters instead of %d: %s", len(letters), n, strings.Join(kinds, ", "))
	}
	return letters[n-1]
}

func (o *office) says(m outbox.Message, texts ...string) {
	o.Helper()
	for _, text := range texts {
		if !strings.Contains(m.Text, text) {
			o.Errorf("the letter %s does not say %q:\n%s", m.Kind, text, m.Text)
		}
		if !strings.Contains(m.HTML, strings.ReplaceAll(text, "'", "&#39;")) {
			o.Errorf("the letter %s does not say %q in HTML", m.Kind, text)
		}
	}
}

func notified(d sales.Draft) sales.Draft {
	d.Notify = true
	return d
}

func TestAConfirmationExistsExactlyWhenTheOrderDoes(t *testing.T) {
	eachOffice(t, func(o *office) {
		undone := errors.New("undone")
		err := o.db.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) error {
			if _, _, err := o.PlaceTx(ctx, tx, notified(o.orderA())); err != nil {
				return err
			}
			return undone
		})
		if !errors.Is(err, undone) {
			o.Fatal(err)
		}
		if n := len(o.written()); n != 0 {
			o.Fatalf("%d letters about an order that does not exist", n)
		}
		d := notified(o.orderA())
		d.PlaceKey, d.Comment = "once", "Please ring <twice>."
		for range 3 {
			_, _, err := o.try(ctx, d)
			o.ok(err)
		}
		m := o.last(1)
		want(o.T, "kind", m.Kind, "order")
		want(o.T, "to", m.To, "vera@example.com")
		want(o.T, "subject", m.Subject, "Your order #000000001 at Storehand")
		o.says(m, "Hello Vera Lind,", "Thank you for your order", "https://a.test/account/orders/000000001", "Product mug", "$59.97", "$104.97", "-$10.50", "Sales tax", "$8.41", "$110.38", "Elm Street 1", "10115 Berlin", "Germany", "Check / Money order", "You wrote")
		if !strings.Contains(m.HTML, "Please ring &lt;twice&gt;.") || !strings.Contains(m.Text, "Please ring <twice>.") {
			o.Error("the comment was not kept as it was written")
		}
		quiet := o.orderA()
		_, _, err = o.try(ctx, quiet)
		o.ok(err)
		o.last(1)
	})
}

func TestAGuestIsLedToTheLookUp(t *testing.T) {
	eachOffice(t, func(o *office) {
		d := notified(o.orderA())
		d.CustomerID, d.Email = 0, "guest@example.com"
		_, _, err := o.try(ctx, d)
		o.ok(err)
		m := o.last(1)
		o.says(m, "https://a.test/orders/guest", "enter the order number 000000001")
		if strings.Contains(m.Text, "/account/orders") {
			o.Error("a guest is sent to an account")
		}
	})
}

func TestWhatStaffPlaceForSomebodySaysSo(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.set("general.support_email", "help@example.com")
		maria := actor.With(context.Background(), actor.Who{Kind: actor.Admin, ID: 3, Name: "maria"})
		_, _, err := o.try(maria, notified(o.orderA()))
		o.ok(err)
		m := o.last(1)
		want(o.T, "subject", m.Subject, "We placed order #000000001 for you at Storehand")
		o.says(m, "Our staff placed order #000000001", "please write to help@example.com at once")
		if strings.Contains(m.Text, "maria") {
			o.Error("the letter names the Admin user")
		}
	})
}

func TestEachDocumentHasItsLetter(t *testing.T) {
	eachOffice(t, func(o *office) {
		order := o.place(o.orderA())
		invoice, err := o.Invoice(ctx, order.ID, sales.InvoiceForm{Qty: qty(order, 2), NotifyCustomer: true, Comment: "First part", CommentVisible: true})
		o.ok(err)
		m := o.last(1)
		want(o.T, "subject", m.Subject, "Invoice #"+invoice.Number+" for your order #000000001")
		o.says(m, "2", "Product mug", "$39.98", "-$4.00", "$7.50", "$3.59", "$47.07", "First part", "We wrote")
		if strings.Contains(m.Text, "Product bag") {
			o.Error("what is not invoiced stands in the invoice's letter")
		}
		shipment, err := o.Ship(ctx, order.ID, sales.ShipForm{Qty: qty(order, 1), NotifyCustomer: true, Comment: "internal", Tracks: []sales.Track{{Carrier: "ups", Title: "UPS", Number: "1Z999"}}})
		o.ok(err)
		m = o.last(2)
		want(o.T, "subject", m.Subject, "Your order #000000001 is on its way")
		o.says(m, "Shipment #"+shipment.Number, "UPS: 1Z999", "Product mug")
		if strings.Contains(m.Text, "$") || strings.Contains(m.Text, "internal") {
			o.Errorf("the shipment's letter has amounts, or a comment that is not for the customer:\n%s", m.Text)
		}
		_, err = o.Refund(ctx, order.ID, sales.MemoForm{InvoiceID: invoice.ID, Qty: qty(order, 1), Shipping: new(int64), AdjustmentRefund: 500, AdjustmentFee: 250, NotifyCustomer: true})
		o.ok(err)
		o.says(o.last(3), "We have refunded $21.98", "$19.99", "-$2.00", "$1.49", "$5.00", "-$2.50", "$21.98")
		_, err = o.AddComment(ctx, order.ID, sales.CommentForm{Text: "All is well.", Visible: true, Notify: true})
		o.ok(err)
		m = o.last(4)
		want(o.T, "kind", m.Kind, "order_update")
		o.says(m, "It is now: Being prepared.", "All is well.")
		o.ok(o.Email(ctx, sales.InvoiceDoc, invoice.ID))
		want(o.T, "sent again", o.last(5).Kind, "invoice")
	})
}

func TestEveryLanguageHasItsLetters(t *testing.T) {
	eachOffice(t, func(o *office) {
		n := 0
		for view, says := range map[int64][]string{
			1: {`lang="en"`, `dir="ltr"`, "Thank you"}, 2: {`lang="de"`, "Vielen Dank", "Zwischensumme", "59,97"},
			4: {`lang="fr"`, "Merci", "Sous-total"}, 5: {`lang="ar"`, `dir="rtl"`, "شكرًا"},
		} {
			d := notified(o.orderA())
			d.ViewID = view
			order := o.place(d)
			n++
			m := o.last(n)
			for _, text := range says {
				if !strings.Contains(m.HTML, text) {
					o.Errorf("view %d does not say %q", view, text)
				}
			}
			_, err := o.Invoice(ctx, order.ID, sales.InvoiceForm{Qty: qty(order, 3, 1), NotifyCustomer: true, AlsoShip: true})
			o.ok(err)
			_, err = o.AddComment(ctx, order.ID, sales.CommentForm{Text: "…", Notify: true})
			o.ok(err)
			n += 3
			for _, m := range o.written()[n-4:] {
				if strings.Contains(m.Text, "mail.") || strings.ContainsAny(m.Text+m.Subject, "{}") {
					o.Errorf("view %d: a message is missing in %s:\n%s", view, m.Kind, m.Text)
				}
			}
		}
	})
}

func TestHostileNamesAreText(t *testing.T) {
	eachOffice(t, func(o *office) {
		d := notified(o.orderA())
		d.FirstName, d.LastName = `<script>alert(1)</script>`, "O'Neill\r\nBcc: all@example.com"
		d.Billing.Company = `"><img src=x>`
		d.Lines[0].Name = `Mug</td></table><a href="http://evil.test">win</a>`
		d.Lines[1].Options = []sales.Option{{Label: "<b>Size</b>", Value: "{name}"}}
		_, _, err := o.try(ctx, d)
		o.ok(err)
		m := o.last(1)
		for _, tag := range []string{"<script", "<img", `<a href="http://evil.test"`, "<b>Size"} {
			if strings.Contains(m.HTML, tag) {
				o.Errorf("%s is markup in the letter", tag)
			}
		}
		if strings.ContainsAny(m.Subject+m.To+m.From, "\r\n") {
			o.Error("a header has two lines")
		}
		o.says(m, "{name}")
	})
}

func TestTheSettingsSayWhoWritesAndWhoElseReads(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.set("mail.sender_name", "Lindgren & Daughters")
		o.set("mail.sales_email", "sales@example.com")
		o.set("sales_email.order.copy_to", "books@example.com, boss@example.com")
		o.place(notified(o.orderA()))
		m := o.last(1)
		from, err := mail.ParseAddress(m.From)
		o.ok(err)
		want(o.T, "name", from.Name, "Lindgren & Daughters")
		want(o.T, "address", from.Address, "sales@example.com")
		want(o.T, "unseen", strings.Join(m.Bcc, " "), "books@example.com boss@example.com")

		o.set("sales_email.order.copy_method", "separate")
		o.set("sales_email.order.sender", "general")
		o.place(notified(o.orderA()))
		want(o.T, "separately", o.last(4).To, "boss@example.com")
		want(o.T, "the customer's has no copies", len(o.written()[1].Bcc), 0)
		if strings.Contains(o.last(4).From, "sales@") {
			o.Error("the sender stayed")
		}
		o.set("sales_email.order.enabled", "0")
		order := o.place(notified(o.orderA()))
		o.last(4)
		refused(o.T, "sending it again", o.Email(ctx, sales.OrderDoc, order.ID), fault.Conflict)
	})
}

func TestAmountsAreShownAsTheSettingsSayAndAddUp(t *testing.T) {
	eachOffice(t, func(o *office) {
		vat := []totals.Rate{{Code: "DE-19", Title: "MwSt. 19 %", PPM: 190_000}}
		d := notified(o.draft(totals.Input{Currency: "EUR", Settings: totals.Settings{Method: totals.Total, PricesIncludeTax: true, ShippingIncludeTax: true},
			Lines: []totals.Line{{Qty: 2, Price: 1190, Rates: vat, Discount: 238}}, Shipping: 595, ShippingRates: vat}, o.mug))
		d.Coupon = "SPRING"
		o.place(d)
		// 20.00 + 5.00 without tax, 2.00 off that, 4.37 tax
		o.says(o.last(1), "€20.00", "Discount (SPRING)", "-€2.00", "€5.00", "MwSt. 19 %", "€4.37", "€27.37")
		for _, f := range []*config.Field{tax.DisplaySales, tax.DisplaySalesSubtotal, tax.DisplaySalesShip} {
			o.set(f.Path, "incl")
		}
		o.place(d)
		o.says(o.last(2), "€23.80", "-€2.38", "€5.95", "€27.37", "Included: MwSt. 19 %", "€4.37")
	})
}

// tells is a gateway that says how to pay.
type tells struct{ sales.Gateway }

func (tells) Instructions(context.Context, sales.Order) (string, error) {
	return "Storehand Ltd\nIBAN DE00 <1234>", nil
}

func TestAConfirmationSaysHowToPay(t *testing.T) {
	eachOffice(t, func(o *office) {
		o.UseGateway(tells{})
		o.place(notified(o.orderA()))
		m := o.last(1)
		if !strings.Contains(m.Text, "Check / Money order\nStorehand Ltd\nIBAN DE00 <1234>") || !strings.Contains(m.HTML, "IBAN DE00 &lt;1234&gt;") {
			o.Errorf("how to pay is missing:\n%s", m.Text)
		}
	})
}
