package assist

import (
	"testing"

	"pgregory.net/rapid"
)

func TestAPlaceComesBackAsKept(t *testing.T) {
	kinds := []PlaceKind{AtCustomer, AtOrder, AtInvoice, AtShipment, AtCreditMemo, AtPage}
	rapid.Check(t, func(t *rapid.T) {
		p := Place{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Name: rapid.String().Draw(t, "name")}
		if got := ParsePlace(p.String()); got != p {
			t.Errorf("%q came back as %v", p.String(), got)
		}
	})
}

func TestALabelOfBeforeIsAPagesTitle(t *testing.T) {
	for kept, want := range map[string]Place{
		"":              {},
		"Now Online":    {Kind: AtPage, Name: "Now Online"},
		"customer Vera": {Kind: AtPage, Name: "customer Vera"},
		"odd:thing":     {Kind: AtPage, Name: "odd:thing"},
	} {
		if got := ParsePlace(kept); got != want {
			t.Errorf("ParsePlace(%q) = %v, want %v", kept, got, want)
		}
	}
}
