package store

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// The changes of this area.
const (
	WebsiteCreated sqldb.Action = "stores.website_created"
	WebsiteSaved   sqldb.Action = "stores.website_saved"
	WebsiteDeleted sqldb.Action = "stores.website_deleted"
	StoreCreated   sqldb.Action = "stores.store_created"
	StoreSaved     sqldb.Action = "stores.store_saved"
	StoreDeleted   sqldb.Action = "stores.store_deleted"
	ViewCreated    sqldb.Action = "stores.view_created"
	ViewSaved      sqldb.Action = "stores.view_saved"
	ViewDeleted    sqldb.Action = "stores.view_deleted"
	BaseURLsMoved  sqldb.Action = "stores.base_urls_moved"
)

func pick(id int64, created, saved sqldb.Action) sqldb.Action {
	if id == 0 {
		return created
	}
	return saved
}

// SaveWebsite creates a website (ID 0) or changes it, and returns its id.
func (s *Service) SaveWebsite(ctx context.Context, w Website) (id int64, err error) {
	err = s.db.Change(ctx, pick(w.ID, WebsiteCreated, WebsiteSaved), func(ctx context.Context, tx *sqldb.Tx) error {
		id, err = s.PutWebsite(ctx, tx, w)
		return err
	})
	return id, err
}

// PutWebsite is SaveWebsite inside a change.
func (s *Service) PutWebsite(ctx context.Context, tx *sqldb.Tx, w Website) (int64, error) {
	if err := w.validate(); err != nil {
		return 0, err
	}
	t, err := s.begin(ctx, tx)
	if err != nil {
		return 0, err
	}
	before, found := t.Website(w.ID)
	if w.ID != 0 && !found {
		return 0, gone("website")
	}
	if len(t.Websites) == 0 {
		w.Default = true
	}
	if err := s.checkWebsite(ctx, tx, t, before, w); err != nil {
		return 0, err
	}
	if w.Default {
		if _, err := tx.Exec(ctx, `UPDATE website SET is_default = FALSE WHERE is_default`); err != nil {
			return 0, err
		}
	}
	if w.ID == 0 {
		w.ID, err = tx.Insert(ctx, `INSERT INTO website (code, name, currency, is_default, sort_order) VALUES ($1, $2, $3, $4, $5) RETURNING id`,
			w.Code, w.Name, w.Currency, w.Default, w.SortOrder)
	} else {
		_, err = tx.Exec(ctx, `UPDATE website SET code = $2, name = $3, currency = $4, is_default = $5, default_store_id = $6, sort_order = $7 WHERE id = $1`,
			w.ID, w.Code, w.Name, w.Currency, w.Default, sqldb.NullID(w.DefaultStoreID), w.SortOrder)
	}
	describeWebsite(tx, before, w)
	return w.ID, codeTaken(err, "website")
}

func (s *Service) checkWebsite(ctx context.Context, tx *sqldb.Tx, t *Tree, before, w Website) error {
	f := fault.Fields{}
	if before.Default && !w.Default {
		f.Add("default", "Make another website the default one instead.")
	}
	if w.DefaultStoreID != 0 {
		if st, ok := t.Store(w.DefaultStoreID); !ok || st.WebsiteID != w.ID {
			f.Add("default_store", "Choose a store of this website.")
		}
	} else if before.DefaultStoreID != 0 {
		f.Add("default_store", "Choose a store of this website.")
	}
	if before.ID != 0 && before.Currency != w.Currency {
		var priced bool
		err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM product_price WHERE website_id = $1) OR EXISTS (SELECT 1 FROM product_group_price WHERE website_id = $1)`, w.ID).Scan(&priced)
		if err != nil {
			return err
		}
		if priced {
			f.Add("currency", "Prices of this website are in %s. Delete them before changing the currency.", before.Currency)
		}
	}
	return f.Err()
}

// SaveStore creates a store (ID 0) or changes it, and returns its id.
func (s *Service) SaveStore(ctx context.Context, st Store) (id int64, err error) {
	err = s.db.Change(ctx, pick(st.ID, StoreCreated, StoreSaved), func(ctx context.Context, tx *sqldb.Tx) error {
		id, err = s.PutStore(ctx, tx, st)
		return err
	})
	return id, err
}

// PutStore is SaveStore inside a change. A website's first store becomes its default.
func (s *Service) PutStore(ctx context.Context, tx *sqldb.Tx, st Store) (int64, error) {
	if err := st.validate(); err != nil {
		return 0, err
	}
	t, err := s.begin(ctx, tx)
	if err != nil {
		return 0, err
	}
	before, found := t.Store(st.ID)
	if st.ID != 0 && !found {
		return 0, gone("store")
	}
	if err := checkStore(t, before, st); err != nil {
		return 0, err
	}
	if st.ID == 0 {
		st.ID, err = tx.Insert(ctx, `INSERT INTO store (website_id, code, name, root_category_id) VALUES ($1, $2, $3, $4) RETURNING id`,
			st.WebsiteID, st.Code, st.Name, sqldb.NullID(st.RootCategoryID))
	} else {
		_, err = tx.Exec(ctx, `UPDATE store SET code = $2, name = $3, root_category_id = $4, default_view_id = $5 WHERE id = $1`,
			st.ID, st.Code, st.Name, sqldb.NullID(st.RootCategoryID), sqldb.NullID(st.DefaultViewID))
	}
	if err != nil {
		return 0, codeTaken(err, "store")
	}
	describeStore(tx, t, before, st)
	_, err = tx.Exec(ctx, `UPDATE website SET default_store_id = $2 WHERE id = $1 AND default_store_id IS NULL`, st.WebsiteID, st.ID)
	return st.ID, err
}

func checkStore(t *Tree, before, st Store) error {
	f := fault.Fields{}
	if _, ok := t.Website(st.WebsiteID); !ok {
		f.Add("website", "Choose a website.")
	}
	if before.ID != 0 && before.WebsiteID != st.WebsiteID {
		f.Add("website", "A store stays with its website. Create a new store there instead.")
	}
	switch v, ok := t.View(st.DefaultViewID); {
	case st.DefaultViewID == 0 && before.DefaultViewID == 0:
	case !ok || v.StoreID != st.ID:
		f.Add("default_view", "Choose a store view of this store.")
	case !v.Active:
		f.Add("default_view", "The default store view must be active.")
	}
	return f.Err()
}

// SaveView creates a store view (ID 0) or changes it, and returns its id.
func (s *Service) SaveView(ctx context.Context, v View) (id int64, err error) {
	err = s.db.Change(ctx, pick(v.ID, ViewCreated, ViewSaved), func(ctx context.Context, tx *sqldb.Tx) error {
		id, err = s.PutView(ctx, tx, v)
		return err
	})
	return id, err
}

// PutView is SaveView inside a change. A store's first view becomes its default.
func (s *Service) PutView(ctx context.Context, tx *sqldb.Tx, v View) (int64, error) {
	if err := v.validate(s.adminHost); err != nil {
		return 0, err
	}
	t, err := s.begin(ctx, tx)
	if err != nil {
		return 0, err
	}
	before, found := t.View(v.ID)
	if v.ID != 0 && !found {
		return 0, gone("store view")
	}
	if err := checkView(t, before, v); err != nil {
		return 0, err
	}
	st, _ := t.Store(v.StoreID)
	v.WebsiteID = st.WebsiteID
	if v.ID == 0 {
		v.ID, err = tx.Insert(ctx, `INSERT INTO store_view (store_id, website_id, code, name, locale, base_url, active, sort_order) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
			v.StoreID, v.WebsiteID, v.Code, v.Name, v.Locale, v.BaseURL.String(), v.Active, v.SortOrder)
	} else {
		_, err = tx.Exec(ctx, `UPDATE store_view SET code = $2, name = $3, locale = $4, base_url = $5, active = $6, sort_order = $7 WHERE id = $1`,
			v.ID, v.Code, v.Name, v.Locale, v.BaseURL.String(), v.Active, v.SortOrder)
	}
	if err != nil {
		return 0, codeTaken(err, "store view")
	}
	describeView(tx, t, before, v)
	_, err = tx.Exec(ctx, `UPDATE store SET default_view_id = $2 WHERE id = $1 AND default_view_id IS NULL`, v.StoreID, v.ID)
	return v.ID, err
}

func checkView(t *Tree, before, v View) error {
	f := fault.Fields{}
	st, ok := t.Store(v.StoreID)
	if !ok {
		f.Add("store", "Choose a store.")
	}
	if before.ID != 0 && before.StoreID != v.StoreID {
		f.Add("store", "A store view stays with its store. Create a new one there instead.")
	}
	if isDefault := st.DefaultViewID == 0 || st.DefaultViewID == v.ID; !v.Active && isDefault {
		f.Add("active", "The default store view must be active. Choose another default first.")
	}
	for _, other := range t.Views {
		if other.ID != v.ID && other.BaseURL.Host == v.BaseURL.Host && other.BaseURL.Prefix == v.BaseURL.Prefix {
			f.Add("base_url", "The store view %s already answers at this address.", other.Name)
		}
	}
	return f.Err()
}

// MoveBaseURLs rewrites the base URLs of all views at once, such as when the
// demo's port changed. It records nothing when nothing changes.
func (s *Service) MoveBaseURLs(ctx context.Context, rewrite func(View) BaseURL) error {
	return s.db.Change(ctx, BaseURLsMoved, func(ctx context.Context, tx *sqldb.Tx) error {
		t, err := Load(ctx, tx)
		if err != nil {
			return err
		}
		moved := *t
		moved.Views = nil
		for _, v := range t.Views {
			before := v
			v.BaseURL = rewrite(v)
			if v.BaseURL == before.BaseURL {
				continue
			}
			tx.About("store_view", strconv.FormatInt(v.ID, 10))
			tx.Diff("Base URL of "+v.Code, before.BaseURL.String(), v.BaseURL.String())
			moved.Views = append(moved.Views, v)
		}
		if len(moved.Views) == 0 {
			tx.Skip()
			return nil
		}
		return s.moveAll(ctx, tx, moved.Views)
	})
}

// moveAll first takes the old addresses out of the way of the new ones.
func (s *Service) moveAll(ctx context.Context, tx *sqldb.Tx, views []View) error {
	if err := s.moved(ctx, tx); err != nil {
		return err
	}
	for _, v := range views {
		if _, err := tx.Exec(ctx, `UPDATE store_view SET base_url = $2 WHERE id = $1`, v.ID, "-"+v.Code); err != nil {
			return err
		}
	}
	for _, v := range views {
		if err := v.validate(s.adminHost); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE store_view SET base_url = $2 WHERE id = $1`, v.ID, v.BaseURL.String()); err != nil {
			return codeTaken(err, "store view")
		}
	}
	return nil
}

// begin makes changes of the tree wait for each other, then reads it.
func (s *Service) begin(ctx context.Context, tx *sqldb.Tx) (*Tree, error) {
	if err := s.moved(ctx, tx); err != nil {
		return nil, err
	}
	return Load(ctx, tx)
}

func gone(what string) error { return fault.New(fault.NotFound, "This %s does not exist.", what) }

func codeTaken(err error, what string) error {
	if sqldb.IsUnique(err) {
		return fault.Fields{"code": "Another " + what + " has this code."}.Err()
	}
	return err
}
