package storefront

import (
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sales"
)

// Personal data is masked here, where pages are made of it, and nowhere deeper:
// what is stored, mailed and ordered is always the whole value. Whatever of a
// customer's e-mail address, phone or street goes onto a page passes through
// one of these; a test holds every page of a masked stay against it.

// hides tells whether personal data stays off this request's pages.
func (s *Shopper) hides() bool { return s.Stay != nil && s.Stay.Masked() }

// email is an e-mail address as it may be shown.
func (s *Shopper) email(email string) string {
	if s.hides() {
		return assist.MaskEmail(email)
	}
	return email
}

// seenBook is an address of the book as it may be shown.
func (s *Shopper) seenBook(a customer.Address) customer.Address {
	if s.hides() {
		a.Street, a.Phone = assist.MaskText(a.Street), assist.MaskPhone(a.Phone)
	}
	return a
}

// seen is an order's address as it may be shown.
func (s *Shopper) seen(a sales.Address) sales.Address {
	if s.hides() {
		a.Street, a.Phone = assist.MaskText(a.Street), assist.MaskPhone(a.Phone)
	}
	return a
}

// kept is what a form means whose fields were drawn masked: a field left as it
// was keeps the stored value. One typed around a mask passes no check.
func (s *Shopper) kept(street, phone *string, stored customer.Address) {
	if !s.hides() {
		return
	}
	switch {
	case *street == assist.MaskText(stored.Street):
		*street = stored.Street
	case assist.IsMasked(*street):
		*street = ""
	}
	switch {
	case *phone == assist.MaskPhone(stored.Phone):
		*phone = stored.Phone
	case assist.IsMasked(*phone):
		*phone = "-"
	}
}
