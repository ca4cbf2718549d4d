package tax

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// A shop with a rate for each postcode still turns its pages by an index.
func TestTheListOfRatesIsReadByAnIndex(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 20_000)
		for name, f := range map[string]RateFilter{
			"all": {}, "further": {After: "US-10000"}, "back": {Before: "US-10000"}, "code": {Code: "US-123"},
			"country": {Country: "FR"}, "country further": {Country: "FR", After: "FR-10000"},
		} {
			f.Size = 20
			query, args := f.page()
			plan := sqldbtest.Explain(t, db, query, args)
			for _, bad := range []string{"Seq Scan", "TEMP B-TREE", "Sort"} {
				if strings.Contains(plan, bad) {
					t.Errorf("%s: %s\n%s", name, query, plan)
				}
			}
			if db.Engine() == sqldb.SQLite && strings.Contains(plan, "SCAN tax_rate") && !strings.Contains(plan, "USING INDEX") {
				t.Errorf("%s: %s\n%s", name, query, plan)
			}
		}
	})
}

func fill(t *testing.T, db *sqldb.DB, n int) {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
		for from := 0; from < n; from += chunkSize {
			rates := make([]Rate, chunkSize)
			for i := range rates {
				country := []string{"US", "FR", "DE"}[i%3]
				rates[i] = Rate{Code: fmt.Sprintf("%s-%05d", country, from+i), Country: country, Region: Any, Postcode: fmt.Sprintf("%05d", from+i), PPM: 50_000}
			}
			if err := putRates(ctx, tx, rates); err != nil {
				return err
			}
		}
		if db.Engine() == sqldb.Postgres {
			_, err := tx.Exec(ctx, `ANALYZE`)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
