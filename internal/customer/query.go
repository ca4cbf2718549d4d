package customer

import (
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/listing"
)

// CountCap is how far totals are counted; beyond it there are "more than 10,000".
const CountCap = listing.CountCap

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

	Sort   string // a key that is Sortable, "" means newest first (or best match for a keyword)
	Desc   bool
	Cursor string // from Listing.Next or .Prev, "" for the first page
	Size   int    // rows a page, 20 by default, at most 200
}

// Listing is one page of customers.
type Listing = listing.Page[Customer]

var (
	customers = listing.Source{Table: "customer c", ID: "c.id", Columns: columns, Terms: "customer_term t", TermID: "t.customer_id"}

	sortings = map[string]listing.Order{
		"id":         {byID},
		"name":       {{SQL: "c.name_key", Text: true}, byID},
		"email":      {{SQL: "c.email_key", Text: true}, {SQL: "c.website_id"}},
		"group":      {{SQL: "c.group_id"}, byID},
		"phone":      {{SQL: "c.phone_key", Text: true}, byID},
		"postcode":   {{SQL: "c.postcode", Text: true}, byID},
		"country":    {{SQL: "c.country", Text: true}, byID},
		"region":     {{SQL: "c.region_key", Text: true}, byID},
		"since":      {{SQL: "c.created_at"}, byID},
		"website":    {{SQL: "c.website_id"}, byID},
		"assistance": {{SQL: "c.assistance", Text: true}, byID},
	}
	byID = listing.Column{SQL: "c.id"}
)

// Sortable reports whether lists can be sorted by a key.
func Sortable(key string) bool { _, ok := sortings[key]; return ok }

// order is the order asked for. Newest first is the default; with a date range
// it is by that date, so that the list does not walk past everything newer.
func (q Query) order() (o listing.Order, desc bool) {
	if o, ok := sortings[q.Sort]; ok {
		return o, q.Desc
	}
	if !q.Since.IsZero() || !q.Until.IsZero() {
		return sortings["since"], true
	}
	return sortings["id"], true
}

// plan takes the query apart. A keyword that is a number may be an id: that one
// customer is then left out of the list, to be shown first.
func (q Query) plan() (p listing.Plan, id int64) {
	p = listing.Plan{Source: customers, Conds: q.conds(), Cursor: q.Cursor, Size: q.Size, SortCap: sortCap}
	p.Order, p.Desc = q.order()
	kw, ok := q.keyword()
	if !ok {
		return p, 0
	}
	p.Term, p.ByMatch = listing.Term(kw.prefix), !Sortable(q.Sort)
	if kw.id != 0 {
		p.Term.Text, p.Term.Args = p.Term.Text+" AND t.customer_id <> ?", append(p.Term.Args, kw.id)
	}
	return p, kw.id
}

// sortCap is lowered by tests.
var sortCap = listing.SortCap

// conds lists the query's conditions, the most selective kind first: by the
// index of the first one matches are counted, and fetched when they are few.
// Indexes of one value go on with the id.
func (q Query) conds() []listing.Cond {
	const id = "c.id"
	var all listing.Conds
	all.Add(q.ID != 0, listing.Is("c.id", id, q.ID))
	all.Add(q.Email != "", listing.Prefix("c.email_key", EmailKey(q.Email)))
	all.Add(Digits(q.Phone) != "", listing.Prefix("c.phone_key", Digits(q.Phone)))
	all.Add(q.Name != "", listing.Prefix("c.name_key", Fold(q.Name)))
	all.Add(q.Postcode != "", listing.Prefix("c.postcode", strings.ToUpper(Clean(q.Postcode))))
	all.Add(q.Region != "", listing.Prefix("c.region_key", Fold(q.Region)))
	all.Add(q.Active != nil && !*q.Active, listing.Holds("NOT c.active", id))
	all.Add(q.Confirmed != nil && !*q.Confirmed, listing.Holds("c.confirmed_at IS NULL", id))
	all.Add(!q.Since.IsZero() || !q.Until.IsZero(), listing.Between("c.created_at", q.Since, q.Until))
	all.Add(q.Country != "", listing.Is("c.country", id, strings.ToUpper(q.Country)))
	all.Add(q.StoreViewID != 0, listing.Is("c.store_view_id", id, q.StoreViewID))
	all.Add(q.Assistance != "", listing.Is("c.assistance", id, q.Assistance))
	all.Add(q.GroupID != 0, listing.Is("c.group_id", id, q.GroupID))
	all.Add(q.WebsiteID != 0, listing.Is("c.website_id", id, q.WebsiteID))
	all.Add(q.Websites != nil, listing.Among("c.website_id", id, q.Websites))
	all.Add(q.Active != nil && *q.Active, listing.Unindexed("c.active"))
	all.Add(q.Confirmed != nil && *q.Confirmed, listing.Unindexed("c.confirmed_at IS NOT NULL"))
	return all
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
