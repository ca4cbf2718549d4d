package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/store"
)

// propose lets maria prepare something for vera's cart, so that there is a
// proposal to accept or decline.
func (p Parts) propose(ctx context.Context, s *Shop, size Size, now time.Time) error {
	if size == Small {
		return nil
	}
	_, err := p.proposal(ctx, s, "maria", "Asked what goes with the mugs", "As we spoke about: two of these, at the price of the letter.", 20, now.Add(-50*time.Minute))
	return err
}

// proposal lets an agent put a product of the orderable ones before vera. It
// gives the proposal's public id.
func (p Parts) proposal(ctx context.Context, s *Shop, agent, reason, note string, product int, at time.Time) (public string, err error) {
	err = p.atWork(ctx, s, agent, beginRoute, at, func(inAdmin context.Context) error {
		begun, err := p.Assist.Begin(inAdmin, assist.BeginForm{CustomerID: s.Customers["vera@example.com"], ReasonCode: "cart", Reason: reason})
		if err != nil {
			return err
		}
		return p.inStay(inAdmin, s, begun, func(stay assist.Stay, view store.View) error {
			public, err = p.proposeIn(ctx, s, stay, view, product, note)
			return err
		})
	})
	return public, err
}

// proposeIn prepares and sends it from inside a stay.
func (p Parts) proposeIn(ctx context.Context, s *Shop, stay assist.Stay, view store.View, product int, note string) (string, error) {
	if err := p.Assist.SetMode(inside(ctx, stay, view, "POST /assist/mode"), assist.Proposing, ""); err != nil {
		return "", err
	}
	c, err := p.Customers.Get(ctx, stay.CustomerID)
	if err != nil {
		return "", err
	}
	goods, err := p.orderable(ctx, s)
	if err != nil {
		return "", err
	}
	adding := inside(ctx, stay, view, "POST /cart/items")
	_, err = p.Carts.Add(adding, ownerOf(s, c, view), goods[product%len(goods)].SKU, 2)
	prepared, ok := amend.AsPrepared(err)
	if !ok {
		return "", err
	}
	if err := p.Amends.Prepare(adding, prepared); err != nil {
		return "", err
	}
	return p.Amends.Send(inside(ctx, stay, view, "POST /assist/proposal/send"), note)
}
