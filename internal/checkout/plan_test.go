package checkout_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// TestPricingACartReadsNeitherAllCouponsNorAllUses holds the queries of a quote,
// which every page of the checkout and the order itself ask, against big tables.
func TestPricingACartReadsNeitherAllCouponsNorAllUses(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.fill("mug", 2)
		rule := f.rule(func(r *promotion.Rule) { r.Coupon = promotion.GeneratedCoupons })
		var rows []string
		for i := range 4_000 {
			rows = append(rows, fmt.Sprintf("(%d, 'CODE-%06d', 'CODE-%06d', 0)", rule, i, i))
			if len(rows) == 500 {
				f.shop.Exec(`INSERT INTO coupon (rule_id, code, code_key, created_at) VALUES ` + strings.Join(rows, ", "))
				rows = nil
			}
		}
		if f.shop.DB.Engine() == sqldb.Postgres {
			f.shop.Exec(`ANALYZE`)
		}
		spy, r := sqldbtest.NewSpy(f.shop.DB), f.asked()
		r.Coupon = "CODE-000017"
		q, err := f.Quote(ctx, spy, r)
		f.check(err)
		if q.Totals.Discount == 0 || len(spy.Asked) == 0 {
			t.Errorf("%d queries, discount %d", len(spy.Asked), q.Totals.Discount)
		}
		spy.MustSeek(t, "coupon", "sales_order", "sales_order_item")
	})
}
