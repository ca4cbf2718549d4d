package shipping

import (
	"context"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
)

// Measure is what the thresholds of table rates are of.
type Measure string

// The measures.
const (
	ByWeight   Measure = "weight"   // grams
	BySubtotal Measure = "subtotal" // minor units, after discount
	ByItems    Measure = "items"
)

// Measures lists them with Magento's labels.
func Measures() []config.Choice { return measureChoices() }

func measureChoices() []config.Choice {
	return []config.Choice{
		{Value: string(ByWeight), Label: "Weight vs. Destination"},
		{Value: string(BySubtotal), Label: "Price vs. Destination"},
		{Value: string(ByItems), Label: "# of Items vs. Destination"},
	}
}

// anywhere is the value of a column that takes every destination.
const anywhere = "*"

// TableRow is a row of a website's table. From is grams, minor units or pieces.
type TableRow struct {
	Country, Region, Postcode string
	From, Price               int64
}

// maxPostcode bounds how many beginnings of a postcode are looked for.
const maxPostcode = 12

// beginnings are what a row's postcode may be to fit: the whole, any beginning
// followed by '*', or '*' alone. Always as many, so that one statement does.
func beginnings(postcode string) []any {
	runes := []rune(postcode)
	if len(runes) > maxPostcode {
		runes = runes[:maxPostcode]
	}
	out := []any{postcode}
	for n := range maxPostcode + 1 {
		out = append(out, string(runes[:min(n, len(runes))])+anywhere)
	}
	return out
}

// lookUp finds the price of the most particular row: a country before any, a
// region before any, the longest postcode, the highest threshold reached.
func lookUp(ctx context.Context, q sqldb.Querier, website int64, m Measure, d Destination, value int64) (int64, bool, error) {
	args := append([]any{website, string(m), d.Country, regionKey(d.Region), value}, beginnings(d.Postcode)...)
	return sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT price FROM shipping_rate
		WHERE website_id = $1 AND measure = $2 AND country IN ($3, '*') AND region IN ($4, '*') AND from_value <= $5
			AND postcode IN (`+sqldb.List(6, len(args)-5)+`)
		ORDER BY CASE country WHEN '*' THEN 1 ELSE 0 END, CASE region WHEN '*' THEN 1 ELSE 0 END,
			CASE WHEN postcode = $6 THEN 0 ELSE 1 END, LENGTH(postcode) DESC, from_value DESC LIMIT 1`, args...))
}

// Table returns a website's rows of one measure, in the order of the file.
func (s *Service) Table(ctx context.Context, website int64, m Measure) ([]TableRow, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (t TableRow, err error) {
		err = r.Scan(&t.Country, &t.Region, &t.Postcode, &t.From, &t.Price)
		return t, err
	}, `SELECT country, region, postcode, from_value, price FROM shipping_rate
		WHERE website_id = $1 AND measure = $2 ORDER BY country, region, postcode, from_value`, website, string(m))
}

// Counts is how many rows a website has of each measure.
func (s *Service) Counts(ctx context.Context, website int64) (map[Measure]int64, error) {
	type count struct {
		m Measure
		n int64
	}
	list, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (c count, err error) {
		err = r.Scan(&c.m, &c.n)
		return c, err
	}, `SELECT measure, COUNT(*) FROM shipping_rate WHERE website_id = $1 GROUP BY measure`, website)
	counts := map[Measure]int64{}
	for _, c := range list {
		counts[c.m] = c.n
	}
	return counts, err
}
