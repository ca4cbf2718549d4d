package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// invoiceForm is the page New Invoice.
type invoiceForm struct {
	docForm
	CanCapture bool // the provider can take the money now
	Capture    bool
	CanShip    bool // pieces of it can be shipped too
	AlsoShip   bool
}

// newInvoice shows the form with all that is left to invoice.
func (a *App) newInvoice(w http.ResponseWriter, r *http.Request) error {
	d, err := a.newDocument(r, sales.DeedInvoice)
	if err != nil {
		return err
	}
	asked := sales.InvoiceForm{Qty: allOf(d.Full, sales.Item.ToInvoice), Capture: a.Sales.PaymentCan(d.Order).Capture, NotifyCustomer: true}
	return a.invoiceFormPage(w, r, d, asked, nil)
}

// createInvoice makes the invoice, or shows what it would come to.
func (a *App) createInvoice(w http.ResponseWriter, r *http.Request) error {
	d, err := a.newDocument(r, sales.DeedInvoice)
	if err != nil {
		return err
	}
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	qty, typed := typedQty(posted, d.Full, d.bad)
	asked := sales.InvoiceForm{
		Qty: qty, Comment: posted.Text("comment"), NotifyCustomer: posted.Bool("notify"), CommentVisible: posted.Bool("visible"),
		Capture: posted.Text("capture") == "online", AlsoShip: posted.Bool("ship"),
	}
	if len(d.bad) > 0 || d.nothing != "" || updating(posted) {
		return a.invoiceFormPage(w, r, d, asked, typed)
	}
	made, err := a.Sales.Invoice(onOrder(r.Context(), d.Order), d.ID, asked)
	if d.bad = refusal(err); d.bad != nil {
		return a.invoiceFormPage(w, r, d, asked, typed)
	}
	if err != nil {
		return err
	}
	text := "Invoice #" + made.Number + " was created."
	if asked.AlsoShip {
		text = "Invoice #" + made.Number + " and a shipment were created."
	}
	web.Flash(w, web.Good, text)
	return web.Redirect(w, r, docOrOrder(r.Context(), acl.InvoicesView, invoicePath(made.ID), d.ID))
}

func (a *App) invoiceFormPage(w http.ResponseWriter, r *http.Request, d newDoc, asked sales.InvoiceForm, typed map[int64]string) error {
	o := d.Full
	plan, wrong := sales.PlanInvoice(o, asked)
	bad := d.wrong(wrong)
	f := invoiceForm{docForm: docForm{
		Order: o, Action: orderPath(o.ID, "/invoice"), Token: web.CSRF(r.Context()), Back: orderPath(o.ID, ""), Nothing: d.nothing,
		QtyLabel: "Qty to Invoice", Money: true, Errors: bad, Comment: asked.Comment, Notify: asked.NotifyCustomer, Visible: asked.CommentVisible,
		NotifyLabel: "Email Copy of Invoice", Lines: formLines(o, sales.Item.ToInvoice, asked.Qty, typed, plan.Lines, bad),
		Totals: append(amountRows(plan.Amounts, o.Order), totalRow{Label: "Grand Total", Value: cash(plan.Grand, o.Currency), Grand: true}),
		Submit: []ui.Btn{{Text: "Submit Invoice", Variant: ui.Primary, Name: "do", Value: "create"}},
	}, CanCapture: a.Sales.PaymentCan(o.Order).Capture, Capture: asked.Capture, AlsoShip: asked.AlsoShip}
	f.CanShip = a.Sales.Allowed(o)[sales.DeedShip] && mustView(r.Context()).Grant.Allows(acl.ShipmentsCreate)
	return a.docFormPage(w, r, "New Invoice", f.docForm, invoiceNew(f))
}
