package storefront

import (
	"net/http"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// wishView is one product on the wish list as it is shown.
type wishView struct {
	Card    catalog.Card
	Picture string
	Price   string
	Added   string
	Gone    bool // not sold here any more
	Remove  string
	ToCart  string // "" when it cannot be bought now
}

// wishListView is the wish list.
type wishListView struct {
	S     *Shopper
	Links []ui.NavLink
	Token string
	Items []wishView
}

func (s *Shopper) catalogScope(now time.Time) catalog.Scope {
	return catalog.Scope{WebsiteID: s.Website.ID, ViewID: s.View.ID, GroupID: s.GroupID(), Currency: s.Website.Currency, Now: now}
}

func (a *App) wishList(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	wishes, err := a.Customers.WishList(ctx, s.Customer.ID)
	if err != nil {
		return err
	}
	ids := make([]int64, len(wishes))
	for i, wish := range wishes {
		ids[i] = wish.ProductID
	}
	cards, err := a.Catalog.Cards(ctx, s.catalogScope(a.Now()), ids)
	if err != nil {
		return err
	}
	v := wishListView{S: s, Links: a.accountLinks(s, "/account/wishlist"), Token: web.CSRF(ctx)}
	for _, wish := range wishes {
		v.Items = append(v.Items, s.wish(wish.ProductID, cards[wish.ProductID], wish.AddedAt))
	}
	return a.page(w, r, http.StatusOK, accountPage(s, "/account/wishlist", "wishlist.title"), wishListPage(v))
}

func (s *Shopper) wish(productID int64, card catalog.Card, added time.Time) wishView {
	base := s.URL("/account/wishlist/" + strconv.FormatInt(productID, 10))
	v := wishView{Card: card, Added: s.T("wishlist.added_on", "date", s.Locale.Date(added)), Remove: base + "/remove", Gone: !card.Sold}
	if card.Sold {
		v.Price = s.card(card).Now
		if card.Salable > 0 {
			v.ToCart = base + "/cart"
		}
	}
	if card.Thumb != "" {
		v.Picture = s.URL("/media/" + card.Thumb)
	}
	return v
}

// wishedInPath is the product that the path names.
func (a *App) wishedInPath(r *http.Request) (id int64, card catalog.Card, err error) {
	if id, err = web.PathID(r, "id"); err == nil {
		card, err = a.wishedCard(r, id)
	}
	return id, card, err
}

// wishedCard is a product as this shopper sees it.
func (a *App) wishedCard(r *http.Request, id int64) (catalog.Card, error) {
	cards, err := a.Catalog.Cards(r.Context(), shopper(r.Context()).catalogScope(a.Now()), []int64{id})
	return cards[id], err
}

// addWish takes the form of a product page: "product" is its id.
func (a *App) addWish(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s, id := shopper(r.Context()), f.ID("product")
	if err := a.Customers.Wish(r.Context(), s.Customer.ID, id); err != nil {
		return err
	}
	card, err := a.wishedCard(r, id)
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("wishlist.added", "name", card.Name))
	return a.redirect(w, r, "/account/wishlist")
}

func (a *App) removeWish(w http.ResponseWriter, r *http.Request) error {
	id, card, err := a.wishedInPath(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	if err := a.Customers.Unwish(r.Context(), s.Customer.ID, id); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("wishlist.removed", "name", card.Name))
	return a.redirect(w, r, "/account/wishlist")
}

// wishToCart moves a product from the wish list into the cart.
func (a *App) wishToCart(w http.ResponseWriter, r *http.Request) error {
	id, card, err := a.wishedInPath(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	if card.Kind == catalog.Configurable {
		web.Flash(w, web.Warn, s.T("product.choose_first"))
		return a.redirect(w, r, s.variantPath(card.URLKey, nil))
	}
	if _, err := a.Carts.Add(r.Context(), s.cartOwner(), card.SKU, 1); err != nil {
		return err
	}
	if err := a.Customers.Unwish(r.Context(), s.Customer.ID, id); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("wishlist.moved", "name", card.Name))
	return a.redirect(w, r, "/account/wishlist")
}
