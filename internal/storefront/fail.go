package storefront

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// fail draws the page for a failure, in the shop's frame and, during a stay,
// under the banner.
func (a *App) fail(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) error {
	s := visitOf(r.Context()).shopper
	if s == nil {
		http.Error(w, http.StatusText(status), status)
		return nil
	}
	if status == http.StatusUnauthorized {
		return a.toSignIn(w, r)
	}
	if web.HTMX(r) {
		w.Header().Set(fragmentHeader, "1")
	}
	code := strconv.Itoa(status)
	if !s.Locale.Has("error." + code + ".title") {
		code = "500"
	}
	v := failureView{
		Title: s.T("error." + code + ".title"), Text: s.T("error." + code + ".text"),
		LinkText: s.T("error.home"), LinkHref: s.URL("/"),
	}
	switch {
	case ended(f):
		v.Title, v.Text = s.T("stay.over.title"), s.overText(f, web.Safe(r.Method))
		v.LinkText, v.LinkHref = a.wayBack(s)
	case f.Kind == fault.Unavailable && (s.Stay != nil || web.Cookie(r, web.StayCookie) != ""):
		v.Title, v.Text = s.T("stay.unrecorded.title"), s.T("stay.unrecorded.text")
		v.LinkText, v.LinkHref = a.wayBack(s)
	case s.Locale.Has("stay.why." + f.Code):
		v.Text = s.T("stay.why." + f.Code)
	case f.Message != "" && f.Code != audit.Unrecorded:
		v.Text = s.say(f.Message)
	}
	if visitOf(r.Context()).handOff {
		v.LinkText, v.LinkHref = s.T("stay.closed.back"), a.adminLink("/")
	}
	if status >= 500 {
		v.Request = s.T("error.request_id", "id", web.Info(r.Context()).ID)
	}
	page := shopPage{Title: v.Title, Personal: true}
	err := a.page(w, r, status, page, failurePage(v))
	if f.Kind == fault.Unavailable && err != nil {
		return a.bare(w, r, status, page, v)
	}
	return err
}

// bare is the page of a failure where not even the frame can be had from the
// database. Nothing is known of anybody then, so nobody is named.
func (a *App) bare(w http.ResponseWriter, r *http.Request, status int, p shopPage, v failureView) error {
	s := shopper(r.Context())
	s.Stay, s.Customer, s.Session, s.CartSecret = nil, nil, nil, ""
	shell := a.frame(w, r, p)
	shell.Footer = Footer{About: s.T("footer.about"), Legal: s.T("footer.legal", "year", strconv.Itoa(a.Now().Year()), "store", a.storeName(r.Context(), s))}
	return web.Render(w, r, status, within(ShopPage(shell), failurePage(v)))
}

// overText says to the Admin user why the stay is over, and, after a form, that it
// did nothing.
func (s *Shopper) overText(f *fault.Error, looked bool) string {
	parts := []string{s.T("stay.over.text")}
	if key := "stay.why." + f.Code; s.Locale.Has(key) {
		parts = []string{s.T(key), parts[0]}
	}
	if !looked {
		parts = append(parts, s.T("stay.over.unchanged"))
	}
	return strings.Join(parts, " ")
}

// wayBack leads to the Admin page that the stay was begun from. It names no
// customer: what is over shows nothing of them.
func (a *App) wayBack(s *Shopper) (text, href string) {
	stay := s.Stay
	if stay == nil {
		stay = s.left
	}
	if stay == nil || stay.BackPath == "" {
		return s.T("stay.closed.back"), a.adminLink("/")
	}
	if stay.Back.Kind == assist.AtCustomer {
		return s.T("stay.over.back"), a.adminLink(stay.BackPath)
	}
	return backText(s.Locale, stay.Back), a.adminLink(stay.BackPath)
}

// ended tells the failures of a stay that is over.
func ended(f *fault.Error) bool {
	return f.Kind == fault.Gone || (f.Kind == fault.Conflict && f.Code != "" && f.Code != "stale_form")
}

// toSignIn sends a guest to sign in and back again.
func (a *App) toSignIn(w http.ResponseWriter, r *http.Request) error {
	to := "/login"
	if web.Safe(r.Method) {
		to += "?" + query("back", r.URL.RequestURI())
	}
	return a.redirect(w, r, to)
}
