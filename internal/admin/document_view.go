package admin

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// What the pages of invoices, shipments and credit memos share.

// docKind is one kind of document: its words, its place and who may see it.
type docKind struct {
	Kind  sales.DocKind
	Title string // "Invoice"
	List  string // "/sales/invoices"
	Many  string
	View  acl.Resource
}

var (
	invoiceKind  = docKind{sales.InvoiceDoc, "Invoice", "/sales/invoices", "Invoices", acl.InvoicesView}
	shipmentKind = docKind{sales.ShipmentDoc, "Shipment", "/sales/shipments", "Shipments", acl.ShipmentsView}
	memoKind     = docKind{sales.CreditMemoDoc, "Credit Memo", "/sales/creditmemos", "Credit Memos", acl.MemosView}
)

// doc is a document that was made.
type doc struct {
	docKind
	ID     int64
	Number string
	By     sales.By
	Facts  []ui.Fact // what is special about it
	Badge  templ.Component
	Order  sales.Full
	Lines  []sales.DocLine
	Totals []totalRow // none for shipments
	From   assistFrom
	Memo   string // address of New Credit Memo, "" when there can be none
	Tracks []sales.Track
}

func (d doc) path(part string) string { return d.List + "/" + idText(d.ID) + part }

// docSight is what the page of a document shows.
type docSight struct {
	Doc               doc
	Order, Account    []ui.Fact
	Payment, Delivery []ui.Fact
	Made              byLine
	Items             ui.TableArgs
	Comments          commentForm
	History           []ui.Event
	Track             *trackRow // the form for one more parcel
	Token             string
}

// docOf reads a document of a kind.
func (a *App) docOf(r *http.Request, k docKind) (doc, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return doc{}, err
	}
	d := doc{docKind: k, ID: id}
	switch k.Kind {
	case sales.InvoiceDoc:
		err = a.invoiceDoc(r, &d)
	case sales.ShipmentDoc:
		err = a.shipmentDoc(r, &d)
	default:
		err = a.memoDoc(r, &d)
	}
	if err == nil {
		err = mayReach(r.Context(), d.Order.Order)
	}
	return d, err
}

func (a *App) invoiceDoc(r *http.Request, d *doc) error {
	i, lines, o, err := a.Sales.FindInvoice(r.Context(), d.ID)
	if err != nil {
		return err
	}
	d.Number, d.By, d.Order, d.Lines, d.Badge, d.From = i.Number, i.By, o, lines, invoiceBadge(i), invoiceFrom(o.Order, i)
	d.Facts = []ui.Fact{{Term: "Invoice Date", View: ui.TimeStamp(i.CreatedAt, "")}}
	if i.TransactionRef != "" {
		d.Facts = append(d.Facts, ui.Fact{Term: "Transaction ID", Text: i.TransactionRef})
	}
	d.Totals = append(amountRows(i.Amounts, o.Order), totalRow{Label: "Grand Total", Value: cash(i.Grand, o.Currency), Grand: true})
	if i.Refunded != 0 {
		d.Totals = append(d.Totals, totalRow{Label: "Total Refunded", Value: cash(i.Refunded, o.Currency)})
	}
	if a.Sales.Allowed(o)[sales.DeedCreditMemo] && i.Refunded < i.Grand {
		d.Memo = memoFromInvoice(o.ID, i.ID)
	}
	return nil
}

func (a *App) shipmentDoc(r *http.Request, d *doc) error {
	s, lines, o, err := a.Sales.FindShipment(r.Context(), d.ID)
	if err != nil {
		return err
	}
	d.Number, d.By, d.Order, d.Lines, d.From, d.Tracks = s.Number, s.By, o, lines, shipmentFrom(o.Order, s), s.Tracks
	d.Facts = []ui.Fact{{Term: "Shipment Date", View: ui.TimeStamp(s.CreatedAt, "")}, {Term: "Total Quantity", Text: number(s.TotalQty)}}
	return nil
}

func (a *App) memoDoc(r *http.Request, d *doc) error {
	m, lines, o, err := a.Sales.FindMemo(r.Context(), d.ID)
	if err != nil {
		return err
	}
	d.Number, d.By, d.Order, d.Lines, d.From = m.Number, m.By, o, lines, memoFrom(o.Order, m)
	d.Badge = ui.Badge(ui.Neutral, memoWord(m))
	d.Facts = []ui.Fact{{Term: "Credit Memo Date", View: ui.TimeStamp(m.CreatedAt, "")}, {Term: "Refunded", Text: memoWord(m)}}
	for _, i := range o.Invoices {
		if i.ID == m.InvoiceID && mustView(r.Context()).Grant.Allows(acl.InvoicesView) {
			d.Facts = append(d.Facts, ui.Fact{Term: "Invoice", View: namedLink(invoicePath(i.ID), "#"+i.Number)})
		}
	}
	if m.TransactionRef != "" {
		d.Facts = append(d.Facts, ui.Fact{Term: "Transaction ID", Text: m.TransactionRef})
	}
	d.Totals = append(amountRows(m.Amounts, o.Order), adjustmentRows(m.AdjustmentRefund, m.AdjustmentFee, m.Grand, o.Currency)...)
	return nil
}

func memoWord(m sales.CreditMemo) string {
	if m.Online {
		return "Refunded online"
	}
	return "Refunded offline"
}

// viewDoc shows a document.
func (a *App) viewDoc(k docKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := a.docOf(r, k)
		if err != nil {
			return err
		}
		return a.docPage(w, r, http.StatusOK, d, a.docComments(r, d), trackRow{})
	}
}

// docPage answers with the page of a document, with what was entered in its forms.
func (a *App) docPage(w http.ResponseWriter, r *http.Request, status int, d doc, comments commentForm, track trackRow) error {
	offer, err := a.documentOffer(w, r, d.From)
	if err != nil {
		return err
	}
	sight, err := a.docSight(r, d, comments, track)
	if err != nil {
		return err
	}
	title := d.Title + " # " + d.Number
	page := adminPage{Title: title, Nav: d.List, Header: ui.Header{
		Back: d.List, Badge: d.Badge, Actions: docBar(offer, a.docButtons(r, d)), Meta: docMeta(d, mustView(r.Context()).Grant),
		Crumbs: []ui.Crumb{{Text: d.Many, Href: d.List}, {Text: title}},
	}}
	return a.page(w, r, status, page, docFrame(offer, sight))
}

// docButtons are the buttons after Login as Customer.
func (a *App) docButtons(r *http.Request, d doc) docActions {
	g := mustView(r.Context()).Grant
	b := docActions{Print: d.path("/pdf")}
	if g.Allows(acl.OrdersEmail) && a.Sales.Allowed(d.Order)[sales.DeedEmail] {
		b.Email = &ui.PostButton{Action: d.path("/email"), Token: web.CSRF(r.Context()), Btn: ui.Btn{Text: "Send Email", Icon: ui.IconMail}}
	}
	if d.Memo != "" && g.Allows(acl.MemosCreate) {
		b.Memo = d.Memo
	}
	return b
}

func (a *App) docSight(r *http.Request, d doc, comments commentForm, track trackRow) (docSight, error) {
	names, err := a.customerNames(r.Context())
	if err != nil {
		return docSight{}, err
	}
	stays, err := a.staysOf(r.Context(), bys(d.Order)...)
	if err != nil {
		return docSight{}, err
	}
	g := mustView(r.Context()).Grant
	s := docSight{
		Doc: d, Account: buyerFacts(d.Order.Order, names, g), Payment: paymentFacts(d.Order), Delivery: deliveryFacts(d.Order),
		Made: byLineOf(d.By, stays), Items: d.items(), Comments: comments, Token: web.CSRF(r.Context()),
	}
	s.Order = append(append(s.Order, d.Facts...), orderFacts(d.Order.Order, g)...)
	for _, c := range d.Order.Comments {
		if c.Kind == d.Kind && c.DocumentID == d.ID {
			s.History = append([]ui.Event{commentEvent(c, stays)}, s.History...)
		}
	}
	if d.Kind == sales.ShipmentDoc && g.Allows(acl.ShipmentsTrack) {
		s.Track = &track
	}
	return s, nil
}

func orderFacts(o sales.Order, g acl.Grant) []ui.Fact {
	link := ui.Fact{Term: "Order", Text: "#" + o.Number}
	if g.Allows(acl.OrdersView) {
		link.View = namedLink(orderPath(o.ID, ""), "#"+o.Number)
	}
	return []ui.Fact{link, {Term: "Order Date", View: ui.TimeStamp(o.CreatedAt, "")}, {Term: "Order Status", View: statusBadge(o)}}
}

// items is the table of the document's lines.
func (d doc) items() ui.TableArgs {
	t := ui.TableArgs{Caption: "Items", Columns: []ui.Column{{Label: "Product", Strong: true}}}
	if d.Totals != nil {
		t.Columns = append(t.Columns, ui.Column{Label: "Price", Numeric: true})
	}
	t.Columns = append(t.Columns, ui.Column{Label: "Qty", Numeric: true})
	if d.Totals != nil {
		t.Columns = append(t.Columns, ui.Column{Label: "Subtotal", Numeric: true}, ui.Column{Label: "Tax Amount", Numeric: true},
			ui.Column{Label: "Discount Amount", Numeric: true}, ui.Column{Label: "Row Total", Numeric: true})
	}
	for _, l := range d.Lines {
		t.Rows = append(t.Rows, d.itemRow(l))
	}
	return t
}

func (d doc) itemRow(l sales.DocLine) ui.Row {
	sum := func(n int64) templ.Component { return ui.Money(cash(n, d.Order.Currency)) }
	qty := ui.Text(number(l.Qty))
	if l.Restocked {
		qty = restocked(l.Qty)
	}
	row := ui.Row{Key: number(l.Item.ID), Cells: []templ.Component{itemName(l.Item), qty}}
	if d.Totals != nil {
		row.Cells = []templ.Component{itemName(l.Item), sum(l.Item.Price), qty, sum(l.Parts.Row), sum(l.Parts.Tax), sum(-l.Parts.Discount), sum(l.Parts.Total())}
	}
	return row
}

// docComments is the form for a comment on a document; it has no action for roles
// that may not.
func (a *App) docComments(r *http.Request, d doc) commentForm {
	if !mustView(r.Context()).Grant.Allows(acl.OrdersComment) || !a.Sales.Allowed(d.Order)[sales.DeedComment] {
		return commentForm{}
	}
	return commentForm{Action: d.path("/comments"), Token: web.CSRF(r.Context())}
}

// commentDoc adds a comment to a document.
func (a *App) commentDoc(k docKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := a.docOf(r, k)
		if err != nil {
			return err
		}
		f, err := web.ParseForm(r)
		if err != nil {
			return err
		}
		form := sales.CommentForm{Kind: k.Kind, DocumentID: d.ID, Text: f.Text("comment"), Notify: f.Bool("notify"), Visible: f.Bool("visible")}
		_, err = a.Sales.AddComment(onOrder(r.Context(), d.Order.Order), d.Order.ID, form)
		if wrong := fault.FieldsOf(err); wrong != nil {
			again := a.docComments(r, d)
			again.Text, again.Notify, again.Visible, again.Errors = form.Text, form.Notify, form.Visible, wrong
			return a.docPage(w, r, http.StatusUnprocessableEntity, d, again, trackRow{})
		}
		if err != nil {
			return err
		}
		web.Flash(w, web.Good, "The comment was added.")
		return web.Redirect(w, r, d.path(""))
	}
}

// mailDoc sends a document's e-mail again.
func (a *App) mailDoc(k docKind) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		d, err := a.docOf(r, k)
		if err == nil {
			err = a.Sales.Email(onOrder(r.Context(), d.Order.Order), k.Kind, d.ID)
		}
		if err != nil {
			return err
		}
		web.Flash(w, web.Good, "The e-mail was put into the outbox.")
		return web.Redirect(w, r, d.path(""))
	}
}

// addTrack adds a parcel to a shipment.
func (a *App) addTrack(w http.ResponseWriter, r *http.Request) error {
	d, err := a.docOf(r, shipmentKind)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	t := trackRow{Carrier: f.Text("track_carrier"), Title: f.Text("track_title"), Number: f.Text("track_number")}
	err = a.Sales.AddTrack(onOrder(r.Context(), d.Order.Order), d.ID, t.track())
	if wrong := fault.FieldsOf(err); wrong != nil {
		t.Errors = wrong
		return a.docPage(w, r, http.StatusUnprocessableEntity, d, a.docComments(r, d), t)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The tracking number was added.")
	return web.Redirect(w, r, d.path(""))
}

// removeTrack removes a parcel of this shipment.
func (a *App) removeTrack(w http.ResponseWriter, r *http.Request) error {
	d, err := a.docOf(r, shipmentKind)
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "track")
	if err != nil {
		return err
	}
	for _, t := range d.Tracks {
		if t.ID != id {
			continue
		}
		if err := a.Sales.RemoveTrack(onOrder(r.Context(), d.Order.Order), id); err != nil {
			return err
		}
		web.Flash(w, web.Good, "The tracking number was removed.")
		return web.Redirect(w, r, d.path(""))
	}
	return fault.New(fault.NotFound, "This shipment has no such tracking number.")
}
