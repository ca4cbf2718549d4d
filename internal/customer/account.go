package customer

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// AccountForm is what customers change about their own account. E-mail and
// password only change together with the current password, and never by staff in
// a stay.
type AccountForm struct {
	FirstName, LastName string
	ChangeEmail         bool
	Email               string
	ChangePassword      bool
	Current             string
	New, Repeat         string
	WebsiteID           int64
}

// SaveAccount saves a customer's own account information. After a change of the
// password every session has ended, and the result carries a new one.
func (s *Service) SaveAccount(ctx context.Context, id int64, f AccountForm) (in SignInResult, err error) {
	a, err := s.own(ctx, id)
	if err != nil {
		return in, err
	}
	d := a.Details()
	d.FirstName, d.LastName = f.FirstName, f.LastName
	if f.ChangeEmail {
		d.Email = f.Email
	}
	d = d.clean()
	errs := d.check()
	if f.ChangePassword {
		s.checkPassword(ctx, errs, "password", f.New, f.Repeat, d)
	}
	sensitive := f.ChangeEmail && EmailKey(d.Email) != EmailKey(a.Email) || f.ChangePassword
	if sensitive {
		if err := s.confirm(ctx, a, f.Current, errs); err != nil {
			return in, err
		}
	}
	if err := errs.Err(); err != nil {
		return in, err
	}
	hash := ""
	if f.ChangePassword {
		if hash, err = s.hasher.Hash(ctx, f.New); err != nil {
			return in, err
		}
	}
	err = s.db.Change(ctx, f.action(), func(ctx context.Context, tx *sqldb.Tx) error {
		in, err = s.saveAccount(ctx, tx, a, d, hash, f.WebsiteID)
		return err
	})
	return in, err
}

func (f AccountForm) action() sqldb.Action {
	switch {
	case f.ChangePassword:
		return PasswordChanged
	case f.ChangeEmail:
		return EmailChanged
	}
	return NameChanged
}

// own loads the account for its owner, or for whoever is in it.
func (s *Service) own(ctx context.Context, id int64) (account, error) {
	a, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanAccount, `SELECT `+columns+`, c.password_hash FROM customer c WHERE c.id = $1`, id))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "This customer does not exist.")
	}
	return a, err
}

// confirm checks the current password before something of weight. Staff in the
// account cannot pass, whatever they know.
func (s *Service) confirm(ctx context.Context, a account, current string, errs fault.Fields) error {
	if who, _ := actor.From(ctx); who.Impersonating() || who.Kind != actor.Customer || who.ID != a.ID {
		return fault.New(fault.Denied, "Only the customer can change the e-mail address and the password.")
	}
	key := session.Account("customer-confirm", strconv.FormatInt(a.ID, 10))
	if err := s.throttle.Check(ctx, key); err != nil {
		return err
	}
	ok, _, err := s.hasher.Verify(ctx, a.hash, current)
	if err != nil {
		return err
	}
	if ok {
		return s.throttle.Succeeded(ctx, key)
	}
	errs.Add("current", msgWrongCurrent)
	return s.throttle.Failed(ctx, key)
}

func (s *Service) saveAccount(ctx context.Context, tx *sqldb.Tx, a account, d Details, hash string, websiteID int64) (in SignInResult, err error) {
	before, err := lock(ctx, tx, a.ID)
	if err != nil {
		return in, err
	}
	d.GroupID, d.TaxVAT = before.GroupID, before.TaxVAT
	if hash == "" && d == before.Details() {
		tx.Skip()
		return SignInResult{Customer: before}, nil
	}
	if err := s.write(ctx, tx, before, d); err != nil {
		return in, err
	}
	after, err := Load(ctx, tx, a.ID)
	if err != nil {
		return in, err
	}
	in.Customer = after
	if EmailKey(before.Email) != EmailKey(after.Email) {
		if err := s.emailMoved(ctx, tx, before, after); err != nil {
			return in, err
		}
	}
	if hash == "" {
		return in, nil
	}
	tx.Details = "Password of " + after.Name()
	return s.setPassword(ctx, tx, after, a.hash, hash, websiteID)
}

// setPassword replaces the password if it is still the one that was confirmed,
// ends every session and starts the one that goes on.
func (s *Service) setPassword(ctx context.Context, tx *sqldb.Tx, c Customer, old, hash string, websiteID int64) (in SignInResult, err error) {
	n, err := tx.Exec(ctx, `UPDATE customer SET password_hash = $2 WHERE id = $1 AND password_hash = $3`, c.ID, hash, old)
	if err != nil {
		return in, err
	}
	if n == 0 {
		return in, fault.New(fault.Conflict, "The password was changed in the meantime.")
	}
	if _, err := s.sessions.EndAllCustomer(ctx, tx, c.ID, session.PasswordChanged); err != nil {
		return in, err
	}
	if err := s.send(ctx, tx, c, letterPasswordChanged, facts{}); err != nil {
		return in, err
	}
	in.Customer = c
	in.Secret, in.SessionID, err = s.sessions.StartCustomer(ctx, tx, c.ID, websiteID, "")
	return in, err
}

// emailMoved tells both addresses, and takes the newsletter along.
func (s *Service) emailMoved(ctx context.Context, tx *sqldb.Tx, before, after Customer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM password_reset WHERE customer_id = $1`, after.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM email_confirmation WHERE customer_id = $1`, after.ID); err != nil {
		return err
	}
	if err := moveSubscription(ctx, tx, before, after); err != nil {
		return err
	}
	to := facts{email: after.Email}
	if err := s.sendTo(ctx, tx, before.Email, after, letterEmailChanged, to); err != nil {
		return err
	}
	return s.sendTo(ctx, tx, after.Email, after, letterEmailChanged, to)
}
