// Package storefront is the shop as customers see it, and as staff see it while
// they assist one. It owns pages and forms, no rules: every decision and every
// write belongs to an area package.
//
// routes.go is the one table of its addresses; viewer.go says who is looking;
// layout.templ holds the banner. Each page is a pair of files named after it.
package storefront

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/pagecache"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
)

// Deps is what the pages call.
type Deps struct {
	Observe func(web.Observed) // measures requests; nil measures nothing

	DB       *sqldb.DB
	Log      *slog.Logger
	Now      func() time.Time
	Wall     func() time.Time // the clock that connections go by, whatever Now says
	AdminURL string           // the Admin's origin, "https://admin.shop.example"

	Stores    *store.Service
	Config    *config.Service
	Sessions  *session.Service
	Customers *customer.Service
	Catalog   *catalog.Service
	Carts     *cart.Service
	Sales     *sales.Service
	Assist    *assist.Service
	Amends    *amend.Service
	Pages     *pagecache.Cache
	Mail      *mail.Outbox
	Tax       *tax.Service
	Pricer    *checkout.Pricer
	Checkout  *checkout.Service
	Payments  *payment.Service
	Throttle  *session.Throttle

	DemoPayments *payment.Fake // nil in a real shop
}

// App is the storefront of all websites.
type App struct {
	Deps
	site http.Handler
}

// New makes the storefront. It panics when a route lacks a declaration.
func New(d Deps) *App {
	a := &App{Deps: d}
	site := &web.Site{Name: "storefront", Routes: a.rehearsing(a.Routes()), Enter: a.enter, Fail: a.fail, Now: d.Now, Log: d.Log, Observe: d.Observe}
	a.site = site.Handler()
	return a
}

// visit is what is found out about a request on its way in.
type visit struct {
	view    store.View
	website store.Website
	shopper *Shopper
	stream  bool // of a route that stays open
	handOff bool // of a step by which an Admin user comes in
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// ServeHTTP finds the store view by host and path prefix; the routes know
// nothing of prefixes.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := sqldb.Impatient(r.Context(), web.AnswerTime)
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		a.Log.Error("store tree", "error", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "The shop is not available right now.", http.StatusServiceUnavailable)
		return
	}
	view, rest, ok := tree.Resolve(r.Host, r.URL.Path)
	if !ok {
		a.nowhere(w, r, tree)
		return
	}
	website, _ := tree.Website(view.WebsiteID)
	v := &visit{view: view, website: website}
	r = r.WithContext(context.WithValue(ctx, visitKey{}, v))
	if rest != r.URL.Path {
		u := *r.URL
		u.Path, u.RawPath = rest, ""
		r.URL = &u
	}
	a.site.ServeHTTP(&bannerGuard{ResponseWriter: w, visit: v}, r)
}

// nowhere answers where no store view is. Whoever runs the server learns from the
// log which host was asked for and, on the machine itself, where the shops are.
func (a *App) nowhere(w http.ResponseWriter, r *http.Request, tree *store.Tree) {
	a.Log.Info("no store view has this address: see Stores > All Stores", "host", r.Host)
	text := "There is no shop at this address."
	if from, err := netip.ParseAddr(web.ClientIP(r)); err == nil && from.IsLoopback() {
		for _, v := range tree.Views {
			if v.Active {
				text += "\nThere is one at " + v.BaseURL.String()
			}
		}
	}
	http.Error(w, text, http.StatusNotFound)
}

// redirect answers 303 to a path of the same store view.
func (a *App) redirect(w http.ResponseWriter, r *http.Request, path string) error {
	return web.Redirect(w, r, visitOf(r.Context()).view.BaseURL.Prefix+web.LocalPath(path, "/"))
}

// adminLink is an address in the Admin.
func (a *App) adminLink(path string) string {
	return a.AdminURL + web.LocalPath(path, "/")
}

func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return q.Encode()
}
