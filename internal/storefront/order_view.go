package storefront

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderView is an order, or one of its documents, as its buyer sees it.
type orderView struct {
	S        *Shopper
	Links    []ui.NavLink // of the account, none for a guest
	O        sales.Full
	Base     string // address of the order
	Token    string
	Title    string
	Heading  string // of the items
	Lines    []orderLine
	Totals   []totalRow
	Parcels  []parcelView // of an order
	Tracks   []trackView  // of a shipment
	Comments []ui.Event
	Reorder  bool
	Cancel   bool
	Doc      bool
}

// orderLine is a line of an order or a document.
type orderLine struct {
	Name, Href, SKU, Options, Price, Qty, Total string
	Notes                                       []string // how many are shipped, refunded …
}

// myOrder is the signed-in customer's order that the path names. Another
// one's is not there.
func (a *App) myOrder(r *http.Request) (sales.Full, error) {
	o, err := a.Sales.FindNumber(r.Context(), r.PathValue("number"))
	if err == nil && o.CustomerID != shopper(r.Context()).Customer.ID {
		err = fault.New(fault.NotFound, "")
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "%s", shopper(r.Context()).T("order.unknown"))
	}
	return o, err
}

func orderBase(number string) string { return "/account/orders/" + url.PathEscape(number) }

// orderPage shows one order.
func (a *App) orderPage(w http.ResponseWriter, r *http.Request) error {
	o, err := a.myOrder(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	v := a.orderView(r, o, orderBase(o.Number))
	if v.Parcels, err = a.parcels(r, v); err != nil {
		return err
	}
	v.Links = a.accountLinks(s, "/account/orders")
	page := shopPage{Title: v.Title, Path: orderBase(o.Number), Personal: true, Crumbs: []ui.Crumb{
		{Text: s.T("nav.home"), Href: s.URL("/")}, {Text: s.T("account.title"), Href: s.URL("/account")},
		{Text: s.T("order.list"), Href: s.URL("/account/orders")}, {Text: v.Title},
	}}
	return a.page(w, r, http.StatusOK, page, orderBody(v))
}

// printOrder shows it with nothing around it.
func (a *App) printOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.myOrder(r)
	if err != nil {
		return err
	}
	return a.paper(w, r, a.orderView(r, o, orderBase(o.Number)))
}

// orderDocument shows one of its invoices, shipments or refunds, ready to print.
func (a *App) orderDocument(w http.ResponseWriter, r *http.Request) error {
	o, err := a.myOrder(r)
	if err != nil {
		return err
	}
	return a.showDocument(w, r, o, orderBase(o.Number))
}

func (a *App) paper(w http.ResponseWriter, r *http.Request, v orderView) error {
	shell, err := a.shell(w, r, shopPage{Title: v.Title, Personal: true})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, within(PaperPage(shell), orderPaper(v)))
}

func (a *App) orderView(r *http.Request, o sales.Full, base string) orderView {
	ctx, s := r.Context(), shopper(r.Context())
	can, scope := a.Sales.Allowed(o), config.OfView(s.View)
	v := orderView{
		S: s, O: o, Base: base, Token: web.CSRF(ctx), Title: s.T("order.title", "number", o.Number), Heading: s.T("order.items"),
		Reorder: can[sales.DeedReorder] && a.Config.Bool(ctx, sales.AllowReorder, scope),
		Cancel:  !o.Guest() && can[sales.DeedCancel] && o.Untouched() && a.Config.Bool(ctx, sales.AllowCancel, scope),
	}
	incl := a.Tax.Show(ctx, tax.DisplaySales, scope) != tax.ShowExcl
	for _, i := range o.Items {
		line := s.orderLine(i, i.Qty, i.Ordered, incl, o.Currency)
		line.Notes = s.progress(i)
		v.Lines = append(v.Lines, line)
	}
	v.Totals = a.orderTotals(r, o, wholeLines(o), o.Amounts, 0, 0, s.T("totals.grand"))
	if o.Refunded > 0 {
		v.Totals = append(v.Totals, totalRow{Label: s.T("mail.sheet.refunded"), Value: s.amount(o.Refunded, o.Currency)})
	}
	for _, c := range o.Comments {
		if c.Visible && strings.TrimSpace(c.Text) != "" {
			v.Comments = append(v.Comments, ui.Event{When: s.Locale.DateTime(c.CreatedAt), Title: s.said(c.By), Text: c.Text, Icon: ui.IconMail})
		}
	}
	return v
}

// said names who wrote a comment, as far as a customer is told.
func (s *Shopper) said(by sales.By) string {
	if by.Kind == "customer" || by.Kind == "guest" {
		return s.T("order.you")
	}
	return s.T("order.store")
}

func wholeLines(o sales.Full) []sales.DocLine {
	lines := make([]sales.DocLine, len(o.Items))
	for n, i := range o.Items {
		lines[n] = sales.DocLine{Item: i, Qty: i.Qty, Parts: i.Ordered}
	}
	return lines
}

func (s *Shopper) orderLine(i sales.Item, qty int64, parts sales.Parts, incl bool, currency string) orderLine {
	line := orderLine{Name: i.Name, SKU: s.T("mail.sheet.sku", "sku", i.SKU), Qty: s.Locale.Number(qty)}
	price, total := i.Price, parts.Row
	if incl {
		price, total = i.PriceInclTax, parts.WithTax()
	}
	line.Price, line.Total = s.amount(price, currency), s.amount(total, currency)
	for n, o := range i.Options {
		if n > 0 {
			line.Options += s.T("product.and_option")
		}
		line.Options += s.T("product.option", "name", s.attribute(o.Label), "value", s.attributeValue(o.Label, o.Value))
	}
	return line
}

// progress says what happened to a line.
func (s *Shopper) progress(i sales.Item) []string {
	var notes []string
	for _, n := range []struct {
		key string
		n   int64
	}{{"order.shipped", i.Shipped}, {"order.refunded", i.RefundedQty}, {"order.canceled", i.CanceledQty}} {
		if n.n > 0 {
			notes = append(notes, s.T(n.key, "n", s.Locale.Number(n.n)))
		}
	}
	return notes
}

// orderTotals are the rows below the lines of an order or a document; those
// above the last one add up to it.
func (a *App) orderTotals(r *http.Request, o sales.Full, lines []sales.DocLine, t sales.Amounts, fee, refund int64, grand string) []totalRow {
	s := shopper(r.Context())
	m := func(minor int64) string { return s.amount(minor, o.Currency) }
	incl := a.Tax.Show(r.Context(), tax.DisplaySalesSubtotal, config.OfView(s.View)) != tax.ShowExcl
	subtotal, shipping, off := t.Subtotal, t.Shipping, t.Discount+t.ShippingDiscount-t.Compensation
	if incl {
		subtotal = 0
		for _, l := range lines {
			subtotal += l.Parts.WithTax()
		}
		off = t.Discount + t.ShippingDiscount
		shipping = t.Grand + fee - refund - subtotal + off
	}
	rows := []totalRow{{Label: s.T("totals.subtotal"), Value: m(subtotal)}}
	if off != 0 {
		label := s.T("totals.discount")
		if name := or(o.DiscountLabel, o.Coupon); name != "" {
			label = s.T("totals.discount_of", "label", name)
		}
		rows = append(rows, totalRow{Label: label, Value: m(-off)})
	}
	if shipping != 0 {
		rows = append(rows, totalRow{Label: s.T("totals.shipping"), Value: m(shipping)})
	}
	taxes := s.orderTaxes(o, t)
	if !incl {
		rows = append(rows, taxes...)
	}
	for _, more := range []totalRow{{Label: s.T("mail.sheet.adjustment_refund"), Value: m(refund)}, {Label: s.T("mail.sheet.adjustment_fee"), Value: m(-fee)}} {
		if more.Value != m(0) {
			rows = append(rows, more)
		}
	}
	rows = append(rows, totalRow{Label: grand, Value: m(t.Grand), Grand: true})
	if incl {
		for _, row := range taxes {
			rows = append(rows, totalRow{Label: s.T("mail.sheet.included", "tax", row.Label), Value: row.Value})
		}
	}
	return rows
}

// orderTaxes is a row for each tax of an order, or one for all of a document.
func (s *Shopper) orderTaxes(o sales.Full, t sales.Amounts) []totalRow {
	if t.Tax == 0 {
		return nil
	}
	if t.Tax == o.Amounts.Tax && len(o.TaxLines) > 0 {
		rows := make([]totalRow, len(o.TaxLines))
		for i, line := range o.TaxLines {
			rows[i] = totalRow{Label: line.Title, Value: s.amount(line.Amount, o.Currency)}
		}
		return rows
	}
	label := s.T("totals.tax")
	if len(o.TaxLines) == 1 {
		label = o.TaxLines[0].Title
	}
	return []totalRow{{Label: label, Value: s.amount(t.Tax, o.Currency)}}
}

// orderStatus is a status in the shopper's language.
func (s *Shopper) orderStatus(o sales.Order) string {
	return s.orRaw("order.status."+o.Status, sales.StatusLabel(o.Status))
}

func statusTone(o sales.Order) ui.Tone {
	switch o.State {
	case sales.Complete:
		return ui.Success
	case sales.Canceled, sales.Closed:
		return ui.Neutral
	case sales.Holded, sales.PaymentReview, sales.PendingPayment:
		return ui.Warning
	}
	return ui.Info
}

// facts are where an order goes to and how it is paid.
func (v orderView) facts() []ui.Fact {
	var facts []ui.Fact
	if v.O.Shipping != nil {
		facts = append(facts, ui.Fact{Term: v.S.T("mail.box.shipping"), View: linesOf(v.S.seen(*v.O.Shipping).Lines(v.S.Locale.Tag()))})
	}
	if v.O.ShippingTitle != "" {
		facts = append(facts, ui.Fact{Term: v.S.T("mail.box.delivery"), Text: v.S.methodName(v.O.ShippingMethod, v.O.ShippingTitle, shipping.DefaultName(v.O.ShippingMethod))})
	}
	facts = append(facts, ui.Fact{Term: v.S.T("mail.box.billing"), View: linesOf(v.S.seen(v.O.Billing).Lines(v.S.Locale.Tag()))})
	paid := v.S.methodName(v.O.PaymentMethod, v.O.PaymentTitle, payment.DefaultTitle(v.O.PaymentMethod))
	if v.O.PONumber != "" {
		paid += " · " + v.S.T("mail.box.po_number", "number", v.O.PONumber)
	}
	return append(facts, ui.Fact{Term: v.S.T("mail.box.payment"), Text: paid})
}
