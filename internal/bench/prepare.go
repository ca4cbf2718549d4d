package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/id"
)

// worker is one of the people who work in parallel: an Admin user with a session
// of their own, and a customer signed in as themselves.
type worker struct {
	adminID, roleID, sessionID int64
	username                   string
	secret                     string // of the Admin session
	own                        string // of a customer's own session
}

const (
	maxWorkers = 32
	products   = 400
)

// shopHome is what an engine's database holds.
type shopHome struct {
	filler
	place
	port    int
	mail    string // folder for letters
	workers []worker
	people  int64 // generated customers
	rows    int64 // generated log rows
	orders  int64 // generated orders
}

// furnish makes the small shop with its catalogue, staff and first customers.
func furnish(ctx context.Context, h *shopHome) error {
	if err := app.Migrate(ctx, h.dsn); err != nil {
		return err
	}
	h.now = time.Now().UTC()
	clock := demo.NewClock(h.now)
	a, err := app.Open(ctx, app.Options{DSN: h.dsn, AdminURL: demo.AdminURL(h.port), Now: clock.Now, MailFolder: h.mail, CheapPasswords: true})
	if err != nil {
		return err
	}
	defer a.Close()
	if err := demo.Furnish(ctx, a.DemoParts(clock), h.port, demo.Small, h.now); err != nil {
		return err
	}
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return err
	}
	view, _ := tree.ViewByCode("english")
	home, _ := tree.Store(view.StoreID)
	h.website, h.view = view.WebsiteID, view.ID
	return goods(actor.AsSystem(ctx, "bench"), a, home.RootCategoryID, view.WebsiteID)
}

// goods are 400 products in one category.
func goods(ctx context.Context, a *app.App, root, website int64) error {
	bench, err := a.Catalog.SaveCategory(ctx, &catalog.Category{ParentID: root, Active: true, InMenu: true, Texts: map[int64]catalog.CategoryText{
		0: {Name: "Bench", URLKey: "bench", Description: "Four hundred things, twelve on a page."},
	}})
	if err != nil {
		return err
	}
	for i := range products {
		_, err := a.Catalog.Save(ctx, &catalog.Product{
			SKU: fmt.Sprint("B-", i), Enabled: true, Visibility: catalog.InBoth, Stock: catalog.Stock{InStock: true},
			Texts: map[int64]catalog.Text{0: {
				Name: fmt.Sprint("Bench product ", i), URLKey: fmt.Sprint("bench-", i),
				Short: "Sturdy, useful, the same each time.", Description: strings.Repeat("It does what it should and lasts for years. ", 12),
			}},
			Websites: []int64{website}, Prices: []catalog.Price{{WebsiteID: website, Regular: int64(500 + 37*i)}},
			Categories: []catalog.Placement{{CategoryID: bench, Position: int64(i)}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

var deskResources = []acl.Resource{acl.AssistLogin, acl.AssistLog, acl.CustomersAll, acl.ActionsReport, acl.OrdersView, acl.OrdersComment, acl.InvoicesView, acl.ShipmentsView, acl.MemosView}

// hire adds the Admin users and their role.
func (h *shopHome) hire(ctx context.Context) error {
	db, err := h.open()
	if err != nil {
		return err
	}
	defer db.Close()
	now := h.now.UnixMicro()
	var role int64
	err = db.QueryRowContext(ctx, `INSERT INTO admin_role (name, name_key, all_resources, all_websites, created_at, updated_at)
		VALUES ('Bench desk', 'bench desk', FALSE, TRUE, $1, $1) RETURNING id`, now).Scan(&role)
	if err != nil {
		return err
	}
	for _, r := range deskResources {
		if _, err := db.ExecContext(ctx, `INSERT INTO admin_role_resource (role_id, resource) VALUES ($1, $2)`, role, string(r)); err != nil {
			return err
		}
	}
	h.workers = nil
	for i := range maxWorkers {
		w := worker{roleID: role, username: fmt.Sprintf("bench%02d", i)}
		err := db.QueryRowContext(ctx, `INSERT INTO admin_user (username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
			VALUES ($1, $1, $2, $2, 'Ben', $1, '', $3, TRUE, $4, $4, $4) RETURNING id`, w.username, w.username+"@staff.example.com", role, now).Scan(&w.adminID)
		if err != nil {
			return err
		}
		h.workers = append(h.workers, w)
	}
	return nil
}

// signIn gives everybody a fresh session.
func (h *shopHome) signIn(ctx context.Context) error {
	db, err := h.open()
	if err != nil {
		return err
	}
	defer db.Close()
	now := time.Now()
	for i := range h.workers {
		w := &h.workers[i]
		w.secret, w.own = id.Secret(), id.Secret()
		err := db.QueryRowContext(ctx, `INSERT INTO admin_session (token_hash, admin_user_id, created_at, last_seen_at, expires_at, ip, user_agent)
			VALUES ($1, $2, $3, $3, $4, '127.0.0.1', 'bench') RETURNING id`, hash(w.secret), w.adminID, now.UnixMicro(), now.Add(12*time.Hour).UnixMicro()).Scan(&w.sessionID)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, `INSERT INTO customer_session (token_hash, customer_id, website_id, created_at, last_seen_at, expires_at, ip, user_agent)
			VALUES ($1, $2, $3, $4, $4, $5, '127.0.0.1', 'bench')`, hash(w.own), h.ownCustomer(i), h.website, now.UnixMicro(), now.Add(24*time.Hour).UnixMicro())
		if err != nil {
			return err
		}
	}
	return nil
}

// ownCustomer is the customer that a worker is signed in as.
func (h *shopHome) ownCustomer(i int) int64 { return firstCustomer + 9000 + int64(i) }

// growPeople adds customers until there are n.
func (h *shopHome) growPeople(ctx context.Context, n int64) error {
	from, to := firstCustomer+h.people, firstCustomer+n
	if to <= from {
		return nil
	}
	loads := []table{h.customers(from, to), h.answers(from, to), h.terms(from, to)}
	if h.people == 0 {
		loads = append(loads, h.addresses(from, min(to, firstCustomer+10_000)))
	}
	for _, t := range loads {
		if err := h.load(ctx, t); err != nil {
			return err
		}
	}
	h.people = n
	return nil
}

// growLog adds history until the log has n generated rows.
func (h *shopHome) growLog(ctx context.Context, n int64) error {
	if n <= h.rows {
		return nil
	}
	if err := h.load(ctx, h.history(h.rows, n, n, h.workers)); err != nil {
		return err
	}
	err := h.load(ctx, h.stays(h.rows/10, n/10, n/10, h.workers))
	h.rows = n
	if err != nil {
		return err
	}
	return h.indexLog(ctx)
}

// set changes settings, as the configuration page would.
func (h *shopHome) set(ctx context.Context, values map[string]string) error {
	for path, value := range values {
		if err := h.exec(ctx, `INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ('`+path+`', 'default', 0, $1, 0, 'bench')
			ON CONFLICT (path, scope, scope_id) DO UPDATE SET value = excluded.value`, value); err != nil {
			return err
		}
	}
	return nil
}
