package store

import (
	"context"
	"fmt"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// DeleteWebsite removes a website with its stores, views and settings. It
// refuses while customers belong to it, and the default website always.
func (s *Service) DeleteWebsite(ctx context.Context, id int64) error {
	return s.delete(ctx, WebsiteDeleted, func(ctx context.Context, tx *sqldb.Tx, t *Tree) error {
		w, ok := t.Website(id)
		if !ok {
			return gone("website")
		}
		if w.Default {
			return fault.New(fault.Conflict, "%s is the default website. Make another one the default first.", w.Name)
		}
		if err := s.refuseOwners(ctx, tx, w); err != nil {
			return err
		}
		describeWebsite(tx, w, Website{})
		for _, v := range filter(t.Views, func(v View) bool { return v.WebsiteID == id }) {
			if err := dropView(ctx, tx, v); err != nil {
				return err
			}
		}
		return s.dropWebsite(ctx, tx, w)
	})
}

func (s *Service) refuseOwners(ctx context.Context, tx *sqldb.Tx, w Website) error {
	var customers int64
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM customer WHERE website_id = $1 LIMIT 10001) c`, w.ID).Scan(&customers); err != nil {
		return err
	}
	switch {
	case customers == 0:
		return nil
	case customers == 1:
		return fault.New(fault.Conflict, "%s cannot be deleted: one customer belongs to it.", w.Name)
	case customers > 10000:
		return fault.New(fault.Conflict, "%s cannot be deleted: more than 10,000 customers belong to it.", w.Name)
	}
	return fault.New(fault.Conflict, "%s cannot be deleted: %d customers belong to it.", w.Name, customers)
}

func (s *Service) dropWebsite(ctx context.Context, tx *sqldb.Tx, w Website) error {
	for _, q := range []string{
		`DELETE FROM config_value WHERE scope = 'website' AND scope_id = $1`,
		`DELETE FROM cart WHERE website_id = $1 AND customer_id IS NULL`,
		`DELETE FROM newsletter_subscriber WHERE website_id = $1`,
		`DELETE FROM store WHERE website_id = $1`,
		`DELETE FROM website WHERE id = $1`,
	} {
		if _, err := tx.Exec(ctx, q, w.ID); err != nil {
			return stillUsed(err, w.Name)
		}
	}
	return tx.Bump(ctx, "config")
}

// DeleteStore removes a store with its views; not a website's default one.
func (s *Service) DeleteStore(ctx context.Context, id int64) error {
	return s.delete(ctx, StoreDeleted, func(ctx context.Context, tx *sqldb.Tx, t *Tree) error {
		st, ok := t.Store(id)
		if !ok {
			return gone("store")
		}
		if w, _ := t.Website(st.WebsiteID); w.DefaultStoreID == id {
			return fault.New(fault.Conflict, "%s is the default store of %s. Make another one the default first.", st.Name, w.Name)
		}
		describeStore(tx, t, st, Store{})
		for _, v := range t.ViewsOf(id) {
			if err := dropView(ctx, tx, v); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `DELETE FROM store WHERE id = $1`, id)
		return stillUsed(err, st.Name)
	})
}

// DeleteView removes a store view; not a store's default one.
func (s *Service) DeleteView(ctx context.Context, id int64) error {
	return s.delete(ctx, ViewDeleted, func(ctx context.Context, tx *sqldb.Tx, t *Tree) error {
		v, ok := t.View(id)
		if !ok {
			return gone("store view")
		}
		if st, _ := t.Store(v.StoreID); st.DefaultViewID == id {
			return fault.New(fault.Conflict, "%s is the default store view of %s. Make another one the default first.", v.Name, st.Name)
		}
		describeView(tx, t, v, View{})
		return dropView(ctx, tx, v)
	})
}

// dropView removes a view and what is kept per view. Customers created in it
// keep its id, which then stands for their website's default view.
func dropView(ctx context.Context, tx *sqldb.Tx, v View) error {
	for _, q := range []string{
		`DELETE FROM config_value WHERE scope = 'view' AND scope_id = $1`,
		`DELETE FROM product_text WHERE store_view_id = $1`,
		`DELETE FROM category_text WHERE store_view_id = $1`,
		`DELETE FROM store_view WHERE id = $1`,
	} {
		if _, err := tx.Exec(ctx, q, v.ID); err != nil {
			return stillUsed(err, v.Name)
		}
	}
	return tx.Bump(ctx, "config")
}

func (s *Service) delete(ctx context.Context, a sqldb.Action, fn func(context.Context, *sqldb.Tx, *Tree) error) error {
	return s.db.Change(ctx, a, func(ctx context.Context, tx *sqldb.Tx) error {
		t, err := s.begin(ctx, tx)
		if err != nil {
			return err
		}
		return fn(ctx, tx, t)
	})
}

func stillUsed(err error, name string) error {
	if sqldb.IsForeignKey(err) {
		return &fault.Error{Kind: fault.Conflict, Message: fmt.Sprintf("%s is still in use and cannot be deleted.", name), Err: err}
	}
	return err
}
