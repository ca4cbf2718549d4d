package sales

import "math/bits"

// share is rule R6: the part of what is left that belongs to now of left pieces,
// each amount rounded by itself; the last pieces take the remainder. With prices
// that include tax four roundings could leave a part, or what remains after it,
// below nothing: then the discount gives way.
func (p Parts) share(now, left int64) Parts {
	if now >= left {
		return p
	}
	s := Parts{Row: portion(p.Row, now, left), Discount: portion(p.Discount, now, left),
		Tax: portion(p.Tax, now, left), Compensation: portion(p.Compensation, now, left)}
	switch t := s.Total(); {
	case t < 0:
		s.Discount += t
	case t > p.Total():
		s.Discount += t - p.Total()
	}
	return s
}

func (p Parts) plus(q Parts) Parts {
	return Parts{p.Row + q.Row, p.Discount + q.Discount, p.Tax + q.Tax, p.Compensation + q.Compensation}
}

func (p Parts) minus(q Parts) Parts {
	return Parts{p.Row - q.Row, p.Discount - q.Discount, p.Tax - q.Tax, p.Compensation - q.Compensation}
}

// portion is amount x now / left, rounded half away from zero, for 0 <= now <= left.
func portion(amount, now, left int64) int64 {
	if amount < 0 {
		return -portion(-amount, now, left)
	}
	hi, lo := bits.Mul64(uint64(amount), uint64(now))
	lo, carry := bits.Add64(lo, uint64(left)/2, 0)
	quo, _ := bits.Div64(hi+carry, lo, uint64(left))
	return int64(quo)
}

// left is what of a line is neither invoiced nor canceled.
func (i Item) left() Parts { return i.Ordered.minus(i.InvoicedParts).minus(i.CanceledParts) }

// shipping is the order's shipping as a line of its own.
func (o Order) shippingParts() Parts {
	return Parts{o.Shipping, o.ShippingDiscount, o.ShippingTax, o.ShippingCompensation}
}

// add adds a line to the totals of a document.
func (a *Amounts) add(p Parts) {
	a.Subtotal += p.Row
	a.Discount += p.Discount
	a.Tax += p.Tax
	a.Compensation += p.Compensation
	a.Grand += p.Total()
}

// addShipping adds shipping to the totals of a document.
func (a *Amounts) addShipping(p Parts) {
	a.Shipping += p.Row
	a.ShippingDiscount += p.Discount
	a.ShippingTax += p.Tax
	a.Tax += p.Tax
	a.Compensation += p.Compensation
	a.Grand += p.Total()
}
