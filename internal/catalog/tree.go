package catalog

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Tree returns the category tree as it is now. Whether the copy kept in memory
// is still right is asked of the database every time, so it is never late.
func (s *Service) Tree(ctx context.Context) (*Tree, error) {
	v, err := s.Version(ctx)
	if err != nil {
		return nil, err
	}
	if t := s.tree.Load(); t != nil && t.Version == v {
		return t, nil
	}
	t, err := loadTree(ctx, s.db.Reader(), v)
	if err != nil {
		return nil, err
	}
	s.tree.Store(t)
	return t, nil
}

// Version is the catalogue's version: it moves with every change of products,
// categories, prices and stock.
func (s *Service) Version(ctx context.Context) (int64, error) {
	return sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT value FROM version WHERE topic = 'catalog'`)
}

func loadTree(ctx context.Context, q sqldb.Querier, version int64) (*Tree, error) {
	all, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (*Category, error) {
		c := &Category{Texts: map[int64]CategoryText{}}
		err := r.Scan(&c.ID, sqldb.IntoID(&c.ParentID), &c.Path, &c.Level, &c.Position, &c.Active, &c.InMenu,
			sqldb.Into(&c.CreatedAt), sqldb.Into(&c.UpdatedAt))
		return c, err
	}, `SELECT id, parent_id, path, level, position, active, in_menu, created_at, updated_at FROM category`)
	if err != nil {
		return nil, err
	}
	t := newTree(version, all)
	_, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var id, view int64
		var text CategoryText
		err := r.Scan(&id, &view, &text.Name, &text.URLKey, &text.Description)
		if c := t.byID[id]; c != nil {
			c.Texts[view] = text
		}
		return struct{}{}, err
	}, `SELECT category_id, store_view_id, name, url_key, description FROM category_text`)
	return t, err
}

// ProductCounts is how many products are directly in each category.
func (s *Service) ProductCounts(ctx context.Context) (map[int64]int64, error) {
	counts := map[int64]int64{}
	_, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		var id, n int64
		err := r.Scan(&id, &n)
		counts[id] = n
		return struct{}{}, err
	}, `SELECT category_id, COUNT(*) FROM product_category GROUP BY category_id`)
	return counts, err
}
