package storefront

import (
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// cartView is what the cart's page shows.
type cartView struct {
	Title, Count   string
	Lines          []cartLineView
	Subtotal       string
	Version        string
	Action, Remove string
	Token          string
	Problem        *ui.Message
	Home           string
	Words          cartWords
}

type cartWords struct {
	Summary, Subtotal, Later, Update, Continue, Empty, EmptyHint, RemoveText, PriceLabel, NowLabel, WasLabel string
}

// cartLineView is one line; its quantity belongs to the page's one form.
type cartLineView struct {
	Card       CardArgs
	Qty        ui.Field
	Total      string
	Options    string // what was chosen
	Problem    string
	RemoveText string
}

// cartForm is the id of the form that all quantities belong to.
const cartForm = "cart"

func (a *App) cartPage(w http.ResponseWriter, r *http.Request) error {
	return a.showCart(w, r, http.StatusOK, nil, nil)
}

// showCart draws the cart; typed and errs are by product id, for quantities
// that were refused.
func (a *App) showCart(w http.ResponseWriter, r *http.Request, status int, typed, errs map[int64]string) error {
	s := shopper(r.Context())
	c, err := a.Carts.Load(r.Context(), s.cartOwner())
	if err != nil {
		return err
	}
	v, err := s.cart(c)
	if err != nil {
		return err
	}
	v.Token = web.CSRF(r.Context())
	for i, l := range c.Lines {
		if text, ok := typed[l.Card.ID]; ok {
			v.Lines[i].Qty.Value = text
		}
		if text := errs[l.Card.ID]; text != "" {
			v.Lines[i].Problem, v.Lines[i].Qty.Error = text, text
		}
	}
	return a.page(w, r, status, shopPage{Title: v.Title, Path: "/cart", Personal: true}, cartBody(v))
}

func (s *Shopper) cart(c *cart.Cart) (cartView, error) {
	subtotal, err := c.Subtotal()
	if err != nil {
		return cartView{}, err
	}
	v := cartView{
		Title: s.T("cart.title"), Subtotal: s.Locale.Money(subtotal), Version: strconv.FormatInt(c.Version, 10),
		Action: s.URL("/cart"), Remove: s.URL("/cart/items/remove"), Home: s.URL("/"),
		Words: cartWords{
			Summary: s.T("cart.summary"), Subtotal: s.T("cart.subtotal"), Later: s.T("cart.shipping_later"), Update: s.T("cart.update"),
			Continue: s.T("cart.continue"), Empty: s.T("cart.empty"), EmptyHint: s.T("cart.empty_hint"), RemoveText: s.T("cart.remove"),
			PriceLabel: s.T("cart.price"), NowLabel: s.T("product.price_now"), WasLabel: s.T("product.price_was"),
		},
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
	return v, nil
}

func (s *Shopper) cartLine(l cart.Line) cartLineView {
	v := cartLineView{
		Card: s.card(l.Card), Total: s.Locale.Money(l.Total), RemoveText: s.T("cart.remove_item", "name", l.Name()),
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
