package sales

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sqldb"
)

// Refund makes a credit memo. Online the provider gives the money back first;
// offline staff do.
func (s *Service) Refund(ctx context.Context, orderID int64, f MemoForm) (d CreditMemo, err error) {
	f.Comment = cleanComment(f.Comment)
	finish := func(ctx context.Context, tx *sqldb.Tx, w *work, ref string) error {
		d, err = s.refund(ctx, tx, w, f, ref)
		return err
	}
	if f.Online {
		return d, s.giveBack(ctx, orderID, f, finish)
	}
	err = s.change(ctx, CreditMemoMade, orderID, DeedCreditMemo, func(ctx context.Context, tx *sqldb.Tx, w *work) error {
		return finish(ctx, tx, w, "")
	})
	return d, err
}

// refund makes a credit memo of a held order.
func (s *Service) refund(ctx context.Context, tx *sqldb.Tx, w *work, f MemoForm, ref string) (d CreditMemo, err error) {
	p, bad := PlanMemo(w.Full, f)
	checkComment(f.Comment, bad)
	if err := bad.Err(); err != nil {
		return d, err
	}
	d = CreditMemo{OrderID: w.ID, InvoiceID: f.InvoiceID, Online: f.Online, TotalQty: p.TotalQty, Amounts: p.Amounts,
		AdjustmentRefund: p.AdjustmentRefund, AdjustmentFee: p.AdjustmentFee, TransactionRef: ref, By: w.by, CreatedAt: tx.Now()}
	if d.Number, err = takeNumber(ctx, tx, CreditMemoDoc, w.ViewID); err != nil {
		return d, err
	}
	if d.ID, err = insertMemo(ctx, tx, d, p.Lines); err != nil {
		return d, err
	}
	w.takeMemo(d, p)
	if err := w.saveInvoices(ctx, tx, p); err != nil {
		return d, err
	}
	w.settle()
	tx.About("credit_memo", strconv.FormatInt(d.ID, 10))
	tx.Details = "Credit memo " + d.Number + " of order " + w.Number + ", " + amountText(w.Currency, d.Grand) + " " + w.Currency
	return d, s.tell(ctx, tx, w, Letter{Kind: LetterMemo, Memo: &d, Lines: p.Lines}, note{CreditMemoDoc, d.ID, f.Comment, f.NotifyCustomer, f.CommentVisible})
}

// takeMemo enters a credit memo into the order's running sums. Pieces that were
// shipped come back first; those that never were are let go of.
func (w *work) takeMemo(d CreditMemo, p MemoPlan) {
	for _, l := range p.Lines {
		i := w.item(l.Item.ID)
		out := i.Invoiced - i.RefundedQty // a virtual piece is out once it is invoiced
		if !i.Virtual {
			out = min(l.Qty, i.Shipped-(i.RefundedQty-i.Dropped))
			i.Dropped += l.Qty - out
			w.release = append(w.release, i.unreserve(l.Qty-out)...)
		}
		if back := min(l.Qty, out); l.Restocked && back > 0 && i.ProductID != 0 {
			w.restock = append(w.restock, catalog.StockLine{ProductID: i.ProductID, Qty: back})
		}
		i.RefundedQty += l.Qty
		i.RefundedParts = i.RefundedParts.plus(l.Parts)
	}
	w.Memos = append(w.Memos, d)
	w.Refunded += d.Grand
	w.ShippingRefunded += p.shipping.Row
	w.ShippingTaxRefunded += p.shipping.Tax
	w.ShippingDiscountRefunded += p.shipping.Discount
	w.ShippingCompRefunded += p.shipping.Compensation
}

// saveInvoices writes how much of each invoice was given back.
func (w *work) saveInvoices(ctx context.Context, tx *sqldb.Tx, p MemoPlan) error {
	var v sqldb.Where
	var rows []string
	for n := range w.Invoices {
		d := &w.Invoices[n]
		on, touched := p.invoices[d.ID]
		if !touched {
			continue
		}
		d.Refunded += on
		if d.Shipping > 0 {
			d.ShippingRefunded += p.shipping.Row
		}
		rows = append(rows, v.Bind(numbers(3), d.ID, d.Refunded, d.ShippingRefunded))
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE sales_invoice SET refunded = v.column2, shipping_refunded = v.column3
		FROM (VALUES `+strings.Join(rows, ", ")+`) AS v WHERE sales_invoice.id = v.column1`, v.Args()...)
	if err != nil || len(p.taken) == 0 {
		return err
	}
	return w.saveInvoiceLines(ctx, tx, p)
}

func (w *work) saveInvoiceLines(ctx context.Context, tx *sqldb.Tx, p MemoPlan) error {
	var v sqldb.Where
	rows := make([]string, len(p.taken))
	for n, t := range p.taken {
		at := slices.IndexFunc(w.InvoiceLines, func(l InvoiceLine) bool { return l.InvoiceID == t.InvoiceID && l.ItemID == t.ItemID })
		l := &w.InvoiceLines[at]
		l.RefundedQty += t.Qty
		l.RefundedParts = l.RefundedParts.plus(t.Parts)
		rows[n] = v.Bind(numbers(7), append([]any{l.InvoiceID, l.ItemID, l.RefundedQty}, l.RefundedParts.args()...)...)
	}
	_, err := tx.Exec(ctx, `UPDATE sales_invoice_item SET qty_refunded = v.column3, row_refunded = v.column4, discount_refunded = v.column5,
		tax_refunded = v.column6, compensation_refunded = v.column7
		FROM (VALUES `+strings.Join(rows, ", ")+`) AS v WHERE invoice_id = v.column1 AND order_item_id = v.column2`, v.Args()...)
	return err
}

func insertMemo(ctx context.Context, tx *sqldb.Tx, d CreditMemo, lines []DocLine) (int64, error) {
	args := append([]any{d.Number, d.OrderID, sqldb.NullID(d.InvoiceID), d.Online, d.TotalQty}, d.Amounts.args()...)
	args = append(append(args, d.AdjustmentRefund, d.AdjustmentFee, d.TransactionRef), d.By.args()...)
	id, err := tx.Insert(ctx, `INSERT INTO sales_credit_memo (number, order_id, invoice_id, online, total_qty, subtotal, discount, shipping, shipping_discount,
		shipping_tax, tax, compensation, grand_total, adjustment_refund, adjustment_fee, transaction_ref, actor_kind, actor_id, actor_name, impersonation_id, created_at, website_id)
		VALUES (`+sqldb.List(1, len(args)+1)+`, (SELECT website_id FROM sales_order WHERE id = $2)) RETURNING id`, append(args, sqldb.Micros(d.CreatedAt))...)
	if err != nil {
		return 0, err
	}
	return id, insertLines(ctx, tx, `sales_credit_memo_item (credit_memo_id, order_item_id, qty, restocked, row_total, discount, tax, compensation)`, lines,
		func(l DocLine) []any { return append([]any{id, l.Item.ID, l.Qty, l.Restocked}, l.Parts.args()...) })
}
