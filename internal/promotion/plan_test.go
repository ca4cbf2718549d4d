package promotion_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// filled is a rule with n coupons beside as many of others.
func filled(t *testing.T, f fixture, db *sqldb.DB, n int) int64 {
	t.Helper()
	ids := make([]int64, 20)
	for i := range ids {
		ids[i] = f.save(t, ten(func(r *promotion.Rule) { r.Coupon = promotion.GeneratedCoupons; r.Name = fmt.Sprint("Rule ", i) })).ID
	}
	err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
		for from := 0; from < n; from += 500 {
			var v sqldb.Where
			var rows []string
			for i := from; i < from+500; i++ {
				code := fmt.Sprintf("CODE-%06d", i)
				rows = append(rows, v.Bind("(?, ?, ?, 0)", ids[i%len(ids)], code, code))
			}
			if _, err := tx.Exec(ctx, `INSERT INTO coupon (rule_id, code, code_key, created_at) VALUES `+strings.Join(rows, ", "), v.Args()...); err != nil {
				return err
			}
		}
		if db.Engine() == sqldb.Postgres {
			_, err := tx.Exec(ctx, `ANALYZE coupon`)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids[7]
}

func TestNoListOfCouponsReadsTheOnesOfOtherRules(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		rule := filled(t, f, f.shop.DB, 10_000)
		for _, c := range promotion.CouponQueries {
			args := []any{rule, int64(500), int64(21)}[:strings.Count(c, "$")]
			plan := sqldbtest.Explain(t, f.shop.DB, c, args)
			if strings.Contains(plan, "SCAN coupon") || strings.Contains(plan, "Seq Scan on coupon") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort") {
				t.Errorf("%s:\n%s", c, plan)
			}
		}
	})
}
