package sales

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// PlaceTx places an order inside checkout's change: stock is reserved, the
// number taken, everything snapshot, the confirmation put into the outbox. The
// same PlaceKey places once: already says that it was, and nothing is written
// then. With a ParentID the order replaces that one, which is cancelled.
func (s *Service) PlaceTx(ctx context.Context, tx *sqldb.Tx, d Draft) (o Order, already bool, err error) {
	if err := d.check(); err != nil {
		return o, false, err
	}
	if o, already, err = placed(ctx, tx, d.PlaceKey); already || err != nil {
		return o, already, err
	}
	parent, err := s.replace(ctx, tx, d.ParentID)
	if err != nil {
		return s.lost(ctx, tx, d, nil, err)
	}
	if err := catalog.Reserve(ctx, tx, d.stock()); err != nil {
		return s.lost(ctx, tx, d, parent, err)
	}
	o = d.order(ctx, tx)
	if o.Number, err = takeNumber(ctx, tx, OrderDoc, d.ViewID); err != nil {
		return o, false, err
	}
	if o.ID, err = insertOrder(ctx, tx, o, d.PlaceKey); err != nil {
		return o, false, err
	}
	if o.ID == 0 { // the same key won meanwhile: as if this had never begun
		if err := errors.Join(returnNumber(ctx, tx, OrderDoc, d.ViewID), catalog.Release(ctx, tx, d.stock())); err != nil {
			return o, false, err
		}
		return s.lost(ctx, tx, d, parent, fault.New(fault.Conflict, "This order was placed already."))
	}
	if err := d.insertParts(ctx, tx, o); err != nil {
		return o, false, err
	}
	if err := parent.leaveTo(ctx, tx, o); err != nil {
		return o, false, err
	}
	describePlaced(tx, o)
	return o, false, s.confirm(ctx, tx, o, d)
}

// check refuses what would not add up; a checkout does not send such.
func (d Draft) check() error {
	t := d.Totals
	if len(d.Lines) == 0 || len(d.Lines) != len(t.Lines) {
		return fmt.Errorf("sales: %d lines with %d totals", len(d.Lines), len(t.Lines))
	}
	var sum Amounts
	for n, l := range d.Lines {
		p := d.parts(n)
		if l.Qty < 1 || p.Total() < 0 || p.Row < 0 || p.Discount < 0 || p.Tax < 0 || p.Compensation < 0 {
			return fmt.Errorf("sales: not a line: %d of %s, %+v", l.Qty, l.SKU, p)
		}
		sum.add(p)
	}
	sum.addShipping(Parts{t.Shipping, t.ShippingDiscount, t.ShippingTax, t.ShippingCompensation})
	if got := d.amounts(); sum != got || got.Grand < 0 {
		return fmt.Errorf("sales: the lines make %+v, the totals are %+v", sum, got)
	}
	if !slices.Contains([]State{StateNew, PendingPayment, Processing}, d.State) {
		return fmt.Errorf("sales: an order cannot begin as %q", d.State)
	}
	return nil
}

func (d Draft) parts(n int) Parts {
	l := d.Totals.Lines[n]
	return Parts{l.RowTotal, l.Discount, l.Tax, l.Compensation}
}

func (d Draft) amounts() Amounts {
	t := d.Totals
	return Amounts{Subtotal: t.Subtotal, Discount: t.Discount, Shipping: t.Shipping, ShippingDiscount: t.ShippingDiscount,
		ShippingTax: t.ShippingTax, Tax: t.Tax, Compensation: t.Compensation, Grand: t.Grand}
}

func (d Draft) stock() (lines []catalog.StockLine) {
	for _, l := range d.Lines {
		if l.ProductID != 0 {
			lines = append(lines, catalog.StockLine{ProductID: l.ProductID, Qty: l.Qty})
		}
	}
	return lines
}

// placed finds the order that a key has placed.
func placed(ctx context.Context, q sqldb.Querier, key string) (Order, bool, error) {
	if key == "" {
		return Order{}, false, nil
	}
	return sqldb.Found(sqldb.One(ctx, q, scanOrder, `SELECT `+orderColumns+` FROM sales_order o WHERE o.place_key = $1`, key))
}

// lost answers for one of two that placed the same order at once: the other's
// order, or why it failed. A change that has let go of a parent's stock must not
// stand.
func (s *Service) lost(ctx context.Context, tx *sqldb.Tx, d Draft, parent *work, why error) (Order, bool, error) {
	if parent != nil {
		return Order{}, false, why
	}
	o, already, err := placed(ctx, tx, d.PlaceKey)
	if err == nil && !already {
		err = why
	}
	return o, already, err
}

// replace holds and cancels the order that a new one takes the place of.
func (s *Service) replace(ctx context.Context, tx *sqldb.Tx, parentID int64) (*work, error) {
	if parentID == 0 {
		return nil, nil
	}
	w, err := hold(ctx, tx, parentID, &sqldb.Entry{Action: OrderCanceled})
	if err != nil {
		return nil, err
	}
	if w.PayingID != 0 {
		return nil, fault.New(fault.Conflict, "The payment provider is being asked about order %s. Try again in a moment.", w.Number)
	}
	if err := s.may(w, DeedEdit); err != nil {
		return nil, err
	}
	w.cancel()
	// The stock is let go of now, so that the new order can have the same pieces.
	return w, w.moveStock(ctx, tx)
}

// leaveTo links a cancelled order to the one that took its place.
func (w *work) leaveTo(ctx context.Context, tx *sqldb.Tx, o Order) error {
	if w == nil {
		return nil
	}
	w.ChildID = o.ID
	w.release = nil // done in replace
	w.log.Note("replaced by", o.Number)
	err := w.save(ctx, tx)
	tx.Also(*w.log)
	return err
}

// order is the order that a draft becomes.
func (d Draft) order(ctx context.Context, tx *sqldb.Tx) Order {
	o := Order{PublicID: id.New(), Source: d.Source, WebsiteID: d.WebsiteID, ViewID: d.ViewID, CustomerID: d.CustomerID, GroupID: d.GroupID,
		Email: d.Email, FirstName: d.FirstName, LastName: d.LastName, BillName: d.Billing.Name(),
		State: d.State, Status: DefaultStatus(d.State), Currency: d.Currency, BaseCurrency: d.Currency, BaseRatePPM: 1_000_000,
		Virtual: true, PricesIncludeTax: d.PricesIncludeTax, Amounts: d.amounts(), ShippingCompensation: d.Totals.ShippingCompensation,
		TaxLines: d.Totals.TaxLines, Coupon: d.Coupon, DiscountLabel: d.DiscountLabel, RuleIDs: d.RuleIDs,
		ShippingMethod: d.ShippingMethod, ShippingTitle: d.ShippingTitle, PaymentMethod: d.PaymentMethod, PaymentTitle: d.PaymentTitle,
		PONumber: d.PONumber, ParentID: d.ParentID, PlacedBy: byOf(ctx), IP: d.IP, Version: 1, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
	if d.Shipping != nil {
		o.ShipName = d.Shipping.Name()
	}
	for _, l := range d.Lines {
		o.TotalQty += l.Qty
		o.WeightGrams += l.Qty * l.WeightGrams
		o.Virtual = o.Virtual && l.Virtual
	}
	return o
}

// Name is the whole name.
func (a Address) Name() string { return strings.TrimSpace(a.FirstName + " " + a.LastName) }

// insertOrder inserts an order, and returns 0 when its key has placed one already.
func insertOrder(ctx context.Context, tx *sqldb.Tx, o Order, placeKey string) (int64, error) {
	var key any
	if placeKey != "" {
		key = placeKey
	}
	args := []any{o.PublicID, o.Number, key, string(o.Source), o.WebsiteID, o.ViewID, sqldb.NullID(o.CustomerID), o.GroupID,
		o.Email, customer.EmailKey(o.Email), o.FirstName, o.LastName, o.BillName, customer.Fold(o.BillName), o.ShipName, customer.Fold(o.ShipName),
		string(o.State), o.Status, o.Currency, o.BaseCurrency, o.BaseRatePPM, o.Virtual, o.PricesIncludeTax, o.TotalQty, o.WeightGrams}
	args = append(args, o.Amounts.args()...)
	args = append(args, o.ShippingCompensation, asJSON(o.TaxLines), o.Coupon, o.DiscountLabel, asJSON(o.RuleIDs), o.ShippingMethod, o.ShippingTitle,
		o.PaymentMethod, o.PaymentTitle, o.PONumber, sqldb.NullID(o.ParentID))
	args = append(args, o.PlacedBy.args()...)
	args = append(args, o.IP, sqldb.Micros(o.CreatedAt), sqldb.Micros(o.UpdatedAt))
	newID, _, err := sqldb.Found(tx.Insert(ctx, `INSERT INTO sales_order (public_id, number, place_key, source, website_id, store_view_id, customer_id, group_id,
		email, email_key, first_name, last_name, bill_name, bill_key, ship_name, ship_key,
		state, status, currency, base_currency, base_rate_ppm, virtual, prices_include_tax, total_qty, weight_grams,
		subtotal, discount, shipping, shipping_discount, shipping_tax, tax, compensation, grand_total,
		shipping_compensation, tax_lines, coupon, discount_label, rule_ids, shipping_method, shipping_title,
		payment_method, payment_title, po_number, parent_id, actor_kind, actor_id, actor_name, impersonation_id, ip, created_at, updated_at)
		VALUES (`+sqldb.List(1, len(args))+`) ON CONFLICT (place_key) DO NOTHING RETURNING id`, args...))
	return newID, err
}

// insertParts inserts an order's lines, addresses and search terms.
func (d Draft) insertParts(ctx context.Context, tx *sqldb.Tx, o Order) error {
	order := make([]int, len(d.Lines))
	for n := range order {
		order[n] = n
	}
	err := insertLines(ctx, tx, `sales_order_item (order_id, position, product_id, parent_product_id, sku, name, options, kind, virtual, tax_class, weight_grams,
		price, price_incl_tax, original_price, tax_ppm, qty, reserved, row_total, discount, tax, compensation)`, order, func(n int) []any {
		l, t := d.Lines[n], d.Totals.Lines[n]
		return append([]any{o.ID, n + 1, sqldb.NullID(l.ProductID), sqldb.NullID(l.ParentProductID), l.SKU, l.Name, asJSON(l.Options), l.Kind, l.Virtual,
			l.TaxClass, l.WeightGrams, t.Price, t.PriceInclTax, l.OriginalPrice, t.TaxPPM, l.Qty, l.Qty}, d.parts(n).args()...)
	})
	if err != nil {
		return err
	}
	addresses := map[string]Address{BillingAddress: d.Billing}
	if d.Shipping != nil {
		addresses[ShippingAddress] = *d.Shipping
	}
	if err := insertAddresses(ctx, tx, o.ID, addresses); err != nil {
		return err
	}
	return insertTerms(ctx, tx, o)
}

func insertAddresses(ctx context.Context, tx *sqldb.Tx, orderID int64, addresses map[string]Address) error {
	var kinds []string
	for kind := range addresses {
		kinds = append(kinds, kind)
	}
	return insertLines(ctx, tx, `sales_order_address (order_id, kind, first_name, last_name, company, street, city, region, postcode, country, phone, vat_id)`, kinds,
		func(kind string) []any { return append([]any{orderID, kind}, addresses[kind].args()...) })
}

func (a Address) args() []any {
	return []any{a.FirstName, a.LastName, a.Company, a.Street, a.City, a.Region, a.Postcode, a.Country, a.Phone, a.VATID}
}

func describePlaced(tx *sqldb.Tx, o Order) {
	tx.About("order", strconv.FormatInt(o.ID, 10))
	if o.CustomerID != 0 {
		tx.Subject = o.subject()
	}
	tx.Details = "Order " + o.Number + ", " + amountText(o.Currency, o.Grand) + " " + o.Currency
	tx.Diff("state", "", string(o.State))
}

// confirm begins the order's history and puts the confirmation into the outbox.
func (s *Service) confirm(ctx context.Context, tx *sqldb.Tx, o Order, d Draft) error {
	w := &work{Full: Full{Order: o, Billing: d.Billing, Shipping: d.Shipping}, by: byOf(ctx)}
	text := cleanComment(d.Comment)
	if _, err := w.comment(ctx, tx, note{OrderDoc, o.ID, text, d.Notify, text != ""}); err != nil || !d.Notify {
		return err
	}
	var err error
	if w.Items, err = loadItems(ctx, tx, o.ID); err != nil {
		return err
	}
	return s.send(ctx, tx, Letter{Kind: LetterOrder, Order: w.Full, Comment: text})
}

// PlacedInStay reports whether staff placed the order in the customer's account.
func (o Order) PlacedInStay() bool { return o.PlacedBy.Impersonation != 0 }
