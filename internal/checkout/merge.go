package checkout

import (
	"context"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// Merge puts a guest's cart into the customer's at the shopper's own sign-in,
// and takes along what the guest has entered on the way to an order.
func (s *Service) Merge(ctx context.Context, secret string, o cart.Owner) (capped []cart.Outcome, err error) {
	return s.Carts.Merge(ctx, secret, o, mergeStates)
}

func mergeStates(ctx context.Context, tx *sqldb.Tx, from, to int64) error {
	guest, err := loadState(ctx, tx, from)
	if err != nil {
		return err
	}
	mine, err := loadState(ctx, tx, to)
	if err != nil {
		return err
	}
	if guest == (State{BillingSame: true}) {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM checkout WHERE cart_id = $1`, from); err != nil {
		return err
	}
	return saveState(ctx, tx, to, mine.with(guest))
}

// with is what stood there with what was entered later.
func (s State) with(later State) State {
	if later.Email != "" {
		s.Email = later.Email
	}
	if later.bill() != (sales.Address{}) && (later.bill().Country != "" || s.bill().Country == "") {
		s.Billing, s.BillingSame = later.Billing, later.BillingSame
	}
	if later.Shipping != (sales.Address{}) && (later.Shipping.Country != "" || s.Shipping.Country == "") {
		s.Shipping = later.Shipping
	}
	if later.ShippingMethod != "" {
		s.ShippingMethod = later.ShippingMethod
	}
	if later.PaymentMethod != "" {
		s.PaymentMethod, s.PONumber = later.PaymentMethod, later.PONumber
	}
	return s
}

// KeepTyped keeps what a guest has typed of the first step, right or wrong,
// while they sign in. An address that is not complete yet loses its country:
// without one it does not count as entered.
func (s *Service) KeepTyped(ctx context.Context, b Buyer, f AddressForm) error {
	return s.db.Change(ctx, AddressesEntered, func(ctx context.Context, tx *sqldb.Tx) error {
		v, err := s.open(ctx, tx, b)
		if err != nil {
			return err
		}
		before := v.State
		if email := customer.Clean(f.Email); customer.ValidEmail(email) {
			v.Email = email
		}
		v.BillingSame = f.BillingSame && !v.Quote.Virtual
		v.Shipping, v.Billing = asTyped(f.Shipping), sales.Address{}
		if !v.BillingSame {
			v.Billing = asTyped(f.Billing)
		}
		if v.State == before {
			tx.Skip()
			return nil
		}
		tx.Diff("e-mail", before.Email, v.Email)
		return saveState(ctx, tx, v.Cart.ID, v.State)
	})
}

// maxTyped bounds an address that is kept before it is checked.
const maxTyped = 2000

func asTyped(a sales.Address) sales.Address {
	bad := fault.Fields{}
	clean := checkAddress(a, "", bad)
	if len(bad) == 0 {
		return clean
	}
	clean.Country = ""
	if len(asLine(clean)) > maxTyped {
		return sales.Address{}
	}
	return clean
}

func asLine(a sales.Address) string { return oneLine(a) + a.Phone + a.VATID }

// TypedEmail is the e-mail address that a guest has entered, "" for none: who
// signs in half-way need not type it again.
func (s *Service) TypedEmail(ctx context.Context, b Buyer) (string, error) {
	c, err := s.Carts.Load(ctx, b.Owner)
	if err != nil || len(c.Lines) == 0 {
		return "", err
	}
	v, err := loadState(ctx, s.db.Reader(), c.ID)
	return v.Email, err
}
