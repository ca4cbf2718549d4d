// Package store owns the scopes of the shop: websites, their stores and the
// stores' views, with base URLs and locales. It answers which store view a
// request's address belongs to, from a copy that each node keeps of the whole
// tree.
//
// It refuses base URLs that would not work (http on a real host, the Admin's
// own host, an address taken by another view) and deletions that would leave
// customers without a website. It does not know what an Admin user may edit.
package store

import (
	"cmp"
	"slices"
	"strings"
)

// Website is what customers, currency and prices belong to.
type Website struct {
	ID             int64
	Code           string
	Name           string
	Currency       string
	Default        bool // exactly one is
	DefaultStoreID int64
	SortOrder      int64
}

// Store groups views that share a root category.
type Store struct {
	ID             int64
	WebsiteID      int64
	Code           string
	Name           string
	RootCategoryID int64
	DefaultViewID  int64
}

// View is one presentation of a store: a language at an address.
type View struct {
	ID        int64
	StoreID   int64
	WebsiteID int64
	Code      string
	Name      string
	Locale    string // BCP 47
	BaseURL   BaseURL
	Active    bool
	SortOrder int64
}

// URL is the full address of a local path, "/cart", in this view.
func (v View) URL(path string) string { return v.BaseURL.Join(path) }

// Path is a local path, "/cart", below the view's prefix: "/de/cart".
func (v View) Path(path string) string { return v.BaseURL.Prefix + path }

// Tree is all scopes at one moment.
type Tree struct {
	Websites []Website // the default one first
	Stores   []Store
	Views    []View

	website map[int64]Website
	store   map[int64]Store
	view    map[int64]View
	hosts   map[string][]View // active views by host, longest prefix first
}

func (t *Tree) index() {
	t.website, t.store, t.view = map[int64]Website{}, map[int64]Store{}, map[int64]View{}
	t.hosts = map[string][]View{}
	for _, w := range t.Websites {
		t.website[w.ID] = w
	}
	for _, s := range t.Stores {
		t.store[s.ID] = s
	}
	for _, v := range t.Views {
		t.view[v.ID] = v
		if v.Active {
			t.hosts[v.BaseURL.Host] = append(t.hosts[v.BaseURL.Host], v)
		}
	}
	for _, views := range t.hosts {
		slices.SortStableFunc(views, func(a, b View) int { return cmp.Compare(len(b.BaseURL.Prefix), len(a.BaseURL.Prefix)) })
	}
}

// Resolve finds the active view of a request by its exact host and the longest
// prefix of its path; rest is the path inside the view, "/" at least.
func (t *Tree) Resolve(host, path string) (v View, rest string, ok bool) {
	views, known := t.hosts[host]
	if !known {
		views = t.hosts[canonicalHost(host)]
	}
	for _, v := range views {
		rest, found := strings.CutPrefix(path, v.BaseURL.Prefix)
		if !found || rest != "" && rest[0] != '/' {
			continue
		}
		if rest == "" {
			rest = "/"
		}
		return v, rest, true
	}
	return View{}, "", false
}

// canonicalHost is how hosts are kept: lower case, without a default port. A
// request does not say its scheme reliably, so both defaults go.
func canonicalHost(host string) string {
	host = strings.ToLower(host)
	host = strings.TrimSuffix(strings.TrimSuffix(host, ":443"), ":80")
	return strings.TrimSuffix(host, ".")
}

// Website finds a website.
func (t *Tree) Website(id int64) (Website, bool) { w, ok := t.website[id]; return w, ok }

// Store finds a store.
func (t *Tree) Store(id int64) (Store, bool) { s, ok := t.store[id]; return s, ok }

// View finds a store view, active or not.
func (t *Tree) View(id int64) (View, bool) { v, ok := t.view[id]; return v, ok }

// DefaultWebsite is the one that is the default; ok is false in an empty tree.
func (t *Tree) DefaultWebsite() (Website, bool) {
	i := slices.IndexFunc(t.Websites, func(w Website) bool { return w.Default })
	if i < 0 {
		return Website{}, false
	}
	return t.Websites[i], true
}

// DefaultView is the default view of a website's default store; ok is false
// while the website has none.
func (t *Tree) DefaultView(websiteID int64) (View, bool) {
	st, ok := t.store[t.website[websiteID].DefaultStoreID]
	if !ok {
		return View{}, false
	}
	return t.View(st.DefaultViewID)
}

// WebsiteByCode finds a website by its code.
func (t *Tree) WebsiteByCode(code string) (Website, bool) {
	return find(t.Websites, func(w Website) bool { return w.Code == code })
}

// StoreByCode finds a store by its code.
func (t *Tree) StoreByCode(code string) (Store, bool) {
	return find(t.Stores, func(s Store) bool { return s.Code == code })
}

// ViewByCode finds a store view by its code.
func (t *Tree) ViewByCode(code string) (View, bool) {
	return find(t.Views, func(v View) bool { return v.Code == code })
}

func find[T any](all []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	var none T
	return none, false
}

// StoresOf lists a website's stores, the default one first.
func (t *Tree) StoresOf(websiteID int64) []Store {
	first := t.website[websiteID].DefaultStoreID
	out := filter(t.Stores, func(s Store) bool { return s.WebsiteID == websiteID })
	slices.SortStableFunc(out, func(a, b Store) int { return firstly(a.ID == first, b.ID == first) })
	return out
}

// ViewsOf lists a store's views, the default one first.
func (t *Tree) ViewsOf(storeID int64) []View {
	first := t.store[storeID].DefaultViewID
	out := filter(t.Views, func(v View) bool { return v.StoreID == storeID })
	slices.SortStableFunc(out, func(a, b View) int { return firstly(a.ID == first, b.ID == first) })
	return out
}

// ActiveViews lists a website's active views, store by store.
func (t *Tree) ActiveViews(websiteID int64) []View {
	var out []View
	for _, st := range t.StoresOf(websiteID) {
		out = append(out, filter(t.ViewsOf(st.ID), func(v View) bool { return v.Active })...)
	}
	return out
}

// Origins lists the origins of all active views once each, for form-action.
func (t *Tree) Origins() []string {
	var out []string
	for _, v := range t.Views {
		if o := v.BaseURL.Origin(); v.Active && !slices.Contains(out, o) {
			out = append(out, o)
		}
	}
	return out
}

func filter[T any](all []T, keep func(T) bool) []T {
	var out []T
	for _, v := range all {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

func firstly(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
