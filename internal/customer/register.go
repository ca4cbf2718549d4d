package customer

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// RegisterForm is what a shopper enters to get an account.
type RegisterForm struct {
	WebsiteID, StoreViewID int64
	Email                  string
	FirstName, LastName    string
	Password, Repeat       string
	Newsletter             bool
	Old                    string // secret of the session the browser held before
}

// perRegistration bounds how many accounts one source may try to open, which
// also bounds how many addresses it can ask about.
var perRegistration = session.Rule{Free: 20, Most: 40, Block: 30 * time.Minute, Forgive: time.Hour}

const (
	msgMismatch = "The two passwords differ."
)

// Register opens an account, signs it in and sends a welcome. Where the address
// has to be confirmed first it sends a link instead, and there is no session.
func (s *Service) Register(ctx context.Context, f RegisterForm) (in SignInResult, err error) {
	who, _ := actor.From(ctx)
	key := session.NewKey(perRegistration, "register", who.IP)
	if err := s.throttle.Check(ctx, key); err != nil {
		return in, err
	}
	d := Details{Email: f.Email, FirstName: f.FirstName, LastName: f.LastName}.clean()
	errs := d.check()
	s.checkPassword(ctx, errs, "password", f.Password, f.Repeat, d)
	if err := errs.Err(); err != nil {
		return in, err
	}
	if err := s.throttle.Failed(ctx, key); err != nil {
		return in, err
	}
	hash, err := s.hasher.Hash(ctx, f.Password)
	if err != nil {
		return in, err
	}
	confirm := s.mustConfirm(ctx, f.WebsiteID)
	err = s.db.Change(ctx, Registered, func(ctx context.Context, tx *sqldb.Tx) error {
		id, err := s.CreateTx(ctx, tx, Draft{Details: d, WebsiteID: f.WebsiteID, StoreViewID: f.StoreViewID, PasswordHash: hash, Unconfirmed: confirm})
		if err != nil {
			return err
		}
		c, err := Load(ctx, tx, id)
		if err != nil {
			return err
		}
		tx.Details = c.Name() + " registered"
		tx.Subject = actor.Subject{ID: c.ID, Name: c.Name()}
		if f.Newsletter {
			if err := subscribe(ctx, tx, c.WebsiteID, c.Email, c.ID, true); err != nil {
				return err
			}
			tx.Note("newsletter", "subscribed")
		}
		if confirm {
			in.Customer = c
			return s.sendConfirmation(ctx, tx, c)
		}
		if err := s.send(ctx, tx, c, letterWelcome, facts{}); err != nil {
			return err
		}
		in, err = s.begin(ctx, tx, c, f.WebsiteID, f.Old)
		return err
	})
	return in, err
}

// checkPassword adds what is wrong with a new password to the errors.
func (s *Service) checkPassword(ctx context.Context, errs fault.Fields, field, text, repeat string, d Details) {
	if problem := password.Check(text, s.PasswordLength(ctx), d.Email, d.FirstName, d.LastName); problem != "" {
		errs.Add(field, "%s", problem)
	} else if text != repeat {
		errs.Add(field+"_again", msgMismatch)
	}
}
