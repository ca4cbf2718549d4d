package tax

import (
	"context"
	"sort"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const rateColumns = `id, code, country, region, postcode, ppm`

func scanRate(r sqldb.Scanner) (rate Rate, err error) {
	err = r.Scan(&rate.ID, &rate.Code, &rate.Country, &rate.Region, &rate.Postcode, &rate.PPM)
	return rate, err
}

func loadTitles(ctx context.Context, q sqldb.Querier, query string, args ...any) (map[int64]map[int64]string, error) {
	type row struct {
		rate, view int64
		title      string
	}
	rows, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (t row, err error) {
		return t, r.Scan(&t.rate, &t.view, &t.title)
	}, query, args...)
	titles := map[int64]map[int64]string{}
	for _, t := range rows {
		if titles[t.rate] == nil {
			titles[t.rate] = map[int64]string{}
		}
		titles[t.rate][t.view] = t.title
	}
	return titles, err
}

// Rate returns one rate with its titles.
func (s *Service) Rate(ctx context.Context, id int64) (Rate, error) {
	return findRate(ctx, s.db.Reader(), id)
}

func findRate(ctx context.Context, q sqldb.Querier, id int64) (Rate, error) {
	r, ok, err := sqldb.Found(sqldb.One(ctx, q, scanRate, `SELECT `+rateColumns+` FROM tax_rate WHERE id = $1`, id))
	if err == nil && !ok {
		err = missing("tax rate")
	}
	if err != nil {
		return r, err
	}
	titles, err := loadTitles(ctx, q, `SELECT rate_id, store_view_id, title FROM tax_rate_title WHERE rate_id = $1`, id)
	r.Titles = titles[id]
	return r, err
}

// check cleans a rate and returns what is wrong with it, by field.
func (r *Rate) check() fault.Fields {
	errs := fault.Fields{}
	r.Code = checkName(errs, "code", r.Code, "a Tax Identifier")
	r.Country = strings.ToUpper(strings.TrimSpace(r.Country))
	if !customer.KnownCountry(r.Country) {
		errs.Add("country", "Choose a country.")
	}
	if r.Region = customer.Clean(r.Region); r.Region == "" {
		r.Region = Any
	}
	if len([]rune(r.Region)) > maxName {
		errs.Add("region", "Use at most %d characters.", maxName)
	}
	if r.Postcode = customer.Clean(r.Postcode); r.Postcode == "" {
		r.Postcode = Any
	}
	if msg := wrongPostcode(r.Postcode); msg != "" {
		errs.Add("postcode", "%s", msg)
	}
	if r.PPM < 0 || r.PPM > 10*million {
		errs.Add("percent", "Enter a percentage from 0 to 1000.")
	}
	for view, title := range r.Titles {
		if title = customer.Clean(title); len([]rune(title)) > maxName {
			errs.Add("title_"+strconv.FormatInt(view, 10), "Use at most %d characters.", maxName)
		}
		r.Titles[view] = title
	}
	return errs
}

func wrongPostcode(s string) string {
	if s == Any {
		return ""
	}
	if len(s) > 24 || strings.Contains(strings.TrimSuffix(s, Any), Any) {
		return "Enter *, the beginning of postcodes such as 941*, a range such as 90000-96999, or one postcode."
	}
	if a, b, dash := strings.Cut(s, "-"); dash && len(a) == len(b) && a > b {
		return "The range ends before it begins."
	}
	return ""
}

// SaveRate adds a rate (id 0) or changes one, and returns its id.
func (s *Service) SaveRate(ctx context.Context, r Rate) (int64, error) {
	if err := r.check().Err(); err != nil {
		return 0, err
	}
	err := s.db.Change(ctx, RateSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		before := Rate{}
		if r.ID != 0 {
			var err error
			if before, err = findRate(ctx, tx, r.ID); err != nil {
				return err
			}
		}
		if err := writeRate(ctx, tx, &r); err != nil {
			return err
		}
		tx.About("tax_rate", strconv.FormatInt(r.ID, 10))
		tx.Details = "Tax rate " + r.Code
		diffRate(&tx.Entry, before, r)
		return s.changed(ctx, tx)
	})
	return r.ID, err
}

func writeRate(ctx context.Context, tx *sqldb.Tx, r *Rate) error {
	now := sqldb.Micros(tx.Now())
	var err error
	if r.ID == 0 {
		r.ID, err = tx.Insert(ctx, `INSERT INTO tax_rate (code, country, region, postcode, ppm, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id`, r.Code, r.Country, r.Region, r.Postcode, r.PPM, now)
	} else {
		_, err = tx.Exec(ctx, `UPDATE tax_rate SET code = $2, country = $3, region = $4, postcode = $5, ppm = $6, updated_at = $7 WHERE id = $1`,
			r.ID, r.Code, r.Country, r.Region, r.Postcode, r.PPM, now)
	}
	if sqldb.IsUnique(err) {
		return fault.Fields{"code": "There is already a rate with this Tax Identifier."}.Err()
	}
	if err != nil {
		return err
	}
	return writeTitles(ctx, tx, *r)
}

// writeTitles replaces a rate's titles; there is one for each store view at most.
func writeTitles(ctx context.Context, tx *sqldb.Tx, r Rate) error {
	if _, err := tx.Exec(ctx, `DELETE FROM tax_rate_title WHERE rate_id = $1`, r.ID); err != nil {
		return err
	}
	for view, title := range r.Titles {
		if title == "" {
			continue
		}
		if _, err := tx.Exec(ctx, `INSERT INTO tax_rate_title (rate_id, store_view_id, title) VALUES ($1, $2, $3)`, r.ID, view, title); err != nil {
			return err
		}
	}
	return nil
}

func diffRate(e *sqldb.Entry, a, b Rate) {
	e.Diff("code", a.Code, b.Code)
	e.Diff("country", a.Country, b.Country)
	e.Diff("region", a.Region, b.Region)
	e.Diff("postcode", a.Postcode, b.Postcode)
	before := ""
	if a.ID != 0 {
		before = Percent(a.PPM)
	}
	e.Diff("percent", before, Percent(b.PPM))
	e.Diff("titles", titleText(a.Titles), titleText(b.Titles))
}

func titleText(titles map[int64]string) string {
	var parts []string
	for view, title := range titles {
		if title != "" {
			parts = append(parts, strconv.FormatInt(view, 10)+": "+title)
		}
	}
	sort.Strings(parts)
	return strings.Join(parts, "; ")
}

// DeleteRate deletes a rate that no rule uses.
func (s *Service) DeleteRate(ctx context.Context, id int64) error {
	return s.db.Change(ctx, RateDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		r, err := findRate(ctx, tx, id)
		if err != nil {
			return err
		}
		var used bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM tax_rule_rate WHERE rate_id = $1)`, id).Scan(&used); err != nil {
			return err
		}
		if used {
			return fault.New(fault.Conflict, "The rate %s is used by a tax rule. Take it out of the rule first.", r.Code)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM tax_rate WHERE id = $1`, id); err != nil {
			return err
		}
		tx.About("tax_rate", strconv.FormatInt(id, 10))
		tx.Details = "Tax rate " + r.Code
		return s.changed(ctx, tx)
	})
}
