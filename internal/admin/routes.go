package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// Routes is the table of the Admin: what, for whom, and (for every row alike)
// that no stay ever reaches it, because the Admin has a host of its own.
func (a *App) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /static/{file}", Access: web.Public, Assisted: web.AdminOnly, Handler: a.static, Quiet: true},
		{Pattern: "GET /favicon.ico", Access: web.Public, Assisted: web.AdminOnly, Handler: a.favicon, Quiet: true},

		// Sign-in
		{Pattern: "GET /login", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInForm},
		{Pattern: "POST /login", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInPost},
		{Pattern: "GET /login/check", Access: web.Public, Assisted: web.AdminOnly, Handler: a.signInCheck},
		{Pattern: "POST /logout", Access: web.SignedIn, Assisted: web.AdminOnly, Handler: a.signOut},

		// Dashboard

		// Customers

		// Login as Customer

		// Catalog

		// Stores

		// System
	}
}

func (a *App) static(w http.ResponseWriter, r *http.Request) error {
	ui.AssetHandler().ServeHTTP(w, r)
	return nil
}

func (a *App) favicon(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, ui.Asset("favicon-admin.svg"))
}
