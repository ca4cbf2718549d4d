package catalog

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Page is a product as its own page shows it.
type Page struct {
	Card
	Short, Description string
	Pictures           []Picture
	Attributes         []Attribute
	CategoryID         int64     // the deepest shown category it is in, 0 without
	Variants           []Variant // of a configurable product
}

// Attribute is a property of a product.
type Attribute struct{ Code, Value string }

// View returns the product at a URL key of a store view, as a shopper of the
// scope sees it. Products that are not sold there do not exist.
func (s *Service) View(ctx context.Context, sc Scope, urlKey string) (*Page, error) {
	var w sqldb.Where
	key, view := w.Bind("?", urlKey), w.Bind("?", sc.ViewID)
	from := `(SELECT t.product_id AS id FROM product_text t WHERE t.url_key = ` + key + ` AND t.url_key <> '' AND (t.store_view_id = ` + view + `
		OR (t.store_view_id = 0 AND NOT EXISTS (SELECT 1 FROM product_text o WHERE o.product_id = t.product_id
			AND o.store_view_id = ` + view + ` AND o.url_key <> '')))) at JOIN product p ON p.id = at.id`
	query := CardsQuery(sc, &w, from, `, COALESCE(NULLIF(tv.short_description, ''), td.short_description),
		COALESCE(NULLIF(tv.description, ''), td.description), p.visibility`)
	var visibility Visibility
	page, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (p *Page, err error) {
		p = &Page{}
		p.Card, err = ScanCard(r, sc.Currency, &p.Short, &p.Description, &visibility)
		return p, err
	}, query, w.Args()...))
	if err != nil {
		return nil, err
	}
	if !ok || !page.Sold || visibility == Hidden {
		return nil, fault.New(fault.NotFound, "This product does not exist, or is not sold here.")
	}
	if page.Kind == Configurable {
		if page.Variants, err = s.Variants(ctx, sc, page.ID); err != nil {
			return nil, err
		}
	}
	return page, s.furnish(ctx, page)
}

// furnish adds the parts of a page that are several rows.
func (s *Service) furnish(ctx context.Context, page *Page) error {
	p := &Product{ID: page.ID}
	if err := loadPictures(ctx, s.db.Reader(), p); err != nil {
		return err
	}
	page.Pictures = p.Pictures
	var err error
	page.Attributes, err = sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (a Attribute, err error) {
		err = r.Scan(&a.Code, &a.Value)
		return a, err
	}, `SELECT code, value FROM product_attribute WHERE product_id = $1 ORDER BY code`, page.ID)
	if err != nil {
		return err
	}
	page.CategoryID, _, err = sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT pc.category_id FROM product_category pc
		JOIN category c ON c.id = pc.category_id WHERE pc.product_id = $1 AND c.active
		ORDER BY c.level DESC, pc.position, c.id LIMIT 1`, page.ID))
	return err
}

// Pictures are a product's pictures.
func (s *Service) Pictures(ctx context.Context, productID int64) ([]Picture, error) {
	p := &Product{ID: productID}
	err := loadPictures(ctx, s.db.Reader(), p)
	return p.Pictures, err
}

// ID returns the id of the product with a SKU; ok is false when there is none.
func (s *Service) ID(ctx context.Context, sku string) (id int64, ok bool, err error) {
	return sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64],
		`SELECT id FROM product WHERE sku_key = $1`, SKUKey(sku)))
}

// URLKey is a product's address in a view; ok is false when it does not exist.
func (s *Service) URLKey(ctx context.Context, productID, viewID int64) (key string, ok bool, err error) {
	return sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[string], `SELECT COALESCE(NULLIF(v.url_key, ''), d.url_key)
		FROM product_text d LEFT JOIN product_text v ON v.product_id = d.product_id AND v.store_view_id = $2
		WHERE d.product_id = $1 AND d.store_view_id = 0`, productID, viewID))
}

// NextPriceChange is when the next special price begins or ends by itself after
// a moment; the zero time when none does.
func (s *Service) NextPriceChange(ctx context.Context, after time.Time) (time.Time, error) {
	var next time.Time
	err := s.db.Reader().QueryRow(ctx, `SELECT MIN(at) FROM (
		SELECT MIN(special_from) AS at FROM product_price WHERE special_from > $1
		UNION ALL SELECT MIN(special_to) FROM product_price WHERE special_to > $1) AS changes`, sqldb.Micros(after)).Scan(sqldb.Into(&next))
	return next, err
}
