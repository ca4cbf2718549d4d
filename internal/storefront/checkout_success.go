package storefront

import (
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
)

// orderCookie remembers what this browser has just ordered: the order's public
// id and, while it can be paid here, the token of its payment link. In a stay it
// is neither set nor read: the agent's browser remembers nothing of a customer.
const orderCookie = "__Host-order"

// checkoutSuccessView thanks and says what happens next.
type checkoutSuccessView struct {
	formView
	Title, Number string
	Lead          string
	Staff         string
	Instructions  []string
	PayHref       string
	LinkSent      string
	Failed        string
	Order         string // address of the order in the account
	Account       bool   // an account can be opened with this order
	PasswordHint  string
	Email         string
}

// toPayer leads on from an order: to the provider's page where the payer sits at
// this browser, otherwise to the thanks.
func (a *App) toPayer(w http.ResponseWriter, r *http.Request, p checkout.Placed) error {
	s := shopper(r.Context())
	done := "/checkout/success"
	if s.Customer != nil {
		done += "?" + query("order", p.Order.Number)
	}
	if s.Stay == nil && (s.Customer == nil || p.PayToken != "") && !p.Already {
		web.SetCookie(w, orderCookie, strings.TrimSuffix(p.Order.PublicID+"."+p.PayToken, "."), 24*3600)
	}
	if p.PayToken == "" {
		return a.redirect(w, r, done)
	}
	return a.startPayment(w, r, p.Order, done, "/pay/"+p.PayToken)
}

// startPayment leads to the provider's page. When it does not answer the order
// stands, and can be paid a little later.
func (a *App) startPayment(w http.ResponseWriter, r *http.Request, o sales.Order, done, again string) error {
	s := shopper(r.Context())
	to, err := a.Payments.Start(r.Context(), o, s.URL(done))
	if fault.Is(err, fault.Unavailable) {
		a.Log.Warn("payment provider", "order", o.Number, "error", err)
		web.Flash(w, web.Bad, s.T("pay.unavailable"))
		return a.redirect(w, r, again)
	}
	if err != nil {
		return err
	}
	if strings.HasPrefix(to, "/") {
		return a.redirect(w, r, to)
	}
	return web.RedirectOut(w, r, to)
}

// justOrdered finds the order that the success page is about, if this browser
// may see it.
func (a *App) justOrdered(r *http.Request) (o sales.Order, token string, ok bool, err error) {
	s := shopper(r.Context())
	public, token := "", ""
	if s.Stay == nil {
		public, token, _ = strings.Cut(web.Cookie(r, orderCookie), ".")
	}
	number := r.URL.Query().Get("order")
	var full sales.Full
	switch {
	case s.Customer != nil && number != "":
		full, err = a.Sales.FindNumber(r.Context(), number)
	case public != "":
		full, err = a.Sales.FindPublic(r.Context(), public)
	default:
		return o, "", false, nil
	}
	if fault.Is(err, fault.NotFound) {
		return o, "", false, nil
	}
	if err != nil {
		return o, "", false, err
	}
	o = full.Order
	if o.PublicID != public {
		token = ""
	}
	mine := o.Guest() || s.Customer != nil && o.CustomerID == s.Customer.ID
	return o, token, mine && (!o.Guest() || o.PublicID == public), nil
}

func (a *App) checkoutSuccess(w http.ResponseWriter, r *http.Request) error {
	o, token, ok, err := a.justOrdered(r)
	if err != nil {
		return err
	}
	if !ok {
		return a.redirect(w, r, "/cart")
	}
	v, err := a.successView(r, o, token)
	if err != nil {
		return err
	}
	return a.showSuccess(w, r, http.StatusOK, v)
}

func (a *App) showSuccess(w http.ResponseWriter, r *http.Request, status int, v checkoutSuccessView) error {
	return a.page(w, r, status, shopPage{Title: v.Title, Path: "/", Personal: true}, checkoutSuccessPage(v))
}

func (a *App) successView(r *http.Request, o sales.Order, token string) (v checkoutSuccessView, err error) {
	s := shopper(r.Context())
	v = checkoutSuccessView{
		formView: formView{S: s, Action: s.URL("/checkout/account"), Token: web.CSRF(r.Context()), Values: map[string]string{}},
		Title:    s.T("checkout.thanks"), Number: o.Number, Email: s.email(o.Email), Lead: s.T("checkout.mailed", "email", s.email(o.Email)),
		Account: o.Guest() && s.Customer == nil, PasswordHint: a.passwordHint(r.Context(), s),
	}
	if !o.Guest() {
		v.Order = s.URL("/account/orders/" + o.Number)
	}
	if s.Stay != nil && o.PlacedInStay() {
		v.Staff = s.T("checkout.staff_placed", "name", s.Customer.Name())
	}
	text, err := a.Payments.Instructions(r.Context(), o)
	for line := range strings.Lines(text) {
		v.Instructions = append(v.Instructions, strings.TrimSpace(line))
	}
	switch {
	case o.State == sales.Canceled:
		v.Title, v.Lead, v.Failed, v.Account = s.T("checkout.not_paid"), "", s.T("checkout.not_paid_text"), false
	case payment.CanLink(o) && o.State == sales.PendingPayment && token != "":
		v.PayHref = s.URL("/pay/" + token)
	case o.State == sales.PendingPayment && s.Stay != nil:
		v.LinkSent = s.T("pay.link_sent", "email", s.email(o.Email))
	}
	return v, err
}

// openAccount makes an account of a guest's order and puts the order into it.
func (a *App) openAccount(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	o, token, ok, err := a.justOrdered(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	if !ok || !o.Guest() || s.Customer != nil {
		return a.redirect(w, r, "/account")
	}
	in, err := a.Customers.Register(r.Context(), customer.RegisterForm{
		WebsiteID: s.Website.ID, StoreViewID: s.View.ID, Email: o.Email, FirstName: o.FirstName, LastName: o.LastName,
		Password: f.Raw("password"), Repeat: f.Raw("password_again"), Old: web.Cookie(r, web.ShopCookie),
	})
	v, viewErr := a.successView(r, o, token)
	if viewErr != nil {
		return viewErr
	}
	if v.wrong(err) {
		if v.Errors["email"] != "" {
			v.Notice = v.Errors["email"]
		}
		return a.showSuccess(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if in.Secret != "" {
		if err := a.signedIn(w, r, in); err != nil {
			return err
		}
	}
	if err := a.Sales.Adopt(asCustomer(r.Context(), in), o.ID, in.Customer.ID); err != nil {
		return err
	}
	if in.Secret == "" {
		return a.toConfirm(w, r, in.Customer.Email)
	}
	web.Flash(w, web.Good, s.T("register.done"))
	return a.redirect(w, r, afterSignIn("/account"))
}
