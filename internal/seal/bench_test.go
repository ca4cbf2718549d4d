package seal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// sealedLog is a log of n rows such as a shop writes, sealed.
func sealedLog(b *testing.B, e sqldb.Engine, n int) (db *sqldb.DB, public, sink string) {
	b.Helper()
	db = sqldbtest.Open(b, sqldbtest.DSN(b, e), time.Now)
	db.Hooks(nil, audit.Record)
	secret, public, err := seal.NewKey("shop.example")
	must(b, err)
	sink = filepath.Join(b.TempDir(), "sink", "checkpoints.jsonl")
	must(b, db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
INSERT INTO audit_log (at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name, impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data)
SELECT CAST($2 AS BIGINT) + i, 'cart.item_added', 'cart', 'login_as_customer', 'success', 'admin', 7, 'maria', i % 2000, 'Vera Lind', i / 10, 1, 1, '192.0.2.1', 'q2VJb0hVZ1dWc2tQbGxXZ', 'POST /cart/items', 'cart', '1',
 'Mug × ' || i, '{"n":[["sku","B-12"],["product","Bench product 12"]],"c":[["qty","2","3"]]}' FROM n`, n, sqldb.Micros(db.Now()))
		return err
	}))
	s, err := seal.New(db, secret, seal.NewFileSink(sink))
	must(b, err)
	must(b, s.Seal(ctx))
	return db, public, sink
}

// BenchmarkVerify verifies a log of 30,000 rows, or of STOREHAND_AUDIT_ROWS, and
// says how many rows a second.
func BenchmarkVerify(b *testing.B) {
	n, _ := strconv.Atoi(os.Getenv("STOREHAND_AUDIT_ROWS"))
	if n == 0 {
		n = 30_000
	}
	for _, e := range sqldbtest.Engines {
		db, public, sink := sealedLog(b, e, n)
		for _, c := range []seal.Check{{}, {Sink: sink}} {
			for _, workers := range []int{1, 2} {
				c.Keys, c.Workers = []string{public}, workers
				b.Run(fmt.Sprintf("%s/sink=%v/workers=%d", e, c.Sink != "", workers), func(b *testing.B) {
					used := processor(b)
					for b.Loop() {
						r, err := seal.Verify(ctx, db.Reader(), c)
						if err != nil || r.Fault != nil || r.Rows < int64(n) {
							b.Fatal(r, err)
						}
					}
					b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
					b.ReportMetric(float64(n)*float64(b.N)/(processor(b)-used).Seconds(), "rows/cpu-s")
				})
			}
		}
	}
}

// processor is the processor time that this program has used: on a machine that
// does other work too it says more than the clock. PostgreSQL's own is not in it.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
