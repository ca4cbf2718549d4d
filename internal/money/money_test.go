package money

import (
	"errors"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestPlainFormsAreReadAndWritten(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		minor          int64
		plain          string
	}{
		{"12.34", "GBP", 1234, "12.34"},
		{"12", "GBP", 1200, "12.00"},
		{"0.5", "EUR", 50, "0.50"},
		{"-0.05", "USD", -5, "-0.05"},
		{"+1.00", "USD", 100, "1.00"},
		{" 7.10 ", "USD", 710, "7.10"},
		{"500", "JPY", 500, "500"},
		{"500.000000", "JPY", 500, "500"},
		{"1.234", "KWD", 1234, "1.234"},
		{"12.340000", "GBP", 1234, "12.34"},
		{"92233720368547758.07", "GBP", math.MaxInt64, "92233720368547758.07"},
		{"-92233720368547758.08", "GBP", math.MinInt64, "-92233720368547758.08"},
	} {
		a, err := Parse(c.text, c.currency)
		if err != nil || a.Minor != c.minor || a.String() != c.plain {
			t.Errorf("Parse(%q, %s) = %d %q %v, want %d %q", c.text, c.currency, a.Minor, a, err, c.minor, c.plain)
		}
	}
}

func TestWhatIsNoAmountIsRefused(t *testing.T) {
	for _, c := range []struct {
		text, currency string
		want           error
	}{
		{"", "GBP", ErrSyntax}, {".", "GBP", ErrSyntax}, {"1.", "GBP", ErrSyntax}, {".5", "GBP", ErrSyntax},
		{"1,00", "GBP", ErrSyntax}, {"1e3", "GBP", ErrSyntax}, {"--1", "GBP", ErrSyntax}, {"٣", "GBP", ErrSyntax},
		{"1.005", "GBP", ErrSyntax}, {"1.5", "JPY", ErrSyntax}, {"NaN", "GBP", ErrSyntax},
		{"1.00", "GBp", ErrCurrency}, {"1.00", "", ErrCurrency},
		{"92233720368547758.08", "GBP", ErrOverflow}, {"99999999999999999999999", "GBP", ErrOverflow},
	} {
		if a, err := Parse(c.text, c.currency); !errors.Is(err, c.want) {
			t.Errorf("Parse(%q, %q) = %v, %v, want %v", c.text, c.currency, a, err, c.want)
		}
	}
}

func TestPartsOfAnAmountRoundHalfAwayFromZero(t *testing.T) {
	for _, c := range []struct{ minor, ppm, want int64 }{
		{1000, 82_500, 83}, {1100, 82_500, 91}, {-1100, 82_500, -91}, {10, 50_000, 1}, {-10, 50_000, -1},
		{9, 50_000, 0}, {math.MaxInt64, PerMillion, math.MaxInt64}, {math.MinInt64, PerMillion, math.MinInt64},
	} {
		if got, err := New(c.minor, "USD").Part(c.ppm); err != nil || got.Minor != c.want {
			t.Errorf("%d ppm of %d = %d %v, want %d", c.ppm, c.minor, got.Minor, err, c.want)
		}
	}
}

func TestAnAllocationCarriesItsRemainder(t *testing.T) {
	parts, err := New(1000, "USD").Allocate([]int64{1999, 500, 333})
	if err != nil || parts[0].Minor != 706 || parts[1].Minor != 176 || parts[2].Minor != 118 {
		t.Fatalf("got %v, %v, want 7.06 1.76 1.18", parts, err)
	}
	if parts, err = New(7, "USD").Allocate([]int64{0, 0}); err != nil || parts[0].Minor != 7 || parts[1].Minor != 0 {
		t.Fatalf("without weights: %v, %v", parts, err)
	}
	for _, bad := range [][]int64{nil, {1, -1}, {math.MaxInt64, 1}} {
		if _, err := New(7, "USD").Allocate(bad); err == nil {
			t.Errorf("Allocate(%v) was accepted", bad)
		}
	}
}

func TestCurrenciesNeverMix(t *testing.T) {
	a, b := New(1, "USD"), New(1, "EUR")
	_, add := a.Add(b)
	_, sub := a.Sub(b)
	_, cmp := a.Cmp(b)
	_, sum := Sum("USD", a, b)
	for _, err := range []error{add, sub, cmp, sum} {
		if !errors.Is(err, ErrCurrency) {
			t.Errorf("got %v", err)
		}
	}
}

// exact compares a checked result with what unbounded integers say.
func exact(t *rapid.T, what string, got Amount, err error, want *big.Int) {
	if !want.IsInt64() {
		if !errors.Is(err, ErrOverflow) {
			t.Fatalf("%s: %d, %v though the exact result is %s", what, got.Minor, err, want)
		}
	} else if err != nil || got.Minor != want.Int64() {
		t.Fatalf("%s: %d, %v, want %s", what, got.Minor, err, want)
	}
}

func TestArithmeticIsExactOrRefused(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y := rapid.Int64().Draw(t, "x"), rapid.Int64().Draw(t, "y")
		a, b := New(x, "USD"), New(y, "USD")
		bx, by := big.NewInt(x), big.NewInt(y)
		sum, err := a.Add(b)
		exact(t, "add", sum, err, new(big.Int).Add(bx, by))
		diff, err := a.Sub(b)
		exact(t, "sub", diff, err, new(big.Int).Sub(bx, by))
		product, err := a.Mul(y)
		exact(t, "mul", product, err, new(big.Int).Mul(bx, by))
		neg, err := a.Neg()
		exact(t, "neg", neg, err, new(big.Int).Neg(bx))
		den := rapid.Int64().Filter(func(n int64) bool { return n != 0 }).Draw(t, "den")
		ratio, err := a.Ratio(y, den)
		exact(t, "ratio", ratio, err, roundedRatio(bx, by, big.NewInt(den)))
	})
}

// roundedRatio computes sign * floor((2*|x*y| + |den|) / (2*|den|)).
func roundedRatio(x, y, den *big.Int) *big.Int {
	product := new(big.Int).Mul(x, y)
	sign := int64(product.Sign() * den.Sign())
	d := new(big.Int).Abs(den)
	n := new(big.Int).Abs(product)
	n.Lsh(n, 1).Add(n, d).Quo(n, new(big.Int).Lsh(d, 1))
	return n.Mul(n, big.NewInt(sign))
}

func TestPartsOfAnAllocationAddUpAndKeepTheSign(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := New(rapid.Int64().Draw(t, "minor"), "USD")
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 20).Draw(t, "weights")
		parts, err := a.Allocate(weights)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := Sum("USD", parts...)
		if err != nil || sum != a {
			t.Fatalf("parts %v of %v add up to %v, %v", parts, a, sum, err)
		}
		for _, p := range parts {
			if p.Sign()*a.Sign() < 0 {
				t.Fatalf("part %v of %v has the other sign", p, a)
			}
		}
	})
}

func TestThePlainFormReadsBackInEveryCurrency(t *testing.T) {
	codes := rapid.SampledFrom([]string{"GBP", "JPY", "KWD", "CLF", "EGP"})
	rapid.Check(t, func(t *rapid.T) {
		a := New(rapid.Int64().Draw(t, "minor"), codes.Draw(t, "currency"))
		if back, err := Parse(a.String(), a.Currency); err != nil || back != a {
			t.Fatalf("%v read back as %v, %v", a, back, err)
		}
	})
}

func TestTheCurrencyTableHoldsEachCodeOnce(t *testing.T) {
	listed := len(noDecimals) + len(twoDecimals) + len(threeDecimals) + len(fourDecimals) + 4
	if len(exponents) != listed/4 {
		t.Errorf("%d codes from %d places: one is listed twice or misspelt", len(exponents), listed/4)
	}
	if Exponent("JPY") != 0 || Exponent("GBP") != 2 || Exponent("TND") != 3 || Known("ABC") {
		t.Error("the table is wrong")
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"12.34", "-0.05", "", "1e9", "92233720368547758.08", "００", "1.0000000"} {
		f.Add(seed, "GBP")
		f.Add(seed, "JPY")
	}
	f.Fuzz(func(t *testing.T, text, currency string) {
		a, err := Parse(text, currency)
		if err != nil {
			return
		}
		if back, err := Parse(a.String(), currency); err != nil || back != a {
			t.Fatalf("%q became %v, which reads back as %v, %v", text, a, back, err)
		}
	})
}
