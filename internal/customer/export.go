package customer

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Exported is recorded when customers are downloaded: before they are, so that
// nothing leaves without a row.
const Exported sqldb.Action = "customer.exported"

// Announce records that somebody downloads a list of customers; said is what the
// list was narrowed by, in words.
func (s *Service) Announce(ctx context.Context, said []sqldb.Note) error {
	return s.db.Change(ctx, Exported, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About("customers", "csv")
		tx.Details = "Customers as CSV"
		tx.Notes = append(tx.Notes, said...)
		return nil
	})
}
