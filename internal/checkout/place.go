package checkout

import (
	"context"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// The codes of refusals of an order, so that the storefront can say them in its
// language and lead to where they are put right. Beside them there are
// catalog.CodeShort and promotion.CodeUsedUp.
const (
	CodeChanged = "checkout_changed" // the total is not what the buyer saw
	CodeMethods = "checkout_methods" // a method can no longer be had
	CodeProblem = "checkout_problem" // a line can no longer be bought as it stands
	CodeAddress = "checkout_address" // no address was entered
)

// PlaceForm asks for the order. Key is of the review that the buyer saw: the
// cart's public id, of which at most one order is made. Total is the grand total
// that stood there.
type PlaceForm struct {
	Key     string
	Total   int64
	Comment string
}

// Placed is the order that was placed.
type Placed struct {
	Order    sales.Order
	Already  bool   // by an earlier click, or in another tab
	PayToken string // of the link under which the payer can pay now; "" when nobody here may
	LinkSent bool   // the payer was sent a link instead
}

// Place makes the order: prices, stock, coupon and methods are asked again, and
// the order, its number, the reservation, the end of the cart and the letter are
// one change. Whatever is no longer as the buyer saw it refuses it, and then
// nothing was done.
func (s *Service) Place(ctx context.Context, b Buyer, f PlaceForm) (p Placed, err error) {
	if err := s.mayOrder(ctx, b); err != nil {
		return p, err
	}
	if err := s.slow(ctx, b); err != nil {
		return p, err
	}
	var auto bool
	err = s.db.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) error {
		p, auto = Placed{}, false
		done, err := s.placedBefore(ctx, tx, b, f.Key, &p)
		if err != nil || done {
			return err
		}
		c, ok, err := s.Carts.TakeTx(ctx, tx, b.Owner)
		if err != nil {
			return err
		}
		if !ok { // there is none, or a parallel request was faster
			if done, err = s.placedBefore(ctx, tx, b, f.Key, &p); err == nil && !done {
				err = emptyCart()
			}
			return err
		}
		if c.PublicID != f.Key {
			return changed()
		}
		auto, err = s.place(ctx, tx, b, f, c, &p)
		return err
	})
	if err != nil {
		return Placed{}, err
	}
	return s.placed(ctx, b, p, auto)
}

// placedBefore finds the order that a key has placed, if it is this buyer's.
func (s *Service) placedBefore(ctx context.Context, tx *sqldb.Tx, b Buyer, key string, p *Placed) (bool, error) {
	if key == "" {
		return false, changed()
	}
	id, ok, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[int64],
		`SELECT id FROM sales_order WHERE place_key = $1 AND COALESCE(customer_id, 0) = $2`, key, b.CustomerID))
	if ok {
		p.Order.ID, p.Already = id, true
		tx.Skip()
	}
	return ok, err
}

// place makes the order of a cart that this change holds.
func (s *Service) place(ctx context.Context, tx *sqldb.Tx, b Buyer, f PlaceForm, c *cart.Cart, p *Placed) (auto bool, err error) {
	v, err := s.look(ctx, tx, b, c, nil)
	if err != nil {
		return false, err
	}
	if err := v.ready(f); err != nil {
		return false, err
	}
	d := v.draft(ctx, b, f)
	o, already, err := s.Sales.PlaceTx(ctx, tx, d)
	if err != nil {
		return false, err
	}
	p.Order, p.Already = o, already
	if err := s.Promotions.UseTx(ctx, tx, d.RuleIDs, d.Coupon, b.CustomerID); err != nil {
		return false, err
	}
	if v.Payment.NeedsPayer {
		if err := s.askPayer(ctx, tx, o, p); err != nil {
			return false, err
		}
	}
	_, err = tx.Exec(ctx, `DELETE FROM checkout WHERE cart_id = $1`, c.ID)
	return v.Payment.AutoInvoice, err
}

// askPayer makes a way to pay: for the payer's own browser, or, while staff is
// in the account, by mail. Staff never pays for a customer.
func (s *Service) askPayer(ctx context.Context, tx *sqldb.Tx, o sales.Order, p *Placed) error {
	who, _ := actor.From(ctx)
	p.LinkSent = who.Impersonating() || who.Kind == actor.Admin
	token, err := s.Payments.LinkTx(ctx, tx, o, p.LinkSent)
	if err == nil && !p.LinkSent {
		p.PayToken = token
	}
	return err
}

// ready refuses what is not as the buyer saw it.
func (v *View) ready(f PlaceForm) error {
	for _, problem := range v.Quote.Problems {
		switch problem.Code {
		case NoShippingMethod, ShippingMethodGone:
			continue // told below, after the addresses
		case EmptyCart:
			return emptyCart()
		}
		return &fault.Error{Kind: fault.Conflict, Code: CodeProblem, Message: "Something in your cart can no longer be bought as it stands."}
	}
	if !v.HasAddresses() {
		return &fault.Error{Kind: fault.Conflict, Code: CodeAddress, Message: "Please enter the address first."}
	}
	if !v.HasMethods() {
		return &fault.Error{Kind: fault.Conflict, Code: CodeMethods, Message: "Please choose delivery and payment again: what was chosen is not to be had any more."}
	}
	if v.Quote.Totals.Grand != f.Total {
		return changed()
	}
	return nil
}

func changed() error {
	return &fault.Error{Kind: fault.Conflict, Code: CodeChanged, Message: "The total has changed. Nothing was ordered: please look at it again."}
}

// draft is the order as sales takes it.
func (v *View) draft(ctx context.Context, b Buyer, f PlaceForm) sales.Draft {
	who, _ := actor.From(ctx)
	d := sales.Draft{
		PlaceKey: f.Key, Source: sales.FromStorefront, WebsiteID: b.WebsiteID, ViewID: b.ViewID, CustomerID: b.CustomerID, GroupID: b.GroupID,
		Email: v.Email, FirstName: b.FirstName, LastName: b.LastName, Billing: v.bill(),
		PaymentMethod: v.Payment.Code, PaymentTitle: v.Payment.Title, State: v.Payment.State,
		Comment: f.Comment, Notify: true, IP: who.IP,
	}
	if v.Payment.NeedsNumber {
		d.PONumber = v.PONumber
	}
	if b.CustomerID == 0 {
		d.FirstName, d.LastName = d.Billing.FirstName, d.Billing.LastName
	}
	if !v.Quote.Virtual {
		ship := v.Shipping
		d.Shipping = &ship
	}
	v.Quote.Fill(&d)
	return d
}

// placed does what follows an order.
func (s *Service) placed(ctx context.Context, b Buyer, p Placed, auto bool) (Placed, error) {
	if p.Already {
		o, err := s.Sales.Head(ctx, p.Order.ID)
		p.Order = o
		return p, err
	}
	if b.CustomerID == 0 {
		if err := s.Throttle.Failed(ctx, sourceOf(ctx)); err != nil {
			return p, err
		}
	}
	if auto {
		s.invoiceAll(ctx, p.Order.ID)
	}
	return p, nil
}

// invoiceAll is Automatically Invoice All Items. The order stands whether it
// succeeds or not: staff can still make the invoice.
func (s *Service) invoiceAll(ctx context.Context, orderID int64) {
	o, err := s.Sales.Find(ctx, orderID)
	if err != nil {
		return
	}
	form := sales.InvoiceForm{Qty: map[int64]int64{}}
	for _, i := range o.Items {
		form.Qty[i.ID] = i.ToInvoice()
	}
	_, _ = s.Sales.Invoice(ctx, orderID, form)
}

// sourceOf is where a guest's order comes from: guests are slowed down, so that
// nobody can empty the stock with orders that will never be paid.
func sourceOf(ctx context.Context) session.Key {
	who, _ := actor.From(ctx)
	return session.Source("checkout", who.IP)
}

func (s *Service) slow(ctx context.Context, b Buyer) error {
	if b.CustomerID != 0 {
		return nil
	}
	return s.Throttle.Check(ctx, sourceOf(ctx))
}
