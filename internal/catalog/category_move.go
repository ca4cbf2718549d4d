package catalog

import (
	"context"
	"slices"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// MoveCategory puts a category below another one (0: makes it a root) at a
// place counted from 0, with everything below it. Its old addresses lead to the
// new ones from then on.
func (s *Service) MoveCategory(ctx context.Context, id, below int64, place int) error {
	return s.db.Change(ctx, CategoryMoved, func(ctx context.Context, tx *sqldb.Tx) error {
		if err := lockTree(ctx, tx); err != nil {
			return err
		}
		tree, err := loadTree(ctx, tx, 0)
		if err != nil {
			return err
		}
		if err := tree.CanMove(id, below); err != nil {
			return err
		}
		c := tree.Get(id)
		if err := checkSiblings(tree, c, id, below); err != nil {
			return fault.New(fault.Invalid, "There is already a category with the same URL key.")
		}
		if err := arrange(ctx, tx, tree, c, below, place); err != nil {
			return err
		}
		if below != c.ParentID {
			if err := rehang(ctx, tx, tree, c, below); err != nil {
				return err
			}
		}
		tx.About("category", number(id))
		tx.Details = c.Texts[0].Name
		tx.Diff("parent", number(c.ParentID), number(below))
		tx.Diff("position", number(c.Position), number(int64(place)))
		return nil
	})
}

// lockTree makes changes of the tree's shape wait for one another, so that two
// moves cannot make a cycle together.
func lockTree(ctx context.Context, tx *sqldb.Tx) error { return tx.Bump(ctx, Topic) }

// arrange numbers the siblings anew with c at its place among them.
func arrange(ctx context.Context, tx *sqldb.Tx, t *Tree, c *Category, below int64, place int) error {
	var order []int64
	for _, sibling := range t.Children(below) {
		if sibling.ID != c.ID {
			order = append(order, sibling.ID)
		}
	}
	order = slices.Insert(order, min(max(place, 0), len(order)), c.ID)
	var w sqldb.Where
	text := "UPDATE category SET position = CASE id"
	for i, id := range order {
		text += w.Bind(" WHEN ? THEN ?", id, i)
	}
	w.Among("id", order)
	_, err := tx.Exec(ctx, text+" ELSE position END"+w.SQL(), w.Args()...)
	return err
}

// rehang rewrites the paths of a branch, its lists and its addresses.
func rehang(ctx context.Context, tx *sqldb.Tx, before *Tree, c *Category, below int64) error {
	path, level := number(c.ID), int64(0)
	if parent := before.Get(below); parent != nil {
		path, level = parent.Path+"/"+path, parent.Level+1
	}
	if _, err := tx.Exec(ctx, `UPDATE category SET parent_id = $2 WHERE id = $1`, c.ID, sqldb.NullID(below)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE category SET path = $1 || SUBSTR(path, CAST($2 AS INTEGER)), level = level + $3
		WHERE path = $4 OR (path > $5 AND path < $6)`,
		path, len(c.Path)+1, level-c.Level, c.Path, c.Path+"/", c.Path+"0"); err != nil {
		return err
	}
	after, err := loadTree(ctx, tx, 0)
	if err != nil {
		return err
	}
	if err := leaveCategoryRedirects(ctx, tx, before, after, c.ID); err != nil {
		return err
	}
	return relistBelow(ctx, tx, path)
}

// DeleteCategory removes a category and all below it; the products stay. A root
// that a store uses stays too.
func (s *Service) DeleteCategory(ctx context.Context, id int64) error {
	return s.db.Change(ctx, CategoryDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		if err := lockTree(ctx, tx); err != nil {
			return err
		}
		tree, err := loadTree(ctx, tx, 0)
		if err != nil {
			return err
		}
		c := tree.Get(id)
		if c == nil {
			return noCategory()
		}
		_, used, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT id FROM store WHERE root_category_id IN
			(SELECT id FROM category WHERE path = $1 OR (path > $2 AND path < $3)) LIMIT 1`, c.Path, c.Path+"/", c.Path+"0"))
		if err != nil {
			return err
		}
		if used {
			return fault.New(fault.Invalid, "A store uses this category as its root. Choose another root for the store first.")
		}
		if err := deleteBranch(ctx, tx, tree, c); err != nil {
			return err
		}
		tx.About("category", number(id))
		tx.Details = c.Texts[0].Name
		tx.Diff("name_0", c.Texts[0].Name, "")
		return nil
	})
}

func deleteBranch(ctx context.Context, tx *sqldb.Tx, t *Tree, c *Category) error {
	branch := []int64{c.ID}
	t.Walk(c.ID, func(x *Category) { branch = append(branch, x.ID) })
	if len(branch) > 1 {
		tx.Note("with_below", list(branch[1:]))
	}
	products, err := sqldb.All(ctx, tx, sqldb.Value[int64], `SELECT DISTINCT x.product_id FROM product_category x
		JOIN category y ON y.id = x.category_id WHERE y.path = $1 OR (y.path > $2 AND y.path < $3)`, c.Path, c.Path+"/", c.Path+"0")
	if err != nil {
		return err
	}
	in := "(" + sqldb.List(1, len(branch)) + ")"
	for _, text := range []string{
		"DELETE FROM url_redirect WHERE kind = 'category' AND target_id IN " + in,
		"DELETE FROM product_listing WHERE category_id IN " + in,
		"DELETE FROM product_category WHERE category_id IN " + in,
		"DELETE FROM category_text WHERE category_id IN " + in,
		"UPDATE category SET parent_id = NULL WHERE id IN " + in,
		"DELETE FROM category WHERE id IN " + in,
	} {
		if _, err := tx.Exec(ctx, text, sqldb.Any(branch)...); err != nil {
			return err
		}
	}
	return relistProducts(ctx, tx, products)
}
