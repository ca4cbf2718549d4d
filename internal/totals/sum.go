package totals

import "math/big"

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
	out, f := c.out, c.freight
	var s sum
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
	for i := range out.TaxLines {
		out.TaxLines[i].Amount = s.fit(c.booked[i])
	}
	if s.err != nil {
		return Result{}, s.err
	}
	return out, nil
}

// sum adds up numbers and remembers that one did not fit.
type sum struct{ err error }

func (s *sum) add(terms ...int64) int64 {
	total := new(big.Int)
	for _, t := range terms {
		total.Add(total, big.NewInt(t))
	}
	return s.fit(total)
}

func (s *sum) fit(n *big.Int) int64 {
	v, err := fit(n)
	if err != nil {
		s.err = err
	}
	return v
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
