package tax

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// RateFilter asks for one page of the tax rates, in the order of their codes.
type RateFilter struct {
	Code    string // its beginning
	Country string
	After   string // the code that the page begins behind …
	Before  string // … or ends before
	Size    int
}

// RatePage is one page of tax rates.
type RatePage struct {
	Rates       []Rate
	sqldb.Count        // at most 10,000
	Next, Prev  string // for After and Before
}

// RateGrid returns one page of the tax rates.
func (s *Service) RateGrid(ctx context.Context, f RateFilter) (RatePage, error) {
	f.Size = min(max(f.Size, 1), 1000)
	var counting sqldb.Where
	f.narrow(&counting)
	n, err := sqldb.CountUpTo(ctx, s.db.Reader(), listing.CountCap, "tax_rate", &counting)
	if err != nil {
		return RatePage{}, err
	}
	page := RatePage{Count: n}
	rates, err := s.ratePage(ctx, f)
	if err != nil {
		return page, err
	}
	var next, prev bool
	page.Rates, next, prev = listing.Cut(rates, f.Size, listing.Place{Set: f.After != "" || f.Before != "", Back: f.Before != ""})
	if next {
		page.Next = page.Rates[len(page.Rates)-1].Code
	}
	if prev {
		page.Prev = page.Rates[0].Code
	}
	return page, nil
}

func (f RateFilter) narrow(w *sqldb.Where) {
	if f.Country != "" {
		w.And("country = ?", f.Country)
	}
	if code := strings.TrimSpace(f.Code); code != "" {
		w.Prefix("code", code)
	}
}

func (s *Service) ratePage(ctx context.Context, f RateFilter) ([]Rate, error) {
	query, args := f.page()
	return sqldb.All(ctx, s.db.Reader(), scanRate, query, args...)
}

// page is the query of a page; one row more says that there is another page.
func (f RateFilter) page() (query string, args []any) {
	var w sqldb.Where
	f.narrow(&w)
	direction := "ASC"
	switch {
	case f.Before != "":
		w.And("code < ?", f.Before)
		direction = "DESC"
	case f.After != "":
		w.And("code > ?", f.After)
	}
	limit := w.Bind(" LIMIT ?", f.Size+1)
	return `SELECT ` + rateColumns + ` FROM tax_rate` + w.SQL() + ` ORDER BY code ` + direction + limit, w.Args()
}

// AllRates lists every rate with its titles, by code.
func (s *Service) AllRates(ctx context.Context) ([]Rate, error) {
	return allRates(ctx, s.db.Reader())
}

func allRates(ctx context.Context, q sqldb.Querier) ([]Rate, error) {
	rates, err := sqldb.All(ctx, q, scanRate, `SELECT `+rateColumns+` FROM tax_rate ORDER BY code`)
	if err != nil {
		return nil, err
	}
	titles, err := loadTitles(ctx, q, `SELECT rate_id, store_view_id, title FROM tax_rate_title`)
	for i := range rates {
		rates[i].Titles = titles[rates[i].ID]
	}
	return rates, err
}
