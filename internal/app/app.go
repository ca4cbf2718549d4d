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
	"github.com/storehand/storehand/internal/magento"
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
	adminURL, err := store.ParseBaseURL(strings.TrimSuffix(o.AdminURL, "/") + "/")
	if err != nil {
		return nil, errors.New("the Admin's address: " + err.Error())
	}
	o.AdminURL = adminURL.Origin()
	db, err := sqldb.Open(ctx, sqldb.Options{DSN: o.DSN, Now: o.Now, Log: o.Log, Readers: o.Readers})
	if err != nil {
		return nil, err
	}
	a := &App{Options: o, DB: db}
	if err := a.wire(adminURL.Host); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return a, nil
}

// wire makes the services in the order of the import lines.
func (a *App) wire(adminHost string) error {
	db := a.DB
	a.Stores = store.New(db, adminHost)
	a.Config = config.New(db, a.Stores)
	a.Roles = acl.New(db)
	a.Sessions = session.New(db, session.Limits{
		AdminIdle: func(ctx context.Context) time.Duration {
			return time.Duration(a.Config.Int(ctx, config.AdminIdleMinutes, config.Scope{})) * time.Minute
		},
		CustomerIdle: func(ctx context.Context) time.Duration {
			return time.Duration(a.Config.Int(ctx, config.CustomerSessionHours, config.Scope{})) * time.Hour
		},
	})
	a.Throttle = session.NewThrottle(db)
	hashing := password.Options{Magento: magento.Verify}
	if a.CheapPasswords {
		hashing.Params = password.Params{Passes: 1, MemoryKiB: 64, Lanes: 1}
	}
	a.Hasher = password.New(hashing)
	a.Audit = audit.New(db)
	if err := a.wireStaff(); err != nil {
		return err
	}
	a.Catalog = catalog.New(db)
	a.Carts = cart.New(db)
	a.Tax = tax.New(db, a.Config, a.Stores)
	a.Pages = pagecache.New(pagecache.Options{
		DB: db, Boundary: a.Catalog.NextPriceChange, Params: storefront.CachedParams, Secure: web.Secure,
		Surrogate: a.Varnish, Settings: func(ctx context.Context) (bool, time.Duration) {
			lifetime := time.Duration(a.Config.Int(ctx, config.PageCacheLifetime, config.Scope{})) * time.Second
			return a.Config.Bool(ctx, config.PageCache, config.Scope{}), lifetime
		},
	})
	a.Assist = assist.New(db, a.Stores, a.Sessions)
	sender, err := a.sender()
	if err != nil {
		return err
	}
	a.Jobs = jobs.New(db, a.Log)
	a.Mail = mail.NewOutbox(db, sender, func() { a.Jobs.Wake("mail") })
	a.Assist.UsePost(a.Mail, a.Config)
	a.Customers = customer.New(db, customer.Deps{
		Sessions: a.Sessions, Throttle: a.Throttle, Hasher: a.Hasher, Config: a.Config, Stores: a.Stores, Outbox: a.Mail,
	})
	a.Amends = amend.New(db, amend.Deps{Carts: a.Carts, Customers: a.Customers, ProposalDays: assist.ProposalDays, UndoDays: assist.UndoDays, Tell: a.Assist.TellOfProposal})
	a.Assist.UseAmends(a.Amends)
	a.Shipping = shipping.New(db, a.Config)
	a.Promotions = promotion.New(db)
	a.Pricer = checkout.NewPricer(db, a.Carts, a.Promotions, a.Tax, a.Shipping)
	a.Sales = sales.New(db, sales.Deps{Stores: a.Stores, Config: a.Config, Outbox: a.Mail})
	a.wirePayments()
	a.Checkout = checkout.New(db, checkout.Deps{
		Pricer: a.Pricer, Carts: a.Carts, Promotions: a.Promotions, Payments: a.Payments, Sales: a.Sales, Config: a.Config, Throttle: a.Throttle,
	})
	a.tasks()
	if err := a.hook(); err != nil {
		return err
	}
	a.handler = a.routeHosts(adminHost)
	return nil
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
func (a *App) wireStaff() error {
	keys, err := factor.ParseKeys(a.SecretKeys)
	if err != nil {
		return err
	}
	a.Factors, err = factor.New(a.DB, factor.Options{Keys: keys, Origin: a.AdminURL, Issuer: "Storehand Admin"})
	if err != nil {
		return err
	}
	a.Staff = staff.New(a.DB, a.Sessions, a.Throttle, a.Hasher, a.Factors)
	return nil
}

// wirePayments makes the ways to pay; orders ask them when documents move money.
func (a *App) wirePayments() {
	d := payment.Deps{Config: a.Config, Stores: a.Stores, Outbox: a.Mail, Sales: a.Sales}
	if a.TestPayments {
		a.DemoPayments = payment.NewFake("storehand demo payments")
		d.Providers = append(d.Providers, a.DemoPayments)
	}
	a.Payments = payment.New(a.DB, d)
	a.Sales.UseGateway(a.Payments)
}

// tasks are what is done now and then, by one node at a time.
func (a *App) tasks() {
	a.Jobs.Add(jobs.Task{Name: "mail", Every: 30 * time.Second, Run: a.Mail.Deliver})
	a.Jobs.Add(jobs.Task{Name: "mail_prune", Every: 24 * time.Hour, Run: a.Mail.Prune})
	a.Jobs.Add(jobs.Task{Name: "assist", Every: 30 * time.Second, Run: a.Assist.Sweep})
	a.Jobs.Add(jobs.Task{Name: "amends", Every: 6 * time.Hour, Run: a.Amends.Prune})
	a.Jobs.Add(jobs.Task{Name: "payments", Every: 5 * time.Minute, Run: a.Payments.Sweep})
	a.Jobs.Add(jobs.Task{Name: "sessions", Every: 10 * time.Minute, Run: a.Sessions.Sweep})
	a.Jobs.Add(jobs.Task{Name: "factors", Every: time.Hour, Run: a.Factors.Sweep})
	a.Jobs.Add(jobs.Task{Name: "throttle", Every: 10 * time.Minute, Run: a.Throttle.Sweep})
}

func (a *App) sender() (mail.Sender, error) {
	if a.SMTP != "" {
		return smtpSender(a.SMTP)
	}
	return mail.Folder(a.MailFolder), nil
}

// routeHosts sends each host to its application; neither answers the other's paths.
func (a *App) routeHosts(adminHost string) http.Handler {
	staffSide := admin.New(admin.Deps{
		Observe: a.metrics.request, DB: a.DB, Log: a.Log, Now: a.Now, BaseURL: a.AdminURL, Archiver: a.Archiver,
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
