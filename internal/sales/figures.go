package sales

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// DayFigure is what one day brought in one currency: orders that were not
// canceled, and what is to be paid for them.
type DayFigure struct {
	Day      time.Time // its midnight, UTC
	Currency string
	Orders   int64
	Total    int64
}

const dayMicros = int64(24 * time.Hour / time.Microsecond)

// Figures adds up the days since one, for these websites or with nil for all,
// oldest first.
func (s *Service) Figures(ctx context.Context, websites []int64, since time.Time) ([]DayFigure, error) {
	text, args := figuresSQL(websites, since)
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (f DayFigure, err error) {
		var day int64
		err = r.Scan(&day, &f.Currency, &f.Orders, &f.Total)
		f.Day = time.UnixMicro(day * dayMicros).UTC()
		return f, err
	}, text, args...)
}

func figuresSQL(websites []int64, since time.Time) (string, []any) {
	var w sqldb.Where
	w.And("created_at >= ?", sqldb.Micros(since))
	if websites != nil {
		sites := append([]int64{-1}, websites...) // -1 is no website: none is none
		w.Among("website_id", sites)
	}
	w.And("state <> ?", string(Canceled))
	return `SELECT day, currency, COUNT(*), CAST(SUM(total) AS BIGINT) FROM (
		SELECT created_at / 86400000000 AS day, currency, grand_total - canceled AS total FROM sales_order` + w.SQL() + `) o
		GROUP BY day, currency ORDER BY day, currency`, w.Args()
}

// CountOfCustomer is how many orders a customer has.
func (s *Service) CountOfCustomer(ctx context.Context, customerID int64) (int, error) {
	return sqldb.One(ctx, s.db.Reader(), sqldb.Value[int], `SELECT COUNT(*) FROM sales_order WHERE customer_id = $1`, customerID)
}
