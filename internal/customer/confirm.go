package customer

import (
	"context"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// RequireConfirmation says whether a new account can be used before its e-mail
// address is confirmed.
var RequireConfirmation = config.Bool("customer.require_confirmation", config.In(config.Customers, "Create New Account Options"),
	config.Label("Require Emails Confirmation"), config.At(config.Website), config.Default(false),
	config.Help("Who registers is sent a link and can sign in after following it. Accounts made in the Admin need none."))

// confirmLife is how long a link to confirm an address works, once.
const confirmLife = 7 * 24 * time.Hour

const msgUnconfirmed = "Please confirm your e-mail address first: we have sent you a link."

var (
	errUnconfirmed = &fault.Error{Kind: fault.Invalid, Code: "unconfirmed", Message: msgUnconfirmed}
	errConfirmOver = &fault.Error{Kind: fault.Gone, Code: "confirm", Message: "This link is used or too old. Sign in to get a new one."}
)

func (s *Service) mustConfirm(ctx context.Context, websiteID int64) bool {
	return s.settings.Bool(ctx, RequireConfirmation, config.OfWebsite(websiteID))
}

// sendConfirmation sends a link to confirm the address, as part of a change.
// Earlier ones do not work any more.
func (s *Service) sendConfirmation(ctx context.Context, tx *sqldb.Tx, c Customer) error {
	if _, err := tx.Exec(ctx, `DELETE FROM email_confirmation WHERE customer_id = $1`, c.ID); err != nil {
		return err
	}
	token, now := id.Secret(), tx.Now()
	_, err := tx.Exec(ctx, `INSERT INTO email_confirmation (token_hash, customer_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		id.Hash(token), c.ID, sqldb.Micros(now), sqldb.Micros(now.Add(confirmLife)))
	if err != nil {
		return err
	}
	return s.send(ctx, tx, c, letterConfirmation, facts{token: token})
}

// unconfirmed refuses to sign in an account that is not confirmed, and sends the
// link again, a few times an hour: only who knows the password gets this far.
func (s *Service) unconfirmed(ctx context.Context, c Customer) error {
	key := session.NewKey(perReset, "confirm", strconv.FormatInt(c.ID, 10))
	err := s.throttle.Check(ctx, key)
	if fault.Is(err, fault.TooMany) {
		return errUnconfirmed
	}
	if err == nil {
		err = s.throttle.Failed(ctx, key)
	}
	if err != nil {
		return err
	}
	err = s.db.Change(as(ctx, c), ConfirmationSent, func(ctx context.Context, tx *sqldb.Tx) error {
		aboutCustomer(tx, c)
		tx.Details = "E-mail address of " + c.Name()
		return s.sendConfirmation(ctx, tx, c)
	})
	if err != nil {
		return err
	}
	return errUnconfirmed
}

// ToConfirm is the account that a link confirms, before its button is shown.
func (s *Service) ToConfirm(ctx context.Context, token string) (Customer, error) {
	c, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scan, `SELECT `+columns+` FROM customer c
		JOIN email_confirmation e ON e.customer_id = c.id WHERE e.token_hash = $1 AND e.expires_at > $2 AND c.active`,
		id.Hash(token), sqldb.Micros(s.db.Now())))
	if err == nil && !ok {
		err = errConfirmOver
	}
	return c, err
}

// Confirm spends a link: the address counts as confirmed, and the account is
// welcomed.
func (s *Service) Confirm(ctx context.Context, token string) (Customer, error) {
	c, err := s.ToConfirm(ctx, token)
	if err != nil {
		return c, err
	}
	return c, s.db.Change(as(ctx, c), EmailConfirmed, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `DELETE FROM email_confirmation WHERE token_hash = $1 AND expires_at > $2`, id.Hash(token), sqldb.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return errConfirmOver
		}
		if _, err := tx.Exec(ctx, `UPDATE customer SET confirmed_at = COALESCE(confirmed_at, $2) WHERE id = $1`, c.ID, sqldb.Micros(tx.Now())); err != nil {
			return err
		}
		aboutCustomer(tx, c)
		tx.Details = "E-mail address of " + c.Name()
		return s.send(ctx, tx, c, letterWelcome, facts{})
	})
}

// RevokeConfirmations makes every link to confirm an address worthless, as part
// of a change, and says how many still worked. Who signs in is sent a new one.
func (s *Service) RevokeConfirmations(ctx context.Context, tx *sqldb.Tx) (int64, error) {
	return tx.Exec(ctx, `DELETE FROM email_confirmation WHERE expires_at > $1`, sqldb.Micros(tx.Now()))
}
