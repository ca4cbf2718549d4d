package shipping

import (
	"context"

	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sqldb"
)

type flatRate struct{}

func (flatRate) Code() string { return FlatRate }

// Quote is one price for the order, or for each piece.
func (flatRate) Quote(_ context.Context, _ sqldb.Querier, s Settings, r Request) (Rate, bool, error) {
	price, err := s.price(s.Price, r.Currency)
	if err != nil || s.Type == typeNone || price < 0 {
		return Rate{}, false, err
	}
	_, pieces, _, _ := r.sums(false)
	if r.FreeShipping {
		return Rate{}, true, nil
	}
	amount := money.New(price, r.Currency)
	if s.Type == typePerItem {
		if amount, err = amount.Mul(pieces); err != nil {
			return Rate{}, false, err
		}
	}
	total, err := s.handled(amount)
	return Rate{Amount: total}, err == nil, err
}

type freeShipping struct{}

func (freeShipping) Code() string { return Free }

// Quote is nothing, from an amount on or when a cart price rule says so.
func (freeShipping) Quote(_ context.Context, _ sqldb.Querier, s Settings, r Request) (Rate, bool, error) {
	minimum, err := s.price(s.Minimum, r.Currency)
	if err != nil {
		return Rate{}, false, err
	}
	_, _, subtotal, tax := r.sums(true)
	if s.WithTax {
		subtotal += tax
	}
	return Rate{}, r.FreeShipping || subtotal >= minimum, nil
}

type pickup struct{}

func (pickup) Code() string { return Pickup }

// Quote is for whoever comes to the one location there is.
func (pickup) Quote(_ context.Context, _ sqldb.Querier, s Settings, r Request) (Rate, bool, error) {
	price, err := s.price(s.Price, r.Currency)
	if err != nil || s.Location == "" {
		return Rate{}, false, err
	}
	if r.FreeShipping {
		price = 0
	}
	return Rate{Amount: price, Note: s.Location}, true, nil
}

type tableRate struct{}

func (tableRate) Code() string { return TableRate }

// Quote is the most particular row of the website's table for this address.
func (tableRate) Quote(ctx context.Context, q sqldb.Querier, s Settings, r Request) (Rate, bool, error) {
	grams, pieces, subtotal, _ := r.sums(s.Virtual)
	value := map[Measure]int64{ByWeight: grams, BySubtotal: subtotal, ByItems: pieces}[s.Measure]
	price, ok, err := lookUp(ctx, q, r.WebsiteID, s.Measure, r.Destination, value)
	if err != nil || !ok {
		return Rate{}, false, err
	}
	if r.FreeShipping {
		return Rate{}, true, nil
	}
	total, err := s.handled(money.New(price, r.Currency))
	return Rate{Amount: total}, err == nil, err
}

// handled adds the handling fee: an amount, or a part of the price.
func (s Settings) handled(price money.Amount) (int64, error) {
	fee := money.Zero(price.Currency)
	var err error
	if s.HandlingPercent {
		var ppm int64
		if ppm, err = percent(s.Handling); err == nil {
			fee, err = price.Part(ppm)
		}
	} else {
		fee.Minor, err = s.price(s.Handling, price.Currency)
	}
	if err != nil {
		return 0, err
	}
	sum, err := price.Add(fee)
	return sum.Minor, err
}
