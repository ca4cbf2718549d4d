package importer

import (
	"context"
	"errors"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// Customers brings a customer main file in, and the addresses of its customers
// if that file is given too.
func (im *Importer) Customers(ctx context.Context, file, addresses *Source, o Options) (Result, error) {
	return im.result(o, func(f *faults, res *Result) error {
		rows, err := magento.Customers(file)
		if err != nil {
			return inFile(file, err)
		}
		sc, err := im.scope(ctx, o.Maps)
		if err != nil {
			return err
		}
		ci := &customerImport{im: im, scope: sc, dry: o.DryRun, known: newRepeats(), defaults: newRepeats()}
		res.Customers, err = drive(ctx, im.db, o, f, ci.plan(file, rows))
		res.Customers.ClearPasswords = ci.clear
		if err != nil || addresses == nil {
			return err
		}
		places, err := magento.Addresses(addresses)
		if err != nil {
			return inFile(addresses, err)
		}
		res.Addresses, err = drive(ctx, im.db, o, f, ci.addressPlan(addresses, places))
		return err
	})
}

// customerImport is one run over a customer file and its addresses.
type customerImport struct {
	im       *Importer
	scope    *scope
	dry      bool
	known    *repeats // customers this run has decided to take, for dry runs
	defaults *repeats // default addresses this run has met
	clear    int
}

func (ci *customerImport) plan(file *Source, rows *magento.Reader[magento.Customer]) plan[magento.Customer] {
	return plan[magento.Customer]{
		action: CustomersImported, stage: "customers", source: file,
		next: func() (magento.Customer, error) {
			c, err := rows.Next()
			if err == nil && c.Password != "" && c.PasswordHash == "" {
				ci.clear++
			}
			return c, err
		},
		line: func(c magento.Customer) int { return c.Line },
		key:  func(c magento.Customer) string { return c.Website + "\x00" + customer.EmailKey(c.Email) },
		name: func(c magento.Customer) string { return c.Email },
		take: ci.take,
	}
}

// account finds a customer by website and e-mail address.
type account struct {
	website int64
	email   string
}

func accounts(ctx context.Context, q sqldb.Querier, emails []string) (map[account]customer.Customer, error) {
	all, err := customer.WithEmails(ctx, q, emails)
	if err != nil {
		return nil, err
	}
	found := make(map[account]customer.Customer, len(all))
	for _, c := range all {
		found[account{c.WebsiteID, customer.EmailKey(c.Email)}] = c
	}
	return found, nil
}

func (ci *customerImport) take(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, rows []magento.Customer) ([]verdict, error) {
	emails := make([]string, len(rows))
	for i, row := range rows {
		emails[i] = row.Email
	}
	existing, err := accounts(ctx, q, emails)
	if err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(rows))
	for i, row := range rows {
		draft, err := ci.draft(row)
		if err != nil {
			verdicts[i].err = err
			continue
		}
		key := account{draft.WebsiteID, customer.EmailKey(draft.Email)}
		if verdicts[i].outcome, err = ci.put(ctx, tx, draft, existing[key]); err != nil {
			return nil, err
		}
		if ci.dry {
			ci.known.first(row.Website+"\x00"+key.email, row.Line)
		}
	}
	return verdicts, nil
}

// draft is what a row means here.
func (ci *customerImport) draft(row magento.Customer) (d customer.Draft, err error) {
	website, errWebsite := ci.scope.website("_website", row.Website)
	view, errView := ci.scope.view("_store", row.Store)
	group, errGroup := ci.scope.group("group_id", row.GroupID)
	d = customer.Draft{
		Details: customer.Details{
			GroupID: group, Email: row.Email, TaxVAT: row.TaxVAT,
			FirstName: strings.TrimSpace(row.First + " " + row.Middle), LastName: row.Last,
		},
		WebsiteID: website.ID, StoreViewID: viewOf(website, view),
		Unconfirmed: row.Confirmation != "", CreatedAt: row.CreatedAt,
	}
	if row.PasswordHash != "" {
		d.PasswordHash = password.MagentoPrefix + row.PasswordHash
	}
	if err = together(errWebsite, errView, errGroup); err != nil {
		return d, err
	}
	d.Details, err = d.Details.Checked()
	return d, renamed(err, customerColumns)
}

// viewOf is the store view an account was created in, if that is one of its
// website's: another one could not be shown to the customer.
func viewOf(website store.Website, view store.View) int64 {
	if view.WebsiteID != website.ID {
		return 0
	}
	return view.ID
}

// put creates the account or brings it up to what the file says. Consent, the
// password and whether the account is active are the shop's from then on.
func (ci *customerImport) put(ctx context.Context, tx *sqldb.Tx, d customer.Draft, before customer.Customer) (Outcome, error) {
	outcome := Created
	if before.ID != 0 {
		if before.Details() == d.Details {
			return Unchanged, nil
		}
		outcome = Updated
	}
	switch {
	case tx == nil:
		return outcome, nil
	case outcome == Created:
		_, err := ci.im.customers.CreateTx(ctx, tx, d)
		return outcome, renamed(err, customerColumns)
	}
	return outcome, renamed(ci.im.customers.SaveTx(ctx, tx, before.ID, 0, d.Details), customerColumns)
}

// together joins several errors of one row into one that names every column.
func together(errs ...error) error {
	all := &magento.RowError{}
	for _, err := range errs {
		var one *magento.RowError
		if errors.As(err, &one) {
			all.Problems = append(all.Problems, one.Problems...)
		} else if err != nil {
			return err
		}
	}
	if len(all.Problems) == 0 {
		return nil
	}
	return all
}
