package catalog

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Product returns a product with everything that belongs to it.
func (s *Service) Product(ctx context.Context, id int64) (*Product, error) {
	return loadProduct(ctx, s.db.Reader(), id)
}

// ProductBySKU returns the product with a SKU; ok is false when there is none.
func (s *Service) ProductBySKU(ctx context.Context, sku string) (*Product, bool, error) {
	id, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64],
		`SELECT id FROM product WHERE sku_key = $1`, SKUKey(sku)))
	if err != nil || !ok {
		return nil, false, err
	}
	p, err := s.Product(ctx, id)
	return p, err == nil, err
}

func scanProduct(r sqldb.Scanner) (*Product, error) {
	p := &Product{Texts: map[int64]Text{}, Attributes: map[string]string{}}
	err := r.Scan(&p.ID, &p.SKU, &p.Kind, &p.Enabled, &p.Visibility, &p.WeightGrams, &p.TaxClass,
		&p.Stock.Manage, &p.Stock.OnHand, &p.Stock.Reserved, &p.Stock.Threshold, &p.Stock.InStock, &p.Stock.Backorders,
		&p.Version, sqldb.Into(&p.CreatedAt), sqldb.Into(&p.UpdatedAt))
	return p, err
}

func loadProduct(ctx context.Context, q sqldb.Querier, id int64) (*Product, error) {
	p, ok, err := sqldb.Found(sqldb.One(ctx, q, scanProduct, `SELECT id, sku, kind, enabled, visibility, weight_grams, tax_class,
		manage_stock, on_hand, reserved, threshold, in_stock, backorders, version, created_at, updated_at
		FROM product WHERE id = $1`, id))
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, noProduct()
	}
	for _, load := range []func(context.Context, sqldb.Querier, *Product) error{loadTexts, loadPrices, loadTiers, loadPlaces, loadPictures, loadVariants} {
		if err := load(ctx, q, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func loadTexts(ctx context.Context, q sqldb.Querier, p *Product) error {
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var view int64
		var t Text
		err := r.Scan(&view, &t.Name, &t.URLKey, &t.Short, &t.Description)
		p.Texts[view] = t
		return struct{}{}, err
	}, `SELECT store_view_id, name, url_key, short_description, description FROM product_text WHERE product_id = $1`, p.ID)
	if err != nil {
		return err
	}
	_, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var code, value string
		err := r.Scan(&code, &value)
		p.Attributes[code] = value
		return struct{}{}, err
	}, `SELECT code, value FROM product_attribute WHERE product_id = $1`, p.ID)
	return err
}

func loadPrices(ctx context.Context, q sqldb.Querier, p *Product) (err error) {
	p.Prices, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (price Price, err error) {
		var special *int64
		err = r.Scan(&price.WebsiteID, &price.Regular, &special, sqldb.Into(&price.SpecialFrom), sqldb.Into(&price.SpecialTo))
		if special != nil {
			price.HasSpecial, price.Special = true, *special
		}
		return price, err
	}, `SELECT website_id, price, special_price, special_from, special_to FROM product_price
		WHERE product_id = $1 AND NOT of_variants ORDER BY website_id`, p.ID)
	if err != nil {
		return err
	}
	p.GroupPrices, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (g GroupPrice, err error) {
		err = r.Scan(&g.WebsiteID, &g.GroupID, &g.Price)
		return g, err
	}, `SELECT website_id, group_id, price FROM product_group_price WHERE product_id = $1 ORDER BY website_id, group_id`, p.ID)
	return err
}

func loadPlaces(ctx context.Context, q sqldb.Querier, p *Product) (err error) {
	p.Websites, err = sqldb.All(ctx, q, sqldb.Value[int64],
		`SELECT website_id FROM product_website WHERE product_id = $1 ORDER BY website_id`, p.ID)
	if err != nil {
		return err
	}
	p.Categories, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (c Placement, err error) {
		err = r.Scan(&c.CategoryID, &c.Position)
		return c, err
	}, `SELECT category_id, position FROM product_category WHERE product_id = $1 ORDER BY category_id`, p.ID)
	return err
}

func loadPictures(ctx context.Context, q sqldb.Querier, p *Product) (err error) {
	p.Pictures, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (pic Picture, err error) {
		err = r.Scan(&pic.ID, &pic.Key, &pic.Thumb, &pic.Alt)
		return pic, err
	}, `SELECT id, media_key, thumb_key, alt FROM product_picture WHERE product_id = $1 ORDER BY position, id`, p.ID)
	return err
}

// insertAll inserts rows, many a statement; into is the table with its columns,
// for each of which there is a value. The texts differ by the number of rows only,
// and products have few.
func insertAll[T any](ctx context.Context, tx *sqldb.Tx, into string, rows []T, values func(T) []any) error {
	const most = 200 // rows a statement: PostgreSQL takes 65,535 arguments, SQLite 32,766
	for len(rows) > 0 {
		n := min(len(rows), most)
		var text strings.Builder
		var args []any
		text.WriteString("INSERT INTO " + into + " VALUES ")
		for i, row := range rows[:n] {
			if i > 0 {
				text.WriteByte(',')
			}
			row := values(row)
			text.WriteString("(" + sqldb.List(len(args)+1, len(row)) + ")")
			args = append(args, row...)
		}
		if _, err := tx.Exec(ctx, text.String(), args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}

func number(n int64) string { return strconv.FormatInt(n, 10) }
