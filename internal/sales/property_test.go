package sales_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/totals"
)

// anyDraft is an order of any lines, taxes and discounts.
func (s *shop) anyDraft(rt *rapid.T) sales.Draft {
	in := totals.Input{Currency: "EUR", Settings: totals.Settings{
		Method:            rapid.SampledFrom([]totals.Method{totals.Unit, totals.Row, totals.Total}).Draw(rt, "method"),
		PricesIncludeTax:  rapid.Bool().Draw(rt, "incl"),
		TaxBeforeDiscount: rapid.Bool().Draw(rt, "before"),
	}}
	in.Settings.ShippingIncludeTax = in.Settings.PricesIncludeTax
	var products []*catalog.Product
	for range rapid.IntRange(1, 4).Draw(rt, "lines") {
		l := totals.Line{Qty: rapid.Int64Range(1, 6).Draw(rt, "qty"), Price: rapid.Int64Range(0, 2500).Draw(rt, "price")}
		l.Rates = anyRates(rt)
		l.Discount = l.Qty * l.Price * rapid.SampledFrom([]int64{0, 0, 10, 33, 100}).Draw(rt, "percent") / 100
		in.Lines = append(in.Lines, l)
		products = append(products, rapid.SampledFrom([]*catalog.Product{s.mug, s.bag}).Draw(rt, "product"))
	}
	in.Shipping = rapid.Int64Range(0, 900).Draw(rt, "shipping")
	in.ShippingDiscount = in.Shipping * rapid.SampledFrom([]int64{0, 50, 100}).Draw(rt, "shipping off") / 100
	in.ShippingRates = anyRates(rt)
	d := s.draft(in, products...)
	for n := range d.Lines {
		d.Lines[n].Virtual = rapid.IntRange(0, 3).Draw(rt, "virtual") == 0
	}
	d.State = rapid.SampledFrom([]sales.State{sales.StateNew, sales.PendingPayment, sales.Processing}).Draw(rt, "state")
	return d
}

func anyRates(rt *rapid.T) []totals.Rate {
	ppm := rapid.SampledFrom([]int64{0, 82_500, 190_000, 333_333}).Draw(rt, "ppm")
	if ppm == 0 {
		return nil
	}
	return []totals.Rate{{Code: fmt.Sprint("r", ppm), Title: "Tax", PPM: ppm}}
}

// anyQty is as many pieces of each line as there may be, or fewer, now and then
// one too many.
func anyQty(rt *rapid.T, o sales.Full, most func(sales.Item) int64) (qty map[int64]int64, over bool) {
	qty = map[int64]int64{}
	for _, i := range o.Items {
		n := rapid.Int64Range(0, most(i)).Draw(rt, "n")
		if rapid.IntRange(0, 19).Draw(rt, "over") == 0 {
			n = most(i) + 1
			over = true
		}
		qty[i.ID] = n
	}
	return qty, over
}

// run is an order's life in the making: what should have left the stock.
type run struct {
	*shop
	rt        *rapid.T
	id        int64
	out, back map[int64]int64 // by product
}

// step does one thing to the order, and returns by which event it moved.
func (r *run) step(o sales.Full) (event sales.Event, err error) {
	can := r.Allowed(o)
	deed := rapid.SampledFrom([]sales.Deed{sales.DeedInvoice, sales.DeedInvoice, sales.DeedShip, sales.DeedShip, sales.DeedCreditMemo, sales.DeedCreditMemo,
		sales.DeedCancel, sales.DeedHold, sales.DeedUnhold}).Draw(r.rt, "deed")
	over := false
	event = sales.EventDocument
	switch deed {
	case sales.DeedInvoice:
		f := sales.InvoiceForm{AlsoShip: rapid.IntRange(0, 4).Draw(r.rt, "ship too") == 0}
		most := sales.Item.ToInvoice
		if f.AlsoShip {
			most = func(i sales.Item) int64 {
				if i.Virtual {
					return i.ToInvoice()
				}
				return min(i.ToInvoice(), i.ToShip())
			}
		}
		f.Qty, over = anyQty(r.rt, o, most)
		_, err = r.Invoice(ctx, r.id, f)
	case sales.DeedShip:
		f := sales.ShipForm{}
		f.Qty, over = anyQty(r.rt, o, sales.Item.ToShip)
		_, err = r.Ship(ctx, r.id, f)
	case sales.DeedCreditMemo:
		over, err = r.refund(o)
	case sales.DeedCancel:
		if err = r.Cancel(ctx, r.id); r.order(r.id).State == sales.Canceled {
			event = sales.EventCanceled
		}
	case sales.DeedHold:
		event, err = sales.EventHeld, r.Hold(ctx, r.id)
	case sales.DeedUnhold:
		event, err = sales.EventUnheld, r.Unhold(ctx, r.id)
	}
	switch {
	case err == nil && !can[deed]:
		r.rt.Fatalf("%s was possible in %s and should not be", deed, o.State)
	case err == nil && over:
		r.rt.Fatalf("%s took more than there was", deed)
	case err != nil && !can[deed] && !fault.Is(err, fault.Conflict), err != nil && can[deed] && !fault.Is(err, fault.Invalid):
		r.rt.Fatalf("%s: %v", deed, err)
	}
	return event, err
}

func (r *run) refund(o sales.Full) (over bool, err error) {
	f := sales.MemoForm{Restock: map[int64]bool{}}
	if n := rapid.IntRange(0, len(o.Invoices)).Draw(r.rt, "invoice"); n > 0 {
		f.InvoiceID = o.Invoices[n-1].ID
	}
	most := o.Refundable(f.InvoiceID)
	f.Qty, over = anyQty(r.rt, o, func(i sales.Item) int64 { return most[i.ID] })
	for _, i := range o.Items {
		f.Restock[i.ID] = rapid.Bool().Draw(r.rt, "restock")
	}
	if rapid.Bool().Draw(r.rt, "some shipping") {
		part := rapid.Int64Range(0, o.Order.Shipping).Draw(r.rt, "shipping")
		f.Shipping = &part
	}
	f.AdjustmentRefund = rapid.SampledFrom([]int64{0, 0, 0, 1, 250}).Draw(r.rt, "more")
	f.AdjustmentFee = rapid.SampledFrom([]int64{0, 0, 0, 1, 250}).Draw(r.rt, "fee")
	plan, bad := sales.PlanMemo(o, f)
	d, err := r.Refund(ctx, r.id, f)
	if err == nil && (len(bad) > 0 || d.Grand != plan.Grand) {
		r.rt.Fatalf("a credit memo of %d was planned as %d, %v", d.Grand, plan.Grand, bad)
	}
	if err == nil {
		for _, i := range o.Items {
			out := i.Shipped - (i.RefundedQty - i.Dropped)
			if i.Virtual {
				out = f.Qty[i.ID]
			}
			if f.Restock[i.ID] {
				r.back[i.ProductID] += min(out, f.Qty[i.ID])
			}
		}
	}
	return over, err
}

// Whatever is done to whatever order, in whatever sequence: the documents add up
// to the order to the cent, nothing is below nothing or over, the stock holds
// what the open lines hold, and the state is the table's.
func TestDocumentsAlwaysAddUpToTheOrder(t *testing.T) {
	each(t, func(s *shop) {
		s.exec(`UPDATE product SET on_hand = 100000`)
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > 30 {
				return // each round is many transactions
			}
			draft := s.anyDraft(rt)
			placed, _, err := s.try(ctx, draft)
			if err != nil {
				rt.Fatal(err)
			}
			r := &run{shop: s, rt: rt, id: placed.ID, out: map[int64]int64{}, back: map[int64]int64{}}
			hand := map[int64]int64{s.mug.ID: s.onHand(s.mug), s.bag.ID: s.onHand(s.bag)}
			o := s.order(r.id)
			r.addsUp(o, hand)
			for range rapid.IntRange(1, 14).Draw(rt, "steps") {
				event, err := r.step(o)
				now := s.order(r.id)
				switch {
				case err != nil && now.State != o.State:
					rt.Fatalf("what was refused moved the order from %s to %s", o.State, now.State)
				case err == nil && !sales.Leads(o.State, event, now.State):
					rt.Fatalf("%s moved the order from %s to %s: the table does not", event, o.State, now.State)
				}
				o = now
				r.addsUp(o, hand)
			}
		})
		s.reservedIsOpen(t)
	})
}

func (s *shop) onHand(p *catalog.Product) int64 {
	return s.count(`SELECT on_hand FROM product WHERE id = $1`, p.ID)
}

// reservedIsOpen compares what products have reserved with what lines hold.
func (s *shop) reservedIsOpen(t testing.TB) {
	t.Helper()
	want(t, "products whose reserved is not the sum of the open lines", s.count(`SELECT COUNT(*) FROM product p
		WHERE reserved <> (SELECT COALESCE(SUM(i.reserved), 0) FROM sales_order_item i WHERE i.product_id = p.id)`), 0)
}

func (r *run) addsUp(o sales.Full, hand map[int64]int64) {
	r.Helper()
	r.linesAddUp(o)
	r.documentsAddUp(o)
	out := map[int64]int64{}
	for _, i := range o.Items {
		holds := i.ToShip()
		if i.Virtual {
			holds = i.ToInvoice()
			out[i.ProductID] += i.Invoiced
		}
		out[i.ProductID] += i.Shipped
		if i.Reserved != holds {
			r.rt.Fatalf("a line holds %d in stock, open are %d: %+v", i.Reserved, holds, i)
		}
	}
	for _, p := range []*catalog.Product{r.mug, r.bag} {
		if got, want := r.onHand(p), hand[p.ID]-out[p.ID]+r.back[p.ID]; got != want {
			r.rt.Fatalf("%d of %s on hand, should be %d", got, p.SKU, want)
		}
	}
	if r.count(`SELECT COUNT(*) FROM product p WHERE reserved <> (SELECT COALESCE(SUM(i.reserved), 0) FROM sales_order_item i WHERE i.product_id = p.id)`) != 0 {
		r.rt.Fatal("reserved is not the sum of the open lines")
	}
	switch o.State {
	case sales.StateNew, sales.PendingPayment, sales.Holded:
	default:
		if len(o.Invoices)+len(o.Shipments) > 0 && o.State != sales.Settled(o) {
			r.rt.Fatalf("the order is %s, its quantities say %s", o.State, sales.Settled(o))
		}
	}
}

func between(p, most sales.Parts) bool {
	return 0 <= p.Row && p.Row <= most.Row && 0 <= p.Discount && p.Discount <= most.Discount && 0 <= p.Tax && p.Tax <= most.Tax &&
		0 <= p.Compensation && p.Compensation <= most.Compensation && 0 <= p.Total() && p.Total() <= most.Total()
}

func plus(a, b sales.Parts) sales.Parts {
	return sales.Parts{Row: a.Row + b.Row, Discount: a.Discount + b.Discount, Tax: a.Tax + b.Tax, Compensation: a.Compensation + b.Compensation}
}

func (r *run) linesAddUp(o sales.Full) {
	for _, i := range o.Items {
		if i.Invoiced < 0 || i.Shipped < 0 || i.CanceledQty < 0 || i.RefundedQty < 0 || i.Dropped < 0 || i.ToInvoice() < 0 || i.ToShip() < 0 || i.ToRefund() < 0 {
			r.rt.Fatalf("below nothing: %+v", i)
		}
		gone := plus(i.InvoicedParts, i.CanceledParts)
		if !between(gone, i.Ordered) || !between(i.InvoicedParts, i.Ordered) || !between(i.CanceledParts, i.Ordered) || !between(i.RefundedParts, i.InvoicedParts) {
			r.rt.Fatalf("amounts of a line: %+v", i)
		}
		if i.ToInvoice() == 0 && gone != i.Ordered {
			r.rt.Fatalf("invoiced and canceled %+v of %+v", gone, i.Ordered)
		}
		if i.ToRefund() == 0 && i.RefundedParts != i.InvoicedParts {
			r.rt.Fatalf("refunded %+v of %+v", i.RefundedParts, i.InvoicedParts)
		}
		var lines, given sales.Parts
		var n, back int64
		for _, l := range o.InvoiceLines {
			if l.ItemID == i.ID {
				n, back, lines, given = n+l.Qty, back+l.RefundedQty, plus(lines, l.Parts), plus(given, l.RefundedParts)
				if !between(l.RefundedParts, l.Parts) || l.RefundedQty > l.Qty || l.RefundedQty == l.Qty && l.RefundedParts != l.Parts {
					r.rt.Fatalf("a line of an invoice: %+v", l)
				}
			}
		}
		if n != i.Invoiced || back != i.RefundedQty || lines != i.InvoicedParts || given != i.RefundedParts {
			r.rt.Fatalf("the invoices' lines make %d %+v and %d %+v of %+v", n, lines, back, given, i)
		}
	}
}

func (r *run) documentsAddUp(o sales.Full) {
	var invoiced, refunded, given, shipping int64
	for _, d := range o.Invoices {
		invoiced += d.Grand
		given += d.Refunded
		shipping += d.ShippingRefunded
		if d.Refunded < 0 || d.Refunded > d.Grand || d.ShippingRefunded > d.Shipping || d.Grand < 0 {
			r.rt.Fatalf("an invoice: %+v", d)
		}
	}
	for _, d := range o.Memos {
		refunded += d.Grand
		if a := d.Amounts; d.Grand < 0 || d.Grand != a.Subtotal-a.Discount+a.Shipping-a.ShippingDiscount+a.Tax+a.Compensation+d.AdjustmentRefund-d.AdjustmentFee {
			r.rt.Fatalf("a credit memo: %+v", d)
		}
	}
	if invoiced != o.InvoicedTotal || invoiced != o.Paid || refunded != o.Refunded || given != o.Refunded || refunded > o.Paid || shipping != o.ShippingRefunded {
		r.rt.Fatalf("invoices %d, paid %d, credit memos %d, on invoices %d, refunded %d", invoiced, o.Paid, refunded, given, o.Refunded)
	}
	left := int64(0)
	for _, i := range o.Items {
		left += i.ToInvoice()
	}
	if o.Due() < 0 || left == 0 && o.Due() != 0 {
		r.rt.Fatalf("due %d with %d pieces to invoice", o.Due(), left)
	}
}
