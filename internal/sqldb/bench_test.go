package sqldb_test

import (
	"context"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// BenchmarkChange is the smallest change there is: alone, and many at once,
// which then share commits.
func BenchmarkChange(b *testing.B) {
	for _, engine := range sqldbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			db := sqldbtest.Open(b, sqldbtest.DSN(b, engine), time.Now)
			change := func() error {
				return db.Change(sqldbtest.Ctx(), "test.changed", func(ctx context.Context, tx *sqldb.Tx) error { return tx.Bump(ctx, "catalog") })
			}
			b.Run("alone", func(b *testing.B) {
				for b.Loop() {
					if err := change(); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("together", func(b *testing.B) {
				b.SetParallelism(16)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if err := change(); err != nil {
							b.Error(err)
							return
						}
					}
				})
			})
		})
	}
}
