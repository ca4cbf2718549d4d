package app

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
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
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/storefront"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
)

// wire makes the services, each after those that it needs.
func (a *App) wire(adminHost string) error {
	a.wireSettings(adminHost)
	a.wireSessions()
	a.Audit = audit.New(a.DB)
	if err := a.wireStaff(); err != nil {
		return err
	}
	a.wireCatalog()
	if err := a.wireMail(); err != nil {
		return err
	}
	a.wireCustomers()
	a.wireSales()
	a.tasks()
	if err := a.hook(); err != nil {
		return err
	}
	a.handler = a.routeHosts(adminHost)
	return nil
}

// wireSettings makes what everything else asks.
func (a *App) wireSettings(adminHost string) {
	a.Stores = store.New(a.DB, adminHost)
	a.Config = config.New(a.DB, a.Stores)
	a.Roles = acl.New(a.DB)
}

// wireSessions makes sessions and what guards the way into them.
func (a *App) wireSessions() {
	a.Sessions = session.New(a.DB, session.Limits{
		AdminIdle: func(ctx context.Context) time.Duration {
			return time.Duration(a.Config.Int(ctx, config.AdminIdleMinutes, config.Scope{})) * time.Minute
		},
		CustomerIdle: func(ctx context.Context) time.Duration {
			return time.Duration(a.Config.Int(ctx, config.CustomerSessionHours, config.Scope{})) * time.Hour
		},
	})
	a.Throttle = session.NewThrottle(a.DB)
	hashing := password.Options{Magento: magento.Verify}
	if a.CheapPasswords {
		hashing.Params = password.Params{Passes: 1, MemoryKiB: 64, Lanes: 1}
	}
	a.Hasher = password.New(hashing)
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

// wireCatalog makes what the shop shows, and the cache of its pages.
func (a *App) wireCatalog() {
	a.Catalog = catalog.New(a.DB)
	a.Carts = cart.New(a.DB)
	a.Tax = tax.New(a.DB, a.Config, a.Stores)
	a.Pages = pagecache.New(pagecache.Options{
		DB: a.DB, Boundary: a.Catalog.NextPriceChange, Params: storefront.CachedParams, Secure: web.Secure,
		Surrogate: a.Varnish, Settings: func(ctx context.Context) (bool, time.Duration) {
			lifetime := time.Duration(a.Config.Int(ctx, config.PageCacheLifetime, config.Scope{})) * time.Second
			return a.Config.Bool(ctx, config.PageCache, config.Scope{}), lifetime
		},
	})
}

// wireMail makes the outbox and what empties it.
func (a *App) wireMail() error {
	sender, err := a.sender()
	if err != nil {
		return err
	}
	a.Jobs = jobs.New(a.DB, a.Log)
	a.Mail = mail.NewOutbox(a.DB, sender, func() { a.Jobs.Wake("mail") })
	return nil
}

// wireCustomers makes customers' accounts and who may act in them.
func (a *App) wireCustomers() {
	a.Customers = customer.New(a.DB, customer.Deps{
		Sessions: a.Sessions, Throttle: a.Throttle, Hasher: a.Hasher, Config: a.Config, Stores: a.Stores, Outbox: a.Mail,
	})
	a.Assist = assist.New(a.DB, a.Stores, a.Sessions)
	a.Assist.UsePost(a.Mail, a.Config)
	a.Amends = amend.New(a.DB, amend.Deps{
		Carts: a.Carts, Customers: a.Customers, ProposalDays: assist.ProposalDays, UndoDays: assist.UndoDays, Tell: a.Assist.TellOfProposal,
	})
	a.Assist.UseAmends(a.Amends)
}

// wireSales makes what turns a cart into an order and an order into money.
func (a *App) wireSales() {
	a.Shipping = shipping.New(a.DB, a.Config)
	a.Promotions = promotion.New(a.DB)
	a.Pricer = checkout.NewPricer(a.DB, a.Carts, a.Promotions, a.Tax, a.Shipping)
	a.Sales = sales.New(a.DB, sales.Deps{Stores: a.Stores, Config: a.Config, Outbox: a.Mail})
	a.wirePayments()
	a.Checkout = checkout.New(a.DB, checkout.Deps{
		Pricer: a.Pricer, Carts: a.Carts, Promotions: a.Promotions, Payments: a.Payments, Sales: a.Sales, Config: a.Config, Throttle: a.Throttle,
	})
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
