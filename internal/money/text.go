package money

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// String is the plain form, for files, forms and logs: "12.34", "-0.05", "500".
// It is what Parse reads back; people are shown i18n's form instead.
func (a Amount) String() string {
	digits := strconv.FormatUint(magnitude(a.Minor), 10)
	sign := ""
	if a.Minor < 0 {
		sign = "-"
	}
	exponent := Exponent(a.Currency)
	if exponent == 0 {
		return sign + digits
	}
	if missing := exponent + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - exponent
	return sign + digits[:point] + "." + digits[point:]
}

// Parse reads the plain form of an amount: an optional sign, digits, and
// optionally a point with decimals. Zeros beyond the currency's decimals are
// accepted (other systems export "12.340000"), other digits there are an error
// rather than lost.
func Parse(text, currency string) (Amount, error) {
	if !Known(currency) {
		return Amount{}, fmt.Errorf("%w: %q", ErrCurrency, currency)
	}
	unsigned, negative := cutSign(strings.TrimSpace(text))
	whole, decimals, point := strings.Cut(unsigned, ".")
	if !digitsOnly(whole+decimals) || whole == "" || (point && decimals == "") {
		return Amount{}, syntax(text)
	}
	exponent := Exponent(currency)
	if len(decimals) > exponent {
		if strings.Trim(decimals[exponent:], "0") != "" {
			return Amount{}, fmt.Errorf("%w: %s has %d decimals, not as in %s", ErrSyntax, currency, exponent, short(text))
		}
		decimals = decimals[:exponent]
	}
	minor, err := parseMinor(whole+decimals+strings.Repeat("0", exponent-len(decimals)), negative)
	return Amount{minor, currency}, err
}

func cutSign(text string) (rest string, negative bool) {
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		return rest, true
	}
	return strings.TrimPrefix(text, "+"), false
}

func digitsOnly(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func parseMinor(digits string, negative bool) (int64, error) {
	u, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || u > math.MaxInt64+1 {
		return 0, ErrOverflow
	}
	return signed(u, negative)
}

func syntax(text string) error { return fmt.Errorf("%w: %s", ErrSyntax, short(text)) }

// short keeps a wrong value readable in an error, however long it was.
func short(text string) string {
	if len(text) > 40 {
		text = text[:40] + "…"
	}
	return strconv.Quote(text)
}
