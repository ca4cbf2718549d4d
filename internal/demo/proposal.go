package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/actor"
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
	at := now.Add(-50 * time.Minute)
	p.Clock.Set(at)
	who, err := p.signIn(ctx, s, "maria")
	if err != nil {
		return err
	}
	who.Route = "POST /customers/{id}/assist"
	inAdmin := actor.With(ctx, who)
	begun, err := p.Assist.Begin(inAdmin, assist.BeginForm{CustomerID: s.Customers["vera@example.com"], ReasonCode: "cart", Reason: "Asked what goes with the mugs"})
	if err != nil {
		return err
	}
	in, view, err := p.enter(ctx, s, inAdmin, begun, at)
	if err != nil {
		return err
	}
	p.Clock.Set(at.Add(2 * time.Minute))
	if err := p.proposeIn(ctx, s, in.Stay, view); err != nil {
		return err
	}
	p.Clock.Set(at.Add(4 * time.Minute))
	if _, err := p.Assist.End(inside(ctx, in.Stay, view, "POST /assist/close"), in.Stay.PublicID); err != nil {
		return err
	}
	return p.signOut(ctx, who)
}

// proposeIn prepares and sends it from inside a stay.
func (p Parts) proposeIn(ctx context.Context, s *Shop, stay assist.Stay, view store.View) error {
	if err := p.Assist.SetMode(inside(ctx, stay, view, "POST /assist/mode"), assist.Proposing, ""); err != nil {
		return err
	}
	c, err := p.Customers.Get(ctx, stay.CustomerID)
	if err != nil {
		return err
	}
	adding := inside(ctx, stay, view, "POST /cart/items")
	_, err = p.Carts.Add(adding, ownerOf(s, c, view), s.SKUs[len(s.SKUs)/2], 2)
	prepared, ok := amend.AsPrepared(err)
	if !ok {
		return err
	}
	if err := p.Amends.Prepare(adding, prepared); err != nil {
		return err
	}
	_, err = p.Amends.Send(inside(ctx, stay, view, "POST /assist/proposal/send"), "As we spoke about: two of these, at the price of the letter.")
	return err
}
