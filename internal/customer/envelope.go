package customer

import "strings"

// countriesWithRegion write the region on the line of the city.
const countriesWithRegion = "US CA AU MX BR IN"

// Envelope is an address as it is written on an envelope, line by line, with the
// country's name in the language of a locale.
func Envelope(a Address, locale string) []string {
	place := strings.TrimSpace(a.Postcode + " " + a.City)
	region := a.Region
	if len(a.Country) == 2 && strings.Contains(countriesWithRegion, a.Country) {
		place, region = a.City, ""
		if rest := strings.TrimSpace(a.Region + " " + a.Postcode); rest != "" {
			place += ", " + rest
		}
	}
	all := append([]string{a.Name(), a.Company}, strings.Split(a.Street, "\n")...)
	all = append(all, place, region, CountryName(a.Country, locale), a.Phone, a.VATID)
	var lines []string
	for _, line := range all {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
