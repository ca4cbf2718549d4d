package storefront

import (
	"context"
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// offerView is what stands beside the lines of a cart: totals, the discount
// code, and the estimate of shipping and tax.
type offerView struct {
	S                     *Shopper
	Token                 string
	Totals                []totalRow
	Code                  ui.Field
	Coupon                string // on the cart, "" for none
	CouponText            string // what became of it
	CouponTone            ui.Tone
	Country               ui.Field
	Region, Postcode      ui.Field
	Countries             []ui.Option
	Method                ui.Field
	Methods               []ui.Option
	NoDelivery, Estimated bool
	Virtual               bool
}

// cartTyped is what somebody typed on the cart's page that was refused, and why,
// in their language. Quantities are by product id.
type cartTyped struct {
	Qty, QtyErrors map[int64]string
	Values, Errors map[string]string
}

var couponKeys = map[string]string{
	checkout.CouponMissing: "cart.coupon.missing", checkout.CouponInvalid: "cart.coupon.invalid",
	checkout.CouponUsedUp: "cart.coupon.used_up", checkout.CouponNotMet: "cart.coupon.not_met",
}

var couponStates = map[promotion.CouponState]string{
	promotion.CouponUnknown: "cart.coupon.invalid", promotion.CouponUsedUp: "cart.coupon.used_up", promotion.CouponNotMet: "cart.coupon.not_met",
}

// couponChange puts a discount code on the cart, or takes it off.
func (a *App) couponChange(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	if f.Text("do") == "remove" {
		if err := a.Carts.RemoveCoupon(r.Context(), s.cartOwner()); err != nil {
			return err
		}
		web.Flash(w, web.Good, s.T("cart.coupon.removed"))
		return a.redirect(w, r, "/cart")
	}
	c, err := a.Carts.Load(r.Context(), s.cartOwner())
	if err != nil {
		return err
	}
	ask, err := a.cartQuoteRequest(r.Context(), s, c)
	if err != nil {
		return err
	}
	err = a.Pricer.ApplyCoupon(r.Context(), s.cartOwner(), ask, f.Text("coupon"))
	if code := fault.FieldsOf(err)["coupon"]; code != "" {
		return a.showCart(w, r, http.StatusUnprocessableEntity, cartTyped{
			Values: map[string]string{"coupon": f.Text("coupon")}, Errors: map[string]string{"coupon": s.T(couponKeys[code])},
		})
	}
	if fault.Is(err, fault.NotFound) {
		return a.redirect(w, r, "/cart") // the cart is empty: the page says so
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("cart.coupon.added", "code", f.Text("coupon")))
	return a.redirect(w, r, "/cart")
}

// estimate notes where the cart would go.
func (a *App) estimate(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	e := cart.Estimate{Country: f.Text("country"), Region: f.Text("region"), Postcode: f.Text("postcode"), Method: f.Text("shipping_method")}
	err = a.Carts.SetEstimate(r.Context(), s.cartOwner(), e)
	if wrong := fault.FieldsOf(err); wrong != nil {
		t := cartTyped{Values: map[string]string{"country": e.Country, "region": e.Region, "postcode": e.Postcode}, Errors: map[string]string{}}
		for name := range wrong {
			t.Errors[name] = s.T("cart.estimate.wrong")
		}
		return a.showCart(w, r, http.StatusUnprocessableEntity, t)
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return a.redirect(w, r, "/cart")
}

// cartQuoteRequest asks what a cart costs its shopper now: at the estimated
// place, else at the customer's own default address.
func (a *App) cartQuoteRequest(ctx context.Context, s *Shopper, c *cart.Cart) (checkout.QuoteRequest, error) {
	r := checkout.QuoteRequest{
		Cart: c, WebsiteID: s.Website.ID, ViewID: s.View.ID, GroupID: s.GroupID(), Coupon: c.Coupon, ShippingMethod: c.Estimate.Method,
	}
	if s.Customer != nil {
		r.CustomerID = s.Customer.ID
	}
	if e := c.Estimate; e.Country != "" {
		r.Shipping = &sales.Address{Country: e.Country, Region: e.Region, Postcode: e.Postcode}
		return r, nil
	}
	if s.Customer == nil || len(c.Lines) == 0 {
		return r, nil
	}
	all, err := a.Customers.Addresses(ctx, s.Customer.ID)
	for _, at := range all {
		if at.DefaultShipping {
			r.Shipping = &sales.Address{Country: at.Country, Region: at.Region, Postcode: at.Postcode}
		}
	}
	return r, err
}

// quoteCart prices a cart for its page. When there is one way of delivery only,
// its price counts before it is chosen.
func (a *App) quoteCart(ctx context.Context, s *Shopper, c *cart.Cart) (checkout.Quote, checkout.QuoteRequest, error) {
	r, err := a.cartQuoteRequest(ctx, s, c)
	if err != nil {
		return checkout.Quote{}, r, err
	}
	q, err := a.Pricer.Quote(ctx, a.DB.Reader(), r)
	if only, ok := onlyOption(q.ShippingOptions); err == nil && q.ShippingMethod == "" && ok {
		r.ShippingMethod = only.Code
		q, err = a.Pricer.Quote(ctx, a.DB.Reader(), r)
	}
	return q, r, err
}

func onlyOption(all []shipping.Rate) (only shipping.Rate, ok bool) {
	n := 0
	for _, o := range all {
		if o.Problem == "" {
			only, n = o, n+1
		}
	}
	return only, n == 1
}

// offer draws what stands beside the lines.
func (a *App) offer(ctx context.Context, c *cart.Cart, q *checkout.Quote, r checkout.QuoteRequest, t cartTyped) offerView {
	s := shopper(ctx)
	v := offerView{
		S: s, Token: web.CSRF(ctx), Totals: a.totalRows(ctx, s, q), Coupon: c.Coupon, Virtual: q.Virtual, Estimated: r.Shipping != nil,
		Code: ui.Field{Name: "coupon", Label: s.T("cart.coupon.field"), Value: t.Values["coupon"], Error: t.Errors["coupon"], Autocomplete: "off", MaxLength: promotion.MaxCode},
	}
	if c.Coupon != "" {
		v.CouponText, v.CouponTone = s.T("cart.coupon.counts", "code", q.Coupon), ui.Success
		if key := couponStates[q.CouponState]; key != "" {
			v.CouponText, v.CouponTone = s.T("cart.coupon.idle", "code", c.Coupon)+" "+s.T(key), ui.Warning
		}
	}
	at := sales.Address{}
	if r.Shipping != nil {
		at = *r.Shipping
	}
	if t.Values["country"] != "" || t.Errors["country"] != "" {
		at = sales.Address{Country: t.Values["country"], Region: t.Values["region"], Postcode: t.Values["postcode"]}
	}
	v.place(at, t.Errors)
	v.methods(q)
	return v
}

func (v *offerView) place(at sales.Address, errs map[string]string) {
	s := v.S
	v.Country = ui.Field{Name: "country", Label: s.T("address.country"), Value: at.Country, Error: errs["country"], Autocomplete: "shipping country"}
	v.Region = ui.Field{Name: "region", Label: s.T("address.region"), Value: at.Region, Error: errs["region"], Autocomplete: "shipping address-level1", MaxLength: 64}
	v.Postcode = ui.Field{Name: "postcode", Label: s.T("address.postcode"), Value: at.Postcode, Error: errs["postcode"], Autocomplete: "shipping postal-code", MaxLength: 64}
	v.Countries = s.countries()
}

// methods are the ways of delivery there, with their prices.
func (v *offerView) methods(q *checkout.Quote) {
	v.Method = ui.Field{Name: "shipping_method", Label: v.S.T("cart.estimate.method"), Value: q.ShippingMethod}
	usable := false
	for _, o := range q.ShippingOptions {
		hint := strings.TrimSpace(o.Note + " " + o.Problem)
		usable = usable || o.Problem == ""
		label := o.Name()
		if o.Problem == "" {
			label += " · " + v.S.Locale.Money(money.New(o.Amount, q.Currency))
		}
		v.Methods = append(v.Methods, ui.Option{Value: o.Code, Label: label, Hint: hint, Disabled: o.Problem != ""})
	}
	v.NoDelivery = v.Estimated && !q.Virtual && !usable
}
