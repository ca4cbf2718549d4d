package sales_test

import (
	"testing"
	"time"

	"github.com/storehand/storehand/internal/sales"
)

func TestFiguresAddUpDaysByCurrencyWithoutWhatWasCanceled(t *testing.T) {
	each(t, func(s *shop) {
		today := s.clock.Now().UTC().Truncate(24 * time.Hour)
		first, second := s.place(s.orderA()), s.place(s.orderA())
		s.ok(s.Cancel(ctx, second.ID))
		s.clock.Advance(24 * time.Hour)
		third := s.place(s.orderA())
		days, err := s.Figures(ctx, nil, today)
		s.ok(err)
		want(s, "days", len(days), 2)
		want(s, "the first day", days[0], sales.DayFigure{Day: today, Currency: "USD", Orders: 1, Total: first.Grand})
		want(s, "the second day", days[1], sales.DayFigure{Day: today.AddDate(0, 0, 1), Currency: "USD", Orders: 1, Total: third.Grand})
		later, err := s.Figures(ctx, []int64{1}, today.AddDate(0, 0, 1))
		s.ok(err)
		want(s, "since tomorrow", len(later), 1)
		none, err := s.Figures(ctx, []int64{}, today)
		s.ok(err)
		want(s, "days of no website", len(none), 0)
		n, err := s.CountOfCustomer(ctx, first.CustomerID)
		s.ok(err)
		want(s, "orders of the customer", n, 3)
	})
}
