// Package demo furnishes a shop to try everything in: two websites, four store
// views in four languages, a catalogue with pictures, hundreds of customers,
// and a history of stays. It is deterministic: the same people and products
// each time, dates relative to now. It writes through the areas' own services,
// so whatever it makes the rules allow and the record shows.
//
// It refuses nothing by itself; the command that calls it listens on loopback
// only, because the passwords are public.
package demo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
)

// Password is that of every demo account.
const Password = "storehand-demo-2026"

// Parts are the services that the demo fills. Their database's clock must be
// Clock: history is made by moving it.
type Parts struct {
	Clock      *Clock
	DB         *sqldb.DB
	Stores     *store.Service
	Config     *config.Service
	Roles      *acl.Service
	Sessions   *session.Service
	Staff      *staff.Service
	Hasher     *password.Hasher
	Customers  *customer.Service
	Catalog    *catalog.Service
	Carts      *cart.Service
	Assist     *assist.Service
	Oversight  *oversight.Service
	Amends     *amend.Service
	Tax        *tax.Service
	Promotions *promotion.Service
	Sales      *sales.Service
	Payments   *payment.Service
}

// Clock is a clock that the demo moves through the year before now.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock starts at the given time.
func NewClock(t time.Time) *Clock { return &Clock{t: t} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

// Set moves the clock.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

// Size is how much is made.
type Size int

// Small has the named people, a handful of products and no history, for tests;
// Full is the demo.
const (
	Small Size = iota
	Full
)

// Shop is what was made, for whoever adds to it.
type Shop struct {
	Main, Outlet                    store.Website
	English, German, Arabic, French store.View
	Root                            int64 // category
	SKUs                            []string
	Customers                       map[string]int64 // by e-mail
	Admins                          map[string]int64 // by username

	chosenAt map[string]*catalog.Product // the configurable product of a variant, by the variant's SKU
}

const installed = "demo"

// Furnish fills an empty database, or moves a furnished one's addresses to the
// port. now is the present that dates are relative to.
func Furnish(ctx context.Context, p Parts, port int, size Size, now time.Time) error {
	ctx = actor.AsSystem(ctx, "demo")
	_, found, err := sqldb.Found(sqldb.One(ctx, p.DB.Reader(), sqldb.Value[string], `SELECT value FROM installation WHERE name = $1`, installed))
	if err != nil {
		return err
	}
	if found {
		return p.movePort(ctx, port)
	}
	p.Clock.Set(now.AddDate(0, 0, -historyDays-6))
	shop, err := p.scopes(ctx, port)
	if err != nil {
		return fmt.Errorf("demo: stores: %w", err)
	}
	shop.Customers, shop.Admins = map[string]int64{}, map[string]int64{}
	steps := []struct {
		name string
		do   func(context.Context, *Shop, Size, time.Time) error
	}{
		{"configuration", p.settings}, {"taxes", p.taxes}, {"staff", p.adminUsers}, {"watch", p.watching}, {"catalogue", p.catalogue},
		{"customers", p.people}, {"promotions", p.promotions}, {"carts", p.carts}, {"orders", p.orders}, {"stays", p.stays}, {"reviews", p.supervise}, {"proposal", p.propose}, {"request", p.request},
	}
	for _, s := range steps {
		if err := s.do(ctx, &shop, size, now); err != nil {
			return fmt.Errorf("demo: %s: %w", s.name, err)
		}
	}
	p.Clock.Set(now)
	return p.finish(ctx)
}

const actionFurnished sqldb.Action = "demo.furnished"

func (p Parts) finish(ctx context.Context) error {
	return p.DB.Change(ctx, actionFurnished, func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, '1')`, installed)
		return err
	})
}

// AdminURL is where the demo's Admin answers.
func AdminURL(port int) string { return "http://admin.localhost:" + strconv.Itoa(port) }

// BaseURL is where a demo view answers, by its code.
func BaseURL(code string, port int) string {
	at := ":" + strconv.Itoa(port) + "/"
	switch code {
	case "german":
		return "http://localhost" + at + "de/"
	case "arabic":
		return "http://localhost" + at + "ar/"
	case "french":
		return "http://outlet.localhost" + at
	}
	return "http://localhost" + at
}

// movePort lets a kept demo answer at the port that was bound this time.
func (p Parts) movePort(ctx context.Context, port int) error {
	return p.Stores.MoveBaseURLs(ctx, func(v store.View) store.BaseURL {
		b := v.BaseURL
		b.Host = b.Hostname() + ":" + strconv.Itoa(port)
		return b
	})
}

// Welcome is what the command prints once the demo answers.
func Welcome(port int, mailFolder string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n  Storefront  %s\n  Outlet      %s\n  Admin       %s/\n\n", BaseURL("english", port), BaseURL("french", port), AdminURL(port))
	fmt.Fprintf(&b, "  All accounts have the password  %s\n\n", Password)
	for _, line := range [][2]string{
		{"admin", "Admin user, all resources"},
		{"maria", "Admin user, Support desk: may log in as customers"},
		{"tom", "Admin user, Audit: sees the log and the Actions Report"},
		{"vera@example.com", "customer who allows assistance"},
		{"noah@example.com", "customer who does not allow it yet"},
		{"elena@example.com", "customer of the Outlet"},
	} {
		fmt.Fprintf(&b, "    %-18s %s\n", line[0], line[1])
	}
	b.WriteString("\n  First: sign in to the Admin as maria, type Vera into \"Help a customer\",\n  and press Login as Customer.\n")
	fmt.Fprintf(&b, "\n  Mail is written to %s\n  Stop with Ctrl-C.\n\n", mailFolder)
	return b.String()
}
