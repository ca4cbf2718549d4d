package customer

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const columns = `c.id, c.website_id, c.store_view_id, c.group_id, c.email, c.first_name, c.last_name, c.tax_vat,
	c.phone, c.postcode, c.country, c.region, c.city, c.active, c.password_hash <> '', c.confirmed_at,
	c.assistance, c.assistance_at, c.assistance_until, c.last_login_at, c.last_seen_at, c.sessions_valid_after,
	c.version, c.created_at, c.updated_at`

func scan(r sqldb.Scanner) (c Customer, err error) {
	err = r.Scan(c.dest()...)
	return c, err
}

func (c *Customer) dest() []any {
	return []any{
		&c.ID, &c.WebsiteID, sqldb.IntoID(&c.StoreViewID), &c.GroupID, &c.Email, &c.FirstName, &c.LastName, &c.TaxVAT,
		&c.Phone, &c.Postcode, &c.Country, &c.Region, &c.City, &c.Active, &c.HasPassword, sqldb.Into(&c.ConfirmedAt),
		&c.Assistance, sqldb.Into(&c.AssistanceAt), sqldb.Into(&c.AssistanceUntil), sqldb.Into(&c.LastLoginAt), sqldb.Into(&c.LastSeenAt),
		sqldb.Into(&c.SessionsValidAfter), &c.Version, sqldb.Into(&c.CreatedAt), sqldb.Into(&c.UpdatedAt),
	}
}

// Load reads one customer, inside a change or outside.
func Load(ctx context.Context, q sqldb.Querier, id int64) (Customer, error) {
	return found(sqldb.One(ctx, q, scan, `SELECT `+columns+` FROM customer c WHERE c.id = $1`, id))
}

func found(c Customer, err error) (Customer, error) {
	c, ok, err := sqldb.Found(c, err)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "This customer does not exist.")
	}
	return c, err
}

// lock reads a customer so that no other change can pass until this one is done.
func lock(ctx context.Context, tx *sqldb.Tx, id int64) (Customer, error) {
	if _, err := tx.Exec(ctx, `UPDATE customer SET version = version WHERE id = $1`, id); err != nil {
		return Customer{}, err
	}
	return Load(ctx, tx, id)
}

// refresh repeats the default billing address on the customer, and its search
// terms, after something they are made of has changed.
func refresh(ctx context.Context, tx *sqldb.Tx, c Customer) error {
	a, _, err := sqldb.Found(sqldb.One(ctx, tx, scanAddress, `SELECT `+addressColumns+` FROM customer_address
		WHERE customer_id = $1 ORDER BY default_billing DESC, default_shipping DESC, id LIMIT 1`, c.ID))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE customer SET phone = $2, phone_key = $3, postcode = $4, country = $5, region = $6, region_key = $7,
		city = $8, updated_at = $9 WHERE id = $1`,
		c.ID, a.Phone, Digits(a.Phone), a.Postcode, a.Country, a.Region, Fold(a.Region), a.City, sqldb.Micros(tx.Now()))
	if err != nil || Digits(a.Phone) == Digits(c.Phone) {
		return err
	}
	c.Phone = a.Phone
	return writeTerms(ctx, tx, c)
}

// writeTerms replaces what the keyword box finds a customer by.
func writeTerms(ctx context.Context, tx *sqldb.Tx, c Customer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM customer_term WHERE customer_id = $1`, c.ID); err != nil {
		return err
	}
	return insertTerms(ctx, tx, c)
}

func insertTerms(ctx context.Context, tx *sqldb.Tx, c Customer) error {
	var rows sqldb.Where
	var values []string
	for _, t := range terms(c.Email, c.FirstName, c.LastName, Digits(c.Phone)) {
		values = append(values, rows.Bind("(?, ?, ?)", t.text, c.ID, t.shared))
	}
	_, err := tx.Exec(ctx, `INSERT INTO customer_term (term, customer_id, shared) VALUES `+strings.Join(values, ", "), rows.Args()...)
	return err
}
