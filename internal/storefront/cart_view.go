package storefront

import (
	"context"
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// cartView is what the cart's page shows.
type cartView struct {
	Title, Count   string
	Lines          []cartLineView
	Offer          offerView
	Version        string
	Action, Remove string
	Wish           string // where a line moves to the wish list; "" for guests
	Token          string
	Problem        *ui.Message
	Home, Checkout string
	Words          cartWords
}

type cartWords struct {
	Summary, Update, Continue, Empty, EmptyHint, RemoveText, PriceLabel, NowLabel, WasLabel, Checkout, WishText string
}

// cartLineView is one line; its quantity belongs to the page's one form.
type cartLineView struct {
	Card       CardArgs
	Qty        ui.Field
	Total      string
	Options    string // what was chosen
	Problem    string
	RemoveText string
	WishText   string
}

// cartForm is the id of the form that all quantities belong to.
const cartForm = "cart"

func (a *App) cartPage(w http.ResponseWriter, r *http.Request) error {
	return a.showCart(w, r, http.StatusOK, cartTyped{})
}

// showCart draws the cart, with what was typed and refused.
func (a *App) showCart(w http.ResponseWriter, r *http.Request, status int, t cartTyped) error {
	s := shopper(r.Context())
	c, err := a.Carts.Load(r.Context(), s.cartOwner())
	if err != nil {
		return err
	}
	q, ask, err := a.quoteCart(r.Context(), s, c)
	if err != nil {
		return err
	}
	v := s.cart(c)
	v.Token, v.Offer = web.CSRF(r.Context()), a.offer(r.Context(), c, &q, ask, t)
	a.priceLines(r.Context(), s, v.Lines, c, &q)
	for i, l := range c.Lines {
		if text, ok := t.Qty[l.Card.ID]; ok {
			v.Lines[i].Qty.Value = text
		}
		if text := t.QtyErrors[l.Card.ID]; text != "" {
			v.Lines[i].Problem, v.Lines[i].Qty.Error = text, text
		}
	}
	return a.page(w, r, status, shopPage{Title: v.Title, Path: "/cart", Personal: true}, cartBody(v))
}

// priceLines shows what lines cost, with or without tax as the store view wants;
// a line that is gone costs nothing.
func (a *App) priceLines(ctx context.Context, s *Shopper, views []cartLineView, c *cart.Cart, q *checkout.Quote) {
	with := a.Tax.Show(ctx, tax.DisplayCart, config.OfView(s.View)) != tax.ShowExcl || q.Totals.Compensation != 0
	m := func(minor int64) string { return s.Locale.Money(money.New(minor, q.Currency)) }
	for i, at := 0, 0; i < len(c.Lines); i++ {
		if c.Lines[i].Problem == cart.Gone {
			continue
		}
		price, row := q.Totals.Lines[at].Price, q.Totals.Lines[at].RowTotal
		if with {
			price, row = q.Totals.Lines[at].PriceInclTax, q.Totals.Lines[at].RowInclTax
		}
		if price != c.Lines[i].Card.Price.Minor {
			views[i].Card.Was = ""
		}
		views[i].Card.Now, views[i].Total = m(price), m(row)
		at++
	}
}

func (s *Shopper) cart(c *cart.Cart) cartView {
	v := cartView{
		Title: s.T("cart.title"), Version: strconv.FormatInt(c.Version, 10),
		Action: s.URL("/cart"), Remove: s.URL("/cart/items/remove"), Home: s.URL("/"), Checkout: s.URL("/checkout"),
		Words: cartWords{
			Summary: s.T("cart.summary"), Update: s.T("cart.update"), Checkout: s.T("cart.checkout"),
			Continue: s.T("cart.continue"), Empty: s.T("cart.empty"), EmptyHint: s.T("cart.empty_hint"), RemoveText: s.T("cart.remove"),
			WishText: s.T("cart.to_wishlist"), PriceLabel: s.T("cart.price"), NowLabel: s.T("product.price_now"), WasLabel: s.T("product.price_was"),
		},
	}
	if s.Customer != nil {
		v.Wish = s.URL("/cart/items/wish")
	}
	if n := c.Count(); n > 0 {
		v.Count = s.N("cart.items", int(n))
	}
	if c.Problems() > 0 {
		v.Problem = &ui.Message{Tone: ui.Warning, Text: s.T("cart.problem.some")}
	}
	for _, l := range c.Lines {
		v.Lines = append(v.Lines, s.cartLine(l))
	}
	return v
}

func (s *Shopper) cartLine(l cart.Line) cartLineView {
	v := cartLineView{
		Card: s.card(l.Card), Total: s.Locale.Money(l.Total), RemoveText: s.T("cart.remove_item", "name", l.Name()), WishText: s.T("cart.wish_item", "name", l.Name()),
		Qty: ui.Field{
			Name: qtyName(l.Card.ID), Label: s.T("cart.qty_of", "name", l.Name()), Value: strconv.FormatInt(l.Qty, 10),
			Min: "0", Form: cartForm, Required: true,
		},
	}
	if l.Parent != nil {
		v.Card.Name, v.Options = l.Name(), s.choiceText(l.Choice())
		v.Card.Href = s.URL(s.variantPath(l.Parent.URLKey, l.Choice()))
	}
	switch l.Problem {
	case cart.Gone:
		v.Problem, v.Card.Href, v.Total = s.T("cart.problem.gone"), "", ""
	case cart.OutOfStock:
		v.Problem = s.T("cart.problem.out_of_stock")
	case cart.TooMany:
		v.Problem = s.N("cart.problem.max", int(l.Left()))
	}
	return v
}

func qtyName(productID int64) string { return "qty_" + strconv.FormatInt(productID, 10) }
