package sales

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Email sends the letter about an order or one of its documents again.
func (s *Service) Email(ctx context.Context, kind DocKind, id int64) error {
	l, o, err := s.letterOf(ctx, kind, id)
	if err != nil {
		return err
	}
	return s.db.Change(ctx, OrderMailed, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.lock(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if err := s.may(w, DeedEmail); err != nil {
			return err
		}
		if kind != OrderDoc {
			tx.About(string(kind), strconv.FormatInt(id, 10))
		}
		tx.Note("to", w.Email)
		l.Order, l.Again = o, true
		return s.send(ctx, tx, l)
	})
}

func (s *Service) letterOf(ctx context.Context, kind DocKind, id int64) (l Letter, o Full, err error) {
	switch kind {
	case OrderDoc:
		l.Kind = LetterOrder
		o, err = s.Find(ctx, id)
	case InvoiceDoc:
		var d Invoice
		d, l.Lines, o, err = s.FindInvoice(ctx, id)
		l.Kind, l.Invoice = LetterInvoice, &d
	case ShipmentDoc:
		var d Shipment
		d, l.Lines, o, err = s.FindShipment(ctx, id)
		l.Kind, l.Shipment = LetterShipment, &d
	case CreditMemoDoc:
		var d CreditMemo
		d, l.Lines, o, err = s.FindMemo(ctx, id)
		l.Kind, l.Memo = LetterMemo, &d
	default:
		err = fault.New(fault.NotFound, "There is no such document.")
	}
	return l, o, err
}
