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

// homeView is the part of the home page that is made for each request.
type homeView struct{ AddAction, Token string }

// homeHero is the welcome, beside some of what the shop sells.
type homeHero struct {
	Title, Intro string
	Pictures     []string
}

const heroPictures = 3

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
	store := a.storeName(ctx, s)
	hero := homeHero{Title: s.T("home.welcome", "store", store), Intro: s.T("home.intro")}
	shared, err := a.Pages.Fragment(ctx, fragments(s), key, func() (templ.Component, error) {
		return a.homeShelves(ctx, s, hero, tree, root)
	})
	if err != nil {
		return err
	}
	v := homeView{AddAction: s.URL("/cart/items"), Token: web.CSRF(ctx)}
	return a.page(w, r, http.StatusOK, shopPage{Title: store, Description: hero.Intro, Path: "/", Canonical: s.View.URL("/"), Shared: true},
		homeBody(v, shared))
}

// homeShelves are the welcome, the categories, what is new and what is reduced.
func (a *App) homeShelves(ctx context.Context, s *Shopper, hero homeHero, tree *catalog.Tree, root int64) (templ.Component, error) {
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
	hero.Pictures = pictures(shelves)
	if len(shelves) == 0 {
		hero.Intro = s.T("home.empty")
	}
	return homeLists(hero, s.T("home.categories"), links, shelves), nil
}

// pictures takes turns among the shelves, so that the welcome shows some of each.
func pictures(shelves []homeShelf) []string {
	var found []string
	for i := 0; i < shelfSize && len(found) < heroPictures; i++ {
		for n := range shelves {
			cards := shelves[len(shelves)-1-n].Cards
			if at := i*len(shelves) + n; at < len(cards) && cards[at].Picture != "" && len(found) < heroPictures {
				found = append(found, cards[at].Picture)
			}
		}
	}
	return found
}
