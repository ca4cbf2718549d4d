package customer

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

var writeCountries = flag.Bool("write-countries", false, "write countries/*.txt anew")

// TestEveryLanguageHasItsCountriesFromCLDR also writes the files.
func TestEveryLanguageHasItsCountriesFromCLDR(t *testing.T) {
	for _, lang := range []string{"ar", "de", "en", "fr"} {
		tag := language.Make(lang)
		var list []Country
		for code := range strings.FieldsSeq(codes) {
			list = append(list, Country{code, display.Regions(tag).Name(language.MustParseRegion(code))})
		}
		order := collate.New(tag)
		slices.SortFunc(list, func(a, b Country) int { return order.CompareString(a.Name, b.Name) })
		if *writeCountries {
			var b strings.Builder
			for _, c := range list {
				b.WriteString(c.Code + " " + c.Name + "\n")
			}
			if err := os.WriteFile("countries/"+lang+".txt", []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if !slices.Equal(Countries(lang+"-XY"), list) {
			t.Errorf("%s: go test ./internal/customer -run Countries -args -write-countries", lang)
		}
	}
}

func TestAnUnknownLanguageHasEnglishNamesAndAnUnknownCountryItsCode(t *testing.T) {
	for _, c := range [][3]string{{"FR", "xx", "France"}, {"FR", "", "France"}, {"FR", "AR_eg", "فرنسا"}, {"QQ", "de", "QQ"}, {"", "de", ""}} {
		if got := CountryName(c[0], c[1]); got != c[2] {
			t.Errorf("%v: %q", c, got)
		}
	}
}
