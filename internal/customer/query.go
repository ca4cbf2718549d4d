package customer

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// CountCap is how far totals are counted; beyond it there are "more than 10,000".
const CountCap = 10_000

// Query says which customers a list shows, and which page of it.
type Query struct {
	Keyword string // beginning of e-mail, first, last or whole name, phone; or an id

	ID          int64
	Name        string // beginning of the whole name
	Email       string // beginning
	Phone       string // beginning, digits count
	Postcode    string // beginning
	Region      string // beginning
	Country     string // code
	GroupID     int64
	WebsiteID   int64
	StoreViewID int64 // created in
	Assistance  string
	Active      *bool
	Confirmed   *bool
	Since       time.Time // customer since, from
	Until       time.Time // customer since, before

	// Websites limits the list to these, for staff who may see only some; nil
	// means all. An empty list shows nothing.
	Websites []int64

	Sort   string // a key of Sorts, "" means newest first (or best match for a keyword)
	Desc   bool
	Cursor string // from Listing.Next or .Prev, "" for the first page
	Size   int    // rows a page, 20 by default, at most 200
}

// Listing is one page of a list.
type Listing struct {
	Rows  []Customer
	Total int  // how many there are, at most CountCap
	More  bool // there are more than Total
	Next  string
	Prev  string
	// ByMatch reports that the rows are in the order of the keyword's matches,
	// because there are too many to sort otherwise.
	ByMatch bool
}

// sorting is an order a list can have: an indexed column and one that makes it
// unique, so that a page can begin anywhere.
type sorting struct {
	column, tie string
	text        bool
}

var sortings = map[string]sorting{
	"id":         {"c.id", "c.id", false},
	"name":       {"c.name_key", "c.id", true},
	"email":      {"c.email_key", "c.website_id", true},
	"group":      {"c.group_id", "c.id", false},
	"phone":      {"c.phone_key", "c.id", true},
	"postcode":   {"c.postcode", "c.id", true},
	"country":    {"c.country", "c.id", true},
	"region":     {"c.region_key", "c.id", true},
	"since":      {"c.created_at", "c.id", false},
	"website":    {"c.website_id", "c.id", false},
	"assistance": {"c.assistance", "c.id", true},
}

var byTerm = sorting{"t.term", "t.customer_id", true}

// Sortable reports whether lists can be sorted by a key.
func Sortable(key string) bool { _, ok := sortings[key]; return ok }

// order is the order asked for. Newest first is the default; with a date range
// it is by that date, so that the list does not walk past everything newer.
func (q Query) order() (sorting, bool) {
	if o, ok := sortings[q.Sort]; ok {
		return o, q.Desc
	}
	if !q.Since.IsZero() || !q.Until.IsZero() {
		return sortings["since"], true
	}
	return sortings["id"], true
}

// cond is a condition on a column with an index; column is "" without one.
type cond struct {
	column string
	equal  bool // the index lists the matches by id
	text   string
	args   []any
}

// plain is the condition in a form that no index can answer, so that a query
// uses exactly the index chosen for it on either engine. PostgreSQL takes it to
// hold for a third of the rows, and so walks where walking is asked for.
func (c cond) plain() string { return "CASE WHEN " + c.text + " THEN 1 ELSE 0 END > 0" }

func prefix(column, value string) cond {
	return cond{column, false, column + " >= ? AND " + column + " < ?", []any{value, sqldb.PrefixEnd(value)}}
}

func is[T string | int64](column string, value T) cond {
	return cond{column, true, column + " = ?", []any{value}}
}

// rare is a condition with a partial index, usual one without any.
func rare(text string) cond  { return cond{text, true, text, nil} }
func usual(text string) cond { return cond{"", false, text, nil} }

// conds lists the query's conditions, the most selective kind first: by the
// index of the first one matches are counted, and fetched when they are few.
func (q Query) conds() []cond {
	var all []cond
	add := func(wanted bool, c cond) {
		if wanted {
			all = append(all, c)
		}
	}
	add(q.ID != 0, is("c.id", q.ID))
	add(q.Email != "", prefix("c.email_key", EmailKey(q.Email)))
	add(Digits(q.Phone) != "", prefix("c.phone_key", Digits(q.Phone)))
	add(q.Name != "", prefix("c.name_key", Fold(q.Name)))
	add(q.Postcode != "", prefix("c.postcode", strings.ToUpper(Clean(q.Postcode))))
	add(q.Region != "", prefix("c.region_key", Fold(q.Region)))
	add(q.Active != nil && !*q.Active, rare("NOT c.active"))
	add(q.Confirmed != nil && !*q.Confirmed, rare("c.confirmed_at IS NULL"))
	add(!q.Since.IsZero() || !q.Until.IsZero(), between(q.Since, q.Until))
	add(q.Country != "", is("c.country", strings.ToUpper(q.Country)))
	add(q.StoreViewID != 0, is("c.store_view_id", q.StoreViewID))
	add(q.Assistance != "", is("c.assistance", q.Assistance))
	add(q.GroupID != 0, is("c.group_id", q.GroupID))
	add(q.WebsiteID != 0, is("c.website_id", q.WebsiteID))
	add(q.Websites != nil, amongWebsites(q.Websites))
	add(q.Active != nil && *q.Active, usual("c.active"))
	add(q.Confirmed != nil && *q.Confirmed, usual("c.confirmed_at IS NOT NULL"))
	return all
}

func between(since, until time.Time) cond {
	from, to := int64(0), sqldb.Micros(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	if !since.IsZero() {
		from = sqldb.Micros(since)
	}
	if !until.IsZero() {
		to = sqldb.Micros(until)
	}
	return cond{"c.created_at", false, "c.created_at >= ? AND c.created_at < ?", []any{from, to}}
}

func amongWebsites(ids []int64) cond {
	switch len(ids) {
	case 0:
		return usual("1 = 0")
	case 1:
		return is("c.website_id", ids[0])
	}
	list := strings.TrimSuffix(strings.Repeat("?, ", len(ids)), ", ")
	return cond{"c.website_id", false, "c.website_id IN (" + list + ")", sqldb.Any(ids)}
}

// keyword is what the keyword box was given, as it is looked up.
type keyword struct {
	prefix string
	id     int64 // when it is a number
}

func (q Query) keyword() (keyword, bool) {
	text := Clean(q.Keyword)
	if text == "" {
		return keyword{}, false
	}
	k := keyword{prefix: cutAt(Fold(text), maxTerm)}
	if looksLikePhone(text) {
		if digits := Digits(text); digits != "" {
			k.prefix = digits
		}
	}
	if n, err := strconv.ParseInt(strings.TrimPrefix(text, "#"), 10, 64); err == nil && n > 0 {
		k.id = n
		k.prefix = strings.TrimPrefix(k.prefix, "#")
	}
	return k, true
}

func (q Query) size() int {
	switch {
	case q.Size <= 0:
		return 20
	case q.Size > 200:
		return 200
	}
	return q.Size
}

// cursor is a place between two rows: the row it names is not on the page.
type cursor struct {
	Back bool   `json:"b,omitempty"` // the page before it, else after it
	Text string `json:"t,omitempty"`
	Num  int64  `json:"n,omitempty"`
	Tie  int64  `json:"i"`
	Set  bool   `json:"-"`
}

func (c cursor) String() string {
	raw, _ := json.Marshal(c) // plain fields
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor reads a cursor; a broken one is the first page.
func parseCursor(s string) (c cursor) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if s == "" || err != nil || json.Unmarshal(raw, &c) != nil {
		return cursor{}
	}
	c.Set = true
	return c
}
