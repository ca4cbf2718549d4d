package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderAddressForm changes an address of an order: the snapshot, not the
// customer's address book.
type orderAddressForm struct {
	Action, Token, Back, Title string
	Address                    sales.Address
	Countries                  []ui.Option
	Errors                     map[string]string
}

func (a *App) editOrderAddress(w http.ResponseWriter, r *http.Request) error {
	o, address, err := a.orderAddressOf(r)
	if err != nil {
		return err
	}
	return a.orderAddressPage(w, r, http.StatusOK, o, address, nil)
}

// orderAddressOf finds the address that the path names.
func (a *App) orderAddressOf(r *http.Request) (sales.Full, sales.Address, error) {
	o, err := a.orderOf(r)
	if err != nil {
		return o, sales.Address{}, err
	}
	switch {
	case r.PathValue("kind") == "billing":
		return o, o.Billing, nil
	case r.PathValue("kind") == "shipping" && o.Shipping != nil:
		return o, *o.Shipping, nil
	}
	return o, sales.Address{}, fault.New(fault.NotFound, "This order has no such address.")
}

func (a *App) orderAddressPage(w http.ResponseWriter, r *http.Request, status int, o sales.Full, address sales.Address, wrong map[string]string) error {
	kind := r.PathValue("kind")
	f := orderAddressForm{
		Action: orderPath(o.ID, "/address/"+kind), Token: web.CSRF(r.Context()), Back: orderPath(o.ID, ""), Title: "Billing Address",
		Address: address, Countries: countryOptions(), Errors: wrong,
	}
	if kind == "shipping" {
		f.Title = "Shipping Address"
	}
	page := adminPage{Title: f.Title + " of order # " + o.Number, Nav: "/sales/orders", Header: ui.Header{Back: f.Back}}
	return a.page(w, r, status, page, orderAddressEdit(f))
}

func (a *App) saveOrderAddress(w http.ResponseWriter, r *http.Request) error {
	o, _, err := a.orderAddressOf(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	address := sales.Address{
		FirstName: f.Text("first_name"), LastName: f.Text("last_name"), Company: f.Text("company"), Street: f.Text("street"),
		City: f.Text("city"), Region: f.Text("region"), Postcode: f.Text("postcode"), Country: f.Text("country"),
		Phone: f.Text("phone"), VATID: f.Text("vat_id"),
	}
	err = a.Sales.ChangeAddress(onOrder(r.Context(), o.Order), o.ID, r.PathValue("kind"), address)
	if wrong := fault.FieldsOf(err); wrong != nil {
		return a.orderAddressPage(w, r, http.StatusUnprocessableEntity, o, address, wrong)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The address was changed. Totals stay as they were.")
	return web.Redirect(w, r, orderPath(o.ID, ""))
}
