package acl

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/fault"
)

// Role is a named set of resources and websites that Admin users hold.
type Role struct {
	ID           int64
	Name         string
	AllResources bool
	Resources    []Resource // also ids this build does not know
	AllWebsites  bool
	Websites     []int64
	AssistMode   AssistMode
	Users        int64 // how many Admin users have it; only List and Get fill it
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

const maxName = 80

// validate checks what does not depend on anybody else.
func (r *Role) validate() error {
	f := fault.Fields{}
	r.Name = strings.Join(strings.Fields(r.Name), " ")
	switch n := utf8.RuneCountInString(r.Name); {
	case n == 0:
		f.Add("name", "Enter a role name.")
	case n > maxName:
		f.Add("name", "Use at most %d characters.", maxName)
	}
	switch r.AssistMode {
	case "":
		r.AssistMode = AsConfigured
	case AsConfigured, ViewOnly:
	default:
		f.Add("assist_mode", "Choose As configured or View only.")
	}
	if !r.AllWebsites && len(r.Websites) == 0 {
		f.Add("websites", "Choose at least one website, or all of them.")
	}
	return f.Err()
}

// nameKey is how role names are compared.
func nameKey(name string) string { return strings.ToLower(name) }

// Covers refuses an editor whose reach is smaller than the role's: otherwise
// one could hand out, on a website one does not see, what one holds elsewhere.
func (g Grant) Covers(r Role) error {
	if r.AllResources && !g.All {
		return fault.New(fault.Denied, "The role %s holds all resources. Only someone who holds them all may do this.", r.Name)
	}
	if r.AllWebsites && !g.AllWebsites {
		return fault.New(fault.Denied, "The role %s reaches all websites. Only someone who reaches them all may do this.", r.Name)
	}
	for _, id := range r.Websites {
		if !g.AllowsWebsite(id) {
			return fault.New(fault.Denied, "The role %s reaches a website that your own role does not.", r.Name)
		}
	}
	return nil
}

// CoversAll refuses an editor who lacks anything that the role gives: giving a
// role to an Admin user, or deleting it, needs all of it.
func (g Grant) CoversAll(r Role) error {
	if err := g.Covers(r); err != nil {
		return err
	}
	for _, res := range r.Resources {
		if Known(res) && !g.Allows(res) {
			return fault.New(fault.Denied, "The role %s holds “%s”, which your own role does not.", r.Name, Label(res))
		}
	}
	return nil
}

// merge decides the resources after an edit. The editor decides about what they
// hold; what they lack, and ids this build does not know, stay as they were.
func (g Grant) merge(before, chosen []Resource) ([]Resource, error) {
	had := set(before)
	keep := map[Resource]bool{}
	for _, r := range chosen {
		switch {
		case g.Allows(r), had[r]:
			keep[r] = true
		case Known(r):
			return nil, fault.New(fault.Denied, "You cannot grant “%s”: your own role does not hold it.", Label(r))
		default:
			return nil, fault.New(fault.Invalid, "There is no resource called %q.", string(r))
		}
	}
	for _, r := range before {
		if !g.Allows(r) {
			keep[r] = true
		}
	}
	return sorted(keep), nil
}

func set(rs []Resource) map[Resource]bool {
	m := make(map[Resource]bool, len(rs))
	for _, r := range rs {
		m[r] = true
	}
	return m
}

// sorted puts resources in the tree's order, unknown ones last.
func sorted(m map[Resource]bool) []Resource {
	out := make([]Resource, 0, len(m))
	for _, r := range All() {
		if m[r] {
			out = append(out, r)
		}
	}
	known := len(out)
	for r := range m {
		if !Known(r) {
			out = append(out, r)
		}
	}
	slices.Sort(out[known:])
	return out
}
