package importer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// Orders brings a file of orders in, one JSON object a line. An order that is
// here already is left as it is; one whose figures do not add up is reported and
// not taken.
func (im *Importer) Orders(ctx context.Context, file *Source, o Options) (Result, error) {
	return im.result(o, func(f *faults, res *Result) error {
		rows, err := magento.Orders(file)
		if err != nil {
			return inFile(file, err)
		}
		sc, err := im.scope(ctx, o.Maps)
		if err != nil {
			return err
		}
		oi := &orderImport{im: im, scope: sc, skus: map[string]int64{}}
		res.Orders, err = drive(ctx, im.db, o, f, plan[magento.Order]{
			action: OrdersImported, stage: "orders", source: file,
			next: rows.Next,
			line: func(r magento.Order) int { return r.Line },
			key:  func(r magento.Order) string { return r.Number },
			name: func(r magento.Order) string { return r.Number },
			take: oi.take,
		})
		return err
	})
}

// orderImport is one run over a file of orders.
type orderImport struct {
	im    *Importer
	scope *scope
	skus  map[string]int64 // products by SKUKey, 0 for those that are not here
}

func (oi *orderImport) take(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, rows []magento.Order) ([]verdict, error) {
	here, owners, err := oi.context(ctx, q, rows)
	if err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(rows))
	taken := map[int64][]string{}
	for i, row := range rows {
		in, err := oi.order(row, owners)
		if err == nil {
			err = renamed(in.Check(), nil)
		}
		if err != nil {
			verdicts[i].err = err
			continue
		}
		if before, ok := here[row.Number]; ok {
			verdicts[i] = sameOrder(before, in)
			continue
		}
		verdicts[i].outcome = Created
		taken[in.ViewID] = append(taken[in.ViewID], in.Number)
		if tx == nil {
			continue
		}
		if err := sales.ImportTx(ctx, tx, in); err != nil {
			return nil, err
		}
	}
	return verdicts, passNumbers(ctx, tx, taken, sales.OrderDoc, sales.InvoiceDoc, sales.ShipmentDoc)
}

func passNumbers(ctx context.Context, tx *sqldb.Tx, taken map[int64][]string, kinds ...sales.DocKind) error {
	if tx == nil {
		return nil
	}
	for view, numbers := range taken {
		if err := sales.PassNumbers(ctx, tx, view, numbers, kinds...); err != nil {
			return err
		}
	}
	return nil
}

// sameOrder leaves an order that is here already alone, and says if it is
// another one than the file's.
func sameOrder(before sales.Order, in sales.Imported) verdict {
	switch {
	case before.Source != sales.FromImport:
		return refuse("increment_id", "an order with this number was placed here")
	case before.Grand != in.Grand || before.Currency != in.Currency:
		return refuse("grand_total", "the order that was imported before has another total; it is left as it is")
	}
	return verdict{outcome: Unchanged}
}

// context reads what a batch refers to: its orders that are here, its customers,
// its products.
func (oi *orderImport) context(ctx context.Context, q sqldb.Querier, rows []magento.Order) (map[string]sales.Order, map[account]customer.Customer, error) {
	var numbers, emails, unknown []string
	for _, row := range rows {
		numbers = append(numbers, row.Number)
		if row.Guest != "1" && !slices.Contains(emails, row.Email) {
			emails = append(emails, row.Email)
		}
		for _, item := range row.Items {
			if _, seen := oi.skus[catalog.SKUKey(item.SKU)]; !seen {
				oi.skus[catalog.SKUKey(item.SKU)] = 0
				unknown = append(unknown, item.SKU)
			}
		}
	}
	const most = 1000 // arguments of one query
	for part := range slices.Chunk(unknown, most) {
		ids, err := catalog.IDsOf(ctx, q, part)
		if err != nil {
			return nil, nil, err
		}
		for key, id := range ids {
			oi.skus[key] = id
		}
	}
	here, err := sales.Known(ctx, q, numbers)
	if err != nil {
		return nil, nil, err
	}
	owners, err := accounts(ctx, q, emails)
	return here, owners, err
}

// order is what a row means here. The error names every column that is wrong.
func (oi *orderImport) order(row magento.Order, owners map[account]customer.Customer) (sales.Imported, error) {
	f := &figures{currency: row.Currency}
	view, errView := oi.view(row.StoreID)
	group, errGroup := oi.scope.group("customer_group_id", groupNumber(row))
	in := sales.Imported{Order: sales.Order{
		Number: f.must("increment_id", row.Number), WebsiteID: view.WebsiteID, ViewID: view.ID, GroupID: group,
		Email: f.must("customer_email", row.Email), FirstName: row.FirstName, LastName: row.LastName,
		Currency: row.Currency, BaseCurrency: or(row.BaseCurrency, row.Currency), BaseRatePPM: f.rate("base_to_order_rate", row.BaseRate),
		CreatedAt: f.moment("created_at", row.CreatedAt), UpdatedAt: f.moment("updated_at", or(row.UpdatedAt, row.CreatedAt)),
		Coupon: row.Coupon, DiscountLabel: row.DiscountLabel, IP: row.IP,
		PaymentMethod: row.Payment.Method, PaymentTitle: paymentTitle(row), PONumber: row.Payment.PONumber, ShippingTitle: row.ShippingTitle,
		Paid: f.amount("total_paid", row.Paid), ShippingCompensation: f.amount("shipping_discount_tax_compensation_amount", row.ShippingCompensation),
	}}
	shipping := f.amount("shipping_discount_amount", row.ShippingDiscount)
	in.Amounts = sales.Amounts{Subtotal: f.amount("subtotal", row.Subtotal), Shipping: f.amount("shipping_amount", row.Shipping),
		ShippingTax: f.amount("shipping_tax_amount", row.ShippingTax), ShippingDiscount: shipping,
		Discount: f.positive("discount_amount", row.Discount) - shipping, Tax: f.amount("tax_amount", row.Tax), Grand: f.amount("grand_total", row.GrandTotal)}
	in.Amounts.Compensation = in.ShippingCompensation
	in.Lines = oi.lines(f, row)
	for _, l := range in.Lines {
		in.Amounts.Compensation += l.Ordered.Compensation
	}
	oi.addresses(f, row, &in)
	oi.state(f, row, &in)
	if row.Guest != "1" {
		owner := owners[account{view.WebsiteID, customer.EmailKey(row.Email)}]
		if in.CustomerID = owner.ID; owner.ID == 0 && errView == nil {
			f.fail("customer_email", "there is no customer %q on this website: import the customers first", row.Email)
		} else if row.GroupID == "" {
			in.GroupID = owner.GroupID
		}
	}
	return in, together(errView, errGroup, f.err())
}

// groupNumber is the row's group; a guest's is Magento's number 0.
func groupNumber(row magento.Order) string {
	if row.GroupID == "0" {
		return ""
	}
	return string(row.GroupID)
}

// lines are the order's lines. The parts of a configurable product or a bundle
// stand below it without amounts, which are on the line above.
func (oi *orderImport) lines(f *figures, row magento.Order) (lines []sales.ImportedLine) {
	for n, item := range row.Items {
		at := fmt.Sprintf("items.%d.", n)
		ordered := sales.Parts{Row: f.amount(at+"row_total", item.RowTotal), Discount: f.positive(at+"discount_amount", item.Discount),
			Tax: f.amount(at+"tax_amount", item.Tax), Compensation: f.amount(at+"discount_tax_compensation_amount", item.Compensation)}
		if item.ParentItemID != "" && item.ParentItemID != "0" {
			if ordered.Total() != 0 {
				f.fail(at+"parent_item_id", "a part of another line with an amount of its own cannot be taken")
			}
			continue
		}
		price := f.price(at+"price", item.Price)
		l := sales.ImportedLine{ExternalID: string(item.ItemID), Item: sales.Item{
			ProductID: oi.skus[catalog.SKUKey(item.SKU)], SKU: f.must(at+"sku", item.SKU), Name: f.must(at+"name", item.Name),
			Kind: or(item.Type, "simple"), Virtual: item.Type == "virtual" || item.Type == "downloadable" || item.Type == "giftcard",
			Qty: f.whole(at+"qty_ordered", item.Qty), Invoiced: f.whole(at+"qty_invoiced", item.Invoiced),
			Shipped: f.whole(at+"qty_shipped", item.Shipped), CanceledQty: f.whole(at+"qty_canceled", item.Canceled),
			Price: price, PriceInclTax: price, OriginalPrice: price, TaxPPM: f.ppm(at+"tax_percent", item.TaxPercent), Ordered: ordered,
		}}
		if item.PriceInclTax != "" {
			l.PriceInclTax = f.price(at+"price_incl_tax", item.PriceInclTax)
		}
		if item.Original != "" {
			l.OriginalPrice = f.price(at+"original_price", item.Original)
		}
		lines = append(lines, l)
	}
	return lines
}

func (oi *orderImport) addresses(f *figures, row magento.Order, in *sales.Imported) {
	if row.Billing == nil {
		f.fail("billing_address", "is missing")
		return
	}
	in.Billing = oi.address(f, "billing_address.", *row.Billing)
	delivery, method := row.ShippingAddress()
	in.ShippingMethod = method
	if delivery != nil {
		a := oi.address(f, "shipping_address.", *delivery)
		in.Delivery = &a
	}
}

func (oi *orderImport) address(f *figures, at string, a magento.OrderAddress) sales.Address {
	country := strings.ToUpper(a.CountryID)
	if len(country) != 2 {
		f.fail(at+"country_id", "%q is no two-letter country code", a.CountryID)
	}
	return sales.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: strings.Join(a.Street, "\n"),
		City: a.City, Region: a.Region, Postcode: a.Postcode, Country: country, Phone: a.Telephone, VATID: a.VATID}
}

// state takes the order's state, and its status if this shop has it too.
func (oi *orderImport) state(f *figures, row magento.Order, in *sales.Imported) {
	state := sales.State(row.State)
	if !slices.Contains(sales.States(), state) {
		f.fail("state", "%q is none of new, pending_payment, payment_review, processing, complete, closed, canceled and holded", row.State)
		return
	}
	in.State, in.Status = state, sales.DefaultStatus(state)
	for _, s := range sales.Statuses(state) {
		if s.Code == row.Status {
			in.Status = s.Code
		}
	}
	if state == sales.Holded {
		in.HeldState = sales.StateNew
		if slices.ContainsFunc(in.Lines, func(l sales.ImportedLine) bool { return l.Invoiced+l.Shipped > 0 }) {
			in.HeldState = sales.Processing
		}
		in.HeldStatus = sales.DefaultStatus(in.HeldState)
	}
}

// paymentTitles are Magento's own methods, as it calls them.
var paymentTitles = map[string]string{
	"checkmo": "Check / Money order", "banktransfer": "Bank Transfer Payment", "cashondelivery": "Cash On Delivery",
	"purchaseorder": "Purchase Order", "free": "No Payment Information Required",
}

func paymentTitle(row magento.Order) string {
	if title := paymentTitles[row.Payment.Method]; title != "" {
		return title
	}
	if len(row.Payment.Info) > 0 && row.Payment.Info[0] != "" {
		return row.Payment.Info[0]
	}
	return row.Payment.Method
}
