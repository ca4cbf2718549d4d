package customer

import (
	"context"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// WishItem is a product on a customer's wish list.
type WishItem struct {
	ProductID int64
	AddedAt   time.Time
}

// maxWishes bounds a wish list.
const maxWishes = 200

// WishList lists what is on a customer's wish list, the latest first.
func (s *Service) WishList(ctx context.Context, customerID int64) ([]WishItem, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (w WishItem, err error) {
		err = r.Scan(&w.ProductID, sqldb.Into(&w.AddedAt))
		return w, err
	}, `SELECT product_id, added_at FROM wish_list_item WHERE customer_id = $1 ORDER BY added_at DESC, product_id DESC`, customerID)
}

// Wish puts a product on the wish list; twice is once.
func (s *Service) Wish(ctx context.Context, customerID, productID int64) error {
	return s.db.Change(ctx, WishListAdded, func(ctx context.Context, tx *sqldb.Tx) error {
		return WishTx(ctx, tx, customerID, productID)
	})
}

// WishTx is Wish inside another change, such as the cart's.
func WishTx(ctx context.Context, tx *sqldb.Tx, customerID, productID int64) error {
	c, err := lock(ctx, tx, customerID)
	if err != nil {
		return err
	}
	n, err := sqldb.One(ctx, tx, sqldb.Value[int], `SELECT COUNT(*) FROM wish_list_item WHERE customer_id = $1`, customerID)
	if err != nil {
		return err
	}
	if n >= maxWishes {
		return fault.New(fault.Invalid, "A wish list holds at most %d products.", maxWishes)
	}
	_, err = tx.Exec(ctx, `INSERT INTO wish_list_item (customer_id, product_id, added_at) VALUES ($1, $2, $3)
		ON CONFLICT (customer_id, product_id) DO NOTHING`, customerID, productID, sqldb.Micros(tx.Now()))
	if sqldb.IsForeignKey(err) {
		return fault.New(fault.NotFound, "This product does not exist.")
	}
	tx.About("product", strconv.FormatInt(productID, 10))
	aboutCustomer(tx, c)
	tx.Details = "Wish list of " + c.Name()
	return err
}

// Unwish takes a product off the wish list.
func (s *Service) Unwish(ctx context.Context, customerID, productID int64) error {
	return s.db.Change(ctx, WishListRemoved, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := Load(ctx, tx, customerID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM wish_list_item WHERE customer_id = $1 AND product_id = $2`, customerID, productID)
		if err != nil {
			return err
		}
		if n == 0 {
			tx.Skip()
			return nil
		}
		tx.About("product", strconv.FormatInt(productID, 10))
		aboutCustomer(tx, c)
		tx.Details = "Wish list of " + c.Name()
		return nil
	})
}
