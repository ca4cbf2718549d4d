package admin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web/ui"
)

// gridSpec declares a grid: what its address may hold and how it is shown.
type gridSpec struct {
	Path        string
	Caption     string // what the table lists, read out
	Placeholder string // of the keyword box, "" for none
	Columns     []gridColumn
	Filters     []gridFilter
	Sort        string // by default; "-created" is descending
	Export      string // address of the CSV, "" for none
}

// gridColumn is one column; Extra ones are hidden until they are chosen.
type gridColumn struct {
	Key, Label              string
	Sortable, Extra         bool
	Numeric, Strong, Narrow bool
}

// gridFilter is a parameter of the address that narrows the list; Show says its
// value in words for the chip.
type gridFilter struct {
	Name, Label string
	Show        func(value string) string
}

var gridSizes = []int{20, 50, 100, 200}

// gridState is what the address of a grid holds. Everything is in the address,
// so a list can be shared, kept as a bookmark and exported as it is seen.
type gridState struct {
	spec    *gridSpec
	Q       string
	Filters map[string]string
	Sort    string // key of the column
	Desc    bool
	Columns []string // keys of the visible columns, in the spec's order
	Size    int
	Cursor  string // place of the page in the list, "" for the first
	chosen  bool   // the columns are not the default
}

// read takes from the address what the spec knows and ignores the rest.
func (s *gridSpec) read(r *http.Request) gridState {
	v := r.URL.Query()
	g := gridState{spec: s, Q: strings.TrimSpace(v.Get("q")), Filters: map[string]string{}, Size: gridSizes[0]}
	if len(g.Q) > 200 {
		g.Q = strings.ToValidUTF8(g.Q[:200], "")
	}
	for _, f := range s.Filters {
		if value := strings.TrimSpace(v.Get(f.Name)); value != "" && len(value) <= 200 {
			g.Filters[f.Name] = value
		}
	}
	g.Sort, g.Desc = strings.CutPrefix(v.Get("sort"), "-")
	if !s.sortable(g.Sort) {
		g.Sort, g.Desc = strings.CutPrefix(s.Sort, "-")
	}
	if size, err := strconv.Atoi(v.Get("size")); err == nil && slices.Contains(gridSizes, size) {
		g.Size = size
	}
	g.Columns, g.chosen = s.visible(v["columns"])
	g.Cursor = v.Get("at")
	return g
}

func (s *gridSpec) sortable(key string) bool {
	return slices.ContainsFunc(s.Columns, func(c gridColumn) bool { return c.Key == key && c.Sortable })
}

func (s *gridSpec) visible(wanted []string) (keys []string, chosen bool) {
	for _, c := range s.Columns {
		if slices.Contains(wanted, c.Key) {
			keys = append(keys, c.Key)
		}
	}
	if len(keys) > 0 {
		return keys, true
	}
	for _, c := range s.Columns {
		if !c.Extra {
			keys = append(keys, c.Key)
		}
	}
	return keys, false
}

// params is the state as an address has it, without the place in the list.
func (g gridState) params() url.Values {
	v := url.Values{}
	if g.Q != "" {
		v.Set("q", g.Q)
	}
	for name, value := range g.Filters {
		v.Set(name, value)
	}
	if sort := g.sortParam(); sort != g.spec.Sort && g.Sort != "" {
		v.Set("sort", sort)
	}
	if g.chosen {
		v["columns"] = g.Columns
	}
	if g.Size != gridSizes[0] {
		v.Set("size", strconv.Itoa(g.Size))
	}
	return v
}

func (g gridState) sortParam() string {
	if g.Desc {
		return "-" + g.Sort
	}
	return g.Sort
}

// href is the address of this list with some parameters changed; an empty value
// removes one. It leads to the first page unless a cursor is among them.
func (g gridState) href(changes ...ui.Pair) string { return g.hrefOf(g.spec.Path, changes...) }

func (g gridState) hrefOf(path string, changes ...ui.Pair) string {
	v := g.params()
	for _, c := range changes {
		v.Del(c.Name)
		if c.Value != "" {
			v.Set(c.Name, c.Value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// keep is the state as hidden fields, leaving out what the form sets itself.
func (g gridState) keep(without ...string) []ui.Pair {
	v := g.params()
	var pairs []ui.Pair
	for name, values := range v {
		if slices.Contains(without, name) {
			continue
		}
		for _, value := range values {
			pairs = append(pairs, ui.Pair{Name: name, Value: value})
		}
	}
	slices.SortFunc(pairs, func(a, b ui.Pair) int { return strings.Compare(a.Name+a.Value, b.Name+b.Value) })
	return pairs
}

// Narrowed reports whether a keyword or filter is set.
func (g gridState) Narrowed() bool { return g.Q != "" || len(g.Filters) > 0 }

// shows reports whether a column is visible.
func (g gridState) shows(key string) bool { return slices.Contains(g.Columns, key) }

// cells are a row's cells for the visible columns.
func (g gridState) cells(cell func(key string) templ.Component) []templ.Component {
	all := make([]templ.Component, len(g.Columns))
	for i, key := range g.Columns {
		all[i] = cell(key)
	}
	return all
}

// gridPage is what was found.
type gridPage struct {
	Rows        []ui.Row
	Total       int
	More        bool   // there are more than Total
	Next, Prev  string // cursors
	Filters     templ.Component
	Export      bool // may be downloaded
	Actions     templ.Component
	Empty       ui.EmptyState // when there is nothing at all
	EmptyAction templ.Component
}

// args turns state and page into the grid component's arguments.
func (g gridState) args(p gridPage) ui.GridArgs {
	s := g.spec
	a := ui.GridArgs{
		ID: "grid", Caption: s.Caption, Columns: g.heads(), Rows: p.Rows, Actions: p.Actions,
		Chips: g.chips(), Pager: g.pager(p), Empty: p.Empty, EmptyAction: p.EmptyAction,
	}
	if s.Placeholder != "" {
		a.Search = &ui.GridSearch{Action: s.Path, Value: g.Q, Placeholder: s.Placeholder, Keep: g.keep("q")}
	}
	if p.Filters != nil {
		names := make([]string, len(s.Filters))
		for i, f := range s.Filters {
			names[i] = f.Name
		}
		a.Filters, a.FilterAction, a.FilterKeep = p.Filters, s.Path, g.keep(names...)
	}
	a.FilterReset = g.cleared()
	if len(s.Columns) > 3 {
		a.Chooser = g.chooser()
	}
	if p.Export && s.Export != "" {
		a.Export = g.hrefOf(s.Export)
	}
	if g.Narrowed() {
		a.Empty = ui.EmptyState{Icon: ui.IconSearch, Title: "Nothing matches", Text: "Try fewer letters or filters."}
		a.EmptyAction = ui.LinkButton("Clear all filters", a.FilterReset, ui.Secondary)
	}
	return a
}

func (g gridState) cleared() string {
	g.Q, g.Filters = "", nil
	return g.href()
}

func (g gridState) heads() []ui.Column {
	var heads []ui.Column
	for _, c := range g.spec.Columns {
		if !g.shows(c.Key) {
			continue
		}
		h := ui.Column{Key: c.Key, Label: c.Label, Numeric: c.Numeric, Strong: c.Strong, Narrow: c.Narrow}
		if c.Sortable {
			h.SortHref = g.sortBy(c.Key)
		}
		if c.Key == g.Sort {
			h.Sorted = ui.Ascending
			if g.Desc {
				h.Sorted = ui.Descending
			}
		}
		heads = append(heads, h)
	}
	return heads
}

// sortBy is the address that sorts by a column, the other way round if it
// already does.
func (g gridState) sortBy(key string) string {
	g.Desc = g.Sort == key && !g.Desc
	g.Sort = key
	return g.href()
}

func (g gridState) chips() []ui.Chip {
	var chips []ui.Chip
	if g.Q != "" {
		chips = append(chips, ui.Chip{Label: "Keyword", Value: g.Q, Remove: g.href(ui.Pair{Name: "q"})})
	}
	for _, f := range g.spec.Filters {
		value, on := g.Filters[f.Name]
		if !on {
			continue
		}
		if f.Show != nil {
			value = f.Show(value)
		}
		chips = append(chips, ui.Chip{Label: f.Label, Value: value, Remove: g.href(ui.Pair{Name: f.Name})})
	}
	return chips
}

// said is what narrows the list, in words, for the record of a download.
func (g gridState) said() []sqldb.Note {
	var notes []sqldb.Note
	for _, c := range g.chips() {
		notes = append(notes, sqldb.Note{Key: c.Label, Value: c.Value})
	}
	return notes
}

func (g gridState) chooser() *ui.Chooser {
	c := &ui.Chooser{Action: g.spec.Path, Keep: g.keep("columns")}
	for _, col := range g.spec.Columns {
		c.All = append(c.All, ui.Choice{Key: col.Key, Label: col.Label, On: g.shows(col.Key)})
	}
	plain := g
	plain.chosen = false
	c.Reset = plain.href()
	return c
}

func (g gridState) pager(p gridPage) ui.Pager {
	out := ui.Pager{Total: p.Total, More: p.More}
	if p.Next != "" {
		out.Next = g.href(ui.Pair{Name: "at", Value: p.Next})
	}
	if p.Prev != "" {
		out.Prev = g.href(ui.Pair{Name: "at", Value: p.Prev})
	}
	if g.Cursor != "" {
		out.First = g.href()
	}
	for _, n := range gridSizes {
		sized := g
		sized.Size = n
		out.Sizes = append(out.Sizes, ui.NavLink{Text: strconv.Itoa(n), Href: sized.href(), Current: n == g.Size})
	}
	return out
}
