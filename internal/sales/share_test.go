package sales

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// A line is taken apart in any steps: each part, and what remains, is between
// nothing and the whole in every amount and in total, and the parts are the line.
func TestTheSharesOfALineAreTheLineAndNeverBelowNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		few := rapid.Int64Range(0, rapid.SampledFrom([]int64{3, 30, 10_000}).Draw(rt, "size"))
		p := Parts{Row: few.Draw(rt, "row"), Tax: few.Draw(rt, "tax"), Compensation: few.Draw(rt, "compensation")}
		whole := p.Row + p.Tax + p.Compensation
		p.Discount = rapid.SampledFrom([]int64{0, whole / 3, whole}).Draw(rt, "discount")
		left, rest, sum := rapid.Int64Range(1, 9).Draw(rt, "qty"), p, Parts{}
		for left > 0 {
			n := rapid.Int64Range(1, left).Draw(rt, "n")
			part := rest.share(n, left)
			left, rest, sum = left-n, rest.minus(part), sum.plus(part)
			for _, x := range []Parts{part, rest} {
				if x.Row < 0 || x.Discount < 0 || x.Tax < 0 || x.Compensation < 0 || x.Total() < 0 {
					rt.Fatalf("%+v of %+v, then %+v", part, p, rest)
				}
			}
		}
		if sum != p {
			rt.Fatalf("the shares make %+v, the line is %+v", sum, p)
		}
	})
}

func TestPortionsRoundHalfAwayFromZeroAndDoNotOverflow(t *testing.T) {
	for _, c := range []struct{ amount, now, left, want int64 }{
		{297, 1, 2, 149}, {-297, 1, 2, -149}, {100, 1, 3, 33}, {200, 1, 3, 67}, {5, 0, 3, 0}, {math.MaxInt64, 2, 3, 6148914691236517205},
	} {
		if got := portion(c.amount, c.now, c.left); got != c.want {
			t.Errorf("%d of %d pieces of %d: %d, want %d", c.now, c.left, c.amount, got, c.want)
		}
	}
}
