package audit

import (
	"strconv"
	"strings"
)

// The kinds of term, by their first letter.
const (
	termGroup    = "g:"
	termAction   = "a:"
	termResult   = "r:"
	termKind     = "k:"
	termActor    = "u:"
	termCustomer = "c:"
	termStay     = "s:"
	termSite     = "b:"
	termView     = "v:"
	termIP       = "i:"
	termRoute    = "f:"
	termWord     = "d:" // in Details
	termFull     = "w:" // in the rest of Full Details
)

// The signs at which an address and a Full Action Name have parts.
const (
	ipSigns    = ".:"
	routeSigns = " /."
)

// terms are what the entry can be found by; some come twice.
func (e Entry) terms(add func(term string)) {
	add(termGroup + e.ReportGroup)
	add(termAction + string(e.Action))
	add(termResult + e.Result)
	add(termKind + string(e.ActorKind))
	add(actorTerm(string(e.ActorKind), e.ActorID))
	add(termSite + strconv.FormatInt(e.WebsiteID, 10))
	add(termView + strconv.FormatInt(e.StoreViewID, 10))
	if e.SubjectID != 0 {
		add(termCustomer + strconv.FormatInt(e.SubjectID, 10))
	}
	if e.Stay != 0 {
		add(termStay + strconv.FormatInt(e.Stay, 10))
	}
	for _, p := range stems(e.IP, ipSigns) {
		add(termIP + p)
	}
	for _, p := range stems(fullName(e), routeSigns) {
		add(termRoute + p)
	}
	shown := map[string]bool{}
	for _, w := range wordsOf(e.Details) {
		shown[w] = true
		add(termWord + w)
	}
	for _, text := range e.further() {
		for _, w := range wordsOf(text) {
			if !shown[w] {
				add(termFull + w)
			}
		}
	}
}

// wanted is what an entry must have for the filter, the time aside: of each
// group one of the terms.
func (f Filter) wanted() (all [][]string) {
	add := func(on bool, terms ...string) {
		if on {
			all = append(all, terms)
		}
	}
	add(f.Group != "", termGroup+f.Group)
	add(f.Action != "", termAction+string(f.Action))
	add(f.ActorID != 0, actorTerm(f.kind(), f.ActorID))
	add(f.ActorID == 0 && f.Kind != "", termKind+string(f.Kind))
	add(f.Result != "", termResult+f.Result)
	add(f.CustomerID != 0, termCustomer+strconv.FormatInt(f.CustomerID, 10))
	add(f.Stay != 0, termStay+strconv.FormatInt(f.Stay, 10))
	add(f.StoreViewID != 0, termView+strconv.FormatInt(f.StoreViewID, 10))
	add(f.IP != "", termIP+stem(f.IP, ipSigns))
	add(f.Route != "", termRoute+stem(f.Route, routeSigns))
	for _, w := range wordsOf(f.Details) {
		add(true, termWord+w)
	}
	for _, w := range wordsOf(f.Full) {
		add(true, termWord+w, termFull+w)
	}
	if f.Websites != nil {
		sites := []string{termSite + "-1"} // no website: a role without any sees nothing
		for _, id := range f.Websites {
			sites = append(sites, termSite+strconv.FormatInt(id, 10))
		}
		add(true, sites...)
	}
	return all
}

func actorTerm(kind string, id int64) string {
	return termActor + kind + ":" + strconv.FormatInt(id, 10)
}

// fullName is the Full Action Name: the route, and without one the action.
func fullName(e Entry) string {
	if e.Route == "" {
		return string(e.Action)
	}
	return e.Route
}

// further is what Full Details is looked for in, Details aside.
func (e Entry) further() (all []string) {
	for _, o := range e.Objects {
		all = append(all, o.Kind, o.ID)
	}
	for _, n := range e.Notes {
		all = append(all, n.Key, n.Value)
	}
	for _, c := range e.Changes {
		all = append(all, c.Field, c.Before, c.After)
	}
	return all
}

// stems are the beginnings of a text that end before one of the signs, and the
// whole: "post", "post /cart", "post /cart/items".
func stems(text, signs string) []string {
	text = strings.ToLower(text)
	var all []string
	for i := 1; i < len(text); i++ {
		if strings.ContainsRune(signs, rune(text[i])) && !strings.ContainsRune(signs, rune(text[i-1])) {
			all = append(all, text[:i])
		}
	}
	if text != "" {
		all = append(all, text)
	}
	return all
}

// stem is what was typed as the beginning of a text, in whole parts.
func stem(typed, signs string) string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if cut := strings.TrimRight(typed, signs); cut != "" {
		return cut
	}
	return typed
}
