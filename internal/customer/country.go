package customer

import (
	"embed"
	"strings"
	"sync"
	"unicode"
)

// SplitCountries reads a list of codes as a merchant types it: "DE, at CH".
func SplitCountries(list string) []string {
	return strings.FieldsFunc(strings.ToUpper(list), func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) })
}

// sentence is an error that is shown to people as it is.
type sentence string

func (s sentence) Error() string { return string(s) }

// CountryCodes refuses a list with anything but codes of countries in it.
func CountryCodes(list string) error {
	for _, code := range SplitCountries(list) {
		if !KnownCountry(code) {
			return sentence("“" + code + "” is not the two-letter code of a country.")
		}
	}
	return nil
}

// Country is a country one can live in, named in some language.
type Country struct{ Code, Name string }

// codes are the ISO 3166-1 countries and territories with inhabitants.
const codes = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR " +
	"GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP " +
	"KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ " +
	"NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW " +
	"SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ " +
	"UA UG US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"

// Where an address is not complete without a state or province, and where there
// are no postcodes to ask for.
const (
	withRegion      = "AR AU BR CA CN IN IT JP MX MY US"
	withoutPostcode = "AE AG AN AO AW BB BF BI BJ BO BQ BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GH GM GN GQ GY HK HM IE " +
		"JM KI KM KN KP LC LY ML MO MR MW NR NU PA QA RW SB SC SL SR SS ST SX SY TD TF TG TK TL TO TT TV UG VU YE ZW"
)

var knownCountries = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for code := range strings.FieldsSeq(codes) {
		known[code] = true
	}
	return known
})

// KnownCountry reports whether code is the two-letter code of a country.
func KnownCountry(code string) bool { return knownCountries()[code] }

// NeedsRegion reports whether addresses there name a state or province.
func NeedsRegion(code string) bool { return len(code) == 2 && strings.Contains(withRegion, code) }

// NeedsPostcode reports whether addresses there have a postcode.
func NeedsPostcode(code string) bool {
	return len(code) == 2 && !strings.Contains(withoutPostcode, code)
}

// Each language's names, in the order of its dictionary: "DE Germany". They are
// written by a test from CLDR, because sorting by language at run time takes
// tables of more than a megabyte.
//
//go:embed countries/*.txt
var countryFiles embed.FS

// countryList is all countries in one language.
type countryList struct {
	sorted []Country
	names  map[string]string
}

var countryLists = sync.OnceValue(func() map[string]*countryList {
	lists := map[string]*countryList{}
	files, _ := countryFiles.ReadDir("countries")
	for _, file := range files {
		text, _ := countryFiles.ReadFile("countries/" + file.Name())
		list := &countryList{names: map[string]string{}}
		for line := range strings.Lines(string(text)) {
			code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			list.sorted = append(list.sorted, Country{code, name})
			list.names[code] = name
		}
		lists[strings.TrimSuffix(file.Name(), ".txt")] = list
	}
	return lists
})

// countriesIn gives the names in a locale's language, in English for one that
// the catalogues do not have either.
func countriesIn(locale string) *countryList {
	lists := countryLists()
	end := strings.IndexAny(locale, "-_")
	if end < 0 {
		end = len(locale)
	}
	if list, ok := lists[strings.ToLower(locale[:end])]; ok {
		return list
	}
	return lists["en"]
}

// Countries lists all countries by their names in a locale, in its order. The
// list is everybody's: change a copy.
func Countries(locale string) []Country { return countriesIn(locale).sorted }

// CountryName is a country's name in a locale, or the code if it is unknown.
func CountryName(code, locale string) string {
	if name, ok := countriesIn(locale).names[code]; ok {
		return name
	}
	return code
}
