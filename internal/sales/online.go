package sales

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// A provider is asked outside of any change, so that nobody waits for it. First
// a change notes what is asked and keeps everybody else from the order's
// documents; then the provider is asked; then a change makes the document, or
// notes that it was refused. If the process dies in between, what was asked is
// there to read, and after a while the order is free again.
type request struct {
	kind   TransactionKind
	deed   Deed
	action sqldb.Action
	amount func(w *work, can PaymentCan) (int64, fault.Fields)
	call   func(ctx context.Context, o Order, amount int64) (ref string, err error)
	finish func(ctx context.Context, tx *sqldb.Tx, w *work, ref string) error
}

// capture takes the money of an invoice, and makes it.
func (s *Service) capture(ctx context.Context, orderID int64, f InvoiceForm, finish func(context.Context, *sqldb.Tx, *work, string) error) error {
	return s.ask(ctx, orderID, request{kind: Capture, deed: DeedInvoice, action: InvoiceMade, finish: finish,
		amount: func(w *work, can PaymentCan) (int64, fault.Fields) {
			p, bad := PlanInvoice(w.Full, f)
			if !can.Capture {
				bad.Add("capture", "This payment method cannot capture online.")
			}
			checkComment(f.Comment, bad)
			return p.Grand, bad
		},
		call: func(ctx context.Context, o Order, amount int64) (string, error) {
			return s.gateway.Capture(ctx, o, amount)
		},
	})
}

// giveBack gives the money of a credit memo back, and makes it.
func (s *Service) giveBack(ctx context.Context, orderID int64, f MemoForm, finish func(context.Context, *sqldb.Tx, *work, string) error) error {
	ref := ""
	return s.ask(ctx, orderID, request{kind: Refunding, deed: DeedCreditMemo, action: CreditMemoMade, finish: finish,
		amount: func(w *work, can PaymentCan) (int64, fault.Fields) {
			p, bad := PlanMemo(w.Full, f)
			d, _ := pick(w.Invoices, func(d Invoice) int64 { return d.ID }, f.InvoiceID)
			ref = d.TransactionRef
			switch {
			case !can.Refund || ref == "":
				bad.Add("online", "This invoice cannot be refunded online.")
			case !can.PartialRefund && p.Grand != d.Grand:
				bad.Add("online", "This payment method refunds whole invoices only.")
			}
			checkComment(f.Comment, bad)
			return p.Grand, bad
		},
		call: func(ctx context.Context, o Order, amount int64) (string, error) {
			return s.gateway.Refund(ctx, o, amount, ref)
		},
	})
}

// Void gives back a promise of money that was not taken.
func (s *Service) Void(ctx context.Context, orderID int64) error {
	return s.ask(ctx, orderID, request{kind: Voiding, deed: DeedVoid, action: PaymentVoided,
		amount: func(w *work, _ PaymentCan) (int64, fault.Fields) { return w.Due(), fault.Fields{} },
		call:   func(ctx context.Context, o Order, _ int64) (string, error) { return "", s.gateway.Void(ctx, o) },
		finish: func(context.Context, *sqldb.Tx, *work, string) error { return nil },
	})
}

func (s *Service) ask(ctx context.Context, orderID int64, r request) error {
	o, txn, err := s.begin(ctx, orderID, r)
	if err != nil {
		return err
	}
	ref, err := "", error(nil)
	if txn.Amount > 0 {
		ref, err = r.call(ctx, o, txn.Amount)
	}
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		return s.refusedBy(ctx, txn, err)
	}
	return s.db.Change(ctx, r.action, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.asked(ctx, tx, txn)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE sales_transaction SET state = $2, reference = $3 WHERE id = $1`, txn.ID, Done, ref); err != nil {
			return err
		}
		tx.Note("reference", ref)
		if err := r.finish(ctx, tx, w, ref); err != nil {
			return err
		}
		return w.save(ctx, tx)
	})
}

// begin notes what a provider is about to be asked for.
func (s *Service) begin(ctx context.Context, orderID int64, r request) (o Order, txn Transaction, err error) {
	err = s.db.Change(ctx, PaymentAsked, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.free(ctx, tx, orderID)
		if err != nil {
			return err
		}
		if err := s.may(w, r.deed); err != nil {
			return err
		}
		amount, bad := r.amount(w, s.PaymentCan(w.Order))
		if err := bad.Err(); err != nil {
			return err
		}
		txn = Transaction{OrderID: w.ID, Kind: r.kind, State: Started, Provider: w.PaymentMethod, Amount: amount}
		if txn.ID, err = insertTransaction(ctx, tx, txn); err != nil {
			return err
		}
		w.PayingID = txn.ID
		tx.Note("what", string(r.kind))
		tx.Note("amount", amountText(w.Currency, amount)+" "+w.Currency)
		o = w.Order
		return w.save(ctx, tx)
	})
	return o, txn, err
}

// asked holds the order that waits for an answer.
func (s *Service) asked(ctx context.Context, tx *sqldb.Tx, txn Transaction) (*work, error) {
	w, err := s.lock(ctx, tx, txn.OrderID)
	if err != nil {
		return nil, err
	}
	if w.PayingID != txn.ID {
		return nil, fault.New(fault.Conflict, "The payment provider answered too late about order %s. Look at its transactions.", w.Number)
	}
	w.PayingID = 0
	return w, nil
}

// refusedBy notes that a provider said no, and says so.
func (s *Service) refusedBy(ctx context.Context, txn Transaction, why error) error {
	text := why.Error()
	if f, ok := fault.As(why); ok && f.Message != "" {
		text = f.Message
	}
	const most = 500
	text = strings.ToValidUTF8(text[:min(len(text), most)], "")
	err := s.db.Change(ctx, PaymentFailed, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.asked(ctx, tx, txn)
		if err != nil {
			return err
		}
		tx.Result = sqldb.Failure
		tx.Note("answer", text)
		if _, err := tx.Exec(ctx, `UPDATE sales_transaction SET state = $2, note = $3 WHERE id = $1`, txn.ID, Failed, text); err != nil {
			return err
		}
		return w.save(ctx, tx)
	})
	if err != nil {
		return err
	}
	return &fault.Error{Kind: fault.Conflict, Code: "payment_refused", Message: "The payment provider refused: " + text, Err: why}
}
