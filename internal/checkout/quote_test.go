package checkout_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
)

type fixture struct {
	*checkout.Pricer
	t     *testing.T
	shop  *catalogtest.Shop
	carts *cart.Service
	rules *promotion.Service
	conf  *config.Service
}

var (
	ctx  = actor.With(context.Background(), actor.Who{Kind: actor.Customer, ID: 7, Name: "Vera Lind", Subject: actor.Subject{ID: 7, Name: "Vera Lind"}})
	vera = cart.Owner{CustomerID: 7, WebsiteID: 1, ViewID: 1, GroupID: 1, Currency: "EUR"}
	home = sales.Address{Country: "US", Region: "CA", Postcode: "94105"}
)

// each makes the shop of the reference's order A: mugs at 19.99, bags at 45.00,
// 8.25 % tax on goods and shipping, 7.50 of shipping an order.
func each(t *testing.T, fn func(t *testing.T, f fixture)) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		shop := catalogtest.New(t, db)
		stores := store.New(db, "")
		conf := config.New(db, stores)
		f := fixture{t: t, shop: shop, carts: cart.New(db), rules: promotion.New(db), conf: conf}
		taxes := tax.New(db, conf, stores)
		f.Pricer = checkout.NewPricer(db, f.carts, f.rules, taxes, shipping.New(db, conf))
		shop.Exec(`INSERT INTO customer (id, website_id, group_id, email, email_key, first_name, last_name, name_key, active, created_at, updated_at)
			VALUES (7, 1, 1, 'v', 'v', 'Vera', 'Lind', 'v', TRUE, 0, 0)`)
		bags := shop.Category(shop.Root, "Bags")
		shop.Product("mug", catalogtest.Priced(1999))
		shop.Product("bag", catalogtest.Priced(4500), catalogtest.In(bags, 1))
		shop.Product("card", catalogtest.Priced(2500), func(p *catalog.Product) { p.Kind = catalog.Virtual })
		rate, err := taxes.SaveRate(ctx, tax.Rate{Code: "US-CA", Country: "US", Region: tax.Any, Postcode: tax.Any, PPM: 82_500})
		f.check(err)
		_, err = taxes.SaveRule(ctx, tax.Rule{Name: "CA", RateIDs: []int64{rate}, ProductClasses: []string{tax.Taxable, tax.Shipping}, CustomerClasses: []string{tax.Retail}})
		f.check(err)
		f.set("shipping.flatrate.type", "order", "shipping.flatrate.price", "7.50", "tax.shipping_class", tax.Shipping, "tax.destination_country", "US", "tax.method", "total")
		fn(t, f)
	})
}

func (f fixture) check(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f fixture) set(pairs ...string) {
	f.t.Helper()
	f.check(f.shop.DB.Change(ctx, config.Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			field, ok := config.ByPath(pairs[i])
			if !ok {
				f.t.Fatal("no field ", pairs[i])
			}
			if err := f.conf.Put(ctx, tx, config.Everywhere, config.Edit{Field: field, Value: pairs[i+1]}); err != nil {
				return err
			}
		}
		return nil
	}))
}

func (f fixture) rule(change func(*promotion.Rule)) int64 {
	f.t.Helper()
	r := promotion.Rule{Name: "Ten percent", Active: true, Websites: []int64{1}, Groups: []int64{1}, Coupon: promotion.NoCoupon,
		Discount: promotion.Percent, Amount: 100_000}
	change(&r)
	id, err := f.rules.Save(ctx, r)
	f.check(err)
	return id
}

func (f fixture) fill(pairs ...any) {
	f.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		_, err := f.carts.Add(ctx, vera, pairs[i].(string), int64(pairs[i+1].(int)))
		f.check(err)
	}
}

// asked is vera's cart sent home by flat rate.
func (f fixture) asked() checkout.QuoteRequest {
	f.t.Helper()
	c, err := f.carts.Load(ctx, vera)
	f.check(err)
	return checkout.QuoteRequest{Cart: c, WebsiteID: 1, ViewID: 1, GroupID: 1, CustomerID: 7, Shipping: &home, ShippingMethod: shipping.FlatRate, Coupon: c.Coupon}
}

// quote is a quote in a line; asked outside and inside a change, which agree.
func (f fixture) quote(r checkout.QuoteRequest) string {
	f.t.Helper()
	q, err := f.Quote(ctx, f.shop.DB.Reader(), r)
	f.check(err)
	f.check(f.shop.DB.Change(ctx, "test.read", func(ctx context.Context, tx *sqldb.Tx) error {
		inside, err := f.Quote(ctx, tx, r)
		if err == nil && fmt.Sprint(inside.Totals) != fmt.Sprint(q.Totals) {
			f.t.Errorf("inside a change %v, outside %v", inside.Totals, q.Totals)
		}
		return err
	}))
	return say(q)
}

func say(q checkout.Quote) string {
	t := q.Totals
	out := fmt.Sprintf("%d -%d +%d -%d +%d = %d", t.Subtotal, t.Discount, t.Shipping, t.ShippingDiscount, t.Tax, t.Grand)
	if q.DiscountLabel != "" || q.CouponState != "" {
		out += fmt.Sprintf(" (%s %s%s)", q.DiscountLabel, q.CouponState, q.Coupon)
	}
	for _, p := range q.Problems {
		out += " " + string(p.Code) + p.SKU
	}
	return out
}

func (f fixture) want(what, got, want string) {
	f.t.Helper()
	if got != want {
		f.t.Errorf("%s: got %s, want %s", what, got, want)
	}
}

func TestACartCostsWhatTheReferenceSays(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.fill("mug", 3, "bag", 1)
		f.rule(func(r *promotion.Rule) { r.Coupon, r.Code = promotion.SpecificCoupon, "SAVE10" })
		f.want("without the coupon", f.quote(f.asked()), "10497 -0 +750 -0 +928 = 12175")
		r := f.asked()
		r.Coupon = "save10"
		f.want("V10, order A", f.quote(r), "10497 -1050 +750 -0 +841 = 11038 (SAVE10 appliedSAVE10)")
		q, err := f.Quote(ctx, f.shop.DB.Reader(), r)
		f.check(err)
		var d sales.Draft
		q.Fill(&d)
		f.want("the order's draft", fmt.Sprintf("%d %s %d %s %v %s %d", len(d.Lines), d.Lines[0].SKU, d.Lines[1].Qty, d.Coupon, d.RuleIDs, d.ShippingTitle, d.Totals.Grand), "2 mug 1 SAVE10 [1] Flat Rate - Fixed 11038")
	})
}

func TestWithoutAnAddressTheDefaultDestinationIsTaxedAndNothingShipped(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.fill("bag", 1)
		r := f.asked()
		r.Shipping = nil
		f.want("no address", f.quote(r), "4500 -0 +0 -0 +371 = 4871 no_shipping_method")
		r = f.asked()
		r.ShippingMethod = shipping.Pickup
		f.want("a method that is not to be had", f.quote(r), "4500 -0 +0 -0 +371 = 4871 shipping_method_gone")
		r.Cart = &cart.Cart{Currency: "EUR"}
		f.want("an empty cart", f.quote(r), "0 -0 +0 -0 +0 = 0 empty")
		check := sales.Address{Country: "DE"}
		r = f.asked()
		r.Shipping = &check
		f.want("where no rate applies", f.quote(r), "4500 -0 +750 -0 +0 = 5250")
	})
}

func TestARuleCanMakeShippingFreeOrCheaper(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.fill("mug", 1)
		free := f.rule(func(r *promotion.Rule) {
			r.Amount, r.FreeShipping, r.Labels = 0, true, map[int64]string{0: "Free shipping"}
			r.Conditions = []promotion.Condition{{Attribute: promotion.Subtotal, Operator: promotion.AtLeast, Value: "5000"}}
		})
		f.want("below the amount", f.quote(f.asked()), "1999 -0 +750 -0 +227 = 2976")
		f.fill("bag", 1)
		f.want("above it", f.quote(f.asked()), "6499 -0 +0 -0 +536 = 7035")
		f.check(f.rules.Delete(ctx, free))
		f.rule(func(r *promotion.Rule) {
			r.ToShipping, r.Only = true, []promotion.Condition{{Attribute: promotion.Category, Operator: promotion.OneOf, Value: "2"}}
		})
		f.want("ten percent off bags and shipping", f.quote(f.asked()), "6499 -450 +750 -75 +555 = 7279")
	})
}

func TestWhatIsNotShippedNeedsNoDelivery(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.fill("card", 2)
		r := f.asked()
		r.Billing, r.Shipping, r.ShippingMethod = &home, nil, ""
		f.want("virtual", f.quote(r), "5000 -0 +0 -0 +413 = 5413")
		q, err := f.Quote(ctx, f.shop.DB.Reader(), r)
		f.check(err)
		f.want("virtual", fmt.Sprint(q.Virtual, q.ShippingOptions), "true []")
	})
}

func TestACouponIsTakenOnlyWhenItCounts(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.rule(func(r *promotion.Rule) {
			r.Coupon, r.Code, r.UsesPerCustomer = promotion.SpecificCoupon, "SAVE10", 1
			r.Conditions = []promotion.Condition{{Attribute: promotion.TotalQty, Operator: promotion.AtLeast, Value: "2"}}
		})
		apply := func(code string) string {
			r := f.asked()
			r.ShippingMethod = ""
			err := f.ApplyCoupon(ctx, vera, r, code)
			if err != nil && fault.FieldsOf(err) == nil {
				return string(fault.KindOf(err))
			}
			return fault.FieldsOf(err)["coupon"]
		}
		f.want("no cart", apply("SAVE10"), string(fault.NotFound))
		f.fill("mug", 1)
		f.want("nothing typed", apply(" "), checkout.CouponMissing)
		f.want("an invented code", apply("SAVE20"), checkout.CouponInvalid)
		f.want("too few pieces", apply("SAVE10"), checkout.CouponNotMet)
		f.want("nothing kept", f.asked().Coupon, "")
		f.fill("mug", 1)
		f.want("enough", apply(" save10"), "")
		f.want("kept", f.asked().Coupon, "save10")
		f.want("priced", f.quote(f.asked()), "3998 -400 +750 -0 +359 = 4707 (SAVE10 appliedSAVE10)")
		f.shop.Exec(`INSERT INTO cart_rule_customer (rule_id, customer_id, uses) VALUES (1, 7, 1)`)
		f.want("used", apply("SAVE10"), checkout.CouponUsedUp)
		f.want("no longer counts", f.quote(f.asked()), "3998 -0 +750 -0 +392 = 5140 ( used_up)")
		f.check(f.carts.RemoveCoupon(ctx, vera))
		f.want("removed", f.asked().Coupon, "")
	})
}

func TestProblemsOfLinesAreToldAndWhatIsGoneCostsNothing(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.fill("mug", 3, "bag", 1)
		f.shop.Exec(`UPDATE product SET enabled = FALSE WHERE sku = 'bag'`)
		f.shop.Exec(`UPDATE product SET on_hand = 2 WHERE sku = 'mug'`)
		f.want("problems", f.quote(f.asked()), "5997 -0 +750 -0 +557 = 7304 too_manymug gonebag")
	})
}
