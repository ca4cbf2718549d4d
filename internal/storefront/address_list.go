package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// addressListView is the address book.
type addressListView struct {
	S         *Shopper
	Links     []ui.NavLink
	Token     string
	Addresses []customer.Address
}

func (a *App) addressList(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	list, err := a.Customers.Addresses(r.Context(), s.Customer.ID)
	if err != nil {
		return err
	}
	v := addressListView{S: s, Links: a.accountLinks(s, "/account/addresses"), Token: web.CSRF(r.Context()), Addresses: list}
	return a.page(w, r, http.StatusOK, accountPage(s, "/account/addresses", "address.title"), addressBook(v))
}

func (a *App) deleteAddress(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	if err := a.Customers.DeleteAddress(r.Context(), s.Customer.ID, id); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("address.deleted"))
	return a.redirect(w, r, "/account/addresses")
}
