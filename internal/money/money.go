// Package money owns amounts: an integer number of minor units with its ISO
// 4217 currency. It knows no locale (see i18n for what people read), never
// touches a float, rounds half away from zero, and refuses to overflow or to
// mix currencies instead of answering something plausible.
package money

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
)

var (
	// ErrOverflow says that a result does not fit 64 bits of minor units.
	ErrOverflow = errors.New("the amount is too large")
	// ErrCurrency says that two amounts of different currencies met, or that a
	// currency is unknown.
	ErrCurrency = errors.New("currencies differ or are unknown")
	// ErrSyntax says that a text is not a plain amount such as 12.34.
	ErrSyntax = errors.New("not an amount")
)

// PerMillion is the denominator of rates: 8.25 % is 82,500 parts per million.
const PerMillion = 1_000_000

// Amount is a sum of money. The zero value is nothing of no currency.
type Amount struct {
	Minor    int64
	Currency string
}

// New is an amount of minor units: New(1234, "GBP") is 12.34 pounds.
func New(minor int64, currency string) Amount { return Amount{Minor: minor, Currency: currency} }

// Zero is nothing of a currency.
func Zero(currency string) Amount { return Amount{Currency: currency} }

// IsZero reports whether nothing is owed in either direction.
func (a Amount) IsZero() bool { return a.Minor == 0 }

// Sign is -1, 0 or 1.
func (a Amount) Sign() int {
	switch {
	case a.Minor < 0:
		return -1
	case a.Minor > 0:
		return 1
	}
	return 0
}

// Cmp compares two amounts of one currency; like Add it refuses others.
func (a Amount) Cmp(b Amount) (int, error) {
	if a.Currency != b.Currency {
		return 0, mixed(a, b)
	}
	switch {
	case a.Minor < b.Minor:
		return -1, nil
	case a.Minor > b.Minor:
		return 1, nil
	}
	return 0, nil
}

// Add is a + b.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, mixed(a, b)
	}
	sum := a.Minor + b.Minor
	if (sum > a.Minor) != (b.Minor > 0) && b.Minor != 0 {
		return Amount{}, ErrOverflow
	}
	return Amount{sum, a.Currency}, nil
}

// Sub is a - b.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, mixed(a, b)
	}
	diff := a.Minor - b.Minor
	if (diff < a.Minor) != (b.Minor > 0) && b.Minor != 0 {
		return Amount{}, ErrOverflow
	}
	return Amount{diff, a.Currency}, nil
}

// Neg is -a.
func (a Amount) Neg() (Amount, error) { return Zero(a.Currency).Sub(a) }

// Mul is a times a whole number, as in price times quantity.
func (a Amount) Mul(n int64) (Amount, error) {
	minor, err := mulDiv(a.Minor, n, 1)
	return Amount{minor, a.Currency}, err
}

// Part is the given parts per million of a, rounded half away from zero:
// 20 % tax is a.Part(200_000).
func (a Amount) Part(perMillion int64) (Amount, error) {
	return a.Ratio(perMillion, PerMillion)
}

// Ratio is a times num/den, rounded half away from zero. The product is held in
// 128 bits, so only the result has to fit.
func (a Amount) Ratio(num, den int64) (Amount, error) {
	minor, err := mulDiv(a.Minor, num, den)
	if err != nil {
		return Amount{}, err
	}
	return Amount{minor, a.Currency}, nil
}

// Sum adds up amounts of one currency.
func Sum(currency string, amounts ...Amount) (Amount, error) {
	total := Zero(currency)
	for _, a := range amounts {
		var err error
		if total, err = total.Add(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// Allocate splits a by weights, the remainder of each part being carried into
// the next, so the parts always add up to a. Without any weight the whole of a
// goes to the first part. A negative weight is an error.
func (a Amount) Allocate(weights []int64) ([]Amount, error) {
	total, err := sumWeights(weights)
	if err != nil {
		return nil, err
	}
	parts := make([]Amount, len(weights))
	var before, upTo int64
	for i, w := range weights {
		upTo += w
		whole := a.Minor
		if total > 0 {
			if whole, err = mulDiv(a.Minor, upTo, total); err != nil {
				return nil, err
			}
		}
		parts[i] = Amount{whole - before, a.Currency}
		before = whole
	}
	return parts, nil
}

func sumWeights(weights []int64) (int64, error) {
	if len(weights) == 0 {
		return 0, errors.New("nothing to allocate to")
	}
	var total int64
	for _, w := range weights {
		if w < 0 {
			return 0, errors.New("a weight is negative")
		}
		if total > math.MaxInt64-w {
			return 0, ErrOverflow
		}
		total += w
	}
	return total, nil
}

// mulDiv is a*b/den rounded half away from zero.
func mulDiv(a, b, den int64) (int64, error) {
	if den == 0 {
		return 0, errors.New("division by zero")
	}
	negative := (a < 0) != (b < 0) != (den < 0)
	d := magnitude(den)
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi >= d {
		return 0, ErrOverflow
	}
	quo, rem := bits.Div64(hi, lo, d)
	if rem >= d-rem { // 2*rem >= d without overflowing
		if quo++; quo == 0 {
			return 0, ErrOverflow
		}
	}
	return signed(quo, negative)
}

// magnitude is |n|, which for the smallest int64 fits only an unsigned number.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func signed(u uint64, negative bool) (int64, error) {
	const smallest = uint64(1) << 63
	switch {
	case negative && u <= smallest:
		return int64(-u), nil
	case !negative && u < smallest:
		return int64(u), nil
	}
	return 0, ErrOverflow
}

func mixed(a, b Amount) error {
	return fmt.Errorf("%w: %q and %q", ErrCurrency, a.Currency, b.Currency)
}
