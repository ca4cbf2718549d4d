package totals_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/storehand/storehand/internal/totals"
)

func vat(code string, ppm int64) []totals.Rate { return []totals.Rate{{Code: code, PPM: ppm}} }

func compute(t *testing.T, in totals.Input) totals.Result {
	t.Helper()
	out, err := totals.Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// orderA is the order of vectors V10 to V19.
func orderA() totals.Input {
	ca := vat("US-CA", 82_500)
	return totals.Input{
		Currency: "USD", Settings: totals.Settings{Method: totals.Total}, Shipping: 750, ShippingRates: ca,
		Lines: []totals.Line{
			{Qty: 3, Price: 1999, Rates: ca, Discount: totals.Percent(5997, 100_000)},
			{Qty: 1, Price: 4500, Rates: ca, Discount: totals.Percent(4500, 100_000)},
		},
	}
}

// The published and the hand-made vectors: what an order costs, to the cent.
func TestVectors(t *testing.T) {
	incl := totals.Settings{PricesIncludeTax: true, ShippingIncludeTax: true}
	with := func(s totals.Settings, m totals.Method) totals.Settings { s.Method = m; return s }
	type want struct{ subtotal, discount, tax, shippingTax, compensation, grand int64 }
	cases := []struct {
		name  string
		in    totals.Input
		want  want
		lines []int64 // tax of each line
	}{
		{"V1 without tax, tax after discount", totals.Input{
			Settings: totals.Settings{Method: totals.Unit}, Shipping: 1000, ShippingRates: vat("ship", 75_000),
			Lines: []totals.Line{{Qty: 2, Price: 1000, Rates: vat("TX", 200_000), Discount: 1000}},
		}, want{2000, 1000, 275, 75, 0, 2275}, []int64{200}},
		{"V2 with tax, Total", totals.Input{
			Settings: with(incl, totals.Total),
			Lines:    []totals.Line{{Qty: 2, Price: 999, Rates: vat("TX", 200_000)}},
		}, want{1665, 0, 333, 0, 0, 1998}, []int64{333}},
		{"V3 Total carries the remainder", totals.Input{
			Settings: totals.Settings{Method: totals.Total},
			Lines:    []totals.Line{{Qty: 1, Price: 1000, Rates: vat("CA", 82_500)}, {Qty: 1, Price: 1100, Rates: vat("CA", 82_500)}},
		}, want{2100, 0, 173, 0, 0, 2273}, []int64{83, 90}},
		{"V3 Row does not", totals.Input{
			Settings: totals.Settings{Method: totals.Row},
			Lines:    []totals.Line{{Qty: 1, Price: 1000, Rates: vat("CA", 82_500)}, {Qty: 1, Price: 1100, Rates: vat("CA", 82_500)}},
		}, want{2100, 0, 174, 0, 0, 2274}, []int64{83, 91}},
		{"V4 compound", totals.Input{
			Settings: totals.Settings{Method: totals.Total},
			Lines: []totals.Line{{Qty: 10, Price: 100, Rates: []totals.Rate{
				{Code: "first", PPM: 75_000, Priority: 1}, {Code: "second", PPM: 55_000, Priority: 2}}}},
		}, want{1000, 0, 134, 0, 0, 1134}, []int64{134}},
		{"V4 with the second off the subtotal only", totals.Input{
			Settings: totals.Settings{Method: totals.Total},
			Lines: []totals.Line{{Qty: 10, Price: 100, Rates: []totals.Rate{
				{Code: "first", PPM: 75_000, Priority: 1}, {Code: "second", PPM: 55_000, Priority: 2, OnSubtotal: true}}}},
		}, want{1000, 0, 130, 0, 0, 1130}, []int64{130}},
		{"V10 order A", orderA(), want{10497, 1050, 841, 62, 0, 11038}, []int64{445, 334}},
		{"R9 a discount on shipping is rounded", totals.Input{
			Settings: with(incl, totals.Row), Shipping: 500, ShippingRates: vat("ship", 100_000), ShippingDiscount: totals.Percent(455, 500_000),
			Lines: []totals.Line{{Qty: 1, Price: 2900, Rates: vat("TX", 100_000), Discount: totals.Percent(2636, 500_000)}},
		}, want{2636, 1318, 169, 25, 140, 1854}, []int64{144}},
		{"no cross-border trade: the shop's tax goes out, the customer's comes in", totals.Input{
			Settings: with(incl, totals.Unit),
			Lines:    []totals.Line{{Qty: 2, Price: 999, Rates: vat("TX", 200_000), StoreRate: vat("shop", 100_000)}},
		}, want{1816, 0, 364, 0, 0, 2180}, []int64{364}},
		{"cross-border trade: the price stays", totals.Input{
			Settings: with(incl, totals.Unit),
			Lines:    []totals.Line{{Qty: 1, Price: 1200, Rates: vat("FR", 200_000)}},
		}, want{1000, 0, 200, 0, 0, 1200}, []int64{200}},
		{"an export pays no tax", totals.Input{
			Settings: with(incl, totals.Row), Shipping: 600, ShippingStoreRate: vat("shop", 200_000),
			Lines: []totals.Line{{Qty: 1, Price: 1200, StoreRate: vat("shop", 200_000)}},
		}, want{1000, 0, 0, 0, 0, 1500}, []int64{0}},
		{"tax before discount", totals.Input{
			Settings: totals.Settings{Method: totals.Row, TaxBeforeDiscount: true},
			Lines:    []totals.Line{{Qty: 2, Price: 1000, Rates: vat("TX", 200_000), Discount: 1000}},
		}, want{2000, 1000, 400, 0, 0, 1400}, []int64{400}},
		{"tax before a discount on the price with tax", totals.Input{
			Settings: totals.Settings{Method: totals.Row, TaxBeforeDiscount: true, DiscountOnIncl: true},
			Lines:    []totals.Line{{Qty: 2, Price: 1000, Rates: vat("TX", 200_000), Discount: 2400}},
		}, want{2000, 2400, 400, 0, 0, 0}, []int64{400}},
		{"Unit taxes each piece", totals.Input{
			Settings: totals.Settings{Method: totals.Unit},
			Lines:    []totals.Line{{Qty: 10, Price: 33, Rates: vat("TX", 82_500)}},
		}, want{330, 0, 30, 0, 0, 360}, []int64{30}},
		{"nothing at all", totals.Input{Settings: totals.Settings{Method: totals.Row}}, want{}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := compute(t, c.in)
			equal(t, "totals", want{out.Subtotal, out.Discount, out.Tax, out.ShippingTax, out.Compensation, out.Grand}, c.want)
			for i, tax := range c.lines {
				equal(t, "line tax", out.Lines[i].Tax, tax)
			}
		})
	}
}

func TestAPriceWithTaxIsTakenApartForDisplay(t *testing.T) {
	out := compute(t, totals.Input{
		Settings: totals.Settings{Method: totals.Total, PricesIncludeTax: true},
		Lines:    []totals.Line{{Qty: 2, Price: 999, Rates: vat("TX", 200_000)}},
	})
	equal(t, "line", out.Lines[0], totals.LineResult{
		Price: 833, PriceInclTax: 999, RowTotal: 1665, RowInclTax: 1998, Tax: 333, TaxPPM: 200_000})
}

func TestTaxLinesNameEachRateWithShippingIncluded(t *testing.T) {
	in := orderA()
	in.Lines[1].Rates = append(vat("US-CA", 82_500), totals.Rate{Code: "LUX", Title: "Luxury", PPM: 10_000, Priority: 1})
	out := compute(t, in)
	equal(t, "codes", []string{out.TaxLines[0].Code, out.TaxLines[1].Code}, []string{"US-CA", "LUX"})
	equal(t, "sum", out.TaxLines[0].Amount+out.TaxLines[1].Amount, out.Tax)
	equal(t, "luxury", out.TaxLines[1].Amount, int64(44)) // 1 % of 40.50 and 8.25 % on top
}

func TestEffectiveRatesOfACompound(t *testing.T) {
	each, together, err := totals.Effective([]totals.Rate{{PPM: 55_000, Priority: 2}, {PPM: 75_000, Priority: 1}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "each, by priority", each, []int64{75_000, 59_125})
	equal(t, "together", together, int64(134_125))
}

func TestRatesOfOnePriorityAddUp(t *testing.T) {
	_, together, err := totals.Effective([]totals.Rate{{PPM: 55_000, Priority: 1}, {PPM: 75_000, Priority: 1}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "together", together, int64(130_000))
}

func TestV6FixedDiscountIsSplitWithoutLosingACent(t *testing.T) {
	equal(t, "V6", totals.SplitFixed(1000, []int64{1999, 500, 333}), []int64{706, 176, 118})
	equal(t, "no weights", totals.SplitFixed(1000, []int64{0, 0}), []int64{1000, 0})
	equal(t, "nothing to split to", totals.SplitFixed(1000, nil), []int64{})
	equal(t, "large", totals.SplitFixed(math.MaxInt64, []int64{math.MaxInt64, math.MaxInt64}), []int64{math.MaxInt64/2 + 1, math.MaxInt64 / 2})
}

// V11, V12, V14, V15 and V19: what goes with some of the pieces, and with the rest.
func TestSharesOfOrderA(t *testing.T) {
	equal(t, "V11 row", totals.Share(5997, 3, 2), int64(3998))
	equal(t, "V11 discount", totals.Share(600, 3, 2), int64(400))
	equal(t, "V11 tax", totals.Share(445, 3, 2), int64(297))
	equal(t, "V12 tax", totals.Share(445-297, 1, 1), int64(148))
	equal(t, "V14 tax", totals.Share(297, 2, 1), int64(149))
	equal(t, "V15 tax", totals.Share(297-149, 1, 1), int64(148))
	equal(t, "V19 discount canceled", totals.Share(600-400, 1, 1), int64(200))
	equal(t, "none", totals.Share(100, 3, 0), int64(0))
	equal(t, "of nothing", totals.Share(100, 0, 1), int64(0))
	equal(t, "more than there is", totals.Share(100, 3, 4), int64(100))
}

func TestPercentagesAreRoundedHalfAwayFromZero(t *testing.T) {
	equal(t, "10 % of 59.97", totals.Percent(5997, 100_000), int64(600))
	equal(t, "half a cent", totals.Percent(5, 100_000), int64(1))
	equal(t, "more than all", totals.Percent(5, 2_000_000), int64(5))
	equal(t, "less than nothing", totals.Percent(5, -1), int64(0))
}

func TestWhatCannotBeIsAnError(t *testing.T) {
	s := totals.Settings{Method: totals.Row}
	line := func(l totals.Line) totals.Input { return totals.Input{Settings: s, Lines: []totals.Line{l}} }
	cases := map[string]struct {
		in   totals.Input
		want error
	}{
		"no method":               {totals.Input{}, totals.ErrInput},
		"no pieces":               {line(totals.Line{Price: 1}), totals.ErrInput},
		"negative price":          {line(totals.Line{Qty: 1, Price: -1}), totals.ErrInput},
		"negative discount":       {line(totals.Line{Qty: 1, Price: 1, Discount: -1}), totals.ErrInput},
		"discount above the row":  {line(totals.Line{Qty: 2, Price: 10, Discount: 21}), totals.ErrInput},
		"negative rate":           {line(totals.Line{Qty: 1, Price: 1, Rates: vat("x", -1)}), totals.ErrInput},
		"shipping discount":       {totals.Input{Settings: s, Shipping: 5, ShippingDiscount: 6}, totals.ErrInput},
		"row too large":           {line(totals.Line{Qty: 3, Price: math.MaxInt64 / 2}), totals.ErrOverflow},
		"sum too large":           {totals.Input{Settings: s, Shipping: math.MaxInt64, Lines: []totals.Line{{Qty: 1, Price: 1}}}, totals.ErrOverflow},
		"tax too large":           {line(totals.Line{Qty: 1, Price: math.MaxInt64, Rates: vat("x", 1_000_000)}), totals.ErrOverflow},
		"rate too large for ppm":  {line(totals.Line{Qty: 1, Price: 0, Rates: []totals.Rate{{Code: "a", PPM: math.MaxInt64, Priority: 1}, {Code: "b", PPM: math.MaxInt64, Priority: 2}}}), totals.ErrOverflow},
		"discount without tax of": {totals.Input{Settings: totals.Settings{Method: totals.Row, TaxBeforeDiscount: true}, Lines: []totals.Line{{Qty: 1, Price: 10, Rates: vat("x", 200_000), Discount: 11}}}, totals.ErrInput},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := totals.Compute(c.in); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestPercentageDiscountsAreTakenOfWhatTheSettingsSay(t *testing.T) {
	r := totals.LineResult{RowTotal: 1000, RowInclTax: 1200}
	cases := map[totals.Settings][2]int64{
		{}:                        {1000, 1000},
		{DiscountOnIncl: true}:    {1000, 1000},
		{TaxBeforeDiscount: true}: {1000, 1000},
		{TaxBeforeDiscount: true, DiscountOnIncl: true}: {1200, 1200},
		{PricesIncludeTax: true}:                        {1000, 1200},
		{PricesIncludeTax: true, DiscountOnIncl: true}:  {1200, 1200},
	}
	for s, want := range cases {
		base, most := s.Discountable(r)
		equal(t, "of and up to", [2]int64{base, most}, want)
	}
}
