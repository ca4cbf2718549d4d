package assist

import "strings"

// PlaceKind is what kind of Admin page a stay was begun from.
type PlaceKind string

// The kinds. AtPage is any other page of the Admin, by its own title.
const (
	AtCustomer   PlaceKind = "customer"
	AtOrder      PlaceKind = "order"
	AtInvoice    PlaceKind = "invoice"
	AtShipment   PlaceKind = "shipment"
	AtCreditMemo PlaceKind = "credit_memo"
	AtPage       PlaceKind = "page"
)

// Place is an Admin page as "Back to…" names it: kind and number or name, no
// words, because the words are those of the store view's language.
type Place struct {
	Kind PlaceKind
	Name string // a document's number, a customer's name, a page's title
}

// String is how a place is kept: "order:000000123".
func (p Place) String() string {
	if p == (Place{}) {
		return ""
	}
	return string(p.Kind) + ":" + p.Name
}

// ParsePlace reads what String wrote. Anything else is the title of a page.
func ParsePlace(s string) Place {
	kind, name, found := strings.Cut(s, ":")
	switch k := PlaceKind(kind); k {
	case AtCustomer, AtOrder, AtInvoice, AtShipment, AtCreditMemo, AtPage:
		if found {
			return Place{k, name}
		}
	}
	if s == "" {
		return Place{}
	}
	return Place{AtPage, s}
}
