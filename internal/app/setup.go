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
	base, err := first.Check()
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

// Check says what is wrong with it, in the words of the command line.
func (f *FirstStore) Check() (store.BaseURL, error) {
	f.Currency = strings.ToUpper(f.Currency)
	if _, err := currency.ParseISO(f.Currency); err != nil {
		return store.BaseURL{}, fmt.Errorf("--currency %q is not a currency code, such as GBP", f.Currency)
	}
	if _, err := language.Parse(f.Locale); err != nil {
		return store.BaseURL{}, fmt.Errorf("--locale %q is not a language tag, such as en-GB", f.Locale)
	}
	base, err := store.ParseBaseURL(f.BaseURL)
	if err != nil {
		err = fmt.Errorf("--base-url %q: %w", f.BaseURL, err)
	}
	return base, err
}

// adminAddress reads the Admin's address, which is a host and no more.
func adminAddress(text string) (store.BaseURL, error) {
	u, err := store.ParseBaseURL(strings.TrimSuffix(text, "/") + "/")
	switch {
	case err != nil && !strings.Contains(text, "://"):
		err = fmt.Errorf("the Admin's address %q: want one like https://admin.shop.example (--admin-url)", text)
	case err != nil:
		err = fmt.Errorf("the Admin's address %q: %w (--admin-url)", text, err)
	case u.Prefix != "":
		err = fmt.Errorf("the Admin's address %q: it has a host of its own and no path, like https://admin.shop.example (--admin-url)", text)
	}
	return u, err
}

// Addresses are where store views answer. One that is the Admin's would never be
// reached, so that is an error.
func (a *App) Addresses(ctx context.Context) (shops []string, err error) {
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return nil, err
	}
	own, err := store.ParseBaseURL(a.AdminURL + "/")
	if err != nil {
		return nil, err
	}
	for _, v := range tree.Views {
		switch {
		case !v.Active:
		case v.BaseURL.Hostname() == own.Hostname(): // cookies do not tell ports apart
			return nil, fmt.Errorf("the Admin's address %s is that of the store view %s: give the Admin a host name of its own", a.AdminURL, v.Code)
		default:
			shops = append(shops, v.BaseURL.String())
		}
	}
	return shops, nil
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
