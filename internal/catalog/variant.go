package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

func loadVariants(ctx context.Context, q sqldb.Querier, p *Product) (err error) {
	if p.Kind != Configurable {
		return nil
	}
	p.Axes, err = sqldb.All(ctx, q, sqldb.Value[string],
		`SELECT code FROM product_axis WHERE product_id = $1 ORDER BY position, code`, p.ID)
	if err != nil {
		return err
	}
	p.Variants, err = sqldb.All(ctx, q, sqldb.Value[int64],
		`SELECT child_id FROM product_variant WHERE parent_id = $1 ORDER BY position, child_id`, p.ID)
	return err
}

// writeVariants replaces what a configurable product is made of, when that
// differs.
func writeVariants(ctx context.Context, tx *sqldb.Tx, id int64, p, before *Product) error {
	if p.Kind != Configurable || slices.Equal(p.Axes, before.Axes) && slices.Equal(p.Variants, before.Variants) {
		return nil
	}
	codes := make([]int64, len(p.Axes))
	for i := range codes {
		codes[i] = int64(i)
	}
	if err := replace(ctx, tx, before.ID, "product_axis (product_id, code, position)", codes,
		func(i int64) []any { return []any{id, p.Axes[i], i} }); err != nil {
		return err
	}
	choices, err := choicesOf(ctx, tx, id, p)
	if err != nil {
		return err
	}
	if before.ID != 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM product_variant WHERE parent_id = $1`, id); err != nil {
			return err
		}
	}
	return insertAll(ctx, tx, "product_variant (parent_id, child_id, position, choice)", choices,
		func(v variantRow) []any { return []any{id, v.child, v.position, v.choice.text()} })
}

type variantRow struct {
	child, position int64
	choice          Choice
}

// choicesOf works out the choice that each variant is, and refuses variants
// that cannot be told apart or cannot be sold.
func choicesOf(ctx context.Context, q sqldb.Querier, id int64, p *Product) ([]variantRow, error) {
	if len(p.Variants) == 0 {
		return nil, nil
	}
	found, err := childrenOf(ctx, q, p)
	if err != nil {
		return nil, err
	}
	f, taken := fault.Fields{}, map[string]string{}
	var rows []variantRow
	for i, childID := range p.Variants {
		child := found[childID]
		switch {
		case child == nil || childID == id:
			f.Add("variants", "A variant no longer exists.")
			continue
		case child.kind == Configurable:
			f.Add("variants", "%s is configurable itself.", child.sku)
			continue
		}
		choice := make(Choice, len(p.Axes))
		for n, code := range p.Axes {
			if choice[n] = (Attribute{code, child.values[code]}); choice[n].Value == "" {
				f.Add("variants", "%s has no value for %s.", child.sku, code)
			}
		}
		if other := taken[choice.text()]; other != "" {
			f.Add("variants", "%s and %s have the same values: nobody could choose between them.", other, child.sku)
		}
		taken[choice.text()] = child.sku
		rows = append(rows, variantRow{childID, int64(i), choice})
	}
	return rows, f.Err()
}

type childRow struct {
	sku    string
	kind   Kind
	values map[string]string
}

// childrenOf reads what the variants of a product are, by id.
func childrenOf(ctx context.Context, q sqldb.Querier, p *Product) (map[int64]*childRow, error) {
	found := map[int64]*childRow{}
	args := sqldb.Any(p.Variants)
	axes := sqldb.List(len(args)+1, len(p.Axes))
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var id int64
		var c childRow
		var code, value string
		err := r.Scan(&id, &c.sku, &c.kind, &code, &value)
		if found[id] == nil {
			c.values = map[string]string{}
			found[id] = &c
		}
		found[id].values[code] = value
		return struct{}{}, err
	}, `SELECT p.id, p.sku, p.kind, COALESCE(a.code, ''), COALESCE(a.value, '') FROM product p
		LEFT JOIN product_attribute a ON a.product_id = p.id AND a.code IN (`+axes+`)
		WHERE p.id IN (`+sqldb.List(1, len(args))+`)`, append(args, sqldb.Any(p.Axes)...)...)
	return found, err
}

// keepFamily brings what depends on other products up to date after one was
// saved: a configurable product's price, stock and facets, and those of the
// configurable products that this one is a variant of.
func keepFamily(ctx context.Context, tx *sqldb.Tx, id int64, p, before *Product) error {
	same := maps.Equal(p.Attributes, before.Attributes)
	if p.Kind == Configurable {
		if err := refacet(ctx, tx, []int64{id}); err != nil {
			return err
		}
		return reprice(ctx, tx, []int64{id})
	}
	if !same {
		if err := refacet(ctx, tx, []int64{id}); err != nil {
			return err
		}
	}
	if before.ID == 0 {
		return nil
	}
	parents, err := parentsOf(ctx, tx, []int64{id})
	if err != nil || len(parents) == 0 {
		return err
	}
	if !same {
		for _, parent := range parents { // a product is a variant of one or two others
			if err := rechoose(ctx, tx, parent); err != nil {
				return err
			}
		}
		if err := refacet(ctx, tx, parents); err != nil {
			return err
		}
	}
	return reprice(ctx, tx, parents)
}

// refacet works out again what lists are narrowed by.
func refacet(ctx context.Context, tx *sqldb.Tx, ids []int64) error {
	in, args := "("+sqldb.List(1, len(ids))+")", sqldb.Any(ids)
	if _, err := tx.Exec(ctx, `DELETE FROM product_facet WHERE product_id IN `+in, args...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO product_facet (product_id, code, value)
		SELECT a.product_id, a.code, a.value FROM product_attribute a WHERE a.product_id IN `+in+`
		UNION SELECT v.parent_id, a.code, a.value FROM product_variant v JOIN product_axis x ON x.product_id = v.parent_id
			JOIN product_attribute a ON a.product_id = v.child_id AND a.code = x.code WHERE v.parent_id IN `+in, args...)
	return err
}

func parentsOf(ctx context.Context, q sqldb.Querier, children []int64) ([]int64, error) {
	return sqldb.All(ctx, q, sqldb.Value[int64], `SELECT DISTINCT parent_id FROM product_variant
		WHERE child_id IN (`+sqldb.List(1, len(children))+`) ORDER BY parent_id`, sqldb.Any(children)...)
}

// rechoose works out a configurable product's choices again after a variant's
// attributes changed.
func rechoose(ctx context.Context, tx *sqldb.Tx, parent int64) error {
	p := &Product{ID: parent, Kind: Configurable}
	if err := loadVariants(ctx, tx, p); err != nil {
		return err
	}
	before := &Product{ID: parent}
	err := writeVariants(ctx, tx, parent, p, before)
	if e, ok := fault.As(err); ok && e.Fields["variants"] != "" {
		return &fault.Error{Kind: fault.Invalid, Message: e.Message, Fields: map[string]string{"attributes": e.Fields["variants"]}}
	}
	return err
}

// reprice says where configurable products are sold: where one of their
// variants is, from the lowest price on, while one is left.
func reprice(ctx context.Context, tx *sqldb.Tx, parents []int64) error {
	in, args := "("+sqldb.List(1, len(parents))+")", sqldb.Any(parents)
	if _, err := tx.Exec(ctx, `DELETE FROM product_price WHERE product_id IN `+in, args...); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO product_price (product_id, website_id, price, of_variants)
		SELECT v.parent_id, w.website_id, MIN(cp.price), TRUE FROM product_variant v
		JOIN product_website w ON w.product_id = v.parent_id
		JOIN product c ON c.id = v.child_id AND c.enabled
		JOIN product_website cw ON cw.product_id = c.id AND cw.website_id = w.website_id
		JOIN product_price cp ON cp.product_id = c.id AND cp.website_id = w.website_id
		WHERE v.parent_id IN `+in+` GROUP BY v.parent_id, w.website_id`, args...); err != nil {
		return err
	}
	if err := restockParents(ctx, tx, parents); err != nil {
		return err
	}
	return relistProducts(ctx, tx, parents)
}

// restockParents says which configurable products can be sold: those of which a
// variant can. They are held in order first: orders come here too.
func restockParents(ctx context.Context, tx *sqldb.Tx, parents []int64) error {
	in, args := "("+sqldb.List(1, len(parents))+")", sqldb.Any(parents)
	if _, err := sqldb.All(ctx, tx, sqldb.Value[int64], `SELECT id FROM product WHERE id IN `+in+` ORDER BY id`+tx.Hold(), args...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE product SET manage_stock = NOT EXISTS (SELECT 1 FROM product_variant v JOIN product p ON p.id = v.child_id
		WHERE v.parent_id = product.id AND p.enabled AND `+salable+`) WHERE id IN `+in, args...)
	return err
}

// Variant is one thing to choose at a configurable product.
type Variant struct {
	Card
	Choice Choice
}

// Axis is what variants differ in and the values to choose from, in the
// variants' order.
type Axis struct {
	Code   string
	Values []string
}

// Variants are what is sold of a configurable product to a shopper.
func (s *Service) Variants(ctx context.Context, sc Scope, parentID int64) ([]Variant, error) {
	query, args := variantsSQL(sc, parentID)
	all, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (v Variant, err error) {
		var parent int64
		v.Card, err = ScanCard(r, sc.Currency, &v.Choice, &parent)
		return v, err
	}, query, args...)
	return slices.DeleteFunc(all, func(v Variant) bool { return !v.Sold }), err
}

// variantsSQL reads the variants of some products, each with its choice and whose
// variant it is.
func variantsSQL(sc Scope, parents ...int64) (string, []any) {
	var w sqldb.Where
	w.Among("v.parent_id", parents)
	return CardsQuery(sc, &w, "product_variant v JOIN product p ON p.id = v.child_id", ", v.choice, v.parent_id") + w.SQL() +
		" ORDER BY v.parent_id, v.position, v.child_id", w.Args()
}

// AxesOf are the axes of some variants with the values that occur.
func AxesOf(variants []Variant) []Axis {
	var axes []Axis
	for _, v := range variants {
		for i, a := range v.Choice {
			if len(axes) <= i {
				axes = append(axes, Axis{Code: a.Code})
			}
			if !slices.Contains(axes[i].Values, a.Value) {
				axes[i].Values = append(axes[i].Values, a.Value)
			}
		}
	}
	return axes
}

// Choose finds the variant with the chosen values, by axis code.
func Choose(variants []Variant, chosen func(code string) string) (Variant, bool) {
	for _, v := range variants {
		if !slices.ContainsFunc(v.Choice, func(a Attribute) bool { return chosen(a.Code) != a.Value }) {
			return v, true
		}
	}
	return Variant{}, false
}

// Parent is the configurable product, shown in its own page, that a product is
// a variant of; ok is false without.
func (s *Service) Parent(ctx context.Context, childID int64) (id int64, choice Choice, ok bool, err error) {
	type row struct {
		id     int64
		choice Choice
	}
	found, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (f row, err error) {
		err = r.Scan(&f.id, &f.choice)
		return f, err
	}, `SELECT v.parent_id, v.choice FROM product_variant v JOIN product p ON p.id = v.parent_id
		WHERE v.child_id = $1 AND p.enabled AND p.visibility <> 'none' ORDER BY v.parent_id LIMIT 1`, childID))
	return found.id, found.choice, ok, err
}

// ParentAt is Parent of the product at a URL key of a store view.
func (s *Service) ParentAt(ctx context.Context, viewID int64, urlKey string) (id int64, choice Choice, ok bool, err error) {
	child, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT product_id FROM product_text
		WHERE url_key = $1 AND url_key <> '' AND store_view_id IN (0, $2) ORDER BY store_view_id DESC LIMIT 1`, urlKey, viewID))
	if err != nil || !ok {
		return 0, nil, false, err
	}
	return s.Parent(ctx, child)
}

// String is a choice for people who know the codes.
func (c Choice) String() string {
	parts := make([]string, len(c))
	for i, a := range c {
		parts[i] = a.Code + " " + a.Value
	}
	return strings.Join(parts, ", ")
}
