package assist

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// AskForm is what an Admin user asks a customer for.
type AskForm struct {
	CustomerID int64
	ReasonCode string   // of a ReasonPreset; field "reason_code"
	Reason     string   // field "reason"
	Ticket     string   // field "ticket"
	Minutes    int      // one of AskMinutes; field "minutes"
	Areas      []string // what may be changed, none: look only; field "areas"
}

// AskMinutes are the lengths to choose from.
var AskMinutes = []int{15, 30, 60, 120}

// What one Admin user may ask for: a customer is not to be pestered, and a code
// is not to be guessed by asking again and again.
const (
	asksPerCustomer = 5  // a day, of all Admin users together
	asksPerAdmin    = 20 // an hour
)

// MayAsk tells whether the Admin user in the context could ask a customer for
// consent: everything but the consent is there. The refusal is nil if so.
func (s *Service) MayAsk(ctx context.Context, customerID int64) (*Refusal, error) {
	who, _ := actor.From(ctx)
	p, err := s.loadPeople(ctx, s.db.Reader(), who, customerID)
	if err != nil {
		return nil, err
	}
	return s.mayAsk(ctx, s.db.Reader(), who, p)
}

func (s *Service) mayAsk(ctx context.Context, q sqldb.Querier, who actor.Who, p people) (*Refusal, error) {
	if who.Kind != actor.Admin || who.SessionID == 0 || who.Impersonating() {
		return refusal(impersonate.Nested), nil
	}
	ask, now := question{sessionIdle: s.sessions.AdminIdle(ctx), sealing: s.sealing}, s.db.Now()
	for r := range rulesEnd {
		if r == ruleConsent || r == ruleApproval {
			continue
		}
		if cause := r.broken(&p.facts, &ask, now); cause != "" {
			return p.refusal(cause, now), nil
		}
	}
	v, err := config.Fresh(ctx, q, Asking)
	if err != nil {
		return nil, err
	}
	if !v.Bool(Asking, config.Everywhere) {
		return &Refusal{Cause: impersonate.FeatureOff, Message: "Asking customers for consent is switched off.", Remedy: "It is a setting under Stores > Configuration > Customers > Login as Customer."}, nil
	}
	return nil, nil
}

// Ask puts the question of the Admin user in the context to a customer: on the
// customer's pages and by a letter. An older one of theirs that still waits is
// taken back.
func (s *Service) Ask(ctx context.Context, form AskForm) (Request, error) {
	who, _ := actor.From(ctx)
	p, err := s.loadPeople(ctx, s.db.Reader(), who, form.CustomerID)
	if err != nil {
		return Request{}, err
	}
	if no, err := s.mayAsk(ctx, s.db.Reader(), who, p); err != nil {
		return Request{}, err
	} else if no != nil {
		return Request{}, s.refuseAsk(ctx, no, p)
	}
	if err := checkAsk(form); err != nil {
		return Request{}, err
	}
	v, err := config.Fresh(ctx, s.db.Reader(), AskHours)
	if err != nil {
		return Request{}, err
	}
	preset, _ := presetOf(form.ReasonCode)
	r := Request{
		PublicID: id.New(), State: RequestWaiting, CustomerID: p.CustomerID, CustomerName: p.CustomerName, WebsiteID: p.customerWebsite,
		AdminUserID: who.ID, AdminName: p.AdminName, AdminUsername: p.AdminUsername, RoleName: p.RoleName,
		ReasonCode: form.ReasonCode, Reason: reasonText(preset, form.Reason), Ticket: strings.TrimSpace(form.Ticket),
		Scope: ScopeOf(form.Areas...), Length: time.Duration(form.Minutes) * time.Minute,
	}
	wait := time.Duration(v.Int(AskHours, config.Everywhere)) * time.Hour
	err = s.db.Change(ctx, ActionAsked, func(ctx context.Context, tx *sqldb.Tx) error { return s.ask(ctx, tx, &r, wait, p) })
	return r, err
}

// refuseAsk records that somebody was not let to ask.
func (s *Service) refuseAsk(ctx context.Context, no *Refusal, p people) error {
	err := s.db.Refuse(ctx, ActionAsked, func(e *sqldb.Entry) {
		e.Details = CauseLabel(no.Cause)
		e.Note("cause", string(no.Cause))
		if p.customerFound {
			e.About(customerKind, text(p.CustomerID))
			e.Subject = actor.Subject{ID: p.CustomerID, Name: p.CustomerName}
		}
	})
	if err != nil {
		return err
	}
	return no
}

func checkAsk(form AskForm) error {
	wrong := fault.Fields{}
	checkReason(wrong, Settings{ReasonRequired: true}, BeginForm{ReasonCode: form.ReasonCode, Reason: form.Reason, Ticket: form.Ticket})
	known := false
	for _, m := range AskMinutes {
		known = known || m == form.Minutes
	}
	if !known {
		wrong.Add("minutes", "Please choose how long.")
	}
	return wrong.Err()
}

func (s *Service) ask(ctx context.Context, tx *sqldb.Tx, r *Request, wait time.Duration, p people) error {
	if err := lockCustomer(ctx, tx, r.CustomerID); err != nil {
		return err
	}
	if err := s.mayAskAgain(ctx, tx, *r); err != nil {
		return err
	}
	token, code := id.Secret(), newCode()
	r.AskedAt, r.AnswerBy = tx.Now(), tx.Now().Add(wait)
	var err error
	r.ID, err = tx.Insert(ctx, `INSERT INTO assist_request (public_id, state, open, customer_id, customer_name, website_id,
		admin_user_id, admin_name, admin_username, role_name, reason_code, reason, ticket, scope, minutes, asked_at, answer_by, token_hash, code_hash, code_expires_at)
		VALUES ($1, 'waiting', TRUE, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id`,
		r.PublicID, r.CustomerID, r.CustomerName, r.WebsiteID, r.AdminUserID, r.AdminName, r.AdminUsername, r.RoleName, r.ReasonCode, r.Reason, r.Ticket,
		string(r.Scope), int64(r.Length/time.Minute), sqldb.Micros(r.AskedAt), sqldb.Micros(r.AnswerBy), hashToken(token), hashCode(r.PublicID, code), sqldb.Micros(tx.Now().Add(codeLife)))
	if sqldb.IsUnique(err) {
		return errAskedMeanwhile
	}
	if err != nil {
		return err
	}
	r.describe(&tx.Entry)
	tx.Note("reason", r.Reason)
	tx.Note("scope", string(r.Scope))
	tx.Note("for", r.Length.String())
	return s.tellOfRequest(ctx, tx, *r, p, token, code)
}

var errAskedMeanwhile = fault.New(fault.Conflict, "You have just asked this customer in another tab.")

// mayAskAgain makes room for a new request and bounds how many there are.
func (s *Service) mayAskAgain(ctx context.Context, tx *sqldb.Tx, r Request) error {
	day, hour := sqldb.Micros(tx.Now().Add(-24*time.Hour)), sqldb.Micros(tx.Now().Add(-time.Hour))
	var toCustomer, byAdmin int
	err := tx.QueryRow(ctx, `SELECT (SELECT COUNT(*) FROM assist_request WHERE customer_id = $1 AND asked_at > $2),
		(SELECT COUNT(*) FROM assist_request WHERE admin_user_id = $3 AND asked_at > $4)`, r.CustomerID, day, r.AdminUserID, hour).Scan(&toCustomer, &byAdmin)
	switch {
	case err != nil:
		return err
	case toCustomer >= asksPerCustomer:
		return fault.New(fault.TooMany, "This customer was asked %d times since yesterday. Please do not ask again today.", toCustomer)
	case byAdmin >= asksPerAdmin:
		return fault.New(fault.TooMany, "You have asked %d customers within the hour. Please wait a while.", byAdmin)
	}
	open, err := sqldb.All(ctx, tx, scanRequest, `SELECT `+requestColumns+` FROM assist_request WHERE customer_id = $1 AND admin_user_id = $2 AND open`, r.CustomerID, r.AdminUserID)
	if err != nil || len(open) == 0 {
		return err
	}
	switch old := open[0].at(tx.Now()); old.State {
	case RequestGranted:
		return fault.New(fault.Conflict, "The customer has allowed it until %s already.", old.GrantedUntil.Format("15:04 MST"))
	case RequestWaiting:
		return s.closeTx(ctx, tx, open[0], RequestCanceled, ActionAskCanceled)
	default:
		return s.closeTx(ctx, tx, open[0], old.State, ActionAskExpired)
	}
}

// describe says in a record which request it is about.
func (r Request) describe(e *sqldb.Entry) {
	e.About("consent_request", r.PublicID)
	e.About(customerKind, text(r.CustomerID))
	e.Subject = actor.Subject{ID: r.CustomerID, Name: r.CustomerName}
	e.Note("admin_user", r.AdminName)
}

// lockCustomer makes whoever decides about a customer's consent wait for each
// other.
func lockCustomer(ctx context.Context, tx *sqldb.Tx, customerID int64) error {
	_, err := tx.Exec(ctx, `UPDATE customer SET version = version WHERE id = $1`, customerID)
	return err
}
