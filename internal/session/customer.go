package session

import (
	"context"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// Customer is a customer's own session. WebsiteID is where they signed in:
// whether it counts on other websites is for the account sharing option to say.
type Customer struct {
	Life
	CustomerID int64
	WebsiteID  int64
	LastPath   string
}

const customerColumns = `s.id, s.created_at, s.last_seen_at, s.expires_at, s.ended_at, s.end_cause, s.ip, s.user_agent,
	s.customer_id, s.website_id, s.last_path, c.active, c.sessions_valid_after
	FROM customer_session s JOIN customer c ON c.id = s.customer_id`

func scanCustomer(s sqldb.Scanner) (c Customer, err error) {
	var active bool
	var validAfter int64
	err = s.Scan(&c.ID, sqldb.Into(&c.CreatedAt), sqldb.Into(&c.LastSeenAt), sqldb.Into(&c.ExpiresAt),
		sqldb.Into(&c.EndedAt), &c.EndCause, &c.IP, &c.UserAgent,
		&c.CustomerID, &c.WebsiteID, &c.LastPath, &active, &validAfter)
	switch {
	case err != nil || !c.EndedAt.IsZero():
	case !active:
		c.EndedAt, c.EndCause = c.LastSeenAt, Deactivated
	case c.CreatedAt.UnixMicro() < validAfter:
		c.EndedAt, c.EndCause = sqldb.Time(validAfter), EndedByStaff
	}
	return c, err
}

// StartCustomer signs a customer in: it ends the session that the browser held
// before (old is its secret, "" for none) and returns the secret of a new one.
func (s *Service) StartCustomer(ctx context.Context, tx *sqldb.Tx, customerID, websiteID int64, old string) (secret string, sessionID int64, err error) {
	if old != "" {
		_, err := tx.Exec(ctx, `UPDATE customer_session SET ended_at = $1, end_cause = $2 WHERE token_hash = $3 AND ended_at IS NULL`,
			sqldb.Micros(tx.Now()), Replaced, id.Hash(old))
		if err != nil {
			return "", 0, err
		}
	}
	who, _ := actor.From(ctx)
	secret = id.Secret()
	now := tx.Now()
	sessionID, err = tx.Insert(ctx, `INSERT INTO customer_session
		(token_hash, customer_id, website_id, created_at, last_seen_at, expires_at, ip, user_agent)
		VALUES ($1, $2, $3, $4, $4, $5, $6, $7) RETURNING id`,
		id.Hash(secret), customerID, websiteID, sqldb.Micros(now), sqldb.Micros(now.Add(CustomerAbsolute)),
		who.IP, clip(who.UserAgent, 300))
	return secret, sessionID, err
}

// Customer resolves a secret in one query. An error of kind fault.SignIn says by
// its cause why there is no session: see CauseOf.
func (s *Service) Customer(ctx context.Context, secret string) (Customer, error) {
	c, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanCustomer,
		`SELECT `+customerColumns+` WHERE s.token_hash = $1`, id.Hash(secret)))
	if err != nil {
		return Customer{}, err
	}
	if !found {
		return Customer{}, over(Unknown)
	}
	if cause := c.cause(s.db.Now(), s.limits.CustomerIdle(ctx)); cause != "" {
		return c, over(cause)
	}
	return c, nil
}

// TouchCustomer counts a request of the customer's own as activity and remembers
// the page for Now Online. It writes at most once every TouchEvery. Requests in
// a stay do not come here: they leave no trace on the customer's side.
func (s *Service) TouchCustomer(ctx context.Context, c Customer, path string) error {
	now := s.db.Now()
	if now.Sub(c.LastSeenAt) < s.limits.TouchEvery {
		return nil
	}
	idle := s.limits.CustomerIdle(ctx)
	return s.db.Upkeep(ctx, "session.touch_customer", func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE customer_session SET last_seen_at = $1, last_path = $2
			WHERE id = $3 AND ended_at IS NULL AND expires_at > $1 AND last_seen_at > $4 AND last_seen_at <= $5`,
			sqldb.Micros(now), clip(path, 300), c.ID, sqldb.Micros(now.Add(-idle)), sqldb.Micros(now.Add(-s.limits.TouchEvery)))
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE customer SET last_seen_at = $1 WHERE id = $2`, sqldb.Micros(now), c.CustomerID)
		return err
	})
}

// EndCustomer ends one session of a customer; false means that it had ended
// already or is not theirs.
func (s *Service) EndCustomer(ctx context.Context, tx *sqldb.Tx, customerID, sessionID int64, c Cause) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE customer_session SET ended_at = $1, end_cause = $2
		WHERE id = $3 AND customer_id = $4 AND ended_at IS NULL`, sqldb.Micros(tx.Now()), c, sessionID, customerID)
	return n > 0, err
}

// EndAllCustomer ends all sessions of a customer, and moves the moment before
// which none of theirs is valid, by which stays in the account end too. Whoever
// changes their own password then starts a new session in the same change.
func (s *Service) EndAllCustomer(ctx context.Context, tx *sqldb.Tx, customerID int64, c Cause) (int64, error) {
	now := sqldb.Micros(tx.Now())
	_, err := tx.Exec(ctx, `UPDATE customer SET sessions_valid_after = $1 WHERE id = $2`, now, customerID)
	if err != nil {
		return 0, err
	}
	return tx.Exec(ctx, `UPDATE customer_session SET ended_at = $1, end_cause = $2
		WHERE customer_id = $3 AND ended_at IS NULL`, now, c, customerID)
}

// ActiveCustomer lists the live sessions of a customer, the latest used first.
func (s *Service) ActiveCustomer(ctx context.Context, customerID int64) ([]Customer, error) {
	now := s.db.Now()
	return sqldb.All(ctx, s.db.Reader(), scanCustomer, `SELECT `+customerColumns+`
		WHERE s.customer_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3
			AND s.created_at >= c.sessions_valid_after
		ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 100`,
		customerID, sqldb.Micros(now), sqldb.Micros(now.Add(-s.limits.CustomerIdle(ctx))))
}
