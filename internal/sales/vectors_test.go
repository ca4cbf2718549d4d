package sales_test

import (
	"testing"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
)

func state(t testing.TB, o sales.Full, want sales.State, status string) {
	t.Helper()
	if o.State != want || o.Status != status {
		t.Errorf("the order is %s/%s, want %s/%s", o.State, o.Status, want, status)
	}
}

// The vectors of the reference for order A, one after the other.
func TestOrderAOfTheReferenceIsInvoicedShippedAndRefundedToTheCent(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		want(t, "V10", o.Grand, 11038)
		want(t, "V10 tax", o.Tax, 841)
		want(t, "number", o.Number, "000000001")
		state(t, o, sales.StateNew, "pending")
		want(t, "placed", s.stock(s.mug)+"; "+s.stock(s.bag), "1000 on hand, 3 reserved; 1000 on hand, 1 reserved")

		first := s.invoice(o, 2)
		want(t, "V11", first.Amounts, sales.Amounts{Subtotal: 3998, Discount: 400, Shipping: 750, ShippingTax: 62, Tax: 359, Grand: 4707})
		o = s.order(o.ID)
		state(t, o, sales.Processing, "processing")
		want(t, "paid", o.Paid, 4707)

		s.ship(o, 2)
		o = s.order(o.ID)
		want(t, "V13 mugs", s.stock(s.mug), "998 on hand, 1 reserved")
		want(t, "V13 bag", s.stock(s.bag), "1000 on hand, 1 reserved")
		state(t, o, sales.Processing, "processing")

		second := s.invoice(o, 1, 1)
		want(t, "V12", second.Grand, 6331)
		want(t, "V12 tax", second.Tax, 148+334)
		s.ship(o, 1, 1)
		o = s.order(o.ID)
		state(t, o, sales.Complete, "complete")
		want(t, "due", o.Due(), 0)

		memo := sales.MemoForm{InvoiceID: first.ID, Qty: qty(o, 1), Shipping: new(int64), AdjustmentRefund: 500, AdjustmentFee: 250}
		d, err := s.Refund(ctx, o.ID, memo)
		s.ok(err)
		want(t, "V14", d.Grand, 2198)
		want(t, "V14 tax", d.Tax, 149)
		memo = sales.MemoForm{InvoiceID: first.ID, Qty: qty(o, 1)}
		_, err = s.Refund(ctx, o.ID, memo)
		refused(t, "V15", err, fault.Invalid)
		if got := fault.FieldsOf(err)["total"]; got != "The most money available to refund is 25.09." {
			t.Errorf("V15 says %q", got)
		}
		memo.AdjustmentFee = 250
		d, err = s.Refund(ctx, o.ID, memo)
		s.ok(err)
		want(t, "V15", d.Grand, 2509)
		want(t, "V15 tax", d.Tax, 148+62)
		o = s.order(o.ID)
		state(t, o, sales.Complete, "complete")

		d, err = s.Refund(ctx, o.ID, sales.MemoForm{Qty: qty(o, 1, 1), Restock: map[int64]bool{o.Items[1].ID: true}})
		s.ok(err)
		want(t, "the rest, from the order", d.Grand, 6331)
		o = s.order(o.ID)
		state(t, o, sales.Closed, "closed")
		want(t, "refunded", o.Refunded, o.Paid)
		want(t, "not put back", s.stock(s.mug), "997 on hand, 0 reserved")
		want(t, "put back", s.stock(s.bag), "1000 on hand, 0 reserved")
	})
}

func TestCancellingTheRestOfOrderALeavesNothingDue(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		s.invoice(o, 2)
		s.ok(s.Cancel(ctx, o.ID))
		o = s.order(o.ID)
		want(t, "V19 canceled", o.CanceledTotal, 6331)
		want(t, "V19 paid", o.Paid, 4707)
		want(t, "V19 due", o.Due(), 0)
		want(t, "V19 left", o.Items[0].ToInvoice()+o.Items[1].ToInvoice(), 0)
		state(t, o, sales.Processing, "processing") // two mugs are still to be shipped
		want(t, "mugs", s.stock(s.mug), "1000 on hand, 2 reserved")
		want(t, "bag", s.stock(s.bag), "1000 on hand, 0 reserved")
		s.ship(o, 2)
		state(t, s.order(o.ID), sales.Complete, "complete")
	})
}
