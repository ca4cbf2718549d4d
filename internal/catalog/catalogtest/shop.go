// Package catalogtest furnishes a small shop for tests: two websites with their
// views, customer groups, and a quick way to make products.
package catalogtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// Shop is what there is: website 1 in EUR with views 1 and 2, website 2 in USD
// with view 3, groups 1 (not logged in) and 2 (general), a root category.
type Shop struct {
	*catalog.Service
	DB   *sqldb.DB
	Root int64
	t    testing.TB
}

// New furnishes an empty database.
func New(t testing.TB, db *sqldb.DB) *Shop {
	t.Helper()
	s := &Shop{Service: catalog.New(db), DB: db, t: t}
	s.Exec(`INSERT INTO website (id, code, name, currency, is_default) VALUES (1, 'main', 'Main', 'EUR', TRUE), (2, 'outlet', 'Outlet', 'USD', FALSE)`)
	s.Exec(`INSERT INTO store (id, website_id, code, name) VALUES (1, 1, 'main', 'Main'), (2, 2, 'outlet', 'Outlet')`)
	s.Exec(`INSERT INTO store_view (id, store_id, website_id, code, name, locale, base_url, active) VALUES
		(1, 1, 1, 'en', 'English', 'en', 'http://a.test/', TRUE), (2, 1, 1, 'de', 'Deutsch', 'de', 'http://a.test/de/', TRUE),
		(3, 2, 2, 'outlet', 'Outlet', 'en', 'http://b.test/', TRUE)`)
	s.Root = s.Category(0, "Root")
	return s
}

// Exec runs a statement outside of any rule.
func (s *Shop) Exec(query string, args ...any) {
	s.t.Helper()
	err := s.DB.Upkeep(context.Background(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// Category makes an active category.
func (s *Shop) Category(parent int64, name string) int64 {
	s.t.Helper()
	id, err := s.SaveCategory(sqldbtest.Ctx(), &catalog.Category{ParentID: parent, Active: true, InMenu: true,
		Texts: map[int64]catalog.CategoryText{0: {Name: name}}})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// Make is a product that can be sold on website 1 for 10.00, 5 of it on hand.
func Make(sku string) *catalog.Product {
	return &catalog.Product{
		SKU: sku, Enabled: true, Texts: map[int64]catalog.Text{0: {Name: "Product " + sku}},
		Stock:    catalog.Stock{Manage: true, OnHand: 5, InStock: true},
		Websites: []int64{1}, Prices: []catalog.Price{{WebsiteID: 1, Regular: 1000}},
	}
}

// Product saves a product after changes to Make's.
func (s *Shop) Product(sku string, changes ...func(*catalog.Product)) *catalog.Product {
	s.t.Helper()
	p := Make(sku)
	for _, change := range changes {
		change(p)
	}
	id, err := s.Save(sqldbtest.Ctx(), p)
	if err != nil {
		s.t.Fatal(err)
	}
	p.ID = id
	return p
}

// In puts a product into a category.
func In(category, position int64) func(*catalog.Product) {
	return func(p *catalog.Product) {
		p.Categories = append(p.Categories, catalog.Placement{CategoryID: category, Position: position})
	}
}

// Priced sets the price on website 1.
func Priced(minor int64) func(*catalog.Product) {
	return func(p *catalog.Product) { p.Prices[0].Regular = minor }
}

// Scope is a shopper of group 1 in view 1.
func (s *Shop) Scope() catalog.Scope {
	return catalog.Scope{WebsiteID: 1, ViewID: 1, GroupID: 1, Currency: "EUR", Now: s.DB.Now()}
}

// SKUs are the SKUs of cards in their order.
func SKUs(cards []catalog.Card) string {
	out := ""
	for _, c := range cards {
		out += c.SKU + " "
	}
	return fmt.Sprint(out)
}
