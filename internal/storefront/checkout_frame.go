package storefront

import (
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// The steps of the checkout, each a page of its own that keeps what was entered.
const (
	stepAddress = iota
	stepMethods
	stepReview
)

var stepPaths = []string{"/checkout", "/checkout/methods", "/checkout/review"}

// checkoutView is what all steps show.
type checkoutView struct {
	formView
	checkout.View
	Title   string
	Steps   []checkoutStep
	Summary summaryView
	Problem *ui.Message
	Order   []string // names of fields as they stand on the page, for the summary of errors
}

type checkoutStep struct {
	Text, Href    string
	Current, Done bool
}

// summaryView is what is bought and what it costs.
type summaryView struct {
	Title string
	Lines []summaryLine
	Rows  []totalRow
	Edit  ui.NavLink
}

type summaryLine struct {
	Name, Choice, Qty, Total, Problem string
}

// buyer is who orders in this request.
func (s *Shopper) buyer() checkout.Buyer {
	if s.Customer == nil {
		return checkout.Buyer{Owner: s.cartOwner()}
	}
	return checkout.BuyerOf(s.cartOwner(), *s.Customer)
}

// checkoutAt reads the checkout for one of its steps. It leads back where
// something is missing: then the answer is done and ok is false.
func (a *App) checkoutAt(w http.ResponseWriter, r *http.Request, step int) (v checkoutView, ok bool, err error) {
	s := shopper(r.Context())
	look, err := a.Checkout.Look(r.Context(), s.buyer())
	if err != nil {
		return v, false, err
	}
	switch {
	case len(look.Cart.Lines) == 0 && step == stepAddress:
		return v, false, a.emptyCheckout(w, r)
	case len(look.Cart.Lines) == 0:
		return v, false, a.redirect(w, r, stepPaths[stepAddress])
	case step > stepAddress && !look.HasAddresses():
		return v, false, a.redirect(w, r, stepPaths[stepAddress])
	case step > stepMethods && !look.HasMethods():
		return v, false, a.redirect(w, r, stepPaths[stepMethods])
	}
	return a.checkoutPage(r, look, step), true, nil
}

// checkoutPage fills the frame of a step.
func (a *App) checkoutPage(r *http.Request, look checkout.View, step int) checkoutView {
	s := shopper(r.Context())
	v := checkoutView{
		formView: formView{S: s, Action: s.URL(stepPaths[step]), Token: web.CSRF(r.Context())},
		View:     look, Title: s.T("checkout.title"), Summary: s.summary(look),
	}
	v.Summary.Rows = a.totalRows(r.Context(), s, &look.Quote)
	names := []string{"checkout.step.address", "checkout.step.methods", "checkout.step.review"}
	if look.Quote.Virtual {
		names[stepMethods] = "checkout.step.payment"
	}
	for i, name := range names {
		v.Steps = append(v.Steps, checkoutStep{Text: s.T(name), Href: s.URL(stepPaths[i]), Current: i == step, Done: i < step})
	}
	if hasLineProblem(look.Quote) {
		v.Problem = &ui.Message{Tone: ui.Warning, Text: s.T("cart.problem.some"), LinkText: s.T("checkout.to_cart"), LinkHref: s.URL("/cart")}
	}
	return v
}

func hasLineProblem(q checkout.Quote) bool {
	for _, p := range q.Problems {
		if p.SKU != "" {
			return true
		}
	}
	return false
}

// emptyCheckout says that there is nothing to order.
func (a *App) emptyCheckout(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	return a.page(w, r, http.StatusOK, checkoutFrame(s.T("checkout.title")), emptyCheckoutBody(s))
}

func checkoutFrame(title string) shopPage {
	return shopPage{Title: title, Path: "/checkout", Personal: true}
}

// summary is what is bought, with the totals as far as they are known.
func (s *Shopper) summary(v checkout.View) summaryView {
	out := summaryView{Title: s.T("checkout.summary"), Edit: ui.NavLink{Text: s.T("checkout.edit_cart"), Href: s.URL("/cart")}}
	for i, l := range v.Quote.Lines {
		row := v.Quote.Totals.Lines[i].RowTotal
		if v.Quote.PricesIncludeTax {
			row = v.Quote.Totals.Lines[i].RowInclTax
		}
		line := summaryLine{
			Name: l.Name(), Qty: s.T("checkout.qty", "n", l.Qty), Total: s.amount(row, v.Quote.Currency),
		}
		for _, c := range l.Choice() {
			line.Choice = strings.TrimPrefix(line.Choice+", "+c.Value, ", ")
		}
		if l.Problem != cart.NoProblem {
			line.Problem = s.T("checkout.line_problem")
		}
		out.Lines = append(out.Lines, line)
	}
	return out
}

func (s *Shopper) amount(minor int64, currency string) string {
	return s.Locale.Money(money.New(minor, currency))
}

// addressLines are an address as it stands on a letter.
func (s *Shopper) addressLines(a sales.Address) []string {
	a = s.seen(a)
	lines := []string{a.Name(), a.Company}
	lines = append(lines, strings.Split(a.Street, "\n")...)
	lines = append(lines, customer.Town(a.City, a.Region, a.Postcode, a.Country)...)
	lines = append(lines, customer.CountryName(a.Country, s.Locale.Tag()), a.Phone)
	var kept []string
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return kept
}

// inOneLine joins the lines of an address. Among letters that run from the right,
// each keeps the direction of its own.
func (s *Shopper) inOneLine(lines []string) string {
	if s.Locale.Dir() != "rtl" {
		return strings.Join(lines, ", ")
	}
	return "\u2068" + strings.Join(lines, "\u2069، \u2068") + "\u2069"
}

// methodName is a way of delivery in the shopper's language, while the merchant
// has left its name as it was.
func (s *Shopper) methodName(code, name, declared string) string {
	if key := "method." + code; name == declared && s.Locale.Has(key) {
		return s.T(key)
	}
	return name
}

func (s *Shopper) paymentName(o payment.Option) string {
	return s.methodName(o.Code, o.Title, payment.DefaultTitle(o.Code))
}
