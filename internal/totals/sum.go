package totals

import (
	"cmp"
	"math/big"
	"math/bits"
)

// book adds a tax to its tax line, which is made where it is missing. What does
// not fit is kept for result to refuse.
func (c *computation) book(r Rate, amount *big.Int) {
	for i := range c.out.TaxLines {
		if line := &c.out.TaxLines[i]; line.Code == r.Code {
			c.booked[i].Add(c.booked[i], amount)
			return
		}
	}
	c.out.TaxLines = append(c.out.TaxLines, TaxLine{Rate: r})
	c.booked = append(c.booked, new(big.Int).Set(amount))
}

// result adds everything up.
func (c *computation) result() (Result, error) {
	var s sum
	s.lines(&c.out, c.freight)
	for i := range c.out.TaxLines {
		v, err := fit(c.booked[i])
		c.out.TaxLines[i].Amount = v
		s.err = cmp.Or(s.err, err)
	}
	if s.err != nil {
		return Result{}, s.err
	}
	return c.out, nil
}

// sum adds up numbers and remembers that one did not fit.
type sum struct{ err error }

// lines adds lines and shipping up into out.
func (s *sum) lines(out *Result, f LineResult) {
	for _, l := range out.Lines {
		out.Subtotal = s.add(out.Subtotal, l.RowTotal)
		out.SubtotalInclTax = s.add(out.SubtotalInclTax, l.RowInclTax)
		out.Discount = s.add(out.Discount, l.Discount)
		out.Tax = s.add(out.Tax, l.Tax)
		out.Compensation = s.add(out.Compensation, l.Compensation)
	}
	out.Shipping, out.ShippingInclTax = f.RowTotal, f.RowInclTax
	out.ShippingDiscount, out.ShippingTax, out.ShippingCompensation = f.Discount, f.Tax, f.Compensation
	out.Tax = s.add(out.Tax, f.Tax)
	out.Compensation = s.add(out.Compensation, f.Compensation)
	out.Grand = s.add(out.Subtotal, -out.Discount, out.Shipping, -out.ShippingDiscount, out.Tax, out.Compensation)
}

// add works with 128 bits, so that only the result has to fit.
func (s *sum) add(terms ...int64) int64 {
	var high, low, carry uint64
	for _, t := range terms {
		low, carry = bits.Add64(low, uint64(t), 0)
		high += uint64(t>>63) + carry
	}
	n := int64(low)
	if high != uint64(n>>63) {
		s.err = ErrOverflow
		return 0
	}
	return n
}

// Discountable is what a percentage discount on a line is taken of, and the most
// that a line can be reduced by, in the terms of Line.Discount: r is the line
// computed without a discount.
func (s Settings) Discountable(r LineResult) (base, most int64) {
	switch {
	case s.PricesIncludeTax && s.DiscountOnIncl:
		return r.RowInclTax, r.RowInclTax
	case s.PricesIncludeTax:
		return r.RowTotal, r.RowInclTax
	case s.TaxBeforeDiscount && s.DiscountOnIncl:
		return r.RowInclTax, r.RowInclTax
	}
	return r.RowTotal, r.RowTotal // tax is taken of what is left, so this is the same part of the price with tax
}
