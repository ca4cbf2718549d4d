package admin

import (
	"net/http"
	"slices"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderCommentsTab shows everything that happened to an order and was said about it.
func (a *App) orderCommentsTab(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	return a.commentsPage(w, r, http.StatusOK, o, a.commentFormOf(r, o, orderPath(o.ID, orderComments)))
}

func (a *App) commentsPage(w http.ResponseWriter, r *http.Request, status int, o sales.Full, f commentForm) error {
	stays, err := a.staysOf(r.Context(), bys(o)...)
	if err != nil {
		return err
	}
	return a.orderPage(w, r, status, o, orderComments, orderHistoryTab(f, orderHistory(o, stays)))
}

// commentForm asks for a comment on an order or a document.
type commentForm struct {
	Action, Token, Back string // no action: the role may not
	Statuses            []ui.Option
	Status, Text        string
	Notify, Visible     bool
	Errors              map[string]string
}

func (a *App) commentFormOf(r *http.Request, o sales.Full, back string) commentForm {
	if !mustView(r.Context()).Grant.Allows(acl.OrdersComment) || !a.Sales.Allowed(o)[sales.DeedComment] {
		return commentForm{}
	}
	f := commentForm{Action: orderPath(o.ID, orderComments), Token: web.CSRF(r.Context()), Back: back, Status: o.Status}
	for _, s := range sales.Statuses(o.State) {
		f.Statuses = append(f.Statuses, ui.Option{Value: s.Code, Label: s.Label})
	}
	return f
}

// addOrderComment adds a comment; with another status of the same state it
// changes that too.
func (a *App) addOrderComment(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	form := sales.CommentForm{
		Kind: sales.OrderDoc, DocumentID: o.ID, Text: f.Text("comment"), Status: f.Text("status"), Notify: f.Bool("notify"), Visible: f.Bool("visible"),
	}
	_, err = a.Sales.AddComment(onOrder(r.Context(), o.Order), o.ID, form)
	if wrong := fault.FieldsOf(err); wrong != nil {
		again := a.commentFormOf(r, o, f.Text("back"))
		again.Status, again.Text, again.Notify, again.Visible, again.Errors = form.Status, form.Text, form.Notify, form.Visible, wrong
		return a.commentsPage(w, r, http.StatusUnprocessableEntity, o, again)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The comment was added.")
	return web.Redirect(w, r, web.LocalPath(f.Text("back"), orderPath(o.ID, orderComments)))
}

// orderHistory is what happened, newest first: comments, documents, and the
// beginning.
func orderHistory(o sales.Full, stays map[int64]string) []ui.Event {
	all := []ui.Event{{At: o.CreatedAt, Title: "Order placed", Text: cash(o.Grand, o.Currency), Tone: ui.Info, Icon: ui.IconCart, Detail: byBadge(byLineOf(o.PlacedBy, stays))}}
	for _, c := range o.Comments {
		all = append(all, commentEvent(c, stays))
	}
	for _, d := range o.Invoices {
		all = append(all, ui.Event{At: d.CreatedAt, Title: "Invoice #" + d.Number, Text: cash(d.Grand, o.Currency), Href: invoicePath(d.ID), Tone: ui.Success, Icon: ui.IconReport, Detail: byBadge(byLineOf(d.By, stays))})
	}
	for _, d := range o.Shipments {
		all = append(all, ui.Event{At: d.CreatedAt, Title: "Shipment #" + d.Number, Text: plural(int(d.TotalQty), "piece"), Href: shipmentPath(d.ID), Tone: ui.Success, Icon: ui.IconTruck, Detail: byBadge(byLineOf(d.By, stays))})
	}
	for _, d := range o.Memos {
		all = append(all, ui.Event{At: d.CreatedAt, Title: "Credit memo #" + d.Number, Text: cash(d.Grand, o.Currency), Href: memoPath(d.ID), Tone: ui.Warning, Icon: ui.IconTag, Detail: byBadge(byLineOf(d.By, stays))})
	}
	slices.SortStableFunc(all, func(a, b ui.Event) int { return a.At.Compare(b.At) })
	slices.Reverse(all)
	return all
}

// commentEvent is an entry of the history with who wrote it and who may read it.
func commentEvent(c sales.Comment, stays map[int64]string) ui.Event {
	e := ui.Event{At: c.CreatedAt, Title: sales.StatusLabel(c.Status), Text: c.Text, Detail: commentFoot(byLineOf(c.By, stays), c), Icon: ui.IconEdit}
	if c.Kind != sales.OrderDoc {
		e.Title = docWord(c.Kind) + ": comment"
	}
	return e
}

func docWord(k sales.DocKind) string {
	switch k {
	case sales.InvoiceDoc:
		return "Invoice"
	case sales.ShipmentDoc:
		return "Shipment"
	case sales.CreditMemoDoc:
		return "Credit memo"
	}
	return "Order"
}
