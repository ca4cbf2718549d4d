package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// Routes is the table of the storefront: what, for whom, and how it behaves
// while staff is in a customer's account. A route that does not say so does not
// start; what is denied here nobody can do in another one's name.
func (a *App) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /static/{file}", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.static, Quiet: true},
		{Pattern: "GET /favicon.ico", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.favicon, Quiet: true},

		// Catalogue
		{Pattern: "GET /{$}", Access: web.Public, Assisted: web.Allowed, Handler: a.homePage},
		{Pattern: "GET /c/{path...}", Access: web.Public, Assisted: web.Allowed, Handler: a.categoryPage},
		{Pattern: "GET /p/{key}", Access: web.Public, Assisted: web.Allowed, Handler: a.productPage},
		{Pattern: "GET /search", Access: web.Public, Assisted: web.Allowed, Handler: a.searchPage},
		{Pattern: "GET /switch", Access: web.Public, Assisted: web.Allowed, Handler: a.switchView},
		{Pattern: "GET /media/{key}", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.media, Quiet: true},

		// Cart
		{Pattern: "GET /cart", Access: web.Public, Assisted: web.Allowed, Handler: a.cartPage},
		{Pattern: "POST /cart", Access: web.Public, Assisted: web.Allowed, Handler: a.cartUpdate},
		{Pattern: "POST /cart/items", Access: web.Public, Assisted: web.Allowed, Handler: a.cartAdd},
		{Pattern: "POST /cart/items/remove", Access: web.Public, Assisted: web.Allowed, Handler: a.cartRemove},

		// Sign-in and registration

		// Account

		// Login as Customer: the way in and the way out
		{Pattern: "GET /assist/start", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistStart},
		{Pattern: "POST /assist/land", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistLand, Origin: a.adminOrigin},
		{Pattern: "POST /assist/enter", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistEnter},
		{Pattern: "POST /assist/close", Access: web.Public, Assisted: web.AllowedViewOnly, Handler: a.assistClose},
	}
}

func (a *App) static(w http.ResponseWriter, r *http.Request) error {
	ui.AssetHandler().ServeHTTP(w, r)
	return nil
}

func (a *App) favicon(w http.ResponseWriter, r *http.Request) error {
	return web.Redirect(w, r, ui.Asset("favicon.svg"))
}

// adminOrigin is the only site whose form may land here.
func (a *App) adminOrigin(*http.Request) string { return a.AdminURL }
