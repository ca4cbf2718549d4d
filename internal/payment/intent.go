package payment

import (
	"context"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// intent is a payment that was begun at a provider for an order.
type intent struct {
	id, orderID                int64
	provider, reference, state string
	amount, captured, refunded int64
	currency                   string
	expires                    time.Time
}

// The states of an intent.
const (
	intentOpen       = "open"
	intentAuthorized = "authorized"
	intentCaptured   = "captured"
	intentVoided     = "voided"
	intentFailed     = "failed"
)

const intentColumns = `SELECT id, order_id, provider, reference, state, amount, captured, refunded, currency, expires_at FROM payment_intent `

func scanIntent(r sqldb.Scanner) (i intent, err error) {
	err = r.Scan(&i.id, &i.orderID, &i.provider, &i.reference, &i.state, &i.amount, &i.captured, &i.refunded, &i.currency, sqldb.Into(&i.expires))
	return i, err
}

// deadline bounds every call to a provider.
const deadline = 10 * time.Second

func unavailable(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: "payment_unavailable", Err: err,
		Message: "The payment provider does not answer. Nothing was charged; please try again in a moment."}
}

// Start begins the payment of an order that waits for it and returns the address
// of the provider's page. back is where the payer returns to.
func (s *Service) Start(ctx context.Context, o sales.Order, back string) (string, error) {
	p := s.providers[o.PaymentMethod]
	if p == nil || o.State != sales.PendingPayment {
		return "", fault.New(fault.Conflict, "This order does not wait for a payment.")
	}
	expires := s.db.Now().Add(patience)
	call, done := context.WithTimeout(ctx, deadline)
	defer done()
	started, err := p.Authorize(call, Begin{
		Key: "order-" + o.PublicID, OrderNo: o.Number, Amount: o.Due(), Currency: o.Currency, Back: back, Expires: expires,
	})
	if err != nil {
		return "", unavailable(err)
	}
	err = s.db.Change(ctx, Begun, func(ctx context.Context, tx *sqldb.Tx) error {
		aboutOrder(tx, o)
		tx.Note("provider", p.Code())
		n, err := tx.Exec(ctx, `INSERT INTO payment_intent (provider, reference, order_id, amount, currency, state, created_at, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
			p.Code(), started.Reference, o.ID, o.Due(), o.Currency, intentOpen, sqldb.Micros(tx.Now()), sqldb.Micros(expires))
		if n == 0 {
			tx.Skip() // begun before: the payer comes again
		}
		return err
	})
	return started.URL, err
}

func (s *Service) linkLifetime(ctx context.Context, o sales.Order) time.Duration {
	return time.Duration(s.config.Int(ctx, LinkDays, scopeOf(o))) * 24 * time.Hour
}

func aboutOrder(tx *sqldb.Tx, o sales.Order) {
	tx.About("order", strconv.FormatInt(o.ID, 10))
	tx.Details = "Order #" + o.Number
}

// Can says what the provider of a method is capable of; nothing without one.
func (s *Service) Can(code string) sales.PaymentCan {
	if p := s.providers[code]; p != nil {
		return p.Can()
	}
	return sales.PaymentCan{}
}

// Capture takes a part of what was promised for an order: sales asks before it
// makes an invoice. What was moved is on the record whatever becomes of that.
func (s *Service) Capture(ctx context.Context, o sales.Order, amount int64) (string, error) {
	i, p, err := s.promised(ctx, o)
	if err != nil {
		return "", err
	}
	if amount <= 0 || amount > i.amount-i.captured {
		return "", fault.New(fault.Conflict, "No more than what is authorized can be captured.")
	}
	ref, err := s.move(ctx, p.Capture, i, "capture", i.captured, amount)
	if err != nil {
		return "", err
	}
	return ref, s.note(ctx, Captured, o, ref, amount, `UPDATE payment_intent SET captured = captured + $2,
		state = CASE WHEN captured + $2 >= amount THEN 'captured' ELSE state END WHERE id = $1 AND captured = $3`, i.id, amount, i.captured)
}

// Refund gives a part of what was taken for an order back.
func (s *Service) Refund(ctx context.Context, o sales.Order, amount int64, _ string) (string, error) {
	i, p, err := s.promised(ctx, o)
	if err != nil {
		return "", err
	}
	if amount <= 0 || amount > i.captured-i.refunded {
		return "", fault.New(fault.Conflict, "No more than what was captured can be refunded.")
	}
	ref, err := s.move(ctx, p.Refund, i, "refund", i.refunded, amount)
	if err != nil {
		return "", err
	}
	return ref, s.note(ctx, Returned, o, ref, amount, `UPDATE payment_intent SET refunded = refunded + $2 WHERE id = $1 AND refunded = $3`, i.id, amount, i.refunded)
}

// Void lets go of what was promised for an order.
func (s *Service) Void(ctx context.Context, o sales.Order) error {
	i, p, err := s.promised(ctx, o)
	if err != nil {
		return err
	}
	if i.captured > 0 {
		return fault.New(fault.Conflict, "A part of this payment was captured already: refund it instead.")
	}
	void := func(ctx context.Context, m Move) (string, error) { return "", p.Void(ctx, m) }
	if _, err := s.move(ctx, void, i, "void", 0, i.amount); err != nil {
		return err
	}
	return s.note(ctx, Voided, o, "", i.amount, `UPDATE payment_intent SET state = 'voided' WHERE id = $1 AND captured = $2`, i.id, int64(0))
}

// promised is the payment of an order that its provider holds.
func (s *Service) promised(ctx context.Context, o sales.Order) (intent, Provider, error) {
	p := s.providers[o.PaymentMethod]
	if p == nil {
		return intent{}, nil, fault.New(fault.Conflict, "The payment provider of this order is not connected.")
	}
	i, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanIntent, intentColumns+
		`WHERE order_id = $1 AND provider = $2 AND state IN ('authorized', 'captured') ORDER BY id DESC LIMIT 1`, o.ID, p.Code()))
	if err == nil && !ok {
		err = fault.New(fault.Conflict, "Nothing is authorized for this order.")
	}
	return i, p, err
}

// move asks the provider, with a deadline and a key that repeats with the call.
func (s *Service) move(ctx context.Context, fn func(context.Context, Move) (string, error), i intent, what string, so, amount int64) (string, error) {
	call, done := context.WithTimeout(ctx, deadline)
	defer done()
	key := what + "-" + strconv.FormatInt(i.id, 10) + "-" + strconv.FormatInt(so, 10) + "-" + strconv.FormatInt(amount, 10)
	ref, err := fn(call, Move{Key: key, Reference: i.reference, Amount: amount, Currency: i.currency})
	if err != nil {
		return "", unavailable(err)
	}
	return ref, nil
}

func (s *Service) note(ctx context.Context, a sqldb.Action, o sales.Order, ref string, amount int64, query string, args ...any) error {
	ctx = context.WithoutCancel(ctx) // the money has moved
	return s.db.Change(ctx, a, func(ctx context.Context, tx *sqldb.Tx) error {
		aboutOrder(tx, o)
		tx.Note("amount", strconv.FormatInt(amount, 10))
		tx.Note("reference", ref)
		n, err := tx.Exec(ctx, query, args...)
		if n == 0 {
			tx.Skip() // the same call, answered twice
		}
		return err
	})
}
