package storefront

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// homeView is what the home page shows.
type homeView struct {
	Title, Intro     string
	AddAction, Token string
}

// homeShelf is a titled row of products.
type homeShelf struct {
	Title, All, AllText string
	Cards               []CardArgs
}

const shelfSize = 8

func (a *App) homePage(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	tree, root, err := a.categories(r)
	if err != nil {
		return err
	}
	key := "home " + strconv.FormatInt(s.View.ID, 10) + " " + strconv.FormatInt(s.GroupID(), 10)
	shelves, err := a.Pages.Fragment(ctx, a.fragments(ctx, s), key, func() (templ.Component, error) {
		return a.homeShelves(ctx, s, tree, root)
	})
	if err != nil {
		return err
	}
	store := a.storeName(ctx, s)
	v := homeView{
		Title: s.T("home.welcome", "store", store), Intro: s.T("home.intro"),
		AddAction: s.URL("/cart/items"), Token: web.CSRF(ctx),
	}
	return a.page(w, r, http.StatusOK, shopPage{Title: store, Description: v.Intro, Path: "/", Canonical: s.View.URL("/"), Shared: true},
		homeBody(v, shelves))
}

// homeShelves are what is reduced, what is new, and the categories.
func (a *App) homeShelves(ctx context.Context, s *Shopper, tree *catalog.Tree, root int64) (templ.Component, error) {
	var shelves []homeShelf
	for _, want := range []struct {
		title, all string
		list       catalog.List
	}{
		{"home.new", "", catalog.List{CategoryID: root, Order: catalog.Newest, Size: shelfSize}},
		{"home.sale", "", catalog.List{CategoryID: root, Reduced: true, Size: shelfSize / 2}},
	} {
		found, err := a.Catalog.List(ctx, a.scope(s), want.list)
		if err != nil {
			return nil, err
		}
		if len(found.Cards) > 0 {
			shelves = append(shelves, homeShelf{Title: s.T(want.title), Cards: s.cards(found.Cards)})
		}
	}
	var links []ui.NavLink
	for _, c := range tree.Menu(root) {
		links = append(links, ui.NavLink{Text: c.Name(s.View.ID), Href: s.URL("/c/" + tree.URLPath(c.ID, s.View.ID))})
	}
	return homeLists(s.T("home.categories"), links, shelves), nil
}
