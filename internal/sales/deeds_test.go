package sales_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/totals"
)

func TestHoldRemembersStateAndStatus(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		s.invoice(o, 1)
		_, err := s.AddComment(ctx, o.ID, sales.CommentForm{Status: "fraud"})
		s.ok(err)
		s.ok(s.Hold(ctx, o.ID))
		state(t, s.order(o.ID), sales.Holded, "holded")
		_, err = s.Ship(ctx, o.ID, sales.ShipForm{Qty: qty(o, 1)})
		refused(t, "shipping what is on hold", err, fault.Conflict)
		refused(t, "holding twice", s.Hold(ctx, o.ID), fault.Conflict)
		s.ok(s.Unhold(ctx, o.ID))
		state(t, s.order(o.ID), sales.Processing, "fraud")
		refused(t, "unholding twice", s.Unhold(ctx, o.ID), fault.Conflict)
	})
}

func TestACommentMayOnlyChangeToAStatusOfTheState(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		for name, f := range map[string]sales.CommentForm{
			"another state's": {Text: "x", Status: "complete"}, "nothing": {}, "the same status": {Status: "pending"}, "long": {Text: strings.Repeat("x", 5001)},
		} {
			_, err := s.AddComment(ctx, o.ID, f)
			refused(t, name, err, fault.Invalid)
		}
		other := s.place(s.orderA())
		d := s.invoice(other, 1)
		_, err := s.AddComment(ctx, o.ID, sales.CommentForm{Kind: sales.InvoiceDoc, DocumentID: d.ID, Text: "x"})
		refused(t, "another order's invoice", err, fault.NotFound)
		c, err := s.AddComment(ctx, other.ID, sales.CommentForm{Kind: sales.InvoiceDoc, DocumentID: d.ID, Text: " Sent by post. ", Visible: true})
		s.ok(err)
		want(t, "comment", c.Text, "Sent by post.")
	})
}

func TestAnAddressIsCorrectedAndFoundByItsNewName(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		a := address
		a.FirstName, a.City = "Élodie", "Köln"
		s.ok(s.ChangeAddress(ctx, o.ID, sales.ShippingAddress, a))
		o = s.order(o.ID)
		want(t, "shipped to", o.ShipName+", "+o.Shipping.City, "Élodie Lind, Köln")
		want(t, "billed to", o.BillName+", "+o.Billing.City, "Vera Lind, Berlin")
		found, err := s.Grid(ctx, sales.OrderFilter{Keyword: "elodie"})
		s.ok(err)
		want(t, "found", found.Total, 1)
		a.Postcode = ""
		err = s.ChangeAddress(ctx, o.ID, sales.BillingAddress, a)
		if fault.FieldsOf(err)["postcode"] == "" {
			t.Errorf("no postcode: %v", err)
		}
		s.ok(s.Cancel(ctx, o.ID))
		refused(t, "over", s.ChangeAddress(ctx, o.ID, sales.BillingAddress, address), fault.Conflict)
	})
}

func TestParcelsAreAddedToAShipmentAndRemoved(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		_, err := s.Ship(ctx, o.ID, sales.ShipForm{Qty: qty(o, 1), Tracks: []sales.Track{{Carrier: "ups", Title: "UPS"}}})
		if fault.FieldsOf(err)["track_number_0"] == "" {
			t.Errorf("no number: %v", err)
		}
		d, err := s.Ship(ctx, o.ID, sales.ShipForm{Qty: qty(o, 1), Tracks: []sales.Track{{Carrier: "ups", Title: "UPS", Number: "1Z 999"}}})
		s.ok(err)
		s.ok(s.AddTrack(ctx, d.ID, sales.Track{Carrier: "dhl", Title: "DHL", Number: "77"}))
		d, lines, o, err := s.FindShipment(ctx, d.ID)
		s.ok(err)
		want(t, "parcels", len(d.Tracks), 2)
		want(t, "lines", lines[0].Qty, 1)
		s.ok(s.RemoveTrack(ctx, d.Tracks[0].ID))
		want(t, "the other stays", s.order(o.ID).Shipments[0].Tracks[0].Number, "77")
		refused(t, "removed twice", s.RemoveTrack(ctx, d.Tracks[0].ID), fault.NotFound)
		refused(t, "no such shipment", s.AddTrack(ctx, 999, sales.Track{Number: "1"}), fault.NotFound)
	})
}

func TestAFreeOrderBecomesCompleteNotClosed(t *testing.T) {
	each(t, func(s *shop) {
		d := s.draft(totals.Input{Currency: "USD", Settings: totals.Settings{Method: totals.Row}, Lines: []totals.Line{{Qty: 2, Price: 1000, Discount: 2000}}}, s.mug)
		o := s.place(d)
		want(t, "free", o.Grand, 0)
		s.invoice(o, 2)
		s.ship(o, 2)
		o = s.order(o.ID)
		state(t, o, sales.Complete, "complete")
		if s.Allowed(o)[sales.DeedCreditMemo] {
			t.Error("there is no money to give back")
		}
	})
}

// A virtual order needs no shipment; what is refunded before it was shipped
// never will be, and the stock has it back.
func TestWhatWasNeverShippedIsLetGoOfWhenRefunded(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		s.invoice(o, 3, 1)
		s.ship(o, 1)
		_, err := s.Refund(ctx, o.ID, sales.MemoForm{Qty: qty(o, 2), Restock: map[int64]bool{o.Items[0].ID: true}})
		s.ok(err)
		want(t, "one came back, one never left", s.stock(s.mug), "1000 on hand, 1 reserved")
		o = s.order(o.ID)
		want(t, "to ship", o.Items[0].ToShip(), 1)
		s.ship(o, 1, 1)
		state(t, s.order(o.ID), sales.Complete, "complete")

		d := s.orderA()
		d.Lines[0].Virtual, d.Lines[1].Virtual = true, true
		v := s.place(d)
		want(t, "virtual", v.Virtual, true)
		s.invoice(v, 3, 1)
		state(t, s.order(v.ID), sales.Complete, "complete")
		s.reservedIsOpen(t)
	})
}

func TestAnInvoiceMayShipTheSamePieces(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		_, err := s.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: qty(o, 3, 1), AlsoShip: true})
		s.ok(err)
		o = s.order(o.ID)
		state(t, o, sales.Complete, "complete")
		want(t, "shipments", len(o.Shipments), 1)
		want(t, "rows of the log", s.count(`SELECT COUNT(*) FROM audit_log WHERE action IN ('invoice.created', 'shipment.created') AND details LIKE '%000000001%'`), 2)
		want(t, "stock", s.stock(s.mug), "997 on hand, 0 reserved")
	})
}

func TestAnUnpaidOrderIsProcessedOnceItsMoneyIsThere(t *testing.T) {
	each(t, func(s *shop) {
		d := s.orderA()
		d.State = sales.PendingPayment
		paid, short, never, late := s.place(d), s.place(d), s.place(d), s.place(d)
		money := sales.Payment{Provider: "fakepay", Reference: "p1", Amount: paid.Grand, Captured: true}
		s.ok(s.PaymentReceived(ctx, paid.ID, money))
		s.ok(s.PaymentReceived(ctx, paid.ID, money)) // providers say things twice
		paid = s.order(paid.ID)
		state(t, paid, sales.Processing, "processing")
		want(t, "invoices", len(paid.Invoices), 1)
		want(t, "invoiced", paid.Invoices[0].Amounts, paid.Amounts)
		want(t, "reference", paid.Invoices[0].TransactionRef, "p1")
		want(t, "transactions", len(paid.Transactions), 1)

		s.ok(s.PaymentReceived(ctx, short.ID, sales.Payment{Provider: "fakepay", Reference: "p2", Amount: 1, Captured: true}))
		state(t, s.order(short.ID), sales.PaymentReview, "payment_review")
		s.ok(s.DenyPayment(ctx, short.ID))
		state(t, s.order(short.ID), sales.Canceled, "canceled")

		s.ok(s.PaymentRefused(ctx, never.ID, "Declined."))
		never = s.order(never.ID)
		state(t, never, sales.Canceled, "canceled")
		want(t, "why", never.Comments[1].Text, "Declined.")
		s.ok(s.PaymentReceived(ctx, never.ID, sales.Payment{Provider: "fakepay", Reference: "p3", Amount: never.Grand, Captured: true}))
		state(t, s.order(never.ID), sales.Canceled, "canceled")

		s.clock.Advance(time.Hour)
		fresh := s.place(d)
		s.ok(s.CancelUnpaid(ctx, s.clock.Now().Add(-time.Minute)))
		state(t, s.order(late.ID), sales.Canceled, "canceled")
		state(t, s.order(fresh.ID), sales.PendingPayment, "pending_payment")
		s.reservedIsOpen(t)
	})
}

// provider is a payment provider that says yes or no.
type provider struct {
	no    error
	asked []int64
	while func()
}

func (p *provider) Can(string) sales.PaymentCan {
	return sales.PaymentCan{Capture: true, Refund: true, PartialRefund: true, Void: true, Review: true}
}

func (p *provider) say(amount int64) (string, error) {
	p.asked = append(p.asked, amount)
	if p.while != nil {
		p.while()
	}
	return "ref-" + string(rune('a'+len(p.asked))), p.no
}

func (p *provider) Capture(_ context.Context, _ sales.Order, amount int64) (string, error) {
	return p.say(amount)
}

func (p *provider) Refund(_ context.Context, _ sales.Order, amount int64, _ string) (string, error) {
	return p.say(amount)
}

func (p *provider) Void(context.Context, sales.Order) error { _, err := p.say(0); return err }

func TestMoneyIsTakenAndGivenBackBeforeTheDocumentIsMade(t *testing.T) {
	each(t, func(s *shop) {
		p := &provider{}
		s.UseGateway(p)
		d := s.orderA()
		d.State = sales.Processing
		o := s.place(d)
		f := sales.InvoiceForm{Qty: qty(o, 2), Capture: true}
		p.while = func() {
			_, err := s.Invoice(ctx, o.ID, f)
			refused(t, "invoiced while the provider is asked", err, fault.Conflict)
			refused(t, "canceled while the provider is asked", s.Cancel(ctx, o.ID), fault.Conflict)
		}
		inv, err := s.Invoice(ctx, o.ID, f)
		s.ok(err)
		p.while = nil
		want(t, "reference", inv.TransactionRef, "ref-b")
		p.no = errors.New("no funds")
		_, err = s.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: qty(o, 1), Capture: true})
		refused(t, "no funds", err, fault.Conflict)
		if f, _ := fault.As(err); f == nil || !strings.Contains(f.Message, "no funds") {
			t.Errorf("says %v", err)
		}
		p.no = nil
		memo, err := s.Refund(ctx, o.ID, sales.MemoForm{InvoiceID: inv.ID, Qty: qty(o, 1), Online: true})
		s.ok(err)
		o = s.order(o.ID)
		want(t, "documents", len(o.Invoices)*10+len(o.Memos), 11)
		want(t, "asked", slices.Equal(p.asked, []int64{inv.Grand, p.asked[1], memo.Grand}), true)
		var states []string
		for _, x := range o.Transactions {
			states = append(states, string(x.Kind)+" "+x.State)
		}
		want(t, "transactions", strings.Join(states, ", "), "capture done, capture failed, refund done")
		_, err = s.Refund(ctx, o.ID, sales.MemoForm{Qty: qty(o, 1), Online: true})
		refused(t, "online from the order", err, fault.Invalid)
	})
}

// The process may die while the provider is asked: nobody knows the outcome, and
// after a while the order is free again.
func TestAnOrderIsFreeAgainWhenNoAnswerCame(t *testing.T) {
	each(t, func(s *shop) {
		p := &provider{while: func() { panic("power cut") }}
		s.UseGateway(p)
		o := s.place(s.orderA())
		func() {
			defer func() { _ = recover() }()
			_, _ = s.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: qty(o, 1), Capture: true})
		}()
		_, err := s.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: qty(o, 1)})
		refused(t, "at once", err, fault.Conflict)
		s.clock.Advance(16 * time.Minute)
		s.invoice(o, 1)
		o = s.order(o.ID)
		want(t, "the question is still there", o.Transactions[0].State+" "+o.Transactions[0].Note, "failed No answer: look at the provider's own records.")
	})
}
