package customer

import (
	"context"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// Newsletter reports whether a customer receives the newsletter.
func (s *Service) Newsletter(ctx context.Context, customerID int64) (bool, error) {
	on, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[bool],
		`SELECT subscribed FROM newsletter_subscriber WHERE customer_id = $1 ORDER BY id LIMIT 1`, customerID))
	return on && ok, err
}

// SetNewsletter subscribes a customer or takes the subscription back. Staff in
// the account cannot: it is a consent of the customer.
func (s *Service) SetNewsletter(ctx context.Context, customerID int64, on bool) error {
	if who, _ := actor.From(ctx); who.Impersonating() {
		return fault.New(fault.Denied, "Only the customer can change the newsletter.")
	}
	action := Unsubscribed
	if on {
		action = Subscribed
	}
	return s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := lock(ctx, tx, customerID)
		if err != nil {
			return err
		}
		aboutCustomer(tx, c)
		tx.Details = "Newsletter of " + c.Name()
		return subscribe(ctx, tx, c.WebsiteID, c.Email, c.ID, on)
	})
}

// Subscribe takes the newsletter form of the page's foot: an address of anybody.
// The answer tells nothing about the address.
func (s *Service) Subscribe(ctx context.Context, websiteID int64, email string) error {
	who, _ := actor.From(ctx)
	if who.Impersonating() {
		return fault.New(fault.Denied, "Only the customer can change the newsletter.")
	}
	if !ValidEmail(EmailKey(email)) {
		return fault.Fields{"email": msgEmail}.Err()
	}
	key := session.NewKey(perRegistration, "newsletter", who.IP)
	if err := s.throttle.Check(ctx, key); err != nil {
		return err
	}
	if err := s.throttle.Failed(ctx, key); err != nil {
		return err
	}
	return s.db.Change(ctx, Subscribed, func(ctx context.Context, tx *sqldb.Tx) error {
		tx.Details = "Newsletter through the form in the footer"
		owner, _, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[int64],
			`SELECT id FROM customer WHERE email_key = $1 AND website_id = $2`, EmailKey(email), websiteID))
		if err != nil {
			return err
		}
		return subscribe(ctx, tx, websiteID, email, owner, true)
	})
}

func subscribe(ctx context.Context, tx *sqldb.Tx, websiteID int64, email string, customerID int64, on bool) error {
	_, err := tx.Exec(ctx, `INSERT INTO newsletter_subscriber (website_id, email, email_key, customer_id, subscribed, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (email_key, website_id) DO UPDATE SET customer_id = $4, subscribed = $5, changed_at = $6`,
		websiteID, email, EmailKey(email), sqldb.NullID(customerID), on, sqldb.Micros(tx.Now()))
	return err
}

// moveSubscription follows a customer to a new address.
func moveSubscription(ctx context.Context, tx *sqldb.Tx, before, after Customer) error {
	on, ok, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[bool],
		`SELECT subscribed FROM newsletter_subscriber WHERE customer_id = $1 ORDER BY id LIMIT 1`, before.ID))
	if err != nil || !ok {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM newsletter_subscriber WHERE customer_id = $1`, before.ID); err != nil {
		return err
	}
	return subscribe(ctx, tx, after.WebsiteID, after.Email, after.ID, on)
}
