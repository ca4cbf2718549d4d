package cart

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
)

func anyCard(t *rapid.T) catalog.Card {
	return catalog.Card{
		Salable: rapid.OneOf(rapid.Int64Range(0, 20), rapid.Just(catalog.Unlimited)).Draw(t, "salable"),
		Sold:    rapid.IntRange(0, 9).Draw(t, "sold") > 0,
		Price:   money.New(rapid.Int64Range(0, 1_000_000).Draw(t, "price"), "EUR"),
	}
}

func TestAddingNeverExceedsWhatCanBeSoldNorLowersALine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		card := anyCard(t)
		have := rapid.Int64Range(0, 30).Draw(t, "have")
		want := rapid.Int64Range(-2, MaxQty+2).Draw(t, "want")
		after, capped, err := add(card, have, want, 1)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("an unexpected refusal: %v", err)
			}
			if want >= 1 && want <= MaxQty && card.Sold && card.Salable > have && have < MaxQty {
				t.Fatalf("refused although %d of %d are left: %v", card.Salable-have, card.Salable, err)
			}
			return
		}
		if after > card.Salable || after > MaxQty || after <= have || after > have+want {
			t.Fatalf("%d + %d became %d of %d", have, want, after, card.Salable)
		}
		if capped != (after != have+want) {
			t.Fatalf("capped %v, yet %d + %d became %d", capped, have, want, after)
		}
	})
}

func TestMergingAddsUpCapsAndNeverTakesFromTheCustomer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mine, guest := &Cart{Currency: "EUR"}, &Cart{Currency: "EUR"}
		for id := int64(1); id <= 6; id++ {
			card := anyCard(t)
			card.ID = id
			if rapid.Bool().Draw(t, "mine") {
				mine.Lines = append(mine.Lines, Line{Card: card, Qty: rapid.Int64Range(1, 30).Draw(t, "qty")})
			}
			if rapid.Bool().Draw(t, "guest") {
				guest.Lines = append(guest.Lines, Line{Card: card, Qty: rapid.Int64Range(1, 30).Draw(t, "qty")})
			}
		}
		outs := mergeLines(mine, guest)
		for i, out := range outs {
			l := guest.Lines[i]
			sum := out.Before + l.Qty
			switch {
			case out.After < out.Before:
				t.Fatalf("the customer lost %d", out.Before-out.After)
			case out.After > out.Before && (out.After > l.Card.Salable || !l.Card.Sold):
				t.Fatalf("took over what cannot be sold: %+v of %d", out, l.Card.Salable)
			case out.Capped != (out.After < sum):
				t.Fatalf("notice %v, yet %d became %d", out.Capped, sum, out.After)
			case l.Card.Sold && l.Card.Salable >= sum && out.After != sum:
				t.Fatalf("%d should have become %d", out.After, sum)
			}
		}
	})
}

func TestTotalsAreTheSumOfWhatIsStillSold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &Cart{Currency: "EUR"}
		var want, pieces int64
		for range rapid.IntRange(0, 8).Draw(t, "lines") {
			l := Line{Card: anyCard(t), Qty: rapid.Int64Range(1, MaxQty).Draw(t, "qty")}
			if err := l.price(); err != nil {
				t.Fatal(err)
			}
			c.Lines = append(c.Lines, l)
			pieces += l.Qty
			if l.Card.Sold {
				want += l.Card.Price.Minor * l.Qty
			}
			if (l.Problem == NoProblem) != (l.Card.Sold && l.Card.Salable >= l.Qty) {
				t.Fatalf("problem %q of %+v", l.Problem, l)
			}
		}
		got, err := c.Subtotal()
		if err != nil || got != money.New(want, "EUR") || c.Count() != pieces {
			t.Fatalf("got %v for %d pieces, want %d for %d: %v", got, c.Count(), want, pieces, err)
		}
	})
}

func TestASumThatDoesNotFitIsAnErrorNotANumber(t *testing.T) {
	l := Line{Card: catalog.Card{Sold: true, Price: money.New(1<<62, "EUR")}, Qty: 4}
	if err := l.price(); err == nil {
		t.Error("an overflow was not noticed")
	}
}
