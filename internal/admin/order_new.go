package admin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// newOrder asks for whom, then shows the form.
func (a *App) newOrder(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	d := orderDraft{Action: "/sales/orders/new", Title: "Create New Order", Back: "/sales/orders"}
	if q.Get("customer") == "" && q.Get("view") == "" {
		return a.chooseBuyer(w, r)
	}
	if err := a.buyer(r.Context(), &d, parseID(q.Get("customer")), parseID(q.Get("view"))); err != nil {
		return err
	}
	if err := a.homeAddress(r.Context(), &d); err != nil {
		return err
	}
	return a.draftPage(w, r, http.StatusOK, d)
}

// chooseBuyer finds the customer, or takes a guest in a store view.
func (a *App) chooseBuyer(w http.ResponseWriter, r *http.Request) error {
	v := mustView(r.Context())
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	b := buyerChoice{Query: r.URL.Query().Get("q"), Views: names.filters(gridState{}, v.Grant).Views}
	if v.Grant.Allows(acl.CustomersAll) {
		b.Search = true
		if b.Found, err = a.Customers.Quick(r.Context(), b.Query, scope(v.Grant)); err != nil {
			return err
		}
	}
	page := adminPage{Title: "Create New Order", Nav: "/sales/orders", Header: ui.Header{Back: "/sales/orders", Lead: "For whom is it?"}}
	return a.page(w, r, http.StatusOK, page, orderBuyer(b))
}

// buyer fills in for whom the order is and where it is sold, within the role's
// websites.
func (a *App) buyer(ctx context.Context, d *orderDraft, customerID, viewID int64) error {
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return err
	}
	if customerID != 0 {
		c, err := a.Customers.Get(ctx, customerID)
		if err != nil {
			return err
		}
		if d.Owner, err = a.ownerOf(ctx, c); err != nil {
			return err
		}
		d.Customer, d.Email, d.FirstName, d.LastName = &c, c.Email, c.FirstName, c.LastName
	} else {
		d.Owner = cart.Owner{ViewID: viewID, GroupID: customer.NotLoggedIn}
	}
	if view, ok := tree.View(viewID); ok && (customerID == 0 || view.WebsiteID == d.Owner.WebsiteID) {
		site, _ := tree.Website(view.WebsiteID)
		d.Owner.ViewID, d.Owner.WebsiteID, d.Owner.Currency = view.ID, view.WebsiteID, site.Currency
	}
	if d.Owner.WebsiteID == 0 || !mustView(ctx).Grant.AllowsWebsite(d.Owner.WebsiteID) {
		return fault.New(fault.NotFound, "There is nobody here to order for.")
	}
	d.Place = customerNames{tree: tree}.view(d.Owner.ViewID)
	return nil
}

// homeAddress proposes the customer's own address.
func (a *App) homeAddress(ctx context.Context, d *orderDraft) error {
	d.BillingSame, d.Notify = true, true
	if d.Customer == nil {
		return nil
	}
	book, err := a.Customers.Addresses(ctx, d.Customer.ID)
	if len(book) > 0 {
		d.Shipping = sales.AddressOf(book[0])
	}
	for _, address := range book {
		if address.DefaultShipping {
			d.Shipping = sales.AddressOf(address)
		}
	}
	return err
}

// likeOrder is Edit or Reorder: the form with what another order has.
func (a *App) likeOrder(deed sales.Deed) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, o, err := a.draftLike(r, deed)
		if err != nil {
			return err
		}
		for _, i := range o.Items {
			if i.Qty > 0 && !d.add(cart.Item{SKU: i.SKU, Qty: i.Qty, ParentID: i.ParentProductID}) {
				return fault.New(fault.Conflict, "Order %s is too large for this form. %s", o.Number, noRoom(i.SKU))
			}
		}
		d.Billing, d.ShippingMethod, d.PaymentMethod, d.PONumber, d.Coupon, d.Notify = o.Billing, o.ShippingMethod, o.PaymentMethod, o.PONumber, o.Coupon, true
		if o.Shipping != nil {
			d.Shipping = *o.Shipping
			d.BillingSame = d.Billing == d.Shipping
		}
		return a.draftPage(w, r, http.StatusOK, d)
	}
}

// draftLike is for whom another order was, and what becomes of that one.
func (a *App) draftLike(r *http.Request, deed sales.Deed) (orderDraft, sales.Full, error) {
	d := orderDraft{}
	o, err := a.orderOf(r)
	if err != nil {
		return d, o, err
	}
	if !a.Sales.Allowed(o)[deed] {
		return d, o, fault.New(fault.Conflict, "Order %s does not allow this now.", o.Number)
	}
	d.Back = orderPath(o.ID, "")
	d.Action, d.Title = orderPath(o.ID, "/reorder"), "Reorder # "+o.Number
	if deed == sales.DeedEdit {
		d.Action, d.Title, d.ParentID = orderPath(o.ID, "/edit"), "Edit Order # "+o.Number, o.ID
	}
	if err := a.buyer(r.Context(), &d, o.CustomerID, o.ViewID); err != nil {
		return d, o, err
	}
	if o.Guest() {
		d.Email = o.Email
	}
	return d, o, nil
}

// drawOrder takes the form: it is shown again with what it would come to, or the
// order is placed.
func (a *App) drawOrder(deed sales.Deed) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.ParseForm(r)
		if err != nil {
			return err
		}
		d := orderDraft{Action: "/sales/orders/new", Title: "Create New Order", Back: "/sales/orders"}
		if deed != "" {
			d, _, err = a.draftLike(r, deed)
		} else {
			err = a.buyer(r.Context(), &d, f.ID("customer"), f.ID("view"))
		}
		if err != nil {
			return err
		}
		d.read(f)
		if err := a.addToDraft(r.Context(), &d, f); err != nil {
			return err
		}
		if f.Text("do") != "place" || d.wrong() {
			return a.draftPage(w, r, d.status(), d)
		}
		return a.placeDraft(w, r, d, f.Int("total"))
	}
}

func (a *App) placeDraft(w http.ResponseWriter, r *http.Request, d orderDraft, total int64) error {
	ctx := r.Context()
	who, _ := actor.From(ctx)
	who.WebsiteID, who.StoreViewID = d.Owner.WebsiteID, d.Owner.ViewID
	if d.Customer != nil {
		who.Subject = actor.Subject{ID: d.Customer.ID, Name: d.Customer.Name()}
	}
	o, err := a.Desk.Place(actor.With(ctx, who), d.DeskOrder, d.Key, total)
	switch {
	case err == nil:
		web.Flash(w, web.Good, "You created the order.")
		return web.Redirect(w, r, orderPath(o.ID, ""))
	case fault.FieldsOf(err) != nil:
		d.Errors = fault.FieldsOf(err)
		return a.draftPage(w, r, http.StatusUnprocessableEntity, d)
	case fault.Is(err, fault.Conflict):
		why, _ := fault.As(err)
		d.Errors = map[string]string{"items": why.Message}
		return a.draftPage(w, r, http.StatusConflict, d)
	}
	return err
}

// draftPage shows the form with what the order would come to.
func (a *App) draftPage(w http.ResponseWriter, r *http.Request, status int, d orderDraft) error {
	var err error
	if d.View, err = a.Desk.Look(r.Context(), d.DeskOrder); err != nil {
		return err
	}
	if d.Errors == nil {
		d.Errors = map[string]string{}
	}
	if d.ShippingMethod == "" {
		d.ShippingMethod = d.View.Quote.ShippingMethod
	}
	if d.PaymentMethod == "" && d.View.Payment != nil {
		d.PaymentMethod = d.View.Payment.Code
	}
	d.known()
	if d.Find != "" {
		found, err := a.Catalog.Products(r.Context(), catalog.ProductQuery{Text: d.Find, Enabled: "1", WebsiteID: d.Owner.WebsiteID, PricesOf: d.Owner.WebsiteID, Size: 10})
		if err != nil {
			return err
		}
		d.Found = found.Rows
	}
	if d.Key == "" {
		d.Key = id.New()
	}
	d.Token = web.CSRF(r.Context())
	header := ui.Header{Back: d.Back, Lead: d.Place}
	offer := assistOffer{}
	if d.Customer != nil {
		if offer, err = a.assistOffer(leadingBack(r, d.Back), *d.Customer); err != nil {
			return err
		}
		if offer.Shown {
			if err := a.leadToStorefronts(w, r); err != nil {
				return err
			}
			header.Actions = ui.Button(assistButton(offer.Href))
		}
	}
	return a.page(w, r, status, adminPage{Title: d.Title, Nav: "/sales/orders", Header: header}, orderDraftPage(d, offer))
}

// leadingBack is the request as if the dialog was opened on that page.
func leadingBack(r *http.Request, back string) *http.Request {
	u := *r.URL
	u.RawQuery = url.Values{"back": {back}}.Encode()
	other := r.Clone(r.Context())
	other.URL = &u
	return other
}
