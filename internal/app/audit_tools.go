package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// openFor opens a database for a command: nothing is served.
func openFor(ctx context.Context, dsn string) (*App, error) {
	return Open(ctx, Options{DSN: dsn, AdminURL: "http://admin.localhost:8080"})
}

// ArchiveLog archives a database's log with the owner's authority; 0 days means
// the lifetime that is configured.
func ArchiveLog(ctx context.Context, dsn, key, dir string, days int) (made []seal.Archive, err error) {
	a, err := openFor(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	archiver, err := seal.NewArchiver(a.DB, key, dir)
	if err != nil {
		return nil, err
	}
	before := audit.ArchiveBefore(ctx, a.Config, a.DB.Now())
	if days > 0 {
		before = a.DB.Now().AddDate(0, 0, -days)
	}
	made, err = archiver.Archive(actor.AsSystem(ctx, "storehand audit archive"), before)
	if err != nil {
		return made, err
	}
	pending, err := seal.Pending(ctx, a.DB.Reader())
	if err == nil && pending {
		err = errors.New("the archived entries are in the log still: this account may not delete them, the owner's may")
	}
	return made, err
}

// ReconcileLog names where the live tables are not what the log says.
func ReconcileLog(ctx context.Context, dsn string) (found []string, err error) {
	a, err := openFor(ctx, dsn)
	if err != nil {
		return nil, err
	}
	found, err = assist.Reconcile(ctx, a.DB.Reader())
	return found, errors.Join(err, a.Close())
}

// ExportLog writes a stay's or a customer's entries with proofs, recorded first.
func ExportLog(ctx context.Context, dsn, stay, customer string, w io.Writer) (n int64, err error) {
	a, err := openFor(ctx, dsn)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	h, err := a.history(ctx, stay, customer)
	if err != nil {
		return 0, err
	}
	if err := a.Record(ctx, audit.Exported, "Proofs of "+h.String()); err != nil {
		return 0, err
	}
	return seal.Export(ctx, a.DB.Reader(), h, w)
}

// history finds the stay or the customer that is meant.
func (a *App) history(ctx context.Context, stay, customer string) (h seal.History, err error) {
	q := a.DB.Reader()
	if stay != "" {
		if h.Stay, err = strconv.ParseInt(strings.TrimPrefix(stay, "#"), 10, 64); err != nil {
			h.Stay, err = sqldb.One(ctx, q, sqldb.Value[int64], `SELECT id FROM impersonation WHERE public_id = $1`, stay)
		}
	} else {
		if h.Customer, err = strconv.ParseInt(strings.TrimPrefix(customer, "#"), 10, 64); err != nil {
			h.Customer, err = a.byEmail(ctx, customer)
		}
	}
	if errors.Is(err, sqldb.ErrNone) || err == nil && h.Stay <= 0 && h.Customer <= 0 {
		err = fmt.Errorf("there is no session or customer %s", stay+customer)
	}
	return h, err
}

// byEmail finds the customer of an address; there is one on each website at most.
func (a *App) byEmail(ctx context.Context, email string) (int64, error) {
	type account struct {
		id      int64
		website string
	}
	all, err := sqldb.All(ctx, a.DB.Reader(), func(r sqldb.Scanner) (c account, err error) { return c, r.Scan(&c.id, &c.website) },
		`SELECT c.id, w.name FROM customer c JOIN website w ON w.id = c.website_id WHERE c.email_key = $1 ORDER BY c.id`, strings.ToLower(strings.TrimSpace(email)))
	switch {
	case err != nil:
		return 0, err
	case len(all) == 0:
		return 0, sqldb.ErrNone
	case len(all) == 1:
		return all[0].id, nil
	}
	var each []string
	for _, c := range all {
		each = append(each, fmt.Sprintf("%d (%s)", c.id, c.website))
	}
	return 0, fmt.Errorf("%s is the address of several customers: give the number of one, %s", email, strings.Join(each, " or "))
}
