package customer

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFoldMakesWritingsOfOneNameEqual(t *testing.T) {
	for _, c := range [][2]string{
		{"  Élodie   STRAẞE ", "elodie strasse"}, {"Søren Ørsted", "soren orsted"}, {"Łódź", "lodz"},
		{"İpek", "ipek"}, {"ΣΊΣΥΦΟΣ", "σισυφοσ"}, {"Ⅷ", "viii"}, {"محمد", "محمد"}, {"", ""},
	} {
		if got := Fold(c[0]); got != c[1] {
			t.Errorf("Fold(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func TestEmailAddresses(t *testing.T) {
	for _, good := range []string{"vera@example.com", "v.l+x@sub.example.co.uk", "jürgen@müller.de", "a@localhost"} {
		if !ValidEmail(good) {
			t.Errorf("%q was refused", good)
		}
	}
	for _, bad := range []string{"", "vera", "@example.com", "vera@", "vera@example", "a b@example.com", "a@b@example.com", "a..b@example.com",
		"a@-x.com", "a@x..com", "<a@x.com>", "a@x.com\nBcc: b@x.com", strings.Repeat("a", 65) + "@x.com"} {
		if ValidEmail(bad) {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestAddressesNeedWhatTheirCountryNeeds(t *testing.T) {
	full := Address{FirstName: "A", LastName: "B", Street: "1 Main St", City: "X", Region: "CA", Postcode: "1", Country: "US", Phone: "555 0100"}
	for _, c := range []struct {
		change func(*Address)
		field  string
	}{
		{func(*Address) {}, ""},
		{func(a *Address) { a.Region = "" }, "region"},
		{func(a *Address) { a.Country, a.Region = "DE", "" }, ""},
		{func(a *Address) { a.Postcode = " " }, "postcode"},
		{func(a *Address) { a.Country, a.Postcode = "AE", "" }, ""},
		{func(a *Address) { a.Country = "ZZ" }, "country"},
		{func(a *Address) { a.Phone = "12" }, "phone"},
		{func(a *Address) { a.Street = "1\n2\n3\n4\n5" }, "street"},
		{func(a *Address) { a.Company = strings.Repeat("x", 256) }, "company"},
	} {
		a := full
		c.change(&a)
		errs := a.clean().check()
		if c.field == "" && len(errs) > 0 || c.field != "" && errs[c.field] == "" {
			t.Errorf("want an error of %q, got %v", c.field, errs)
		}
	}
}

func TestCountriesAreNamedInTheLanguageAndSortedByIt(t *testing.T) {
	for locale, want := range map[string]string{"en": "Germany", "de": "Deutschland", "fr": "Allemagne", "ar": "ألمانيا"} {
		if got := CountryName("DE", locale); got != want {
			t.Errorf("%s: %s", locale, got)
		}
	}
	place := map[string]int{}
	for i, c := range Countries("de") {
		if c.Name == "" || c.Name == c.Code {
			t.Errorf("%s has no name", c.Code)
		}
		place[c.Code] = i
	}
	if !(place["OM"] < place["AT"] && place["AT"] < place["PA"]) {
		t.Error("Österreich does not sort with O")
	}
}

// Every prefix finds a customer once, and exactly by the terms that begin so.
func TestEveryBeginningMeetsACustomerOnce(t *testing.T) {
	word := rapid.StringMatching(`[abé]{1,3}( [abé]{1,3}){0,2}`)
	rapid.Check(t, func(t *rapid.T) {
		email, first, last := word.Draw(t, "email")+"@b.a", word.Draw(t, "first"), word.Draw(t, "last")
		prefix := Fold(word.Draw(t, "prefix"))
		met := 0
		for _, x := range terms(email, first, last, "") {
			if strings.HasPrefix(x.text, prefix) && x.shared < len(prefix) {
				met++
			}
		}
		whole, reversed := Fold(first+" "+last), Fold(last+" "+first)
		want := strings.HasPrefix(Fold(email), prefix) || strings.HasPrefix(reversed, prefix) || strings.HasPrefix(" "+whole, " "+prefix) || strings.Contains(whole, " "+prefix)
		if want != (met == 1) || met > 1 {
			t.Fatalf("%q meets %q %q %q %d times, want %v", prefix, email, first, last, met, want)
		}
	})
}
