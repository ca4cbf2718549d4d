package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// ownerOf is whose cart: the customer's on their website, at the prices that
// they see there.
func (a *App) ownerOf(ctx context.Context, c customer.Customer) (cart.Owner, error) {
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return cart.Owner{}, err
	}
	website, _ := tree.Website(c.WebsiteID)
	view, ok := tree.View(c.StoreViewID)
	if !ok || view.WebsiteID != c.WebsiteID {
		view, _ = tree.DefaultView(c.WebsiteID)
	}
	return cart.Owner{CustomerID: c.ID, WebsiteID: c.WebsiteID, ViewID: view.ID, GroupID: c.GroupID, Currency: website.Currency}, nil
}

// onAccount makes the customer the subject of what the Admin user does.
func onAccount(ctx context.Context, c customer.Customer) context.Context {
	who, _ := actor.From(ctx)
	who.Subject = actor.Subject{ID: c.ID, Name: c.Name()}
	return actor.With(ctx, who)
}

// customerCart shows the customer's cart.
func (a *App) customerCart(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	return a.cartPage(w, r, http.StatusOK, c, cartTrouble{})
}

// cartTrouble is what was typed and what is wrong with it.
type cartTrouble struct {
	typed map[string]string
	wrong map[string]string
	text  string
}

func (a *App) cartPage(w http.ResponseWriter, r *http.Request, status int, c customer.Customer, t cartTrouble) error {
	owner, err := a.ownerOf(r.Context(), c)
	if err != nil {
		return err
	}
	content, err := a.Carts.Load(r.Context(), owner)
	if err != nil {
		return err
	}
	total, err := content.Subtotal()
	if err != nil {
		return err
	}
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	v, _ := viewer(r.Context())
	view := cartView{
		Action: customerPath(c.ID, partCart), Token: web.CSRF(r.Context()), Version: strconv.FormatInt(content.Version, 10),
		Lines: cartLines(content, t.typed, t.wrong), Total: i18n.For("en").Money(total),
		Edit: v.Grant.Allows(acl.CustomersCart), Website: customerNames{tree: tree}.website(c.WebsiteID), Error: t.text,
	}
	return a.customerPage(w, r, status, c, partCart, nil, customerCart(view))
}

// changeCart sets the quantities that were entered, or removes one product: on
// the customer's account, by the Admin user.
func (a *App) changeCart(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	owner, err := a.ownerOf(r.Context(), c)
	if err != nil {
		return err
	}
	ctx := onAccount(r.Context(), c)
	if sku := f.Text("remove"); sku != "" {
		_, err = a.Carts.Remove(ctx, owner, sku)
		return a.cartChanged(w, r, c, nil, err)
	}
	typed, qtys, wrong := quantities(f)
	if len(wrong) > 0 {
		return a.cartPage(w, r, http.StatusUnprocessableEntity, c, cartTrouble{typed: typed, wrong: wrong})
	}
	outs, err := a.Carts.Update(ctx, owner, f.ID("version"), qtys)
	if refused := fault.FieldsOf(err); refused != nil {
		for field, code := range refused {
			refused[field] = orElse(cartRefusals[code], "This quantity is not possible.")
		}
		return a.cartPage(w, r, http.StatusUnprocessableEntity, c, cartTrouble{typed: typed, wrong: refused})
	}
	return a.cartChanged(w, r, c, outs, err)
}

var cartRefusals = map[string]string{
	cart.CodeGone: "This product is not sold here any more. Set 0 to remove it.",
	cart.CodeNone: "This product is out of stock. Set 0 to remove it.",
	cart.CodeQty:  "Enter a quantity from 0 to 10,000.",
}

const qtyField = "qty_"

func quantities(f *web.Form) (typed map[string]string, qtys map[string]int64, wrong map[string]string) {
	typed, qtys, wrong = map[string]string{}, map[string]int64{}, map[string]string{}
	for name := range f.Names() {
		sku, ok := strings.CutPrefix(name, qtyField)
		if !ok {
			continue
		}
		typed[sku] = f.Text(name)
		n, err := strconv.ParseInt(typed[sku], 10, 64)
		if err != nil {
			wrong[name] = "Enter a whole number."
			continue
		}
		qtys[sku] = n
	}
	return typed, qtys, wrong
}

// cartChanged says what became of a change. Somebody else's change in between
// shows the cart as it is now.
func (a *App) cartChanged(w http.ResponseWriter, r *http.Request, c customer.Customer, outs []cart.Outcome, err error) error {
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		f, _ := fault.As(err)
		return a.cartPage(w, r, http.StatusConflict, c, cartTrouble{text: f.Message})
	}
	if err != nil {
		return err
	}
	tone, text := web.Good, "The cart was changed."
	for _, o := range outs {
		if o.Capped {
			tone, text = web.Warn, "The cart was changed. Of "+o.Name+" only "+strconv.FormatInt(o.After, 10)+" can be sold."
		}
	}
	web.Flash(w, tone, text)
	return web.Redirect(w, r, customerPath(c.ID, partCart))
}

// cartFacts sums a cart up for the Customer View.
func cartFacts(content *cart.Cart) (count, total string, problems []string, err error) {
	subtotal, err := content.Subtotal()
	if err != nil {
		return "", "", nil, err
	}
	for _, l := range content.Lines {
		if text := problemText(l); text != "" {
			problems = append(problems, l.Name()+": "+text)
		}
	}
	return ui.Count(int(content.Count())), i18n.For("en").Money(subtotal), problems, nil
}
