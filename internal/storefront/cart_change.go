package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// cartAdd puts a product into the cart. What cannot be had is said where the
// form was: on the product's own page.
func (a *App) cartAdd(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	qty := f.Int("qty")
	if len(f.Errors) > 0 {
		qty = -1 // no quantity at all: refused by the cart like any other wrong one
	}
	out, err := a.Carts.Add(r.Context(), s.cartOwner(), f.Text("sku"), qty)
	if e, _ := fault.As(err); e != nil && e.Code == cart.CodeChoose {
		var done bool
		if out, done, err = a.addChosen(w, r, f, qty); done {
			return err
		}
	}
	if text := s.cartRefusal(err); text != "" {
		return a.cartRefused(w, r, f, text, err)
	}
	if err != nil {
		return err
	}
	if out.Secret != "" {
		web.SetCookie(w, web.CartCookie, out.Secret, 30*24*3600)
	}
	if out.Capped {
		web.Flash(w, web.Warn, s.T("cart.added_capped", "name", out.Name, "n", out.After))
	} else {
		web.Flash(w, web.Good, s.T("product.added", "name", out.Name))
	}
	return a.redirect(w, r, "/cart")
}

// cartRefusal says in the shopper's language why the cart refused, "" when it
// did not.
func (s *Shopper) cartRefusal(err error) string {
	e, ok := fault.As(err)
	if !ok {
		return ""
	}
	key := map[string]string{
		cart.CodeGone: "cart.problem.gone", cart.CodeNone: "cart.problem.out_of_stock", cart.CodeNoMore: "cart.no_more",
		cart.CodeQty: "cart.problem.qty", cart.CodeFull: "cart.full", cart.CodeChanged: "cart.changed", cart.CodeNotThere: "cart.problem.gone", cart.CodeChoose: "product.choose_first",
	}[e.Code]
	if key == "" {
		return ""
	}
	return s.T(key)
}

// cartRefused shows the product again with what was wrong; a product that has
// no page any more is told of in the cart.
func (a *App) cartRefused(w http.ResponseWriter, r *http.Request, f *web.Form, text string, why error) error {
	p, err := a.productOf(r, f.Text("sku"))
	if err == nil {
		return a.showProduct(w, r, http.StatusUnprocessableEntity, p, typedProduct(f, text))
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	e, _ := fault.As(why)
	return &fault.Error{Kind: e.Kind, Message: text}
}

// cartUpdate sets all quantities of the cart's page at once.
func (a *App) cartUpdate(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	c, err := a.Carts.Load(r.Context(), s.cartOwner())
	if err != nil {
		return err
	}
	qtys, typed, errs := map[string]int64{}, map[int64]string{}, map[int64]string{}
	for _, l := range c.Lines {
		name := qtyName(l.Card.ID)
		if !f.Has(name) {
			continue
		}
		typed[l.Card.ID] = f.Text(name)
		qtys[l.Card.SKU] = f.Int(name)
		if f.Errors[name] != "" {
			errs[l.Card.ID] = s.T("cart.problem.qty")
		}
	}
	if len(errs) > 0 {
		return a.showCart(w, r, http.StatusUnprocessableEntity, cartTyped{Qty: typed, QtyErrors: errs})
	}
	outs, err := a.Carts.Update(r.Context(), s.cartOwner(), f.ID("version"), qtys)
	if fields := fault.FieldsOf(err); fields != nil {
		for _, l := range c.Lines {
			if code := fields["qty_"+l.Card.SKU]; code != "" {
				errs[l.Card.ID] = s.cartRefusal(&fault.Error{Code: code})
			}
		}
		return a.showCart(w, r, http.StatusUnprocessableEntity, cartTyped{Qty: typed, QtyErrors: errs})
	}
	if text := s.cartRefusal(err); text != "" {
		web.Flash(w, web.Warn, text)
		return a.redirect(w, r, "/cart")
	}
	if err != nil {
		return err
	}
	a.tellUpdated(w, s, outs)
	return a.redirect(w, r, "/cart")
}

func (a *App) tellUpdated(w http.ResponseWriter, s *Shopper, outs []cart.Outcome) {
	for _, out := range outs {
		if out.Capped {
			web.Flash(w, web.Warn, s.T("cart.added_capped", "name", out.Name, "n", out.After))
			return
		}
	}
	web.Flash(w, web.Good, s.T("cart.updated"))
}

// cartWish moves one product from the cart to the wish list.
func (a *App) cartWish(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	out, err := a.Carts.MoveToWishList(r.Context(), s.cartOwner(), f.Text("sku"))
	if e, _ := fault.As(err); e != nil && e.Code == cart.CodeNotThere {
		return a.redirect(w, r, "/cart")
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("cart.wished", "name", out.Name))
	return a.redirect(w, r, "/cart")
}

// cartRemove takes one product out of the cart.
func (a *App) cartRemove(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	out, err := a.Carts.Remove(r.Context(), s.cartOwner(), f.Text("sku"))
	if e, _ := fault.As(err); e != nil && e.Code == cart.CodeNotThere {
		return a.redirect(w, r, "/cart") // somebody was faster: it is gone, as wanted
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("cart.removed", "name", out.Name))
	return a.redirect(w, r, "/cart")
}
