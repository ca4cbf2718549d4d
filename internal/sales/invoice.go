package sales

import (
	"context"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// Invoice makes an invoice. With Capture, and a provider that can, the money is
// taken first; else it was, or will be, received outside.
func (s *Service) Invoice(ctx context.Context, orderID int64, f InvoiceForm) (d Invoice, err error) {
	f.Comment = cleanComment(f.Comment)
	finish := func(ctx context.Context, tx *sqldb.Tx, w *work, ref string) error {
		d, err = s.invoice(ctx, tx, w, f, ref)
		return err
	}
	if f.Capture {
		return d, s.capture(ctx, orderID, f, finish)
	}
	err = s.change(ctx, InvoiceMade, orderID, DeedInvoice, func(ctx context.Context, tx *sqldb.Tx, w *work) error {
		return finish(ctx, tx, w, "")
	})
	return d, err
}

// invoice makes an invoice of a held order.
func (s *Service) invoice(ctx context.Context, tx *sqldb.Tx, w *work, f InvoiceForm, ref string) (d Invoice, err error) {
	p, bad := PlanInvoice(w.Full, f)
	checkComment(f.Comment, bad)
	if err := bad.Err(); err != nil {
		return d, err
	}
	d = Invoice{OrderID: w.ID, State: "paid", TotalQty: p.TotalQty, Amounts: p.Amounts, TransactionRef: ref, By: w.by, CreatedAt: tx.Now()}
	if d.Number, err = takeNumber(ctx, tx, InvoiceDoc, w.ViewID); err != nil {
		return d, err
	}
	if d.ID, err = insertInvoice(ctx, tx, d, p.Lines); err != nil {
		return d, err
	}
	w.takeInvoice(d, p)
	tx.About("invoice", strconv.FormatInt(d.ID, 10))
	tx.Details = "Invoice " + d.Number + " of order " + w.Number + ", " + amountText(w.Currency, d.Grand) + " " + w.Currency
	if f.AlsoShip {
		if err := s.shipToo(ctx, tx, w, f); err != nil {
			return d, err
		}
	}
	w.settle()
	l := Letter{Kind: LetterInvoice, Invoice: &d, Lines: p.Lines}
	return d, s.tell(ctx, tx, w, l, note{InvoiceDoc, d.ID, f.Comment, f.NotifyCustomer, f.CommentVisible})
}

// takeInvoice enters an invoice into the order's running sums. A virtual line
// leaves the stock now, others when they are shipped.
func (w *work) takeInvoice(d Invoice, p InvoicePlan) {
	for _, l := range p.Lines {
		i := w.item(l.Item.ID)
		i.Invoiced += l.Qty
		i.InvoicedParts = i.InvoicedParts.plus(l.Parts)
		if i.Virtual {
			w.consume = append(w.consume, i.unreserve(l.Qty)...)
		}
		w.InvoiceLines = append(w.InvoiceLines, InvoiceLine{InvoiceID: d.ID, ItemID: i.ID, Qty: l.Qty, Parts: l.Parts})
	}
	w.Invoices = append(w.Invoices, d)
	w.InvoicedTotal += d.Grand
	w.Paid += d.Grand
	w.ShippingInvoiced += d.Shipping
	w.ShippingTaxInvoiced += d.ShippingTax
}

// shipToo ships what an invoice was just made of.
func (s *Service) shipToo(ctx context.Context, tx *sqldb.Tx, w *work, f InvoiceForm) error {
	qty := map[int64]int64{}
	for id, n := range f.Qty {
		if i, ok := w.Item(id); ok && !i.Virtual {
			qty[id] = n
		}
	}
	if len(qty) == 0 {
		return nil
	}
	_, err := s.ship(ctx, tx, w, ShipForm{Qty: qty, NotifyCustomer: f.NotifyCustomer}, true)
	return err
}

// tell adds the comment that goes with a document, and sends its letter.
func (s *Service) tell(ctx context.Context, tx *sqldb.Tx, w *work, l Letter, n note) error {
	n.visible = n.visible && n.text != ""
	if n.text != "" {
		if _, err := w.comment(ctx, tx, n); err != nil {
			return err
		}
	}
	if !n.notified {
		return nil
	}
	l.Order = w.Full
	if n.visible {
		l.Comment = n.text
	}
	return s.send(ctx, tx, l)
}

func (a Amounts) args() []any {
	return []any{a.Subtotal, a.Discount, a.Shipping, a.ShippingDiscount, a.ShippingTax, a.Tax, a.Compensation, a.Grand}
}

func (b By) args() []any { return []any{b.Kind, b.ID, b.Name, sqldb.NullID(b.Impersonation)} }

func insertInvoice(ctx context.Context, tx *sqldb.Tx, d Invoice, lines []DocLine) (int64, error) {
	args := append([]any{d.Number, d.OrderID, d.State, d.TotalQty}, d.Amounts.args()...)
	args = append(append(args, d.TransactionRef), d.By.args()...)
	id, err := tx.Insert(ctx, `INSERT INTO sales_invoice (number, order_id, state, total_qty, subtotal, discount, shipping, shipping_discount,
		shipping_tax, tax, compensation, grand_total, transaction_ref, actor_kind, actor_id, actor_name, impersonation_id, created_at, website_id)
		VALUES (`+sqldb.List(1, len(args)+1)+`, (SELECT website_id FROM sales_order WHERE id = $2)) RETURNING id`, append(args, sqldb.Micros(d.CreatedAt))...)
	if err != nil {
		return 0, err
	}
	return id, insertLines(ctx, tx, `sales_invoice_item (invoice_id, order_item_id, qty, row_total, discount, tax, compensation)`, lines, func(l DocLine) []any {
		return append([]any{id, l.Item.ID, l.Qty}, l.Parts.args()...)
	})
}

// insertLines inserts the lines of a document in one statement.
func insertLines[T any](ctx context.Context, tx *sqldb.Tx, into string, lines []T, args func(T) []any) error {
	if len(lines) == 0 {
		return nil
	}
	var v sqldb.Where
	rows := make([]string, len(lines))
	for n, l := range lines {
		a := args(l)
		rows[n] = v.Bind(sqldb.Marks(len(a)), a...)
	}
	_, err := tx.Exec(ctx, `INSERT INTO `+into+` VALUES `+strings.Join(rows, ", "), v.Args()...)
	return err
}
