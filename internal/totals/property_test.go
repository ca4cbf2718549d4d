package totals_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/internal/totals"
)

func drawRates(t *rapid.T) []totals.Rate {
	known := []totals.Rate{
		{Code: "vat20", PPM: 200_000}, {Code: "vat7", PPM: 70_000}, {Code: "ca", PPM: 82_500, Priority: 1},
		{Code: "city", PPM: 13_750, Priority: 2}, {Code: "eco", PPM: 5_001, Priority: 3, OnSubtotal: true}, {Code: "zero"},
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(known), 0, 3, func(r totals.Rate) string { return r.Code }).Draw(t, "rates")
}

func drawSettings(t *rapid.T) totals.Settings {
	yes := rapid.Bool()
	return totals.Settings{
		Method:           rapid.SampledFrom([]totals.Method{totals.Unit, totals.Row, totals.Total}).Draw(t, "method"),
		PricesIncludeTax: yes.Draw(t, "prices"), ShippingIncludeTax: yes.Draw(t, "shipping"),
		TaxBeforeDiscount: yes.Draw(t, "before"), DiscountOnIncl: yes.Draw(t, "on incl"),
	}
}

// drawCart is a cart with discounts up to what each line allows.
func drawCart(t *rapid.T) totals.Input {
	in := totals.Input{Settings: drawSettings(t), Shipping: rapid.Int64Range(0, 5_000).Draw(t, "shipping"), ShippingRates: drawRates(t)}
	for i := range rapid.IntRange(0, 8).Draw(t, "lines") {
		line := totals.Line{
			Qty: rapid.Int64Range(1, 12).Draw(t, fmt.Sprint("qty", i)), Price: rapid.Int64Range(0, 50_000).Draw(t, fmt.Sprint("price", i)),
			Rates: drawRates(t),
		}
		if rapid.Bool().Draw(t, "foreign") {
			line.StoreRate = append([]totals.Rate{}, drawRates(t)...)
		}
		in.Lines = append(in.Lines, line)
	}
	bare, err := totals.Compute(in)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range bare.Lines {
		_, most := in.Settings.Discountable(r)
		in.Lines[i].Discount = rapid.Int64Range(0, most).Draw(t, fmt.Sprint("discount", i))
	}
	in.ShippingDiscount = rapid.Int64Range(0, in.Shipping).Draw(t, "shipping discount")
	return in
}

func TestPartsAddUpAndNothingIsNegative(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawCart(t)
		out, err := totals.Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		var subtotal, discount, tax, compensation, paid, booked int64
		for i, l := range out.Lines {
			for what, n := range map[string]int64{"price": l.Price, "row": l.RowTotal, "tax": l.Tax, "compensation": l.Compensation} {
				if n < 0 {
					t.Fatalf("line %d: %s is %d", i, what, n)
				}
			}
			pays := l.RowTotal - l.Discount + l.Tax + l.Compensation
			if in.Settings.PricesIncludeTax && pays != l.RowInclTax-l.Discount {
				t.Fatalf("line %d pays %d of %d less %d", i, pays, l.RowInclTax, l.Discount)
			}
			if pays < 0 {
				t.Fatalf("line %d pays %d", i, pays)
			}
			if !in.Settings.PricesIncludeTax && l.Compensation != 0 {
				t.Fatalf("line %d: compensation without tax in the price", i)
			}
			if !in.Settings.TaxBeforeDiscount && l.Discount == l.RowInclTax && l.Tax != 0 {
				t.Fatalf("line %d is free and taxed %d", i, l.Tax)
			}
			subtotal, discount, tax, compensation, paid = subtotal+l.RowTotal, discount+l.Discount, tax+l.Tax, compensation+l.Compensation, paid+pays
		}
		for _, l := range out.TaxLines {
			booked += l.Amount
		}
		shipping := out.Shipping - out.ShippingDiscount + out.ShippingTax + out.ShippingCompensation
		switch {
		case out.Subtotal != subtotal, out.Discount != discount:
			t.Fatal("subtotal or discount is not the sum of the lines")
		case out.Tax != tax+out.ShippingTax, booked != out.Tax:
			t.Fatalf("tax %d, lines %d + shipping %d, tax lines %d", out.Tax, tax, out.ShippingTax, booked)
		case out.Compensation != compensation+out.ShippingCompensation:
			t.Fatal("compensation is not the sum")
		case out.Grand != paid+shipping, shipping < 0:
			t.Fatalf("grand total %d, lines %d, shipping %d", out.Grand, paid, shipping)
		}
	})
}

// What Total carries never grows: the tax of all lines is at most half a minor
// unit from the exact one, or one and a half where discounts hold it back.
func TestTotalKeepsTheSumOfTaxesClose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := totals.Input{Settings: totals.Settings{Method: totals.Total, PricesIncludeTax: rapid.Bool().Draw(t, "incl")}}
		exact := new(big.Rat)
		discounted := rapid.Bool().Draw(t, "discounted")
		for i := range rapid.IntRange(1, 40).Draw(t, "lines") {
			l := totals.Line{Qty: rapid.Int64Range(1, 9).Draw(t, fmt.Sprint("qty", i)), Price: rapid.Int64Range(0, 300).Draw(t, fmt.Sprint("price", i)), Rates: vat("x", 82_500)}
			if discounted {
				l.Discount = rapid.Int64Range(0, l.Qty*l.Price).Draw(t, fmt.Sprint("discount", i))
			}
			share := big.NewRat(825, 10_000)
			if in.Settings.PricesIncludeTax {
				share = big.NewRat(825, 10_825)
			}
			exact.Add(exact, share.Mul(share, big.NewRat(l.Qty*l.Price-l.Discount, 1)))
			in.Lines = append(in.Lines, l)
		}
		out, err := totals.Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		limit := big.NewRat(1, 2)
		if discounted && in.Settings.PricesIncludeTax {
			limit = big.NewRat(3, 2)
		}
		apart := new(big.Rat).Sub(exact, big.NewRat(out.Tax, 1))
		if apart.Abs(apart).Cmp(limit) > 0 {
			t.Fatalf("tax %d is %s from %s", out.Tax, apart.FloatString(3), exact.FloatString(3))
		}
	})
}

func TestAPriceWithTaxComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rates, net := drawRates(t), rapid.Int64Range(0, 1_000_000).Draw(t, "net")
		excl, err := totals.Compute(totals.Input{Settings: totals.Settings{Method: totals.Row}, Lines: []totals.Line{{Qty: 1, Price: net, Rates: rates}}})
		if err != nil {
			t.Fatal(err)
		}
		gross := excl.Lines[0].PriceInclTax
		incl, err := totals.Compute(totals.Input{Settings: totals.Settings{Method: totals.Row, PricesIncludeTax: true}, Lines: []totals.Line{{Qty: 1, Price: gross, Rates: rates}}})
		if err != nil {
			t.Fatal(err)
		}
		// Each of the rates is rounded twice on the way.
		if apart := incl.Lines[0].Price - net; apart > int64(len(rates)) || -apart > int64(len(rates)) {
			t.Fatalf("%d became %d and came back as %d", net, gross, incl.Lines[0].Price)
		}
		if incl.Grand != gross {
			t.Fatalf("%d is paid for a price of %d", incl.Grand, gross)
		}
	})
}

func TestSplitsAndSharesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Int64Range(0, 100_000), 1, 10).Draw(t, "weights")
		var worth int64
		for _, w := range weights {
			worth += w
		}
		amount := rapid.Int64Range(0, worth).Draw(t, "amount")
		var sum int64
		for i, part := range totals.SplitFixed(amount, weights) {
			if part < 0 || part > weights[i] {
				t.Fatalf("part %d of weight %d", part, weights[i])
			}
			sum += part
		}
		if sum != amount {
			t.Fatalf("parts add up to %d of %d", sum, amount)
		}
		left, qty := amount, rapid.Int64Range(1, 20).Draw(t, "qty")
		for pieces := qty; pieces > 0; {
			n := rapid.Int64Range(1, pieces).Draw(t, "now")
			part := totals.Share(left, pieces, n)
			if part < 0 || part > left {
				t.Fatalf("share %d of %d", part, left)
			}
			left, pieces = left-part, pieces-n
		}
		if left != 0 {
			t.Fatalf("%d is left with no piece", left)
		}
	})
}
