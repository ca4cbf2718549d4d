package promotion

import (
	"cmp"
	"math"
	"slices"

	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/totals"
)

// Facts are what rules look at: a cart and where it goes. Amounts are in the
// terms of prices, with tax if prices include it.
type Facts struct {
	ViewID   int64
	Lines    []Line
	Shipping int64  // of the chosen method, before any discount
	Country  string // where it is shipped to, "" when not known
	Payment  string // code of the payment method, "" when not chosen
	Coupon   string // as typed, "" for none
}

// Line is a line that is sold; its amounts are of all its pieces.
type Line struct {
	SKU         string
	Categories  []int64 // with those above them
	Qty         int64
	Row         int64 // what the pieces cost
	Most        int64 // the most it can be reduced by; 0: Row
	Base        int64 // what percentages are taken of; 0: Row
	WeightGrams int64 // of one piece
}

func (f *Facts) subtotal() (sum int64) {
	for _, l := range f.Lines {
		sum = plus(sum, l.Row)
	}
	return sum
}

func (f *Facts) qty() (sum int64) {
	for _, l := range f.Lines {
		sum = plus(sum, l.Qty)
	}
	return sum
}

func (f *Facts) weight() (sum int64) {
	for _, l := range f.Lines {
		sum = plus(sum, times(l.WeightGrams, l.Qty))
	}
	return sum
}

func (l Line) most() int64 { return cmp.Or(l.Most, l.Row) }

// CouponState is what became of the coupon that was typed.
type CouponState string

// The states of a coupon.
const (
	CouponNone    CouponState = ""
	CouponApplied CouponState = "applied"
	CouponUnknown CouponState = "unknown"    // no such code counts here and now
	CouponUsedUp  CouponState = "used_up"    // it was used as often as it may be
	CouponNotMet  CouponState = "conditions" // the code is good, the cart is not what it asks for
)

// Applied is a rule that counts, and what it takes off in all.
type Applied struct {
	RuleID       int64  `json:"rule_id"`
	Label        string `json:"label"`
	Amount       int64  `json:"amount"`   // of lines
	Shipping     int64  `json:"shipping"` // of shipping
	FreeShipping bool   `json:"free_shipping,omitempty"`
	Coupon       bool   `json:"coupon,omitempty"`
}

// Outcome is what rules do to a cart.
type Outcome struct {
	LineDiscounts    []int64 // by line, never more than the line
	ShippingDiscount int64   // never more than the shipping
	FreeShipping     bool
	Applied          []Applied // in the order they were applied
	Coupon           CouponState
}

// RuleIDs are the rules that count.
func (o Outcome) RuleIDs() []int64 {
	ids := make([]int64, len(o.Applied))
	for i, a := range o.Applied {
		ids[i] = a.RuleID
	}
	return ids
}

// Apply works out what rules take off a cart, one after the other by priority;
// each sees what those before it have left. The rules must be those that count
// for the website, group and moment, and for the coupon if they ask for one.
func Apply(rules []Rule, f Facts) Outcome {
	out := Outcome{LineDiscounts: make([]int64, len(f.Lines))}
	if f.Coupon != "" {
		out.Coupon = CouponUnknown
	}
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b Rule) int { return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.ID, b.ID)) })
	stopped := false
	for i := range rules {
		r := &rules[i]
		coupon := r.Coupon != NoCoupon
		if coupon && out.Coupon == CouponUnknown {
			out.Coupon = CouponNotMet
		}
		if stopped || !r.Holds(&f) || !out.add(r, f) {
			continue
		}
		if coupon {
			out.Coupon = CouponApplied
		}
		stopped = r.Stop
	}
	return out
}

// add applies one rule whose conditions hold; false when it is about nothing
// in the cart.
func (o *Outcome) add(r *Rule, f Facts) bool {
	rest := make([]int64, len(f.Lines))
	about := false
	for i, l := range f.Lines {
		if r.discounts(l) {
			rest[i], about = l.most()-o.LineDiscounts[i], true
		}
	}
	if !about {
		return false
	}
	a := Applied{RuleID: r.ID, Label: r.Label(f.ViewID), FreeShipping: r.FreeShipping, Coupon: r.Coupon != NoCoupon}
	shipping := int64(0)
	if r.ToShipping {
		shipping = f.Shipping - o.ShippingDiscount
	}
	off, offShipping := r.takeOff(f.Lines, rest, shipping)
	for i, n := range off {
		o.LineDiscounts[i] += n
		a.Amount += n
	}
	o.ShippingDiscount += offShipping
	a.Shipping = offShipping
	o.FreeShipping = o.FreeShipping || r.FreeShipping
	o.Applied = append(o.Applied, a)
	return true
}

// takeOff is what a rule takes off each line and the shipping; rest is what is
// left of the lines it is about, shipping what is left of the shipping.
func (r *Rule) takeOff(lines []Line, rest []int64, shipping int64) (off []int64, offShipping int64) {
	if r.Discount == WholeCart {
		return r.split(rest, shipping)
	}
	off = make([]int64, len(lines))
	for i, l := range lines {
		if rest[i] > 0 {
			off[i] = min(max(r.ofLine(l, rest[i]), 0), rest[i])
		}
	}
	switch r.Discount {
	case Percent:
		offShipping = totals.Percent(shipping, r.Amount)
	case PerItem:
		offShipping = r.Amount
	}
	return off, min(max(offShipping, 0), max(shipping, 0))
}

// ofLine is what a rule takes off one line, before it is bounded by the line.
func (r *Rule) ofLine(l Line, rest int64) int64 {
	qty := l.Qty
	if r.MaxQty > 0 {
		qty = min(qty, r.MaxQty)
	}
	switch r.Discount {
	case Percent:
		taken := l.most() - rest // by earlier rules
		return totals.Percent(max(share(cmp.Or(l.Base, l.Row), qty, l.Qty)-taken, 0), r.Amount)
	case PerItem:
		return times(r.Amount, qty)
	case BuyGet:
		return share(l.most(), min(qty, free(l.Qty, r.Step, r.Amount)), l.Qty)
	}
	return 0
}

// free is how many of qty pieces are free when of buy + get pieces get are.
func free(qty, buy, get int64) int64 {
	if buy < 1 || get < 1 {
		return 0
	}
	whole := qty / (buy + get)
	return whole*get + max(qty%(buy+get)-buy, 0)
}

// split spreads one amount over lines and shipping by what is left of them
// (rule R5).
func (r *Rule) split(rest []int64, shipping int64) (off []int64, offShipping int64) {
	weights := append(slices.Clone(rest), max(shipping, 0))
	var sum int64
	for _, w := range weights {
		sum = plus(sum, w)
	}
	if sum == 0 {
		return make([]int64, len(rest)), 0
	}
	parts := totals.SplitFixed(min(r.Amount, sum), weights)
	return parts[:len(rest)], parts[len(rest)]
}

// share is what some of a line's pieces cost.
func share(amount, qty, of int64) int64 {
	s, err := money.New(amount, "").Ratio(qty, of)
	if err != nil {
		return 0
	}
	return s.Minor
}

// times and plus stop at the largest number: what is taken off is bounded by
// the line afterwards.
func times(a, n int64) int64 {
	p, err := money.New(a, "").Mul(n)
	if err != nil {
		return math.MaxInt64
	}
	return p.Minor
}

func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}
