package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// scopes makes the two websites and their four store views.
func (p Parts) scopes(ctx context.Context, port int) (s Shop, err error) {
	s.Root, err = p.Catalog.SaveCategory(ctx, &catalog.Category{Active: true, Texts: map[int64]catalog.CategoryText{
		0: {Name: "Default Category", URLKey: "default-category"},
	}})
	if err != nil {
		return s, err
	}
	main, err := p.Stores.SaveWebsite(ctx, store.Website{Code: "base", Name: "Main Website", Currency: "USD", Default: true})
	if err != nil {
		return s, err
	}
	mainStore, err := p.Stores.SaveStore(ctx, store.Store{WebsiteID: main, Code: "main", Name: "Main Store", RootCategoryID: s.Root})
	if err != nil {
		return s, err
	}
	outlet, err := p.Stores.SaveWebsite(ctx, store.Website{Code: "outlet", Name: "Outlet", Currency: "EUR", SortOrder: 1})
	if err != nil {
		return s, err
	}
	outletStore, err := p.Stores.SaveStore(ctx, store.Store{WebsiteID: outlet, Code: "outlet", Name: "Outlet Store", RootCategoryID: s.Root})
	if err != nil {
		return s, err
	}
	for i, v := range []struct {
		store              int64
		code, name, locale string
	}{
		{mainStore, "english", "English", "en-US"}, {mainStore, "german", "Deutsch", "de-DE"},
		{mainStore, "arabic", "العربية", "ar-EG"}, {outletStore, "french", "Français", "fr-FR"},
	} {
		base, err := store.ParseBaseURL(BaseURL(v.code, port))
		if err != nil {
			return s, err
		}
		_, err = p.Stores.SaveView(ctx, store.View{StoreID: v.store, Code: v.code, Name: v.name, Locale: v.locale, BaseURL: base, Active: true, SortOrder: int64(i)})
		if err != nil {
			return s, err
		}
	}
	return s, p.find(ctx, &s)
}

// find reads the scopes back.
func (p Parts) find(ctx context.Context, s *Shop) error {
	tree, err := store.Load(ctx, p.DB.Reader())
	if err != nil {
		return err
	}
	s.Main, _ = tree.WebsiteByCode("base")
	s.Outlet, _ = tree.WebsiteByCode("outlet")
	s.English, _ = tree.ViewByCode("english")
	s.German, _ = tree.ViewByCode("german")
	s.Arabic, _ = tree.ViewByCode("arabic")
	s.French, _ = tree.ViewByCode("french")
	return nil
}

const actionConfigured sqldb.Action = "demo.configured"

// settings switches the flagship on and names the shops.
func (p Parts) settings(ctx context.Context, s *Shop, _ Size, _ time.Time) error {
	return p.DB.Change(ctx, actionConfigured, func(ctx context.Context, tx *sqldb.Tx) error {
		err := p.Config.Put(ctx, tx, config.Scope{},
			config.Edit{Field: assist.Enabled, Value: "1"},
			config.Edit{Field: assist.QuotaHour, Value: "0"}, // so that nobody who tries it out is stopped
			config.Edit{Field: assist.QuotaDay, Value: "0"},
			config.Edit{Field: config.StoreName, Value: "Lindgren & Daughters"},
			config.Edit{Field: config.SenderName, Value: "Lindgren & Daughters"},
			config.Edit{Field: config.SupportEmail, Value: "support@example.com"},
		)
		if err != nil {
			return err
		}
		for view, title := range map[store.View]string{
			s.German: "Unterstützung aus der Ferne erlauben", s.French: "Autoriser l’assistance à distance", s.Arabic: "السماح بالمساعدة عن بُعد",
		} {
			if err := p.Config.Put(ctx, tx, config.OfView(view), config.Edit{Field: assist.CheckboxTitle, Value: title}); err != nil {
				return err
			}
		}
		return p.Config.Put(ctx, tx, config.OfWebsite(s.Outlet.ID), config.Edit{Field: config.Country, Value: "FR"}, config.Edit{Field: assist.MaskPersonal, Value: "1"})
	})
}
