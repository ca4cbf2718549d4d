package admin

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// customerPath is the address of a customer's page, or of a part of it.
func customerPath(id int64, part string) string {
	return "/customers/" + strconv.FormatInt(id, 10) + part
}

// customerOf reads the customer that the address names, if the role reaches the
// website: otherwise there is nothing at this address. A customer never changes
// website, so what holds when reading holds when writing.
func (a *App) customerOf(r *http.Request) (customer.Customer, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return customer.Customer{}, err
	}
	c, err := a.Customers.Get(r.Context(), id)
	if err != nil {
		return c, err
	}
	if v, _ := viewer(r.Context()); !v.Grant.AllowsWebsite(c.WebsiteID) {
		return customer.Customer{}, fault.New(fault.NotFound, "This customer does not exist.")
	}
	return c, nil
}

// The parts of a customer's page.
const (
	partView       = ""
	partAccount    = "/account"
	partAddresses  = "/addresses"
	partOrders     = "/orders"
	partCart       = "/cart"
	partAssistance = "/assistance"
)

// customerPage answers with a part of a customer's page: its bar of buttons, the
// panel of parts, and the dialog behind Login as Customer. save is the button
// that ends the bar, if the part has a form.
func (a *App) customerPage(w http.ResponseWriter, r *http.Request, status int, c customer.Customer, part string, save *ui.Btn, body templ.Component) error {
	v, _ := viewer(r.Context())
	offer, err := a.assistOffer(r, c)
	if err != nil {
		return err
	}
	if offer.Shown {
		if err := a.leadToStorefronts(w, r); err != nil {
			return err
		}
	}
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	parts, err := a.customerParts(r, c, part)
	if err != nil {
		return err
	}
	page := adminPage{Title: c.Name(), Nav: "/customers", Header: ui.Header{
		Title: c.Name(), Back: "/customers",
		Crumbs:  []ui.Crumb{{Text: "Customers", Href: "/customers"}, {Text: c.Name()}},
		Badge:   customerBadge(c),
		Meta:    customerMeta(customerMetaOf(c, names, a.Now())),
		Actions: customerBar(offer, customerMore(c, v.Grant, web.CSRF(r.Context())), save),
	}}
	return a.page(w, r, status, page, customerFrame(parts, offer, customerDeleteOf(c, v.Grant, web.CSRF(r.Context())), body))
}

func customerBadge(c customer.Customer) templ.Component {
	if c.Active {
		return nil
	}
	return ui.Badge(ui.Warning, "Inactive")
}

func (a *App) customerParts(r *http.Request, c customer.Customer, current string) ([]ui.NavLink, error) {
	parts := []struct {
		text, part string
		icon       ui.IconName
	}{
		{"Customer View", partView, ui.IconEye}, {"Account Information", partAccount, ui.IconUser},
		{"Addresses", partAddresses, ui.IconHome}, {"Orders", partOrders, ui.IconBox}, {"Cart", partCart, ui.IconCart}, {"Assistance", partAssistance, ui.IconAssist},
	}
	sees := mustView(r.Context()).Grant.Allows(acl.OrdersView)
	var links []ui.NavLink
	for _, p := range parts {
		l := ui.NavLink{Text: p.text, Href: customerPath(c.ID, p.part), Icon: p.icon, Current: p.part == current}
		if p.part == partOrders {
			if !sees {
				continue
			}
			n, err := a.Sales.CountOfCustomer(r.Context(), c.ID)
			if err != nil {
				return nil, err
			}
			l.Count = ui.Count(n)
		}
		links = append(links, l)
	}
	return links, nil
}

const customerDeleteID = "delete-customer"

// customerMore are the less usual things, absent for whoever may not do them.
func customerMore(c customer.Customer, g acl.Grant, token string) []ui.MenuItem {
	var items []ui.MenuItem
	add := func(needs acl.Resource, it ui.MenuItem) {
		if g.Allows(needs) {
			it.Token = token
			items = append(items, it)
		}
	}
	if g.Allows(acl.OrdersCreate) {
		items = append(items, ui.MenuItem{Text: "Create Order", Icon: ui.IconPlus, Href: "/sales/orders/new?customer=" + number(c.ID)})
	}
	add(acl.CustomersPassword, ui.MenuItem{Text: "Reset Password", Icon: ui.IconMail, Post: customerPath(c.ID, "/password")})
	add(acl.CustomersPassword, ui.MenuItem{Text: "Force Sign-In", Icon: ui.IconLock, Post: customerPath(c.ID, "/sign-in")})
	if c.Active {
		add(acl.CustomersEdit, ui.MenuItem{Text: "Deactivate", Icon: ui.IconMinus, Post: customerPath(c.ID, "/active"), Hidden: []ui.Pair{{Name: "active", Value: "0"}}})
	} else {
		add(acl.CustomersEdit, ui.MenuItem{Text: "Activate", Icon: ui.IconCheck, Post: customerPath(c.ID, "/active"), Hidden: []ui.Pair{{Name: "active", Value: "1"}}})
	}
	add(acl.CustomersDelete, ui.MenuItem{Text: "Delete Customer", Icon: ui.IconTrash, Danger: true, Href: customerPath(c.ID, "/delete"), Dialog: customerDeleteID})
	return items
}

// customerDelete asks before a customer is deleted; nil for whoever may not.
type customerDelete struct{ Action, Name, Token, Cancel string }

func customerDeleteOf(c customer.Customer, g acl.Grant, token string) *customerDelete {
	if !g.Allows(acl.CustomersDelete) {
		return nil
	}
	return &customerDelete{Action: customerPath(c.ID, "/delete"), Name: c.Name(), Token: token, Cancel: customerPath(c.ID, "")}
}

// askDeleteCustomer is the question as a page, for when no script runs.
func (a *App) askDeleteCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	v, _ := viewer(r.Context())
	page := adminPage{Title: "Delete " + c.Name(), Nav: "/customers", Header: ui.Header{Back: customerPath(c.ID, "")}}
	return a.page(w, r, http.StatusOK, page, customerDeletePage(*customerDeleteOf(c, v.Grant, web.CSRF(r.Context()))))
}

func (a *App) deleteCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	if err := a.Customers.Delete(onAccount(r.Context(), c), c.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "The customer "+c.Name()+" was deleted.")
	return web.Redirect(w, r, "/customers")
}

func (a *App) activateCustomer(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	active := f.Bool("active")
	if err := a.Customers.SetActive(onAccount(r.Context(), c), c.ID, active); err != nil {
		return err
	}
	text := "The account was deactivated: " + c.Name() + " can no longer sign in."
	if active {
		text = "The account was activated."
	}
	web.Flash(w, web.Good, text)
	return web.Redirect(w, r, customerPath(c.ID, ""))
}

func (a *App) forceSignIn(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	if err := a.Customers.ForceSignIn(onAccount(r.Context(), c), c.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, c.Name()+" was signed out everywhere and has to sign in again.")
	return web.Redirect(w, r, customerPath(c.ID, ""))
}

// resetPassword sends the customer a link to choose a new password; nobody but
// the customer ever knows it.
func (a *App) resetPassword(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	if err := a.Customers.SendReset(onAccount(r.Context(), c), c.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "A link to choose a new password is on its way to "+c.Email+".")
	return web.Redirect(w, r, customerPath(c.ID, ""))
}
