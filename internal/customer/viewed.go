package customer

import (
	"context"

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
