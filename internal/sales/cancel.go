package sales

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Cancel cancels what is neither invoiced nor shipped: the whole order, or what
// remains of it.
func (s *Service) Cancel(ctx context.Context, orderID int64) error {
	return s.change(ctx, OrderCanceled, orderID, DeedCancel, func(_ context.Context, _ *sqldb.Tx, w *work) error {
		w.cancel()
		return nil
	})
}

// cancel cancels every open piece by rule R6. Shipping goes with the last piece
// that could have carried it to an invoice.
func (w *work) cancel() {
	before := w.CanceledTotal
	for _, l := range w.Items {
		n := l.ToCancel()
		if n <= 0 {
			continue
		}
		i := w.item(l.ID)
		part := i.left().share(n, i.ToInvoice())
		i.CanceledQty += n
		i.CanceledParts = i.CanceledParts.plus(part)
		w.CanceledTotal += part.Total()
		w.release = append(w.release, i.unreserve(n)...)
	}
	if len(w.Invoices) == 0 && sum(w.Items, Item.ToInvoice) == 0 {
		w.ShippingCanceled = w.Order.Shipping
		w.CanceledTotal += w.shippingParts().Total()
	}
	w.settle()
	w.log.Note("amount", amountText(w.Currency, w.CanceledTotal-before)+" "+w.Currency)
}

// Hold puts an order aside: nothing can be done to it until Unhold.
func (s *Service) Hold(ctx context.Context, orderID int64) error {
	return s.change(ctx, OrderHeld, orderID, DeedHold, func(_ context.Context, _ *sqldb.Tx, w *work) error {
		w.HeldState, w.HeldStatus = w.State, w.Status
		w.enter(Holded)
		return nil
	})
}

// Unhold brings an order back to the state and status it had.
func (s *Service) Unhold(ctx context.Context, orderID int64) error {
	return s.change(ctx, OrderUnheld, orderID, DeedUnhold, func(_ context.Context, _ *sqldb.Tx, w *work) error {
		w.State, w.Status = w.HeldState, w.HeldStatus
		w.HeldState, w.HeldStatus = "", ""
		return nil
	})
}
