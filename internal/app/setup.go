package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// FirstStore is what a new database begins with.
type FirstStore struct {
	BaseURL  string
	Currency string // ISO 4217
	Locale   string // BCP 47
}

const actionSetUp sqldb.Action = "store.set_up"

// SetUp gives a new database its first website "base", store and store view
// "default", and the role Administrators. A database that has a website is left
// as it is, and fresh is false.
func (a *App) SetUp(ctx context.Context, first FirstStore) (fresh bool, err error) {
	ctx = actor.AsSystem(ctx, "set up")
	if _, err := a.Staff.EnsureAdministrators(ctx); err != nil {
		return false, err
	}
	tree, err := store.Load(ctx, a.DB.Reader())
	if err != nil || len(tree.Websites) > 0 {
		return false, err
	}
	base, err := first.check()
	if err != nil {
		return false, err
	}
	root, err := a.Catalog.SaveCategory(ctx, &catalog.Category{
		Active: true, Texts: map[int64]catalog.CategoryText{0: {Name: "Default Category", URLKey: "default-category"}},
	})
	if err != nil {
		return false, err
	}
	return true, a.DB.Change(ctx, actionSetUp, func(ctx context.Context, tx *sqldb.Tx) error {
		website, err := a.Stores.PutWebsite(ctx, tx, store.Website{Code: "base", Name: "Main Website", Currency: first.Currency, Default: true})
		if err != nil {
			return err
		}
		shop, err := a.Stores.PutStore(ctx, tx, store.Store{WebsiteID: website, Code: "main", Name: "Main Store", RootCategoryID: root})
		if err != nil {
			return err
		}
		_, err = a.Stores.PutView(ctx, tx, store.View{StoreID: shop, Code: "default", Name: "Default Store View", Locale: first.Locale, BaseURL: base, Active: true})
		return err
	})
}

func (f *FirstStore) check() (store.BaseURL, error) {
	f.Currency = strings.ToUpper(f.Currency)
	if _, err := currency.ParseISO(f.Currency); err != nil {
		return store.BaseURL{}, fmt.Errorf("%q is not a currency code, such as GBP", f.Currency)
	}
	if _, err := language.Parse(f.Locale); err != nil {
		return store.BaseURL{}, fmt.Errorf("%q is not a language tag, such as en-GB", f.Locale)
	}
	return store.ParseBaseURL(f.BaseURL)
}

// Ready reports what keeps this database from being served.
func (a *App) Ready(ctx context.Context) error {
	if err := a.DB.Migrated(ctx); err != nil {
		return err
	}
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return err
	}
	if len(tree.Websites) == 0 {
		return errors.New("the database has no website yet: run storehand migrate --base-url URL --currency CODE")
	}
	return nil
}
