package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
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
	o, nothing, err := a.newDocument(r, sales.DeedInvoice)
	if err != nil {
		return err
	}
	asked := sales.InvoiceForm{Qty: allOf(o, sales.Item.ToInvoice), Capture: a.Sales.PaymentCan(o.Order).Capture, NotifyCustomer: true}
	return a.invoiceFormPage(w, r, o, nothing, asked, nil, nil)
}

// createInvoice makes the invoice, or shows what it would come to.
func (a *App) createInvoice(w http.ResponseWriter, r *http.Request) error {
	o, nothing, err := a.newDocument(r, sales.DeedInvoice)
	if err != nil {
		return err
	}
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	bad := fault.Fields{}
	qty, typed := typedQty(posted, o, bad)
	asked := sales.InvoiceForm{
		Qty: qty, Comment: posted.Text("comment"), NotifyCustomer: posted.Bool("notify"), CommentVisible: posted.Bool("visible"),
		Capture: posted.Text("capture") == "online", AlsoShip: posted.Bool("ship"),
	}
	if len(bad) > 0 || nothing != "" || updating(posted) {
		return a.invoiceFormPage(w, r, o, nothing, asked, typed, bad)
	}
	d, err := a.Sales.Invoice(onOrder(r.Context(), o.Order), o.ID, asked)
	if wrong := refusal(err); wrong != nil {
		return a.invoiceFormPage(w, r, o, nothing, asked, typed, wrong)
	}
	if err != nil {
		return err
	}
	text := "Invoice #" + d.Number + " was created."
	if asked.AlsoShip {
		text = "Invoice #" + d.Number + " and a shipment were created."
	}
	web.Flash(w, web.Good, text)
	return web.Redirect(w, r, docOrOrder(r.Context(), acl.InvoicesView, invoicePath(d.ID), o.ID))
}

func (a *App) invoiceFormPage(w http.ResponseWriter, r *http.Request, o sales.Full, nothing string, asked sales.InvoiceForm, typed map[int64]string, bad fault.Fields) error {
	plan, wrong := sales.PlanInvoice(o, asked)
	if bad = merge(orNone(bad), wrong); nothing != "" {
		bad = nil
	}
	f := invoiceForm{docForm: docForm{
		Order: o, Action: orderPath(o.ID, "/invoice"), Token: web.CSRF(r.Context()), Back: orderPath(o.ID, ""), Nothing: nothing,
		QtyLabel: "Qty to Invoice", Money: true, Errors: bad, Comment: asked.Comment, Notify: asked.NotifyCustomer, Visible: asked.CommentVisible,
		NotifyLabel: "Email Copy of Invoice", Lines: formLines(o, sales.Item.ToInvoice, asked.Qty, typed, plan.Lines, bad),
		Totals: append(amountRows(plan.Amounts, o.Order), totalRow{Label: "Grand Total", Value: cash(plan.Grand, o.Currency), Grand: true}),
		Submit: []ui.Btn{{Text: "Submit Invoice", Variant: ui.Primary, Name: "do", Value: "create"}},
	}, CanCapture: a.Sales.PaymentCan(o.Order).Capture, Capture: asked.Capture, AlsoShip: asked.AlsoShip}
	f.CanShip = a.Sales.Allowed(o)[sales.DeedShip] && mustView(r.Context()).Grant.Allows(acl.ShipmentsCreate)
	return a.docFormPage(w, r, "New Invoice", f.docForm, invoiceNew(f))
}

func orNone(bad fault.Fields) fault.Fields {
	if bad == nil {
		return fault.Fields{}
	}
	return bad
}
