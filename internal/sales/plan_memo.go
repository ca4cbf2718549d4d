package sales

import (
	"github.com/storehand/storehand/internal/fault"
)

// MemoPlan is what a credit memo would be.
type MemoPlan struct {
	Lines    []DocLine
	TotalQty int64
	Amounts
	ShippingMax                     int64 // net, what is left to give back
	AdjustmentRefund, AdjustmentFee int64
	MaxRefund                       int64 // the most money there is to give back

	taken    []InvoiceLine // what is taken of each line of an invoice: Qty and Parts
	shipping Parts
	invoices map[int64]int64 // how much of the total falls on each invoice
}

// PlanMemo works out a credit memo: from an invoice its lines, from the order
// the lines of its invoices, oldest first, so that both meet in the same sums.
func PlanMemo(o Full, f MemoForm) (p MemoPlan, bad fault.Fields) {
	bad = fault.Fields{}
	p.AdjustmentRefund, p.AdjustmentFee = f.AdjustmentRefund, f.AdjustmentFee
	from, ok := o.refundable(f.InvoiceID)
	if !ok {
		bad.Add("invoice", "This order has no such invoice.")
		return p, bad
	}
	if f.Online && f.InvoiceID == 0 {
		bad.Add("invoice", "Money is given back online from an invoice.")
	}
	p.MaxRefund = o.Paid - o.Refunded
	if f.InvoiceID != 0 {
		p.MaxRefund = min(p.MaxRefund, from[0].Grand-from[0].Refunded)
	}
	attributed := map[int64]int64{}
	p.takeLines(o, f, from, attributed, bad)
	p.takeShipping(o, f, from, attributed, bad)
	p.adjust(o, f, bad)
	p.invoices = spread(from, attributed, p.Grand)
	return p, bad
}

// refundable are the invoices that a credit memo may take from.
func (o Full) refundable(invoiceID int64) ([]Invoice, bool) {
	if invoiceID == 0 {
		return o.Invoices, true
	}
	d, ok := pick(o.Invoices, func(d Invoice) int64 { return d.ID }, invoiceID)
	return []Invoice{d}, ok
}

// Refundable is how many pieces of each line may be given back from an invoice,
// 0 meaning from the order.
func (o Full) Refundable(invoiceID int64) map[int64]int64 {
	left := map[int64]int64{}
	for _, l := range o.InvoiceLines {
		if invoiceID == 0 || l.InvoiceID == invoiceID {
			left[l.ItemID] += l.Qty - l.RefundedQty
		}
	}
	return left
}

// takeLines takes the pieces from the lines of the invoices, oldest first.
func (p *MemoPlan) takeLines(o Full, f MemoForm, from []Invoice, attributed map[int64]int64, bad fault.Fields) {
	most := o.Refundable(f.InvoiceID)
	for _, l := range linesOf(o, f.Qty, func(i Item) int64 { return most[i.ID] }, bad) {
		wanted := l.Qty
		for _, d := range from {
			il, ok := o.invoiceLine(d.ID, l.Item.ID)
			n := min(wanted, il.Qty-il.RefundedQty)
			if !ok || n == 0 {
				continue
			}
			part := il.Parts.minus(il.RefundedParts).share(n, il.Qty-il.RefundedQty)
			p.taken = append(p.taken, InvoiceLine{InvoiceID: d.ID, ItemID: l.Item.ID, Qty: n, Parts: part})
			attributed[d.ID] += part.Total()
			l.Parts = l.Parts.plus(part)
			wanted -= n
		}
		l.Restocked = f.Restock[l.Item.ID]
		p.Lines = append(p.Lines, l)
		p.TotalQty += l.Qty
		p.add(l.Parts)
	}
}

func (o Full) invoiceLine(invoiceID, itemID int64) (InvoiceLine, bool) {
	for _, l := range o.InvoiceLines {
		if l.InvoiceID == invoiceID && l.ItemID == itemID {
			return l, true
		}
	}
	return InvoiceLine{}, false
}

// takeShipping gives back shipping, tax and discount in the same ratio (R7).
// All of it is on one invoice.
func (p *MemoPlan) takeShipping(o Full, f MemoForm, from []Invoice, attributed map[int64]int64, bad fault.Fields) {
	carrier := int64(0)
	for _, d := range from {
		if d.Shipping > 0 {
			carrier, p.ShippingMax = d.ID, d.Shipping-d.ShippingRefunded
		}
	}
	want := p.ShippingMax
	if f.Shipping != nil {
		want = *f.Shipping
	}
	if want < 0 || want > p.ShippingMax {
		bad.Add("shipping", "The most shipping to refund is %s.", amountText(o.Currency, p.ShippingMax))
		return
	}
	if want == 0 {
		return
	}
	left := o.shippingParts().minus(Parts{o.ShippingRefunded, o.ShippingDiscountRefunded, o.ShippingTaxRefunded, o.ShippingCompRefunded})
	p.shipping = left.share(want, p.ShippingMax)
	attributed[carrier] += p.shipping.Total()
	p.addShipping(p.shipping)
}

// adjust adds and subtracts what has nothing to do with lines and tax (R8), and
// holds the total against the money there is.
func (p *MemoPlan) adjust(o Full, f MemoForm, bad fault.Fields) {
	const most = int64(1) << 50 // beyond any order; keeps the sum below from overflowing
	if f.AdjustmentRefund < 0 || f.AdjustmentRefund > most {
		bad.Add("adjustment_refund", "Enter an amount of 0 or more.")
		return
	}
	if f.AdjustmentFee < 0 || f.AdjustmentFee > most {
		bad.Add("adjustment_fee", "Enter an amount of 0 or more.")
		return
	}
	empty := p.TotalQty == 0 && p.shipping == Parts{} && f.AdjustmentRefund == 0
	p.Grand += f.AdjustmentRefund - f.AdjustmentFee
	switch {
	case p.Grand < 0:
		bad.Add("adjustment_fee", "The total of a credit memo cannot be below zero.")
	case p.Grand > p.MaxRefund && f.AdjustmentRefund > 0 && p.Grand-f.AdjustmentRefund <= p.MaxRefund:
		bad.Add("adjustment_refund", "The most money available to refund is %s.", amountText(o.Currency, p.MaxRefund))
	case p.Grand > p.MaxRefund:
		bad.Add("total", "The most money available to refund is %s.", amountText(o.Currency, p.MaxRefund))
	case empty:
		bad.Add("qty", "The credit memo can't be created without products. Add products and try again.")
	}
}

// spread says how much of a total falls on each invoice: what was taken from it
// as far as it has room, an adjustment on those that have room or a part.
func spread(from []Invoice, attributed map[int64]int64, total int64) map[int64]int64 {
	on, rest := map[int64]int64{}, total
	for _, d := range from {
		on[d.ID] = min(attributed[d.ID], d.Grand-d.Refunded)
		rest -= on[d.ID]
	}
	for _, d := range from {
		more := max(-on[d.ID], min(rest, d.Grand-d.Refunded-on[d.ID]))
		on[d.ID] += more
		rest -= more
	}
	return on
}
