package tax

import (
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/customer"
)

// Place is where something is taxed.
type Place struct{ Country, Region, Postcode string }

// regionNames are the states and provinces whose two letters people use as well
// as their names, where tax differs by them.
var regionNames = map[string]map[string]string{
	"US": keys(`AL Alabama,AK Alaska,AZ Arizona,AR Arkansas,CA California,CO Colorado,CT Connecticut,DE Delaware,DC District of Columbia,
FL Florida,GA Georgia,HI Hawaii,ID Idaho,IL Illinois,IN Indiana,IA Iowa,KS Kansas,KY Kentucky,LA Louisiana,ME Maine,MD Maryland,
MA Massachusetts,MI Michigan,MN Minnesota,MS Mississippi,MO Missouri,MT Montana,NE Nebraska,NV Nevada,NH New Hampshire,NJ New Jersey,
NM New Mexico,NY New York,NC North Carolina,ND North Dakota,OH Ohio,OK Oklahoma,OR Oregon,PA Pennsylvania,PR Puerto Rico,RI Rhode Island,
SC South Carolina,SD South Dakota,TN Tennessee,TX Texas,UT Utah,VT Vermont,VA Virginia,WA Washington,WV West Virginia,WI Wisconsin,WY Wyoming`),
	"CA": keys(`AB Alberta,BC British Columbia,MB Manitoba,NB New Brunswick,NL Newfoundland and Labrador,NS Nova Scotia,NT Northwest Territories,
NU Nunavut,ON Ontario,PE Prince Edward Island,QC Quebec,SK Saskatchewan,YT Yukon`),
}

func keys(list string) map[string]string {
	m := map[string]string{}
	for entry := range strings.SplitSeq(list, ",") {
		code, name, _ := strings.Cut(strings.TrimSpace(entry), " ")
		m[customer.Fold(name)] = strings.ToLower(code)
	}
	return m
}

// RegionKey is a region as it is compared: "CA", "California" and "california"
// are the same in the US.
func RegionKey(country, region string) string {
	key := customer.Fold(region)
	if code, ok := regionNames[country][key]; ok {
		return code
	}
	return key
}

// postcodeKey is a postcode as it is compared: without case, spaces and dashes.
func postcodeKey(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(s)))
}

// pattern is a rate's postcode, read.
type pattern struct {
	exact, prefix string
	from, to      int64 // a range, when to is not 0
	weight        int64 // the more specific, the larger
}

// The weights of patterns: one postcode is more specific than any range, a range
// than any beginning, a beginning than all.
const (
	weightExact = 3 << 40
	weightRange = 2 << 40
	weightBegin = 1 << 40
)

func readPattern(s string) pattern {
	s = strings.TrimSpace(s)
	if s == Any || s == "" {
		return pattern{}
	}
	if begin, ok := strings.CutSuffix(s, Any); ok {
		key := postcodeKey(begin)
		return pattern{prefix: key, weight: weightBegin + int64(len(key))}
	}
	if from, to, ok := postcodeRange(s); ok {
		return pattern{from: from, to: to, weight: weightRange + max(0, 1<<39-(to-from))}
	}
	return pattern{exact: postcodeKey(s), weight: weightExact}
}

// postcodeRange reads "90000-96999": two numbers of the same length, so that
// postcodes with a dash of their own ("00-950", "1000-001") are not ranges.
func postcodeRange(s string) (from, to int64, ok bool) {
	a, b, dash := strings.Cut(s, "-")
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if !dash || len(a) != len(b) {
		return 0, 0, false
	}
	from, errFrom := strconv.ParseInt(a, 10, 64)
	to, errTo := strconv.ParseInt(b, 10, 64)
	return from, to, errFrom == nil && errTo == nil && 0 <= from && from <= to && to > 0
}

// covers reports whether a postcode, given as key and as typed, is in the pattern.
func (p pattern) covers(key, typed string) bool {
	switch {
	case p.to != 0:
		digits := typed[:len(typed)-len(strings.TrimLeft(typed, "0123456789"))]
		n, err := strconv.ParseInt(digits, 10, 64)
		return err == nil && p.from <= n && n <= p.to
	case p.prefix != "":
		return strings.HasPrefix(key, p.prefix)
	case p.exact != "":
		return p.exact == key
	}
	return true
}
