package storefront

import (
	"context"
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
)

// Shopper is who looks at the shop in one request: a guest, a customer, or an
// Admin user in a customer's account. Nothing of it is remembered between
// requests.
type Shopper struct {
	View    store.View
	Website store.Website
	Locale  *i18n.Locale

	Customer *customer.Customer // the subject; nil for a guest
	Stay     *assist.Stay       // not nil while staff is in the account
	Session  *session.Customer  // the customer's own session; nil in a stay

	// left is the stay that this browser was in until now: for the way back.
	left *assist.Stay

	CartSecret string // of a guest's cart, "" when the browser has none

	here string // path and query of this page, "" for the answer to a form

	prices func() tax.Pricer // see App.pricer
}

// GroupID is the customer group whose prices apply.
func (s *Shopper) GroupID() int64 {
	if s.Customer == nil {
		return customer.NotLoggedIn
	}
	return s.Customer.GroupID
}

// Unknown reports whether nothing at all is known of who is looking, so that the
// page is anybody's.
func (s *Shopper) Unknown() bool {
	return s.Customer == nil && s.Stay == nil && s.Session == nil && s.CartSecret == ""
}

// URL is the address of a path on this store view.
func (s *Shopper) URL(path string) string { return s.View.BaseURL.Prefix + path }

// T and N are the texts of this store view's language.
func (s *Shopper) T(key string, args ...any) string { return s.Locale.T(key, args...) }

// N is T for a message with a number.
func (s *Shopper) N(key string, n int, args ...any) string { return s.Locale.N(key, n, args...) }

// shopper returns who is looking; every handler has one.
func shopper(ctx context.Context) *Shopper { return visitOf(ctx).shopper }

// isHandOff tells the three steps by which an Admin user comes in. They read no
// session: a browser that is still somebody else's must pass through them too.
func isHandOff(route *web.Route) bool {
	return strings.HasSuffix(route.Pattern, " /assist/start") || strings.HasSuffix(route.Pattern, " /assist/land") || strings.HasSuffix(route.Pattern, " /assist/enter")
}

// isNotice tells the request by which a customer's open page asks for news. In a
// browser with a stay it is answered with none: it is not the Admin user's doing,
// so it must neither keep the stay alive nor be recorded.
func isNotice(route *web.Route) bool { return strings.HasSuffix(route.Pattern, " /assist/notice") }

// enter recognises who is looking and holds the route's declarations against them.
func (a *App) enter(w http.ResponseWriter, r *http.Request, route *web.Route) (*http.Request, error) {
	v := visitOf(r.Context())
	s := &Shopper{View: v.view, Website: v.website, Locale: i18n.For(v.view.Locale)}
	s.prices = a.pricer(r.Context(), s)
	v.shopper = s
	if web.Safe(r.Method) {
		s.here = r.URL.RequestURI()
	}
	who := actor.Who{
		Kind: actor.Guest, Name: "guest", WebsiteID: s.Website.ID, StoreViewID: s.View.ID,
		IP: web.ClientIP(r), UserAgent: web.UserAgent(r),
		RequestID: web.Info(r.Context()).ID, Route: route.Pattern,
	}
	r = r.WithContext(actor.With(r.Context(), who))
	v.stream, v.handOff = route.Stream, isHandOff(route)
	if v.handOff || route.Quiet || route.Signed || isNotice(route) && web.Cookie(r, web.StayCookie) != "" {
		return r, nil
	}
	who, err := a.recognise(w, r, s, who)
	r = r.WithContext(actor.With(r.Context(), who))
	if err != nil {
		return r, err
	}
	return r, a.admit(r, s, route)
}

// recognise looks for a stay first, then for the customer's own session, then
// for a guest's cart: the first cookie that is good decides.
func (a *App) recognise(w http.ResponseWriter, r *http.Request, s *Shopper, who actor.Who) (actor.Who, error) {
	s.CartSecret = web.Cookie(r, web.CartCookie)
	if secret := web.Cookie(r, web.StayCookie); secret != "" {
		return a.recogniseStay(w, r, s, who, secret)
	}
	if secret := web.Cookie(r, web.ShopCookie); secret != "" {
		if known, err := a.recogniseCustomer(r, s, secret); err != nil {
			return who, err
		} else if known {
			web.SetCSRF(r.Context(), secret)
			who.Kind, who.ID, who.Name = actor.Customer, s.Customer.ID, s.Customer.Name()
			who.Subject = actor.Subject{ID: s.Customer.ID, Name: s.Customer.Name()}
			who.SessionID = s.Session.ID
			return who, nil
		}
		web.DropCookie(w, web.ShopCookie)
	}
	if s.CartSecret != "" && web.Safe(r.Method) {
		// A guest's forms carry a token, but pages from before the first item went
		// into the cart carry none and must still work: the origin check, which all
		// forms pass, is what protects a guest.
		web.SetCSRF(r.Context(), s.CartSecret)
	}
	return who, nil
}

// recogniseStay asks whether the stay may go on. One that has ended takes its
// cookie with it: the browser is whoever it was before.
func (a *App) recogniseStay(w http.ResponseWriter, r *http.Request, s *Shopper, who actor.Who, secret string) (actor.Who, error) {
	stay, err := a.Assist.Resume(actor.With(r.Context(), who), secret)
	switch {
	case fault.Is(err, fault.NotFound):
		leaveStay(w, r)
		return who, nil
	case fault.Is(err, fault.Gone):
		leaveStay(w, r)
		s.left = &stay
		if f, _ := fault.As(err); !web.Safe(r.Method) {
			return who, &fault.Error{Kind: fault.Conflict, Code: f.Code, Message: f.Message, Err: err}
		}
		return who, err
	case err != nil:
		return who, err
	}
	c, err := a.Customers.Get(r.Context(), stay.CustomerID)
	if err != nil {
		return who, err
	}
	s.Stay, s.Customer, s.CartSecret = &stay, &c, ""
	web.BeforeAnswer(r.Context(), func() error { return a.stillIn(w, r, s) })
	web.SetCSRF(r.Context(), secret)
	return stay.Who(who), nil
}

// stillIn asks about the stay once more when an answer is ready: what the end
// overtakes shows nothing of the account.
func (a *App) stillIn(w http.ResponseWriter, r *http.Request, s *Shopper) error {
	if s.Stay == nil {
		return nil // closed by this very request
	}
	err := a.Assist.Still(r.Context(), *s.Stay)
	if fault.Is(err, fault.Gone) {
		leaveStay(w, r)
		s.left, s.Stay, s.Customer = s.Stay, nil, nil
	}
	return err
}

// leaveStay forgets the stay's cookie and what the browser kept of its pages.
// A script's request does not: its late answer could take the cookie of the
// next stay with it.
func leaveStay(w http.ResponseWriter, r *http.Request) {
	if web.HTMX(r) || visitOf(r.Context()).stream {
		return
	}
	web.DropCookie(w, web.StayCookie)
	w.Header().Set("Clear-Site-Data", `"cache"`)
}

// recogniseCustomer finds the customer of a session that is good on this website.
func (a *App) recogniseCustomer(r *http.Request, s *Shopper, secret string) (bool, error) {
	own, err := a.Sessions.Customer(r.Context(), secret)
	if session.CauseOf(err) != "" || fault.Is(err, fault.SignIn) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c, err := a.Customers.Get(r.Context(), own.CustomerID)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !c.Active {
		return false, nil
	}
	if may, err := a.Customers.MayUse(r.Context(), c, s.Website.ID); err != nil || !may {
		return false, err
	}
	s.Customer, s.Session = &c, &own
	if web.HTMX(r) || visitOf(r.Context()).stream {
		return true, nil // a page asking for a part of itself is nobody's visit
	}
	return true, a.Sessions.TouchCustomer(r.Context(), own, r.URL.Path)
}

// admit asks the route's declarations, and records the page view of a stay.
func (a *App) admit(r *http.Request, s *Shopper, route *web.Route) error {
	if s.Stay != nil {
		if err := a.admitStay(r, s, route); err != nil {
			return err
		}
	}
	if !route.Access.IsPublic() && s.Customer == nil {
		return fault.New(fault.SignIn, "")
	}
	if s.Stay != nil && web.Safe(r.Method) && !web.HTMX(r) && !route.Stream {
		return a.Assist.Viewed(r.Context(), *s.Stay, assist.View{Path: r.URL.Path})
	}
	return nil
}

// admitStay refuses what nobody may do in another one's account, and every
// change in View only mode. Refusals are on the record too.
func (a *App) admitStay(r *http.Request, s *Shopper, route *web.Route) error {
	var key string
	switch {
	case route.Assisted == web.Denied:
		key = "stay.refused"
	case route.Assisted.Changes() && s.Stay.ViewOnly() && !web.Safe(r.Method):
		key = "stay.view_only"
	case route.Assisted.Changes() && !s.Stay.Scope.Has(route.Assisted.Area()) && !web.Safe(r.Method):
		key = "stay.out_of_scope"
	default:
		return nil
	}
	err := a.DB.Refuse(r.Context(), assist.ActionRefused, func(e *sqldb.Entry) {
		e.About("page", r.URL.Path)
		e.Details = route.Pattern + " is not for a session in somebody's account"
		switch key {
		case "stay.view_only":
			e.Details = route.Pattern + " in View only mode"
		case "stay.out_of_scope":
			e.Details = route.Pattern + " is outside of what the customer has allowed"
		}
	})
	if err != nil {
		return err
	}
	return &fault.Error{Kind: fault.Denied, Code: key, Message: s.T(key)}
}
