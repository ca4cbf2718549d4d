package assist

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/sqldb"
)

// RequestState is how far a request for consent has come.
type RequestState string

// The states. Over and RequestExpired are also those of a request whose time
// has passed though nobody has written that down yet.
const (
	RequestWaiting   RequestState = "waiting"   // for the customer's answer
	RequestGranted   RequestState = "granted"   // and the grant counts
	RequestRefused   RequestState = "refused"   // by the customer
	RequestExpired   RequestState = "expired"   // nobody answered: that is a no
	RequestCanceled  RequestState = "canceled"  // by the Admin user
	RequestWithdrawn RequestState = "withdrawn" // the customer took the grant back
	RequestOver      RequestState = "over"      // the granted time has passed
	RequestSetBack   RequestState = "set_back"  // a backup was restored since
)

// Request is one Admin user's question to one customer: may I, for this reason,
// for so long, change so much? A grant is for that Admin user alone and leaves
// the customer's general answer as it is.
type Request struct {
	ID       int64
	PublicID string // no secret
	State    RequestState

	CustomerID   int64
	CustomerName string
	WebsiteID    int64

	AdminUserID   int64
	AdminName     string
	AdminUsername string
	RoleName      string

	ReasonCode, Reason, Ticket string

	Scope  Scope
	Length time.Duration // from the customer's yes on

	AskedAt, AnswerBy time.Time
	AnsweredAt        time.Time // zero: not yet
	Channel           Channel   // of the answer
	GrantedUntil      time.Time // zero: not granted
	ClosedAt          time.Time

	eventID     int64
	codeHash    string
	codeExpires time.Time
	codeTries   int
}

// Why is the reason in the customer's language, as far as it was chosen from the
// presets.
func (r Request) Why(l *i18n.Locale) string { return reasonIn(l, r.ReasonCode, r.Reason) }

// form is the dialog's answer as the customer has granted it: for another reason
// they would have to be asked again.
func (r Request) form(f BeginForm) BeginForm {
	preset, _ := presetOf(r.ReasonCode)
	f.ReasonCode, f.Ticket = r.ReasonCode, r.Ticket
	f.Reason = r.Reason
	if !preset.NeedsText {
		f.Reason = strings.TrimPrefix(strings.TrimPrefix(r.Reason, preset.Label), ": ")
	}
	return f
}

// Waiting and Granted tell whether it waits for an answer, or counts.
func (r Request) Waiting() bool { return r.State == RequestWaiting }

// Granted tells whether the customer's yes counts now.
func (r Request) Granted() bool { return r.State == RequestGranted }

const requestColumns = `id, public_id, state, customer_id, customer_name, website_id, admin_user_id, admin_name, admin_username, role_name,
	reason_code, reason, ticket, scope, minutes, asked_at, answer_by, answered_at, channel, granted_until, closed_at, event_id, code_hash, code_expires_at, code_tries`

func scanRequest(r sqldb.Scanner) (q Request, err error) {
	var minutes int64
	err = r.Scan(&q.ID, &q.PublicID, &q.State, &q.CustomerID, &q.CustomerName, &q.WebsiteID, &q.AdminUserID, &q.AdminName, &q.AdminUsername, &q.RoleName,
		&q.ReasonCode, &q.Reason, &q.Ticket, &q.Scope, &minutes, sqldb.Into(&q.AskedAt), sqldb.Into(&q.AnswerBy), sqldb.Into(&q.AnsweredAt), &q.Channel,
		sqldb.Into(&q.GrantedUntil), sqldb.Into(&q.ClosedAt), sqldb.IntoID(&q.eventID), &q.codeHash, sqldb.Into(&q.codeExpires), &q.codeTries)
	q.Length = time.Duration(minutes) * time.Minute
	return q, err
}

// at gives the request as it stands at a time: silence is a refusal though the
// row does not say so yet.
func (r Request) at(now time.Time) Request {
	switch {
	case r.State == RequestWaiting && !now.Before(r.AnswerBy):
		r.State = RequestExpired
	case r.State == RequestGranted && !now.Before(r.GrantedUntil):
		r.State = RequestOver
	}
	return r
}

// requests runs a query for requests.
func (s *Service) requests(ctx context.Context, rest string, args ...any) ([]Request, error) {
	all, err := sqldb.All(ctx, s.db.Reader(), scanRequest, `SELECT `+requestColumns+` FROM assist_request `+rest, args...)
	for i := range all {
		all[i] = all[i].at(s.db.Now())
	}
	return all, err
}

var errNoRequest = fault.New(fault.NotFound, "This request does not exist.")

func (s *Service) requestBy(ctx context.Context, q sqldb.Querier, where string, arg any) (Request, error) {
	r, found, err := sqldb.Found(sqldb.One(ctx, q, scanRequest, `SELECT `+requestColumns+` FROM assist_request WHERE `+where, arg))
	if err == nil && !found {
		err = errNoRequest
	}
	return r.at(s.db.Now()), err
}

// Request gives a request to the Admin user in the context who made it, or to
// one with View Login as Customer Log.
func (s *Service) Request(ctx context.Context, publicID string) (Request, error) {
	who, _ := actor.From(ctx)
	r, err := s.requestBy(ctx, s.db.Reader(), `public_id = $1`, publicID)
	if err != nil || who.Kind == actor.Admin && !who.Impersonating() && who.ID == r.AdminUserID {
		return r, err
	}
	all, err := s.seesAll(ctx, who)
	if err != nil {
		return Request{}, err
	}
	if !all.Allows(acl.AssistLog) || !all.AllowsWebsite(r.WebsiteID) {
		return Request{}, errNoRequest
	}
	return r, nil
}

func (s *Service) seesAll(ctx context.Context, who actor.Who) (acl.Grant, error) {
	if who.Kind != actor.Admin || who.Impersonating() {
		return acl.Grant{}, nil
	}
	return grantOf(ctx, s.db.Reader(), who.ID)
}

// OwnRequest gives the latest request of the Admin user in the context to a
// customer, nil if there is none.
func (s *Service) OwnRequest(ctx context.Context, customerID int64) (*Request, error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Admin || who.Impersonating() {
		return nil, nil
	}
	all, err := s.requests(ctx, `WHERE customer_id = $1 AND admin_user_id = $2 ORDER BY asked_at DESC, id DESC LIMIT 1`, customerID, who.ID)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// OwnRequests lists the open requests of the Admin user in the context, newest
// first: those that wait and those that are granted.
func (s *Service) OwnRequests(ctx context.Context) ([]Request, error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Admin {
		return nil, nil
	}
	all, err := s.requests(ctx, `WHERE admin_user_id = $1 AND open ORDER BY asked_at DESC, id DESC LIMIT 50`, who.ID)
	var open []Request
	for _, r := range all {
		if r.Waiting() || r.Granted() {
			open = append(open, r)
		}
	}
	return open, err
}

// CustomerRequests lists the latest requests to a customer for the Admin user in
// the context: their own, and with View Login as Customer Log all.
func (s *Service) CustomerRequests(ctx context.Context, customerID int64) ([]Request, error) {
	who, _ := actor.From(ctx)
	g, err := s.seesAll(ctx, who)
	if err != nil || who.Kind != actor.Admin {
		return nil, err
	}
	if g.Allows(acl.AssistLog) {
		return s.requests(ctx, `WHERE customer_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 20`, customerID)
	}
	return s.requests(ctx, `WHERE customer_id = $1 AND admin_user_id = $2 ORDER BY asked_at DESC, id DESC LIMIT 20`, customerID, who.ID)
}

// Asked lists the latest requests to the customer in the context.
func (s *Service) Asked(ctx context.Context) ([]Request, error) {
	who, _ := actor.From(ctx)
	if who.CustomerID() == 0 {
		return nil, nil
	}
	return s.requests(ctx, `WHERE customer_id = $1 ORDER BY asked_at DESC, id DESC LIMIT 20`, who.CustomerID())
}

// AskedNow gives the newest request that waits for the customer, or nil: for the
// notice on every page of theirs.
func (s *Service) AskedNow(ctx context.Context, customerID int64) (*Request, error) {
	all, err := s.requests(ctx, `WHERE customer_id = $1 AND open AND state = 'waiting' AND answer_by > $2 ORDER BY asked_at DESC, id DESC LIMIT 1`,
		customerID, sqldb.Micros(s.db.Now()))
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// RequestByLink gives the request that a letter's link is about. The link of a
// request that was answered, or that is too old, is Gone.
func (s *Service) RequestByLink(ctx context.Context, token string) (Request, error) {
	if !tokenLike(token) {
		return Request{}, errLinkOver
	}
	r, err := s.requestBy(ctx, s.db.Reader(), `token_hash = $1`, hashToken(token))
	if fault.Is(err, fault.NotFound) || err == nil && !r.Waiting() {
		return Request{}, errLinkOver
	}
	return r, err
}

var errLinkOver = &fault.Error{Kind: fault.Gone, Code: "consent_link", Message: "This link was used, or it is too old."}
