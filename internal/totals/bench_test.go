package totals_test

import (
	"testing"

	"github.com/storehand/storehand/internal/totals"
)

// BenchmarkCompute works out order A: two lines, a discount, shipping.
func BenchmarkCompute(b *testing.B) {
	in := orderA()
	for b.Loop() {
		if _, err := totals.Compute(in); err != nil {
			b.Fatal(err)
		}
	}
}
