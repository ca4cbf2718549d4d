package catalog

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sqldb"
)

// Order is how a shopper's list is sorted.
type Order string

// The orders; Best is by relevance when searching, else as Position.
const (
	Best     Order = ""
	Position Order = "position"
	ByName   Order = "name"
	Cheapest Order = "price"
	Dearest  Order = "-price"
	Newest   Order = "newest"
)

// Orders are those a shopper may choose.
var Orders = []Order{Position, ByName, Cheapest, Dearest, Newest}

// List asks for one page of what a shopper sees in a category or finds.
type List struct {
	CategoryID int64             // 0: everything on the website
	Search     string            // words; used with CategoryID 0
	MinPrice   int64             // minor units, 0: no limit
	MaxPrice   int64             // exclusive, 0: no limit
	InStock    bool              // only what can be bought now
	Reduced    bool              // only what costs less than usual
	Attributes map[string]string // code → value
	Order      Order
	Page, Size int // counted from 1
}

// Card is a product as lists, carts and wish lists show it.
type Card struct {
	ID             int64
	SKU            string
	Kind           Kind
	Name, URLKey   string
	Thumb, Alt     string // media key, "" without a picture
	Price, Regular money.Amount
	From           bool  // Price is the cheapest variant's, others cost more
	Salable        int64 // how many can be bought now
	Sold           bool  // sold at all: enabled, on this website, with a price
	Managed        bool  // stock is counted
	TaxClass       string
	WeightGrams    int64
}

// Reduced reports whether the price is lower than the regular one.
func (c Card) Reduced() bool { return c.Price.Minor < c.Regular.Minor }

// Listed is one page of a list.
type Listed struct {
	Cards       []Card
	Total       int64
	InStock     int64 // of Total
	Reduced     int64 // of Total
	Facets      []Facet
	Low, High   int64 // the prices that occur, minor units
	Page, Pages int
}

// Facet is a value of an attribute and how many of the list have it.
type Facet struct {
	Code, Value string
	Count       int64
}

const maxPage = 60

// List returns a page of products that a shopper may see: two queries,
// whatever is asked for.
func (s *Service) List(ctx context.Context, sc Scope, l List) (Listed, error) {
	l.Size = min(max(l.Size, 1), maxPage)
	b := newListBuilder(sc, l)
	if l.Search != "" && l.CategoryID == 0 {
		text, ok := s.searchText(l.Search)
		if !ok {
			return Listed{Page: 1, Pages: 1}, nil
		}
		b.matching(s.search, text)
	}
	out, err := s.counted(ctx, b)
	if err != nil {
		return Listed{}, err
	}
	out.Pages = max(1, int((out.Total+int64(l.Size)-1)/int64(l.Size)))
	out.Page = min(max(l.Page, 1), out.Pages)
	if out.Total == 0 {
		return out, nil
	}
	query, args := b.page(out.Page)
	out.Cards, err = sqldb.All(ctx, s.db.Reader(), scanCard(sc.Currency), query, args...)
	return out, err
}

// listBuilder writes the SQL of one list. Each choice adds to it only when it
// is made, so few texts ever exist and the plain list of a category reads
// nothing but an index.
type listBuilder struct {
	sc     Scope
	l      List
	w      sqldb.Where
	joins  string
	ranked bool
	priced bool
}

func newListBuilder(sc Scope, l List) *listBuilder {
	b := &listBuilder{sc: sc, l: l}
	b.w.And("l.website_id = ? AND l.category_id = ?", sc.WebsiteID, l.CategoryID)
	if l.MinPrice > 0 || l.MaxPrice > 0 || l.Reduced {
		b.price()
		price := pricing(&b.w, sc)
		final := price(finalPrice)
		if l.MinPrice > 0 {
			b.w.And(final+" >= ?", l.MinPrice)
		}
		if l.MaxPrice > 0 {
			b.w.And(final+" < ?", l.MaxPrice)
		}
		if l.Reduced {
			b.w.And(final + " < " + price(usualPrice))
		}
	}
	if l.InStock {
		b.w.And(`EXISTS (SELECT 1 FROM product p WHERE p.id = l.product_id AND ` + salable + `)`)
	}
	for _, code := range keysOf(l.Attributes, nil) {
		b.w.And(`EXISTS (SELECT 1 FROM product_facet a WHERE a.product_id = l.product_id AND a.code = ? AND a.value = ?)`,
			code, l.Attributes[code])
	}
	return b
}

// price joins what the price depends on, once.
func (b *listBuilder) price() {
	if b.priced {
		return
	}
	b.priced = true
	b.joins += b.w.Bind(` JOIN product_price pp ON pp.product_id = l.product_id AND pp.website_id = l.website_id
		LEFT JOIN product_group_price gp ON gp.product_id = l.product_id AND gp.website_id = l.website_id AND gp.group_id = ?`, b.sc.GroupID)
}

func (b *listBuilder) matching(index searchIndex, text string) {
	b.ranked = true
	q, view := b.w.Bind("?", text), b.w.Bind("?", b.sc.ViewID)
	b.joins += ` JOIN (` + index.match(q, view) + `) hits ON hits.product_id = l.product_id`
}

// count returns the totals of the list and its facets in one query: a row with
// the plain numbers, whose code is empty, and one for each attribute's value.
func (s *Service) count(ctx context.Context, b *listBuilder) (Listed, error) {
	query, args := b.counting()
	var out Listed
	_, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		var f Facet
		var low, high, reduced, inStock *int64
		err := r.Scan(&f.Code, &f.Value, &f.Count, &low, &high, &reduced, &inStock)
		if f.Code != "" {
			out.Facets = append(out.Facets, f)
		} else if out.Total = f.Count; low != nil {
			out.Low, out.High, out.Reduced, out.InStock = *low, *high, *reduced, *inStock
		}
		return struct{}{}, err
	}, query, args...)
	slices.SortFunc(out.Facets, func(a, b Facet) int {
		return cmp.Or(strings.Compare(a.Code, b.Code), strings.Compare(a.Value, b.Value))
	})
	return out, err
}

// counting materializes what was found: it is counted in two ways, and found once.
func (b *listBuilder) counting() (string, []any) {
	c := *b
	c.price()
	price := pricing(&c.w, b.sc)
	return `WITH found AS MATERIALIZED (SELECT l.product_id, ` + price(finalPrice) + ` AS final, ` + price(usualPrice) + ` AS usual,
		` + salable + ` AS can FROM product_listing l JOIN product p ON p.id = l.product_id` + c.joins + c.w.SQL() + `)
	SELECT '', '', COUNT(*), MIN(final), MAX(final), SUM(CASE WHEN final < usual THEN 1 ELSE 0 END), SUM(CASE WHEN can THEN 1 ELSE 0 END) FROM found
	UNION ALL SELECT a.code, a.value, COUNT(*), NULL, NULL, NULL, NULL FROM found
		JOIN product_facet a ON a.product_id = found.product_id GROUP BY a.code, a.value`, c.w.Args()
}

// page is the query for one page of cards: first the ids, from as little as the
// order needs, then everything a card shows of those few.
func (b *listBuilder) page(n int) (string, []any) {
	c := *b
	sort, order := c.order()
	offset := int64((n - 1) * c.l.Size)
	cut := c.w.Bind(" LIMIT ? OFFSET ?", c.l.Size, offset)
	inner := `SELECT l.product_id, ` + sort + ` AS sort FROM product_listing l` + c.joins + c.w.SQL() +
		` ORDER BY ` + order + cut
	_, direction, _ := strings.Cut(order, " ")
	if !strings.HasPrefix(direction, "DESC") {
		direction = ""
	} else {
		direction = " DESC"
	}
	return CardsQuery(c.sc, &c.w, `(`+inner+`) page JOIN product p ON p.id = page.product_id`) +
		` ORDER BY page.sort` + direction + `, p.id`, c.w.Args()
}

// order is the value to sort by and the ORDER BY inside.
func (b *listBuilder) order() (sort, order string) {
	switch b.l.Order {
	case ByName:
		b.joins += b.w.Bind(` JOIN product_text sd ON sd.product_id = l.product_id AND sd.store_view_id = 0
			LEFT JOIN product_text sv ON sv.product_id = l.product_id AND sv.store_view_id = ?`, b.sc.ViewID)
		return `COALESCE(NULLIF(sv.name_key, ''), sd.name_key)`, "2, 1"
	case Cheapest, Dearest:
		b.price()
		sort = pricing(&b.w, b.sc)(finalPrice)
		if b.l.Order == Dearest {
			return sort, "2 DESC, 1"
		}
		return sort, "2, 1"
	case Newest:
		return `-l.product_id`, "2, 1"
	}
	if b.ranked {
		return `hits.rank`, "2, 1"
	}
	return `l.position`, "l.position, l.product_id"
}

// CardsQuery selects what a card shows, and more columns; from binds p to
// product, and w takes the arguments. Read its rows with ScanCard.
func CardsQuery(sc Scope, w *sqldb.Where, from string, more ...string) string {
	return cardsQuery(sc, w, from, finalPrice, more)
}

// LinesQuery is CardsQuery with the price of so many pieces, an expression of
// from: the lowest of the prices and tier prices that apply.
func LinesQuery(sc Scope, w *sqldb.Where, from, qty string, more ...string) string {
	tier := filled(tierPrice, blanks{website: w.Bind("?", sc.WebsiteID), qty: qty})
	return cardsQuery(sc, w, from, `CASE WHEN `+tier+` < `+finalPrice+` THEN `+tier+` ELSE `+finalPrice+` END`, more)
}

func cardsQuery(sc Scope, w *sqldb.Where, from, final string, more []string) string {
	view := w.Bind("?", sc.ViewID)
	website := w.Bind("?", sc.WebsiteID)
	group := w.Bind("?", sc.GroupID)
	price := pricing(w, sc)
	return `SELECT p.id, p.sku, p.kind, COALESCE(NULLIF(tv.name, ''), td.name), COALESCE(NULLIF(tv.url_key, ''), td.url_key),
		COALESCE(pic.thumb_key, ''), COALESCE(pic.alt, ''), COALESCE(` + price(usualPrice) + `, 0), COALESCE(` + price(final) + `, 0),
		COALESCE(` + price(dearestPrice) + `, 0), p.tax_class, p.weight_grams, p.manage_stock, p.on_hand, p.reserved, p.threshold, p.in_stock, p.backorders,
		p.enabled AND pp.price IS NOT NULL AND pw.website_id IS NOT NULL` + strings.Join(more, "") + `
		FROM ` + from + `
		JOIN product_text td ON td.product_id = p.id AND td.store_view_id = 0
		LEFT JOIN product_text tv ON tv.product_id = p.id AND tv.store_view_id = ` + view + `
		LEFT JOIN product_website pw ON pw.product_id = p.id AND pw.website_id = ` + website + `
		LEFT JOIN product_price pp ON pp.product_id = p.id AND pp.website_id = ` + website + `
		LEFT JOIN product_group_price gp ON gp.product_id = p.id AND gp.website_id = ` + website + ` AND gp.group_id = ` + group + `
		LEFT JOIN product_picture pic ON pic.id = (SELECT x.id FROM product_picture x WHERE x.product_id = p.id ORDER BY x.position, x.id LIMIT 1)`
}

func scanCard(currency string) func(sqldb.Scanner) (Card, error) {
	return func(r sqldb.Scanner) (Card, error) {
		return ScanCard(r, currency)
	}
}

// ScanCard reads a row of CardsQuery, with more columns behind it.
func ScanCard(r sqldb.Scanner, currency string, more ...any) (c Card, err error) {
	var st Stock
	var dearest int64
	c.Price.Currency, c.Regular.Currency = currency, currency
	err = r.Scan(append([]any{&c.ID, &c.SKU, &c.Kind, &c.Name, &c.URLKey, &c.Thumb, &c.Alt, &c.Regular.Minor, &c.Price.Minor,
		&dearest, &c.TaxClass, &c.WeightGrams, &st.Manage, &st.OnHand, &st.Reserved, &st.Threshold, &st.InStock, &st.Backorders, &c.Sold}, more...)...)
	c.Salable, c.Managed, c.From = st.Salable(), st.Manage, dearest > c.Price.Minor
	return c, err
}

// Cards returns the cards of some products, by id; products that no longer
// exist are missing.
func (s *Service) Cards(ctx context.Context, sc Scope, ids []int64) (map[int64]Card, error) {
	out := make(map[int64]Card, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var w sqldb.Where
	w.Among("p.id", ids)
	query := CardsQuery(sc, &w, "product p") + w.SQL()
	all, err := sqldb.All(ctx, s.db.Reader(), scanCard(sc.Currency), query, w.Args()...)
	for _, c := range all {
		out[c.ID] = c
	}
	return out, err
}

// ParsePriceRange reads "1000-2500" (minor units, the end exclusive); either
// side may be missing.
func ParsePriceRange(s string) (low, high int64, ok bool) {
	a, b, ok := strings.Cut(s, "-")
	if !ok || len(s) > 40 || a == "" && b == "" {
		return 0, 0, false
	}
	low, okLow := amount(a)
	high, okHigh := amount(b)
	return low, high, okLow && okHigh && (high == 0 || low < high)
}

func amount(s string) (int64, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n >= 0 && n <= maxAmount
}

// PriceSteps divides the prices that occur into at most five round ranges, as
// ParsePriceRange reads them; none when there is nothing to divide.
func PriceSteps(low, high int64) []string {
	if high <= low {
		return nil
	}
	step := int64(1)
	for factor := 2; (high-low)/step >= 5; factor = 7 - factor {
		step *= int64(factor)
	}
	var steps []string
	for from := low / step * step; from <= high; from += step {
		steps = append(steps, strconv.FormatInt(from, 10)+"-"+strconv.FormatInt(from+step, 10))
	}
	if len(steps) < 2 {
		return nil
	}
	return steps
}
