package customer

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Kept is what a customer's own pages change of the account, for whoever
// compares it before and after a change and puts it back.
type Kept struct {
	FirstName, LastName string
	Addresses           map[int64]Address
}

// KeptTx reads it, and holds the customer for this change.
func KeptTx(ctx context.Context, tx *sqldb.Tx, id int64) (Kept, error) {
	return kept(ctx, tx, tx.Hold(), id)
}

// ReadKept is KeptTx for who only looks.
func ReadKept(ctx context.Context, q sqldb.Querier, id int64) (Kept, error) {
	return kept(ctx, q, "", id)
}

func kept(ctx context.Context, q sqldb.Querier, hold string, id int64) (Kept, error) {
	k, err := sqldb.One(ctx, q, func(r sqldb.Scanner) (k Kept, err error) {
		err = r.Scan(&k.FirstName, &k.LastName)
		return k, err
	}, `SELECT first_name, last_name FROM customer WHERE id = $1 ORDER BY id`+hold, id)
	if err != nil {
		return k, err
	}
	list, err := sqldb.All(ctx, q, scanAddress, `SELECT `+addressColumns+` FROM customer_address WHERE customer_id = $1 ORDER BY id`, id)
	k.Addresses = make(map[int64]Address, len(list))
	for _, a := range list {
		k.Addresses[a.ID] = a
	}
	return k, err
}

// Restored is what an account is to keep: a name unless both parts are empty,
// and addresses by id. One that is nil is taken out; one with an id below 1 is
// new and gets its own.
type Restored struct {
	FirstName, LastName string
	Addresses           map[int64]*Address
}

// RestoreTx puts back what an account kept, inside another change. A default
// address becomes one again only where no other has taken its place.
func (s *Service) RestoreTx(ctx context.Context, tx *sqldb.Tx, id int64, r Restored) error {
	c, err := lock(ctx, tx, id)
	if err != nil {
		return err
	}
	if r.FirstName+r.LastName != "" {
		d := c.Details()
		d.FirstName, d.LastName = r.FirstName, r.LastName
		if err := s.write(ctx, tx, c, d); err != nil {
			return err
		}
	}
	if len(r.Addresses) == 0 {
		return nil
	}
	if err := restoreAddresses(ctx, tx, id, r.Addresses); err != nil {
		return err
	}
	if c, err = Load(ctx, tx, id); err != nil {
		return err
	}
	return refresh(ctx, tx, c)
}

// restoreAddresses takes defaults away first and gives them last, so that there
// is never more than one.
func restoreAddresses(ctx context.Context, tx *sqldb.Tx, customerID int64, all map[int64]*Address) error {
	ids := make(map[int64]int64, len(all))
	for id, a := range all {
		if a == nil {
			if _, err := tx.Exec(ctx, `DELETE FROM customer_address WHERE id = $1 AND customer_id = $2`, id, customerID); err != nil {
				return err
			}
			continue
		}
		plain := *a
		plain.ID, plain.DefaultBilling, plain.DefaultShipping = id, false, false
		written, err := putAddress(ctx, tx, customerID, plain)
		if err != nil {
			return err
		}
		ids[id] = written
	}
	for id, a := range all {
		if a == nil {
			continue
		}
		if err := giveDefaults(ctx, tx, customerID, ids[id], *a); err != nil {
			return err
		}
	}
	return nil
}

// putAddress writes an address under its own id, whether it is still there or not.
func putAddress(ctx context.Context, tx *sqldb.Tx, customerID int64, a Address) (int64, error) {
	if a.ID < 1 {
		a.ID = 0
		return writeAddress(ctx, tx, customerID, a)
	}
	there, err := tx.Exec(ctx, `UPDATE customer_address SET updated_at = updated_at WHERE id = $1 AND customer_id = $2`, a.ID, customerID)
	if err != nil {
		return 0, err
	}
	if there == 1 {
		return writeAddress(ctx, tx, customerID, a)
	}
	now := sqldb.Micros(tx.Now())
	_, err = tx.Exec(ctx, `INSERT INTO customer_address (id, customer_id, first_name, last_name, company, street, city, region, postcode,
		country, phone, vat_id, default_billing, default_shipping, external_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, FALSE, FALSE, $13, $14, $14)`,
		a.ID, customerID, a.FirstName, a.LastName, a.Company, a.Street, a.City, a.Region, a.Postcode, a.Country, a.Phone, a.VATID, a.ExternalID, now)
	return a.ID, err
}

func giveDefaults(ctx context.Context, tx *sqldb.Tx, customerID, id int64, a Address) error {
	for column, wanted := range map[string]bool{"default_billing": a.DefaultBilling, "default_shipping": a.DefaultShipping} {
		if !wanted {
			continue
		}
		_, err := tx.Exec(ctx, `UPDATE customer_address SET `+column+` = TRUE WHERE id = $1 AND customer_id = $2
			AND NOT EXISTS (SELECT 1 FROM customer_address o WHERE o.customer_id = $2 AND o.id <> $1 AND o.`+column+`)`, id, customerID)
		if err != nil {
			return err
		}
	}
	return nil
}
