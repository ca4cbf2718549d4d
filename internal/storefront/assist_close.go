package storefront

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// assistClose is Close Session: the stay ends, the browser is whoever it was
// before, and the page says how to get back to the Admin.
func (a *App) assistClose(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	if s.Stay == nil {
		return a.redirect(w, r, "/")
	}
	stay := *s.Stay
	if _, err := a.Assist.End(r.Context(), stay.PublicID); err != nil {
		return err
	}
	leaveStay(w, r)
	s.left, s.Stay, s.Customer = &stay, nil, nil
	text, href := a.wayBack(s)
	if stay.BackPath != "" {
		text = backText(s.Locale, stay.Back)
	}
	body := closedPage(s.T("stay.closed.text", "name", stay.CustomerName), ui.Btn{Text: text, Href: href, Variant: ui.Primary})
	return a.plain(w, r, http.StatusOK, "stay.closed.title", false, body)
}

// plain answers with a page that has nothing around it.
func (a *App) plain(w http.ResponseWriter, r *http.Request, status int, title string, auto bool, body templ.Component) error {
	s := shopper(r.Context())
	shell := Shell{Title: s.T(title), Lang: s.Locale.Lang(), Dir: s.Locale.Dir(), StoreName: a.storeName(r.Context(), s)}
	if s.Stay != nil {
		shell.Banner = a.banner(r.Context(), s)
	}
	return web.Render(w, r, status, within(PlainPage(shell, auto), body))
}
