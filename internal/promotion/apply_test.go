package promotion

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func line(sku string, qty, price int64, categories ...int64) Line {
	return Line{SKU: sku, Qty: qty, Row: qty * price, WeightGrams: 100, Categories: categories}
}

func TestDiscountsAreWorkedOutAsTheirKindSays(t *testing.T) {
	orderA := Facts{Lines: []Line{line("mug", 3, 1999), line("bag", 1, 4500)}, Shipping: 750}
	for _, c := range []struct {
		name     string
		rule     Rule
		facts    Facts
		lines    []int64
		shipping int64
	}{
		{"V10: 10 percent, each line rounded once", Rule{Discount: Percent, Amount: 100_000}, orderA, []int64{600, 450}, 0},
		{"percent of the shipping, R9", Rule{Discount: Percent, Amount: 333_333, ToShipping: true}, orderA, []int64{1999, 1500}, 250},
		{"V6: one amount split by value", Rule{Discount: WholeCart, Amount: 1000},
			Facts{Lines: []Line{line("a", 1, 1999), line("b", 1, 500), line("c", 1, 333)}}, []int64{706, 176, 118}, 0},
		{"a cart cheaper than the amount", Rule{Discount: WholeCart, Amount: 99_999, ToShipping: true}, orderA, []int64{5997, 4500}, 750},
		{"an amount off each piece", Rule{Discount: PerItem, Amount: 500}, orderA, []int64{1500, 500}, 0},
		{"at most so many pieces of a line", Rule{Discount: PerItem, Amount: 500, MaxQty: 2}, orderA, []int64{1000, 500}, 0},
		{"percent of at most so many pieces", Rule{Discount: Percent, Amount: 500_000, MaxQty: 2}, orderA, []int64{1999, 2250}, 0},
		{"never below nothing", Rule{Discount: PerItem, Amount: 3000}, orderA, []int64{5997, 3000}, 0},
		{"buy two get one", Rule{Discount: BuyGet, Step: 2, Amount: 1}, orderA, []int64{1999, 0}, 0},
		{"buy two get one of eight", Rule{Discount: BuyGet, Step: 2, Amount: 1}, Facts{Lines: []Line{line("a", 8, 100)}}, []int64{200}, 0},
		{"buy one get two of five", Rule{Discount: BuyGet, Step: 1, Amount: 2}, Facts{Lines: []Line{line("a", 5, 100)}}, []int64{300}, 0},
		{"only some lines", Rule{Discount: Percent, Amount: 1_000_000, Only: []Condition{{SKU, OneOf, "BAG, hat"}}}, orderA, []int64{0, 4500}, 0},
		{"of the price with tax", Rule{Discount: Percent, Amount: 100_000},
			Facts{Lines: []Line{{Qty: 1, Row: 1000, Base: 1200, Most: 1200}}}, []int64{120}, 0},
	} {
		out := Apply([]Rule{c.rule}, c.facts)
		if !slices.Equal(out.LineDiscounts, c.lines) || out.ShippingDiscount != c.shipping {
			t.Errorf("%s: got %v and %d of shipping, want %v and %d", c.name, out.LineDiscounts, out.ShippingDiscount, c.lines, c.shipping)
		}
	}
}

func TestLaterRulesSeeWhatEarlierOnesLeft(t *testing.T) {
	f := Facts{Lines: []Line{line("a", 1, 1000)}}
	ten := Rule{ID: 2, Priority: 1, Discount: Percent, Amount: 100_000}
	five := Rule{ID: 1, Priority: 2, Discount: PerItem, Amount: 500}
	out := Apply([]Rule{five, ten}, f)
	if out.LineDiscounts[0] != 600 || !slices.Equal(out.RuleIDs(), []int64{2, 1}) {
		t.Errorf("ten percent, then five: %+v", out)
	}
	ten.Priority = 3
	if out = Apply([]Rule{five, ten}, f); out.LineDiscounts[0] != 550 {
		t.Errorf("five, then ten percent: %+v", out)
	}
	five.Stop = true
	if out = Apply([]Rule{five, ten}, f); out.LineDiscounts[0] != 500 || len(out.Applied) != 1 {
		t.Errorf("nothing after a rule that stops: %+v", out)
	}
	five.Conditions = []Condition{{TotalQty, AtLeast, "2"}}
	if out = Apply([]Rule{five, ten}, f); out.LineDiscounts[0] != 100 {
		t.Errorf("a rule that does not count stops nothing: %+v", out)
	}
}

func TestConditionsLookAtTheCart(t *testing.T) {
	f := Facts{Lines: []Line{line("mug", 3, 1999, 4, 2), line("bag", 1, 4500, 7)}, Country: "DE"}
	for c, want := range map[Condition]bool{
		{Subtotal, AtLeast, "10497"}: true, {Subtotal, MoreThan, "10497"}: false, {Subtotal, AtMost, "10497"}: true, {Subtotal, LessThan, "10497"}: false,
		{TotalQty, Equal, "4"}: true, {TotalQty, Equal, "5"}: false,
		{Weight, AtLeast, "400"}: true, {Weight, LessThan, "400"}: false,
		{Category, OneOf, "9,2"}: true, {Category, OneOf, "9"}: false, {Category, NoneOf, "9"}: true, {Category, NoneOf, "7"}: false,
		{SKU, OneOf, "Mug"}: true, {SKU, NoneOf, "mug"}: false,
		{Country, OneOf, "at, de"}: true, {Country, NoneOf, "DE"}: false, {Country, NoneOf, "CH"}: true,
		{Payment, OneOf, "checkmo"}: false, {Payment, NoneOf, "checkmo"}: false, // not chosen yet
		{"colour", OneOf, "red"}: false,
	} {
		r := Rule{Conditions: []Condition{c}}
		if r.Holds(&f) != want {
			t.Errorf("%v: want %v", c, want)
		}
	}
	yes, no := Condition{TotalQty, Equal, "4"}, Condition{TotalQty, Equal, "5"}
	for _, r := range []struct {
		rule Rule
		want bool
	}{{Rule{}, true}, {Rule{MatchAny: true}, true}, {Rule{Conditions: []Condition{yes, no}}, false}, {Rule{Conditions: []Condition{yes, no}, MatchAny: true}, true}} {
		if r.rule.Holds(&f) != r.want {
			t.Errorf("%+v: want %v", r.rule, r.want)
		}
	}
}

func TestACouponSaysWhatBecameOfIt(t *testing.T) {
	f := Facts{Lines: []Line{line("mug", 1, 1000)}, Coupon: "SAVE10"}
	save := Rule{ID: 1, Coupon: SpecificCoupon, Discount: Percent, Amount: 100_000, Labels: map[int64]string{0: "10 % off", 2: "10 % Rabatt"}}
	if out := Apply(nil, f); out.Coupon != CouponUnknown {
		t.Errorf("no rule: %q", out.Coupon)
	}
	f.ViewID = 2
	if out := Apply([]Rule{save}, f); out.Coupon != CouponApplied || out.Applied[0].Label != "10 % Rabatt" || !out.Applied[0].Coupon {
		t.Errorf("got %+v", out)
	}
	save.Conditions = []Condition{{Subtotal, AtLeast, "1001"}}
	if out := Apply([]Rule{save}, f); out.Coupon != CouponNotMet || out.LineDiscounts[0] != 0 {
		t.Errorf("got %+v", out)
	}
	free := Rule{ID: 2, Discount: Percent, FreeShipping: true}
	if out := Apply([]Rule{free}, f); !out.FreeShipping || len(out.Applied) != 1 {
		t.Errorf("got %+v", out)
	}
}

func TestNothingIsReducedBelowNothingAndThePartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Facts{Shipping: rapid.Int64Range(0, 5000).Draw(t, "shipping")}
		for i := range rapid.IntRange(0, 6).Draw(t, "lines") {
			l := line(fmt.Sprint("sku", i), rapid.Int64Range(1, 40).Draw(t, "qty"), rapid.Int64Range(0, 100_000).Draw(t, "price"), int64(i%3))
			if rapid.Bool().Draw(t, "taxed") {
				l.Base = l.Row + l.Row/5
			}
			f.Lines = append(f.Lines, l)
		}
		var rules []Rule
		for i := range rapid.IntRange(0, 5).Draw(t, "rules") {
			rules = append(rules, anyRule(t, int64(i+1)))
		}
		out := Apply(rules, f)
		var lines, told, toldShipping int64
		for i, n := range out.LineDiscounts {
			if n < 0 || n > f.Lines[i].Row {
				t.Fatalf("line %+v is reduced by %d", f.Lines[i], n)
			}
			lines += n
		}
		if out.ShippingDiscount < 0 || out.ShippingDiscount > f.Shipping {
			t.Fatalf("shipping %d is reduced by %d", f.Shipping, out.ShippingDiscount)
		}
		for _, a := range out.Applied {
			if a.Amount < 0 || a.Shipping < 0 {
				t.Fatalf("a rule adds: %+v", a)
			}
			told, toldShipping = told+a.Amount, toldShipping+a.Shipping
		}
		if told != lines || toldShipping != out.ShippingDiscount {
			t.Fatalf("the rules say %d and %d, the lines %d and %d", told, toldShipping, lines, out.ShippingDiscount)
		}
		shuffled := slices.Clone(rules)
		slices.Reverse(shuffled)
		if again := Apply(shuffled, f); fmt.Sprint(again) != fmt.Sprint(out) {
			t.Fatalf("the order in which rules are read matters: %v and %v", out, again)
		}
	})
}

func anyRule(t *rapid.T, id int64) Rule {
	r := Rule{
		ID: id, Priority: rapid.Int64Range(0, 2).Draw(t, "priority"), Stop: rapid.IntRange(0, 5).Draw(t, "stop") == 0,
		Discount: rapid.SampledFrom([]Discount{Percent, PerItem, WholeCart, BuyGet}).Draw(t, "discount"),
		MaxQty:   rapid.Int64Range(0, 5).Draw(t, "max"), ToShipping: rapid.Bool().Draw(t, "shipping"), Step: rapid.Int64Range(1, 4).Draw(t, "step"),
	}
	switch r.Discount {
	case Percent:
		r.Amount = rapid.Int64Range(0, 1_000_000).Draw(t, "ppm")
	case BuyGet:
		r.Amount = rapid.Int64Range(1, 4).Draw(t, "free")
	default:
		r.Amount = rapid.Int64Range(0, 200_000).Draw(t, "amount")
	}
	if rapid.Bool().Draw(t, "some") {
		r.Only = []Condition{{Category, OneOf, "1,2"}}
	}
	return r
}

func TestEvenTheLargestAmountsDoNotOverflow(t *testing.T) {
	huge := Facts{Lines: []Line{{Qty: 10_000, Row: 1 << 62}, {Qty: 10_000, Row: 1 << 62}}}
	for _, d := range []Discount{Percent, PerItem, WholeCart, BuyGet} {
		out := Apply([]Rule{{Discount: d, Amount: 1_000_000, Step: 1}}, huge)
		for i, n := range out.LineDiscounts {
			if n < 0 || n > huge.Lines[i].Row {
				t.Errorf("%s: %d", d, n)
			}
		}
	}
}
