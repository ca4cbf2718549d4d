package storefront

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// checkoutReviewView is the last step: everything once more, and the button.
type checkoutReviewView struct {
	checkoutView
	Key, Total string
	Parts      []reviewPart
	Staff      string // said while staff is in the account
	Button     string
}

// reviewPart is what was entered in one place, with the way back to it.
type reviewPart struct {
	Title  string
	Lines  []string
	Change ui.NavLink
}

func (a *App) checkoutReview(w http.ResponseWriter, r *http.Request) error {
	frame, ok, err := a.checkoutAt(w, r, stepReview)
	if err != nil || !ok {
		return err
	}
	return a.showReview(w, r, http.StatusOK, frame)
}

func (a *App) showReview(w http.ResponseWriter, r *http.Request, status int, frame checkoutView) error {
	v := a.reviewStep(frame)
	return a.page(w, r, status, checkoutFrame(v.Title), checkoutReviewPage(v))
}

func (a *App) reviewStep(frame checkoutView) checkoutReviewView {
	s := frame.S
	v := checkoutReviewView{
		checkoutView: frame, Key: frame.Cart.PublicID, Total: strconv.FormatInt(frame.Quote.Totals.Grand, 10), Button: s.T("checkout.place"),
	}
	v.Action = s.URL("/checkout/place")
	if s.Stay != nil {
		v.Staff = s.T("checkout.staff_notice", "name", s.Customer.Name())
	}
	address := ui.NavLink{Text: s.T("checkout.change"), Href: s.URL(stepPaths[stepAddress])}
	methods := ui.NavLink{Text: s.T("checkout.change"), Href: s.URL(stepPaths[stepMethods])}
	v.Parts = append(v.Parts, reviewPart{Title: s.T("checkout.contact"), Lines: []string{s.email(v.Email)}, Change: address})
	if !v.Quote.Virtual {
		v.Parts = append(v.Parts,
			reviewPart{Title: s.T("checkout.delivery_address"), Lines: s.addressLines(v.Shipping), Change: address},
			reviewPart{Title: s.T("checkout.delivery"), Lines: []string{s.deliveryName(v.View)}, Change: methods})
	}
	bill := s.addressLines(v.Bill())
	if v.BillingSame {
		bill = []string{s.T("checkout.billing_same")}
	}
	pay := []string{s.paymentName(*v.Payment)}
	if v.Payment.NeedsNumber {
		pay = append(pay, s.T("checkout.po_of", "number", v.PONumber))
	}
	if v.Payment.NeedsPayer && s.Stay != nil {
		pay = []string{s.T("pay.send_link", "name", pay[0]), s.T("pay.send_link_hint", "email", s.email(v.Email))}
	}
	v.Parts = append(v.Parts, reviewPart{Title: s.T("checkout.billing_address"), Lines: bill, Change: address},
		reviewPart{Title: s.T("checkout.payment"), Lines: pay, Change: methods})
	return v
}

func (s *Shopper) deliveryName(v checkout.View) string {
	return s.methodName(v.Quote.ShippingMethod, v.Quote.ShippingTitle, shipping.DefaultName(v.Quote.ShippingMethod))
}

// placeOrder makes the order, or says what has changed meanwhile and shows the
// review again: then nothing was ordered.
func (a *App) placeOrder(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	total, err := strconv.ParseInt(f.Text("total"), 10, 64)
	if err != nil {
		total = -1 // no total that a page of ours has shown: refused as any other wrong one
	}
	placed, err := a.Checkout.Place(r.Context(), s.buyer(), checkout.PlaceForm{Key: f.Text("key"), Total: total})
	if text := s.placeRefusal(err); text != "" {
		return a.placeRefused(w, r, err, text)
	}
	if err != nil {
		return err
	}
	if s.Customer == nil {
		web.DropCookie(w, web.CartCookie)
	}
	return a.toPayer(w, r, placed)
}

// placeRefusal says in the shopper's language why no order was made, "" when it
// is no refusal.
func (s *Shopper) placeRefusal(err error) string {
	e, ok := fault.As(err)
	if !ok {
		return ""
	}
	var short *catalog.Short
	if errors.As(err, &short) {
		return s.T("checkout.changed.stock")
	}
	key := map[string]string{
		checkout.CodeChanged: "checkout.changed.total", checkout.CodeProblem: "checkout.changed.stock", checkout.CodeMethods: "checkout.changed.methods",
		checkout.CodeAddress: "checkout.changed.address", checkout.CodeEmpty: "checkout.changed.empty", promotion.CodeUsedUp: "checkout.changed.coupon",
		catalog.CodeShort: "checkout.changed.stock",
	}[e.Code]
	switch {
	case key != "":
		return s.T(key)
	case e.Kind == fault.TooMany:
		return s.T("checkout.throttled")
	}
	return ""
}

// placeRefused shows the review with a notice, or the step where it is put right.
func (a *App) placeRefused(w http.ResponseWriter, r *http.Request, why error, text string) error {
	look, err := a.Checkout.Look(r.Context(), shopper(r.Context()).buyer())
	if err != nil {
		return err
	}
	for step, ready := range []bool{len(look.Cart.Lines) > 0 && look.HasAddresses(), look.HasMethods()} {
		if !ready {
			web.Flash(w, web.Warn, text)
			return a.redirect(w, r, stepPaths[step])
		}
	}
	frame := a.checkoutPage(r, look, stepReview)
	frame.Problem = &ui.Message{Tone: ui.Danger, Title: frame.S.T("checkout.nothing_ordered"), Text: text}
	if hasLineProblem(look.Quote) {
		frame.Problem.LinkText, frame.Problem.LinkHref = frame.S.T("checkout.to_cart"), frame.S.URL("/cart")
	}
	status := http.StatusConflict
	if fault.Is(why, fault.TooMany) {
		status = http.StatusTooManyRequests
	}
	return a.showReview(w, r, status, frame)
}
