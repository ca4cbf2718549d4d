package storefront

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/pagecache"
	"github.com/storehand/storehand/internal/web/ui"
)

// CachedParams are the query parameters that cached pages understand; one that
// ends in "_" stands for all that begin so.
var CachedParams = []string{"q", "page", "sort", "price", "stock", "sale", facetPrefix, optionPrefix}

const facetPrefix = "f_"

// listing is the state of a list of products. All of it is in the address, so
// filters, order and pages are links.
type listing struct {
	path  string // address without parameters
	q     string
	price string
	list  catalog.List
}

// readListing takes from the address what lists understand and ignores the rest.
func readListing(r *http.Request, path string) listing {
	v := r.URL.Query()
	l := listing{path: path, q: strings.TrimSpace(v.Get("q"))}
	if len(l.q) > 200 {
		l.q = strings.ToValidUTF8(l.q[:200], "")
	}
	if low, high, ok := catalog.ParsePriceRange(v.Get("price")); ok {
		l.price, l.list.MinPrice, l.list.MaxPrice = v.Get("price"), low, high
	}
	l.list.InStock, l.list.Reduced = v.Get("stock") == "1", v.Get("sale") == "1"
	if o := catalog.Order(v.Get("sort")); slices.Contains(catalog.Orders, o) {
		l.list.Order = o
	}
	if n, err := strconv.Atoi(v.Get("page")); err == nil && n > 1 && n < 1_000_000 {
		l.list.Page = n
	}
	for name, values := range v {
		code, ok := strings.CutPrefix(name, facetPrefix)
		if !ok || code == "" || values[0] == "" || len(name) > 60 || len(values[0]) > 200 || len(l.list.Attributes) >= 6 {
			continue
		}
		if l.list.Attributes == nil {
			l.list.Attributes = map[string]string{}
		}
		l.list.Attributes[code] = values[0]
	}
	return l
}

func (l listing) params() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("q", l.q)
	set("price", l.price)
	set("sort", string(l.list.Order))
	if l.list.InStock {
		v.Set("stock", "1")
	}
	if l.list.Reduced {
		v.Set("sale", "1")
	}
	for code, value := range l.list.Attributes {
		v.Set(facetPrefix+code, value)
	}
	return v
}

// with is the address of this list with one parameter changed, on page one.
func (l listing) with(name, value string) string {
	v := l.params()
	v.Del(name)
	if value != "" {
		v.Set(name, value)
	}
	return address(l.path, v)
}

func (l listing) pageHref(n int) string {
	v := l.params()
	if n > 1 {
		v.Set("page", strconv.Itoa(n))
	}
	return address(l.path, v)
}

// cleared is the address without any filter.
func (l listing) cleared() string {
	v := url.Values{}
	if l.q != "" {
		v.Set("q", l.q)
	}
	if l.list.Order != "" {
		v.Set("sort", string(l.list.Order))
	}
	return address(l.path, v)
}

func (l listing) filtered() bool {
	return l.price != "" || l.list.InStock || l.list.Reduced || len(l.list.Attributes) > 0
}

func address(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// scope is for whom and when prices are.
func (a *App) scope(s *Shopper) catalog.Scope {
	return catalog.Scope{WebsiteID: s.Website.ID, ViewID: s.View.ID, GroupID: s.GroupID(), Currency: s.Website.Currency, Now: a.Now()}
}

// fragments says how this request may use kept parts of pages. A stay with
// "Disable Page Cache for Admin User" takes one only when the database says that
// it is what would be made now.
func fragments(s *Shopper) pagecache.Use {
	switch {
	case s.Stay == nil:
		return pagecache.ReadWrite
	case s.Stay.FreshPages:
		return pagecache.Proved
	}
	return pagecache.Read
}

// shelf is the part of a page that lists products: the same for everybody in
// one customer group, so it may be kept.
func (a *App) shelf(ctx context.Context, s *Shopper, l listing, empty string) (templ.Component, error) {
	key := strings.Join([]string{
		"list", strconv.FormatInt(s.View.ID, 10), strconv.FormatInt(s.GroupID(), 10),
		strconv.FormatInt(l.list.CategoryID, 10), l.pageHref(l.list.Page),
	}, " ")
	return a.Pages.Fragment(ctx, fragments(s), key, func() (templ.Component, error) {
		l.list.Size = int(a.Config.Int(ctx, config.ProductsPerPage, config.OfView(s.View)))
		found, err := a.Catalog.List(ctx, a.scope(s), l.list)
		if err != nil {
			return nil, err
		}
		return productList(s.productList(l, found, empty)), nil
	})
}

// listView is what productList shows.
type listView struct {
	Count     string
	Sorts     []ui.MenuItem
	SortLabel string
	Words     listWords
	Facets    []facetGroup
	Chips     []ui.Chip
	Clear     string // address without filters, "" when there are none
	Cards     []CardArgs
	Pages     ui.PageList
	Empty     ui.EmptyState
}

type listWords struct{ Filters, Remove, ClearAll string }

// facetGroup is a titled list of filters.
type facetGroup struct {
	Title string
	Links []ui.NavLink
}

func (s *Shopper) productList(l listing, found catalog.Listed, empty string) listView {
	v := listView{
		Count:     s.N("category.products", int(found.Total)),
		SortLabel: s.T("category.sort") + ": " + s.sortName(l.list.Order), Sorts: s.sorts(l),
		Words:  listWords{s.T("category.filters"), s.T("category.remove_filter"), s.T("category.clear")},
		Facets: s.facets(l, found), Chips: s.chips(l), Cards: s.cards(found.Cards), Pages: s.pages(l, found),
		Empty: ui.EmptyState{Icon: ui.IconBox, Title: empty},
	}
	if l.filtered() {
		v.Clear = l.cleared()
		v.Empty.Title = s.T("category.none")
	}
	return v
}

var sortKeys = map[catalog.Order]string{
	catalog.Best: "position", catalog.Position: "position", catalog.ByName: "name",
	catalog.Cheapest: "price_up", catalog.Dearest: "price_down", catalog.Newest: "newest",
}

func (s *Shopper) sortName(o catalog.Order) string { return s.T("category.sort." + sortKeys[o]) }

func (s *Shopper) sorts(l listing) []ui.MenuItem {
	var items []ui.MenuItem
	for _, o := range catalog.Orders {
		value := string(o)
		if o == catalog.Position {
			value = ""
		}
		items = append(items, ui.MenuItem{Text: s.sortName(o), Href: l.with("sort", value), Current: string(l.list.Order) == value})
	}
	return items
}

// facets are the filters that make sense for what was found.
func (s *Shopper) facets(l listing, found catalog.Listed) []facetGroup {
	var groups []facetGroup
	availability := facetGroup{Title: s.T("category.availability")}
	if found.InStock < found.Total || l.list.InStock {
		availability.Links = append(availability.Links, s.toggle(l, "stock", "1", s.T("category.in_stock"), found.InStock, l.list.InStock))
	}
	if found.Reduced > 0 && found.Reduced < found.Total || l.list.Reduced {
		availability.Links = append(availability.Links, s.toggle(l, "sale", "1", s.T("category.on_sale"), found.Reduced, l.list.Reduced))
	}
	if len(availability.Links) > 0 {
		groups = append(groups, availability)
	}
	prices := facetGroup{Title: s.T("category.price")}
	if l.price != "" {
		prices.Links = []ui.NavLink{{Text: s.priceRange(l.price), Href: l.with("price", ""), Current: true}}
	} else {
		for _, step := range catalog.PriceSteps(found.Low, found.High) {
			prices.Links = append(prices.Links, ui.NavLink{Text: s.priceRange(step), Href: l.with("price", step)})
		}
	}
	if len(prices.Links) > 0 {
		groups = append(groups, prices)
	}
	return append(groups, s.attributeFacets(l, found)...)
}

func (s *Shopper) attributeFacets(l listing, found catalog.Listed) []facetGroup {
	var groups []facetGroup
	for _, f := range found.Facets {
		chosen := l.list.Attributes[f.Code] == f.Value
		if !chosen && f.Count == found.Total && l.list.Attributes[f.Code] == "" {
			continue // would narrow nothing
		}
		if n := len(groups); n == 0 || groups[n-1].Title != s.attribute(f.Code) {
			groups = append(groups, facetGroup{Title: s.attribute(f.Code)})
		}
		g := &groups[len(groups)-1]
		g.Links = append(g.Links, s.toggle(l, facetPrefix+f.Code, f.Value, s.attributeValue(f.Code, f.Value), f.Count, chosen))
	}
	return groups
}

func (s *Shopper) toggle(l listing, name, value, text string, n int64, on bool) ui.NavLink {
	link := ui.NavLink{Text: text, Href: l.with(name, value), Count: s.Locale.Number(n), Current: on}
	if on {
		link.Href = l.with(name, "")
	}
	return link
}

func (s *Shopper) chips(l listing) []ui.Chip {
	var chips []ui.Chip
	if l.list.InStock {
		chips = append(chips, ui.Chip{Value: s.T("category.in_stock"), Remove: l.with("stock", "")})
	}
	if l.list.Reduced {
		chips = append(chips, ui.Chip{Value: s.T("category.on_sale"), Remove: l.with("sale", "")})
	}
	if l.price != "" {
		chips = append(chips, ui.Chip{Label: s.T("category.price"), Value: s.priceRange(l.price), Remove: l.with("price", "")})
	}
	for _, code := range slices.Sorted(maps.Keys(l.list.Attributes)) {
		value := l.list.Attributes[code]
		chips = append(chips, ui.Chip{Label: s.attribute(code), Value: s.attributeValue(code, value), Remove: l.with(facetPrefix+code, "")})
	}
	return chips
}

func (s *Shopper) priceRange(step string) string {
	low, high, _ := catalog.ParsePriceRange(step)
	from, to := s.money(low), s.money(high)
	switch {
	case high == 0:
		return s.T("category.price.from") + " " + from
	case low == 0:
		return s.T("category.price.to") + " " + to
	}
	return from + " – " + to
}

func (s *Shopper) money(minor int64) string {
	return s.Locale.Money(money.New(minor, s.Website.Currency))
}

func (s *Shopper) attribute(code string) string { return s.Locale.Attribute(code) }

func (s *Shopper) attributeValue(code, value string) string {
	return s.Locale.AttributeValue(code, value)
}

func (s *Shopper) orRaw(key, raw string) string {
	if s.Locale.Has(key) {
		return s.T(key)
	}
	return raw
}

// addForm is the id of the page's one form that the buttons of all cards send.
// It holds the token, so that the cards themselves are the same for everybody.
const addForm = "add-to-cart"

func (s *Shopper) cards(found []catalog.Card) []CardArgs {
	cards := make([]CardArgs, len(found))
	for i, c := range found {
		cards[i] = s.card(c)
		cards[i].Eager = i < 4
	}
	return cards
}

func (s *Shopper) card(c catalog.Card) CardArgs {
	v := CardArgs{
		Name: c.Name, Href: s.URL("/p/" + url.PathEscape(c.URLKey)), Alt: c.Alt, Now: s.shownMoney(c.TaxClass, c.Price),
		NowLabel: s.T("product.price_now"), WasLabel: s.T("product.price_was"),
		AddForm: addForm, SKU: c.SKU, AddText: s.T("product.add"), Note: s.stockNote(c),
		Unavailable: !c.Sold || c.Salable <= 0,
	}
	if c.Thumb != "" {
		v.Picture = s.URL("/media/" + c.Thumb)
	}
	if c.Kind == catalog.Configurable {
		v.AddForm, v.ChooseText = "", s.T("product.choose")
	}
	if c.From {
		v.Now = s.T("product.from", "price", v.Now)
	}
	if c.Reduced() {
		v.Was, v.Tag = s.shownMoney(c.TaxClass, c.Regular), s.T("product.sale")
	}
	return v
}

func (s *Shopper) stockNote(c catalog.Card) string {
	switch {
	case c.Salable <= 0:
		return s.T("product.out_of_stock")
	case c.Salable <= catalog.Few:
		return s.N("product.left", int(c.Salable))
	}
	return ""
}

// pages are the numbered links: the first, the last and those around this one.
func (s *Shopper) pages(l listing, found catalog.Listed) ui.PageList {
	p := ui.PageList{Label: s.T("list.pages"), PrevText: s.T("list.previous"), NextText: s.T("list.next")}
	if found.Pages < 2 {
		return p
	}
	if found.Page > 1 {
		p.Prev = l.pageHref(found.Page - 1)
	}
	if found.Page < found.Pages {
		p.Next = l.pageHref(found.Page + 1)
	}
	last := 0
	for n := 1; n <= found.Pages; n++ {
		if n != 1 && n != found.Pages && (n < found.Page-1 || n > found.Page+1) {
			continue
		}
		if n > last+1 {
			p.Pages = append(p.Pages, ui.PageLink{Gap: true})
		}
		p.Pages = append(p.Pages, ui.PageLink{Text: s.Locale.Number(int64(n)), Href: l.pageHref(n), Current: n == found.Page})
		last = n
	}
	return p
}
