package admin

import (
	"errors"
	"net/http"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// authorizeAssist is the one GET that writes: it mints the code of a request,
// once, and answers the page that posts it to the storefront. The storefront
// accepts that post by its Origin alone, so the referrer policy must let the
// browser say it.
func (a *App) authorizeAssist(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	grant, err := a.Assist.Authorize(r.Context(), q.Get("request"), q.Get("challenge"))
	if err != nil {
		return a.handOffRefused(w, r, err)
	}
	if err := a.leadToStorefronts(w, r); err != nil {
		return err
	}
	w.Header().Set("Referrer-Policy", "strict-origin")
	body := handOffPage(handOff{
		Action: grant.LandURL, Fields: []ui.Pair{{Name: "code", Value: string(grant.Code)}},
		Customer: grant.CustomerName,
	})
	return web.Render(w, r, http.StatusOK, within(BarePage("Login as Customer", true, nil), body))
}

// handOffRefused answers in the tab that was opened for the hand-off.
func (a *App) handOffRefused(w http.ResponseWriter, r *http.Request, err error) error {
	why, remedy := "", ""
	var refused *assist.Refusal
	if errors.As(err, &refused) {
		why, remedy = refused.Message, refused.Remedy
	} else if f, ok := fault.As(err); ok && f.Kind == fault.Denied {
		why = f.Message
	} else {
		return err
	}
	body := handOffRefusedPage(why, remedy)
	return web.Render(w, r, http.StatusForbidden, within(BarePage("Login as Customer is not possible", false, nil), body))
}
