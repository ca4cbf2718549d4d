package sales

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sqldb"
)

// work is an order that is being changed: read after its row was held, so that
// what is decided on cannot move.
type work struct {
	Full
	before  Order
	by      By
	log     *sqldb.Entry // what the record of this will say
	touched []int64      // lines to write

	release, consume, restock []catalog.StockLine
}

// byOf is who acts in a context.
func byOf(ctx context.Context) By {
	who, _ := actor.From(ctx)
	return By{Kind: string(who.Kind), ID: who.ID, Name: who.Name, Impersonation: who.Impersonation}
}

// lock holds an order's row, and reads it with what documents are decided by.
func (s *Service) lock(ctx context.Context, tx *sqldb.Tx, orderID int64) (*work, error) {
	return hold(ctx, tx, orderID, &tx.Entry)
}

func hold(ctx context.Context, tx *sqldb.Tx, orderID int64, log *sqldb.Entry) (*work, error) {
	n, err := tx.Exec(ctx, `UPDATE sales_order SET version = version + 1, updated_at = $2 WHERE id = $1`, orderID, sqldb.Micros(tx.Now()))
	if err != nil || n == 0 {
		return nil, orNotFound(err, "order")
	}
	w := &work{by: byOf(ctx), log: log}
	if w.Order, err = loadOrder(ctx, tx, byID, orderID); err != nil {
		return nil, err
	}
	w.before = w.Order
	log.About("order", strconv.FormatInt(w.ID, 10))
	log.Subject = w.subject()
	log.Details = "Order " + w.Number
	return w, w.loadParts(ctx, tx)
}

func (o Order) subject() actor.Subject {
	return actor.Subject{ID: o.CustomerID, Name: o.Name()}
}

// Name is the customer's whole name.
func (o Order) Name() string { return strings.TrimSpace(o.FirstName + " " + o.LastName) }

// refusals say why a deed is not possible now.
var refusals = map[Deed]string{
	DeedCancel:     "Order %s has nothing left to cancel.",
	DeedInvoice:    "Order %s cannot be invoiced: nothing is left to invoice.",
	DeedShip:       "Order %s cannot be shipped: nothing is left to ship.",
	DeedCreditMemo: "A credit memo cannot be created for order %s.",
	DeedHold:       "Order %s cannot be put on hold.",
	DeedUnhold:     "Order %s is not on hold.",
	DeedEdit:       "Order %s cannot be edited any more.",
	DeedVoid:       "The payment of order %s cannot be voided.",
}

// may refuses a deed that the order does not allow.
func (s *Service) may(w *work, deed Deed) error {
	if Allowed(w.Order, w.Items, s.PaymentCan(w.Order))[deed] {
		return nil
	}
	text, ok := refusals[deed]
	if !ok {
		text = "Order %s does not allow this now."
	}
	return fault.New(fault.Conflict, text, w.Number)
}

// change holds an order, does something to it that a deed allows, and writes
// what became of it.
func (s *Service) change(ctx context.Context, action sqldb.Action, orderID int64, deed Deed, fn func(ctx context.Context, tx *sqldb.Tx, w *work) error) error {
	return s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.free(ctx, tx, orderID)
		if err != nil {
			return err
		}
		if err := s.may(w, deed); err != nil {
			return err
		}
		if err := fn(ctx, tx, w); err != nil {
			return err
		}
		return w.save(ctx, tx)
	})
}

// payingFor is how long a provider may take to answer.
const payingFor = 15 * time.Minute

// free is lock, refusing while a provider is being asked for this order's money.
func (s *Service) free(ctx context.Context, tx *sqldb.Tx, orderID int64) (*work, error) {
	w, err := s.lock(ctx, tx, orderID)
	if err != nil || w.PayingID == 0 {
		return w, err
	}
	n, err := tx.Exec(ctx, `UPDATE sales_transaction SET state = $3, note = $4 WHERE id = $1 AND created_at < $2`,
		w.PayingID, sqldb.Micros(tx.Now().Add(-payingFor)), Failed, "No answer: look at the provider's own records.")
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "The payment provider is being asked about order %s. Try again in a moment.", w.Number)
	}
	w.PayingID = 0
	return w, err
}

// item returns a line to change.
func (w *work) item(id int64) *Item {
	for i := range w.Items {
		if w.Items[i].ID == id {
			if !slices.Contains(w.touched, id) {
				w.touched = append(w.touched, id)
			}
			return &w.Items[i]
		}
	}
	return nil
}

// unreserve takes pieces out of what a line holds in stock: those that it holds.
func (i *Item) unreserve(n int64) (line []catalog.StockLine) {
	n = min(n, i.Reserved)
	i.Reserved -= n
	if n > 0 && i.ProductID != 0 {
		line = append(line, catalog.StockLine{ProductID: i.ProductID, Qty: n})
	}
	return line
}

// settle moves the order to the state its quantities ask for.
func (w *work) settle() { w.enter(settled(w.Order, w.Items)) }

// enter moves the order to a state; another state begins with its default status.
func (w *work) enter(state State) {
	if w.State != state {
		w.State, w.Status = state, DefaultStatus(state)
	}
}

// save writes the order, its touched lines and the stock, and says what changed.
func (w *work) save(ctx context.Context, tx *sqldb.Tx) error {
	if err := w.moveStock(ctx, tx); err != nil {
		return err
	}
	if err := w.saveItems(ctx, tx); err != nil {
		return err
	}
	if err := w.releaseCoupon(ctx, tx); err != nil {
		return err
	}
	w.log.Diff("state", string(w.before.State), string(w.State))
	w.log.Diff("status", w.before.Status, w.Status)
	return w.saveOrder(ctx, tx)
}

// releaseCoupon gives back the uses of coupon and rules when the whole order was
// canceled. Imported orders used those of another shop.
func (w *work) releaseCoupon(ctx context.Context, tx *sqldb.Tx) error {
	if w.State != Canceled || w.before.State == Canceled || w.Source == FromImport {
		return nil
	}
	return promotion.Release(ctx, tx, w.RuleIDs, w.Coupon, w.CustomerID)
}

func (w *work) moveStock(ctx context.Context, tx *sqldb.Tx) error {
	if err := catalog.Release(ctx, tx, w.release); err != nil {
		return err
	}
	if err := catalog.Consume(ctx, tx, w.consume); err != nil {
		return err
	}
	return catalog.Restock(ctx, tx, w.restock)
}

func (w *work) saveOrder(ctx context.Context, tx *sqldb.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE sales_order SET state = $2, status = $3, held_state = $4, held_status = $5,
		invoiced = $6, canceled = $7, paid = $8, refunded = $9, shipping_invoiced = $10, shipping_tax_invoiced = $11, shipping_canceled = $12,
		shipping_refunded = $13, shipping_tax_refunded = $14, shipping_discount_refunded = $15, shipping_compensation_refunded = $16,
		child_id = $17, paying_id = $18 WHERE id = $1`,
		w.ID, string(w.State), w.Status, string(w.HeldState), w.HeldStatus, w.InvoicedTotal, w.CanceledTotal, w.Paid, w.Refunded,
		w.ShippingInvoiced, w.ShippingTaxInvoiced, w.ShippingCanceled, w.ShippingRefunded, w.ShippingTaxRefunded,
		w.ShippingDiscountRefunded, w.ShippingCompRefunded, sqldb.NullID(w.ChildID), sqldb.NullID(w.PayingID))
	return err
}

// saveItems writes the running sums of the lines that were touched, all of them
// in one statement.
func (w *work) saveItems(ctx context.Context, tx *sqldb.Tx) error {
	if len(w.touched) == 0 {
		return nil
	}
	var v sqldb.Where
	rows := make([]string, len(w.touched))
	for n, id := range w.touched {
		i := *w.item(id)
		args := []any{i.ID, i.Invoiced, i.Shipped, i.CanceledQty, i.RefundedQty, i.Dropped, i.Reserved}
		for _, p := range []Parts{i.InvoicedParts, i.CanceledParts, i.RefundedParts} {
			args = append(args, p.args()...)
		}
		rows[n] = v.Bind(numbers(len(args)), args...)
	}
	_, err := tx.Exec(ctx, `UPDATE sales_order_item SET qty_invoiced = v.column2, qty_shipped = v.column3, qty_canceled = v.column4,
		qty_refunded = v.column5, qty_dropped = v.column6, reserved = v.column7,
		row_invoiced = v.column8, discount_invoiced = v.column9, tax_invoiced = v.column10, compensation_invoiced = v.column11,
		row_canceled = v.column12, discount_canceled = v.column13, tax_canceled = v.column14, compensation_canceled = v.column15,
		row_refunded = v.column16, discount_refunded = v.column17, tax_refunded = v.column18, compensation_refunded = v.column19
		FROM (VALUES `+strings.Join(rows, ", ")+`) AS v WHERE sales_order_item.id = v.column1`, v.Args()...)
	return err
}

func (p Parts) args() []any { return []any{p.Row, p.Discount, p.Tax, p.Compensation} }

// numbers is a row of n whole numbers for VALUES.
func numbers(n int) string {
	return "(" + strings.TrimSuffix(strings.Repeat("CAST(? AS BIGINT), ", n), ", ") + ")"
}
