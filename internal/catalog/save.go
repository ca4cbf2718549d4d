package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Save creates a product (ID 0) or replaces all of it but its pictures and what
// is reserved of it, and returns its id. With a Version it refuses with a
// Conflict when somebody saved the product since it was read.
func (s *Service) Save(ctx context.Context, p *Product) (int64, error) {
	p.tidy()
	if err := p.Check(); err != nil {
		return 0, err
	}
	action := ProductSaved
	if p.ID == 0 {
		action = ProductCreated
	}
	id := p.ID
	err := s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		id, err = s.save(ctx, tx, p)
		return err
	})
	if sqldb.IsUnique(err) {
		return 0, changedMeanwhile() // lost a race: the checks inside tell the ordinary cases apart
	}
	if sqldb.IsForeignKey(err) {
		return 0, fault.New(fault.Invalid, "A website, category or customer group of this product no longer exists.")
	}
	return id, err
}

func (s *Service) save(ctx context.Context, tx *sqldb.Tx, p *Product) (int64, error) {
	id, before, err := s.keep(ctx, tx, p)
	if err != nil {
		return 0, err
	}
	tx.About("product", number(id))
	tx.Details = p.SKU + " " + p.Texts[0].Name
	diffProduct(&tx.Entry, before, p)
	return id, nil
}

// keep writes a product and all that is derived from it, without a record, and
// returns what there was before.
func (s *Service) keep(ctx context.Context, tx *sqldb.Tx, p *Product) (id int64, before *Product, err error) {
	before = &Product{Texts: map[int64]Text{}, Attributes: map[string]string{}}
	if p.ID != 0 {
		if before, err = loadProduct(ctx, tx, p.ID); err != nil {
			return 0, nil, err
		}
		if p.Version != 0 && p.Version != before.Version {
			return 0, nil, changedMeanwhile()
		}
		if before.Kind != p.Kind && (before.Kind == Configurable || p.Kind == Configurable) {
			return 0, nil, (fault.Fields{"kind": "A product cannot become configurable, or cease to be, once it exists."}).Err()
		}
	}
	if err := CheckTaken(ctx, tx, p); err != nil {
		return 0, nil, err
	}
	if id, err = writeProduct(ctx, tx, p, before); err != nil {
		return 0, nil, err
	}
	if err := writeParts(ctx, tx, id, p, before); err != nil {
		return 0, nil, err
	}
	return id, before, s.republish(ctx, tx, id, p, before)
}

// republish brings everything that is derived from a product up to date.
func (s *Service) republish(ctx context.Context, tx *sqldb.Tx, id int64, p, before *Product) error {
	if err := relistProduct(ctx, tx, id); err != nil {
		return err
	}
	if err := keepFamily(ctx, tx, id, p, before); err != nil {
		return err
	}
	if p.SKU != before.SKU || !maps.Equal(p.Texts, before.Texts) || !maps.Equal(p.Attributes, before.Attributes) {
		if err := s.search.index(ctx, tx, id, p); err != nil {
			return err
		}
	}
	if before.ID != 0 {
		if err := leaveProductRedirects(ctx, tx, p, before); err != nil {
			return err
		}
	}
	return tx.Bump(ctx, Topic)
}

// CheckTaken refuses a SKU or a URL key that another product has. A default
// URL key shows in every view, so nobody else may have it in any.
func CheckTaken(ctx context.Context, q sqldb.Querier, p *Product) error {
	f := fault.Fields{}
	_, taken, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64],
		`SELECT id FROM product WHERE sku_key = $1 AND id <> $2`, SKUKey(p.SKU), p.ID))
	if err != nil {
		return err
	}
	if taken {
		f.Add("sku", "Another product has this SKU.")
	}
	keys := map[string]bool{}
	for _, t := range p.Texts {
		if t.URLKey != "" {
			keys[t.URLKey] = true
		}
	}
	args := append([]any{p.ID}, sqldb.Any(slices.Sorted(maps.Keys(keys)))...)
	type place struct {
		view int64
		key  string
	}
	others, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (o place, err error) {
		err = r.Scan(&o.view, &o.key)
		return o, err
	}, `SELECT store_view_id, url_key FROM product_text
		WHERE product_id <> $1 AND url_key <> '' AND url_key IN (`+sqldb.List(2, len(keys))+`)`, args...)
	if err != nil {
		return err
	}
	for _, o := range others {
		for view, t := range p.Texts {
			if t.URLKey == o.key && (view == o.view || view == 0 || o.view == 0) {
				f.Add(field("url_key", view), "Another product has this URL key.")
			}
		}
	}
	return f.Err()
}

// writeProduct moves what is on hand by how much it was changed: orders move it
// too, without a new version.
func writeProduct(ctx context.Context, tx *sqldb.Tx, p, before *Product) (int64, error) {
	now := sqldb.Micros(tx.Now())
	st := p.Stock
	if p.ID == 0 {
		return tx.Insert(ctx, `INSERT INTO product (sku, sku_key, kind, enabled, visibility, weight_grams, tax_class,
			manage_stock, on_hand, threshold, in_stock, backorders, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
			p.SKU, SKUKey(p.SKU), p.Kind, p.Enabled, p.Visibility, p.WeightGrams, p.TaxClass,
			st.Manage, st.OnHand, st.Threshold, st.InStock, st.Backorders, created(p, tx), now)
	}
	n, err := tx.Exec(ctx, `UPDATE product SET sku = $3, sku_key = $4, enabled = $5, visibility = $6, weight_grams = $7,
		tax_class = $8, manage_stock = $9, on_hand = on_hand + $10, threshold = $11, in_stock = $12, backorders = $13,
		version = version + 1, updated_at = $14, kind = $15 WHERE id = $1 AND version = $2`,
		p.ID, before.Version, p.SKU, SKUKey(p.SKU), p.Enabled, p.Visibility, p.WeightGrams,
		p.TaxClass, st.Manage, st.OnHand-before.Stock.OnHand, st.Threshold, st.InStock, st.Backorders, now, p.Kind)
	if err == nil && n == 0 {
		err = changedMeanwhile()
	}
	return p.ID, err
}

// created is when the product came to be: now, unless an import knows better.
func created(p *Product, tx *sqldb.Tx) int64 {
	if p.CreatedAt.IsZero() {
		return sqldb.Micros(tx.Now())
	}
	return sqldb.Micros(p.CreatedAt)
}

// writeParts replaces those parts that differ.
func writeParts(ctx context.Context, tx *sqldb.Tx, id int64, p, before *Product) error {
	if !maps.Equal(p.Texts, before.Texts) {
		if err := replace(ctx, tx, before.ID, "product_text (product_id, store_view_id, name, name_key, url_key, short_description, description)",
			slices.Sorted(maps.Keys(p.Texts)), func(view int64) []any {
				t := p.Texts[view]
				return []any{id, view, t.Name, Fold(t.Name), t.URLKey, t.Short, t.Description}
			}); err != nil {
			return err
		}
	}
	if !maps.Equal(p.Attributes, before.Attributes) {
		if err := replace(ctx, tx, before.ID, "product_attribute (product_id, code, value)",
			slices.Sorted(maps.Keys(p.Attributes)), func(code string) []any {
				return []any{id, code, p.Attributes[code]}
			}); err != nil {
			return err
		}
	}
	if !slices.Equal(p.Websites, before.Websites) {
		if err := replace(ctx, tx, before.ID, "product_website (product_id, website_id)", p.Websites,
			func(w int64) []any { return []any{id, w} }); err != nil {
			return err
		}
	}
	if !slices.Equal(p.Categories, before.Categories) {
		if err := replace(ctx, tx, before.ID, "product_category (product_id, category_id, position)", p.Categories,
			func(c Placement) []any { return []any{id, c.CategoryID, c.Position} }); err != nil {
			return err
		}
	}
	if err := writePrices(ctx, tx, id, p, before); err != nil {
		return err
	}
	return writeVariants(ctx, tx, id, p, before)
}

func writePrices(ctx context.Context, tx *sqldb.Tx, id int64, p, before *Product) error {
	if !slices.Equal(p.Prices, before.Prices) {
		if err := replace(ctx, tx, before.ID, "product_price (product_id, website_id, price, special_price, special_from, special_to)",
			p.Prices, func(pr Price) []any {
				var special any
				if pr.HasSpecial {
					special = pr.Special
				}
				return []any{id, pr.WebsiteID, pr.Regular, special, sqldb.NullMicros(pr.SpecialFrom), sqldb.NullMicros(pr.SpecialTo)}
			}); err != nil {
			return err
		}
	}
	if !slices.Equal(p.TierPrices, before.TierPrices) {
		if err := replace(ctx, tx, before.ID, "product_tier_price (product_id, website_id, group_id, min_qty, price)", p.TierPrices,
			func(t TierPrice) []any { return []any{id, t.WebsiteID, t.GroupID, t.MinQty, t.Price} }); err != nil {
			return err
		}
	}
	if slices.Equal(p.GroupPrices, before.GroupPrices) {
		return nil
	}
	return replace(ctx, tx, before.ID, "product_group_price (product_id, website_id, group_id, price)", p.GroupPrices,
		func(g GroupPrice) []any { return []any{id, g.WebsiteID, g.GroupID, g.Price} })
}

// replace swaps all rows of a product in a table for others; a new product, of
// id 0, has none yet.
func replace[T any](ctx context.Context, tx *sqldb.Tx, productID int64, into string, rows []T, values func(T) []any) error {
	if productID != 0 {
		table, _, _ := strings.Cut(into, " ")
		if _, err := tx.Exec(ctx, "DELETE FROM "+table+" WHERE product_id = $1", productID); err != nil {
			return err
		}
	}
	return insertAll(ctx, tx, into, rows, values)
}

// Delete removes a product for good, from carts and wish lists too.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.db.Change(ctx, ProductDeleted, func(ctx context.Context, tx *sqldb.Tx) error {
		before, err := loadProduct(ctx, tx, id)
		if err != nil {
			return err
		}
		parents, err := parentsOf(ctx, tx, []int64{id})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM product WHERE id = $1`, id); err != nil {
			return err
		}
		if len(parents) > 0 {
			if err := refacet(ctx, tx, parents); err != nil {
				return err
			}
			if err := reprice(ctx, tx, parents); err != nil {
				return err
			}
		}
		if err := s.search.remove(ctx, tx, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM url_redirect WHERE kind = 'product' AND target_id = $1`, id); err != nil {
			return err
		}
		tx.About("product", number(id))
		tx.Details = before.SKU + " " + before.Texts[0].Name
		diffProduct(&tx.Entry, before, &Product{})
		return tx.Bump(ctx, Topic)
	})
}
