package customer

import (
	"context"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// resetLife is how long a link to choose a new password works, once.
const resetLife = time.Hour

var errResetOver = &fault.Error{Kind: fault.Gone, Code: "reset", Message: "This link is used or too old. Please ask for a new one."}

// perReset bounds how many letters anybody can cause to one address.
var perReset = session.Rule{Free: 3, Most: 6, Block: time.Hour, Forgive: time.Hour}

// RequestReset sends a link to choose a new password to an account's address.
// The answer is the same whether there is such an account or not.
func (s *Service) RequestReset(ctx context.Context, websiteID int64, email string) error {
	if !ValidEmail(EmailKey(email)) {
		return fault.Fields{"email": msgEmail}.Err()
	}
	who, _ := actor.From(ctx)
	keys := []session.Key{
		session.NewKey(perReset, "reset", strconv.FormatInt(websiteID, 10)+" "+EmailKey(email)),
		session.NewKey(perRegistration, "reset-from", who.IP),
	}
	if err := s.throttle.Check(ctx, keys...); err != nil {
		return err
	}
	if err := s.throttle.Failed(ctx, keys...); err != nil {
		return err
	}
	a, found, err := byEmail(ctx, s.db.Reader(), websiteID, email)
	if err != nil {
		return err
	}
	if !found || !a.Active {
		return s.db.Refuse(ctx, ResetRequested, func(e *sqldb.Entry) { e.Details = "No active account with this e-mail address" })
	}
	return s.SendReset(ctx, a.ID)
}

// SendReset sends a link to choose a new password to a customer.
func (s *Service) SendReset(ctx context.Context, customerID int64) error {
	return s.db.Change(ctx, ResetRequested, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := lock(ctx, tx, customerID)
		if err != nil {
			return err
		}
		if !c.Active {
			return fault.New(fault.Conflict, "The account of %s is not active.", c.Name())
		}
		if _, err := tx.Exec(ctx, `DELETE FROM password_reset WHERE customer_id = $1`, c.ID); err != nil {
			return err
		}
		token := id.Secret()
		_, err = tx.Exec(ctx, `INSERT INTO password_reset (token_hash, customer_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
			id.Hash(token), c.ID, sqldb.Micros(tx.Now()), sqldb.Micros(tx.Now().Add(resetLife)))
		if err != nil {
			return err
		}
		aboutCustomer(tx, c)
		tx.Details = "Password of " + c.Name()
		return s.send(ctx, tx, c, letterReset, facts{token: token})
	})
}

// ResetOpen reports whether a link still works, before its form is shown.
func (s *Service) ResetOpen(ctx context.Context, token string) error {
	_, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT r.customer_id FROM password_reset r
		JOIN customer c ON c.id = r.customer_id WHERE r.token_hash = $1 AND r.used_at IS NULL AND r.expires_at > $2 AND c.active`,
		id.Hash(token), sqldb.Micros(s.db.Now())))
	if err == nil && !ok {
		err = errResetOver
	}
	return err
}

// Reset chooses a new password through a link. The link is spent, every session
// has ended, and the e-mail address counts as confirmed.
func (s *Service) Reset(ctx context.Context, token, newPassword, repeat string) error {
	if err := s.ResetOpen(ctx, token); err != nil {
		return err
	}
	c, err := found(sqldb.One(ctx, s.db.Reader(), scan, `SELECT `+columns+` FROM customer c
		JOIN password_reset r ON r.customer_id = c.id WHERE r.token_hash = $1`, id.Hash(token)))
	if err != nil {
		return err
	}
	errs := fault.Fields{}
	s.checkPassword(ctx, errs, "password", newPassword, repeat, c.Details())
	if err := errs.Err(); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, newPassword)
	if err != nil {
		return err
	}
	return s.db.Change(as(ctx, c), PasswordReset, func(ctx context.Context, tx *sqldb.Tx) error {
		return s.spendReset(ctx, tx, c, token, hash)
	})
}

func (s *Service) spendReset(ctx context.Context, tx *sqldb.Tx, c Customer, token, hash string) error {
	now := sqldb.Micros(tx.Now())
	n, err := tx.Exec(ctx, `UPDATE password_reset SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2`, id.Hash(token), now)
	if err != nil {
		return err
	}
	if n == 0 {
		return errResetOver
	}
	n, err = tx.Exec(ctx, `UPDATE customer SET password_hash = $2, confirmed_at = COALESCE(confirmed_at, $3) WHERE id = $1 AND active`, c.ID, hash, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return errResetOver
	}
	if _, err := s.sessions.EndAllCustomer(ctx, tx, c.ID, session.PasswordChanged); err != nil {
		return err
	}
	aboutCustomer(tx, c)
	tx.Details = "Password of " + c.Name()
	return s.send(ctx, tx, c, letterPasswordChanged, facts{})
}

// RevokeResets makes every link to choose a new password worthless, as part of a
// change, and says how many still worked.
func (s *Service) RevokeResets(ctx context.Context, tx *sqldb.Tx) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM password_reset WHERE used_at IS NULL AND expires_at > $1`, sqldb.Micros(tx.Now()))
}
