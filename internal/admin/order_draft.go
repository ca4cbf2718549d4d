package admin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderDraft is an order that is being drawn up: for a new one, in place of
// another one, or like another one. Everything is in the form.
type orderDraft struct {
	checkout.DeskOrder
	Customer       *customer.Customer // nil for a guest
	Action         string
	Title          string
	Back           string
	Key            string
	AddSKU, AddQty string            // typed, and not taken
	List           string            // of products, pasted or from a file, and not taken
	ListErrors     []ui.FieldError   // by line
	Picks          []pick            // configurable products of which a variant is to be chosen
	Typed          map[string]string // quantities that are none, by SKU's key
	Find           string            // what products are looked for
	Errors         map[string]string
	View           checkout.DeskView
	Found          []catalog.ProductRow
	Token          string
	Place          string // where it is sold
}

// wrong reports whether something has to be put right first.
func (d *orderDraft) wrong() bool {
	return len(d.Errors)+len(d.ListErrors) > 0 || slices.ContainsFunc(d.Picks, func(p pick) bool { return len(p.Errors) > 0 })
}

func (d *orderDraft) status() int {
	if d.wrong() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// read takes what was entered, except for what is added.
func (d *orderDraft) read(f *web.Form) {
	d.Errors, d.Typed = map[string]string{}, map[string]string{}
	d.readItems(f)
	if d.Customer == nil {
		d.Email = f.Text("email")
	}
	d.Shipping, d.Billing, d.BillingSame = draftAddress(f, "shipping_"), draftAddress(f, "billing_"), f.Bool("same")
	d.Coupon, d.ShippingMethod, d.PaymentMethod, d.PONumber = f.Text("coupon"), f.Text("shipping_method"), f.Text("payment_method"), f.Text("po_number")
	d.Comment, d.Notify, d.Key, d.Find = f.Text("comment"), f.Bool("notify"), f.Text("key"), f.Text("find")
}

// readItems reads the lines that there are. The line that is to be configured
// becomes a choice again.
func (d *orderDraft) readItems(f *web.Form) {
	chosenAt := map[string]int64{}
	for _, v := range f.All("at") {
		parent, sku, _ := strings.Cut(v, " ")
		chosenAt[catalog.SKUKey(sku)] = parseID(parent)
	}
	qtys, again := f.All("qty"), catalog.SKUKey(f.Text("configure"))
	for i, sku := range f.All("sku") {
		if i >= len(qtys) || i >= checkout.MaxDeskLines {
			break
		}
		key := catalog.SKUKey(sku)
		parent := chosenAt[key]
		if key == again && parent != 0 {
			d.Picks = append(d.Picks, pick{ID: parent, Qty: qtys[i], Was: key})
			continue
		}
		n, ok := checkout.Pieces(qtys[i])
		if !ok {
			d.Errors["qty_"+key], d.Typed[key], n = wrongQty, qtys[i], 1
		}
		if n > 0 {
			d.add(cart.Item{SKU: sku, Qty: n, ParentID: parent})
		}
	}
}

const wrongQty = "Please enter a quantity between 0 and 10000."

// add puts more pieces of a product into the order, if there is room for them.
func (d *orderDraft) add(item cart.Item) bool {
	key := catalog.SKUKey(item.SKU)
	i := slices.IndexFunc(d.Items, func(have cart.Item) bool { return catalog.SKUKey(have.SKU) == key })
	if i < 0 {
		if len(d.Items) == checkout.MaxDeskLines || item.Qty > cart.MaxQty {
			return false
		}
		d.Items = append(d.Items, item)
		return true
	}
	if d.Items[i].Qty+item.Qty > cart.MaxQty {
		return false
	}
	d.Items[i].Qty += item.Qty
	if d.Items[i].ParentID == 0 {
		d.Items[i].ParentID = item.ParentID
	}
	return true
}

// known says which of the products are not sold here any more.
func (d *orderDraft) known() {
	have := map[string]bool{}
	for _, l := range d.View.Cart.Lines {
		have[catalog.SKUKey(l.Card.SKU)] = true
	}
	d.Items = slices.DeleteFunc(d.Items, func(i cart.Item) bool {
		gone := !have[catalog.SKUKey(i.SKU)]
		if gone {
			d.Errors["items"] = notSold(i.SKU)
		}
		return gone
	})
}

func notSold(sku string) string {
	return "There is no product “" + sku + "” that can be ordered here."
}

func draftAddress(f *web.Form, p string) sales.Address {
	return sales.Address{
		FirstName: f.Text(p + "first_name"), LastName: f.Text(p + "last_name"), Company: f.Text(p + "company"), Street: f.Text(p + "street"),
		City: f.Text(p + "city"), Region: f.Text(p + "region"), Postcode: f.Text(p + "postcode"), Country: f.Text(p + "country"), Phone: f.Text(p + "phone"), VATID: f.Text(p + "vat_id"),
	}
}
