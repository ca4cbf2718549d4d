package catalog

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// What an import needs: the steps of Save and SaveCategory inside its own
// change, and reading many products at once.

// Checked tidies a product and returns what is wrong with it, by field, or nil.
func (p *Product) Checked() error {
	p.tidy()
	return p.Check()
}

// SaveTx is Save inside another change.
func (s *Service) SaveTx(ctx context.Context, tx *sqldb.Tx, p *Product) (int64, error) {
	if err := p.Checked(); err != nil {
		return 0, err
	}
	return s.save(ctx, tx, p)
}

// LoadTree reads the category tree, inside a change or outside.
func LoadTree(ctx context.Context, q sqldb.Querier) (*Tree, error) { return loadTree(ctx, q, 0) }

// CreateCategoryTx adds a category below its ParentID inside another change.
func (s *Service) CreateCategoryTx(ctx context.Context, tx *sqldb.Tx, c *Category) (int64, error) {
	c.tidy()
	if err := c.Check(); err != nil {
		return 0, err
	}
	tree, err := loadTree(ctx, tx, 0)
	if err != nil {
		return 0, err
	}
	if err := checkSiblings(tree, c, 0, c.ParentID); err != nil {
		return 0, err
	}
	id, err := createCategory(ctx, tx, tree, c)
	if err != nil {
		return 0, err
	}
	return id, tx.Bump(ctx, Topic)
}

// IDsOf returns the ids of the products that have one of some SKUs, by SKUKey.
func IDsOf(ctx context.Context, q sqldb.Querier, skus []string) (map[string]int64, error) {
	found := map[string]int64{}
	if len(skus) == 0 {
		return found, nil
	}
	keys := make([]any, len(skus))
	for i, sku := range skus {
		keys[i] = SKUKey(sku)
	}
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var key string
		var id int64
		err := r.Scan(&key, &id)
		found[key] = id
		return struct{}{}, err
	}, `SELECT sku_key, id FROM (`+sqldb.Values(len(keys), "TEXT")+`) v JOIN product ON sku_key = v.column1`, keys...)
	return found, err
}

// WithSKUs returns the products that have one of some SKUs, by SKUKey, with
// everything but their pictures.
func WithSKUs(ctx context.Context, q sqldb.Querier, skus []string) (map[string]*Product, error) {
	found := map[string]*Product{}
	if len(skus) == 0 {
		return found, nil
	}
	keys := make([]any, len(skus))
	for i, sku := range skus {
		keys[i] = SKUKey(sku)
	}
	all, err := sqldb.All(ctx, q, scanProduct, `SELECT id, sku, kind, enabled, visibility, weight_grams, tax_class,
		manage_stock, on_hand, reserved, threshold, in_stock, backorders, version, created_at, updated_at
		FROM (`+sqldb.Values(len(keys), "TEXT")+`) v JOIN product ON sku_key = v.column1`, keys...)
	if err != nil || len(all) == 0 {
		return found, err
	}
	byID, ids := map[int64]*Product{}, make([]any, len(all))
	for i, p := range all {
		found[SKUKey(p.SKU)], byID[p.ID], ids[i] = p, p, p.ID
	}
	values := sqldb.Values(len(ids), "BIGINT")
	for _, part := range parts {
		_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) { return struct{}{}, part.read(r, byID) }, part.query(values), ids...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// part is one kind of row that belongs to a product, read for many products.
type part struct {
	columns, table, order string
	read                  func(r sqldb.Scanner, byID map[int64]*Product) error
}

func (p part) query(values string) string {
	return `SELECT product_id, ` + p.columns + ` FROM (` + values + `) v JOIN ` + p.table + ` ON product_id = v.column1 ORDER BY product_id, ` + p.order
}

var parts = []part{
	{"store_view_id, name, url_key, short_description, description", "product_text", "store_view_id", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id, view int64
		var t Text
		if err := r.Scan(&id, &view, &t.Name, &t.URLKey, &t.Short, &t.Description); err != nil {
			return err
		}
		byID[id].Texts[view] = t
		return nil
	}},
	{"code, value", "product_attribute", "code", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id int64
		var code, value string
		if err := r.Scan(&id, &code, &value); err != nil {
			return err
		}
		byID[id].Attributes[code] = value
		return nil
	}},
	{"website_id", "product_website", "website_id", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id, website int64
		if err := r.Scan(&id, &website); err != nil {
			return err
		}
		byID[id].Websites = append(byID[id].Websites, website)
		return nil
	}},
	{"category_id, position", "product_category", "category_id", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id int64
		var c Placement
		if err := r.Scan(&id, &c.CategoryID, &c.Position); err != nil {
			return err
		}
		byID[id].Categories = append(byID[id].Categories, c)
		return nil
	}},
	{"website_id, price, special_price, special_from, special_to, of_variants", "product_price", "website_id", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id int64
		var price Price
		var special *int64
		var derived bool
		if err := r.Scan(&id, &price.WebsiteID, &price.Regular, &special, sqldb.Into(&price.SpecialFrom), sqldb.Into(&price.SpecialTo), &derived); err != nil || derived {
			return err
		}
		if special != nil {
			price.HasSpecial, price.Special = true, *special
		}
		byID[id].Prices = append(byID[id].Prices, price)
		return nil
	}},
	{"website_id, group_id, price", "product_group_price", "website_id, group_id", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id int64
		var g GroupPrice
		if err := r.Scan(&id, &g.WebsiteID, &g.GroupID, &g.Price); err != nil {
			return err
		}
		byID[id].GroupPrices = append(byID[id].GroupPrices, g)
		return nil
	}},
	{"website_id, group_id, min_qty, price", "product_tier_price", "website_id, group_id, min_qty", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id int64
		var t TierPrice
		if err := r.Scan(&id, &t.WebsiteID, &t.GroupID, &t.MinQty, &t.Price); err != nil {
			return err
		}
		byID[id].TierPrices = append(byID[id].TierPrices, t)
		return nil
	}},
	{"code", "product_axis", "position", func(r sqldb.Scanner, byID map[int64]*Product) error {
		var id int64
		var code string
		if err := r.Scan(&id, &code); err != nil {
			return err
		}
		byID[id].Axes = append(byID[id].Axes, code)
		return nil
	}},
}
