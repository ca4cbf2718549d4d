package admin

import (
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

func addressPath(customerID, id int64) string {
	return customerPath(customerID, partAddresses+"/"+strconv.FormatInt(id, 10))
}

// customerAddresses lists the address book.
func (a *App) customerAddresses(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	list, err := a.Customers.Addresses(r.Context(), c.ID)
	if err != nil {
		return err
	}
	l := addressList{Token: web.CSRF(r.Context()), Addresses: list, Path: func(id int64) string { return addressPath(c.ID, id) }}
	if v, _ := viewer(r.Context()); v.Grant.Allows(acl.CustomersEdit) {
		l.New = customerPath(c.ID, partAddresses+"/new")
	}
	return a.customerPage(w, r, http.StatusOK, c, partAddresses, nil, customerAddresses(l))
}

// newAddress shows an empty form, with the customer's own name in it.
func (a *App) newAddress(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	fresh := customer.Address{FirstName: c.FirstName, LastName: c.LastName, Country: c.Country}
	return a.addressPage(w, r, http.StatusOK, c, fresh, nil)
}

func (a *App) editAddress(w http.ResponseWriter, r *http.Request) error {
	c, address, err := a.addressOf(r)
	if err != nil {
		return err
	}
	return a.addressPage(w, r, http.StatusOK, c, address, nil)
}

func (a *App) addressOf(r *http.Request) (customer.Customer, customer.Address, error) {
	c, err := a.customerOf(r)
	if err != nil {
		return c, customer.Address{}, err
	}
	id, err := web.PathID(r, "address")
	if err != nil {
		return c, customer.Address{}, err
	}
	address, err := a.Customers.Address(r.Context(), c.ID, id)
	return c, address, err
}

func (a *App) addressPage(w http.ResponseWriter, r *http.Request, status int, c customer.Customer, address customer.Address, wrong map[string]string) error {
	f := addressForm{
		Action: customerPath(c.ID, partAddresses), Token: web.CSRF(r.Context()), Address: address,
		Countries: countryOptions(), Errors: wrong, Back: customerPath(c.ID, partAddresses),
	}
	if address.ID != 0 {
		f.Action = addressPath(c.ID, address.ID)
	}
	save := &ui.Btn{Text: "Save", Variant: ui.Primary, Form: addressFormID}
	return a.customerPage(w, r, status, c, partAddresses, save, customerAddress(f))
}

// saveAddress adds an address, or changes the one in the path.
func (a *App) saveAddress(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	address := customer.Address{}
	if r.PathValue("address") != "" {
		if _, address, err = a.addressOf(r); err != nil {
			return err
		}
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	address = addressFrom(f, address)
	if _, err = a.Customers.SaveAddress(onAccount(r.Context(), c), c.ID, address); err != nil {
		if wrong := fault.FieldsOf(err); wrong != nil {
			return a.addressPage(w, r, http.StatusUnprocessableEntity, c, address, wrong)
		}
		return err
	}
	web.Flash(w, web.Good, "The address was saved.")
	return web.Redirect(w, r, customerPath(c.ID, partAddresses))
}

func addressFrom(f *web.Form, a customer.Address) customer.Address {
	a.FirstName, a.LastName, a.Company = f.Text("first_name"), f.Text("last_name"), f.Text("company")
	a.Street, a.City, a.Region, a.Postcode = f.Text("street"), f.Text("city"), f.Text("region"), f.Text("postcode")
	a.Country, a.Phone, a.VATID = f.Text("country"), f.Text("phone"), f.Text("vat_id")
	a.DefaultBilling = a.DefaultBilling || f.Bool("default_billing")
	a.DefaultShipping = a.DefaultShipping || f.Bool("default_shipping")
	return a
}

func (a *App) deleteAddress(w http.ResponseWriter, r *http.Request) error {
	c, address, err := a.addressOf(r)
	if err != nil {
		return err
	}
	if err := a.Customers.DeleteAddress(onAccount(r.Context(), c), c.ID, address.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "The address was deleted.")
	return web.Redirect(w, r, customerPath(c.ID, partAddresses))
}
