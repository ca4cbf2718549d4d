package sales

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// OrderAdopted is when a guest's order came into the account that the guest
// opened afterwards.
const OrderAdopted sqldb.Action = "order.customer_assigned"

// Adopt puts a guest's order into a customer's account. It refuses one that is
// somebody's already, and an account with another e-mail address.
func (s *Service) Adopt(ctx context.Context, orderID, customerID int64) error {
	return s.db.Change(ctx, OrderAdopted, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE sales_order SET customer_id = $2, version = version + 1, updated_at = $3
			WHERE id = $1 AND customer_id IS NULL AND email_key = (SELECT email_key FROM customer WHERE id = $2)`,
			orderID, customerID, sqldb.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "This order is not a guest's with this e-mail address.")
		}
		o, err := loadOrder(ctx, tx, byID, orderID)
		tx.About("order", strconv.FormatInt(orderID, 10))
		tx.Subject, tx.Details = o.subject(), "Order "+o.Number
		return err
	})
}
