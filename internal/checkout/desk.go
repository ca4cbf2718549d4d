package checkout

import (
	"context"
	"slices"
	"time"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// DeskOrder is an order as staff draws it up in the Admin. Nothing of it is kept
// until it is placed, and the customer's own cart stays as it is.
type DeskOrder struct {
	Owner                      cart.Owner // CustomerID 0: for a guest
	Email, FirstName, LastName string

	Items             []cart.Item
	Coupon            string
	Billing, Shipping sales.Address
	BillingSame       bool
	ShippingMethod    string
	PaymentMethod     string
	PONumber          string
	Comment           string
	Notify            bool
	ParentID          int64 // the order it replaces
}

// DeskView is what it would come to, and what can be chosen.
type DeskView struct {
	Cart     *cart.Cart
	Quote    Quote
	Payments []payment.Option
	Payment  *payment.Option // chosen, and can be had
}

// Desk places orders that staff draws up.
type Desk struct {
	db *sqldb.DB
	DeskDeps
}

// DeskDeps are what the desk works with.
type DeskDeps struct {
	Pricer     *Pricer
	Carts      *cart.Service
	Catalog    *catalog.Service
	Promotions *promotion.Service
	Payments   *payment.Service
	Sales      *sales.Service
}

// NewDesk makes the desk.
func NewDesk(db *sqldb.DB, d DeskDeps) *Desk { return &Desk{db, d} }

// bill is where the bill goes.
func (o *DeskOrder) bill() sales.Address {
	if o.BillingSame {
		return o.Shipping
	}
	return o.Billing
}

// Choosables are the configurable products among some ids and SKUs, with what
// can be chosen for the owner.
func (d *Desk) Choosables(ctx context.Context, o cart.Owner, ids []int64, skus []string) ([]catalog.Choosable, error) {
	return d.Catalog.Choosables(ctx, catalog.Scope{WebsiteID: o.WebsiteID, ViewID: o.ViewID, GroupID: o.GroupID, Currency: o.Currency, Now: d.db.Now()}, ids, skus)
}

// Find looks up products for the owner as an order would have them; what is not
// known, or configurable, is left out.
func (d *Desk) Find(ctx context.Context, o cart.Owner, items []cart.Item) ([]cart.Line, error) {
	c, err := d.Carts.Trial(ctx, d.db.Reader(), o, d.db.Now(), items)
	if err != nil {
		return nil, err
	}
	return c.Lines, nil
}

// Look prices the order as it stands. As long as no way of delivery is chosen the
// first one stands in, and the only way to pay counts as chosen.
func (d *Desk) Look(ctx context.Context, o DeskOrder) (DeskView, error) {
	v, err := d.look(ctx, d.db.Reader(), d.db.Now(), o)
	if err != nil {
		return v, err
	}
	again := false
	for _, r := range v.Quote.ShippingOptions {
		if o.ShippingMethod == "" && r.Problem == "" {
			o.ShippingMethod, again = r.Code, true
		}
	}
	if o.PaymentMethod == "" && len(v.Payments) == 1 {
		o.PaymentMethod, again = v.Payments[0].Code, true
	}
	if !again {
		return v, nil
	}
	return d.look(ctx, d.db.Reader(), d.db.Now(), o)
}

func (d *Desk) look(ctx context.Context, q sqldb.Querier, now time.Time, o DeskOrder) (v DeskView, err error) {
	if v.Cart, err = d.Carts.Trial(ctx, q, o.Owner, now, o.Items); err != nil {
		return v, err
	}
	r := QuoteRequest{
		Cart: v.Cart, WebsiteID: o.Owner.WebsiteID, ViewID: o.Owner.ViewID, GroupID: o.Owner.GroupID, CustomerID: o.Owner.CustomerID,
		ShippingMethod: o.ShippingMethod, PaymentMethod: o.PaymentMethod, Coupon: o.Coupon,
	}
	if o.Shipping.Country != "" {
		r.Shipping = &o.Shipping
	}
	bill := o.bill()
	if bill.Country != "" {
		r.Billing = &bill
	}
	if v.Quote, err = d.Pricer.Quote(ctx, q, r); err != nil || len(v.Quote.Lines) == 0 {
		return v, err
	}
	v.Payments, err = d.Payments.Options(ctx, payment.Request{
		WebsiteID: o.Owner.WebsiteID, ViewID: o.Owner.ViewID, Currency: v.Quote.Currency, Total: v.Quote.Totals.Grand, Country: bill.Country,
	})
	if i := slices.IndexFunc(v.Payments, func(p payment.Option) bool { return p.Code == o.PaymentMethod }); i >= 0 {
		v.Payment = &v.Payments[i]
	}
	return v, err
}

// Place makes the order at the total that stood there, once for a key. Errors are
// by field: "items", "email", "shipping_city", "billing_city" …,
// "shipping_method", "payment_method", "po_number".
func (d *Desk) Place(ctx context.Context, o DeskOrder, key string, total int64) (placed sales.Order, err error) {
	err = d.db.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) error {
		v, err := d.look(ctx, tx, tx.Now(), o)
		if err != nil {
			return err
		}
		if err := v.check(&o); err != nil {
			return err
		}
		if v.Quote.Totals.Grand != total {
			return fault.New(fault.Conflict, "The total has changed meanwhile. Nothing was ordered: please look at it again.")
		}
		placed, err = d.place(ctx, tx, o, v, key)
		return err
	})
	return placed, err
}

func (d *Desk) place(ctx context.Context, tx *sqldb.Tx, o DeskOrder, v DeskView, key string) (sales.Order, error) {
	draft := v.draft(o, key)
	placed, already, err := d.Sales.PlaceTx(ctx, tx, draft)
	if err != nil {
		return placed, err
	}
	if already {
		tx.Skip()
		return placed, nil
	}
	if err := d.Promotions.UseTx(ctx, tx, draft.RuleIDs, draft.Coupon, o.Owner.CustomerID); err != nil {
		return placed, err
	}
	if v.Payment.NeedsPayer { // staff never pays for a customer
		_, err = d.Payments.LinkTx(ctx, tx, placed, true)
	}
	return placed, err
}

// check refuses what is missing or cannot be had. How much there is of a product
// is asked when its pieces are reserved, after a replaced order has let go of its.
func (v *DeskView) check(o *DeskOrder) error {
	bad := fault.Fields{}
	if len(v.Quote.Lines) == 0 {
		bad.Add("items", "Add a product first.")
	}
	for _, p := range v.Quote.Problems {
		if p.Code == LineGone {
			bad.Add("items", "%s is not sold here.", p.SKU)
		}
	}
	if o.Owner.CustomerID == 0 {
		if o.Email = customer.Clean(o.Email); !customer.ValidEmail(o.Email) {
			bad.Add("email", "Please enter an e-mail address, such as name@example.com.")
		}
	}
	o.BillingSame = o.BillingSame && !v.Quote.Virtual
	if !v.Quote.Virtual {
		o.Shipping = checkDeskAddress(o.Shipping, "shipping_", bad)
		if v.Quote.ShippingMethod == "" {
			bad.Add("shipping_method", "Please choose how it is to be delivered.")
		}
	}
	if !o.BillingSame {
		o.Billing = checkDeskAddress(o.Billing, "billing_", bad)
	}
	switch {
	case v.Payment == nil:
		bad.Add("payment_method", "Please choose how it is to be paid.")
	case v.Payment.NeedsNumber && customer.Clean(o.PONumber) == "":
		bad.Add("po_number", "Please enter the purchase order number.")
	}
	return bad.Err()
}

func checkDeskAddress(a sales.Address, prefix string, bad fault.Fields) sales.Address {
	clean, wrong := customer.CheckAddress(customer.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: a.Street,
		City: a.City, Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, VATID: a.VATID})
	for name, text := range wrong {
		bad.Add(prefix+name, "%s", text)
	}
	return sales.AddressOf(clean)
}

// draft is the order as sales takes it.
func (v *DeskView) draft(o DeskOrder, key string) sales.Draft {
	d := sales.Draft{
		PlaceKey: key, Source: sales.FromAdmin, WebsiteID: o.Owner.WebsiteID, ViewID: o.Owner.ViewID,
		CustomerID: o.Owner.CustomerID, GroupID: o.Owner.GroupID, Email: o.Email, FirstName: o.FirstName, LastName: o.LastName,
		Billing: o.bill(), PaymentMethod: v.Payment.Code, PaymentTitle: v.Payment.Title, State: v.Payment.State,
		ParentID: o.ParentID, Comment: o.Comment, Notify: o.Notify,
	}
	if v.Payment.NeedsNumber {
		d.PONumber = customer.Clean(o.PONumber)
	}
	if o.Owner.CustomerID == 0 {
		d.FirstName, d.LastName = d.Billing.FirstName, d.Billing.LastName
	}
	if !v.Quote.Virtual {
		ship := o.Shipping
		d.Shipping = &ship
	}
	v.Quote.Fill(&d)
	return d
}
