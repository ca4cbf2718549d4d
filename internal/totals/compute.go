package totals

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/storehand/storehand/internal/money"
)

var (
	// ErrOverflow says that a result does not fit 64 bits of minor units.
	ErrOverflow = money.ErrOverflow
	// ErrInput says that a computation was given what cannot be.
	ErrInput = errors.New("totals cannot be worked out")
)

// Compute works out what lines and shipping cost.
func Compute(in Input) (Result, error) {
	if out, ok := quick(in); ok {
		return out, nil
	}
	return exact(in)
}

// exact is Compute with fractions of any size.
func exact(in Input) (Result, error) {
	c := &computation{settings: in.Settings, full: newRounding(in.Settings.Method), due: newRounding(in.Settings.Method)}
	switch in.Settings.Method {
	case Unit, Row, Total:
	default:
		return Result{}, fmt.Errorf("%w: method %q", ErrInput, in.Settings.Method)
	}
	for i, line := range in.Lines {
		if err := c.line(line); err != nil {
			return Result{}, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if err := c.shipping(in); err != nil {
		return Result{}, fmt.Errorf("shipping: %w", err)
	}
	return c.result()
}

// computation is one run of Compute: rows are rounded in order, because of what
// Total carries from one to the next.
type computation struct {
	settings Settings
	full     *rounding // of taxes before discount
	due      *rounding // of taxes as charged
	out      Result
	booked   []*big.Int // amounts of out.TaxLines
	freight  LineResult // shipping, as a row of one piece
}

// row is one thing to be taxed: a line, or shipping.
type row struct {
	qty        int64
	price      int64
	discount   int64
	inclusive  bool // price and discount include tax
	rates      []Rate
	storeRates []Rate // nil: those of rates
}

func (c *computation) line(l Line) error {
	r := row{l.Qty, l.Price, l.Discount, c.settings.PricesIncludeTax, l.Rates, l.StoreRate}
	out, err := c.row(r, c.full, c.due)
	if err == nil {
		c.out.Lines = append(c.out.Lines, out)
	}
	return err
}

// shipping is taxed separately: nothing is carried into it.
func (c *computation) shipping(in Input) error {
	r := row{1, in.Shipping, in.ShippingDiscount, c.settings.ShippingIncludeTax, in.ShippingRates, in.ShippingStoreRate}
	out, err := c.row(r, newRounding(Row), newRounding(Row))
	c.freight = out
	return err
}

func (c *computation) row(r row, full, due *rounding) (LineResult, error) {
	if r.qty < 1 || r.price < 0 || r.discount < 0 {
		return LineResult{}, fmt.Errorf("%w: a quantity below one or an amount below zero", ErrInput)
	}
	t, err := compound(r.rates)
	if err != nil {
		return LineResult{}, err
	}
	price, err := r.customerPrice(t)
	if err != nil {
		return LineResult{}, err
	}
	amount := new(big.Int).Mul(price, big.NewInt(r.qty)) // of the row, as the price is given
	reduced := new(big.Int).Sub(amount, big.NewInt(r.discount))
	if c.settings.TaxBeforeDiscount {
		reduced = amount
	}
	if reduced.Sign() < 0 {
		return LineResult{}, errDiscount
	}
	before, after := c.tax(t, r, amount, reduced, full, due)
	return c.settle(r, t, price, amount, before, after)
}

var errDiscount = fmt.Errorf("%w: a discount is larger than what it reduces", ErrInput)

// customerPrice is the price of one piece that this customer sees: with prices
// that include another tax than the customer's, that one is taken out and the
// customer's put on (no cross-border trade).
func (r row) customerPrice(t taxation) (*big.Int, error) {
	price := big.NewInt(r.price)
	if !r.inclusive || r.storeRates == nil {
		return price, nil
	}
	store, err := compound(r.storeRates)
	if err != nil {
		return nil, err
	}
	if store.gross.Cmp(t.gross) == 0 {
		return price, nil
	}
	changed := new(big.Rat).SetInt(price)
	changed.Quo(changed, store.gross)
	return round(changed.Mul(changed, t.gross)), nil
}

// tax rounds the tax of a row before discount and as charged, and books the
// latter on the tax lines. A discount never raises a tax that is in the price.
func (c *computation) tax(t taxation, r row, amount, reduced *big.Int, full, due *rounding) (before, after *big.Int) {
	before, after = new(big.Int), new(big.Int)
	of := t.ofNet
	if r.inclusive {
		of = t.ofGross
	}
	for i, rate := range t.rates {
		whole := full.row(rate.Code, of(i, new(big.Rat).SetInt(amount)), r.qty, nil)
		charged := whole
		if !c.settings.TaxBeforeDiscount {
			var most *big.Int
			if r.inclusive {
				most = whole
			}
			charged = due.row(rate.Code, of(i, new(big.Rat).SetInt(reduced)), r.qty, most)
		}
		before.Add(before, whole)
		after.Add(after, charged)
		c.book(rate, charged)
	}
	return before, after
}

// settle puts a row's amounts together.
func (c *computation) settle(r row, t taxation, price, amount, before, after *big.Int) (LineResult, error) {
	net, gross := amount, new(big.Int).Add(amount, before)
	compensation := new(big.Int)
	if r.inclusive {
		net, gross = new(big.Int).Sub(amount, before), amount
		compensation.Sub(before, after)
	}
	limit := amount
	if c.settings.TaxBeforeDiscount && c.settings.DiscountOnIncl {
		limit = gross
	}
	if limit.Cmp(big.NewInt(r.discount)) < 0 {
		return LineResult{}, errDiscount
	}
	unitNet, unitGross := each(net, r.qty), each(gross, r.qty)
	if r.inclusive {
		unitGross = price
	} else {
		unitNet = price
	}
	ppm, err := ppmOf(t.sum)
	if err != nil {
		return LineResult{}, err
	}
	out := LineResult{Discount: r.discount, TaxPPM: ppm}
	return out, fitAll(map[*int64]*big.Int{
		&out.Price: unitNet, &out.PriceInclTax: unitGross, &out.RowTotal: net, &out.RowInclTax: gross,
		&out.Tax: after, &out.Compensation: compensation,
	})
}

// each is the rounded amount of one of qty pieces.
func each(amount *big.Int, qty int64) *big.Int {
	return round(new(big.Rat).SetFrac(amount, big.NewInt(qty)))
}

func fitAll(amounts map[*int64]*big.Int) error {
	for to, n := range amounts {
		v, err := fit(n)
		if err != nil {
			return err
		}
		*to = v
	}
	return nil
}
