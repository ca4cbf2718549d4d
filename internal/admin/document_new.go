package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// What the pages on which invoices, shipments and credit memos are made share.
// Each is one form: its "Update Qty's" button posts it and shows it again with
// what would come out, its other button makes the document.

// docForm is such a page.
type docForm struct {
	Order               sales.Full
	Action, Token, Back string
	Nothing             string // why there is nothing to be made; then there is no form
	QtyLabel            string
	Restock             bool // has a box for Return to Stock in each line
	Money               bool // shows prices and totals
	Lines               []docFormLine
	Totals              []totalRow
	Errors              map[string]string
	Comment             string
	Notify, Visible     bool
	NotifyLabel         string
	Submit              []ui.Btn
}

// docFormLine is a line of the order with what of it goes into the document.
type docFormLine struct {
	Item                    sales.Item
	Price                   string
	Ordered                 []string // "Ordered 3", "Shipped 1"
	Qty                     string   // as typed
	Most                    int64
	Row, Discount, Tax, Sum string
	Restock                 bool
	Error                   string
}

// general are the errors that belong to no field of the page.
func (f docForm) general() []string {
	var all []string
	for _, name := range []string{"qty", "invoice", "total", "online", "capture", "form"} {
		if text := f.Errors[name]; text != "" {
			all = append(all, text)
		}
	}
	return all
}

// newDoc is a document that is being made.
type newDoc struct {
	sales.Full              // its order
	nothing    string       // why it cannot be made, "" when it can
	bad        fault.Fields // what was typed wrong
}

// newDocument reads the order of a page on which a document is made; without the
// deed the page says why.
func (a *App) newDocument(r *http.Request, deed sales.Deed) (newDoc, error) {
	o, err := a.orderOf(r)
	d := newDoc{Full: o, bad: fault.Fields{}}
	if err == nil && !a.Sales.Allowed(o)[deed] {
		d.nothing = whyNothing(o, deed)
	}
	return d, err
}

// wrong is what stands beside the fields: what was typed wrong, and what the plan
// of the document found.
func (d newDoc) wrong(planned fault.Fields) fault.Fields {
	if d.nothing != "" {
		return nil
	}
	return merge(d.bad, planned)
}

// whyNothing says why a document cannot be made of an order.
func whyNothing(o sales.Full, deed sales.Deed) string {
	switch o.State {
	case sales.Holded:
		return "The order is on hold. Unhold it first."
	case sales.PaymentReview:
		return "The payment is under review. Accept or deny it first."
	case sales.Canceled:
		return "The order was canceled."
	}
	switch deed {
	case sales.DeedInvoice:
		return "Everything in this order was invoiced or canceled."
	case sales.DeedShip:
		if o.Virtual {
			return "Nothing in this order is shipped."
		}
		return "Everything in this order was shipped, refunded or canceled."
	}
	if o.Paid == 0 {
		return "Nothing was paid for this order yet, so there is nothing to give back."
	}
	if o.Paid == o.Refunded {
		return "Everything that was paid was given back."
	}
	return "An order in this state has no credit memo."
}

// typedQty reads the quantities of a form; what is no whole number is an error
// beside the field. Fields of items that the order does not have are not read.
func typedQty(f *web.Form, o sales.Full, bad fault.Fields) (qty map[int64]int64, typed map[int64]string) {
	qty, typed = map[int64]int64{}, map[int64]string{}
	for _, i := range o.Items {
		name := qtyName(i)
		if !f.Has(name) {
			continue
		}
		typed[i.ID] = f.Text(name)
		if typed[i.ID] == "" {
			continue
		}
		n, err := strconv.ParseInt(typed[i.ID], 10, 64)
		switch {
		case err != nil:
			bad.Add(name, "Enter a whole number.")
		case n != 0:
			qty[i.ID] = n
		}
	}
	return qty, typed
}

func qtyName(i sales.Item) string { return "qty_" + strconv.FormatInt(i.ID, 10) }

func restockName(i sales.Item) string { return "restock_" + strconv.FormatInt(i.ID, 10) }

// typedMoney reads an amount; "" is none.
func typedMoney(f *web.Form, name, currency string, bad fault.Fields) (minor int64, given bool) {
	text := f.Text(name)
	if text == "" {
		return 0, false
	}
	amount, err := money.Parse(strings.ReplaceAll(text, ",", "."), currency)
	if err != nil {
		bad.Add(name, "Enter an amount such as %s.", money.New(1999, currency).String())
		return 0, false
	}
	return amount.Minor, true
}

// allOf asks for all that is left of each line.
func allOf(o sales.Full, left func(sales.Item) int64) map[int64]int64 {
	qty := map[int64]int64{}
	for _, i := range o.Items {
		if n := left(i); n > 0 {
			qty[i.ID] = n
		}
	}
	return qty
}

// refusal are the errors that the form is shown again with: those of its fields,
// and what the payment provider says. Nil for all others.
func refusal(err error) fault.Fields {
	if wrong := fault.FieldsOf(err); wrong != nil {
		return wrong
	}
	if f, ok := fault.As(err); ok && f.Message != "" && (f.Code == "payment_refused" || f.Kind == fault.Unavailable) {
		return fault.Fields{"form": f.Message}
	}
	return nil
}

// merge adds the errors of a plan to those of reading the form, which come first.
func merge(bad, more fault.Fields) fault.Fields {
	for name, text := range more {
		bad.Add(name, "%s", text)
	}
	return bad
}

// formLines are the lines of which something is left, with what of them is asked
// for and what that comes to.
func formLines(o sales.Full, left func(sales.Item) int64, qty map[int64]int64, typed map[int64]string, plan []sales.DocLine, bad map[string]string) []docFormLine {
	planned := map[int64]sales.DocLine{}
	for _, l := range plan {
		planned[l.Item.ID] = l
	}
	var lines []docFormLine
	for _, i := range o.Items {
		most := left(i)
		if most == 0 && qty[i.ID] == 0 {
			continue
		}
		p := planned[i.ID].Parts
		l := docFormLine{
			Item: i, Price: cash(i.Price, o.Currency), Most: most, Qty: number(qty[i.ID]), Error: bad[qtyName(i)], Ordered: progress(i),
			Row: cash(p.Row, o.Currency), Discount: cash(-p.Discount, o.Currency), Tax: cash(p.Tax, o.Currency), Sum: cash(p.Total(), o.Currency),
		}
		if text, ok := typed[i.ID]; ok {
			l.Qty = text
		}
		lines = append(lines, l)
	}
	return lines
}

// progress says how far a line is.
func progress(i sales.Item) []string {
	words := []string{"Ordered " + number(i.Qty)}
	for _, p := range []struct {
		word string
		n    int64
	}{{"Invoiced", i.Invoiced}, {"Shipped", i.Shipped}, {"Refunded", i.RefundedQty}, {"Canceled", i.CanceledQty}} {
		if p.n != 0 {
			words = append(words, p.word+" "+number(p.n))
		}
	}
	return words
}

// docFormPage answers with the page.
func (a *App) docFormPage(w http.ResponseWriter, r *http.Request, title string, f docForm, body templ.Component) error {
	o := f.Order
	status := http.StatusOK
	if len(f.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	page := adminPage{Title: title, Nav: "/sales/orders", Header: ui.Header{
		Back: orderPath(o.ID, ""), Badge: statusBadge(o.Order), Lead: orderName(o.Order) + " · " + o.Email,
		Crumbs: []ui.Crumb{{Text: "Orders", Href: "/sales/orders"}, {Text: "Order # " + o.Number, Href: orderPath(o.ID, "")}, {Text: title}},
	}}
	return a.page(w, r, status, page, body)
}

// updating reports whether the form only asks what would come out.
func updating(f *web.Form) bool { return f.Text("do") != "create" }

// docOrOrder is where one is led after a document was made: to the document, if
// the role may see it, else to the order, or to the lists.
func docOrOrder(ctx context.Context, needs acl.Resource, doc string, orderID int64) string {
	g := mustView(ctx).Grant
	switch {
	case g.Allows(needs):
		return doc
	case g.Allows(acl.OrdersView):
		return orderPath(orderID, "")
	}
	return "/"
}
