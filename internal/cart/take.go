package cart

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// TakeTx takes the owner's cart for an order, inside the order's change: its row
// is held, its lines are read as they are then, and it is retired, so that no
// other order can be made of it. ok is false when there is no cart, or when
// another order was faster.
func (s *Service) TakeTx(ctx context.Context, tx *sqldb.Tx, o Owner) (c *Cart, ok bool, err error) {
	h, ok, err := hold(ctx, tx, o)
	if err != nil || !ok {
		return nil, false, err
	}
	if c, err = load(ctx, tx, o, tx.Now()); err != nil {
		return nil, false, err
	}
	if len(c.Lines) == 0 {
		return nil, false, nil
	}
	tx.About("cart", strconv.FormatInt(h.id, 10))
	return c, true, retire(ctx, tx, h.id)
}
