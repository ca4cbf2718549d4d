package tax

import (
	"strconv"
	"strings"
)

const million = 1_000_000

// Percent writes parts per million as people do: 82,500 is "8.25".
func Percent(ppm int64) string {
	sign := ""
	if ppm < 0 {
		sign, ppm = "-", -ppm
	}
	text := sign + strconv.FormatInt(ppm/10_000, 10)
	if rest := ppm % 10_000; rest != 0 {
		digits := strconv.FormatInt(10_000+rest, 10)[1:]
		text += "." + strings.TrimRight(digits, "0")
	}
	return text
}

// ParsePercent reads a percentage of up to four decimals, with or without the
// sign; a comma counts as the point.
func ParsePercent(s string) (ppm int64, ok bool) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), "%"))
	whole, decimals, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	if whole == "" || len(whole) > 6 || !digits(whole) || !digits(decimals) {
		return 0, false
	}
	decimals = strings.TrimRight(decimals, "0")
	if len(decimals) > 4 {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+(decimals + "0000")[:4], 10, 64)
	return n, err == nil
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }
