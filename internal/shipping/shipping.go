// Package shipping says what bringing a cart to an address costs: flat rate,
// free over an amount, table rates and pickup at the store, as a website's
// settings allow.
//
// It refuses to guess: an address that no method reaches gets no rate. It knows
// weights, pieces and amounts, but no carts, products, taxes or orders.
package shipping

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions of this area.
const (
	RatesImported sqldb.Action = "shipping.rates_imported"
)

// Codes of the methods, as Magento's integrations know them.
const (
	FlatRate  = "flatrate_flatrate"
	Free      = "freeshipping_freeshipping"
	TableRate = "tablerate_bestway"
	Pickup    = "instore_pickup"
)

// Destination is where to. A country is a two-letter code.
type Destination struct{ Country, Region, Postcode string }

// Line is one position that may have to be brought.
type Line struct {
	WeightGrams int64 // of all pieces
	Qty         int64
	Subtotal    int64 // of all pieces after discount, in minor units
	Tax         int64 // on top of Subtotal
	Virtual     bool  // nothing to bring, yet it may count for table rates
}

// Request asks for rates.
type Request struct {
	WebsiteID    int64
	ViewID       int64 // whose words the titles are in
	Currency     string
	Destination  Destination
	Lines        []Line
	FreeShipping bool // a cart price rule grants it
}

// Rate is a way of delivery with its price. One with a Problem cannot be chosen;
// it is shown because the merchant wants people to know of it.
type Rate struct {
	Code    string
	Carrier string // "Flat Rate"
	Title   string // "Fixed"
	Amount  int64
	Note    string // where to pick up
	Problem string
}

// Name is the rate as an order keeps it: "Flat Rate - Fixed".
func (r Rate) Name() string {
	if r.Title == "" || r.Title == r.Carrier {
		return r.Carrier
	}
	return r.Carrier + " - " + r.Title
}

// Method is one way of delivery.
type Method interface {
	Code() string
	// Quote returns the rate, false when the method is not for this request.
	Quote(ctx context.Context, q sqldb.Querier, s Settings, r Request) (Rate, bool, error)
}

var methods = []Method{flatRate{}, freeShipping{}, tableRate{}, pickup{}}

// Service quotes rates.
type Service struct {
	db     *sqldb.DB
	config *config.Service
}

// New returns the service.
func New(db *sqldb.DB, c *config.Service) *Service { return &Service{db: db, config: c} }

// Quote returns the rates that can be chosen, in the merchant's order. None at
// all means that nothing can be brought there. Without anything to bring there
// are none either: the caller skips delivery.
func (s *Service) Quote(ctx context.Context, q sqldb.Querier, r Request) ([]Rate, error) {
	all, err := s.QuoteAll(ctx, q, r)
	return slices.DeleteFunc(all, func(r Rate) bool { return r.Problem != "" }), err
}

// QuoteAll is Quote with the methods that do not apply but are to be shown.
func (s *Service) QuoteAll(ctx context.Context, q sqldb.Querier, r Request) ([]Rate, error) {
	values, err := s.config.Values(ctx)
	if err != nil {
		return nil, err
	}
	r.Destination = r.Destination.clean()
	type placed struct {
		Rate
		sort int64
	}
	var found []placed
	for _, m := range methods {
		set := settingsOf(values, m.Code(), config.Scope{WebsiteID: r.WebsiteID, ViewID: r.ViewID})
		if !set.Enabled {
			continue
		}
		rate, ok, err := quote(ctx, q, m, set, r)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, placed{rate, set.Sort})
		}
	}
	slices.SortStableFunc(found, func(a, b placed) int { return cmp.Compare(a.sort, b.sort) })
	rates := make([]Rate, len(found))
	for i, f := range found {
		rates[i] = f.Rate
	}
	return rates, nil
}

// Chosen is the rate with a code among what can be chosen now.
func (s *Service) Chosen(ctx context.Context, q sqldb.Querier, r Request, code string) (Rate, bool, error) {
	rates, err := s.Quote(ctx, q, r)
	for _, rate := range rates {
		if rate.Code == code {
			return rate, true, err
		}
	}
	return Rate{}, false, err
}

// quote asks one method, and says why not where the merchant wants it said.
func quote(ctx context.Context, q sqldb.Querier, m Method, set Settings, r Request) (Rate, bool, error) {
	rate := Rate{}
	ok := set.reaches(r.Destination.Country)
	if ok {
		var err error
		rate, ok, err = m.Quote(ctx, q, set, r)
		if errors.Is(err, money.ErrSyntax) { // a price this currency does not have, such as 4.90 yen
			ok, err = false, nil
		}
		if err != nil {
			return rate, false, err
		}
	}
	rate.Code, rate.Carrier, rate.Title = m.Code(), set.Title, set.Name
	if !ok {
		rate.Amount, rate.Problem = 0, set.Message
		return rate, set.ShowAnyway && set.Message != "", nil
	}
	return rate, true, nil
}

func (d Destination) clean() Destination {
	return Destination{
		Country: strings.ToUpper(strings.TrimSpace(d.Country)), Region: strings.TrimSpace(d.Region),
		Postcode: postcodeKey(d.Postcode),
	}
}

// postcodeKey is a postcode as it is compared: without spaces, in capitals.
func postcodeKey(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

// sums adds up lines; virtual ones only where they are wanted.
func (r Request) sums(virtual bool) (grams, pieces, subtotal, tax int64) {
	for _, l := range r.Lines {
		if l.Virtual && !virtual {
			continue
		}
		grams += l.WeightGrams
		pieces += l.Qty
		subtotal += l.Subtotal
		tax += l.Tax
	}
	return grams, pieces, subtotal, tax
}
