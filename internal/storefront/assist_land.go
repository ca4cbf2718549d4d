package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// assistLand takes the code from the Admin's page and lets this browser post it
// on from here. It is the one route that takes another site's form; it reads no
// cookie and writes nothing: a Lax cookie does not travel on such a post.
func (a *App) assistLand(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	code := f.Text("code")
	if code == "" || len(code) > 100 {
		return fault.New(fault.Denied, "%s", shopper(r.Context()).T("handoff.refused"))
	}
	return a.plain(w, r, http.StatusOK, "handoff.title", true, handOffForm(shopper(r.Context()), code))
}
