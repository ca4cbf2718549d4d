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
//  2. the customer: whoever withdraws consent now waits for this new stay, or we
//     for them;
//  3. stays: the earlier one, which ends by this.
//
// A change made during a stay takes the stay first, before it knows what it will
// write. Where it then writes to the customer too, while they withdraw consent,
// PostgreSQL undoes one of the two and it runs again.
func lockForBegin(ctx context.Context, tx *sqldb.Tx, adminUser, customer int64) error {
	if _, err := tx.Exec(ctx, `UPDATE admin_user SET updated_at = updated_at WHERE id = $1`, adminUser); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE customer SET version = version WHERE id = $1`, customer)
	return err
}
