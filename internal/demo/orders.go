package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/totals"
)

// fate is what becomes of an order.
type fate string

const (
	waiting      fate = "waiting" // new, nothing done yet
	unpaid       fate = "unpaid"
	reviewed     fate = "under review"
	invoiced     fate = "invoiced"
	shipped      fate = "shipped, not invoiced"
	partInvoiced fate = "invoiced in part"
	partShipped  fate = "invoiced, shipped in part"
	done         fate = "complete"
	partRefunded fate = "refunded in part"
	refunded     fate = "refunded"
	canceled     fate = "canceled"
	held         fate = "on hold"
)

// anOrder is an order to be made; several products, the first one twice.
type anOrder struct {
	email, view string
	daysAgo     int
	fate        fate
	skus        []int
	method      string
	comment     string // of the customer
	staff       string // who placed it, in the customer's account
}

// namedOrders are those of the people whom the documentation names. Vera has
// every document and an order in the making.
var namedOrders = []anOrder{
	{email: "vera@example.com", view: "english", daysAgo: 201, fate: done, skus: []int{0, 5}, method: payment.CheckMoney},
	{email: "vera@example.com", view: "english", daysAgo: 96, fate: partRefunded, skus: []int{9, 14, 21}, method: payment.BankTransfer, comment: "Please leave it with the neighbours at number 20."},
	{email: "vera@example.com", view: "english", daysAgo: 17, fate: partShipped, skus: []int{3, 8}, method: payment.CheckMoney, staff: "maria"},
	{email: "vera@example.com", view: "english", daysAgo: 1, fate: waiting, skus: []int{6}, method: payment.CheckMoney},
	{email: "noah@example.com", view: "english", daysAgo: 74, fate: done, skus: []int{2}, method: payment.CashOnDelivery},
	{email: "noah@example.com", view: "english", daysAgo: 5, fate: invoiced, skus: []int{12, 17}, method: payment.CheckMoney},
	{email: "elena@example.com", view: "french", daysAgo: 61, fate: refunded, skus: []int{4, 7}, method: payment.BankTransfer},
	{email: "elena@example.com", view: "french", daysAgo: 3, fate: held, skus: []int{10}, method: payment.CheckMoney, comment: "Can it come on a Saturday?"},
}

// orders makes a good year of orders in every state, the oldest first, with the
// documents that led there, some by staff in a customer's account and some by
// guests.
func (p Parts) orders(ctx context.Context, s *Shop, size Size, now time.Time) error {
	if size == Small {
		return nil
	}
	goods, err := p.orderable(ctx, s)
	if err != nil {
		return err
	}
	all := append(slices.Clone(namedOrders), crowdsOrders(goods)...)
	slices.SortStableFunc(all, func(a, b anOrder) int { return b.daysAgo - a.daysAgo })
	for i, o := range all {
		if err := p.order(ctx, s, goods, o, i, o.at(i, now), now); err != nil {
			return fmt.Errorf("order %d (%s, %s): %w", i, o.email, o.fate, err)
		}
	}
	return nil
}

// at is a time of that day at which people shop, later for later orders of it.
func (o anOrder) at(n int, now time.Time) time.Time {
	t := now.AddDate(0, 0, -o.daysAgo).Truncate(24 * time.Hour).Add(time.Duration(8*60+53*n%(14*60)) * time.Minute)
	if latest := now.Add(-time.Duration(15+n%11) * time.Minute); t.After(latest) {
		t = latest
	}
	return t
}

// orderable are the products that an order can simply name, in a fixed order.
func (p Parts) orderable(ctx context.Context, s *Shop) ([]*catalog.Product, error) {
	var goods []*catalog.Product
	found, err := catalog.WithSKUs(ctx, p.DB.Reader(), s.SKUs)
	if err != nil {
		return nil, err
	}
	for _, sku := range s.SKUs {
		g := found[catalog.SKUKey(sku)]
		if g != nil && g.Kind == catalog.Simple && g.Stock.Salable() > 12 && len(g.Prices) == 2 {
			goods = append(goods, g)
		}
	}
	if len(goods) == 0 {
		return nil, errors.New("no product to order")
	}
	return goods, nil
}

// order makes one order and lets it take its course.
func (p Parts) order(ctx context.Context, s *Shop, goods []*catalog.Product, o anOrder, n int, at, now time.Time) error {
	p.Clock.Set(at)
	view := map[string]store.View{"german": s.German, "arabic": s.Arabic, "french": s.French}[o.view]
	if view.ID == 0 {
		view = s.English
	}
	d, c, err := p.draft(ctx, s, goods, o, n, view)
	if err != nil {
		return err
	}
	var placed sales.Order
	place := func(ctx context.Context) error {
		return p.DB.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) (err error) {
			placed, _, err = p.Sales.PlaceTx(ctx, tx, d)
			return err
		})
	}
	const route = "POST /checkout/place"
	switch {
	case o.staff != "" && c.ID != 0:
		err = p.assisted(ctx, s, o.staff, c, at, func(ctx context.Context) error { return place(ctx) })
		if fault.Is(err, fault.Denied) {
			err = place(asCustomer(ctx, c, view, route)) // who has not agreed orders alone
		}
	case c.ID != 0:
		err = place(asCustomer(ctx, c, view, route))
	default:
		err = place(actor.With(ctx, actor.Who{Kind: actor.Guest, Name: "guest", IP: "203.0.113.9", WebsiteID: view.WebsiteID, StoreViewID: view.ID, Route: route}))
	}
	if fault.Is(err, fault.Conflict) {
		return nil // somebody else bought the last one
	}
	if err != nil {
		return err
	}
	return p.fulfil(ctx, s, placed, o.fate, at, now)
}

// draft prices an order as checkout would, without a cart.
func (p Parts) draft(ctx context.Context, s *Shop, goods []*catalog.Product, o anOrder, n int, view store.View) (d sales.Draft, c customer.Customer, err error) {
	website := s.Main
	if view.WebsiteID == s.Outlet.ID {
		website = s.Outlet
	}
	a := customer.Address{FirstName: "Robin", LastName: "Gast", Street: strconv.Itoa(3+n) + " Quay Street", City: "Boston", Region: "Massachusetts", Postcode: "02108", Country: "US", Phone: "+1 617 555 01" + strconv.Itoa(10+n%90)}
	d = sales.Draft{Source: sales.FromStorefront, WebsiteID: website.ID, ViewID: view.ID, GroupID: customer.NotLoggedIn,
		Email: "robin" + strconv.Itoa(n) + "@example.com", FirstName: a.FirstName, LastName: a.LastName, Currency: website.Currency,
		ShippingMethod: shipping.FlatRate, ShippingTitle: "Flat Rate - Fixed", PaymentMethod: o.method, PaymentTitle: payment.DefaultTitle(o.method),
		State: sales.StateNew, Comment: o.comment, IP: "203.0.113.9"}
	if o.email != "" {
		if c, err = p.Customers.Get(ctx, s.Customers[o.email]); err != nil {
			return d, c, err
		}
		book, err := p.Customers.Addresses(ctx, c.ID)
		if err != nil || len(book) == 0 {
			return d, c, errors.Join(err, errors.New("no address"))
		}
		a = book[0]
		d.CustomerID, d.GroupID, d.Email, d.FirstName, d.LastName = c.ID, c.GroupID, c.Email, c.FirstName, c.LastName
	}
	if o.fate == unpaid || o.fate == reviewed {
		d.State, d.PaymentMethod, d.PaymentTitle = sales.PendingPayment, payment.FakeCode, payment.FakeTitle
	}
	if d.PaymentMethod == payment.PurchaseOrder {
		d.PONumber = fmt.Sprintf("PO-%04d", 2100+7*n)
	}
	d.Billing = sales.AddressOf(a)
	d.Shipping = &d.Billing
	return d, c, p.price(ctx, s, &d, goods, o, view)
}

// price puts the lines and the totals into a draft.
func (p Parts) price(ctx context.Context, s *Shop, d *sales.Draft, goods []*catalog.Product, o anOrder, view store.View) error {
	in := totals.Input{Currency: d.Currency}
	var classes []string
	taken := map[int]bool{}
	for k, n := range o.skus {
		if n %= len(goods); taken[n] {
			continue
		}
		taken[n] = true
		g := goods[n]
		price := int64(0)
		for _, pr := range g.Prices {
			if pr.WebsiteID == view.WebsiteID {
				price = pr.Regular
			}
		}
		qty := int64(1 + (k+1)%2)
		line := sales.DraftLine{ProductID: g.ID, SKU: g.SKU, Name: nameIn(g, view.ID), Kind: string(g.Kind), ManageStock: g.Stock.Manage,
			TaxClass: g.TaxClass, WeightGrams: g.WeightGrams, OriginalPrice: price, Qty: qty}
		if at := s.chosenAt[g.SKU]; at != nil {
			line.ParentProductID, line.Name = at.ID, nameIn(at, view.ID)
			for _, axis := range at.Axes {
				line.Options = append(line.Options, sales.Option{Label: axis, Value: g.Attributes[axis]})
			}
		}
		d.Lines = append(d.Lines, line)
		in.Lines = append(in.Lines, totals.Line{Qty: qty, Price: price})
		classes = append(classes, g.TaxClass)
		in.Shipping += 500 * qty
	}
	at := tax.Place{Country: d.Billing.Country, Region: d.Billing.Region, Postcode: d.Billing.Postcode}
	if err := p.Tax.Apply(ctx, tax.Customer{WebsiteID: d.WebsiteID, ViewID: d.ViewID, GroupID: d.GroupID, Shipping: at, Billing: at}, classes, &in); err != nil {
		return err
	}
	var err error
	d.Totals, err = totals.Compute(in)
	d.PricesIncludeTax = in.Settings.PricesIncludeTax
	return err
}

// course is an order on its way.
type course struct {
	p         Parts
	s         *Shop
	order     sales.Order
	at, now   time.Time
	all, some map[int64]int64 // quantities of every line, and of a piece of the first
}

// fulfil takes an order to its fate, each step some time after the one before.
func (p Parts) fulfil(ctx context.Context, s *Shop, o sales.Order, fate fate, at, now time.Time) error {
	f, err := p.Sales.Find(ctx, o.ID)
	if err != nil {
		return err
	}
	c := course{p, s, o, at, now, map[int64]int64{}, map[int64]int64{}}
	for i, l := range f.Items {
		c.all[l.ID] = l.Qty
		if i == 0 {
			c.some[l.ID] = 1
		}
	}
	for _, step := range c.steps()[fate] {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

type step func(context.Context) error

// steps are how each fate comes about.
func (c course) steps() map[fate][]step {
	none := int64(0)
	return map[fate][]step{
		unpaid:       {c.sendLink},
		reviewed:     {c.flag},
		invoiced:     {c.invoice(c.all)},
		shipped:      {c.ship(c.all)},
		partInvoiced: {c.invoice(c.some)},
		partShipped:  {c.invoice(c.all), c.ship(c.some), c.say(46, "The rest follows on Monday.", true)},
		done:         {c.invoice(c.all), c.ship(c.all)},
		partRefunded: {c.invoice(c.all), c.ship(c.all), c.refund(c.some, &none)},
		refunded:     {c.invoice(c.all), c.ship(c.all), c.refund(c.all, nil)},
		canceled:     {c.say(3, "Asked by telephone to cancel.", false), c.cancel},
		held:         {c.hold, c.say(3, "Waiting for the customer's answer about the delivery.", false)},
	}
}

// later moves the clock to some hours after the order, but not beyond now, and
// lets staff act.
func (c course) later(ctx context.Context, hours int) context.Context {
	t := c.at.Add(time.Duration(hours) * time.Hour)
	if latest := c.now.Add(-time.Minute); t.After(latest) {
		t = latest
	}
	c.p.Clock.Set(t)
	return actor.With(ctx, actor.Who{Kind: actor.Admin, ID: c.s.Admins["jonas"], Name: "jonas", IP: staffIP, Route: "POST /sales/orders/{id}"})
}

func (c course) invoice(qty map[int64]int64) step {
	return func(ctx context.Context) error {
		_, err := c.p.Sales.Invoice(c.later(ctx, 20), c.order.ID, sales.InvoiceForm{Qty: qty})
		return err
	}
}

func (c course) ship(qty map[int64]int64) step {
	return func(ctx context.Context) error {
		_, err := c.p.Sales.Ship(c.later(ctx, 45), c.order.ID, sales.ShipForm{Qty: qty, Tracks: []sales.Track{
			{Carrier: "ups", Title: "United Parcel Service", Number: fmt.Sprintf("1Z999AA1%010d", c.order.ID*7919)},
		}})
		return err
	}
}

func (c course) refund(qty map[int64]int64, delivery *int64) step {
	return func(ctx context.Context) error {
		restock := map[int64]bool{}
		for id := range qty {
			restock[id] = true
		}
		_, err := c.p.Sales.Refund(c.later(ctx, 24*13), c.order.ID, sales.MemoForm{Qty: qty, Restock: restock, Shipping: delivery, Comment: "Came back unused."})
		return err
	}
}

func (c course) say(hours int, text string, visible bool) step {
	return func(ctx context.Context) error {
		_, err := c.p.Sales.AddComment(c.later(ctx, hours), c.order.ID, sales.CommentForm{Kind: sales.OrderDoc, DocumentID: c.order.ID, Text: text, Visible: visible})
		return err
	}
}

// sendLink lets an order wait for its payment beyond the hour that a payer who
// was sent to a provider has.
func (c course) sendLink(ctx context.Context) error {
	return c.p.Payments.SendLink(c.later(ctx, 0), c.order.ID)
}

func (c course) flag(ctx context.Context) error {
	return c.p.Sales.PaymentFlagged(c.later(ctx, 1), c.order.ID, sales.Payment{
		Provider: payment.FakeCode, Reference: fmt.Sprintf("demo-%d", c.order.ID), Amount: c.order.Grand,
	}, "The address and the card are of different countries.")
}

func (c course) cancel(ctx context.Context) error {
	return c.p.Sales.Cancel(c.later(ctx, 4), c.order.ID)
}

func (c course) hold(ctx context.Context) error { return c.p.Sales.Hold(c.later(ctx, 2), c.order.ID) }

// assisted does something as staff in a customer's account, from the sign-in to
// the Admin to Close Session.
func (p Parts) assisted(ctx context.Context, s *Shop, username string, c customer.Customer, at time.Time, do func(context.Context) error) error {
	p.Clock.Set(at.Add(-10 * time.Minute))
	who, err := p.signIn(ctx, s, username)
	if err != nil {
		return err
	}
	who.Route = "POST /customers/{id}/assist"
	inAdmin := actor.With(ctx, who)
	begun, err := p.Assist.Begin(inAdmin, assist.BeginForm{CustomerID: c.ID, ReasonCode: "order", Reason: "Asked us by telephone to order for them",
		BackPath: "/customers", Back: assist.Place{Kind: assist.AtPage, Name: "All Customers"}})
	if err != nil {
		return errors.Join(err, p.signOut(ctx, who))
	}
	in, view, err := p.enter(ctx, s, inAdmin, begun, at.Add(-10*time.Minute))
	if err != nil {
		return err
	}
	p.Clock.Set(at)
	if err := do(inside(ctx, in.Stay, view, "POST /checkout/place")); err != nil {
		return err
	}
	p.Clock.Set(at.Add(time.Minute))
	if _, err := p.Assist.End(inside(ctx, in.Stay, view, "POST /assist/close"), in.Stay.PublicID); err != nil {
		return err
	}
	return p.signOut(ctx, who)
}

func nameIn(g *catalog.Product, viewID int64) string {
	if name := g.Texts[viewID].Name; name != "" {
		return name
	}
	return g.Texts[0].Name
}
