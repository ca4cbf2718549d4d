package audit_test

import (
	"context"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// BenchmarkRecord is a change of which only the record is written.
func BenchmarkRecord(b *testing.B) {
	who := actor.Who{Kind: actor.Admin, ID: 7, Name: "maria", Subject: actor.Subject{ID: 1, Name: "Vera Lind"}, Impersonation: 3, IP: "127.0.0.1", Route: "POST /cart/items"}
	for _, engine := range sqldbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := sqldbtest.Open(b, sqldbtest.DSN(b, engine), time.Now)
			db.Hooks(nil, audit.Record)
			ctx := actor.With(context.Background(), who)
			for b.Loop() {
				err := db.Change(ctx, "cart.item_added", func(_ context.Context, tx *sqldb.Tx) error {
					tx.About("cart", "1")
					tx.Note("sku", "T-1")
					tx.Diff("qty", "1", "2")
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
