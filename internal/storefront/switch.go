package storefront

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// switchView leads to the same page in another store view of the website, where
// it exists there.
func (a *App) switchView(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	scopes, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	to, ok := scopes.ViewByCode(r.URL.Query().Get("to"))
	if !ok || !to.Active || to.WebsiteID != s.Website.ID {
		return fault.New(fault.NotFound, "")
	}
	path, err := a.counterpart(r, r.URL.Query().Get("path"), to.ID, to.StoreID)
	if err != nil {
		return err
	}
	return web.RedirectOut(w, r, to.URL(path))
}

// counterpart is the address of a page in another store view.
func (a *App) counterpart(r *http.Request, path string, viewID, storeID int64) (string, error) {
	s := shopper(r.Context())
	u, err := url.Parse(web.LocalPath(path, "/"))
	if err != nil {
		u = &url.URL{Path: "/"} // somebody's own words in the address
	}
	if at, ok := strings.CutPrefix(u.Path, "/c/"); ok {
		tree, root, err := a.categories(r)
		if err != nil {
			return "", err
		}
		if c := tree.Find(root, s.View.ID, at); c != nil && s.View.StoreID == storeID {
			return "/c/" + tree.URLPath(c.ID, viewID), nil
		}
		return "/", nil
	}
	if key, ok := strings.CutPrefix(u.Path, "/p/"); ok {
		p, err := a.Catalog.View(r.Context(), a.scope(s), key)
		if fault.Is(err, fault.NotFound) {
			return "/", nil
		}
		if err != nil {
			return "", err
		}
		key, _, err = a.Catalog.URLKey(r.Context(), p.ID, viewID)
		return "/p/" + key, err
	}
	return u.RequestURI(), nil
}
