package storefront

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// guestOrderForm asks for an order that was placed without an account.
func (a *App) guestOrderForm(w http.ResponseWriter, r *http.Request) error {
	return a.showGuestForm(w, r, http.StatusOK, a.guestForm(r))
}

func (a *App) guestForm(r *http.Request) formView {
	s := shopper(r.Context())
	return formView{S: s, Action: s.URL("/orders/guest"), Token: web.CSRF(r.Context()), Values: map[string]string{}}
}

func (a *App) showGuestForm(w http.ResponseWriter, r *http.Request, status int, v formView) error {
	s := v.S
	page := shopPage{Title: s.T("order.find"), Path: "/orders/guest", Personal: true,
		Crumbs: []ui.Crumb{{Text: s.T("nav.home"), Href: s.URL("/")}, {Text: s.T("order.find")}}}
	return a.page(w, r, status, page, guestOrderBody(v))
}

// findGuestOrder leads to the order of who knows its number, e-mail address and
// last name. Whatever is wrong, the answer is the same, and many wrong ones are
// slowed down. The order's address holds an identifier that cannot be guessed.
func (a *App) findGuestOrder(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v := a.guestForm(r)
	for _, name := range []string{"number", "email", "last_name"} {
		v.Values[name] = f.Text(name)
	}
	who, _ := actor.From(ctx)
	source := session.Source("guest_order", who.IP)
	account := session.Account("guest_order", strconv.FormatInt(s.Website.ID, 10)+" "+strings.ToLower(v.Values["email"]))
	if err := a.Throttle.Check(ctx, source, account); err != nil {
		v.wrong(err)
		return a.showGuestForm(w, r, http.StatusTooManyRequests, v)
	}
	o, err := a.Sales.FindNumber(ctx, strings.TrimPrefix(v.Values["number"], "#"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil || !o.KnownTo(s.Website.ID, v.Values["email"], v.Values["last_name"]) {
		if err := a.Throttle.Failed(ctx, source, account); err != nil {
			return err
		}
		v.Notice = s.T("order.not_found")
		return a.showGuestForm(w, r, http.StatusUnprocessableEntity, v)
	}
	return a.redirect(w, r, guestBase(o))
}

func guestBase(o sales.Full) string { return "/orders/guest/" + url.PathEscape(o.PublicID) }

// guestOrder is the order of the path, unless it belongs to an account.
func (a *App) guestOrder(r *http.Request) (sales.Full, error) {
	s := shopper(r.Context())
	o, err := a.Sales.FindPublic(r.Context(), r.PathValue("order"))
	if err == nil && (!o.Guest() || o.WebsiteID != s.Website.ID) {
		err = fault.New(fault.NotFound, "")
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, "%s", s.T("order.unknown"))
	}
	return o, err
}

func (a *App) guestOrderPage(w http.ResponseWriter, r *http.Request) error {
	o, err := a.guestOrder(r)
	if err != nil {
		return err
	}
	s := shopper(r.Context())
	v := a.orderView(r, o, guestBase(o))
	if v.Parcels, err = a.parcels(r, v); err != nil {
		return err
	}
	page := shopPage{Title: v.Title, Path: guestBase(o), Personal: true,
		Crumbs: []ui.Crumb{{Text: s.T("nav.home"), Href: s.URL("/")}, {Text: s.T("order.find"), Href: s.URL("/orders/guest")}, {Text: v.Title}}}
	return a.page(w, r, http.StatusOK, page, orderBody(v))
}

func (a *App) printGuestOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.guestOrder(r)
	if err != nil {
		return err
	}
	return a.paper(w, r, a.orderView(r, o, guestBase(o)))
}

func (a *App) guestDocument(w http.ResponseWriter, r *http.Request) error {
	o, err := a.guestOrder(r)
	if err != nil {
		return err
	}
	return a.showDocument(w, r, o, guestBase(o))
}
