package customer

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Draft is a new customer.
type Draft struct {
	Details
	WebsiteID   int64
	StoreViewID int64 // where the account is created
	// PasswordHash is stored as it is, "" for an account that needs a reset first.
	PasswordHash string
	Unconfirmed  bool
	CreatedAt    time.Time // zero means now; imports keep the original time
}

// Create adds a customer and returns the id.
func (s *Service) Create(ctx context.Context, d Draft) (id int64, err error) {
	err = s.db.Change(ctx, Created, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err = s.CreateTx(ctx, tx, d)
		return err
	})
	return id, err
}

// CreateTx adds a customer inside another change, such as an import's row.
func (s *Service) CreateTx(ctx context.Context, tx *sqldb.Tx, d Draft) (int64, error) {
	d.Details = d.clean()
	errs := d.check()
	if d.WebsiteID == 0 {
		errs.Add("website_id", msgWebsite)
	}
	if err := errs.Err(); err != nil {
		return 0, err
	}
	if err := s.refuseTaken(ctx, tx, EmailKey(d.Email), d.WebsiteID, 0); err != nil {
		return 0, err
	}
	id, err := insert(ctx, tx, d)
	if err != nil {
		return 0, emailTaken(err)
	}
	c := Customer{ID: id, Email: d.Email, FirstName: d.FirstName, LastName: d.LastName}
	aboutCustomer(tx, c)
	tx.Details = "Customer " + c.Name()
	tx.Diff("e-mail", "", d.Email)
	tx.Diff("first name", "", d.FirstName)
	tx.Diff("last name", "", d.LastName)
	return id, insertTerms(ctx, tx, c)
}

func insert(ctx context.Context, tx *sqldb.Tx, d Draft) (int64, error) {
	created := d.CreatedAt
	if created.IsZero() {
		created = tx.Now()
	}
	var confirmed any
	if !d.Unconfirmed {
		confirmed = sqldb.Micros(created)
	}
	return tx.Insert(ctx, `INSERT INTO customer (website_id, store_view_id, group_id, email, email_key, first_name, last_name, name_key,
		tax_vat, password_hash, active, confirmed_at, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, TRUE, $11, $12, $13) RETURNING id`,
		d.WebsiteID, sqldb.NullID(d.StoreViewID), d.GroupID, d.Email, EmailKey(d.Email), d.FirstName, d.LastName,
		Fold(fullName(d.FirstName, d.LastName)), d.TaxVAT, d.PasswordHash, confirmed, sqldb.Micros(created), sqldb.Micros(tx.Now()))
}

// emailTaken turns a breach of the unique key into an error of the field.
func emailTaken(err error) error {
	if sqldb.IsUnique(err) {
		return fault.Fields{"email": msgEmailTaken}.Err()
	}
	return err
}

// refuseTaken refuses an e-mail address that another account has: in the same
// website, or in any when accounts are shared. The unique key covers the first
// alone; for the second, all such changes meet on one row, so that two
// registrations at once cannot both pass.
func (s *Service) refuseTaken(ctx context.Context, tx *sqldb.Tx, emailKey string, websiteID, self int64) error {
	shared, err := Shared(ctx, tx)
	if err != nil {
		return err
	}
	if shared {
		if err := tx.Bump(ctx, "customer_email"); err != nil {
			return err
		}
	}
	_, taken, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[int64],
		`SELECT id FROM customer WHERE email_key = $1 AND ($2 OR website_id = $3) AND id <> $4 LIMIT 1`, emailKey, shared, websiteID, self))
	if err == nil && taken {
		err = fault.Fields{"email": msgEmailTaken}.Err()
	}
	return err
}
