package admin

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// memoForm is the page New Credit Memo.
type memoForm struct {
	docForm
	Invoice             string // number of the invoice it is made from, "" for the order
	InvoiceID           int64
	Shipping, Plus, Fee string // as typed
	ShippingMax, Max    string
}

// memoTyped is what was typed into the fields of amounts.
type memoTyped struct {
	qty                 map[int64]string
	shipping, plus, fee string
}

// newMemo shows the form with all that is left to give back: of the invoice that
// the address names, else of the order.
func (a *App) newMemo(w http.ResponseWriter, r *http.Request) error {
	d, err := a.newDocument(r, sales.DeedCreditMemo)
	if err != nil {
		return err
	}
	asked := sales.MemoForm{InvoiceID: parseID(r.URL.Query().Get("invoice")), NotifyCustomer: true}
	if asked.InvoiceID < 0 {
		asked.InvoiceID = 0
	}
	left := d.Refundable(asked.InvoiceID)
	asked.Qty = allOf(d.Full, func(i sales.Item) int64 { return left[i.ID] })
	return a.memoFormPage(w, r, d, asked, nil)
}

// createMemo makes the credit memo, or shows what it would come to.
func (a *App) createMemo(w http.ResponseWriter, r *http.Request) error {
	d, err := a.newDocument(r, sales.DeedCreditMemo)
	if err != nil {
		return err
	}
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	asked, typed := memoAsked(posted, d.Full, d.bad)
	if len(d.bad) > 0 || d.nothing != "" || posted.Text("do") != "create" && posted.Text("do") != "online" {
		return a.memoFormPage(w, r, d, asked, typed)
	}
	made, err := a.Sales.Refund(onOrder(r.Context(), d.Order), d.ID, asked)
	if d.bad = refusal(err); d.bad != nil {
		return a.memoFormPage(w, r, d, asked, typed)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Credit memo #"+made.Number+" was created.")
	return web.Redirect(w, r, docOrOrder(r.Context(), acl.MemosView, memoPath(made.ID), d.ID))
}

func memoAsked(posted *web.Form, o sales.Full, bad fault.Fields) (sales.MemoForm, *memoTyped) {
	qty, typed := typedQty(posted, o, bad)
	asked := sales.MemoForm{
		InvoiceID: posted.ID("invoice"), Qty: qty, Restock: map[int64]bool{}, Online: posted.Text("do") == "online",
		Comment: posted.Text("comment"), NotifyCustomer: posted.Bool("notify"), CommentVisible: posted.Bool("visible"),
	}
	for _, i := range o.Items {
		if posted.Bool(restockName(i)) {
			asked.Restock[i.ID] = true
		}
	}
	if shipping, given := typedMoney(posted, "shipping", o.Currency, bad); given {
		asked.Shipping = &shipping
	} else if posted.Has("shipping") {
		none := int64(0)
		asked.Shipping = &none
	}
	asked.AdjustmentRefund, _ = typedMoney(posted, "adjustment_refund", o.Currency, bad)
	asked.AdjustmentFee, _ = typedMoney(posted, "adjustment_fee", o.Currency, bad)
	return asked, &memoTyped{typed, posted.Text("shipping"), posted.Text("adjustment_refund"), posted.Text("adjustment_fee")}
}

func (a *App) memoFormPage(w http.ResponseWriter, r *http.Request, d newDoc, asked sales.MemoForm, typed *memoTyped) error {
	o := d.Full
	plan, wrong := sales.PlanMemo(o, asked)
	bad := d.wrong(wrong)
	if typed == nil {
		typed = &memoTyped{shipping: plainCash(plan.Shipping, o.Currency), plus: plainCash(0, o.Currency), fee: plainCash(0, o.Currency)}
	}
	left := o.Refundable(asked.InvoiceID)
	most := func(i sales.Item) int64 { return left[i.ID] }
	f := memoForm{docForm: docForm{
		Order: o, Action: orderPath(o.ID, "/creditmemo"), Token: web.CSRF(r.Context()), Back: orderPath(o.ID, ""), Nothing: d.nothing,
		QtyLabel: "Qty to Refund", Restock: true, Money: true, Errors: bad, Comment: asked.Comment, Notify: asked.NotifyCustomer, Visible: asked.CommentVisible,
		NotifyLabel: "Email Copy of Credit Memo", Lines: formLines(o, most, asked.Qty, typed.qty, plan.Lines, bad),
		Totals: memoTotals(plan, o.Order), Submit: a.refundButtons(o, asked.InvoiceID),
	}, InvoiceID: asked.InvoiceID, Shipping: typed.shipping, Plus: typed.plus, Fee: typed.fee,
		ShippingMax: cash(plan.ShippingMax, o.Currency), Max: cash(plan.MaxRefund, o.Currency)}
	for i := range f.Lines {
		f.Lines[i].Restock = asked.Restock[f.Lines[i].Item.ID]
	}
	for _, d := range o.Invoices {
		if d.ID == asked.InvoiceID {
			f.Invoice = d.Number
		}
	}
	return a.docFormPage(w, r, "New Credit Memo", f.docForm, memoNew(f))
}

// memoTotals are the totals of a credit memo to be.
func memoTotals(p sales.MemoPlan, o sales.Order) []totalRow {
	return append(amountRows(p.Amounts, o), adjustmentRows(p.AdjustmentRefund, p.AdjustmentFee, p.Grand, o.Currency)...)
}

func adjustmentRows(plus, fee, grand int64, currency string) []totalRow {
	return []totalRow{
		{Label: "Adjustment Refund", Value: cash(plus, currency)}, {Label: "Adjustment Fee", Value: cash(-fee, currency)},
		{Label: "Grand Total", Value: cash(grand, currency), Grand: true},
	}
}

// refundButtons: money that came through a provider goes back through it, from
// the invoice with which it was taken; everything can be given back by hand.
func (a *App) refundButtons(o sales.Full, invoiceID int64) []ui.Btn {
	buttons := []ui.Btn{{Text: "Refund Offline", Name: "do", Value: "create"}}
	captured := slices.ContainsFunc(o.Invoices, func(d sales.Invoice) bool { return d.ID == invoiceID && d.TransactionRef != "" })
	if captured && a.Sales.PaymentCan(o.Order).Refund {
		buttons = append(buttons, ui.Btn{Text: "Refund", Variant: ui.Primary, Name: "do", Value: "online"})
	} else {
		buttons[0].Variant = ui.Primary
	}
	return buttons
}

func memoFromInvoice(orderID, invoiceID int64) string {
	return orderPath(orderID, "/creditmemo?invoice="+strconv.FormatInt(invoiceID, 10))
}
