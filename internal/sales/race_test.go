package sales_test

import (
	"sync"
	"testing"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
)

// atOnce runs several things at once; each may be refused, none may fail.
func (s *shop) atOnce(n int, what ...func() error) (done int) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range n {
		for _, fn := range what {
			wg.Go(func() {
				err := fn()
				if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
					s.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				}
			})
		}
	}
	wg.Wait()
	return done
}

func TestParallelDocumentsNeverTakeMoreThanThereIs(t *testing.T) {
	each(t, func(s *shop) {
		o := s.place(s.orderA())
		one := qty(o, 1)
		invoice := func() error { _, err := s.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: one}); return err }
		ship := func() error { _, err := s.Ship(ctx, o.ID, sales.ShipForm{Qty: one}); return err }
		refund := func() error {
			_, err := s.Refund(ctx, o.ID, sales.MemoForm{Qty: one, Shipping: new(int64)})
			return err
		}
		want(t, "invoices and shipments", s.atOnce(8, invoice, ship), 6)
		want(t, "credit memos", s.atOnce(8, refund), 3)
		o = s.order(o.ID)
		want(t, "invoiced", o.Items[0].Invoiced, 3)
		want(t, "shipped", o.Items[0].Shipped, 3)
		want(t, "refunded", o.Items[0].RefundedQty, 3)
		want(t, "invoices", int64(len(o.Invoices)), s.count(`SELECT next - 1 FROM sales_sequence WHERE kind = 'invoice'`))
		want(t, "rows of the log", s.count(`SELECT COUNT(*) FROM audit_log WHERE object_kind = 'order'`), 10)
		s.reservedIsOpen(t)
	})
}

func TestOfCancellingAndInvoicingAtOnceEachPieceIsInOne(t *testing.T) {
	each(t, func(s *shop) {
		for range 5 {
			o := s.place(s.orderA())
			s.atOnce(1,
				func() error { return s.Cancel(ctx, o.ID) },
				func() error { _, err := s.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: qty(o, 3, 1)}); return err },
				func() error { return s.Hold(ctx, o.ID) })
			o = s.order(o.ID)
			if i := o.Items[0]; i.CanceledQty+i.Invoiced > i.Qty || i.CanceledQty > 0 && i.Invoiced > 0 {
				t.Errorf("canceled %d and invoiced %d of %d", i.CanceledQty, i.Invoiced, i.Qty)
			}
		}
		s.reservedIsOpen(t)
	})
}
