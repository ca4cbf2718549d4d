package admin

import (
	"context"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web/ui"
)

// The three editors of All Stores.
var scopeKinds = map[string]*scopeKind{
	"website": {
		title: "website", stored: websiteValues, fields: websiteFields, save: saveWebsite,
		site:   func(_ *store.Tree, id int64, _ map[string]string) int64 { return id },
		remove: func(ctx context.Context, s *store.Service, id int64) error { return s.DeleteWebsite(ctx, id) },
	},
	"store": {
		title: "store", stored: storeValues, fields: storeFields, save: saveStore,
		site:   func(_ *store.Tree, _ int64, v map[string]string) int64 { return idOf(v["website"]) },
		remove: func(ctx context.Context, s *store.Service, id int64) error { return s.DeleteStore(ctx, id) },
	},
	"view": {
		title: "store view", stored: viewValues, fields: viewFields, save: saveView,
		site: func(t *store.Tree, _ int64, v map[string]string) int64 {
			st, _ := t.Store(idOf(v["store"]))
			return st.WebsiteID
		},
		remove: func(ctx context.Context, s *store.Service, id int64) error { return s.DeleteView(ctx, id) },
	},
}

const codeHint = "Lower-case letters, digits and _, beginning with a letter. Imports find it by this."

func websiteValues(t *store.Tree, id int64) (map[string]string, bool) {
	w, ok := t.Website(id)
	return map[string]string{
		"name": w.Name, "code": w.Code, "currency": w.Currency, "default": yesNo(w.Default),
		"default_store": idText(w.DefaultStoreID), "sort_order": strconv.FormatInt(w.SortOrder, 10),
	}, ok
}

func websiteFields(f *scopeForm) []scopeField {
	fields := []scopeField{
		{Field: required(f.field("name", "Name", ""))},
		{Field: required(f.field("code", "Code", codeHint))},
		{Field: required(f.field("currency", "Currency", "Three capital letters, such as EUR. All prices of the website are in it."))},
		{Field: f.field("default", "Default website", ""), YesNo: true},
		{Field: f.field("sort_order", "Sort order", "")},
	}
	if stores := f.Tree.StoresOf(f.ID); f.ID != 0 && len(stores) > 0 {
		var options []ui.Option
		for _, st := range stores {
			options = append(options, ui.Option{Value: idText(st.ID), Label: st.Name})
		}
		fields = append(fields, scopeField{Field: f.field("default_store", "Default store", ""), Options: options})
	}
	return fields
}

func saveWebsite(ctx context.Context, s *store.Service, f *scopeForm) error {
	order, err := f.number("sort_order")
	if err != nil {
		return err
	}
	_, err = s.SaveWebsite(ctx, store.Website{
		ID: f.ID, Name: f.Values["name"], Code: f.Values["code"], Currency: strings.ToUpper(f.Values["currency"]), Default: f.Values["default"] == "1",
		DefaultStoreID: idOf(f.Values["default_store"]), SortOrder: order,
	})
	return err
}

func storeValues(t *store.Tree, id int64) (map[string]string, bool) {
	st, ok := t.Store(id)
	return map[string]string{
		"name": st.Name, "code": st.Code, "website": idText(st.WebsiteID), "root_category": idText(st.RootCategoryID), "default_view": idText(st.DefaultViewID),
	}, ok
}

func storeFields(f *scopeForm) []scopeField {
	var sites, views []ui.Option
	for _, site := range f.Tree.Websites {
		sites = append(sites, ui.Option{Value: idText(site.ID), Label: site.Name, Disabled: f.ID != 0 && idText(site.ID) != f.Values["website"]})
	}
	fields := []scopeField{
		{Field: required(f.field("website", "Website", "")), Options: sites},
		{Field: required(f.field("name", "Name", ""))},
		{Field: required(f.field("code", "Code", codeHint))},
		{Field: f.field("root_category", "Root category", "The store shows the categories below it."), Options: f.Roots},
	}
	for _, v := range f.Tree.ViewsOf(f.ID) {
		views = append(views, ui.Option{Value: idText(v.ID), Label: v.Name, Disabled: !v.Active})
	}
	if f.ID != 0 && len(views) > 0 {
		fields = append(fields, scopeField{Field: f.field("default_view", "Default store view", ""), Options: views})
	}
	return fields
}

func saveStore(ctx context.Context, s *store.Service, f *scopeForm) error {
	_, err := s.SaveStore(ctx, store.Store{
		ID: f.ID, WebsiteID: idOf(f.Values["website"]), Name: f.Values["name"], Code: f.Values["code"],
		RootCategoryID: idOf(f.Values["root_category"]), DefaultViewID: idOf(f.Values["default_view"]),
	})
	return err
}

func viewValues(t *store.Tree, id int64) (map[string]string, bool) {
	v, ok := t.View(id)
	if !ok {
		return nil, false
	}
	return map[string]string{
		"name": v.Name, "code": v.Code, "store": idText(v.StoreID), "locale": v.Locale, "base_url": v.BaseURL.String(),
		"active": yesNo(v.Active), "sort_order": strconv.FormatInt(v.SortOrder, 10),
	}, true
}

func viewFields(f *scopeForm) []scopeField {
	var stores []ui.Option
	for _, site := range f.Tree.Websites {
		for _, st := range f.Tree.StoresOf(site.ID) {
			stores = append(stores, ui.Option{Value: idText(st.ID), Label: site.Name + " / " + st.Name, Disabled: f.ID != 0 && idText(st.ID) != f.Values["store"]})
		}
	}
	return []scopeField{
		{Field: required(f.field("store", "Store", "")), Options: stores},
		{Field: required(f.field("name", "Name", ""))},
		{Field: required(f.field("code", "Code", codeHint))},
		{Field: required(f.field("locale", "Locale", "A language tag such as en, en-GB, de, fr or ar. Texts are ready in English, German, French and Arabic."))},
		{Field: required(f.field("base_url", "Base URL", "Where this view answers, such as https://www.shop.example/ or https://www.shop.example/de/. Not the Admin's host."))},
		{Field: f.field("active", "Status", "An inactive view does not answer, and nobody can be assisted in it."), Options: []ui.Option{{Value: "1", Label: "Active"}, {Value: "0", Label: "Inactive"}}},
		{Field: f.field("sort_order", "Sort order", "")},
	}
}

func saveView(ctx context.Context, s *store.Service, f *scopeForm) error {
	order, err := f.number("sort_order")
	if err != nil {
		return err
	}
	base, err := store.ParseBaseURL(f.Values["base_url"])
	if err != nil {
		return fault.Fields{"base_url": err.Error()}.Err()
	}
	_, err = s.SaveView(ctx, store.View{
		ID: f.ID, StoreID: idOf(f.Values["store"]), Name: f.Values["name"], Code: f.Values["code"], Locale: f.Values["locale"],
		BaseURL: base, Active: f.Values["active"] == "1", SortOrder: order,
	})
	return err
}
