package sales

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Payment is what a provider says about the payment of an order.
type Payment struct {
	Provider, Reference string
	Amount              int64
	Captured            bool // the money is there; else it is only promised
}

func (p Payment) kind() TransactionKind {
	if p.Captured {
		return Capture
	}
	return Authorization
}

// PaymentReceived notes the money (or the promise) of a provider: an unpaid
// order is processed, captured money is invoiced. The same reference is noted
// once.
func (s *Service) PaymentReceived(ctx context.Context, orderID int64, p Payment) error {
	return s.db.Change(ctx, PaymentTaken, func(ctx context.Context, tx *sqldb.Tx) error {
		return s.PaymentReceivedTx(ctx, tx, orderID, p)
	})
}

// PaymentReceivedTx is PaymentReceived inside another change.
func (s *Service) PaymentReceivedTx(ctx context.Context, tx *sqldb.Tx, orderID int64, p Payment) error {
	w, err := s.free(ctx, tx, orderID)
	if err != nil {
		return err
	}
	known, err := w.record(ctx, tx, p)
	if err != nil || known {
		return err
	}
	if err := s.received(ctx, tx, w, p); err != nil {
		return err
	}
	return w.save(ctx, tx)
}

// record notes a provider's transaction; known says that it was noted before.
func (w *work) record(ctx context.Context, tx *sqldb.Tx, p Payment) (known bool, err error) {
	n, err := sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT COUNT(*) FROM sales_transaction WHERE provider = $1 AND kind = $2 AND reference = $3`,
		p.Provider, string(p.kind()), p.Reference)
	tx.Note("provider", p.Provider)
	tx.Note("reference", p.Reference)
	if err != nil || n > 0 && p.Reference != "" {
		tx.Note("noted before", strconv.FormatBool(n > 0))
		return n > 0, err
	}
	tx.Note("amount", amountText(w.Currency, p.Amount)+" "+w.Currency)
	_, err = insertTransaction(ctx, tx, Transaction{OrderID: w.ID, Kind: p.kind(), State: Done, Provider: p.Provider, Reference: p.Reference, Amount: p.Amount})
	return false, err
}

func insertTransaction(ctx context.Context, tx *sqldb.Tx, t Transaction) (int64, error) {
	return tx.Insert(ctx, `INSERT INTO sales_transaction (order_id, kind, state, provider, reference, amount, note, created_at, website_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT website_id FROM sales_order WHERE id = $1)) RETURNING id`, t.OrderID, string(t.Kind), t.State, t.Provider, t.Reference, t.Amount, t.Note, sqldb.Micros(tx.Now()))
}

// received moves an order on with a provider's money. Whatever does not fit is
// kept for people to decide.
func (s *Service) received(ctx context.Context, tx *sqldb.Tx, w *work, p Payment) error {
	if w.State != StateNew && w.State != PendingPayment && w.State != Processing {
		return w.remark(ctx, tx, "A payment of %s arrived while the order was %q.", amountText(w.Currency, p.Amount), StatusLabel(w.Status))
	}
	if p.Amount != w.Due() {
		if w.State != Processing {
			w.enter(PaymentReview)
		}
		return w.remark(ctx, tx, "A payment of %s arrived; %s was due.", amountText(w.Currency, p.Amount), amountText(w.Currency, w.Due()))
	}
	w.enter(Processing)
	if !p.Captured {
		return nil
	}
	return s.invoiceRest(ctx, tx, w, p.Reference)
}

// invoiceRest invoices everything that is left, for money that has arrived.
func (s *Service) invoiceRest(ctx context.Context, tx *sqldb.Tx, w *work, ref string) error {
	f := InvoiceForm{Qty: map[int64]int64{}}
	for _, i := range w.Items {
		f.Qty[i.ID] = i.ToInvoice()
	}
	if sum(w.Items, Item.ToInvoice) == 0 {
		return nil
	}
	_, err := s.invoice(ctx, tx, w, f, ref)
	return err
}

// remark adds a comment for staff.
func (w *work) remark(ctx context.Context, tx *sqldb.Tx, format string, args ...any) error {
	_, err := w.comment(ctx, tx, note{kind: OrderDoc, docID: w.ID, text: fmt.Sprintf(format, args...)})
	return err
}

// PaymentRefused cancels an order that waits for its payment, when that failed.
func (s *Service) PaymentRefused(ctx context.Context, orderID int64, why string) error {
	return s.deny(ctx, orderID, PendingPayment, why)
}

// DenyPayment cancels an order whose payment was reviewed and found wanting.
func (s *Service) DenyPayment(ctx context.Context, orderID int64) error {
	return s.deny(ctx, orderID, PaymentReview, "The payment was denied.")
}

func (s *Service) deny(ctx context.Context, orderID int64, in State, why string) error {
	return s.db.Change(ctx, OrderCanceled, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.free(ctx, tx, orderID)
		if err != nil {
			return err
		}
		if w.State != in {
			return fault.New(fault.Conflict, "Order %s does not wait for a payment.", w.Number)
		}
		w.cancel()
		if err := w.remark(ctx, tx, "%s", why); err != nil {
			return err
		}
		return w.save(ctx, tx)
	})
}

// PaymentFlagged puts an order under review; AcceptPayment and DenyPayment decide.
func (s *Service) PaymentFlagged(ctx context.Context, orderID int64, p Payment, why string) error {
	return s.db.Change(ctx, PaymentJudged, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.free(ctx, tx, orderID)
		if err != nil {
			return err
		}
		known, err := w.record(ctx, tx, p)
		if err != nil || known {
			return err
		}
		if w.State == StateNew || w.State == PendingPayment {
			w.enter(PaymentReview)
		}
		if err := w.remark(ctx, tx, "%s", why); err != nil {
			return err
		}
		return w.save(ctx, tx)
	})
}

// AcceptPayment ends a review: the order is processed, and invoiced if its money
// is there.
func (s *Service) AcceptPayment(ctx context.Context, orderID int64) error {
	return s.db.Change(ctx, PaymentJudged, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.free(ctx, tx, orderID)
		if err != nil {
			return err
		}
		if w.State != PaymentReview {
			return fault.New(fault.Conflict, "The payment of order %s is not under review.", w.Number)
		}
		w.enter(Processing)
		paid, err := sqldb.All(ctx, tx, scanTransaction, `SELECT `+transactionColumns+` FROM sales_transaction t
			WHERE t.order_id = $1 AND t.kind = 'capture' AND t.state = 'done' ORDER BY t.id`, w.ID)
		if err != nil {
			return err
		}
		for _, t := range paid {
			if t.Amount == w.Due() && w.Due() > 0 {
				if err := s.invoiceRest(ctx, tx, w, t.Reference); err != nil {
					return err
				}
			}
		}
		return w.save(ctx, tx)
	})
}

// CancelUnpaid cancels orders that have waited for their payment since before a
// time: for a task that runs now and then.
func (s *Service) CancelUnpaid(ctx context.Context, before time.Time) error {
	const portion = 100
	ids, err := sqldb.All(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT id FROM sales_order
		WHERE state = 'pending_payment' AND created_at < $1 ORDER BY created_at, id LIMIT $2`, sqldb.Micros(before), portion)
	for _, id := range ids {
		err := s.PaymentRefused(ctx, id, "The payment did not arrive in time.")
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return err
}
