package sales

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Exported is recorded when documents of a kind are downloaded: before they are,
// so that nothing leaves without a row.
func Exported(kind DocKind) sqldb.Action { return sqldb.Action(string(kind) + ".exported") }

// Announce records that somebody downloads a list of documents; said is what the
// list was narrowed by, in words.
func (s *Service) Announce(ctx context.Context, kind DocKind, said []sqldb.Note) error {
	return s.db.Change(ctx, Exported(kind), func(_ context.Context, tx *sqldb.Tx) error {
		tx.About(string(kind)+"s", "csv")
		tx.Details = "List as CSV"
		tx.Notes = append(tx.Notes, said...)
		return nil
	})
}
