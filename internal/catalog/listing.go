package catalog

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// relist works out in which lists products appear: in each of their categories
// and all above it, while that whole branch is active, and in the list 0 of
// what search may find. A path's descendants lie between path + '/' and
// path + '0', the next character. The WHERE on product goes in between.
var relist = strings.ReplaceAll(`INSERT INTO product_listing (website_id, category_id, position, product_id)
	SELECT w.website_id, up.id, MIN(pc.position), p.id
	FROM product p
	JOIN product_website w ON w.product_id = p.id
	JOIN product_category pc ON pc.product_id = p.id
	JOIN category c ON c.id = pc.category_id
	JOIN category up ON c.path = up.path OR (c.path > up.path || '/' AND c.path < up.path || '0')
	WHERE p.enabled AND p.visibility IN ('catalog', 'both') AND :which AND :sold
	AND NOT EXISTS (SELECT 1 FROM category off WHERE NOT off.active
		AND (c.path = off.path OR (c.path > off.path || '/' AND c.path < off.path || '0')))
	GROUP BY w.website_id, up.id, p.id
	UNION ALL
	SELECT w.website_id, 0, 0, p.id FROM product p JOIN product_website w ON w.product_id = p.id
	WHERE p.enabled AND p.visibility IN ('search', 'both') AND :which AND :sold`, ":sold",
	`(p.kind <> 'configurable' OR EXISTS (SELECT 1 FROM product_price sold WHERE sold.product_id = p.id AND sold.website_id = w.website_id))`)

var (
	relistOne    = strings.ReplaceAll(relist, ":which", "p.id = $1")
	inBranch     = `p.id IN (SELECT x.product_id FROM product_category x JOIN category y ON y.id = x.category_id WHERE y.path = $1 OR (y.path > $2 AND y.path < $3))`
	relistBranch = strings.ReplaceAll(relist, ":which", inBranch)
	unlistBranch = `DELETE FROM product_listing WHERE product_id IN (SELECT x.product_id FROM product_category x
		JOIN category y ON y.id = x.category_id WHERE y.path = $1 OR (y.path > $2 AND y.path < $3))`
)

func relistProduct(ctx context.Context, tx *sqldb.Tx, id int64) error {
	if _, err := tx.Exec(ctx, `DELETE FROM product_listing WHERE product_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, relistOne, id)
	return err
}

// relistBelow does the same for all products in a category and below it.
func relistBelow(ctx context.Context, tx *sqldb.Tx, path string) error {
	if _, err := tx.Exec(ctx, unlistBranch, path, path+"/", path+"0"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, relistBranch, path, path+"/", path+"0")
	return err
}

// leaveProductRedirects remembers the addresses that a product no longer has,
// and forgets those that lead elsewhere now.
func leaveProductRedirects(ctx context.Context, tx *sqldb.Tx, p, before *Product) error {
	for view, old := range before.Texts {
		key := p.Texts[view].URLKey
		if old.URLKey == "" || old.URLKey == key {
			continue
		}
		if err := leaveRedirect(ctx, tx, view, "product", old.URLKey, p.ID); err != nil {
			return err
		}
	}
	return nil
}

func leaveRedirect(ctx context.Context, tx *sqldb.Tx, view int64, kind, path string, target int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO url_redirect (store_view_id, kind, path, target_id) VALUES ($1, $2, $3, $4)
		ON CONFLICT (store_view_id, kind, path) DO UPDATE SET target_id = excluded.target_id`, view, kind, path, target)
	return err
}

// Redirect returns what an address of a view that no longer exists led to:
// kind is "category" or "product".
func (s *Service) Redirect(ctx context.Context, viewID int64, kind, path string) (id int64, ok bool, err error) {
	return sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT target_id FROM url_redirect
		WHERE store_view_id IN (0, $1) AND kind = $2 AND path = $3 ORDER BY store_view_id DESC LIMIT 1`, viewID, kind, path))
}

// relistProducts does the same for some products.
func relistProducts(ctx context.Context, tx *sqldb.Tx, ids []int64) error {
	for len(ids) > 0 {
		part := ids[:min(len(ids), 500)]
		ids = ids[len(part):]
		in := "(" + sqldb.List(1, len(part)) + ")"
		if _, err := tx.Exec(ctx, "DELETE FROM product_listing WHERE product_id IN "+in, sqldb.Any(part)...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, strings.ReplaceAll(relist, ":which", "p.id IN "+in), sqldb.Any(part)...); err != nil {
			return err
		}
	}
	return nil
}
