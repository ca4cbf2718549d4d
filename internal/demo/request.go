package demo

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/assist"
)

// request lets maria ask noah for consent, so that there is one to answer.
func (p Parts) request(ctx context.Context, s *Shop, size Size, now time.Time) error {
	if size == Small {
		return nil
	}
	return p.atWork(ctx, s, "maria", "POST /customers/{id}/assist/ask", now.Add(-20*time.Minute), func(inAdmin context.Context) error {
		_, err := p.Assist.Ask(inAdmin, assist.AskForm{
			CustomerID: s.Customers["noah@example.com"], ReasonCode: "cart", Reason: "The coupon of the letter does not work", Minutes: 30, Areas: []string{assist.AreaCart},
		})
		return err
	})
}
