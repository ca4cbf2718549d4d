package checkout

import (
	"context"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions of this area; the order itself is sales.OrderPlaced.
const (
	AddressesEntered sqldb.Action = "checkout.addresses_entered"
	MethodsChosen    sqldb.Action = "checkout.methods_chosen"
)

// AllowGuests says whether one may order without an account.
var AllowGuests = config.Bool("checkout.guest", config.In(config.Checkout, "Checkout Options"), config.Label("Allow Guest Checkout"),
	config.At(config.Website), config.Default(true), config.Help("Without it one has to sign in or register before ordering."))

// Service leads carts through the checkout.
type Service struct {
	db *sqldb.DB
	Deps
}

// Deps are what the service works with.
type Deps struct {
	Pricer     *Pricer
	Carts      *cart.Service
	Promotions *promotion.Service
	Payments   *payment.Service
	Sales      *sales.Service
	Config     *config.Service
	Throttle   *session.Throttle
}

// New makes the service.
func New(db *sqldb.DB, d Deps) *Service { return &Service{db, d} }

// Buyer is who orders: a customer, or a guest with CustomerID 0.
type Buyer struct {
	cart.Owner
	Email, FirstName, LastName string // of a customer
}

// BuyerOf is a customer who orders.
func BuyerOf(o cart.Owner, c customer.Customer) Buyer {
	return Buyer{o, c.Email, c.FirstName, c.LastName}
}

// View is a checkout as it stands: what was entered, what it costs, what can be
// chosen.
type View struct {
	State
	Cart     *cart.Cart
	Quote    Quote
	Payments []payment.Option
	Payment  *payment.Option // chosen, and can be had
}

// HasAddresses reports whether one can go on to the methods.
func (v *View) HasAddresses() bool {
	return v.Email != "" && v.bill().Country != "" && (v.Quote.Virtual || v.Shipping.Country != "")
}

// HasMethods reports whether one can go on to the review.
func (v *View) HasMethods() bool {
	return v.HasAddresses() && v.Payment != nil && (v.Quote.Virtual || v.Quote.ShippingMethod != "") &&
		(!v.Payment.NeedsNumber || v.PONumber != "")
}

// Look returns the buyer's checkout with current prices.
func (s *Service) Look(ctx context.Context, b Buyer) (View, error) {
	c, err := s.Carts.Load(ctx, b.Owner)
	if err != nil {
		return View{}, err
	}
	return s.look(ctx, s.db.Reader(), b, c, nil)
}

// Try is Look with other methods than those kept, to show a form again.
func (s *Service) Try(ctx context.Context, b Buyer, f MethodForm) (View, error) {
	c, err := s.Carts.Load(ctx, b.Owner)
	if err != nil {
		return View{}, err
	}
	return s.look(ctx, s.db.Reader(), b, c, &f)
}

func (s *Service) look(ctx context.Context, q sqldb.Querier, b Buyer, c *cart.Cart, typed *MethodForm) (v View, err error) {
	v.Cart = c
	if len(c.Lines) == 0 {
		return v, nil
	}
	if v.State, err = loadState(ctx, q, c.ID); err != nil {
		return v, err
	}
	if b.CustomerID != 0 {
		v.Email = b.Email
	}
	if typed != nil {
		v.ShippingMethod, v.PaymentMethod, v.PONumber = typed.ShippingMethod, typed.PaymentMethod, customer.Clean(typed.PONumber)
	}
	if err := s.price(ctx, q, b, &v); err != nil || !v.HasAddresses() {
		return v, err
	}
	return v, s.offerPayments(ctx, b, &v)
}

// price quotes the cart. Until a way of delivery is chosen the first one stands in.
func (s *Service) price(ctx context.Context, q sqldb.Querier, b Buyer, v *View) (err error) {
	if v.Quote, err = s.Pricer.Quote(ctx, q, v.request(b)); err != nil || v.Quote.ShippingMethod != "" {
		return err
	}
	for _, o := range v.Quote.ShippingOptions {
		if o.Problem == "" && v.ShippingMethod == "" {
			v.ShippingMethod = o.Code
			v.Quote, err = s.Pricer.Quote(ctx, q, v.request(b))
		}
	}
	return err
}

// offerPayments finds the ways to pay; the only one there is counts as chosen.
func (s *Service) offerPayments(ctx context.Context, b Buyer, v *View) (err error) {
	r := payment.Request{WebsiteID: b.WebsiteID, ViewID: b.ViewID, Currency: v.Quote.Currency, Total: v.Quote.Totals.Grand, Country: v.bill().Country}
	if v.Payments, err = s.Payments.Options(ctx, r); err != nil {
		return err
	}
	if len(v.Payments) == 1 && v.PaymentMethod == "" {
		v.PaymentMethod = v.Payments[0].Code
	}
	for i, o := range v.Payments {
		if o.Code == v.PaymentMethod {
			v.Payment = &v.Payments[i]
		}
	}
	return nil
}

// request asks the price of what was entered.
func (v *View) request(b Buyer) QuoteRequest {
	r := QuoteRequest{
		Cart: v.Cart, WebsiteID: b.WebsiteID, ViewID: b.ViewID, GroupID: b.GroupID, CustomerID: b.CustomerID,
		ShippingMethod: v.ShippingMethod, PaymentMethod: v.PaymentMethod, Coupon: v.Cart.Coupon,
	}
	if v.Shipping.Country != "" {
		r.Shipping = &v.Shipping
	}
	if bill := v.bill(); bill.Country != "" {
		r.Billing = &bill
	}
	return r
}

// mayOrder refuses guests where the merchant wants accounts.
func (s *Service) mayOrder(ctx context.Context, b Buyer) error {
	if b.CustomerID == 0 && !s.Config.Bool(ctx, AllowGuests, config.OfWebsite(b.WebsiteID)) {
		return &fault.Error{Kind: fault.SignIn, Code: "no_guests", Message: "Please sign in to order."}
	}
	return nil
}
