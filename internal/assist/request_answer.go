package assist

import (
	"context"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

var errAnswered = fault.New(fault.Conflict, "This request was answered already, or its time is over.")

// GrantRequest is the yes of the customer in the context to a request, on the Support
// access page. The label is the text they agreed to.
func (s *Service) GrantRequest(ctx context.Context, publicID, label string) (Request, error) {
	r, err := s.askedOf(ctx, publicID)
	if err != nil {
		return r, err
	}
	return s.answer(ctx, r, true, BySupportPage, label)
}

// RefuseRequest is the no of the customer in the context to a request.
func (s *Service) RefuseRequest(ctx context.Context, publicID string) (Request, error) {
	r, err := s.askedOf(ctx, publicID)
	if err != nil {
		return r, err
	}
	return s.answer(ctx, r, false, BySupportPage, "")
}

// AnswerByLink is the answer of whoever has the letter. The link works once.
func (s *Service) AnswerByLink(ctx context.Context, token string, yes bool, label string) (Request, error) {
	who, _ := actor.From(ctx)
	if who.Impersonating() {
		return Request{}, errOwnOnly
	}
	r, err := s.RequestByLink(ctx, token)
	if err != nil {
		return r, err
	}
	who.Kind, who.ID, who.Name, who.SessionID = actor.Customer, r.CustomerID, r.CustomerName, 0
	who.Subject = actor.Subject{ID: r.CustomerID, Name: r.CustomerName}
	return s.answer(actor.With(ctx, who), r, yes, ByLink, label)
}

var errOwnOnly = fault.New(fault.Denied, "Only the customer can answer, not during an assistance session.")

// askedOf gives a request to the customer in the context, acting for themselves.
func (s *Service) askedOf(ctx context.Context, publicID string) (Request, error) {
	who, _ := actor.From(ctx)
	if who.Impersonating() {
		return Request{}, errOwnOnly
	}
	r, err := s.requestBy(ctx, s.db.Reader(), `public_id = $1`, publicID)
	if err == nil && (who.Kind != actor.Customer || who.ID != r.CustomerID) {
		return Request{}, errNoRequest
	}
	return r, err
}

func (s *Service) answer(ctx context.Context, r Request, yes bool, ch Channel, label string) (Request, error) {
	action := ActionDeclined
	if yes {
		action = ActionGranted
	}
	err := s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		r, err = s.answerTx(ctx, tx, r, yes, ch, label)
		return err
	})
	return r, err
}

// answerTx answers a request that still waits, once: whoever comes second, or
// too late, finds it answered.
func (s *Service) answerTx(ctx context.Context, tx *sqldb.Tx, r Request, yes bool, ch Channel, label string) (Request, error) {
	who, _ := actor.From(ctx)
	if err := lockCustomer(ctx, tx, r.CustomerID); err != nil {
		return r, err
	}
	state, value, until := RequestRefused, answerRefused, sqldb.Time(0)
	if yes {
		state, value, until = RequestGranted, answerGranted, tx.Now().Add(r.Length)
	}
	got, found, err := sqldb.Found(sqldb.One(ctx, tx, scanRequest, `UPDATE assist_request SET state = $3, open = $4, answered_at = $2, channel = $5,
		granted_until = $6, token_hash = NULL, code_hash = '', closed_at = $7
		WHERE id = $1 AND state = 'waiting' AND answer_by > $2 RETURNING `+requestColumns,
		r.ID, sqldb.Micros(tx.Now()), string(state), yes, string(ch), sqldb.NullMicros(until), closedAt(tx, !yes)))
	if err != nil {
		return r, err
	}
	if !found {
		return r, errAnswered
	}
	got.describe(&tx.Entry)
	tx.Note("channel", string(ch))
	if yes {
		tx.Note("scope", string(got.Scope))
		tx.Note("until", untilNote(until))
	}
	event, err := s.record(ctx, tx, who, givenAnswer{
		customerID: got.CustomerID, customerName: got.CustomerName, websiteID: got.WebsiteID, value: value, until: until,
		channel: ch, reason: got.Reason, label: label, request: &got,
	})
	if err != nil {
		return r, err
	}
	_, err = tx.Exec(ctx, `UPDATE assist_request SET event_id = $2 WHERE id = $1`, got.ID, event)
	return got, err
}

func closedAt(tx *sqldb.Tx, closed bool) any {
	if !closed {
		return nil
	}
	return sqldb.Micros(tx.Now())
}

// Withdraw takes back what the customer in the context has granted: the stay
// that rests on it ends in the same change.
func (s *Service) Withdraw(ctx context.Context, publicID string) (Request, error) {
	r, err := s.askedOf(ctx, publicID)
	if err != nil {
		return r, err
	}
	return r, s.close(ctx, r, RequestWithdrawn, ActionGrantEnded)
}

// Cancel takes a request of the Admin user in the context back, or gives its
// grant back.
func (s *Service) Cancel(ctx context.Context, publicID string) (Request, error) {
	who, _ := actor.From(ctx)
	r, err := s.requestBy(ctx, s.db.Reader(), `public_id = $1`, publicID)
	if err != nil {
		return r, err
	}
	if who.Kind != actor.Admin || who.Impersonating() || who.ID != r.AdminUserID {
		return Request{}, errNoRequest
	}
	return r, s.close(ctx, r, RequestCanceled, ActionAskCanceled)
}

// close ends an open request; one that is closed already stays as it is.
func (s *Service) close(ctx context.Context, r Request, state RequestState, action sqldb.Action) error {
	return s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		if open, err := sqldb.One(ctx, tx, sqldb.Value[bool], `SELECT open FROM assist_request WHERE id = $1`, r.ID); err != nil || !open {
			tx.Skip()
			return err
		}
		return s.closeTx(ctx, tx, r, state, action)
	})
}

// closeTx ends an open request in a change, with the stays that rest on it:
// those before the customer is locked, as every change of a stay locks them, and
// once more for one that began in between.
func (s *Service) closeTx(ctx context.Context, tx *sqldb.Tx, r Request, state RequestState, action sqldb.Action) error {
	if err := s.endGranted(ctx, tx, r, state); err != nil {
		return err
	}
	if err := lockCustomer(ctx, tx, r.CustomerID); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE assist_request SET state = $2, open = FALSE, closed_at = $3, token_hash = NULL, code_hash = '' WHERE id = $1 AND open`,
		r.ID, string(state), sqldb.Micros(tx.Now()))
	if err != nil || n == 0 {
		return err
	}
	if err := s.endGranted(ctx, tx, r, state); err != nil {
		return err
	}
	e := &tx.Entry
	if tx.Action != action {
		e = &sqldb.Entry{Action: action}
	}
	r.describe(e)
	e.Details = requestLabels[state]
	if e != &tx.Entry {
		tx.Also(*e)
	}
	who, _ := actor.From(ctx)
	if state != RequestWithdrawn && state != RequestRefused {
		return nil
	}
	value := answerWithdrawn
	if state == RequestRefused {
		value = answerRefused
	}
	_, err = s.record(ctx, tx, who, givenAnswer{
		customerID: r.CustomerID, customerName: r.CustomerName, websiteID: r.WebsiteID, value: value, channel: BySupportPage, reason: r.Reason, request: &r,
	})
	return err
}

// requestLabels name the states that a request is closed with.
var requestLabels = map[RequestState]string{
	RequestWaiting: "Waiting", RequestGranted: "Granted", RequestRefused: "Refused by the customer", RequestExpired: "Not answered in time",
	RequestCanceled: "Taken back by the Admin user", RequestWithdrawn: "Withdrawn by the customer", RequestOver: "The granted time is over",
	RequestSetBack: "Over: a backup was restored",
}

// Label names a state in a few words.
func (s RequestState) Label() string { return requestLabels[s] }

// endGranted ends the stays that rest on a request.
func (s *Service) endGranted(ctx context.Context, tx *sqldb.Tx, r Request, state RequestState) error {
	cause := impersonate.ConsentWithdrawn
	switch state {
	case RequestOver:
		cause = impersonate.ConsentExpired
	case RequestCanceled:
		cause = impersonate.ClosedByActor
	}
	_, err := s.endWhere(ctx, tx, cause, "customer_id = ? AND request_id = ? AND ended_at IS NULL", r.CustomerID, r.ID)
	return err
}

// closeGrants ends all that a customer was asked and has granted, when they take
// their general consent back. It gives how many there were.
func (s *Service) closeGrants(ctx context.Context, tx *sqldb.Tx, c Consent, form ConsentForm) (int, error) {
	if form.Allow {
		return 0, nil
	}
	open, err := sqldb.All(ctx, tx, scanRequest, `SELECT `+requestColumns+` FROM assist_request WHERE customer_id = $1 AND open ORDER BY id`, c.CustomerID)
	for _, r := range open {
		if err == nil {
			state := RequestRefused
			if r.State == RequestGranted {
				state = RequestWithdrawn
			}
			err = s.closeTx(ctx, tx, r, state, ActionGrantEnded)
		}
	}
	return len(open), err
}

// expireRequests writes down that nobody has answered in time, and that granted
// time is over. Nothing depends on it but the record.
func (s *Service) expireRequests(ctx context.Context) error {
	now := sqldb.Micros(s.db.Now())
	due, err := s.requests(ctx, `WHERE open = TRUE AND state IN ('waiting', 'granted') AND CASE state WHEN 'waiting' THEN answer_by ELSE granted_until END <= $1 ORDER BY id LIMIT 500`, now)
	for _, r := range due {
		if err == nil {
			err = s.close(ctx, r, r.State, ActionAskExpired)
		}
	}
	return err
}
