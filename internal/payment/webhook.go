package payment

import (
	"context"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// Receive acts on a provider's message, once: repeated ones are taken for read.
// An error other than a fault means that the provider should send it again.
func (s *Service) Receive(ctx context.Context, provider string, body []byte, signature string) error {
	p := s.providers[provider]
	if p == nil {
		return fault.New(fault.NotFound, "")
	}
	ctx = asProvider(ctx, provider)
	e, err := p.ParseWebhook(body, signature)
	if err != nil {
		return s.refuseEvent(ctx, provider, err)
	}
	i, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanIntent, intentColumns+`WHERE provider = $1 AND reference = $2`, provider, e.Reference))
	if err != nil {
		return err
	}
	if !ok {
		return s.refuseEvent(ctx, provider, fault.New(fault.NotFound, "There is no such payment."))
	}
	seen, err := s.seen(ctx, provider, e.ID)
	if err != nil || seen {
		return err
	}
	return s.act(ctx, i, e)
}

// SignatureHeader names the header of a provider's signatures, "" for one that
// is not connected.
func (s *Service) SignatureHeader(provider string) string {
	if p := s.providers[provider]; p != nil {
		return p.SignatureHeader()
	}
	return ""
}

// asProvider is the context of what a provider causes.
func asProvider(ctx context.Context, provider string) context.Context {
	who, _ := actor.From(ctx)
	who.Kind, who.ID, who.Name = actor.System, 0, "payment provider "+provider
	who.Subject, who.Impersonation = actor.Subject{}, 0
	return actor.With(ctx, who)
}

func (s *Service) refuseEvent(ctx context.Context, provider string, why error) error {
	err := s.db.Refuse(ctx, EventRefused, func(e *sqldb.Entry) {
		e.Note("provider", provider)
		if f, ok := fault.As(why); ok {
			e.Details = f.Message
		}
	})
	if err != nil {
		return err
	}
	return why
}

func (s *Service) seen(ctx context.Context, provider, event string) (bool, error) {
	n, err := sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM payment_event WHERE provider = $1 AND event_id = $2`, provider, event)
	return n > 0, err
}

// act passes a message on to sales. A promise, or money, that is not what was
// asked for is put under review instead of being taken for a payment.
func (s *Service) act(ctx context.Context, i intent, e Event) error {
	paid := sales.Payment{Provider: i.provider, Reference: e.Reference, Amount: e.Amount, Captured: e.Kind == Paid}
	kind, why := e.Kind, e.Why
	if (kind == Authorized || kind == Paid) && e.Amount != i.amount {
		kind, why = Review, "The amount differs from what was asked for."
	}
	switch kind {
	case Authorized, Paid:
		return s.received(ctx, i, e, paid)
	case Review:
		return s.settle(ctx, i, e, intentAuthorized, s.sales.PaymentFlagged(ctx, i.orderID, paid, why))
	case Failed:
		return s.settle(ctx, i, e, intentFailed, s.sales.PaymentRefused(ctx, i.orderID, orElse(why, "The payment failed.")))
	}
	return s.refuseEvent(ctx, i.provider, fault.New(fault.Invalid, "The message is of a kind that is not known here."))
}

// received notes the payment and the message in one change: the message a
// second time, at the same moment, finds the first one and does nothing.
func (s *Service) received(ctx context.Context, i intent, e Event, paid sales.Payment) error {
	err := s.db.Change(ctx, sales.PaymentTaken, func(ctx context.Context, tx *sqldb.Tx) error {
		first, err := remember(ctx, tx, i, e)
		if err != nil || !first {
			return err
		}
		state, captured := intentAuthorized, int64(0)
		if paid.Captured {
			state, captured = intentCaptured, paid.Amount
		}
		if _, err := tx.Exec(ctx, `UPDATE payment_intent SET state = $2, captured = $3 WHERE id = $1`, i.id, state, captured); err != nil {
			return err
		}
		return s.sales.PaymentReceivedTx(ctx, tx, i.orderID, paid)
	})
	if fault.Is(err, fault.Conflict) {
		return s.giveBack(ctx, i, e, paid)
	}
	return err
}

// giveBack lets go of the payment of an order that was canceled meanwhile.
func (s *Service) giveBack(ctx context.Context, i intent, e Event, paid sales.Payment) error {
	p := s.providers[i.provider]
	back := func(ctx context.Context, m Move) (string, error) { return "", p.Void(ctx, m) }
	if paid.Captured {
		back = p.Refund
	}
	if _, err := s.move(ctx, back, i, "give-back", 0, paid.Amount); err != nil {
		return err // the provider will send its message again
	}
	return s.settle(ctx, i, e, intentVoided, nil)
}

// remember keeps a message; false when it was known.
func remember(ctx context.Context, tx *sqldb.Tx, i intent, e Event) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO payment_event (provider, event_id, order_id, kind, received_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (provider, event_id) DO NOTHING`, i.provider, e.ID, i.orderID, string(e.Kind), sqldb.Micros(tx.Now()))
	if n == 0 {
		tx.Skip()
	}
	return n > 0, err
}

// settle keeps a message that sales has acted on in a change of its own. Sales
// refuses what its states do not allow any more: then somebody was faster.
func (s *Service) settle(ctx context.Context, i intent, e Event, state string, err error) error {
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return s.db.Change(ctx, Heard, func(ctx context.Context, tx *sqldb.Tx) error {
		tx.Note("provider", i.provider)
		tx.Note("event", string(e.Kind))
		first, err := remember(ctx, tx, i, e)
		if err != nil || !first {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE payment_intent SET state = $2 WHERE id = $1 AND state IN ('open', 'authorized')`, i.id, state)
		return err
	})
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
