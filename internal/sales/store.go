package sales

import (
	"context"
	"encoding/json"

	"github.com/storehand/storehand/internal/sqldb"
)

// Full is an order with everything that belongs to it.
type Full struct {
	Order
	Items        []Item
	Billing      Address
	Shipping     *Address // nil when nothing is shipped
	Invoices     []Invoice
	InvoiceLines []InvoiceLine
	Shipments    []Shipment
	Memos        []CreditMemo
	Comments     []Comment // oldest first
	Transactions []Transaction
}

// Item returns a line by its id.
func (o Full) Item(id int64) (Item, bool) {
	return pick(o.Items, func(i Item) int64 { return i.ID }, id)
}

const orderColumns = `o.id, o.public_id, o.number, o.source, o.website_id, o.store_view_id, o.customer_id, o.group_id,
 o.email, o.first_name, o.last_name, o.bill_name, o.ship_name, o.state, o.status, o.held_state, o.held_status,
 o.currency, o.base_currency, o.base_rate_ppm, o.virtual, o.prices_include_tax, o.total_qty, o.weight_grams,
 o.subtotal, o.discount, o.shipping, o.shipping_discount, o.shipping_tax, o.tax, o.compensation, o.grand_total,
 o.shipping_compensation, o.canceled, o.invoiced, o.paid, o.refunded,
 o.shipping_invoiced, o.shipping_tax_invoiced, o.shipping_canceled, o.shipping_refunded, o.shipping_tax_refunded,
 o.shipping_discount_refunded, o.shipping_compensation_refunded, o.tax_lines, o.coupon, o.discount_label, o.rule_ids,
 o.shipping_method, o.shipping_title, o.payment_method, o.payment_title, o.po_number, o.parent_id, o.child_id,
 o.actor_kind, o.actor_id, o.actor_name, o.impersonation_id, o.ip, o.paying_id, o.version, o.created_at, o.updated_at`

func (o *Order) dest() []any {
	return []any{&o.ID, &o.PublicID, &o.Number, &o.Source, &o.WebsiteID, &o.ViewID, sqldb.IntoID(&o.CustomerID), &o.GroupID,
		&o.Email, &o.FirstName, &o.LastName, &o.BillName, &o.ShipName, &o.State, &o.Status, &o.HeldState, &o.HeldStatus,
		&o.Currency, &o.BaseCurrency, &o.BaseRatePPM, &o.Virtual, &o.PricesIncludeTax, &o.TotalQty, &o.WeightGrams,
		&o.Subtotal, &o.Discount, &o.Shipping, &o.ShippingDiscount, &o.ShippingTax, &o.Tax, &o.Compensation, &o.Grand,
		&o.ShippingCompensation, &o.CanceledTotal, &o.InvoicedTotal, &o.Paid, &o.Refunded,
		&o.ShippingInvoiced, &o.ShippingTaxInvoiced, &o.ShippingCanceled, &o.ShippingRefunded, &o.ShippingTaxRefunded,
		&o.ShippingDiscountRefunded, &o.ShippingCompRefunded, jsonInto{&o.TaxLines}, &o.Coupon, &o.DiscountLabel, jsonInto{&o.RuleIDs},
		&o.ShippingMethod, &o.ShippingTitle, &o.PaymentMethod, &o.PaymentTitle, &o.PONumber, sqldb.IntoID(&o.ParentID), sqldb.IntoID(&o.ChildID),
		&o.PlacedBy.Kind, &o.PlacedBy.ID, &o.PlacedBy.Name, sqldb.IntoID(&o.PlacedBy.Impersonation), &o.IP, sqldb.IntoID(&o.PayingID), &o.Version,
		sqldb.Into(&o.CreatedAt), sqldb.Into(&o.UpdatedAt)}
}

func scanOrder(r sqldb.Scanner) (o Order, err error) {
	err = r.Scan(o.dest()...)
	return o, err
}

// jsonInto scans a column of JSON.
type jsonInto struct{ into any }

func (j jsonInto) Scan(v any) error {
	switch t := v.(type) {
	case string:
		return json.Unmarshal([]byte(t), j.into)
	case []byte:
		return json.Unmarshal(t, j.into)
	}
	return nil
}

// asJSON is a value as a column keeps it.
func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	if string(b) == "null" {
		return "[]"
	}
	return string(b)
}

// finder is what an order is found by.
type finder string

const (
	byID       finder = "o.id"
	byNumber   finder = "o.number"
	byPublicID finder = "o.public_id"
)

func loadOrder[T any](ctx context.Context, q sqldb.Querier, by finder, value T) (Order, error) {
	o, ok, err := sqldb.Found(sqldb.One(ctx, q, scanOrder, `SELECT `+orderColumns+` FROM sales_order o WHERE `+string(by)+` = $1`, value))
	if err == nil && !ok {
		err = notFound("order")
	}
	return o, err
}

// load reads an order with everything: ten queries, whatever it holds.
func load[T any](ctx context.Context, q sqldb.Querier, by finder, value T) (o Full, err error) {
	if o.Order, err = loadOrder(ctx, q, by, value); err != nil {
		return o, err
	}
	if err := o.loadParts(ctx, q); err != nil {
		return o, err
	}
	if err := o.loadAddresses(ctx, q); err != nil {
		return o, err
	}
	if o.Comments, err = sqldb.All(ctx, q, scanComment, `SELECT `+commentColumns+` FROM sales_comment WHERE order_id = $1 ORDER BY id`, o.ID); err != nil {
		return o, err
	}
	if o.Transactions, err = sqldb.All(ctx, q, scanTransaction, `SELECT `+transactionColumns+` FROM sales_transaction t WHERE t.order_id = $1 ORDER BY t.id`, o.ID); err != nil {
		return o, err
	}
	return o, o.loadTracks(ctx, q)
}

// loadParts reads what documents are decided by.
func (o *Full) loadParts(ctx context.Context, q sqldb.Querier) (err error) {
	if o.Items, err = loadItems(ctx, q, o.ID); err != nil {
		return err
	}
	if o.Invoices, err = sqldb.All(ctx, q, scanInvoice, `SELECT `+invoiceColumns+` FROM sales_invoice d WHERE d.order_id = $1 ORDER BY d.id`, o.ID); err != nil {
		return err
	}
	if err := o.loadInvoiceLines(ctx, q); err != nil {
		return err
	}
	if o.Shipments, err = sqldb.All(ctx, q, scanShipment, `SELECT `+shipmentColumns+` FROM sales_shipment d WHERE d.order_id = $1 ORDER BY d.id`, o.ID); err != nil {
		return err
	}
	o.Memos, err = sqldb.All(ctx, q, scanMemo, `SELECT `+memoColumns+` FROM sales_credit_memo d WHERE d.order_id = $1 ORDER BY d.id`, o.ID)
	return err
}

func (o *Full) loadInvoiceLines(ctx context.Context, q sqldb.Querier) (err error) {
	if len(o.Invoices) == 0 {
		return nil
	}
	o.InvoiceLines, err = sqldb.All(ctx, q, scanInvoiceLine, `SELECT l.invoice_id, l.order_item_id, l.qty, l.qty_refunded,
		l.row_total, l.discount, l.tax, l.compensation, l.row_refunded, l.discount_refunded, l.tax_refunded, l.compensation_refunded
		FROM sales_invoice d JOIN sales_invoice_item l ON l.invoice_id = d.id WHERE d.order_id = $1 ORDER BY l.invoice_id, l.order_item_id`, o.ID)
	return err
}

func loadItems(ctx context.Context, q sqldb.Querier, orderID int64) ([]Item, error) {
	return sqldb.All(ctx, q, scanItem, `SELECT `+itemColumns+` FROM sales_order_item i WHERE i.order_id = $1 ORDER BY i.position, i.id`, orderID)
}

func (o *Full) loadAddresses(ctx context.Context, q sqldb.Querier) error {
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var kind string
		var a Address
		err := r.Scan(&kind, &a.FirstName, &a.LastName, &a.Company, &a.Street, &a.City, &a.Region, &a.Postcode, &a.Country, &a.Phone, &a.VATID)
		if kind == ShippingAddress {
			o.Shipping = &a
		} else {
			o.Billing = a
		}
		return struct{}{}, err
	}, `SELECT kind, first_name, last_name, company, street, city, region, postcode, country, phone, vat_id
		FROM sales_order_address WHERE order_id = $1`, o.ID)
	return err
}

func (o *Full) loadTracks(ctx context.Context, q sqldb.Querier) error {
	if len(o.Shipments) == 0 {
		return nil
	}
	tracks, err := sqldb.All(ctx, q, scanTrack, `SELECT t.id, t.shipment_id, t.carrier, t.title, t.number, t.created_at
		FROM sales_shipment d JOIN sales_track t ON t.shipment_id = d.id WHERE d.order_id = $1 ORDER BY t.id`, o.ID)
	for i := range o.Shipments {
		for _, t := range tracks {
			if t.ShipmentID == o.Shipments[i].ID {
				o.Shipments[i].Tracks = append(o.Shipments[i].Tracks, t)
			}
		}
	}
	return err
}

// The kinds of an order's addresses.
const (
	BillingAddress  = "billing"
	ShippingAddress = "shipping"
)

const itemColumns = `i.id, i.order_id, i.position, i.product_id, i.parent_product_id, i.sku, i.name, i.options, i.kind, i.virtual, i.tax_class, i.weight_grams,
 i.price, i.price_incl_tax, i.original_price, i.tax_ppm, i.qty, i.qty_invoiced, i.qty_shipped, i.qty_canceled, i.qty_refunded, i.qty_dropped, i.reserved,
 i.row_total, i.discount, i.tax, i.compensation, i.row_invoiced, i.discount_invoiced, i.tax_invoiced, i.compensation_invoiced,
 i.row_canceled, i.discount_canceled, i.tax_canceled, i.compensation_canceled, i.row_refunded, i.discount_refunded, i.tax_refunded, i.compensation_refunded`

func (i *Item) dest() []any {
	d := []any{&i.ID, &i.OrderID, &i.Position, sqldb.IntoID(&i.ProductID), sqldb.IntoID(&i.ParentProductID), &i.SKU, &i.Name, jsonInto{&i.Options},
		&i.Kind, &i.Virtual, &i.TaxClass, &i.WeightGrams, &i.Price, &i.PriceInclTax, &i.OriginalPrice, &i.TaxPPM,
		&i.Qty, &i.Invoiced, &i.Shipped, &i.CanceledQty, &i.RefundedQty, &i.Dropped, &i.Reserved}
	for _, p := range []*Parts{&i.Ordered, &i.InvoicedParts, &i.CanceledParts, &i.RefundedParts} {
		d = append(d, p.dest()...)
	}
	return d
}

func (p *Parts) dest() []any { return []any{&p.Row, &p.Discount, &p.Tax, &p.Compensation} }

func scanItem(r sqldb.Scanner) (i Item, err error) {
	err = r.Scan(i.dest()...)
	return i, err
}

func scanInvoiceLine(r sqldb.Scanner) (l InvoiceLine, err error) {
	d := append([]any{&l.InvoiceID, &l.ItemID, &l.Qty, &l.RefundedQty}, l.Parts.dest()...)
	err = r.Scan(append(d, l.RefundedParts.dest()...)...)
	return l, err
}
