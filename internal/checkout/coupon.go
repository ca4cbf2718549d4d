package checkout

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sqldb"
)

// The codes in which a coupon's field says what is wrong, so that the storefront
// can say it in its language.
const (
	CouponMissing = "coupon_missing"
	CouponInvalid = "coupon_invalid"
	CouponUsedUp  = "coupon_used_up"
	CouponNotMet  = "coupon_not_met"
)

// ApplyCoupon puts a coupon on the owner's cart, if it counts for what is in it
// now. r says for whom and where to; its cart and coupon are read anew. A
// refusal is an error of the field "coupon" in one of the codes.
func (p *Pricer) ApplyCoupon(ctx context.Context, o cart.Owner, r QuoteRequest, code string) error {
	code = strings.TrimSpace(code)
	switch {
	case code == "":
		return fault.Fields{"coupon": CouponMissing}.Err()
	case utf8.RuneCountInString(code) > promotion.MaxCode:
		return fault.Fields{"coupon": CouponInvalid}.Err()
	}
	return p.db.Change(ctx, cart.CouponApplied, func(ctx context.Context, tx *sqldb.Tx) error {
		err := p.carts.SetCouponTx(ctx, tx, o, code)
		if err == nil {
			r.Cart, err = p.carts.LoadTx(ctx, tx, o)
		}
		if err != nil {
			return err
		}
		r.Coupon = code
		q, err := p.Quote(ctx, tx, r)
		if err != nil {
			return err
		}
		return refusedCoupon(q.CouponState)
	})
}

func refusedCoupon(state promotion.CouponState) error {
	code, bad := map[promotion.CouponState]string{
		promotion.CouponUnknown: CouponInvalid, promotion.CouponUsedUp: CouponUsedUp, promotion.CouponNotMet: CouponNotMet,
	}[state]
	if !bad {
		return nil
	}
	return fault.Fields{"coupon": code}.Err()
}
