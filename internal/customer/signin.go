package customer

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// errWrong is the one answer to an unknown address, a wrong password and an
// account that is not active.
var errWrong = &fault.Error{Kind: fault.Invalid, Code: "sign_in", Message: "The e-mail address or the password is not right."}

// SignInForm is what a customer enters to sign in.
type SignInForm struct {
	WebsiteID int64
	Email     string
	Password  string
	Old       string // secret of the session the browser held before, "" for none
}

// SignInResult is a customer with a new session.
type SignInResult struct {
	Customer  Customer
	Secret    string
	SessionID int64
}

// account is a customer with the stored password.
type account struct {
	Customer
	hash string
}

func scanAccount(r sqldb.Scanner) (a account, err error) {
	err = r.Scan(append(a.dest(), &a.hash)...)
	return a, err
}

// byEmail finds the account that an e-mail address signs in to on a website:
// the website's own, or when accounts are shared, one of any.
func byEmail(ctx context.Context, q sqldb.Querier, websiteID int64, email string) (account, bool, error) {
	shared, err := Shared(ctx, q)
	if err != nil {
		return account{}, false, err
	}
	return sqldb.Found(sqldb.One(ctx, q, scanAccount, `SELECT `+columns+`, c.password_hash FROM customer c
		WHERE c.email_key = $1 AND ($2 OR c.website_id = $3)
		ORDER BY CASE WHEN c.website_id = $3 THEN 0 ELSE 1 END, c.id LIMIT 1`, EmailKey(email), shared, websiteID))
}

func throttleKeys(ctx context.Context, websiteID int64, email string) (acc, source session.Key) {
	who, _ := actor.From(ctx)
	return session.Account("customer", strconv.FormatInt(websiteID, 10)+" "+EmailKey(email)), session.Source("customer", who.IP)
}

// SignIn checks e-mail address and password and starts a session. It answers
// alike, and after the same time, whatever was wrong, and fault.TooMany when too
// much was wrong of late.
func (s *Service) SignIn(ctx context.Context, f SignInForm) (in SignInResult, err error) {
	acc, source := throttleKeys(ctx, f.WebsiteID, f.Email)
	if err := s.throttle.Check(ctx, acc, source); err != nil {
		return in, err
	}
	a, found, err := byEmail(ctx, s.db.Reader(), f.WebsiteID, f.Email)
	if err != nil {
		return in, err
	}
	ok, rehash, err := s.hasher.Verify(ctx, a.hash, f.Password)
	if err != nil {
		return in, err
	}
	if !ok || !found || !a.Active {
		return in, s.failed(ctx, a, acc, source)
	}
	if err := s.throttle.Check(ctx, acc, source); err != nil {
		return in, err
	}
	if !a.Confirmed() && s.mustConfirm(ctx, a.WebsiteID) {
		return in, s.unconfirmed(ctx, a.Customer)
	}
	hash := a.hash
	if rehash {
		if hash, err = s.hasher.Hash(ctx, f.Password); err != nil {
			return in, err
		}
	}
	if in, err = s.start(ctx, a, hash, f); err != nil {
		return in, err
	}
	return in, s.throttle.Succeeded(ctx, acc)
}

// start begins the session only if the account is still as it was verified.
func (s *Service) start(ctx context.Context, a account, hash string, f SignInForm) (in SignInResult, err error) {
	ctx = as(ctx, a.Customer)
	err = s.db.Change(ctx, SignedIn, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE customer SET password_hash = $1 WHERE id = $2 AND active AND password_hash = $3`, hash, a.ID, a.hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return errWrong
		}
		aboutCustomer(tx, a.Customer)
		tx.Details = a.Name() + " signed in"
		in, err = s.begin(ctx, tx, a.Customer, f.WebsiteID, f.Old)
		return err
	})
	return in, err
}

// begin starts a session and remembers the sign-in: the only place that does.
func (s *Service) begin(ctx context.Context, tx *sqldb.Tx, c Customer, websiteID int64, old string) (in SignInResult, err error) {
	now := sqldb.Micros(tx.Now())
	if _, err := tx.Exec(ctx, `UPDATE customer SET last_login_at = $2, last_seen_at = $2 WHERE id = $1`, c.ID, now); err != nil {
		return in, err
	}
	in.Customer = c
	in.Secret, in.SessionID, err = s.sessions.StartCustomer(ctx, tx, c.ID, websiteID, old)
	return in, err
}

// failed counts and records. What was typed as an unknown address is not
// recorded: people type passwords there.
func (s *Service) failed(ctx context.Context, a account, keys ...session.Key) error {
	if err := s.throttle.Failed(ctx, keys...); err != nil {
		return err
	}
	err := s.db.Refuse(ctx, SignedIn, func(e *sqldb.Entry) {
		if a.ID == 0 {
			e.Details = "Unknown e-mail address"
			return
		}
		e.About("customer", strconv.FormatInt(a.ID, 10))
		e.Details = "Wrong password for " + a.Name()
		if !a.Active {
			e.Details = "The account of " + a.Name() + " is not active"
		}
	})
	if err != nil {
		return err
	}
	return errWrong
}

// as makes the customer the actor: until now it was a guest.
func as(ctx context.Context, c Customer) context.Context {
	who, _ := actor.From(ctx)
	who.Kind, who.ID, who.Name = actor.Customer, c.ID, c.Name()
	who.Subject = actor.Subject{ID: c.ID, Name: c.Name()}
	return actor.With(ctx, who)
}

// SignOut ends a customer's own session.
func (s *Service) SignOut(ctx context.Context, c Customer, sessionID int64) error {
	return s.db.Change(ctx, SignedOut, func(ctx context.Context, tx *sqldb.Tx) error {
		ended, err := s.sessions.EndCustomer(ctx, tx, c.ID, sessionID, session.SignedOut)
		if err != nil {
			return err
		}
		if !ended {
			tx.Skip()
			return nil
		}
		aboutCustomer(tx, c)
		tx.Details = c.Name() + " signed out"
		return nil
	})
}
