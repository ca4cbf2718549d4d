package totals

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
)

// taxation is a set of rates that apply together, with what each of them takes
// of a price without tax, compounding included.
type taxation struct {
	rates []Rate     // by priority
	each  []*big.Rat // share of the net price, one for each rate
	sum   *big.Rat
	gross *big.Rat // 1 + sum
}

var perMillion = big.NewInt(1_000_000)

// compound works out the shares of rates: those of one priority add up, those of
// a higher one are charged on the price and on the taxes of the lower ones.
func compound(rates []Rate) (taxation, error) {
	t := taxation{rates: slices.Clone(rates), sum: new(big.Rat)}
	slices.SortStableFunc(t.rates, func(a, b Rate) int { return cmp.Compare(a.Priority, b.Priority) })
	one := big.NewRat(1, 1)
	lower := new(big.Rat) // the taxes of lower priorities
	for i, r := range t.rates {
		if r.PPM < 0 {
			return taxation{}, fmt.Errorf("%w: the rate %s is negative", ErrInput, r.Code)
		}
		if i > 0 && r.Priority != t.rates[i-1].Priority {
			lower.Set(t.sum)
		}
		share := new(big.Rat).SetFrac(big.NewInt(r.PPM), perMillion)
		if !r.OnSubtotal {
			share.Mul(share, new(big.Rat).Add(one, lower))
		}
		t.each = append(t.each, share)
		t.sum.Add(t.sum, share)
	}
	t.gross = new(big.Rat).Add(one, t.sum)
	return t, nil
}

// ofNet and ofGross are the exact tax of rate i in a price without or with tax.
func (t taxation) ofNet(i int, price *big.Rat) *big.Rat { return new(big.Rat).Mul(price, t.each[i]) }

func (t taxation) ofGross(i int, price *big.Rat) *big.Rat {
	tax := t.ofNet(i, price)
	return tax.Quo(tax, t.gross)
}

// Effective is what each rate takes of the price without tax, in parts per
// million, and what they take together: 5.5 % on top of 7.5 % is 59,125.
// The order is that of priority.
func Effective(rates []Rate) (each []int64, together int64, err error) {
	t, err := compound(rates)
	if err != nil {
		return nil, 0, err
	}
	for _, share := range t.each {
		ppm, err := ppmOf(share)
		if err != nil {
			return nil, 0, err
		}
		each = append(each, ppm)
	}
	together, err = ppmOf(t.sum)
	return each, together, err
}

func ppmOf(share *big.Rat) (int64, error) {
	return fit(round(new(big.Rat).Mul(share, new(big.Rat).SetInt(perMillion))))
}

// round is r to the nearest whole number, a half away from zero.
func round(r *big.Rat) *big.Int {
	doubled := new(big.Int).Lsh(new(big.Int).Abs(r.Num()), 1)
	doubled.Add(doubled, r.Denom())
	whole := doubled.Quo(doubled, new(big.Int).Lsh(r.Denom(), 1))
	if r.Sign() < 0 {
		whole.Neg(whole)
	}
	return whole
}

// fit is n as 64 bits, or ErrOverflow.
func fit(n *big.Int) (int64, error) {
	if !n.IsInt64() {
		return 0, ErrOverflow
	}
	return n.Int64(), nil
}

// rounding rounds the taxes of the rows of one computation by its method. For
// Total it keeps, for each rate, what rounding has left over so far: more than
// was charged is positive. It is at most half a minor unit, or one and a half
// where a row's tax was held back by most.
type rounding struct {
	method Method
	left   map[string]*big.Rat
}

func newRounding(m Method) *rounding { return &rounding{m, map[string]*big.Rat{}} }

// row rounds the exact tax of a row of qty pieces. The result is not above most,
// if there is such a limit.
func (r *rounding) row(code string, exact *big.Rat, qty int64, most *big.Int) *big.Int {
	if exact.Sign() == 0 {
		return new(big.Int) // and what is left over is for a row that is taxed
	}
	if r.method == Unit {
		pieces := big.NewInt(qty)
		unit := round(new(big.Rat).Quo(exact, new(big.Rat).SetInt(pieces)))
		return atMost(unit.Mul(unit, pieces), most)
	}
	if r.method == Row {
		return atMost(round(exact), most)
	}
	due := new(big.Rat).Set(exact)
	if left := r.left[code]; left != nil {
		due.Add(due, left)
	}
	charged := atMost(round(due), most)
	r.left[code] = due.Sub(due, new(big.Rat).SetInt(charged))
	return charged
}

func atMost(n, most *big.Int) *big.Int {
	if most != nil && n.Cmp(most) > 0 {
		return new(big.Int).Set(most)
	}
	return n
}
