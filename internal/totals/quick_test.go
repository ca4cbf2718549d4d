package totals

import (
	"fmt"
	"math"
	"math/big"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func anyRates(t *rapid.T, odd bool) []Rate {
	known := []Rate{
		{Code: "a", PPM: 200_000}, {Code: "b", PPM: 70_000}, {Code: "c", PPM: 82_500}, {Code: "d", PPM: 1}, {Code: "e", PPM: 3_333_333},
		{Code: "g", PPM: 5_001, Priority: 3, OnSubtotal: true}, {Code: "h"}, {Code: "f", PPM: 13_750, Priority: 2}, {Code: "i", PPM: -1}, {Code: "j", PPM: quickPPM + 1},
	}
	if !odd {
		known = known[:7]
	}
	return rapid.SliceOfN(rapid.SampledFrom(known), 0, 3).Draw(t, "rates")
}

// anyInput draws small and large amounts and, when odd, what is refused too.
func anyInput(t *rapid.T) Input {
	yes, odd := rapid.Bool(), rapid.IntRange(0, 3).Draw(t, "odd") == 3
	methods, least, over := []Method{Unit, Row, Total, Total}, int64(0), int64(0)
	most := rapid.SampledFrom([]int64{50, 3_000, 50_000, quickAmount / 12}).Draw(t, "most")
	if odd {
		methods, least, over = append(methods, "other"), -1, 1
		most = rapid.SampledFrom([]int64{50, quickAmount + 2, math.MaxInt64 / 16}).Draw(t, "most")
	}
	in := Input{
		Settings: Settings{
			Method:           rapid.SampledFrom(methods).Draw(t, "method"),
			PricesIncludeTax: yes.Draw(t, "prices"), ShippingIncludeTax: yes.Draw(t, "shipping"),
			TaxBeforeDiscount: yes.Draw(t, "before"), DiscountOnIncl: yes.Draw(t, "on incl"),
		},
		Shipping: rapid.Int64Range(least, 5_000).Draw(t, "freight"), ShippingRates: anyRates(t, odd),
	}
	in.ShippingDiscount = rapid.Int64Range(least, max(0, in.Shipping)/3+over).Draw(t, "freight discount")
	shared := anyRates(t, odd)
	for range rapid.IntRange(0, 6).Draw(t, "lines") {
		l := Line{Qty: rapid.Int64Range(1+least, 12).Draw(t, "qty"), Price: rapid.Int64Range(0, most).Draw(t, "price"), Rates: shared}
		if yes.Draw(t, "other") {
			l.Rates = anyRates(t, odd)
		}
		if yes.Draw(t, "foreign") {
			l.StoreRate = append([]Rate{}, anyRates(t, odd)...)
		}
		l.Discount = rapid.Int64Range(least, l.Price*l.Qty/3+over).Draw(t, "discount")
		in.Lines = append(in.Lines, l)
	}
	return in
}

func TestTheQuickWayComputesWhatTheExactOneDoes(t *testing.T) {
	took, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			in := anyInput(t)
			all++
			got, ok := quick(in)
			if !ok {
				continue
			}
			took++
			want, err := exact(in)
			if err != nil || fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
				t.Fatalf("%+v\nquick %+v\nexact %+v, %v", in, got, want, err)
			}
		}
	})
	if took*4 < all {
		t.Errorf("the quick way took only %d of %d", took, all)
	}
}

func TestTheQuickWayTakesTheEverydayCart(t *testing.T) {
	vat := []Rate{{Code: "vat", PPM: 190_000}}
	for _, method := range []Method{Unit, Row, Total} {
		in := Input{Settings: Settings{Method: method, PricesIncludeTax: true}, Lines: []Line{{Qty: 3, Price: 1999, Rates: vat, Discount: 600}}, Shipping: 750, ShippingRates: vat}
		got, ok := quick(in)
		want, err := exact(in)
		if !ok || err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v %v, %v", method, got, want, err)
		}
	}
}

func TestSumsAndPartsAreWholeWherever64BitsEnd(t *testing.T) {
	number := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MaxInt64, math.MinInt64, math.MaxInt64 - 1, 0, 1, -1}))
	rapid.Check(t, func(t *rapid.T) {
		terms := rapid.SliceOfN(number, 0, 6).Draw(t, "terms")
		want := new(big.Int)
		for _, n := range terms {
			want.Add(want, big.NewInt(n))
		}
		var s sum
		if got := s.add(terms...); want.IsInt64() != (s.err == nil) || s.err == nil && got != want.Int64() {
			t.Fatalf("%v: %d %v, want %s", terms, got, s.err, want)
		}
		amount, whole := number.Draw(t, "amount"), rapid.Int64Range(1, math.MaxInt64).Draw(t, "whole")
		part := rapid.Int64Range(0, whole).Draw(t, "part")
		part64 := round(new(big.Rat).SetFrac(new(big.Int).Mul(big.NewInt(amount), big.NewInt(part)), big.NewInt(whole)))
		if got := ratio(amount, part, whole); part64.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("%d × %d / %d = %d, want %s", amount, part, whole, got, part64)
		}
	})
}
