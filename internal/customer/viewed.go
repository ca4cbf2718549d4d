package customer

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// keepViewed is how many products viewed last are remembered.
const keepViewed = 20

// Viewed remembers that a customer looked at a product. A stay leaves no trace
// here: what staff looks at says nothing about the customer.
func (s *Service) Viewed(ctx context.Context, customerID, productID int64) error {
	if who, ok := actor.From(ctx); !ok || who.Impersonating() || who.Kind != actor.Customer || who.ID != customerID {
		return nil
	}
	err := s.db.Upkeep(ctx, "customer.viewed", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO recently_viewed (customer_id, product_id, viewed_at) VALUES ($1, $2, $3)
			ON CONFLICT (customer_id, product_id) DO UPDATE SET viewed_at = $3`, customerID, productID, sqldb.Micros(tx.Now()))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM recently_viewed WHERE customer_id = $1 AND product_id NOT IN
			(SELECT product_id FROM recently_viewed WHERE customer_id = $1 ORDER BY viewed_at DESC, product_id DESC LIMIT $2)`, customerID, keepViewed)
		return err
	})
	if sqldb.IsForeignKey(err) {
		return nil // the product was deleted meanwhile
	}
	return err
}

// RecentlyViewed lists the products a customer looked at last.
func (s *Service) RecentlyViewed(ctx context.Context, customerID int64, n int) ([]int64, error) {
	return sqldb.All(ctx, s.db.Reader(), sqldb.Value[int64],
		`SELECT product_id FROM recently_viewed WHERE customer_id = $1 ORDER BY viewed_at DESC, product_id DESC LIMIT $2`, customerID, n)
}

// Online is a customer who is in the shop now.
type Online struct {
	Customer
	SeenAt    time.Time
	Since     time.Time // of the session
	Path      string    // page seen last
	SessionIP string
}

// OnlineNow lists customers seen since a time, the latest first, each once with
// their latest session, at most n. Websites limits it as in Query.
func (s *Service) OnlineNow(ctx context.Context, since time.Time, websites []int64, n int) ([]Online, error) {
	var w sqldb.Where
	conds := []string{
		w.Bind("o.last_seen_at >= ?", sqldb.Micros(since)), "o.ended_at IS NULL", "c.active",
		"NOT EXISTS (SELECT 1 FROM customer_session later WHERE later.customer_id = o.customer_id AND later.ended_at IS NULL AND " +
			"(later.last_seen_at, later.id) > (o.last_seen_at, o.id))",
	}
	if websites != nil {
		conds = append(conds, w.Bind(amongWebsites(websites).plain(), amongWebsites(websites).args...))
	}
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (o Online, err error) {
		err = r.Scan(append(o.dest(), sqldb.Into(&o.SeenAt), sqldb.Into(&o.Since), &o.Path, &o.SessionIP)...)
		return o, err
	}, `SELECT `+columns+`, o.last_seen_at, o.created_at, o.last_path, o.ip FROM customer_session o JOIN customer c ON c.id = o.customer_id
		WHERE `+strings.Join(conds, " AND ")+w.Bind(` ORDER BY o.last_seen_at DESC, o.id DESC LIMIT ?`, n), w.Args()...)
}
