package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
)

// request lets maria ask noah for consent, so that there is one to answer.
func (p Parts) request(ctx context.Context, s *Shop, size Size, now time.Time) error {
	if size == Small {
		return nil
	}
	p.Clock.Set(now.Add(-20 * time.Minute))
	who, err := p.signIn(ctx, s, "maria")
	if err != nil {
		return err
	}
	who.Route = "POST /customers/{id}/assist/ask"
	_, err = p.Assist.Ask(actor.With(ctx, who), assist.AskForm{
		CustomerID: s.Customers["noah@example.com"], ReasonCode: "cart", Reason: "The coupon of the letter does not work", Minutes: 30, Areas: []string{assist.AreaCart},
	})
	if err != nil {
		return err
	}
	return p.signOut(ctx, who)
}
