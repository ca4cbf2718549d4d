package storefront

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// The values of "shipping_from" and "billing_from" beside ids of the book.
const (
	fromNew  = "new"
	fromSame = "same"
)

// signInToOrder is where one signs in on the way to an order, and comes back.
var signInToOrder = "/login?" + query("back", stepPaths[stepAddress])

// doSignIn is what the button of guests who have an account after all submits.
const doSignIn = "sign_in"

// checkoutAddressView is the first step: who and where to.
type checkoutAddressView struct {
	checkoutView
	Guest         bool
	Countries     []ui.Option
	Book          []customer.Address
	ShippingFrom  string
	BillingFrom   string
	Keep          bool
	ShipTo        []ui.Option // choices of the delivery address; none for guests
	BillTo        []ui.Option
	GuestsRefused bool
}

func (a *App) checkoutAddress(w http.ResponseWriter, r *http.Request) error {
	frame, ok, err := a.checkoutAt(w, r, stepAddress)
	if err != nil || !ok {
		return err
	}
	v, err := a.addressStep(r, frame)
	if err != nil {
		return err
	}
	v.begin(a.Config.Text(r.Context(), config.Country, config.OfView(v.S.View)))
	return a.showCheckoutAddress(w, r, http.StatusOK, v)
}

func (a *App) showCheckoutAddress(w http.ResponseWriter, r *http.Request, status int, v checkoutAddressView) error {
	return a.page(w, r, status, checkoutFrame(v.Title), checkoutAddressPage(v))
}

// addressStep knows the customer's book.
func (a *App) addressStep(r *http.Request, frame checkoutView) (v checkoutAddressView, err error) {
	s := frame.S
	v = checkoutAddressView{checkoutView: frame, Guest: s.Customer == nil}
	v.Values = map[string]string{}
	v.GuestsRefused = v.Guest && !a.Config.Bool(r.Context(), checkout.AllowGuests, config.OfView(s.View))
	v.Countries = s.countries()
	if !v.Guest {
		v.Book, err = a.Customers.Addresses(r.Context(), s.Customer.ID)
	}
	v.choices()
	return v, err
}

// choices are where the addresses may come from; a book's own hide the fields.
func (v *checkoutAddressView) choices() {
	var book []ui.Option
	for _, b := range v.Book {
		book = append(book, ui.Option{Value: strconv.FormatInt(b.ID, 10), Label: v.S.inOneLine(v.S.addressLines(checkout.FromBook(b))), Hides: true})
	}
	fresh := ui.Option{Value: fromNew, Label: v.S.T("checkout.new_address")}
	if len(book) > 0 {
		v.ShipTo = append(v.ShipTo, append(book, fresh)...)
	}
	if !v.Quote.Virtual {
		v.BillTo = append(v.BillTo, ui.Option{Value: fromSame, Label: v.S.T("checkout.billing_same"), Hides: true})
	}
	if len(v.BillTo)+len(book) > 0 {
		fresh.Label = v.S.T("checkout.other_address")
		v.BillTo = append(append(v.BillTo, book...), fresh)
	}
}

// begin fills the form with what was entered before, else with the book's defaults.
func (v *checkoutAddressView) begin(country string) {
	v.Values["email"] = v.S.email(v.Email)
	v.ShippingFrom = v.source("shipping_", v.Shipping, country, func(a customer.Address) bool { return a.DefaultShipping })
	v.BillingFrom = v.source("billing_", v.Billing, country, func(a customer.Address) bool { return a.DefaultBilling })
	if !v.Quote.Virtual && (v.BillingSame || v.Billing.Country == "") {
		v.BillingFrom = fromSame
		if v.Shipping.Country == "" && !sameDefaults(v.Book) {
			v.BillingFrom = v.source("billing_", v.Billing, country, func(a customer.Address) bool { return a.DefaultBilling })
		}
	}
	v.Keep = len(v.Book) == 0
}

// sameDefaults reports whether a book bills where it ships.
func sameDefaults(book []customer.Address) bool {
	for _, a := range book {
		if a.DefaultBilling != a.DefaultShipping {
			return false
		}
	}
	return true
}

// source says where an address comes from, and fills the fields for a new one.
func (v *checkoutAddressView) source(prefix string, entered sales.Address, country string, byDefault func(customer.Address) bool) string {
	for _, b := range v.Book {
		if entered.Country == "" && byDefault(b) || entered.Country != "" && checkout.FromBook(b) == entered {
			v.put(prefix, sales.Address{FirstName: v.S.Customer.FirstName, LastName: v.S.Customer.LastName, Country: b.Country})
			return strconv.FormatInt(b.ID, 10)
		}
	}
	if entered.Country == "" {
		entered.Country = country
		if v.S.Customer != nil && entered.FirstName+entered.LastName == "" {
			entered.FirstName, entered.LastName = v.S.Customer.FirstName, v.S.Customer.LastName
		}
	}
	v.put(prefix, v.S.seen(entered))
	return fromNew
}

func (v *checkoutAddressView) put(prefix string, a sales.Address) {
	for name, value := range map[string]string{
		"first_name": a.FirstName, "last_name": a.LastName, "company": a.Company, "street": a.Street, "city": a.City,
		"region": a.Region, "postcode": a.Postcode, "country": a.Country, "phone": a.Phone, "vat_id": a.VATID,
	} {
		v.Values[prefix+name] = value
	}
}

func readCheckoutAddress(f *web.Form, prefix string) sales.Address {
	return sales.Address{
		FirstName: f.Text(prefix + "first_name"), LastName: f.Text(prefix + "last_name"), Company: f.Text(prefix + "company"),
		Street: f.Text(prefix + "street"), City: f.Text(prefix + "city"), Region: f.Text(prefix + "region"), Postcode: f.Text(prefix + "postcode"),
		Country: f.Text(prefix + "country"), Phone: f.Text(prefix + "phone"), VATID: f.Text(prefix + "vat_id"),
	}
}

func (a *App) enterAddress(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	frame, ok, err := a.checkoutAt(w, r, stepAddress)
	if err != nil || !ok {
		return err
	}
	v, err := a.addressStep(r, frame)
	if err != nil {
		return err
	}
	form := v.read(f)
	if v.Guest && f.Text("do") == doSignIn {
		if err := a.Checkout.KeepTyped(r.Context(), v.S.buyer(), form); err != nil {
			return err
		}
		return a.redirect(w, r, signInToOrder)
	}
	err = a.Checkout.EnterAddresses(r.Context(), v.S.buyer(), form)
	if e, ok := fault.As(err); ok && e.Code == checkout.CodeEmpty {
		return a.redirect(w, r, "/checkout")
	}
	if v.wrong(err) {
		v.typed(f, form)
		return a.showCheckoutAddress(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return a.redirect(w, r, stepPaths[stepMethods])
}

// read takes the form; an address of the book is taken from there, whatever
// stands in the fields.
func (v *checkoutAddressView) read(f *web.Form) checkout.AddressForm {
	v.ShippingFrom, v.BillingFrom, v.Keep = f.Text("shipping_from"), f.Text("billing_from"), f.Bool("keep")
	form := checkout.AddressForm{
		Email: f.Text("email"), Shipping: v.chosen(f, "shipping_", &v.ShippingFrom, v.Shipping), Billing: v.chosen(f, "billing_", &v.BillingFrom, v.Billing),
		BillingSame: v.BillingFrom == fromSame,
	}
	form.Keep = v.Keep && (v.Quote.Virtual && v.BillingFrom == fromNew || !v.Quote.Virtual && v.ShippingFrom == fromNew)
	return form
}

func (v *checkoutAddressView) chosen(f *web.Form, prefix string, from *string, entered sales.Address) sales.Address {
	for _, b := range v.Book {
		if strconv.FormatInt(b.ID, 10) == *from {
			return checkout.FromBook(b)
		}
	}
	if *from != fromSame {
		*from = fromNew
	}
	a := readCheckoutAddress(f, prefix)
	v.S.kept(&a.Street, &a.Phone, customer.Address{Street: entered.Street, Phone: entered.Phone})
	return a
}

// typed shows the form as it was sent. What is wrong with an address of the book
// is put right in the fields.
func (v *checkoutAddressView) typed(f *web.Form, form checkout.AddressForm) {
	v.Values["email"] = form.Email
	v.put("shipping_", readCheckoutAddress(f, "shipping_"))
	v.put("billing_", readCheckoutAddress(f, "billing_"))
	if v.S.hides() {
		return // what is wrong stays in the book, where it can be put right
	}
	for name := range v.Errors {
		if strings.HasPrefix(name, "shipping_") && v.ShippingFrom != fromNew {
			v.put("shipping_", form.Shipping)
			v.ShippingFrom = fromNew
		}
		if strings.HasPrefix(name, "billing_") && v.BillingFrom != fromNew {
			v.put("billing_", form.Billing)
			v.BillingFrom = fromNew
		}
	}
}

var addressOrder = []string{"first_name", "last_name", "company", "street", "postcode", "city", "country", "region", "phone", "vat_id"}

// addressLabels are the fields' labels where they are not "address." and the name.
var addressLabels = map[string]string{"vat_id": "address.vat"}

// errors are what is wrong, in the order of the page, each leading to its field.
func (v checkoutView) errors(names ...string) (list []ui.FieldError) {
	for _, name := range names {
		if text := v.Errors[name]; text != "" {
			list = append(list, ui.FieldError{ID: "f-" + name, Text: text})
		}
	}
	return list
}

// addressErrors say of which field they are: many have the same sentence.
func (v checkoutAddressView) addressErrors() []ui.FieldError {
	list := v.errors("email")
	for _, prefix := range []string{"shipping_", "billing_"} {
		for _, name := range addressOrder {
			key := addressLabels[name]
			if key == "" {
				key = "address." + name
			}
			for _, e := range v.errors(prefix + name) {
				e.Text = v.S.T(key) + ": " + e.Text
				list = append(list, e)
			}
		}
	}
	return list
}

// soft marks a field as needed without letting the browser insist: it may be
// hidden while another choice is made, and a hidden field could not be filled.
func soft(f ui.Field) ui.Field {
	f.Attrs = templ.Attributes{"required": false, "aria-required": "true"}
	return f
}

// part is a field of one of the two addresses.
func (v checkoutAddressView) part(prefix, name, label, autocomplete string, needed bool) ui.Field {
	f := v.field(prefix+name, label)
	kind := strings.TrimSuffix(prefix, "_")
	if autocomplete != "" {
		f.Autocomplete = kind + " " + autocomplete
	}
	f.Required = needed
	if needed {
		return soft(f)
	}
	if name != "postcode" && name != "region" {
		f.Note = v.S.T("address.optional")
	}
	return f
}

func (v checkoutAddressView) street(prefix string) ui.Field {
	f := v.part(prefix, "street", "address.street", "street-address", true)
	f.Rows = 2
	return f
}
