package app_test

import (
	"strconv"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// BenchmarkStayPages are Vera's pages as an agent sees them, and her order in
// the Admin.
func BenchmarkStayPages(b *testing.B) {
	benchShop(b, func(b *testing.B, s *apptest.Shop) {
		buyer := newTill(b, s)
		buyer.plenty()
		form := buyer.ready()
		placed, err := s.Checkout.Place(buyer.ctx, buyer.buyer, form)
		buyer.must(err)
		for _, sku := range []string{"T-1", "T-2"} {
			_, err := s.Carts.Add(buyer.ctx, buyer.buyer.Owner, sku, 2)
			buyer.must(err)
		}
		browser := webtest.New(b)
		assistVera(browser, s)
		stay, _ := browser.Cookie(s.Store("english", "/"), web.StayCookie)
		for _, path := range []string{"/account", "/cart", "/account/orders/" + placed.Order.Number} {
			b.Run(path[1:], func(b *testing.B) { serve(b, s, s.Store("english", path), web.StayCookie+"="+stay) })
		}
		admin, _ := browser.Cookie(s.Admin("/"), "__Host-admin")
		order, err := s.Sales.FindNumber(b.Context(), placed.Order.Number)
		buyer.must(err)
		b.Run("admin order", func(b *testing.B) {
			serve(b, s, s.Admin("/sales/orders/"+strconv.FormatInt(order.ID, 10)), "__Host-admin="+admin)
		})
	})
}
