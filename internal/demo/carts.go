package demo

import (
	"context"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
)

// carts fills Vera's cart, and in the full demo some others'.
func (p Parts) carts(ctx context.Context, s *Shop, size Size, now time.Time) error {
	p.Clock.Set(now.Add(-26 * time.Hour))
	if err := p.fillCart(ctx, s, "vera@example.com", s.English, 0, 2, 4); err != nil || size == Small {
		return err
	}
	if err := p.fillCart(ctx, s, "elena@example.com", s.French, 1); err != nil {
		return err
	}
	for i, who := range crowd() {
		if i%11 == 0 && who.view == "english" {
			// Spread over three weeks, none at the same minute as another.
			p.Clock.Set(now.Add(-time.Duration(i*53%(19*24*60))*time.Minute - 41*time.Minute))
			if err := p.fillCart(ctx, s, who.email, s.English, i%7, i%5+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// fillCart adds products as the customer themselves would.
func (p Parts) fillCart(ctx context.Context, s *Shop, email string, view store.View, which ...int) error {
	c, err := p.Customers.Get(ctx, s.Customers[email])
	if err != nil {
		return err
	}
	o := ownerOf(s, c, view)
	for i, n := range which {
		p.Clock.Set(p.Clock.Now().Add(time.Duration(40+n*17) * time.Second))
		sku, parent := s.SKUs[n%len(s.SKUs)], int64(0)
		if at := s.chosenAt[sku]; at != nil {
			parent = at.ID
		}
		_, err := p.Carts.AddVariant(asCustomer(ctx, c, view, "POST /cart/items"), o, parent, sku, int64(1+i%2))
		if err != nil && !fault.Is(err, fault.Invalid) { // the last ones may be in the cart already
			return err
		}
	}
	return nil
}

func ownerOf(s *Shop, c customer.Customer, view store.View) cart.Owner {
	website := s.Main
	if view.WebsiteID == s.Outlet.ID {
		website = s.Outlet
	}
	return cart.Owner{CustomerID: c.ID, WebsiteID: website.ID, ViewID: view.ID, GroupID: c.GroupID, Currency: website.Currency}
}

func asCustomer(ctx context.Context, c customer.Customer, view store.View, route string) context.Context {
	return actor.With(ctx, actor.Who{
		Kind: actor.Customer, ID: c.ID, Name: c.Name(), Subject: actor.Subject{ID: c.ID, Name: c.Name()},
		WebsiteID: view.WebsiteID, StoreViewID: view.ID, IP: "203.0.113." + strconv.FormatInt(10+c.ID%200, 10), Route: route,
	})
}
