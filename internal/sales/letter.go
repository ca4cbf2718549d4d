package sales

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Letter is what a letter about an order is about. Order has its lines and
// addresses.
type Letter struct {
	Kind     LetterKind
	Order    Full
	Invoice  *Invoice
	Shipment *Shipment
	Memo     *CreditMemo
	Lines    []DocLine // of the document
	Comment  string    // goes with it; "" without
	Again    bool      // staff ask for it: they are told when it is switched off
}

// LetterKind is a kind of letter.
type LetterKind string

// The letters.
const (
	LetterOrder    LetterKind = "order"
	LetterInvoice  LetterKind = "invoice"
	LetterShipment LetterKind = "shipment"
	LetterMemo     LetterKind = "credit_memo"
	LetterUpdate   LetterKind = "order_update" // a comment or a new status
)

// send puts a letter into the outbox as part of the change it tells about: the
// one place where this package writes to customers.
func (s *Service) send(ctx context.Context, tx *sqldb.Tx, l Letter) error {
	if s.outbox == nil || l.Order.Email == "" {
		return nil
	}
	if l.Order.Billing == (Address{}) {
		if err := l.Order.loadAddresses(ctx, tx); err != nil {
			return err
		}
	}
	return s.post(ctx, tx, l)
}
