package storefront

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/web"
)

// searchPage lists the products that match what was typed.
func (a *App) searchPage(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	l := readListing(r, s.URL("/search"))
	l.list.Search = l.q
	title, hint := s.T("search.title_empty"), s.T("search.enter")
	var list templ.Component = templ.NopComponent
	if l.q != "" {
		title, hint = s.T("search.title", "query", l.q), ""
		found, err := a.shelf(ctx, s, l, s.T("search.none", "query", l.q))
		if err != nil {
			return err
		}
		list = found
	}
	return a.page(w, r, http.StatusOK, shopPage{
		Title: title, Search: l.q, Path: l.with("page", ""), Personal: true, Shared: true,
	}, searchBody(title, hint, s.URL("/cart/items"), web.CSRF(ctx), list))
}
