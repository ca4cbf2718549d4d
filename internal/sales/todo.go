package sales

import (
	"context"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

var errLater = fault.New(fault.Unavailable, "Not yet.")

func (s *Service) PlaceTx(ctx context.Context, tx *sqldb.Tx, d Draft) (o Order, already bool, err error) {
	return o, false, errLater
}
func (s *Service) Invoice(ctx context.Context, orderID int64, f InvoiceForm) (Invoice, error) {
	return Invoice{}, errLater
}
func (s *Service) Ship(ctx context.Context, orderID int64, f ShipForm) (Shipment, error) {
	return Shipment{}, errLater
}
func (s *Service) Refund(ctx context.Context, orderID int64, f MemoForm) (CreditMemo, error) {
	return CreditMemo{}, errLater
}
func (s *Service) Cancel(ctx context.Context, orderID int64) error { return errLater }
func (s *Service) Hold(ctx context.Context, orderID int64) error   { return errLater }
func (s *Service) Unhold(ctx context.Context, orderID int64) error { return errLater }
func (s *Service) AddComment(ctx context.Context, orderID int64, f CommentForm) (Comment, error) {
	return Comment{}, errLater
}
func (s *Service) AddTrack(ctx context.Context, shipmentID int64, t Track) error { return errLater }
func (s *Service) RemoveTrack(ctx context.Context, trackID int64) error          { return errLater }
func (s *Service) ChangeAddress(ctx context.Context, orderID int64, kind string, a Address) error {
	return errLater
}

// Email sends a document's letter again.
func (s *Service) Email(ctx context.Context, kind DocKind, id int64) error { return errLater }

// Void gives an authorization back.
func (s *Service) Void(ctx context.Context, orderID int64) error { return errLater }

// Payment is what a provider says about the payment of an order.
type Payment struct {
	Provider, Reference string
	Amount              int64
	Captured            bool // the money is there; else only promised
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
	return errLater
}

// PaymentRefused cancels an order whose payment failed or timed out.
func (s *Service) PaymentRefused(ctx context.Context, orderID int64, why string) error {
	return errLater
}

// PaymentFlagged puts an order under review; AcceptPayment and DenyPayment decide.
func (s *Service) PaymentFlagged(ctx context.Context, orderID int64, p Payment, why string) error {
	return errLater
}
func (s *Service) AcceptPayment(ctx context.Context, orderID int64) error { return errLater }
func (s *Service) DenyPayment(ctx context.Context, orderID int64) error   { return errLater }

func (s *Service) Grid(ctx context.Context, f OrderFilter) (OrderPage, error) {
	return OrderPage{}, nil
}
func (s *Service) InvoiceGrid(ctx context.Context, f DocFilter) (InvoicePage, error) {
	return InvoicePage{}, nil
}
func (s *Service) ShipmentGrid(ctx context.Context, f DocFilter) (ShipmentPage, error) {
	return ShipmentPage{}, nil
}
func (s *Service) MemoGrid(ctx context.Context, f DocFilter) (MemoPage, error) {
	return MemoPage{}, nil
}
func (s *Service) TransactionGrid(ctx context.Context, f DocFilter) (TransactionPage, error) {
	return TransactionPage{}, nil
}

// Export calls fn with every order of the filter, in its order.
func (s *Service) Export(ctx context.Context, f OrderFilter, fn func(Order) error) error { return nil }

// OrderSorts and DocSorts are the keys lists can be sorted by.
var (
	OrderSorts = []string{"number", "created", "bill_name", "ship_name", "email", "status", "total", "website"}
	DocSorts   = []string{"number", "created", "order"}
)

// InvoicePlan, ShipPlan and MemoPlan are what would come out of a form.
type InvoicePlan struct {
	Lines    []DocLine
	TotalQty int64
	Amounts
}
type ShipPlan struct {
	Lines    []DocLine
	TotalQty int64
}
type MemoPlan struct {
	Lines    []DocLine
	TotalQty int64
	Amounts
	ShippingMax                     int64 // net, what is left to give back
	AdjustmentRefund, AdjustmentFee int64
	MaxRefund                       int64 // the most money there is to give back
}

func PlanInvoice(o Full, f InvoiceForm) (InvoicePlan, fault.Fields) { return InvoicePlan{}, nil }
func PlanShipment(o Full, f ShipForm) (ShipPlan, fault.Fields)      { return ShipPlan{}, nil }
func PlanMemo(o Full, f MemoForm) (MemoPlan, fault.Fields)          { return MemoPlan{}, nil }
