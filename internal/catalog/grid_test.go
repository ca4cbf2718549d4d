package catalog_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func rowSKUs(l catalog.ProductList) string {
	var all []string
	for _, r := range l.Rows {
		all = append(all, r.SKU)
	}
	return strings.Join(all, " ")
}

func TestTheAdminsListPagesBothWaysInEveryOrder(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		for i := range 7 {
			s.Product(fmt.Sprintf("s%d", i), func(p *catalog.Product) {
				p.Texts[0] = catalog.Text{Name: fmt.Sprintf("Näme %d", (i*3)%7)}
				p.Stock.OnHand = int64(i % 2)
			})
		}
		for _, sort := range []string{"id", "-id", "sku", "-sku", "name", "-name", "on_hand", "-on_hand", "created", "-updated", "nonsense"} {
			all, err := s.Products(ctx, catalog.ProductQuery{Sort: sort, Size: 100})
			check(t, err)
			var pages []string
			cursor, last := "", catalog.ProductList{}
			for range 10 {
				last, err = s.Products(ctx, catalog.ProductQuery{Sort: sort, Size: 3, Cursor: cursor})
				check(t, err)
				pages = append(pages, rowSKUs(last))
				if cursor = last.Next; cursor == "" {
					break
				}
			}
			want(t, sort, strings.Join(pages, " "), rowSKUs(all))
			want(t, sort+" total", last.Total, 7)
			back, err := s.Products(ctx, catalog.ProductQuery{Sort: sort, Size: 3, Cursor: last.Prev})
			check(t, err)
			want(t, sort+" back", rowSKUs(back), pages[1])
		}
		if _, err := s.Products(ctx, catalog.ProductQuery{Sort: "name", Size: 3, Cursor: "bm9uc2Vuc2U"}); err != nil {
			t.Error(err)
		}
	})
}

func TestTheAdminsListIsNarrowed(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		cat := s.Category(s.Root, "A")
		s.Product("KET-1", catalogtest.In(cat, 0), func(p *catalog.Product) { p.Texts[0] = catalog.Text{Name: "Copper Kettle"} })
		s.Product("KET-2", func(p *catalog.Product) { p.Enabled, p.Stock.OnHand = false, 0 })
		s.Product("OUT-1", func(p *catalog.Product) {
			p.Visibility = catalog.InSearch
			p.Websites, p.Prices = []int64{2}, []catalog.Price{{WebsiteID: 2, Regular: 700}}
		})
		for want, q := range map[string]catalog.ProductQuery{
			"KET-1 KET-2": {Text: "ket-"},
			"KET-1":       {Text: "copp"},
			"KET-2":       {Enabled: "0"},
			"OUT-1":       {WebsiteID: 2},
			"KET-1 OUT-1": {Stock: "in"},
			"KET-2 ":      {Stock: "out"},
			" OUT-1":      {Visibility: catalog.InSearch},
			" KET-1":      {CategoryID: cat},
			"":            {Text: "nothing like it"},
		} {
			q.Sort, q.Size = "sku", 10
			l, err := s.Products(ctx, q)
			check(t, err)
			if got := rowSKUs(l); got != strings.TrimSpace(want) || l.Total != len(l.Rows) {
				t.Errorf("%+v: got %q of %d", q, got, l.Total)
			}
		}
	})
}

// wholeTable leaves out the attributes, which PostgreSQL rightly reads whole
// while they are few.
var wholeTable = regexp.MustCompile(`Seq Scan on product(_text|_price|_listing|_website|_picture|_variant)? `)

// TestTheCategoryPageReadsNoWholeTable asks the engine how it would run the
// statements of a plain category page.
func TestTheCategoryPageReadsNoWholeTable(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		cat := s.Category(s.Root, "A")
		insert := func(table, columns, values string) {
			s.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
				INSERT INTO ` + table + ` (` + columns + `) SELECT ` + values + ` FROM n`)
		}
		insert("product", "id, sku, sku_key, enabled, manage_stock, on_hand, created_at, updated_at", "i, 'k' || i, 'k' || i, TRUE, TRUE, 5, 0, 0")
		insert("product_text", "product_id, store_view_id, name, name_key, url_key", "i, 0, 'n' || i, 'n' || i, 'u' || i")
		insert("product_price", "product_id, website_id, price", "i, 1, i")
		insert("product_website", "product_id, website_id", "i, 1")
		insert("product_attribute", "product_id, code, value", "i, 'colour', 'c' || (i % 9)")
		insert("product_facet", "product_id, code, value", "i, 'colour', 'c' || (i % 9)")
		insert("product_group_price", "product_id, website_id, group_id, price", "i, 1, 1, i")
		insert("media", "key, content_type, width, height, data, created_at", "'m' || i, 'image/png', 1, 1, CAST('' AS "+map[sqldb.Engine]string{sqldb.SQLite: "BLOB", sqldb.Postgres: "BYTEA"}[s.DB.Engine()]+"), 0")
		insert("product_picture", "product_id, media_key, thumb_key, alt", "i, 'm' || i, 'm' || i, 'x'")
		s.Exec(`INSERT INTO product_listing (website_id, category_id, position, product_id)
			SELECT 1, $1, id, id FROM product WHERE id <= 20`, cat)
		s.Exec(`INSERT INTO product_listing (website_id, category_id, position, product_id)
			SELECT 1, 1000 + id % 50, id, id FROM product`)
		insert("product_variant", "parent_id, child_id, position, choice", "1 + i % 500, i, i, 'c' || i")
		s.Exec(`ANALYZE`)
		reads := func(what any, statements ...catalog.Statement) {
			for _, statement := range statements {
				plan := sqldbtest.Explain(t, s.DB, statement.Text, statement.Args)
				for _, line := range strings.Split(plan, "\n") {
					if wholeTable.MatchString(line) || strings.HasPrefix(line+" ", "SCAN p ") || strings.HasPrefix(line+" ", "SCAN l ") || strings.HasPrefix(line+" ", "SCAN v ") {
						t.Errorf("%+v reads a whole table:\n%s", what, plan)
						break
					}
				}
			}
		}
		reads("variants", catalog.VariantsStatement(s.Scope(), 17))
		reads("choosables", catalog.ChoosablesStatement(s.Scope(), []int64{3, 17}, []string{"k9", "k11"}))
		for _, l := range []catalog.List{
			{CategoryID: cat, Size: 12}, {CategoryID: cat, Size: 12, Page: 3}, {CategoryID: cat, Size: 12, InStock: true},
			{CategoryID: cat, Size: 12, MinPrice: 5, Attributes: map[string]string{"colour": "blue"}},
		} {
			reads(l, catalog.Statements(s.Scope(), l)...)
		}
	})
}
