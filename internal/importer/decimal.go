package importer

import (
	"strings"

	"github.com/storehand/storehand/internal/money"
)

// amount reads a price that may have more decimals than the currency (Magento
// keeps four or six): it is rounded half up, and rounded says that something was
// lost.
func amount(text, currency string) (a money.Amount, rounded bool, err error) {
	whole, fraction, _ := strings.Cut(text, ".")
	exponent := money.Exponent(currency)
	if len(fraction) <= exponent || strings.Trim(fraction[exponent:], "0") == "" {
		a, err = money.Parse(text, currency)
		return a, false, err
	}
	plain := whole
	if exponent > 0 {
		plain += "." + fraction[:exponent]
	}
	if a, err = money.Parse(plain, currency); err == nil && fraction[exponent] >= '5' {
		a, err = a.Add(money.New(1, currency))
	}
	return a, true, err
}

// scaled reads a decimal as a whole number of thousandths (and the like): 0.3 kg
// with three digits is 300. What does not fit is not ok.
func scaled(text string, digits int) (n int64, ok bool) {
	negative := strings.HasPrefix(text, "-")
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(fraction) > digits {
		if strings.Trim(fraction[digits:], "0") != "" {
			return 0, false
		}
		fraction = fraction[:digits]
	}
	for _, c := range whole + fraction + strings.Repeat("0", digits-len(fraction)) {
		if n > (1<<62)/10 {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return n, true
}
