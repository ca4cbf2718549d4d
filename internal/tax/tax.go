// Package tax owns what is taxed and how much: tax classes of products and
// customers, rates by place, and the rules that bring them together. It answers
// which rates apply to a class, a customer and a place, and with which settings
// they are worked out; the arithmetic is package totals'.
//
// It refuses classes, rates and rules that contradict each other: a class or a
// rate in use is not deleted, and a rule names at least one of each. Products,
// customers and settings are other packages': this one knows their codes.
package tax

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// The actions of this area.
const (
	ClassSaved    sqldb.Action = "tax.class_saved"
	ClassDeleted  sqldb.Action = "tax.class_deleted"
	RateSaved     sqldb.Action = "tax.rate_saved"
	RateDeleted   sqldb.Action = "tax.rate_deleted"
	RatesImported sqldb.Action = "tax.rates_imported"
	RuleSaved     sqldb.Action = "tax.rule_saved"
	RuleDeleted   sqldb.Action = "tax.rule_deleted"
)

// Topic is the version row that moves with every change of classes, rates and rules.
const Topic = "tax"

// Kind says whose a class is.
type Kind string

// The kinds of tax class.
const (
	ProductClass  Kind = "product"
	CustomerClass Kind = "customer"
)

// Codes of the classes every shop begins with; these are not deleted.
const (
	None     = "none"     // products without tax
	Taxable  = "taxable"  // Taxable Goods; also what a product without a class is
	Shipping = "shipping" // what shipping can be taxed as
	Retail   = "retail"   // Retail Customer
)

// Class is a tax class.
type Class struct {
	ID        int64
	Kind      Kind
	Code      string
	Name      string
	CreatedAt time.Time
}

// Fixed reports whether the class cannot be deleted.
func (c Class) Fixed() bool {
	return c.Kind == ProductClass && (c.Code == None || c.Code == Taxable || c.Code == Shipping) || c.Kind == CustomerClass && c.Code == Retail
}

// Any stands for every region or every postcode of a rate.
const Any = "*"

// Rate is a tax at a place.
type Rate struct {
	ID       int64
	Code     string           // its Tax Identifier, unique
	Country  string           // two letters
	Region   string           // Any, or as in addresses; see RegionKey
	Postcode string           // Any, "941*", "90000-96999" or one postcode
	PPM      int64            // 8.25 % is 82,500
	Titles   map[int64]string // by store view; the code where there is none
}

// Rule says that its rates are charged for its classes.
type Rule struct {
	ID              int64
	Name            string
	Priority        int64
	OnSubtotal      bool // "Calculate Off Subtotal Only"
	SortOrder       int64
	RateIDs         []int64
	ProductClasses  []string
	CustomerClasses []string
}

// Service is the use-cases of tax.
type Service struct {
	db       *sqldb.DB
	settings *config.Service
	stores   *store.Service
	book     *sqldb.Remembered[*book]
}

// New makes the service.
func New(db *sqldb.DB, settings *config.Service, stores *store.Service) *Service {
	return &Service{db: db, settings: settings, stores: stores, book: sqldb.Remember(db, Topic, loadBook)}
}

// changed makes every node's copy stale, this one's at once.
func (s *Service) changed(ctx context.Context, tx *sqldb.Tx) error {
	tx.After(s.book.Forget)
	return tx.Bump(ctx, Topic)
}

func missing(what string) error { return fault.New(fault.NotFound, "This %s does not exist.", what) }
