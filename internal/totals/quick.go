package totals

import (
	"cmp"
	"slices"
)

// quick computes with 64 bits what Compute otherwise does with fractions of any
// size. It is for what shops do every day: amounts up to a thousand million and
// taxes that are not charged on taxes. It says false for anything else, for
// every refusal too, and the exact way begins from the start. A property test
// holds the two against each other.
func quick(in Input) (Result, bool) {
	if len(in.Lines) > quickLines {
		return Result{}, false
	}
	q := &quickly{settings: in.Settings, ok: true}
	q.out.Lines = make([]LineResult, len(in.Lines))
	full, due := quickRounding{method: in.Settings.Method}, quickRounding{method: in.Settings.Method}
	for i, l := range in.Lines {
		q.out.Lines[i] = q.row(row{l.Qty, l.Price, l.Discount, in.Settings.PricesIncludeTax, l.Rates, l.StoreRate}, &full, &due)
	}
	freight := q.row(row{1, in.Shipping, in.ShippingDiscount, in.Settings.ShippingIncludeTax, in.ShippingRates, in.ShippingStoreRate},
		&quickRounding{method: Row}, &quickRounding{method: Row})
	q.ok = q.ok && full.ok() && due.ok()
	if !q.ok {
		return Result{}, false
	}
	var s sum
	s.lines(&q.out, freight)
	return q.out, s.err == nil
}

// The bounds keep every product below within 63 bits.
const (
	quickAmount = 100_000_000_000
	quickPPM    = 10_000_000
	quickLines  = 10_000
	million     = 1_000_000
)

type quickly struct {
	settings Settings
	out      Result
	ok       bool
}

// flat is a set of rates that add up, in order, and their sum.
func (q *quickly) flat(rates []Rate) ([]Rate, int64) {
	order := func(a, b Rate) int { return cmp.Compare(a.Priority, b.Priority) }
	if !slices.IsSortedFunc(rates, order) {
		rates = slices.Clone(rates)
		slices.SortStableFunc(rates, order)
	}
	var sum int64
	for _, r := range rates {
		if r.PPM < 0 || r.PPM > quickPPM || (r.Priority != rates[0].Priority && !r.OnSubtotal) {
			q.ok = false
			return nil, 0
		}
		sum += r.PPM
	}
	q.ok = q.ok && sum <= quickPPM
	return rates, sum
}

// price is the customer's price of one piece: see row.customerPrice.
func (q *quickly) price(r row, sum int64) int64 {
	if !r.inclusive || r.storeRates == nil {
		return r.price
	}
	_, store := q.flat(r.storeRates)
	if !q.ok || store == sum {
		return r.price
	}
	return nearest(r.price*(million+sum), million+store)
}

func (q *quickly) row(r row, full, due *quickRounding) LineResult {
	q.ok = q.ok && r.qty >= 1 && r.price >= 0 && r.price <= quickAmount && r.discount >= 0
	rates, sum := q.flat(r.rates)
	if !q.ok {
		return LineResult{}
	}
	price := q.price(r, sum)
	if q.ok = q.ok && r.qty <= quickAmount && price <= quickAmount/r.qty; !q.ok {
		return LineResult{}
	}
	amount := price * r.qty
	reduced := amount - r.discount
	if q.settings.TaxBeforeDiscount {
		reduced = amount
	}
	if q.ok = reduced >= 0; !q.ok {
		return LineResult{}
	}
	whole := int64(million)
	if r.inclusive {
		whole += sum
	}
	before, after := q.tax(r, rates, amount, reduced, whole, full, due)
	out := LineResult{
		Price: price, PriceInclTax: nearest(amount+before, r.qty), RowTotal: amount, RowInclTax: amount + before,
		Discount: r.discount, Tax: after, TaxPPM: sum,
	}
	if r.inclusive {
		out.Price, out.PriceInclTax = nearest(amount-before, r.qty), price
		out.RowTotal, out.RowInclTax, out.Compensation = amount-before, amount, before-after
	}
	limit := amount
	if q.settings.TaxBeforeDiscount && q.settings.DiscountOnIncl {
		limit = out.RowInclTax
	}
	q.ok = r.discount <= limit
	return out
}

// tax rounds the tax of a row before discount and as charged: see computation.tax.
func (q *quickly) tax(r row, rates []Rate, amount, reduced, whole int64, full, due *quickRounding) (before, after int64) {
	for _, rate := range rates {
		tax := full.row(rate.Code, amount*rate.PPM, whole, r.qty, -1)
		charged := tax
		if !q.settings.TaxBeforeDiscount {
			most := int64(-1)
			if r.inclusive {
				most = tax
			}
			charged = due.row(rate.Code, reduced*rate.PPM, whole, r.qty, most)
		}
		before, after = before+tax, after+charged
		q.book(rate, charged)
	}
	return before, after
}

func (q *quickly) book(r Rate, amount int64) {
	for i := range q.out.TaxLines {
		if line := &q.out.TaxLines[i]; line.Code == r.Code {
			line.Amount += amount
			return
		}
	}
	q.out.TaxLines = append(q.out.TaxLines, TaxLine{r, amount})
}

// quickRounding is rounding with what is left over as fractions of one whole.
type quickRounding struct {
	method Method
	left   []leftOver
	odd    bool // fractions of two wholes would have to be added
}

type leftOver struct {
	code        string
	part, whole int64
}

func (r *quickRounding) ok() bool {
	return !r.odd && (r.method == Unit || r.method == Row || r.method == Total)
}

// row rounds part/whole, the tax of qty pieces; most below 0 is no limit.
func (r *quickRounding) row(code string, part, whole, qty, most int64) int64 {
	if part == 0 {
		return 0
	}
	switch r.method {
	case Unit:
		if qty > quickAmount/million {
			r.odd = true
			return 0
		}
		return under(nearest(part, whole*qty)*qty, most)
	case Row:
		return under(nearest(part, whole), most)
	}
	left := r.of(code)
	if left.part != 0 && left.whole != whole {
		r.odd = true
		return 0
	}
	charged := under(nearest(part+left.part, whole), most)
	left.part, left.whole = part+left.part-charged*whole, whole
	return charged
}

func (r *quickRounding) of(code string) *leftOver {
	for i := range r.left {
		if r.left[i].code == code {
			return &r.left[i]
		}
	}
	r.left = append(r.left, leftOver{code: code})
	return &r.left[len(r.left)-1]
}

func under(n, most int64) int64 {
	if most >= 0 && n > most {
		return most
	}
	return n
}

// nearest is part/whole to the nearest whole number, a half away from zero.
func nearest(part, whole int64) int64 {
	if part < 0 {
		return -nearest(-part, whole)
	}
	n, rest := part/whole, part%whole
	if rest >= whole-rest {
		n++
	}
	return n
}
