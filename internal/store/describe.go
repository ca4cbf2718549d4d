package store

import (
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// What goes on the record about a change. The zero value stands for nothing:
// before a creation, after a deletion.

func either(a, b int64) string {
	if a == 0 {
		a = b
	}
	return strconv.FormatInt(a, 10)
}

func text[T any](present bool, v T, show func(T) string) string {
	if !present {
		return ""
	}
	return show(v)
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

func name(after, before string) string {
	if after == "" {
		return before
	}
	return after
}

func describeWebsite(tx *sqldb.Tx, before, after Website) {
	tx.About("website", either(after.ID, before.ID))
	tx.Details = "Website " + name(after.Name, before.Name)
	tx.Diff("Name", before.Name, after.Name)
	tx.Diff("Code", before.Code, after.Code)
	tx.Diff("Currency", before.Currency, after.Currency)
	tx.Diff("Default website", text(before.ID != 0, before.Default, yesNo), text(after.ID != 0, after.Default, yesNo))
	tx.Diff("Default store", ref(before.DefaultStoreID), ref(after.DefaultStoreID))
	tx.Diff("Sort order", text(before.ID != 0, before.SortOrder, number), text(after.ID != 0, after.SortOrder, number))
}

func describeStore(tx *sqldb.Tx, t *Tree, before, after Store) {
	tx.About("store", either(after.ID, before.ID))
	tx.Details = "Store " + name(after.Name, before.Name)
	tx.Diff("Name", before.Name, after.Name)
	tx.Diff("Code", before.Code, after.Code)
	tx.Diff("Website", t.website[before.WebsiteID].Name, t.website[after.WebsiteID].Name)
	tx.Diff("Root category", ref(before.RootCategoryID), ref(after.RootCategoryID))
	tx.Diff("Default store view", t.view[before.DefaultViewID].Name, t.view[after.DefaultViewID].Name)
}

func describeView(tx *sqldb.Tx, t *Tree, before, after View) {
	tx.About("store_view", either(after.ID, before.ID))
	tx.Details = "Store view " + name(after.Name, before.Name)
	tx.Diff("Name", before.Name, after.Name)
	tx.Diff("Code", before.Code, after.Code)
	tx.Diff("Store", t.store[before.StoreID].Name, t.store[after.StoreID].Name)
	tx.Diff("Locale", before.Locale, after.Locale)
	tx.Diff("Base URL", text(before.ID != 0, before.BaseURL, BaseURL.String), text(after.ID != 0, after.BaseURL, BaseURL.String))
	tx.Diff("Active", text(before.ID != 0, before.Active, yesNo), text(after.ID != 0, after.Active, yesNo))
	tx.Diff("Sort order", text(before.ID != 0, before.SortOrder, number), text(after.ID != 0, after.SortOrder, number))
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func ref(id int64) string {
	if id == 0 {
		return ""
	}
	return "#" + number(id)
}
