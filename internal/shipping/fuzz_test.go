package shipping

import (
	"errors"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/fault"
)

// FuzzTable: a file of table rates is taken, or refused by its lines.
func FuzzTable(f *testing.F) {
	f.Add("Country,Region/State,Zip/Postal Code,Weight (and above),Shipping Price\nUS,CA,9*,1.5,4.90\n", "USD")
	f.Add("DE,*,*,0,4\nDE,*,*,0,5\n", "EUR")
	f.Add("a\"b\n\"", "JPY")
	f.Add("\ufeff,,,,\n", "KWD")
	f.Fuzz(func(t *testing.T, file, currency string) {
		for _, m := range []Measure{ByWeight, BySubtotal, ByItems} {
			table, err := read(strings.NewReader(file), m, currency)
			var lines *FileError
			if _, said := fault.As(err); err != nil && !said && !errors.As(err, &lines) {
				t.Errorf("%q: %v", file, err)
			}
			for _, row := range table {
				if row.Price < 0 || row.From < 0 || row.Country == "" || len(row.Postcode) > maxPostcode {
					t.Errorf("%q: %+v is taken", file, row)
				}
			}
		}
	})
}
