package sales

import (
	"context"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// Imported is an order as another shop had it: its amounts as they were there,
// and what was invoiced, shipped and canceled of its lines. Sums over documents
// are worked out here.
type Imported struct {
	Order
	Lines    []ImportedLine
	Billing  Address
	Delivery *Address // nil when nothing is shipped, or the file does not say where to
}

// ImportedLine is a line of an imported order; of Item count the product, the
// prices, Ordered and the quantities up to Canceled.
type ImportedLine struct {
	Item
	ExternalID string // what the other shop calls it
}

// Known returns the orders that have one of some numbers, without their lines.
func Known(ctx context.Context, q sqldb.Querier, numbers []string) (map[string]Order, error) {
	found := map[string]Order{}
	if len(numbers) == 0 {
		return found, nil
	}
	all, err := sqldb.All(ctx, q, scanOrder, `SELECT `+orderColumns+` FROM (`+sqldb.Values(len(numbers), "TEXT")+`) v
		JOIN sales_order o ON o.number = v.column1`, sqldb.Any(numbers)...)
	for _, o := range all {
		found[o.Number] = o
	}
	return found, err
}

// Check refuses an order whose figures contradict each other; nothing is put right.
func (in Imported) Check() error {
	bad := fault.Fields{}
	var sum Amounts
	paid := Amounts{}
	for n, l := range in.Lines {
		l.check("items."+strconv.Itoa(n), bad)
		sum.add(l.Ordered)
		if l.Invoiced > 0 && l.Invoiced <= l.Qty {
			paid.add(l.Ordered.share(l.Invoiced, l.Qty))
		}
	}
	if paid != (Amounts{}) {
		paid.addShipping(in.shippingParts())
	}
	if len(in.Lines) == 0 {
		bad.Add("items", "An order has at least one line.")
	}
	sum.addShipping(in.shippingParts())
	for _, c := range []struct {
		field     string
		made, say int64
	}{{"subtotal", sum.Subtotal, in.Subtotal}, {"discount_amount", sum.Discount + sum.ShippingDiscount, in.Discount + in.ShippingDiscount},
		{"tax_amount", sum.Tax, in.Tax}, {"grand_total", sum.Grand, in.Grand}, {"total_paid", paid.Grand, in.Paid}} {
		if c.made != c.say {
			bad.Add(c.field, "The lines make %s, the order says %s.", amountText(in.Currency, c.made), amountText(in.Currency, c.say))
		}
	}
	return bad.Err()
}

func (l ImportedLine) check(field string, bad fault.Fields) {
	switch p := l.Ordered; {
	case l.Qty < 1:
		bad.Add(field+".qty_ordered", "A line has at least one piece.")
	case l.Invoiced < 0 || l.CanceledQty < 0 || l.Invoiced+l.CanceledQty > l.Qty:
		bad.Add(field+".qty_invoiced", "%d invoiced and %d canceled of %d do not go together.", l.Invoiced, l.CanceledQty, l.Qty)
	case l.Shipped < 0 || l.Shipped+l.CanceledQty > l.Qty:
		bad.Add(field+".qty_shipped", "%d shipped and %d canceled of %d do not go together.", l.Shipped, l.CanceledQty, l.Qty)
	case p.Row < 0 || p.Discount < 0 || p.Tax < 0 || p.Compensation < 0 || p.Total() < 0:
		bad.Add(field+".row_total", "The amounts of a line are not below zero.")
	}
}

// ImportTx takes an order of another shop, which has passed Check, into a change.
// What was invoiced and shipped there becomes one invoice and one shipment with
// the order's number, since the file has quantities and no documents. Stock stays
// as it is: what was shipped has left it, and nothing is held for the rest.
func ImportTx(ctx context.Context, tx *sqldb.Tx, in Imported) error {
	in.PublicID, in.Source, in.PlacedBy, in.Version = id.New(), FromImport, byOf(ctx), 1
	in.BillName, in.Virtual, in.TotalQty, in.WeightGrams = in.Billing.Name(), true, 0, 0
	if in.Delivery != nil {
		in.ShipName = in.Delivery.Name()
	}
	for _, l := range in.Lines {
		in.TotalQty += l.Qty
		in.WeightGrams += l.Qty * l.WeightGrams
		in.Virtual = in.Virtual && l.Virtual
	}
	w := &work{Full: Full{Order: in.Order}, by: in.PlacedBy, log: &tx.Entry}
	var err error
	if w.ID, err = insertOrder(ctx, tx, in.Order, ""); err != nil {
		return err
	}
	if err := w.importLines(ctx, tx, in); err != nil {
		return err
	}
	addresses := map[string]Address{BillingAddress: in.Billing}
	if in.Delivery != nil {
		addresses[ShippingAddress] = *in.Delivery
	}
	if err := insertAddresses(ctx, tx, w.ID, addresses); err != nil {
		return err
	}
	if err := insertTerms(ctx, tx, w.Order); err != nil {
		return err
	}
	if err := w.importDocuments(ctx, tx); err != nil {
		return err
	}
	if _, err := w.comment(ctx, tx, note{OrderDoc, w.ID, "Imported.", false, false}); err != nil {
		return err
	}
	return w.saveOrder(ctx, tx)
}

// importLines inserts the lines with their running sums.
func (w *work) importLines(ctx context.Context, tx *sqldb.Tx, in Imported) error {
	w.Items = make([]Item, len(in.Lines))
	for from := 0; from < len(in.Lines); {
		n := chunk(len(in.Lines) - from)
		var v sqldb.Where
		rows := make([]string, n)
		for k := range n {
			l := &in.Lines[from+k]
			l.InvoicedParts = l.Ordered.share(l.Invoiced, l.Qty)
			l.CanceledParts = l.Ordered.minus(l.InvoicedParts).share(l.CanceledQty, l.Qty-l.Invoiced)
			w.CanceledTotal += l.CanceledParts.Total()
			w.Items[from+k] = l.Item
			args := []any{w.ID, from + k + 1, sqldb.NullID(l.ProductID), l.SKU, l.Name, l.Kind, l.Virtual, l.WeightGrams,
				l.Price, l.PriceInclTax, l.OriginalPrice, l.TaxPPM, l.Qty, l.Invoiced, l.Shipped, l.CanceledQty, l.ExternalID}
			for _, p := range []Parts{l.Ordered, l.InvoicedParts, l.CanceledParts} {
				args = append(args, p.args()...)
			}
			rows[k] = v.Bind(sqldb.Marks(len(args)), args...)
		}
		_, err := sqldb.All(ctx, tx, func(r sqldb.Scanner) (struct{}, error) {
			var id, position int64
			err := r.Scan(&id, &position)
			if err == nil {
				w.Items[position-1].ID = id
			}
			return struct{}{}, err
		}, `INSERT INTO sales_order_item (order_id, position, product_id, sku, name, kind, virtual, weight_grams,
			price, price_incl_tax, original_price, tax_ppm, qty, qty_invoiced, qty_shipped, qty_canceled, external_id,
			row_total, discount, tax, compensation, row_invoiced, discount_invoiced, tax_invoiced, compensation_invoiced,
			row_canceled, discount_canceled, tax_canceled, compensation_canceled)
			VALUES `+strings.Join(rows, ", ")+` RETURNING id, position`, v.Args()...)
		if err != nil {
			return err
		}
		from += n
	}
	return nil
}

// chunk is how many of n rows go into one statement: powers of two, so that few
// texts are prepared.
func chunk(n int) int { return min(64, 1<<(bits.Len(uint(n))-1)) }

// chunked inserts lines in statements of few different sizes.
func chunked[T any](ctx context.Context, tx *sqldb.Tx, into string, lines []T, args func(T) []any) error {
	for len(lines) > 0 {
		n := chunk(len(lines))
		if err := insertLines(ctx, tx, into, lines[:n], args); err != nil {
			return err
		}
		lines = lines[n:]
	}
	return nil
}

// importDocuments makes the invoice and the shipment that stand for what was
// done before.
func (w *work) importDocuments(ctx context.Context, tx *sqldb.Tx) error {
	at := w.UpdatedAt
	d := Invoice{Number: w.Number, OrderID: w.ID, State: "paid", By: w.by, CreatedAt: at}
	var invoiced, shipped []DocLine
	for _, i := range w.Items {
		if i.Invoiced > 0 {
			invoiced = append(invoiced, DocLine{Item: i, Qty: i.Invoiced, Parts: i.InvoicedParts})
			d.TotalQty += i.Invoiced
			d.add(i.InvoicedParts)
		}
		if i.Shipped > 0 {
			shipped = append(shipped, DocLine{Item: i, Qty: i.Shipped})
		}
	}
	if len(invoiced) > 0 {
		d.addShipping(w.shippingParts()) // goes with the first invoice
		if err := w.importInvoice(ctx, tx, d, invoiced); err != nil {
			return err
		}
	}
	if len(shipped) > 0 {
		s := Shipment{Number: w.Number, OrderID: w.ID, By: w.by, CreatedAt: at}
		for _, l := range shipped {
			s.TotalQty += l.Qty
		}
		sid, err := insertShipment(ctx, tx, s, nil)
		if err != nil {
			return err
		}
		return chunked(ctx, tx, `sales_shipment_item (shipment_id, order_item_id, qty)`, shipped, func(l DocLine) []any { return []any{sid, l.Item.ID, l.Qty} })
	}
	return nil
}

func (w *work) importInvoice(ctx context.Context, tx *sqldb.Tx, d Invoice, lines []DocLine) error {
	did, err := insertInvoice(ctx, tx, d, nil)
	if err != nil {
		return err
	}
	w.InvoicedTotal, w.Paid = d.Grand, d.Grand
	w.ShippingInvoiced, w.ShippingTaxInvoiced = d.Shipping, d.ShippingTax
	return chunked(ctx, tx, `sales_invoice_item (invoice_id, order_item_id, qty, row_total, discount, tax, compensation)`, lines, func(l DocLine) []any {
		return append([]any{did, l.Item.ID, l.Qty}, l.Parts.args()...)
	})
}

// PassNumbers moves the numbers that this shop gives beyond those that came with
// an import, as far as they look like its own.
func PassNumbers(ctx context.Context, tx *sqldb.Tx, viewID int64, numbers []string, kinds ...DocKind) error {
	var last int64
	for _, number := range numbers {
		n, err := strconv.ParseInt(number, 10, 64)
		if own := strconv.FormatInt(viewID, 10); err != nil && viewID != firstView && strings.HasPrefix(number, own) {
			n, err = strconv.ParseInt(strings.TrimPrefix(number, own), 10, 64)
		}
		if err == nil && formatNumber(viewID, n) == number {
			last = max(last, n)
		}
	}
	if last == 0 {
		return nil
	}
	for _, kind := range kinds {
		_, err := tx.Exec(ctx, `INSERT INTO sales_sequence (kind, store_view_id, next) VALUES ($1, $2, $3)
			ON CONFLICT (kind, store_view_id) DO UPDATE SET next = excluded.next WHERE sales_sequence.next < excluded.next`, string(kind), viewID, last+1)
		if err != nil {
			return err
		}
	}
	return nil
}

// ImportedMemo is a credit memo as another shop had it.
type ImportedMemo struct {
	Number                                                     string
	OrderID                                                    int64
	CreatedAt                                                  time.Time
	Qty                                                        map[string]int64 // by what the other shop calls the order's lines
	Subtotal, Shipping, AdjustmentRefund, AdjustmentFee, Grand int64
}

// KnownMemos returns the credit memos that have one of some numbers.
func KnownMemos(ctx context.Context, q sqldb.Querier, numbers []string) (map[string]CreditMemo, error) {
	found := map[string]CreditMemo{}
	if len(numbers) == 0 {
		return found, nil
	}
	all, err := sqldb.All(ctx, q, scanMemo, `SELECT `+memoColumns+` FROM (`+sqldb.Values(len(numbers), "TEXT")+`) v
		JOIN sales_credit_memo d ON d.number = v.column1`, sqldb.Any(numbers)...)
	for _, d := range all {
		found[d.Number] = d
	}
	return found, err
}

// PlanImportedMemo works out a credit memo of another shop against its order and
// refuses one whose figures are others here; nothing is put right.
func PlanImportedMemo(ctx context.Context, q sqldb.Querier, in ImportedMemo) error {
	o := Full{}
	var err error
	if o.Order, err = loadOrder(ctx, q, byID, in.OrderID); err != nil {
		return err
	}
	if err := o.loadParts(ctx, q); err != nil {
		return err
	}
	_, _, err = in.plan(ctx, q, o)
	return err
}

func (in ImportedMemo) plan(ctx context.Context, q sqldb.Querier, o Full) (p MemoPlan, f MemoForm, err error) {
	f = MemoForm{Qty: map[int64]int64{}, Shipping: &in.Shipping, AdjustmentRefund: in.AdjustmentRefund, AdjustmentFee: in.AdjustmentFee}
	bad := fault.Fields{}
	ids, err := externalIDs(ctx, q, o.ID)
	if err != nil {
		return p, f, err
	}
	for external, n := range in.Qty {
		if ids[external] == 0 {
			bad.Add("items", "Order %s has no line %q.", o.Number, external)
			continue
		}
		f.Qty[ids[external]] += n
	}
	if err := bad.Err(); err != nil {
		return p, f, err
	}
	p, bad = PlanMemo(o, f)
	for _, c := range []struct {
		field     string
		made, say int64
	}{{"subtotal", p.Subtotal, in.Subtotal}, {"grand_total", p.Grand, in.Grand}} {
		if c.made != c.say {
			bad.Add(c.field, "The order's lines make %s, the credit memo says %s.", amountText(o.Currency, c.made), amountText(o.Currency, c.say))
		}
	}
	return p, f, bad.Err()
}

// externalIDs are an order's lines by what the other shop calls them.
func externalIDs(ctx context.Context, q sqldb.Querier, orderID int64) (map[string]int64, error) {
	ids := map[string]int64{}
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var external string
		var id int64
		err := r.Scan(&external, &id)
		if external != "" {
			ids[external] = id
		}
		return struct{}{}, err
	}, `SELECT external_id, id FROM sales_order_item WHERE order_id = $1`, orderID)
	return ids, err
}

// ImportMemoTx takes a credit memo of another shop into a change: offline, the
// goods are where that shop has put them.
func (s *Service) ImportMemoTx(ctx context.Context, tx *sqldb.Tx, in ImportedMemo) error {
	w, err := s.lock(ctx, tx, in.OrderID)
	if err != nil {
		return err
	}
	p, f, err := in.plan(ctx, tx, w.Full)
	if err != nil {
		return err
	}
	d := CreditMemo{OrderID: w.ID, Number: in.Number, TotalQty: p.TotalQty, Amounts: p.Amounts,
		AdjustmentRefund: f.AdjustmentRefund, AdjustmentFee: f.AdjustmentFee, By: w.by, CreatedAt: in.CreatedAt}
	if d.ID, err = insertMemo(ctx, tx, d, p.Lines); err != nil {
		return err
	}
	w.takeMemo(d, p)
	if err := w.saveInvoices(ctx, tx, p); err != nil {
		return err
	}
	w.settle()
	return w.save(ctx, tx)
}
