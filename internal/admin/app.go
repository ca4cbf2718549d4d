// Package admin is the Admin: the pages by which staff run the shop and help
// customers. It owns pages and forms, no rules: every decision and every write
// belongs to an area package.
//
// routes.go is the one table of its addresses. Each page is a pair of files
// named after it: customer_edit.go and customer_edit.templ.
package admin

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
)

// Deps is what the pages call.
type Deps struct {
	Observe func(web.Observed) // measures requests; nil measures nothing

	DB      *sqldb.DB
	Log     *slog.Logger
	Now     func() time.Time
	BaseURL string // the Admin's own origin, "https://admin.shop.example"

	Shipping   *shipping.Service
	Stores     *store.Service
	Config     *config.Service
	Roles      *acl.Service
	Sessions   *session.Service
	Audit      *audit.Service
	Staff      *staff.Service
	Customers  *customer.Service
	Catalog    *catalog.Service
	Carts      *cart.Service
	Sales      *sales.Service
	Assist     *assist.Service
	Amends     *amend.Service
	Oversight  *oversight.Service
	Mail       *mail.Outbox
	Tax        *tax.Service
	Promotions *promotion.Service
	Pricer     *checkout.Pricer
	Desk       *checkout.Desk
	Payments   *payment.Service
	Archiver   *seal.Archiver // nil: nothing can be archived
	Sealer     *seal.Sealer   // nil: the action log is not sealed
}

// App is the Admin.
type App struct {
	Deps
}

// New makes the Admin.
func New(d Deps) *App { return &App{Deps: d} }

// Handler serves the Admin's host. It panics when a route lacks a declaration.
func (a *App) Handler() http.Handler {
	site := &web.Site{Name: "admin", Routes: a.Routes(), Enter: a.enter, Fail: a.fail, Now: a.Now, Log: a.Log, Observe: a.Observe}
	return site.Handler()
}
