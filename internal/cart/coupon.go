package cart

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// SetCouponTx notes a coupon with the owner's cart, inside a change named
// CouponApplied. Whether the coupon counts is for the caller to find out in the
// same change.
func (s *Service) SetCouponTx(ctx context.Context, tx *sqldb.Tx, o Owner, code string) error {
	code = strings.TrimSpace(code)
	h, before, err := holdKept(ctx, tx, o)
	if err != nil {
		return err
	}
	tx.About("cart", strconv.FormatInt(h.id, 10))
	tx.Details = code
	tx.Diff("coupon", before.Coupon, code)
	_, err = tx.Exec(ctx, `UPDATE cart SET coupon_code = $1 WHERE id = $2`, code, h.id)
	return err
}

// RemoveCoupon takes the coupon off the owner's cart.
func (s *Service) RemoveCoupon(ctx context.Context, o Owner) error {
	return s.change(ctx, CouponRemoved, func(ctx context.Context, tx *sqldb.Tx) error {
		h, before, err := holdKept(ctx, tx, o)
		if fault.Is(err, fault.NotFound) || err == nil && before.Coupon == "" {
			return errUnchanged
		}
		if err != nil {
			return err
		}
		tx.About("cart", strconv.FormatInt(h.id, 10))
		tx.Details = before.Coupon
		tx.Diff("coupon", before.Coupon, "")
		_, err = tx.Exec(ctx, `UPDATE cart SET coupon_code = '' WHERE id = $1`, h.id)
		return err
	})
}

// SetEstimate notes where the owner's cart would go. What it costs to bring it
// there is worked out whenever the cart is shown.
func (s *Service) SetEstimate(ctx context.Context, o Owner, e Estimate) error {
	e = Estimate{strings.ToUpper(strings.TrimSpace(e.Country)), strings.TrimSpace(e.Region), strings.TrimSpace(e.Postcode), strings.TrimSpace(e.Method)}
	f := fault.Fields{}
	if e.Country != "" && !customer.KnownCountry(e.Country) {
		f.Add("country", "Choose a country.")
	}
	for name, text := range map[string]string{"region": e.Region, "postcode": e.Postcode, "shipping_method": e.Method} {
		if utf8.RuneCountInString(text) > 64 {
			f.Add(name, "Use at most %d characters.", 64)
		}
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.change(ctx, Estimated, func(ctx context.Context, tx *sqldb.Tx) error {
		h, before, err := holdKept(ctx, tx, o)
		if err != nil {
			return err
		}
		if before.Estimate == e {
			return errUnchanged
		}
		tx.About("cart", strconv.FormatInt(h.id, 10))
		tx.Details = strings.TrimSpace(e.Country + " " + e.Postcode)
		tx.Diff("country", before.Estimate.Country, e.Country)
		tx.Diff("region", before.Estimate.Region, e.Region)
		tx.Diff("postcode", before.Estimate.Postcode, e.Postcode)
		tx.Diff("shipping_method", before.Estimate.Method, e.Method)
		_, err = tx.Exec(ctx, `UPDATE cart SET estimate_country = $1, estimate_region = $2, estimate_postcode = $3, shipping_method = $4 WHERE id = $5`,
			e.Country, e.Region, e.Postcode, e.Method, h.id)
		return err
	})
}

// holdKept is hold with what a cart keeps beside its lines; without a cart it
// refuses.
func holdKept(ctx context.Context, tx *sqldb.Tx, o Owner) (held, Cart, error) {
	h, ok, err := hold(ctx, tx, o)
	if err != nil {
		return h, Cart{}, err
	}
	if !ok {
		e := fault.New(fault.NotFound, "The cart is empty.")
		e.Code = CodeNotThere
		return h, Cart{}, e
	}
	c, err := sqldb.One(ctx, tx, func(r sqldb.Scanner) (c Cart, err error) {
		err = r.Scan(&c.Coupon, &c.Estimate.Country, &c.Estimate.Region, &c.Estimate.Postcode, &c.Estimate.Method)
		return c, err
	}, `SELECT coupon_code, estimate_country, estimate_region, estimate_postcode, shipping_method FROM cart WHERE id = $1`, h.id)
	return h, c, err
}

// keepCoupon gives the customer's cart the guest's coupon when it has none.
func keepCoupon(ctx context.Context, tx *sqldb.Tx, cartID int64, mine, guest *Cart) error {
	if guest.Coupon == "" || mine.Coupon != "" {
		return nil
	}
	n, err := tx.Exec(ctx, `UPDATE cart SET coupon_code = $1 WHERE id = $2 AND coupon_code = ''`, guest.Coupon, cartID)
	if n > 0 {
		tx.Diff("coupon", "", guest.Coupon)
	}
	return err
}
