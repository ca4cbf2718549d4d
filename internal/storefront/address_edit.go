package storefront

import (
	"context"
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// addressEditView is the form of one address.
type addressEditView struct {
	formView
	Links             []ui.NavLink
	Title             string
	Countries         []ui.Option
	Billing, Shipping bool
	IsBilling         bool // already the default: it stays so until another takes its place
	IsShipping        bool
}

// addressFields are the form's fields by name.
func addressFields(a customer.Address) map[string]string {
	return map[string]string{
		"first_name": a.FirstName, "last_name": a.LastName, "company": a.Company, "street": a.Street, "city": a.City,
		"region": a.Region, "postcode": a.Postcode, "country": a.Country, "phone": a.Phone, "vat_id": a.VATID,
	}
}

func readAddress(f *web.Form) customer.Address {
	return customer.Address{
		FirstName: f.Text("first_name"), LastName: f.Text("last_name"), Company: f.Text("company"), Street: f.Text("street"),
		City: f.Text("city"), Region: f.Text("region"), Postcode: f.Text("postcode"), Country: f.Text("country"),
		Phone: f.Text("phone"), VATID: f.Text("vat_id"), DefaultBilling: f.Bool("default_billing"), DefaultShipping: f.Bool("default_shipping"),
	}
}

func (a *App) newAddress(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	fresh := customer.Address{FirstName: s.Customer.FirstName, LastName: s.Customer.LastName, Country: a.defaultCountry(r.Context(), s)}
	return a.showAddress(w, r, http.StatusOK, a.addressForm(r, fresh), fresh)
}

func (a *App) defaultCountry(ctx context.Context, s *Shopper) string {
	if s.Customer.Country != "" {
		return s.Customer.Country
	}
	return a.Config.Text(ctx, config.Country, config.OfView(s.View))
}

func (a *App) editAddress(w http.ResponseWriter, r *http.Request) error {
	address, err := a.addressOf(r)
	if err != nil {
		return err
	}
	return a.showAddress(w, r, http.StatusOK, a.addressForm(r, address), shopper(r.Context()).seenBook(address))
}

// addressOf is the address that the path names, if it is the customer's.
func (a *App) addressOf(r *http.Request) (customer.Address, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return customer.Address{}, err
	}
	return a.Customers.Address(r.Context(), shopper(r.Context()).Customer.ID, id)
}

func (a *App) addressForm(r *http.Request, stored customer.Address) addressEditView {
	s := shopper(r.Context())
	v := addressEditView{
		formView: formView{S: s, Action: s.URL("/account/addresses"), Token: web.CSRF(r.Context())},
		Links:    a.accountLinks(s, "/account/addresses"), Title: "address.new", IsBilling: stored.DefaultBilling, IsShipping: stored.DefaultShipping,
		Countries: s.countries(),
	}
	if stored.ID != 0 {
		v.Title, v.Action = "address.edit", s.URL("/account/addresses/"+strconv.FormatInt(stored.ID, 10))
	}
	return v
}

func (a *App) showAddress(w http.ResponseWriter, r *http.Request, status int, v addressEditView, typed customer.Address) error {
	v.Values = addressFields(typed)
	v.Billing, v.Shipping = typed.DefaultBilling, typed.DefaultShipping
	p := accountPage(v.S, "/account/addresses", v.Title)
	return a.page(w, r, status, p, addressEditPage(v))
}

func (a *App) addAddress(w http.ResponseWriter, r *http.Request) error {
	return a.saveAddress(w, r, customer.Address{})
}

func (a *App) changeAddress(w http.ResponseWriter, r *http.Request) error {
	stored, err := a.addressOf(r)
	if err != nil {
		return err
	}
	return a.saveAddress(w, r, stored)
}

func (a *App) saveAddress(w http.ResponseWriter, r *http.Request, stored customer.Address) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s, typed := shopper(r.Context()), readAddress(f)
	meant := typed
	meant.ID = stored.ID
	s.kept(&meant.Street, &meant.Phone, stored)
	_, err = a.Customers.SaveAddress(r.Context(), s.Customer.ID, meant)
	v := a.addressForm(r, stored)
	if v.wrong(err) {
		return a.showAddress(w, r, http.StatusUnprocessableEntity, v, typed)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("address.saved"))
	return a.redirect(w, r, "/account/addresses")
}
