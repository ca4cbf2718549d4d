package sales

import (
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/tax"
)

// totals are the lines below the items. With and without tax they add up to the
// grand total: without, the discount is what it takes off the prices without
// tax; with, the taxes are only named.
func (w writer) totals(lines []DocLine) []mail.Total {
	a, fee, refund := w.amounts()
	var t tally
	incl := w.incl(tax.DisplaySalesSubtotal)
	if incl {
		w.totalsIncl(&t, a, lines, fee-refund)
	} else {
		t.add(w.l.T("mail.sheet.subtotal"), w.money(a.Subtotal))
		t.less(w, w.discountLabel(), a.Discount+a.ShippingDiscount-a.Compensation)
		if a.Shipping != 0 {
			t.add(w.l.T("mail.sheet.shipping"), w.money(a.Shipping))
		}
		for _, line := range w.taxes(a) {
			t.add(line.Label, line.Amount)
		}
	}
	if refund != 0 {
		t.add(w.l.T("mail.sheet.adjustment_refund"), w.money(refund))
	}
	t.less(w, w.l.T("mail.sheet.adjustment_fee"), fee)
	total := "mail.sheet.total"
	if w.Memo != nil {
		total = "mail.sheet.refunded"
	}
	t.lines = append(t.lines, mail.Total{Label: w.l.T(total), Amount: w.money(a.Grand), Strong: true})
	if incl {
		for _, line := range w.taxes(a) {
			t.add(w.l.T("mail.sheet.included", "tax", line.Label), line.Amount)
		}
	}
	return t.lines
}

// totalsIncl shows subtotal and shipping with tax; what the lines do not account
// for is shipping.
func (w writer) totalsIncl(t *tally, a Amounts, lines []DocLine, fees int64) {
	var subtotal int64
	for _, l := range lines {
		subtotal += l.Parts.withTax()
	}
	shipping := a.Grand + fees - subtotal + a.Discount + a.ShippingDiscount
	t.add(w.l.T("mail.sheet.subtotal_incl"), w.money(subtotal))
	t.less(w, w.discountLabel(), a.Discount+a.ShippingDiscount)
	if shipping != 0 {
		t.add(w.l.T("mail.sheet.shipping_incl"), w.money(shipping))
	}
}

// amounts are those of the order or of the document, with a credit memo's adjustments.
func (w writer) amounts() (a Amounts, fee, refund int64) {
	switch {
	case w.Invoice != nil:
		return w.Invoice.Amounts, 0, 0
	case w.Memo != nil:
		return w.Memo.Amounts, w.Memo.AdjustmentFee, w.Memo.AdjustmentRefund
	}
	return w.Order.Amounts, 0, 0
}

// taxes are a line for each tax, as far as the document knows them apart and the
// settings want them.
func (w writer) taxes(a Amounts) []mail.Total {
	if a.Tax == 0 && !w.s.config.Bool(w.ctx, tax.ZeroTax, w.scope) {
		return nil
	}
	known := w.Order.TaxLines
	if w.Kind == LetterOrder && len(known) > 0 && w.s.config.Bool(w.ctx, tax.FullSummary, w.scope) {
		var lines []mail.Total
		for _, line := range known {
			lines = append(lines, mail.Total{Label: line.Title, Amount: w.money(line.Amount)})
		}
		return lines
	}
	label := w.l.T("mail.sheet.tax")
	if len(known) == 1 {
		label = known[0].Title
	}
	return []mail.Total{{Label: label, Amount: w.money(a.Tax)}}
}

func (w writer) discountLabel() string {
	label := or(w.Order.DiscountLabel, w.Order.Coupon)
	if label == "" {
		return w.l.T("mail.sheet.discount")
	}
	return w.l.T("mail.sheet.discount_of", "label", label)
}

// tally collects totals.
type tally struct{ lines []mail.Total }

func (t *tally) add(label, amount string) {
	t.lines = append(t.lines, mail.Total{Label: label, Amount: amount})
}

// less adds what is taken off, if anything is.
func (t *tally) less(w writer, label string, amount int64) {
	if amount != 0 {
		t.add(label, w.money(-amount))
	}
}
