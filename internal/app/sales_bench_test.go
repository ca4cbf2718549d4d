package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// till is a customer who buys the same again and again.
type till struct {
	*apptest.Shop
	b     *testing.B
	buyer checkout.Buyer
	ctx   context.Context
}

func newTill(b *testing.B, s *apptest.Shop) *till {
	b.Helper()
	tree, err := s.Stores.Tree(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	view, _ := tree.ViewByCode("english")
	t := &till{Shop: s, b: b, ctx: actor.With(b.Context(), actor.Who{Kind: actor.Customer, ID: 1, Name: "Vera Lind", Subject: actor.Subject{ID: 1}})}
	t.buyer = checkout.Buyer{Owner: cart.Owner{CustomerID: 1, WebsiteID: view.WebsiteID, ViewID: view.ID, GroupID: 2, Currency: "USD"}, Email: "vera@example.com", FirstName: "Vera", LastName: "Lind"}
	return t
}

func (t *till) must(err error) {
	if err != nil {
		t.b.Helper()
		t.b.Fatal(err)
	}
}

// ready leads a cart of two lines to the review.
func (t *till) ready() checkout.PlaceForm {
	home := sales.Address{FirstName: "Vera", LastName: "Lind", Street: "18 Harbour Road", City: "Portland", Region: "Maine", Postcode: "04101", Country: "US"}
	for _, sku := range []string{"T-1", "T-2"} {
		_, err := t.Carts.Add(t.ctx, t.buyer.Owner, sku, 1)
		t.must(err)
	}
	t.must(t.Checkout.EnterAddresses(t.ctx, t.buyer, checkout.AddressForm{Shipping: home, BillingSame: true}))
	v, err := t.Checkout.Look(t.ctx, t.buyer)
	t.must(err)
	t.must(t.Checkout.ChooseMethods(t.ctx, t.buyer, checkout.MethodForm{ShippingMethod: v.ShippingMethod, PaymentMethod: "checkmo"}))
	v, err = t.Checkout.Look(t.ctx, t.buyer)
	t.must(err)
	return checkout.PlaceForm{Key: v.Cart.PublicID, Total: v.Quote.Totals.Grand}
}

// beside reports a thing's time as a share of that of one recorded row.
func (t *till) beside(n int, spent time.Duration) {
	const rows = 200
	begin := time.Now()
	for range rows {
		t.must(t.DB.Change(t.ctx, "test.happened", func(context.Context, *sqldb.Tx) error { return nil }))
	}
	row := time.Since(begin) / rows
	t.b.ReportMetric(float64(row)/(float64(spent)/float64(n)), "of-a-commit")
}

// plenty is enough of everything.
func (t *till) plenty() {
	t.must(t.DB.Upkeep(t.ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE product SET on_hand = 1000000`)
		return err
	}))
}

// BenchmarkPlaceOrder is the one change that makes an order of two lines: priced
// anew, reserved, numbered, mailed, recorded, durable. The target is 0.3 of a
// one-row durable commit.
func BenchmarkPlaceOrder(b *testing.B) {
	benchShop(b, func(b *testing.B, s *apptest.Shop) {
		t := newTill(b, s)
		t.plenty()
		var spent time.Duration
		for b.Loop() {
			b.StopTimer()
			form := t.ready()
			b.StartTimer()
			begin := time.Now()
			_, err := t.Checkout.Place(t.ctx, t.buyer, form)
			spent += time.Since(begin)
			t.must(err)
		}
		t.beside(b.N, spent)
	})
}

// BenchmarkInvoice is the invoice of a whole order, with its letter.
func BenchmarkInvoice(b *testing.B) {
	benchShop(b, func(b *testing.B, s *apptest.Shop) {
		t := newTill(b, s)
		t.plenty()
		staff := actor.With(b.Context(), actor.Who{Kind: actor.Admin, ID: 1, Name: "admin"})
		var spent time.Duration
		for b.Loop() {
			b.StopTimer()
			p, err := t.Checkout.Place(t.ctx, t.buyer, t.ready())
			t.must(err)
			full, err := t.Sales.Find(t.ctx, p.Order.ID)
			t.must(err)
			form := sales.InvoiceForm{Qty: map[int64]int64{}, NotifyCustomer: true}
			for _, i := range full.Items {
				form.Qty[i.ID] = i.ToInvoice()
			}
			b.StartTimer()
			begin := time.Now()
			_, err = t.Sales.Invoice(staff, p.Order.ID, form)
			spent += time.Since(begin)
			t.must(err)
		}
		t.beside(b.N, spent)
	})
}
