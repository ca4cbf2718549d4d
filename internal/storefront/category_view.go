package storefront

import (
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// categoryView is what the page of a category shows.
type categoryView struct {
	Title, Description string
	SubLabel           string
	Sub                []ui.NavLink
	AddAction, Token   string
}

// categoryPage lists the products of a category and those below it.
func (a *App) categoryPage(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	tree, root, err := a.categories(r)
	if err != nil {
		return err
	}
	path := strings.Trim(r.PathValue("path"), "/")
	c := tree.Find(root, s.View.ID, path)
	if c == nil || !tree.Shown(c.ID) {
		return a.movedCategory(w, r, tree, root, path)
	}
	l := readListing(r, s.URL("/c/"+path))
	l.q, l.list.CategoryID = "", c.ID
	list, err := a.shelf(ctx, s, l, s.T("category.empty"))
	if err != nil {
		return err
	}
	text := c.Text(s.View.ID)
	v := categoryView{
		Title: text.Name, Description: text.Description, SubLabel: s.T("category.subcategories"),
		AddAction: s.URL("/cart/items"), Token: web.CSRF(ctx),
	}
	for _, sub := range tree.Menu(c.ID) {
		v.Sub = append(v.Sub, ui.NavLink{Text: sub.Name(s.View.ID), Href: s.URL("/c/" + tree.URLPath(sub.ID, s.View.ID))})
	}
	chain := tree.Chain(c.ID)
	return a.page(w, r, http.StatusOK, shopPage{
		Title: text.Name, Description: firstWords(text.Description), Crumbs: s.crumbs(tree, chain[:len(chain)-1], text.Name),
		Path: "/c/" + path, Canonical: s.View.URL("/c/" + path), TopCategory: chain[1].ID, Shared: true,
	}, categoryBody(v, list))
}

// categories returns the tree and the root of this store's branch.
func (a *App) categories(r *http.Request) (*catalog.Tree, int64, error) {
	scopes, err := a.Stores.Tree(r.Context())
	if err != nil {
		return nil, 0, err
	}
	shop, _ := scopes.Store(shopper(r.Context()).View.StoreID)
	tree, err := a.Catalog.Tree(r.Context())
	return tree, shop.RootCategoryID, err
}

// crumbs lead from the home page through a chain of categories, its root left
// out, to the page itself.
func (s *Shopper) crumbs(tree *catalog.Tree, chain []*catalog.Category, here string) []ui.Crumb {
	crumbs := []ui.Crumb{{Text: s.T("nav.home"), Href: s.URL("/")}}
	for i, c := range chain {
		if i > 0 {
			crumbs = append(crumbs, ui.Crumb{Text: c.Name(s.View.ID), Href: s.URL("/c/" + tree.URLPath(c.ID, s.View.ID))})
		}
	}
	return append(crumbs, ui.Crumb{Text: here})
}

// movedCategory sends on who asks for an address that a category had before.
func (a *App) movedCategory(w http.ResponseWriter, r *http.Request, tree *catalog.Tree, root int64, path string) error {
	s := shopper(r.Context())
	id, ok, err := a.Catalog.Redirect(r.Context(), s.View.ID, "category", path)
	if err != nil {
		return err
	}
	now := tree.URLPath(id, s.View.ID)
	if !ok || now == "" || now == path || !tree.Shown(id) || tree.Chain(id)[0].ID != root {
		return fault.New(fault.NotFound, "")
	}
	return a.movedFor(w, r, "/c/"+now)
}

// movedFor answers that a page has a new address for good.
func (a *App) movedFor(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, web.LocalPath(shopper(r.Context()).URL(path), "/"), http.StatusMovedPermanently)
	return nil
}

// firstWords is the beginning of a text, for search engines.
func firstWords(text string) string {
	const most = 155
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= most {
		return text
	}
	cut := strings.LastIndexByte(text[:most], ' ')
	if cut < 0 {
		return ""
	}
	return text[:cut] + "…"
}
