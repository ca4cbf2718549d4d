package catalog

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// ProductQuery asks for one page of the Admin's product list.
type ProductQuery struct {
	Text       string // words, or the beginning of a SKU, or an id
	Enabled    string // "1", "0" or "" for both
	Visibility Visibility
	Kind       Kind
	WebsiteID  int64  // sold there
	PricesOf   int64  // the website whose prices are shown
	CategoryID int64  // directly in it
	Stock      string // "in", "out" or "" for both
	Sort       string // a key of productSorts; "-" in front turns it round
	Cursor     string // from ProductList, "" for the first page
	Size       int
}

// ProductRow is one line of the Admin's product list.
type ProductRow struct {
	ID         int64
	SKU, Name  string
	Kind       Kind
	Enabled    bool
	Visibility Visibility
	Thumb      string
	Price      int64 // minor units
	HasPrice   bool
	Stock      Stock
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// ProductList is one page of the Admin's product list.
type ProductList struct {
	Rows        []ProductRow
	sqldb.Count // at most 10,000
	Next, Prev  string
}

// productOrder is a column to sort products by, and its value in a row; the id
// makes it unique.
type productOrder struct {
	column listing.Column
	value  func(ProductRow) any
}

var productOrders = map[string]productOrder{
	"id":      {listing.Column{SQL: "p.id"}, func(r ProductRow) any { return r.ID }},
	"sku":     {listing.Column{SQL: "p.sku_key", Text: true}, func(r ProductRow) any { return SKUKey(r.SKU) }},
	"name":    {listing.Column{SQL: "t.name_key", Text: true}, func(r ProductRow) any { return Fold(r.Name) }},
	"on_hand": {listing.Column{SQL: "p.on_hand"}, func(r ProductRow) any { return r.Stock.OnHand }},
	"created": {listing.Column{SQL: "p.created_at"}, func(r ProductRow) any { return sqldb.Micros(r.CreatedAt) }},
	"updated": {listing.Column{SQL: "p.updated_at"}, func(r ProductRow) any { return sqldb.Micros(r.UpdatedAt) }},
}

func (o productOrder) columns() listing.Order { return listing.Order{o.column, {SQL: "p.id"}} }

// place is the place behind or before a row.
func (o productOrder) place(r ProductRow, back bool) listing.Place {
	return listing.Place{Keys: []any{o.value(r), r.ID}, Back: back, Set: true}
}

// Products returns one page of the Admin's product list.
func (s *Service) Products(ctx context.Context, q ProductQuery) (ProductList, error) {
	q.Size = min(max(q.Size, 1), 1000)
	var counting sqldb.Where
	s.narrow(&counting, q)
	n, err := sqldb.CountUpTo(ctx, s.db.Reader(), listing.CountCap, "product p", &counting)
	if err != nil {
		return ProductList{}, err
	}
	list := ProductList{Count: n}
	order, _ := q.order()
	at := listing.ParsePlace(q.Cursor, order.columns())
	rows, err := s.productRows(ctx, q, at)
	if err != nil {
		return list, err
	}
	var next, prev bool
	list.Rows, next, prev = listing.Cut(rows, q.Size, at)
	if next {
		list.Next = order.place(list.Rows[len(list.Rows)-1], false).Cursor()
	}
	if prev {
		list.Prev = order.place(list.Rows[0], true).Cursor()
	}
	return list, nil
}

// narrow adds the conditions of a query; p is product.
func (s *Service) narrow(w *sqldb.Where, q ProductQuery) {
	if q.Text != "" {
		sku := SKUKey(q.Text)
		found := w.Bind(`SELECT id FROM product WHERE sku_key >= ? AND sku_key < ?`, sku, sqldb.PrefixEnd(sku))
		if text, ok := s.searchText(q.Text); ok {
			found += ` UNION SELECT product_id FROM (` + s.search.match(w.Bind("?", text), "0") + `) AS hits`
		}
		if id, err := strconv.ParseInt(q.Text, 10, 64); err == nil {
			found += w.Bind(` UNION SELECT id FROM product WHERE id = ?`, id)
		}
		w.And("p.id IN (" + found + ")")
	}
	if q.Enabled != "" {
		w.And("p.enabled = ?", q.Enabled == "1")
	}
	if q.Visibility != "" {
		w.And("p.visibility = ?", q.Visibility)
	}
	if q.Kind != "" {
		w.And("p.kind = ?", q.Kind)
	}
	if q.WebsiteID != 0 {
		w.And("EXISTS (SELECT 1 FROM product_website x WHERE x.product_id = p.id AND x.website_id = ?)", q.WebsiteID)
	}
	if q.CategoryID != 0 {
		w.And("EXISTS (SELECT 1 FROM product_category x WHERE x.product_id = p.id AND x.category_id = ?)", q.CategoryID)
	}
	switch q.Stock {
	case "in":
		w.And(salable)
	case "out":
		w.And("NOT " + salable)
	}
}

func (s *Service) productRows(ctx context.Context, q ProductQuery, at listing.Place) ([]ProductRow, error) {
	order, desc := q.order()
	var w sqldb.Where
	s.narrow(&w, q)
	website := w.Bind("?", q.PricesOf)
	column, direction, compare := order.column.SQL, "ASC", ">"
	if desc != at.Back {
		direction, compare = "DESC", "<"
	}
	if at.Set {
		w.And("("+column+", p.id) "+compare+" (?, ?)", at.Keys...)
	}
	limit := w.Bind(" LIMIT ?", q.Size+1)
	return sqldb.All(ctx, s.db.Reader(), scanProductRow, `SELECT p.id, p.sku, t.name, p.kind, p.enabled, p.visibility,
		COALESCE((SELECT x.thumb_key FROM product_picture x WHERE x.product_id = p.id ORDER BY x.position, x.id LIMIT 1), ''),
		COALESCE(pp.price, 0), pp.price IS NOT NULL, p.manage_stock, p.on_hand, p.reserved, p.threshold, p.in_stock, p.backorders,
		p.created_at, p.updated_at
		FROM product p JOIN product_text t ON t.product_id = p.id AND t.store_view_id = 0
		LEFT JOIN product_price pp ON pp.product_id = p.id AND pp.website_id = `+website+w.SQL()+
		` ORDER BY `+column+` `+direction+`, p.id `+direction+limit, w.Args()...)
}

func scanProductRow(r sqldb.Scanner) (p ProductRow, err error) {
	st := &p.Stock
	err = r.Scan(&p.ID, &p.SKU, &p.Name, &p.Kind, &p.Enabled, &p.Visibility, &p.Thumb, &p.Price, &p.HasPrice,
		&st.Manage, &st.OnHand, &st.Reserved, &st.Threshold, &st.InStock, &st.Backorders,
		sqldb.Into(&p.CreatedAt), sqldb.Into(&p.UpdatedAt))
	return p, err
}

// order is the order asked for, "-" before its key for descending; the newest
// come first without one.
func (q ProductQuery) order() (o productOrder, desc bool) {
	key, desc := strings.CutPrefix(q.Sort, "-")
	if o, ok := productOrders[key]; ok {
		return o, desc
	}
	return productOrders["id"], true
}
