package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// everyWebsite is for pages about the whole installation: a role that reaches
// only some websites is refused rather than shown what belongs to the others.
func (a *App) everyWebsite(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !mustView(r.Context()).Grant.AllWebsites {
			return fault.New(fault.Denied, "The Actions Report is about all websites, and your role reaches only some of them.")
		}
		return h(w, r)
	}
}
