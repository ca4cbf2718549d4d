package importer

import (
	"fmt"
	"strings"
)

// Maps say what the codes of a file are called here: kind → theirs → ours.
type Maps map[string]map[string]string

// The kinds of code that may differ between two shops.
const (
	MapWebsite  = "website"
	MapView     = "view"
	MapGroup    = "group"
	MapCategory = "category" // a root category, by name
)

// ParseMaps reads "website=theirs:ours".
func ParseMaps(texts []string) (Maps, error) {
	maps := Maps{}
	for _, text := range texts {
		kind, pair, ok := strings.Cut(text, "=")
		theirs, ours, both := strings.Cut(pair, ":")
		if !ok || !both || theirs == "" || ours == "" {
			return nil, fmt.Errorf("--map %s: write it as website=THEIRS:OURS", text)
		}
		switch kind {
		case MapWebsite, MapView, MapGroup, MapCategory:
		default:
			return nil, fmt.Errorf("--map %s: what can be mapped is website, view, group and category", text)
		}
		if maps[kind] == nil {
			maps[kind] = map[string]string{}
		}
		if before, twice := maps[kind][theirs]; twice && before != ours {
			return nil, fmt.Errorf("--map %s: %s is already mapped to %s", text, theirs, before)
		}
		maps[kind][theirs] = ours
	}
	return maps, nil
}

// ours is what a code of the file is called here.
func (m Maps) ours(kind, theirs string) string {
	if code, ok := m[kind][theirs]; ok {
		return code
	}
	return theirs
}
