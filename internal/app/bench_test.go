package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func benchShop(b *testing.B, fn func(b *testing.B, s *apptest.Shop)) {
	for _, e := range sqldbtest.Engines {
		b.Run(string(e), func(b *testing.B) { fn(b, apptest.New(b, e)) })
	}
}

// serve measures one page through the whole application, without a network.
func serve(b *testing.B, s *apptest.Shop, address, cookie string) {
	b.Helper()
	s.Clock.Advance(2 * time.Second) // past the moment in which nothing is kept
	r := httptest.NewRequest(http.MethodGet, address, nil)
	r.RequestURI = r.URL.RequestURI() // as it comes over a network
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		if s.Handler().ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatalf("status %d", w.Code)
		}
	}
}

// BenchmarkCategoryPage is a category page from the page cache, and made anew
// for somebody with a cart.
func BenchmarkCategoryPage(b *testing.B) {
	benchShop(b, func(b *testing.B, s *apptest.Shop) {
		b.Run("kept", func(b *testing.B) { serve(b, s, s.Store("english", "/c/kitchen"), "") })
		b.Run("made", func(b *testing.B) { serve(b, s, s.Store("english", "/c/kitchen"), "__Host-cart=unknown") })
	})
}

// BenchmarkCustomersGrid is All Customers with a keyword.
func BenchmarkCustomersGrid(b *testing.B) {
	benchShop(b, func(b *testing.B, s *apptest.Shop) {
		var secret string
		ctx := actor.AsSystem(context.Background(), "test")
		err := s.DB.Change(ctx, "staff.signed_in", func(ctx context.Context, tx *sqldb.Tx) (err error) {
			var admin int64
			if err := tx.QueryRow(ctx, `SELECT id FROM admin_user WHERE username = 'admin'`).Scan(&admin); err != nil {
				return err
			}
			secret, _, err = s.Sessions.StartAdmin(ctx, tx, admin, "")
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		serve(b, s, s.Admin("/customers?q=vera"), "__Host-admin="+secret)
	})
}

// BenchmarkCart is a changed quantity in a cart, durable and recorded.
func BenchmarkCart(b *testing.B) {
	benchShop(b, func(b *testing.B, s *apptest.Shop) {
		tree, err := s.Stores.Tree(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		view, _ := tree.ViewByCode("english")
		owner := cart.Owner{CustomerID: 1, WebsiteID: view.WebsiteID, ViewID: view.ID, GroupID: 2, Currency: "USD"}
		ctx := actor.With(b.Context(), actor.Who{Kind: actor.Customer, ID: 1, Name: "Vera Lind", Subject: actor.Subject{ID: 1}})
		if _, err := s.Carts.Add(ctx, owner, "T-1", 1); err != nil {
			b.Fatal(err)
		}
		n := int64(1)
		for b.Loop() {
			n = 3 - n
			if _, err := s.Carts.SetQty(ctx, owner, "T-1", n); err != nil {
				b.Fatal(err)
			}
		}
	})
}
