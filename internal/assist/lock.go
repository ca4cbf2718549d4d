package assist

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// lockForBegin takes the rows that a beginning shares with others, in the order
// in which everybody takes them, so that PostgreSQL has no circle to break:
//
//  1. the Admin user, so that their beginnings wait for each other and none is
//     counted before another is there;
//  2. stays: their earlier one, which ends by this. A change made during a stay
//     takes the stay before all else, and a withdrawal of consent the customer's;
//  3. the customer: whoever withdraws consent now waits for this new stay, or we
//     for them.
func lockForBegin(ctx context.Context, tx *sqldb.Tx, adminUser, customer int64) error {
	if _, err := tx.Exec(ctx, `UPDATE admin_user SET updated_at = updated_at WHERE id = $1`, adminUser); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE impersonation SET last_used_at = last_used_at WHERE admin_user_id = $1 AND ended_at IS NULL`, adminUser); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE customer SET version = version WHERE id = $1`, customer)
	return err
}
