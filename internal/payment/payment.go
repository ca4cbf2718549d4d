// Package payment owns the ways to pay: offline methods with their settings,
// payment providers behind one interface, what was begun at a provider for an
// order, and payment links.
//
// It never sees a card. A provider's page takes the payer's data, and whoever
// acts in a customer's account is never sent there: the customer gets a payment
// link instead. It refuses messages of providers that are not signed, and acts
// on each of them once. Whether an order may be paid is sales' to say.
package payment

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// Codes of the offline methods, as Magento's integrations know them.
const (
	CheckMoney     = "checkmo"
	BankTransfer   = "banktransfer"
	CashOnDelivery = "cashondelivery"
	PurchaseOrder  = "purchaseorder"
	Free           = "free"
)

// The actions of this area.
const (
	LinkSent     sqldb.Action = "payment.link_sent"
	Begun        sqldb.Action = "payment.begun"
	Heard        sqldb.Action = "payment.event_received"
	Captured     sqldb.Action = "payment.captured"
	Returned     sqldb.Action = "payment.refunded"
	Voided       sqldb.Action = "payment.voided"
	EventRefused sqldb.Action = "payment.event_refused"
)

// Service is the ways to pay of one installation.
type Service struct {
	db        *sqldb.DB
	config    *config.Service
	stores    *store.Service
	outbox    *mail.Outbox
	sales     *sales.Service
	providers map[string]Provider
	order     []string // codes of providers as they were given
}

// Deps are what the service works with.
type Deps struct {
	Config    *config.Service
	Stores    *store.Service
	Outbox    *mail.Outbox
	Sales     *sales.Service
	Providers []Provider
}

// New returns the service. Give it to sales.Service.UseGateway too.
func New(db *sqldb.DB, d Deps) *Service {
	s := &Service{db: db, config: d.Config, stores: d.Stores, outbox: d.Outbox, sales: d.Sales, providers: map[string]Provider{}}
	for _, p := range d.Providers {
		s.providers[p.Code()] = p
		s.order = append(s.order, p.Code())
	}
	return s
}

// Request asks for the ways to pay an order.
type Request struct {
	WebsiteID, ViewID int64
	Currency          string
	Total             int64
	Country           string // of the billing address
}

// Option is a way to pay.
type Option struct {
	Code, Title  string
	Instructions string // shown with the method, and again when the order is placed
	NeedsNumber  bool   // asks for a purchase order number
	NeedsPayer   bool   // only the payer can do it: a provider's page
	State        sales.State
	AutoInvoice  bool // everything is invoiced at once
	sort         int64
}

// Options are the ways to pay that can be chosen, in the merchant's order. When
// there is nothing to pay, Zero Subtotal Checkout is the only one.
func (s *Service) Options(ctx context.Context, r Request) ([]Option, error) {
	values, err := s.config.Values(ctx)
	if err != nil {
		return nil, err
	}
	var found []Option
	for _, m := range methods {
		set := m.settings(values, config.Scope{WebsiteID: r.WebsiteID, ViewID: r.ViewID})
		if set.Enabled && (m.code == Free) == (r.Total == 0) && set.takes(r) {
			found = append(found, m.option(set))
		}
	}
	for _, code := range s.order {
		if r.Total > 0 {
			p := s.providers[code]
			found = append(found, Option{Code: code, Title: p.Title(), NeedsPayer: true, State: sales.PendingPayment})
		}
	}
	slices.SortStableFunc(found, func(a, b Option) int { return cmp.Compare(a.sort, b.sort) })
	return found, nil
}

// Option is the way to pay with a code, if it can be chosen.
func (s *Service) Option(ctx context.Context, r Request, code string) (Option, bool, error) {
	all, err := s.Options(ctx, r)
	for _, o := range all {
		if o.Code == code {
			return o, true, err
		}
	}
	return Option{}, false, err
}

// Instructions is what a payer reads about an offline method of an order, in
// the words of its store view now.
func (s *Service) Instructions(ctx context.Context, o sales.Order) (string, error) {
	values, err := s.config.Values(ctx)
	if err != nil {
		return "", err
	}
	for _, m := range methods {
		if m.code == o.PaymentMethod {
			return m.option(m.settings(values, config.Scope{WebsiteID: o.WebsiteID, ViewID: o.ViewID})).Instructions, nil
		}
	}
	return "", nil
}

// NeedsPayer reports whether a method is a provider's.
func (s *Service) NeedsPayer(code string) bool { return s.providers[code] != nil }

// takes asks for country and limits.
func (s Settings) takes(r Request) bool {
	if s.Some && !slices.Contains(customer.SplitCountries(s.Countries), r.Country) {
		return false
	}
	least, err1 := amount(s.Minimum, r.Currency)
	most, err2 := amount(s.Maximum, r.Currency)
	if errors.Join(err1, err2) != nil {
		return false // a limit that this currency cannot have
	}
	return (s.Minimum == "" || r.Total >= least) && (s.Maximum == "" || r.Total <= most)
}

func amount(text, currency string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	a, err := money.Parse(text, currency)
	return a.Minor, err
}
