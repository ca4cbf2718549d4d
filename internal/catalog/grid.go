package catalog

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"time"

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

// productSorts are the columns to sort by: what SQL compares, and its value in a row.
var productSorts = map[string]struct {
	sql   string
	value func(ProductRow) any
}{
	"id":      {"p.id", func(r ProductRow) any { return r.ID }},
	"sku":     {"p.sku_key", func(r ProductRow) any { return SKUKey(r.SKU) }},
	"name":    {"t.name_key", func(r ProductRow) any { return Fold(r.Name) }},
	"on_hand": {"p.on_hand", func(r ProductRow) any { return r.Stock.OnHand }},
	"created": {"p.created_at", func(r ProductRow) any { return sqldb.Micros(r.CreatedAt) }},
	"updated": {"p.updated_at", func(r ProductRow) any { return sqldb.Micros(r.UpdatedAt) }},
}

const totalCap = 10_000

// Products returns one page of the Admin's product list.
func (s *Service) Products(ctx context.Context, q ProductQuery) (ProductList, error) {
	q.Size = min(max(q.Size, 1), 1000)
	var counting sqldb.Where
	s.narrow(&counting, q)
	n, err := sqldb.CountUpTo(ctx, s.db.Reader(), totalCap, "product p", &counting)
	if err != nil {
		return ProductList{}, err
	}
	list := ProductList{Count: n}
	at := readPlace(q.Cursor)
	if key, _ := q.order(); (at.Kind == "t") != (key == "sku" || key == "name") {
		at = gridPlace{} // of another order: begin again
	}
	list.Rows, err = s.productRows(ctx, q, at)
	if err != nil {
		return list, err
	}
	more := len(list.Rows) > q.Size
	list.Rows = list.Rows[:min(len(list.Rows), q.Size)]
	if at.Back {
		slices.Reverse(list.Rows)
	}
	if len(list.Rows) > 0 {
		if more || at.Back {
			list.Next = placeOf(q, list.Rows[len(list.Rows)-1], false)
		}
		if at.set() && (more || !at.Back) {
			list.Prev = placeOf(q, list.Rows[0], true)
		}
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

func (s *Service) productRows(ctx context.Context, q ProductQuery, at gridPlace) ([]ProductRow, error) {
	key, desc := q.order()
	var w sqldb.Where
	s.narrow(&w, q)
	website := w.Bind("?", q.PricesOf)
	column, direction, compare := productSorts[key].sql, "ASC", ">"
	if desc != at.Back {
		direction, compare = "DESC", "<"
	}
	if at.set() {
		w.And("("+column+", p.id) "+compare+" (?, ?)", at.value(), at.ID)
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

func (q ProductQuery) order() (key string, desc bool) {
	key = q.Sort
	if len(key) > 0 && key[0] == '-' {
		key, desc = key[1:], true
	}
	if _, ok := productSorts[key]; !ok {
		return "id", true
	}
	return key, desc
}

// gridPlace is where a page begins: behind or, going back, before a row.
type gridPlace struct {
	Text string `json:"t,omitempty"`
	Num  int64  `json:"n,omitempty"`
	ID   int64  `json:"i"`
	Back bool   `json:"b,omitempty"`
	Kind string `json:"k"` // "t" or "n": which of the two is the value
}

func (p gridPlace) set() bool { return p.ID > 0 }

func (p gridPlace) value() any {
	if p.Kind == "t" {
		return p.Text
	}
	return p.Num
}

func placeOf(q ProductQuery, r ProductRow, back bool) string {
	key, _ := q.order()
	p := gridPlace{ID: r.ID, Back: back, Kind: "n"}
	switch v := productSorts[key].value(r).(type) {
	case string:
		p.Text, p.Kind = v, "t"
	case int64:
		p.Num = v
	}
	data, _ := json.Marshal(p) // two texts and two numbers always marshal
	return base64.RawURLEncoding.EncodeToString(data)
}

// readPlace reads a cursor; whatever is none means the first page.
func readPlace(s string) (p gridPlace) {
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || json.Unmarshal(data, &p) != nil || p.Kind != "t" && p.Kind != "n" {
		return gridPlace{}
	}
	return p
}
