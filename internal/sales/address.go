package sales

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// ChangeAddress corrects the billing or shipping address of an order that is not
// over. Its amounts stay as they are.
func (s *Service) ChangeAddress(ctx context.Context, orderID int64, kind string, a Address) error {
	a, bad := a.checked()
	if err := bad.Err(); err != nil {
		return err
	}
	return s.db.Change(ctx, AddressChanged, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.lock(ctx, tx, orderID)
		if err != nil {
			return err
		}
		if err := w.loadAddresses(ctx, tx); err != nil {
			return err
		}
		before, err := w.address(kind)
		if err != nil {
			return err
		}
		if w.State == Canceled || w.State == Closed {
			return fault.New(fault.Conflict, "Order %s is over: its addresses stay.", w.Number)
		}
		tx.Note("address", kind)
		tx.Diff("address", before.line(), a.line())
		return w.writeAddress(ctx, tx, kind, a)
	})
}

func (o Full) address(kind string) (Address, error) {
	switch {
	case kind == BillingAddress:
		return o.Billing, nil
	case kind == ShippingAddress && o.Shipping != nil:
		return *o.Shipping, nil
	}
	return Address{}, notFound("address")
}

// line is the address on one line, for the record.
func (a Address) line() string {
	var parts []string
	for _, p := range []string{a.Name(), a.Company, a.Street, a.Postcode, a.City, a.Region, a.Country, a.Phone, a.VATID} {
		if p != "" {
			parts = append(parts, strings.ReplaceAll(p, "\n", ", "))
		}
	}
	return strings.Join(parts, ", ")
}

// checked holds an order's address to the same rules as an address book's.
func (a Address) checked() (Address, fault.Fields) {
	c, bad := customer.CheckAddress(customer.Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: a.Street,
		City: a.City, Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, VATID: a.VATID})
	return AddressOf(c), bad
}

// AddressOf is the snapshot of an address book's address.
func AddressOf(a customer.Address) Address {
	return Address{FirstName: a.FirstName, LastName: a.LastName, Company: a.Company, Street: a.Street,
		City: a.City, Region: a.Region, Postcode: a.Postcode, Country: a.Country, Phone: a.Phone, VATID: a.VATID}
}

func (w *work) writeAddress(ctx context.Context, tx *sqldb.Tx, kind string, a Address) error {
	_, err := tx.Exec(ctx, `UPDATE sales_order_address SET first_name = $3, last_name = $4, company = $5, street = $6, city = $7, region = $8,
		postcode = $9, country = $10, phone = $11, vat_id = $12 WHERE order_id = $1 AND kind = $2`, append([]any{w.ID, kind}, a.args()...)...)
	if err != nil {
		return err
	}
	if kind == BillingAddress {
		w.BillName = a.Name()
	} else {
		w.ShipName = a.Name()
	}
	_, err = tx.Exec(ctx, `UPDATE sales_order SET bill_name = $2, bill_key = $3, ship_name = $4, ship_key = $5 WHERE id = $1`,
		w.ID, w.BillName, customer.Fold(w.BillName), w.ShipName, customer.Fold(w.ShipName))
	if err != nil {
		return err
	}
	return refreshTerms(ctx, tx, w.Order)
}
