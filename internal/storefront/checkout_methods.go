package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// checkoutMethodsView is the second step: delivery and payment.
type checkoutMethodsView struct {
	checkoutView
	Delivery []ui.Option
	Pay      []ui.Option
	Number   bool // one of the ways to pay asks for a purchase order number
	NoWay    string
	NoPay    string
}

func (a *App) checkoutMethods(w http.ResponseWriter, r *http.Request) error {
	frame, ok, err := a.checkoutAt(w, r, stepMethods)
	if err != nil || !ok {
		return err
	}
	return a.showMethods(w, r, http.StatusOK, a.methodsStep(frame))
}

func (a *App) showMethods(w http.ResponseWriter, r *http.Request, status int, v checkoutMethodsView) error {
	return a.page(w, r, status, checkoutFrame(v.Title), checkoutMethodsPage(v))
}

func (a *App) methodsStep(frame checkoutView) checkoutMethodsView {
	s, v := frame.S, checkoutMethodsView{checkoutView: frame}
	v.Values = map[string]string{"shipping_method": v.ShippingMethod, "payment_method": v.PaymentMethod, "po_number": v.PONumber}
	usable := 0
	for _, rate := range v.Quote.ShippingOptions {
		v.Delivery = append(v.Delivery, s.delivery(rate, v.Quote.Currency))
		if rate.Problem == "" {
			usable++
		}
	}
	if !v.Quote.Virtual && usable == 0 {
		v.NoWay = s.T("checkout.no_delivery")
	}
	for _, o := range v.Payments {
		v.Number = v.Number || o.NeedsNumber
	}
	for _, o := range v.Payments {
		v.Pay = append(v.Pay, s.paymentChoice(o, v.Email, v.Number))
	}
	if len(v.Pay) == 0 {
		v.NoPay = s.T("checkout.no_payment")
	}
	return v
}

// delivery is a way of delivery as one chooses it.
func (s *Shopper) delivery(r shipping.Rate, currency string) ui.Option {
	name := s.methodName(r.Code, r.Name(), shipping.DefaultName(r.Code))
	if r.Problem != "" {
		return ui.Option{Value: r.Code, Label: name, Hint: r.Problem, Disabled: true}
	}
	price := s.T("checkout.free")
	if r.Amount > 0 {
		price = s.amount(r.Amount, currency)
	}
	return ui.Option{Value: r.Code, Label: s.T("checkout.method_price", "name", name, "price", price), Hint: r.Note}
}

// paymentChoice is a way to pay as one chooses it. While staff is in the account
// what only the payer can do becomes a link to the payer.
func (s *Shopper) paymentChoice(o payment.Option, email string, number bool) ui.Option {
	c := ui.Option{Value: o.Code, Label: s.paymentName(o), Hint: o.Instructions, Hides: number && !o.NeedsNumber}
	switch {
	case o.NeedsPayer && s.Stay != nil:
		c.Label, c.Hint = s.T("pay.send_link", "name", c.Label), s.T("pay.send_link_hint", "email", s.email(email))
	case o.NeedsPayer:
		c.Hint = s.T("pay.hosted_hint")
	}
	return c
}

func (a *App) chooseMethods(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	frame, ok, err := a.checkoutAt(w, r, stepMethods)
	if err != nil || !ok {
		return err
	}
	form := checkout.MethodForm{ShippingMethod: f.Text("shipping_method"), PaymentMethod: f.Text("payment_method"), PONumber: f.Text("po_number")}
	err = a.Checkout.ChooseMethods(r.Context(), frame.S.buyer(), form)
	if e, ok := fault.As(err); ok && e.Code == checkout.CodeEmpty {
		return a.redirect(w, r, "/checkout")
	}
	if frame.wrong(err) {
		look, err := a.Checkout.Try(r.Context(), frame.S.buyer(), form)
		if err != nil {
			return err
		}
		again := a.checkoutPage(r, look, stepMethods)
		again.Errors, again.Notice = frame.Errors, frame.Notice
		v := a.methodsStep(again)
		v.Values = map[string]string{"shipping_method": form.ShippingMethod, "payment_method": form.PaymentMethod, "po_number": form.PONumber}
		return a.showMethods(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return a.redirect(w, r, stepPaths[stepReview])
}
