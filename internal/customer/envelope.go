package customer

import "strings"

// countriesWithRegion write the region on the line of the city.
const countriesWithRegion = "US CA AU MX BR IN"

// Envelope is an address as it is written on an envelope, line by line, with the
// country's name in the language of a locale.
func Envelope(a Address, locale string) []string {
	all := append([]string{a.Name(), a.Company}, strings.Split(a.Street, "\n")...)
	all = append(all, Town(a.City, a.Region, a.Postcode, a.Country)...)
	return filled(append(all, CountryName(a.Country, locale), a.Phone, a.VATID))
}

// Town is what an address has below its street, line by line, as the country
// writes it: "Portland, Maine 04101" or "69003 Lyon".
func Town(city, region, postcode, country string) []string {
	if len(country) != 2 || !strings.Contains(countriesWithRegion, country) {
		return filled([]string{postcode + " " + city, region})
	}
	rest := strings.TrimSpace(region + " " + postcode)
	if city != "" && rest != "" {
		city += ", "
	}
	return filled([]string{city + rest})
}

func filled(all []string) []string {
	var lines []string
	for _, line := range all {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
