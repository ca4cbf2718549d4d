package sales

import (
	"context"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// Gateway is the payment providers, as far as documents need them. Methods
// without a provider can nothing and are never asked to. It is called outside of
// any change.
type Gateway interface {
	Can(method string) PaymentCan
	Capture(ctx context.Context, o Order, amount int64) (ref string, err error)
	Refund(ctx context.Context, o Order, amount int64, ref string) (string, error)
	Void(ctx context.Context, o Order) error
}

// Service is the sales use-cases.
type Service struct {
	db      *sqldb.DB
	stores  *store.Service
	config  *config.Service
	outbox  *mail.Outbox
	gateway Gateway
}

// Deps are what the service works with. Without an outbox no letter is written,
// without a gateway every payment is offline.
type Deps struct {
	Stores  *store.Service
	Config  *config.Service
	Outbox  *mail.Outbox
	Gateway Gateway
}

// NewService makes the service; see New.
func New(db *sqldb.DB, d Deps) *Service {
	return &Service{db: db, stores: d.Stores, config: d.Config, outbox: d.Outbox, gateway: d.Gateway}
}

// UseGateway gives the service its payment providers, once, before it serves:
// for those that are made after it.
func (s *Service) UseGateway(g Gateway) { s.gateway = g }

// PaymentCan is what the payment method of an order is capable of.
func (s *Service) PaymentCan(o Order) PaymentCan {
	if s.gateway == nil {
		return PaymentCan{}
	}
	return s.gateway.Can(o.PaymentMethod)
}

// Allowed says which deeds an order has; see Allowed.
func (s *Service) Allowed(o Full) map[Deed]bool {
	return Allowed(o.Order, o.Items, s.PaymentCan(o.Order))
}

// Find returns an order with everything that belongs to it.
func (s *Service) Find(ctx context.Context, id int64) (Full, error) {
	return load(ctx, s.db.Reader(), byID, id)
}

// FindNumber returns the order of a number.
func (s *Service) FindNumber(ctx context.Context, number string) (Full, error) {
	return load(ctx, s.db.Reader(), byNumber, number)
}

// FindPublic returns the order of a public id, as pages of the storefront name it.
func (s *Service) FindPublic(ctx context.Context, publicID string) (Full, error) {
	return load(ctx, s.db.Reader(), byPublicID, publicID)
}

// Head returns an order without its lines and documents: one query.
func (s *Service) Head(ctx context.Context, id int64) (Order, error) {
	return loadOrder(ctx, s.db.Reader(), byID, id)
}

// FindInvoice returns an invoice with its lines and its order.
func (s *Service) FindInvoice(ctx context.Context, id int64) (Invoice, []DocLine, Full, error) {
	var doc Invoice
	lines, o, err := findDocument(ctx, s.db.Reader(), invoiceTable, id, func(o Full) bool {
		var ok bool
		doc, ok = pick(o.Invoices, func(d Invoice) int64 { return d.ID }, id)
		return ok
	})
	return doc, lines, o, err
}

// FindShipment returns a shipment with its lines and its order.
func (s *Service) FindShipment(ctx context.Context, id int64) (Shipment, []DocLine, Full, error) {
	var doc Shipment
	lines, o, err := findDocument(ctx, s.db.Reader(), shipmentTable, id, func(o Full) bool {
		var ok bool
		doc, ok = pick(o.Shipments, func(d Shipment) int64 { return d.ID }, id)
		return ok
	})
	return doc, lines, o, err
}

// FindMemo returns a credit memo with its lines and its order.
func (s *Service) FindMemo(ctx context.Context, id int64) (CreditMemo, []DocLine, Full, error) {
	var doc CreditMemo
	lines, o, err := findDocument(ctx, s.db.Reader(), memoTable, id, func(o Full) bool {
		var ok bool
		doc, ok = pick(o.Memos, func(d CreditMemo) int64 { return d.ID }, id)
		return ok
	})
	return doc, lines, o, err
}

func pick[T any](all []T, id func(T) int64, want int64) (found T, ok bool) {
	for _, d := range all {
		if id(d) == want {
			return d, true
		}
	}
	return found, false
}

func notFound(what string) error {
	return fault.New(fault.NotFound, "There is no such %s.", what)
}
