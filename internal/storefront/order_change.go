package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
)

// reorder puts what an order held into the cart again, at today's prices, and
// says what cannot be had any more.
func (a *App) reorder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.myOrder(r)
	if err != nil {
		return err
	}
	ctx, s := r.Context(), shopper(r.Context())
	if !a.Sales.Allowed(o)[sales.DeedReorder] || !a.Config.Bool(ctx, sales.AllowReorder, config.OfView(s.View)) {
		return fault.New(fault.Conflict, "%s", s.T("order.no_reorder"))
	}
	var wanted []cart.Wanted
	for _, i := range o.Items {
		wanted = append(wanted, cart.Wanted{ProductID: i.ProductID, ParentID: i.ParentProductID, Qty: i.Qty, Name: i.Name})
	}
	outs, refused, err := a.Carts.AddAll(ctx, s.cartOwner(), wanted)
	if err != nil {
		return err
	}
	a.tellReordered(w, s, o.Number, outs, refused)
	return a.redirect(w, r, "/cart")
}

func (a *App) tellReordered(w http.ResponseWriter, s *Shopper, number string, outs []cart.Outcome, refused []cart.Refused) {
	text, tone := "", web.Good
	if len(outs) > 0 {
		text = s.T("order.reordered", "number", number)
	}
	add := func(more string) {
		if text != "" {
			text += " "
		}
		text, tone = text+more, web.Warn
	}
	for _, out := range outs {
		if out.Capped {
			add(s.T("cart.added_capped", "name", out.Name, "n", out.After))
		}
	}
	for _, ref := range refused {
		add(s.T("order.not_reordered", "name", ref.Name))
	}
	web.Flash(w, tone, text)
}

// cancelOrder cancels an order of which nothing was done yet.
func (a *App) cancelOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.myOrder(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	if !a.orderView(r, o, orderBase(o.Number)).Cancel {
		return fault.New(fault.Conflict, "%s", s.T("order.no_cancel"))
	}
	if err := a.Sales.Cancel(r.Context(), o.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("order.was_canceled", "number", o.Number))
	return a.redirect(w, r, orderBase(o.Number))
}
