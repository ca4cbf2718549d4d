// Package assist is Login as Customer: an Admin user acts in a customer's
// account with the customer's consent, visibly, for a while, and on the record.
// It is the first consumer of package impersonate, which owns the hand-off and
// the life of a stay; this package owns who may (one query, one pure function),
// consent, the guard inside every change, the log, and the settings.
//
// The Admin calls [Service.Offer], [Service.Begin], [Service.Authorize] and the
// log; the storefront calls [Service.Enter], [Service.Resume], [Service.Viewed],
// [Service.End] and [Service.SetConsent]; the application wires
// [Service.Guard] as sqldb's hook before every change and [Service.Sweep] as a
// periodic task. Every command takes who acts from its context.
//
// Nothing that decides is remembered: each step, each request and each change
// reads the facts from the database. No other area may import this package.
package assist

import (
	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	stores "github.com/storehand/storehand/internal/store"
)

// The actions of this package, as the Actions Report names them.
const (
	ActionBegun      sqldb.Action = "login_as_customer.begun"
	ActionAuthorized sqldb.Action = "login_as_customer.authorized"
	ActionEntered    sqldb.Action = "login_as_customer.entered"
	ActionEnded      sqldb.Action = "login_as_customer.ended"
	ActionRefused    sqldb.Action = "login_as_customer.refused"
	ActionPageViewed sqldb.Action = "login_as_customer.page_viewed"
	ActionConsent    sqldb.Action = "login_as_customer.consent_changed"
	ActionMode       sqldb.Action = "login_as_customer.mode_changed"
	ActionExtended   sqldb.Action = "login_as_customer.extended"
	ActionRevealed   sqldb.Action = "login_as_customer.personal_data_revealed"

	ActionAsked        sqldb.Action = "login_as_customer.consent_asked"
	ActionGranted      sqldb.Action = "login_as_customer.consent_granted"
	ActionDeclined     sqldb.Action = "login_as_customer.consent_refused"
	ActionGrantEnded   sqldb.Action = "login_as_customer.consent_withdrawn"
	ActionAskCanceled  sqldb.Action = "login_as_customer.consent_request_canceled"
	ActionAskExpired   sqldb.Action = "login_as_customer.consent_request_expired"
	ActionCodeMade     sqldb.Action = "login_as_customer.consent_code_made"
	ActionCodeTried    sqldb.Action = "login_as_customer.consent_code_tried"
	ActionRestoreTaken sqldb.Action = "login_as_customer.restore_accepted"
)

// Service is Login as Customer over one database.
type Service struct {
	notary   *seal.Notary // signs receipts; nil without a key
	db       *sqldb.DB
	stores   *stores.Service
	sessions *session.Service
	manager  *impersonate.Manager
	halt     *sqldb.Remembered[Halt]
	post     post
	sealing  seal.Limit
	watch    *Watch
	amends   *amend.Service
}

// RequireSealing makes nobody enter, and every stay end, while more of the
// action log than the limit waits to be sealed and told outside. The
// application sets it once, where there is a key.
func (s *Service) RequireSealing(l seal.Limit) { s.sealing = l }

// UseAmends sets what keeps and prepares the changes of stays; without it nothing
// can be proposed.
func (s *Service) UseAmends(a *amend.Service) { s.amends = a }

// New gives a Service. The caller wires its Guard into db.Hooks.
func New(db *sqldb.DB, views *stores.Service, sessions *session.Service) *Service {
	s := &Service{db: db, stores: views, sessions: sessions, halt: sqldb.Remember(db, "assist_stop", loadHalt)}
	s.watch = newWatch(s)
	s.manager = impersonate.New(store{db, s.tell}, s,
		impersonate.WithClock(db.Now),
		// Viewed and Guard count requests as use: Resume itself only reads.
		impersonate.WithTouchEvery(never))
	return s
}

// Sealing is what may wait to be sealed: the zero value where nothing is.
func (s *Service) Sealing() seal.Limit { return s.sealing }

// UseNotary lets receipts be signed, and makes consent count only with a signed
// one. The application calls it once, where it has a key.
func (s *Service) UseNotary(n *seal.Notary) { s.notary = n }
