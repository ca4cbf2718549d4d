package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// SaveCategory creates a category (ID 0) below its ParentID, at the end, or
// saves its texts and switches; its place is changed by MoveCategory only.
func (s *Service) SaveCategory(ctx context.Context, c *Category) (int64, error) {
	c.tidy()
	if err := c.Check(); err != nil {
		return 0, err
	}
	action := CategorySaved
	if c.ID == 0 {
		action = CategoryCreated
	}
	id := c.ID
	err := s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		tree, err := loadTree(ctx, tx, 0)
		if err != nil {
			return err
		}
		if err := checkSiblings(tree, c, c.ID, parentOf(tree, c)); err != nil {
			return err
		}
		id = c.ID
		before := &Category{}
		if c.ID == 0 {
			id, err = createCategory(ctx, tx, tree, c)
		} else if before = tree.Get(c.ID); before == nil {
			err = noCategory()
		} else {
			err = updateCategory(ctx, tx, tree, before, c)
		}
		if err != nil {
			return err
		}
		tx.About("category", number(id))
		tx.Details = c.Texts[0].Name
		diffCategory(&tx.Entry, before, c)
		return tx.Bump(ctx, Topic)
	})
	return id, err
}

func parentOf(t *Tree, c *Category) int64 {
	if have := t.Get(c.ID); have != nil {
		return have.ParentID
	}
	return c.ParentID
}

// checkSiblings refuses a URL key that another category beside it has.
func checkSiblings(t *Tree, c *Category, id, parent int64) error {
	f := fault.Fields{}
	for _, sibling := range t.Children(parent) {
		if sibling.ID == id || parent == 0 {
			continue
		}
		for _, view := range keysOf(c.Texts, sibling.Texts) {
			if c.Text(view).URLKey == sibling.Text(view).URLKey {
				f.Add(field("url_key", view), "Another category beside this one has this URL key.")
			}
		}
	}
	return f.Err()
}

func createCategory(ctx context.Context, tx *sqldb.Tx, t *Tree, c *Category) (int64, error) {
	parent := t.Get(c.ParentID)
	if c.ParentID != 0 && parent == nil {
		return 0, noCategory()
	}
	var level, position int64
	path := ""
	if parent != nil {
		level, path = parent.Level+1, parent.Path+"/"
	}
	for _, sibling := range t.Children(c.ParentID) {
		position = max(position, sibling.Position+1)
	}
	now := sqldb.Micros(tx.Now())
	id, err := tx.Insert(ctx, `INSERT INTO category (parent_id, level, position, active, in_menu, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id`, sqldb.NullID(c.ParentID), level, position, c.Active, c.InMenu, now)
	if err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `UPDATE category SET path = $2 WHERE id = $1`, id, path+number(id)); err != nil {
		return 0, err
	}
	return id, writeCategoryTexts(ctx, tx, id, c.Texts)
}

func updateCategory(ctx context.Context, tx *sqldb.Tx, t *Tree, before, c *Category) error {
	if _, err := tx.Exec(ctx, `UPDATE category SET active = $2, in_menu = $3, updated_at = $4 WHERE id = $1`,
		c.ID, c.Active, c.InMenu, sqldb.Micros(tx.Now())); err != nil {
		return err
	}
	if !maps.Equal(c.Texts, before.Texts) {
		if _, err := tx.Exec(ctx, `DELETE FROM category_text WHERE category_id = $1`, c.ID); err != nil {
			return err
		}
		if err := writeCategoryTexts(ctx, tx, c.ID, c.Texts); err != nil {
			return err
		}
		after, err := loadTree(ctx, tx, 0)
		if err != nil {
			return err
		}
		if err := leaveCategoryRedirects(ctx, tx, t, after, c.ID); err != nil {
			return err
		}
	}
	if c.Active != before.Active {
		return relistBelow(ctx, tx, before.Path)
	}
	return nil
}

func writeCategoryTexts(ctx context.Context, tx *sqldb.Tx, id int64, texts map[int64]CategoryText) error {
	return insertAll(ctx, tx, "category_text (category_id, store_view_id, name, url_key, description)",
		slices.Sorted(maps.Keys(texts)), func(view int64) []any {
			t := texts[view]
			return []any{id, view, t.Name, t.URLKey, t.Description}
		})
}

// leaveCategoryRedirects remembers the addresses that a category and those
// below it had before and have no longer.
func leaveCategoryRedirects(ctx context.Context, tx *sqldb.Tx, before, after *Tree, id int64) error {
	views, err := sqldb.All(ctx, tx, sqldb.Value[int64], `SELECT id FROM store_view`)
	if err != nil {
		return err
	}
	type old struct {
		view, id int64
		path     string
	}
	var gone []old
	visit := func(c *Category) {
		for _, view := range views {
			if path := before.URLPath(c.ID, view); path != "" && path != after.URLPath(c.ID, view) {
				gone = append(gone, old{view, c.ID, path})
			}
		}
	}
	if c := before.Get(id); c != nil {
		visit(c)
		before.Walk(id, visit)
	}
	var text strings.Builder
	for start := 0; start < len(gone); start += 200 {
		part := gone[start:min(len(gone), start+200)]
		text.Reset()
		text.WriteString("INSERT INTO url_redirect (store_view_id, kind, path, target_id) VALUES ")
		var args []any
		for i, g := range part {
			if i > 0 {
				text.WriteByte(',')
			}
			text.WriteString("(" + sqldb.List(i*4+1, 4) + ")")
			args = append(args, g.view, "category", g.path, g.id)
		}
		text.WriteString(" ON CONFLICT (store_view_id, kind, path) DO UPDATE SET target_id = excluded.target_id")
		if _, err := tx.Exec(ctx, text.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

func diffCategory(e *sqldb.Entry, a, b *Category) {
	e.Diff("active", yes(a.ID != 0, a.Active), yes(true, b.Active))
	e.Diff("in_menu", yes(a.ID != 0, a.InMenu), yes(true, b.InMenu))
	for _, view := range keysOf(a.Texts, b.Texts) {
		x, y := a.Texts[view], b.Texts[view]
		e.Diff(field("name", view), x.Name, y.Name)
		e.Diff(field("url_key", view), x.URLKey, y.URLKey)
		e.Diff(field("description", view), x.Description, y.Description)
	}
}
