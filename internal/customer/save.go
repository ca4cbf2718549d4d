package customer

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// Save changes what was entered about a customer, unless somebody else has
// since version was read.
func (s *Service) Save(ctx context.Context, id, version int64, d Details) error {
	return s.db.Change(ctx, Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		return s.SaveTx(ctx, tx, id, version, d)
	})
}

// SaveTx is Save inside another change. Version 0 saves over any version.
func (s *Service) SaveTx(ctx context.Context, tx *sqldb.Tx, id, version int64, d Details) error {
	d = d.clean()
	if err := d.check().Err(); err != nil {
		return err
	}
	before, err := lock(ctx, tx, id)
	if err != nil {
		return err
	}
	if version != 0 && version != before.Version {
		return fault.New(fault.Conflict, "Somebody else has changed this customer in the meantime. Please look at the current values and try again.")
	}
	return s.write(ctx, tx, before, d)
}

func (s *Service) write(ctx context.Context, tx *sqldb.Tx, before Customer, d Details) error {
	key := EmailKey(d.Email)
	if key != EmailKey(before.Email) {
		if err := s.refuseTaken(ctx, tx, key, before.WebsiteID, before.ID); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `UPDATE customer SET group_id = $2, email = $3, email_key = $4, first_name = $5, last_name = $6, name_key = $7,
		tax_vat = $8, version = version + 1, updated_at = $9 WHERE id = $1`,
		before.ID, d.GroupID, d.Email, key, d.FirstName, d.LastName, Fold(fullName(d.FirstName, d.LastName)), d.TaxVAT, sqldb.Micros(tx.Now()))
	if sqldb.IsForeignKey(err) {
		return fault.Fields{"group_id": msgGroup}.Err()
	}
	if err != nil {
		return emailTaken(err)
	}
	if err := describeSave(ctx, tx, before, d); err != nil {
		return err
	}
	after := before
	after.Email, after.FirstName, after.LastName = d.Email, d.FirstName, d.LastName
	return writeTerms(ctx, tx, after)
}

func describeSave(ctx context.Context, tx *sqldb.Tx, before Customer, d Details) error {
	aboutCustomer(tx, before)
	tx.Details = "Customer " + fullName(d.FirstName, d.LastName)
	tx.Diff("e-mail", before.Email, d.Email)
	tx.Diff("first name", before.FirstName, d.FirstName)
	tx.Diff("last name", before.LastName, d.LastName)
	tx.Diff("tax/VAT number", before.TaxVAT, d.TaxVAT)
	if before.GroupID == d.GroupID {
		return nil
	}
	from, err := loadGroup(ctx, tx, before.GroupID)
	if err != nil {
		return err
	}
	to, err := loadGroup(ctx, tx, d.GroupID)
	if err != nil {
		return fault.Fields{"group_id": msgGroup}.Err()
	}
	tx.Diff("group", from.Name, to.Name)
	return nil
}

// SetActive activates or deactivates an account. A deactivated one cannot sign
// in, its sessions are over, and stays in it end.
func (s *Service) SetActive(ctx context.Context, id int64, active bool) error {
	action := Deactivated
	if active {
		action = Activated
	}
	return s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if c.Active == active {
			tx.Skip()
			return nil
		}
		aboutCustomer(tx, c)
		tx.Details = "Customer " + c.Name()
		tx.Diff("active", yesNo(c.Active), yesNo(active))
		_, err = tx.Exec(ctx, `UPDATE customer SET active = $2, version = version + 1, updated_at = $3 WHERE id = $1`, id, active, sqldb.Micros(tx.Now()))
		if err != nil || active {
			return err
		}
		_, err = s.sessions.EndAllCustomer(ctx, tx, id, session.Deactivated)
		return err
	})
}

// ForceSignIn ends all of a customer's sessions: everyone must sign in again.
func (s *Service) ForceSignIn(ctx context.Context, id int64) error {
	return s.db.Change(ctx, SignInForced, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		aboutCustomer(tx, c)
		tx.Details = "Customer " + c.Name()
		_, err = s.sessions.EndAllCustomer(ctx, tx, id, session.EndedByStaff)
		return err
	})
}

// Delete deletes a customer with addresses, wish list and carts. What the log
// says about them stays.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Change(ctx, Deleted, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := lock(ctx, tx, id)
		if err != nil {
			return err
		}
		aboutCustomer(tx, c)
		tx.Details = "Customer " + c.Name()
		tx.Note("website", strconv.FormatInt(c.WebsiteID, 10))
		tx.Diff("e-mail", c.Email, "")
		_, err = tx.Exec(ctx, `DELETE FROM customer WHERE id = $1`, id)
		return err
	})
}
