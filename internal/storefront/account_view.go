package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web/ui"
)

// accountLinks is the menu beside every page of the account.
func (a *App) accountLinks(s *Shopper, current string) []ui.NavLink {
	links := []ui.NavLink{
		{Text: s.T("account.dashboard"), Href: "/account"},
		{Text: s.T("account.orders"), Href: "/account/orders"},
		{Text: s.T("account.information"), Href: "/account/edit"},
		{Text: s.T("account.addresses"), Href: "/account/addresses"},
		{Text: s.T("account.wishlist"), Href: "/account/wishlist"},
		{Text: s.T("account.newsletter"), Href: "/account/newsletter"},
		{Text: s.T("account.assistance"), Href: "/account/assistance"},
	}
	for i := range links {
		links[i].Current = links[i].Href == current
		links[i].Href = s.URL(links[i].Href)
	}
	return links
}

// accountPage is a page of the account: its place and its title.
func accountPage(s *Shopper, path, title string) shopPage {
	p := shopPage{Title: s.T(title), Path: path, Personal: true, Crumbs: []ui.Crumb{{Text: s.T("nav.home"), Href: s.URL("/")}}}
	if path != "/account" {
		p.Crumbs = append(p.Crumbs, ui.Crumb{Text: s.T("account.title"), Href: s.URL("/account")})
	}
	p.Crumbs = append(p.Crumbs, ui.Crumb{Text: s.T(title)})
	return p
}

// accountView is the account's first page.
type accountView struct {
	S          *Shopper
	Links      []ui.NavLink
	Customer   customer.Customer
	Billing    *customer.Address
	Shipping   *customer.Address
	Newsletter bool
	Orders     []ui.Row
	Assistance string // what the customer said about it, "" while it is off
}

func (a *App) account(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	v := accountView{S: s, Links: a.accountLinks(s, "/account"), Customer: *s.Customer}
	addresses, err := a.Customers.Addresses(ctx, s.Customer.ID)
	if err != nil {
		return err
	}
	for i := range addresses {
		if addresses[i].DefaultBilling {
			v.Billing = &addresses[i]
		}
		if addresses[i].DefaultShipping {
			v.Shipping = &addresses[i]
		}
	}
	latest, _, err := a.Sales.OfCustomer(ctx, s.Customer.ID, "", recentOrders)
	if err != nil {
		return err
	}
	v.Orders = s.orderRows(latest)
	if v.Newsletter, err = a.Customers.Newsletter(ctx, s.Customer.ID); err != nil {
		return err
	}
	if v.Assistance, err = a.assistanceState(r); err != nil {
		return err
	}
	return a.page(w, r, http.StatusOK, accountPage(s, "/account", "account.title"), accountDashboard(v))
}

// assistanceState says in a sentence whether support may enter.
func (a *App) assistanceState(r *http.Request) (string, error) {
	ctx, s := r.Context(), shopper(r.Context())
	if s.Stay == nil { // a stay shows that it is switched on
		if set, err := a.Assist.Settings(ctx); err != nil || !set.Enabled {
			return "", err
		}
	}
	c, err := a.Assist.Consent(ctx, s.Customer.ID)
	return s.T(consentKey(c)), err
}

// place writes an address line by line.
func place(a customer.Address, locale string) []string {
	lines := []string{a.Name(), a.Company}
	lines = append(lines, a.Lines()...)
	lines = append(lines, customer.Town(a.City, a.Region, a.Postcode, a.Country)...)
	lines = append(lines, customer.CountryName(a.Country, locale), a.Phone)
	kept := lines[:0]
	for _, line := range lines {
		if line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}
