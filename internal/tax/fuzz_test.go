package tax

import (
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
)

// FuzzImport: a file of rates is taken, or refused in a sentence, by its lines.
func FuzzImport(f *testing.F) {
	head := strings.Join(csvColumns[:], ",") + ",english\n"
	f.Add(head + "US-CA,US,CA,90000-96999,8.25,,,,Tax\n")
	f.Add(head + "DE,DE,*,*,19,1,10000,99999,\n\n,\n")
	f.Add(head + "a\"b\n")
	f.Add(head + "\"a\n")
	f.Add("\ufeff" + head)
	tree := &store.Tree{Views: []store.View{{ID: 3, Code: "english"}}}
	f.Fuzz(func(t *testing.T, file string) {
		rates, wrong, err := readCSV(strings.NewReader(file), tree)
		if err != nil {
			if said, ok := fault.As(err); !ok || said.Message == "" {
				t.Errorf("%q: %v", file, err)
			}
			return
		}
		for _, w := range wrong {
			if w.Text == "" || w.Line < 1 {
				t.Errorf("%q: %+v", file, w)
			}
		}
		if len(wrong) > 0 {
			return
		}
		for _, r := range rates {
			if again := (&r).check(); len(again) > 0 || r.PPM < 0 {
				t.Errorf("%q: %+v is taken, %v", file, r, again)
			}
			readPattern(r.Postcode).covers(postcodeKey(r.Postcode), r.Postcode)
		}
	})
}

// FuzzPercent: a percentage is shown as it is read.
func FuzzPercent(f *testing.F) {
	for _, s := range []string{"8.25", "19 %", "7,7", "0", "100.0000", "1.23456", "%", ".5", "1.2.3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ppm, ok := ParsePercent(text)
		if !ok {
			return
		}
		if again, ok := ParsePercent(Percent(ppm)); !ok || again != ppm || ppm < 0 {
			t.Errorf("%q is %d, shown as %q, read as %d", text, ppm, Percent(ppm), again)
		}
	})
}

// FuzzPostcode: a customer's postcode meets a rate's, whatever either says.
func FuzzPostcode(f *testing.F) {
	f.Add("90000-96999", "90210-1234")
	f.Add("SW1*", "sw1a 1aa")
	f.Add("00-950", "00950")
	f.Add("99999999999999999999-99999999999999999999", "9")
	f.Fuzz(func(t *testing.T, rate, typed string) {
		p := readPattern(rate)
		if p.weight < 0 || p.to < p.from {
			t.Errorf("%q is %+v", rate, p)
		}
		if covered := p.covers(postcodeKey(typed), strings.TrimSpace(typed)); p.exact != "" && covered != (postcodeKey(rate) == postcodeKey(typed)) {
			t.Errorf("%q and %q: %v", rate, typed, covered)
		}
	})
}
