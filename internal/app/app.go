// Package app is the composition root: it opens the database, makes every
// service, wires the guard and the recorder into every change, and serves the
// Admin and the storefront from one listener. It owns no rule and no page.
package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/admin"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/jobs"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/pagecache"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/storefront"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
)

// Options says where the data is and how the outside reaches it.
type Options struct {
	DSN      string
	AdminURL string // the Admin's origin: scheme, host and, if not the usual one, port
	Now      func() time.Time
	Log      *slog.Logger

	MailFolder string // write mail as files here …
	SMTP       string // … or send it: smtp://account:password@host:587
	Proxies    []netip.Prefix
	Varnish    bool // a Varnish of ours stands in front: tell it what it may keep

	// TestPayments adds a payment provider that moves no money: tests and the demo.
	TestPayments bool

	AuditKey  string // secret key that signs checkpoints of the action log and receipts of consent; "" seals nothing
	Unsealed  bool   // sign receipts only: for who fills a database with a clock of its own, before it is served
	AuditSink string // file outside the database that is told each checkpoint
	// AuditSyslog and AuditWitness are further sinks: tls://host:6514, https://witness.example.
	AuditSyslog    string
	AuditSyslogTLS seal.SyslogTLS
	AuditWitness   string
	AuditArchive   string // folder of the action log's archives; "" archives nothing

	// SecretKeys seal what is stored but not to be read by who only has the database:
	// see factor.ParseKeys. "" means no authenticator apps for Admin users.
	SecretKeys string

	Webhooks Webhooks

	CheapPasswords bool // tests and the demo's seed: not for real accounts
	Readers        int  // reading connections; 0 means the engine's default
}

// App is a running Storehand without its listener.
type App struct {
	Options
	DB         *sqldb.DB
	Stores     *store.Service
	Config     *config.Service
	Roles      *acl.Service
	Sessions   *session.Service
	Throttle   *session.Throttle
	Hasher     *password.Hasher
	Audit      *audit.Service
	Staff      *staff.Service
	Factors    *factor.Service
	Customers  *customer.Service
	Catalog    *catalog.Service
	Carts      *cart.Service
	Tax        *tax.Service
	Sales      *sales.Service
	Shipping   *shipping.Service
	Promotions *promotion.Service
	Pricer     *checkout.Pricer
	Payments   *payment.Service
	Checkout   *checkout.Service
	Pages      *pagecache.Cache
	Assist     *assist.Service
	Amends     *amend.Service
	Mail       *mail.Outbox
	Jobs       *jobs.Runner
	Watching   *jobs.Runner // runs what must not wait for the others
	Oversight  *oversight.Service
	Sealer     *seal.Sealer   // nil without a key
	sealing    atomic.Bool    // it has begun
	Archiver   *seal.Archiver // nil without a key or a folder

	DemoPayments *payment.Fake // nil but with TestPayments

	handler http.Handler
	metrics *measured
}

// Open opens the database, which must be migrated, and makes everything.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	adminURL, err := adminAddress(o.AdminURL)
	if err != nil {
		return nil, err
	}
	o.AdminURL = adminURL.Origin()
	db, err := sqldb.Open(ctx, sqldb.Options{DSN: o.DSN, Now: o.Now, Log: o.Log, Readers: o.Readers, Exists: true})
	if err != nil {
		return nil, err
	}
	a := &App{Options: o, DB: db}
	if err := a.wire(adminURL.Host); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// hook sets what runs in every change: the guard first, the watch and the record
// last.
func (a *App) hook() error {
	if err := a.wireOversight(); err != nil {
		return err
	}
	record, err := a.recorder()
	if err != nil {
		return err
	}
	a.DB.Hooks(a.Assist.Guard, a.measure(a.watched(record)))
	return nil
}

// wireStaff makes Admin users and their second factors.
// routeHosts sends each host to its application; neither answers the other's paths.
func (a *App) routeHosts(adminHost string) http.Handler {
	staffSide := admin.New(admin.Deps{
		Observe: a.metrics.request, DB: a.DB, Log: a.Log, Now: a.Now, BaseURL: a.AdminURL, Archiver: a.Archiver, Sealer: a.Sealer,
		Stores: a.Stores, Shipping: a.Shipping, Config: a.Config, Roles: a.Roles, Sessions: a.Sessions, Audit: a.Audit, Staff: a.Staff,
		Customers: a.Customers, Catalog: a.Catalog, Carts: a.Carts, Sales: a.Sales, Assist: a.Assist, Amends: a.Amends, Oversight: a.Oversight, Mail: a.Mail, Tax: a.Tax,
		Promotions: a.Promotions, Pricer: a.Pricer, Payments: a.Payments, Desk: checkout.NewDesk(a.DB, checkout.DeskDeps{
			Pricer: a.Pricer, Carts: a.Carts, Catalog: a.Catalog, Promotions: a.Promotions, Payments: a.Payments, Sales: a.Sales,
		}),
	}).Handler()
	shopSide := storefront.New(storefront.Deps{
		Observe: a.metrics.request,
		DB:      a.DB, Log: a.Log, Now: a.Now, Wall: time.Now, AdminURL: a.AdminURL,
		Stores: a.Stores, Config: a.Config, Sessions: a.Sessions, Customers: a.Customers,
		Catalog: a.Catalog, Carts: a.Carts, Sales: a.Sales, Assist: a.Assist, Amends: a.Amends, Mail: a.Mail, Pages: a.Pages, Tax: a.Tax,
		Pricer: a.Pricer, Checkout: a.Checkout, Payments: a.Payments, DemoPayments: a.DemoPayments, Throttle: a.Throttle,
	})
	shop := a.Pages.Handler(shopSide)
	mux := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/healthz":
			plain(w, http.StatusOK, "ok\n")
		case r.URL.Path == "/readyz":
			a.ready(w, r)
		case strings.EqualFold(r.Host, adminHost):
			staffSide.ServeHTTP(w, r)
		default:
			shop.ServeHTTP(w, r)
		}
	})
	return web.BehindProxies(a.Proxies, mux)
}

// readyTime is how long the database may take to say that it is there.
const readyTime = 2 * time.Second

func (a *App) ready(w http.ResponseWriter, r *http.Request) {
	if err := a.DB.Ping(sqldb.Impatient(r.Context(), readyTime)); err != nil {
		a.Log.Error("not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "the database does not answer\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(text))
}

// Handler answers for every host.
func (a *App) Handler() http.Handler { return a.handler }

// Close closes the database after what is being written.
func (a *App) Close() error { return a.DB.Close() }

// Migrate brings a database up to date without serving it.
func Migrate(ctx context.Context, dsn string) error {
	db, err := sqldb.Open(ctx, sqldb.Options{DSN: dsn, Now: time.Now})
	if err != nil {
		return err
	}
	return errors.Join(db.Migrate(ctx), db.Close())
}
