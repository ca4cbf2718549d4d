package storefront

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/customer"
)

// editRow is a value before and after, as people read it.
type editRow struct {
	What          string
	Before, After string
	Old           bool // it no longer starts from what there is
}

// editRows say what edits do, in the shopper's language. A field of an address
// that stays as it is is left out.
func (s *Shopper) editRows(edits, old []amend.Edit) (rows []editRow) {
	late := map[string]bool{}
	for _, e := range old {
		late[string(e.Kind)+strconv.FormatInt(e.Key, 10)] = true
	}
	for _, e := range edits {
		for _, row := range s.rowsOf(e) {
			row.Old = late[string(e.Kind)+strconv.FormatInt(e.Key, 10)]
			rows = append(rows, row)
		}
	}
	return rows
}

func (s *Shopper) rowsOf(e amend.Edit) []editRow {
	switch e.Kind {
	case amend.Line:
		return []editRow{{What: e.Label, Before: s.pieces(e.Before), After: s.pieces(e.After)}}
	case amend.Coupon:
		return []editRow{{What: s.T("edit.coupon"), Before: text(e.Before), After: text(e.After)}}
	case amend.Estimate:
		return []editRow{{What: s.T("edit.estimate"), Before: s.estimated(e.Before), After: s.estimated(e.After)}}
	case amend.Name:
		return []editRow{{What: s.T("edit.name"), Before: named(e.Before), After: named(e.After)}}
	}
	return s.addressRows(e)
}

func (s *Shopper) pieces(value json.RawMessage) string {
	var v amend.LineValue
	if value == nil || json.Unmarshal(value, &v) != nil {
		return ""
	}
	return s.T("checkout.qty", "n", v.Qty)
}

func text(value json.RawMessage) (s string) {
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

func named(value json.RawMessage) string {
	var v amend.NameValue
	if json.Unmarshal(value, &v) != nil {
		return ""
	}
	return joined(v.FirstName, v.LastName)
}

func (s *Shopper) estimated(value json.RawMessage) string {
	var v cart.Estimate
	if value == nil || json.Unmarshal(value, &v) != nil {
		return ""
	}
	return joined(v.Postcode, joined(v.Region, customer.CountryName(v.Country, s.Locale.Tag())))
}

// addressRows are a row for an address that comes or goes, and one for each
// field that changes.
func (s *Shopper) addressRows(e amend.Edit) (rows []editRow) {
	before, had := s.addressOf(e.Before)
	after, has := s.addressOf(e.After)
	switch {
	case !had:
		return []editRow{{What: s.T("edit.address_new"), After: s.oneLine(after)}}
	case !has:
		return []editRow{{What: s.T("edit.address_gone"), Before: s.oneLine(before)}}
	}
	was, is := s.seenBook(before), s.seenBook(after)
	add := func(label string, changed bool, was, is string) {
		if changed {
			rows = append(rows, editRow{What: s.T("edit.address_field", "name", before.Name(), "field", s.T(label)), Before: was, After: is})
		}
	}
	for _, f := range addressParts {
		add(f.label, f.value(before) != f.value(after), f.value(was), f.value(is))
	}
	land := func(a customer.Address) string { return customer.CountryName(a.Country, s.Locale.Tag()) }
	add("address.country", before.Country != after.Country, land(was), land(is))
	add("address.default_billing", was.DefaultBilling != is.DefaultBilling, s.yesNo(was.DefaultBilling), s.yesNo(is.DefaultBilling))
	add("address.default_shipping", was.DefaultShipping != is.DefaultShipping, s.yesNo(was.DefaultShipping), s.yesNo(is.DefaultShipping))
	return rows
}

// addressParts are an address's fields that read as they are stored.
var addressParts = []struct {
	label string
	value func(customer.Address) string
}{
	{"address.first_name", func(a customer.Address) string { return a.FirstName }},
	{"address.last_name", func(a customer.Address) string { return a.LastName }},
	{"address.company", func(a customer.Address) string { return a.Company }},
	{"address.street", func(a customer.Address) string { return strings.ReplaceAll(a.Street, "\n", ", ") }},
	{"address.city", func(a customer.Address) string { return a.City }},
	{"address.region", func(a customer.Address) string { return a.Region }},
	{"address.postcode", func(a customer.Address) string { return a.Postcode }},
	{"address.phone", func(a customer.Address) string { return a.Phone }},
	{"address.vat", func(a customer.Address) string { return a.VATID }},
}

// addressOf is an address of an edit, as it is: it is masked where it is shown.
func (s *Shopper) addressOf(value json.RawMessage) (a customer.Address, ok bool) {
	var v amend.AddressValue
	if value == nil || json.Unmarshal(value, &v) != nil {
		return a, false
	}
	return v.Address(), true
}

func (s *Shopper) oneLine(a customer.Address) string {
	return strings.Join(place(s.seenBook(a), s.Locale.Tag()), ", ")
}

func (s *Shopper) yesNo(b bool) string {
	if b {
		return s.T("edit.yes")
	}
	return s.T("edit.no")
}
