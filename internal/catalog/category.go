package catalog

import (
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/fault"
)

// Category is one node of the category tree. A root has no parent; stores show
// the branch below their root.
type Category struct {
	ID, ParentID int64
	Path         string // ids from the root, "1/4/9"
	Level        int64
	Position     int64
	Active       bool
	InMenu       bool
	Texts        map[int64]CategoryText // by store view; 0 is the default
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// CategoryText is what a category says in one store view. Outside the default
// an empty field means: use the default.
type CategoryText struct{ Name, URLKey, Description string }

// Text is what the category says in a view, defaults filled in.
func (c *Category) Text(viewID int64) CategoryText {
	t, d := c.Texts[viewID], c.Texts[0]
	return CategoryText{or(t.Name, d.Name), or(t.URLKey, d.URLKey), or(t.Description, d.Description)}
}

// Name is the category's name in a view.
func (c *Category) Name(viewID int64) string { return c.Text(viewID).Name }

// tidy trims what was typed and derives what may be left out.
func (c *Category) tidy() {
	for view, t := range c.Texts {
		t.Name, t.URLKey, t.Description = strings.TrimSpace(t.Name), strings.TrimSpace(t.URLKey), strings.TrimSpace(t.Description)
		if view == 0 && t.URLKey == "" {
			t.URLKey = Slug(t.Name)
		}
		if view != 0 && t == (CategoryText{}) {
			delete(c.Texts, view)
			continue
		}
		c.Texts[view] = t
	}
}

// Check returns what is wrong with a category, by field, or nil.
func (c *Category) Check() error {
	f := fault.Fields{}
	if c.Texts[0].Name == "" {
		f.Add("name_0", "Enter a name.")
	}
	for view, t := range c.Texts {
		if utf8.RuneCountInString(t.Name) > maxName {
			f.Add(field("name", view), "A name has at most %d characters.", maxName)
		}
		if t.URLKey != "" && !validKey(t.URLKey) || view == 0 && t.URLKey == "" {
			f.Add(field("url_key", view), "A URL key has small letters, digits and single hyphens, at most %d characters.", maxKey)
		}
		if len(t.Description) > maxText {
			f.Add(field("description", view), "This text is too long.")
		}
	}
	return f.Err()
}

func field(name string, id int64) string { return name + "_" + strconv.FormatInt(id, 10) }

// Tree is the whole category tree as it was at one version of the catalogue.
// It is shared: nobody changes it.
type Tree struct {
	Version  int64
	byID     map[int64]*Category
	children map[int64][]*Category // in order; 0 holds the roots
}

func newTree(version int64, all []*Category) *Tree {
	t := &Tree{Version: version, byID: map[int64]*Category{}, children: map[int64][]*Category{}}
	for _, c := range all {
		t.byID[c.ID] = c
		t.children[c.ParentID] = append(t.children[c.ParentID], c)
	}
	for _, cs := range t.children {
		sort.Slice(cs, func(i, j int) bool {
			if cs[i].Position != cs[j].Position {
				return cs[i].Position < cs[j].Position
			}
			return cs[i].ID < cs[j].ID
		})
	}
	return t
}

// Get returns a category, or nil.
func (t *Tree) Get(id int64) *Category { return t.byID[id] }

// Len is the number of categories.
func (t *Tree) Len() int { return len(t.byID) }

// Children are the categories directly below one, in order; of 0 the roots.
func (t *Tree) Children(id int64) []*Category { return t.children[id] }

// Chain is a category's ancestors from the root down to itself.
func (t *Tree) Chain(id int64) []*Category {
	var chain []*Category
	for c := t.byID[id]; c != nil && len(chain) < 64; c = t.byID[c.ParentID] {
		chain = append([]*Category{c}, chain...)
	}
	return chain
}

// Walk visits the branch below a category in order, parents first.
func (t *Tree) Walk(below int64, visit func(c *Category)) {
	for _, c := range t.children[below] {
		visit(c)
		t.Walk(c.ID, visit)
	}
}

// Shown reports whether a category and everything above it is active.
func (t *Tree) Shown(id int64) bool {
	chain := t.Chain(id)
	for _, c := range chain {
		if !c.Active {
			return false
		}
	}
	return len(chain) > 0
}

// Menu are the active children that the menu shows.
func (t *Tree) Menu(id int64) []*Category {
	var menu []*Category
	for _, c := range t.children[id] {
		if c.Active && c.InMenu {
			menu = append(menu, c)
		}
	}
	return menu
}

// URLPath is a category's address below /c/ in a view: the URL keys from below
// the root of its tree. A root's own is empty.
func (t *Tree) URLPath(id, viewID int64) string {
	chain := t.Chain(id)
	if len(chain) < 2 {
		return ""
	}
	keys := make([]string, 0, len(chain)-1)
	for _, c := range chain[1:] {
		keys = append(keys, c.Text(viewID).URLKey)
	}
	return strings.Join(keys, "/")
}

// Find returns the category at an address below a root in a view, or nil.
func (t *Tree) Find(rootID, viewID int64, path string) *Category {
	at := t.byID[rootID]
	if at == nil {
		return nil
	}
	for key := range strings.SplitSeq(path, "/") {
		var next *Category
		for _, c := range t.children[at.ID] {
			if c.Text(viewID).URLKey == key {
				next = c
				break
			}
		}
		if next == nil {
			return nil
		}
		at = next
	}
	return at
}

// CanMove says why a category cannot be put below another one, or nil. Below 0
// it becomes a root.
func (t *Tree) CanMove(id, below int64) error {
	if t.byID[id] == nil || below != 0 && t.byID[below] == nil {
		return fault.New(fault.NotFound, "This category does not exist.")
	}
	for _, c := range t.Chain(below) {
		if c.ID == id {
			return fault.New(fault.Invalid, "A category cannot be moved below itself.")
		}
	}
	return nil
}
