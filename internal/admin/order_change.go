package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// changeOrder is the handler of a deed that is one press of a button.
func (a *App) changeOrder(d sales.Deed) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		o, err := a.orderOf(r)
		if err != nil {
			return err
		}
		deed, _ := orderDeedOf(d)
		if err := deed.Do(a.Sales, onOrder(r.Context(), o.Order), o.ID); err != nil {
			return err
		}
		web.Flash(w, web.Good, "Order #"+o.Number+": "+deed.Done)
		return web.Redirect(w, r, orderPath(o.ID, ""))
	}
}

// askCancelOrder is the question as a page, for when no script runs.
func (a *App) askCancelOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	if !a.Sales.Allowed(o)[sales.DeedCancel] {
		web.Flash(w, web.Note, "Nothing is left to cancel of order #"+o.Number+".")
		return web.Redirect(w, r, orderPath(o.ID, ""))
	}
	c := cancelOf(o, web.CSRF(r.Context()))
	page := adminPage{Title: c.label() + ": order # " + o.Number, Nav: "/sales/orders", Header: ui.Header{Back: c.Back}}
	return a.page(w, r, http.StatusOK, page, cancelPage(*c))
}

// mailOrder sends the confirmation again.
func (a *App) mailOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	if err := a.Sales.Email(onOrder(r.Context(), o.Order), sales.OrderDoc, o.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "The confirmation of order #"+o.Number+" is on its way to "+o.Email+".")
	return web.Redirect(w, r, orderPath(o.ID, ""))
}

// sendPaymentLink mails the customer a link under which the order can be paid
// without signing in: nobody here types a card's number.
func (a *App) sendPaymentLink(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	if err := a.Payments.SendLink(onOrder(r.Context(), o.Order), o.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "A payment link for order #"+o.Number+" is on its way to "+o.Email+".")
	return web.Redirect(w, r, orderPath(o.ID, ""))
}
