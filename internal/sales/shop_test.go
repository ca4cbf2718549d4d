package sales_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/totals"
)

var ctx = sqldbtest.Ctx()

// shop is a shop with two products of which there is enough.
type shop struct {
	*sales.Service
	*testing.T
	db       *sqldb.DB
	log      *audit.Service
	clock    *sqldbtest.Clock
	mug, bag *catalog.Product
}

// each runs a test on each engine; what is done is recorded.
func each(t *testing.T, fn func(s *shop)) {
	t.Helper()
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) { fn(furnish(t, db, clock)) })
}

func furnish(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) *shop {
	db.Hooks(nil, audit.Record)
	c := catalogtest.New(t, db)
	plenty := func(p *catalog.Product) { p.Stock.OnHand = 1000 }
	return &shop{Service: sales.New(db, sales.Deps{}), T: t, db: db, log: audit.New(db), clock: clock, mug: c.Product("mug", plenty), bag: c.Product("bag", plenty)}
}

func (s *shop) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

var address = sales.Address{FirstName: "Vera", LastName: "Lind", Street: "Elm Street 1", City: "Berlin", Postcode: "10115", Country: "DE", Phone: "+49 30 123456"}

// orderA is order A of the reference: three mugs and a bag, 10 % off, tax 8.25 %.
func (s *shop) orderA() sales.Draft {
	rate := []totals.Rate{{Code: "US-CA", Title: "Sales tax", PPM: 82_500}}
	return s.draft(totals.Input{Currency: "USD", Settings: totals.Settings{Method: totals.Total},
		Lines:    []totals.Line{{Qty: 3, Price: 1999, Rates: rate, Discount: 600}, {Qty: 1, Price: 4500, Rates: rate, Discount: 450}},
		Shipping: 750, ShippingRates: rate}, s.mug, s.bag)
}

// draft prices lines of products.
func (s *shop) draft(in totals.Input, products ...*catalog.Product) sales.Draft {
	s.Helper()
	result, err := totals.Compute(in)
	s.ok(err)
	d := sales.Draft{Source: sales.FromStorefront, WebsiteID: 1, ViewID: 1, CustomerID: 7, GroupID: 1, Email: "vera@example.com",
		FirstName: "Vera", LastName: "Lind", Currency: in.Currency, Billing: address, Shipping: &address, Totals: result,
		PricesIncludeTax: in.Settings.PricesIncludeTax, ShippingMethod: "flatrate", ShippingTitle: "Flat rate",
		PaymentMethod: "checkmo", PaymentTitle: "Check / Money order", State: sales.StateNew}
	for n, l := range in.Lines {
		p := products[n]
		d.Lines = append(d.Lines, sales.DraftLine{ProductID: p.ID, SKU: p.SKU, Name: "Product " + p.SKU, Kind: "simple", ManageStock: true,
			OriginalPrice: l.Price, Qty: l.Qty})
	}
	return d
}

// try places an order.
func (s *shop) try(ctx context.Context, d sales.Draft) (o sales.Order, already bool, err error) {
	err = s.db.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) error {
		o, already, err = s.PlaceTx(ctx, tx, d)
		if already {
			tx.Skip()
		}
		return err
	})
	return o, already, err
}

// place places an order, and returns it as it is read.
func (s *shop) place(d sales.Draft) sales.Full {
	s.Helper()
	o, _, err := s.try(ctx, d)
	s.ok(err)
	return s.order(o.ID)
}

func (s *shop) order(id int64) sales.Full {
	s.Helper()
	o, err := s.Find(ctx, id)
	s.ok(err)
	return o
}

// qty names quantities of an order's lines, in order.
func qty(o sales.Full, n ...int64) map[int64]int64 {
	m := map[int64]int64{}
	for i, q := range n {
		if q > 0 {
			m[o.Items[i].ID] = q
		}
	}
	return m
}

func (s *shop) invoice(o sales.Full, n ...int64) sales.Invoice {
	s.Helper()
	d, err := s.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: qty(o, n...)})
	s.ok(err)
	return d
}

func (s *shop) ship(o sales.Full, n ...int64) sales.Shipment {
	s.Helper()
	d, err := s.Ship(ctx, o.ID, sales.ShipForm{Qty: qty(o, n...)})
	s.ok(err)
	return d
}

// stock is what there is of a product.
func (s *shop) stock(p *catalog.Product) string {
	s.Helper()
	text, err := sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (string, error) {
		var onHand, reserved int64
		err := r.Scan(&onHand, &reserved)
		return fmt.Sprintf("%d on hand, %d reserved", onHand, reserved), err
	}, `SELECT on_hand, reserved FROM product WHERE id = $1`, p.ID)
	s.ok(err)
	return text
}

func (s *shop) count(query string, args ...any) int64 {
	s.Helper()
	n, err := sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], query, args...)
	s.ok(err)
	return n
}

func refused(t testing.TB, what string, err error, kind fault.Kind) {
	t.Helper()
	if fault.KindOf(err) != kind {
		t.Errorf("%s: not refused as %s: %v", what, kind, err)
	}
}

// exec runs a statement outside of any rule.
func (s *shop) exec(query string, args ...any) {
	s.Helper()
	s.ok(s.db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}
