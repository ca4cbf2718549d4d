package importer

import (
	"context"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/store"
)

// scope finds websites, store views and groups by the codes of a file.
type scope struct {
	tree   *store.Tree
	groups map[string]int64
	maps   Maps
}

// magentoGroups are the groups every Magento shop begins with; its files name
// groups by number.
var magentoGroups = map[string]string{"1": "general", "2": "wholesale", "3": "retailer"}

// scope reads what codes there are, and refuses maps to others.
func (im *Importer) scope(ctx context.Context, maps Maps) (*scope, error) {
	tree, err := store.Load(ctx, im.db.Reader())
	if err != nil {
		return nil, err
	}
	groups, err := im.customers.Groups(ctx)
	if err != nil {
		return nil, err
	}
	s := &scope{tree: tree, groups: map[string]int64{}, maps: maps}
	for _, g := range groups {
		if g.ID != customer.NotLoggedIn {
			s.groups[g.Code] = g.ID
		}
	}
	return s, s.check()
}

// check refuses maps to codes that do not exist before any row is read.
func (s *scope) check() error {
	for _, ours := range s.maps[MapWebsite] {
		if _, ok := s.tree.WebsiteByCode(ours); !ok {
			return unknown("website", ours, s.websiteCodes())
		}
	}
	for _, ours := range s.maps[MapView] {
		if _, ok := s.tree.ViewByCode(ours); !ok {
			return unknown("store view", ours, s.viewCodes())
		}
	}
	for _, ours := range s.maps[MapGroup] {
		if _, ok := s.groups[ours]; !ok {
			return unknown("customer group", ours, s.groupCodes())
		}
	}
	return nil
}

// website finds a row's website.
func (s *scope) website(column, theirs string) (store.Website, error) {
	if w, ok := s.tree.WebsiteByCode(s.maps.ours(MapWebsite, theirs)); ok {
		return w, nil
	}
	return store.Website{}, inColumn(column, "there is no website %q; the websites are %s; say which is meant with --map website=%s:CODE", theirs, s.websiteCodes(), theirs)
}

// view finds a row's store view; "" and "admin" are no view.
func (s *scope) view(column, theirs string) (store.View, error) {
	if theirs == "" || theirs == "admin" {
		return store.View{}, nil
	}
	if v, ok := s.tree.ViewByCode(s.maps.ours(MapView, theirs)); ok {
		return v, nil
	}
	return store.View{}, inColumn(column, "there is no store view %q; the store views are %s; say which is meant with --map view=%s:CODE", theirs, s.viewCodes(), theirs)
}

// group finds a row's customer group by Magento's number or by code.
func (s *scope) group(column, theirs string) (int64, error) {
	if theirs == "" {
		return customer.General, nil
	}
	code := s.maps.ours(MapGroup, theirs)
	if standard, ok := magentoGroups[code]; ok {
		code = standard
	}
	if id, ok := s.groups[strings.ToLower(code)]; ok {
		return id, nil
	}
	return 0, inColumn(column, "there is no customer group %q; the groups are %s; say which is meant with --map group=%s:CODE", theirs, s.groupCodes(), theirs)
}

func (s *scope) websiteCodes() string {
	return codes(s.tree.Websites, func(w store.Website) string { return w.Code })
}

func (s *scope) viewCodes() string {
	return codes(s.tree.Views, func(v store.View) string { return v.Code })
}

func (s *scope) groupCodes() string {
	var names []string
	for code := range s.groups {
		names = append(names, code)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func codes[T any](all []T, code func(T) string) string {
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = code(one)
	}
	return strings.Join(names, ", ")
}
