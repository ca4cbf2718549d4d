package catalog_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
)

func TestCountsFollowEveryChangeAndEveryPriceThatBeginsByItself(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		cat := s.Category(s.Root, "All")
		begins := s.DB.Now().Add(time.Hour)
		s.Product("a", catalogtest.In(cat, 1), func(p *catalog.Product) {
			p.Prices[0].HasSpecial, p.Prices[0].Special, p.Prices[0].SpecialFrom = true, 500, begins
		})
		counts := func(at time.Time, l catalog.List) string {
			sc := s.Scope()
			sc.Now, l.CategoryID = at, cat
			out, err := s.List(t.Context(), sc, l)
			check(t, err)
			return fmt.Sprint(out.Total, out.InStock, out.Reduced)
		}
		now := s.DB.Now()
		for range 2 {
			want(t, "before", counts(now, catalog.List{}), "1 1 0")
			want(t, "begun", counts(begins, catalog.List{}), "1 1 1")
			want(t, "only reduced, before", counts(now, catalog.List{Reduced: true}), "0 0 0")
		}
		s.Product("b", catalogtest.In(cat, 2), func(p *catalog.Product) { p.Stock.OnHand = 0 })
		want(t, "one more", counts(now, catalog.List{}), "2 1 0")
	})
}
