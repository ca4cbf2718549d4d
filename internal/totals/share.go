package totals

import (
	"math/big"
	"math/bits"
)

// Share is the part of a line that goes with qty of the pieces that remain of it
// (rule R6): in proportion and rounded, and all that remains with the last piece.
// A quantity outside 0 to remainingQty counts as the nearer of the two.
func Share(remaining, remainingQty, qty int64) int64 {
	switch {
	case qty <= 0 || remainingQty <= 0:
		return 0
	case qty >= remainingQty:
		return remaining
	}
	return ratio(remaining, qty, remainingQty)
}

// SplitFixed splits an amount by weights (rule R5): what rounding leaves over is
// carried into the next part, so the parts add up to the amount, and no part is
// above its weight unless the amount is above their sum. Without any weight the
// first part takes all. A negative weight counts as none.
func SplitFixed(amount int64, weights []int64) []int64 {
	parts := make([]int64, len(weights))
	total := new(big.Int)
	for _, w := range weights {
		total.Add(total, big.NewInt(max(0, w)))
	}
	if total.Sign() == 0 {
		if len(parts) > 0 {
			parts[0] = amount
		}
		return parts
	}
	upTo, before := new(big.Int), int64(0)
	for i, w := range weights {
		upTo.Add(upTo, big.NewInt(max(0, w)))
		whole := new(big.Int).Mul(big.NewInt(amount), upTo)
		sum := round(new(big.Rat).SetFrac(whole, total)).Int64() // not above the amount
		parts[i] = sum - before
		before = sum
	}
	return parts
}

// Percent is a percentage of an amount, rounded: what a percentage discount takes
// off. It is nothing below 0 and all of the amount above a million parts.
func Percent(amount, ppm int64) int64 {
	return ratio(amount, min(max(ppm, 0), 1_000_000), 1_000_000)
}

// ratio is amount × part / whole, for 0 <= part <= whole, so it always fits.
func ratio(amount, part, whole int64) int64 {
	size := uint64(amount)
	if amount < 0 {
		size = -size
	}
	high, low := bits.Mul64(size, uint64(part))
	n, rest := bits.Div64(high, low, uint64(whole))
	if rest >= uint64(whole)-rest {
		n++
	}
	if amount < 0 {
		n = -n
	}
	return int64(n)
}
