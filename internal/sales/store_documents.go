package sales

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

const invoiceColumns = `d.id, d.order_id, d.number, d.state, d.total_qty, d.subtotal, d.discount, d.shipping, d.shipping_discount, d.shipping_tax,
 d.tax, d.compensation, d.grand_total, d.refunded, d.shipping_refunded, d.transaction_ref, d.actor_kind, d.actor_id, d.actor_name, d.impersonation_id, d.created_at`

func (a *Amounts) dest() []any {
	return []any{&a.Subtotal, &a.Discount, &a.Shipping, &a.ShippingDiscount, &a.ShippingTax, &a.Tax, &a.Compensation, &a.Grand}
}

func (b *By) dest() []any { return []any{&b.Kind, &b.ID, &b.Name, sqldb.IntoID(&b.Impersonation)} }

func (d *Invoice) dest() []any {
	to := append([]any{&d.ID, &d.OrderID, &d.Number, &d.State, &d.TotalQty}, d.Amounts.dest()...)
	to = append(to, &d.Refunded, &d.ShippingRefunded, &d.TransactionRef)
	return append(append(to, d.By.dest()...), sqldb.Into(&d.CreatedAt))
}

func scanInvoice(r sqldb.Scanner) (d Invoice, err error) {
	err = r.Scan(d.dest()...)
	return d, err
}

const shipmentColumns = `d.id, d.order_id, d.number, d.total_qty, d.actor_kind, d.actor_id, d.actor_name, d.impersonation_id, d.created_at`

func (d *Shipment) dest() []any {
	to := append([]any{&d.ID, &d.OrderID, &d.Number, &d.TotalQty}, d.By.dest()...)
	return append(to, sqldb.Into(&d.CreatedAt))
}

func scanShipment(r sqldb.Scanner) (d Shipment, err error) {
	err = r.Scan(d.dest()...)
	return d, err
}

const memoColumns = `d.id, d.order_id, d.invoice_id, d.number, d.online, d.total_qty, d.subtotal, d.discount, d.shipping, d.shipping_discount, d.shipping_tax,
 d.tax, d.compensation, d.grand_total, d.adjustment_refund, d.adjustment_fee, d.transaction_ref, d.actor_kind, d.actor_id, d.actor_name, d.impersonation_id, d.created_at`

func (d *CreditMemo) dest() []any {
	to := append([]any{&d.ID, &d.OrderID, sqldb.IntoID(&d.InvoiceID), &d.Number, &d.Online, &d.TotalQty}, d.Amounts.dest()...)
	to = append(to, &d.AdjustmentRefund, &d.AdjustmentFee, &d.TransactionRef)
	return append(append(to, d.By.dest()...), sqldb.Into(&d.CreatedAt))
}

func scanMemo(r sqldb.Scanner) (d CreditMemo, err error) {
	err = r.Scan(d.dest()...)
	return d, err
}

func scanTrack(r sqldb.Scanner) (t Track, err error) {
	err = r.Scan(&t.ID, &t.ShipmentID, &t.Carrier, &t.Title, &t.Number, sqldb.Into(&t.CreatedAt))
	return t, err
}

const commentColumns = `id, order_id, document_kind, document_id, status, text, notified, visible, actor_kind, actor_id, actor_name, impersonation_id, created_at`

func scanComment(r sqldb.Scanner) (c Comment, err error) {
	to := append([]any{&c.ID, &c.OrderID, &c.Kind, &c.DocumentID, &c.Status, &c.Text, &c.Notified, &c.Visible}, c.By.dest()...)
	err = r.Scan(append(to, sqldb.Into(&c.CreatedAt))...)
	return c, err
}

const transactionColumns = `t.id, t.order_id, t.kind, t.state, t.provider, t.reference, t.amount, t.note, t.created_at`

func (t *Transaction) dest() []any {
	return []any{&t.ID, &t.OrderID, &t.Kind, &t.State, &t.Provider, &t.Reference, &t.Amount, &t.Note, sqldb.Into(&t.CreatedAt)}
}

func scanTransaction(r sqldb.Scanner) (t Transaction, err error) {
	err = r.Scan(t.dest()...)
	return t, err
}

// documentTable is where one kind of document is kept, and what its lines say.
type documentTable struct {
	kind              DocKind
	name, table, item string
	fk, amounts       string
	restocked         string
}

const lineAmounts = "l.row_total, l.discount, l.tax, l.compensation"

var (
	invoiceTable  = documentTable{InvoiceDoc, "invoice", "sales_invoice", "sales_invoice_item", "invoice_id", lineAmounts, "FALSE"}
	shipmentTable = documentTable{ShipmentDoc, "shipment", "sales_shipment", "sales_shipment_item", "shipment_id", "0, 0, 0, 0", "FALSE"}
	memoTable     = documentTable{CreditMemoDoc, "credit memo", "sales_credit_memo", "sales_credit_memo_item", "credit_memo_id", lineAmounts, "l.restocked"}
)

// findDocument reads a document's lines and its order; has says whether the
// order, as it was read, has the document.
func findDocument(ctx context.Context, q sqldb.Querier, t documentTable, id int64, has func(Full) bool) ([]DocLine, Full, error) {
	orderID, ok, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT order_id FROM `+t.table+` WHERE id = $1`, id))
	if err != nil || !ok {
		return nil, Full{}, orNotFound(err, t.name)
	}
	o, err := load(ctx, q, byID, orderID)
	if err != nil || !has(o) {
		return nil, o, orNotFound(err, t.name)
	}
	lines, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (l DocLine, err error) {
		to := append([]any{&l.Item.ID, &l.Qty, &l.Restocked}, l.Parts.dest()...)
		if err = r.Scan(to...); err == nil {
			l.Item, _ = o.Item(l.Item.ID)
		}
		return l, err
	}, `SELECT l.order_item_id, l.qty, `+t.restocked+`, `+t.amounts+` FROM `+t.item+` l WHERE l.`+t.fk+` = $1 ORDER BY l.order_item_id`, id)
	return lines, o, err
}

func orNotFound(err error, what string) error {
	if err != nil {
		return err
	}
	return notFound(what)
}
