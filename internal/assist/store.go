package assist

import (
	"context"
	"strconv"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// The two kinds of people in an impersonation.
const (
	adminKind    = "admin"
	customerKind = "customer"
)

// The attributes of an impersonation that have a column of their own.
const (
	attrCustomerEmail = "customer_email"
	attrAdminUsername = "admin_username"
	attrRoleID        = "role_id"
	attrRoleName      = "role_name"
	attrWebsiteID     = "website_id"
	attrReasonCode    = "reason_code"
	attrTicket        = "ticket"
	attrBackPath      = "back_path"
	attrBackLabel     = "back_label"
	attrLandPath      = "land_path"
	attrIP            = "ip"
	attrUserAgent     = "user_agent"
	attrApproval      = "approval" // for the record only
	attrRequestID     = "request_id"
	attrScope         = "scope"
)

// store is impersonate's Store on sqldb: each step is one named change, whose
// record is part of its transaction.
type store struct {
	db   *sqldb.DB
	tell teller
}

// teller writes to the customer about a stay, as part of the change.
type teller func(ctx context.Context, tx *sqldb.Tx, stayID int64, about occasion) error

func (t teller) say(ctx context.Context, tx *sqldb.Tx, stayID int64, about occasion) error {
	if t == nil {
		return nil
	}
	return t(ctx, tx, stayID, about)
}

// actions names the change of each step. A touch is no change of its own.
var actions = map[impersonate.Event]sqldb.Action{
	impersonate.EventBegun:      ActionBegun,
	impersonate.EventAuthorized: ActionAuthorized,
	impersonate.EventEntered:    ActionEntered,
	impersonate.EventEnded:      ActionEnded,
}

func (s store) Atomically(ctx context.Context, event impersonate.Event, fn func(context.Context, impersonate.Tx) error) error {
	work := func(ctx context.Context, tx *sqldb.Tx) error { return fn(ctx, sqlTx{sqlView{tx}, tx, s.tell}) }
	action, recorded := actions[event]
	if !recorded {
		return s.db.Upkeep(ctx, "assist."+string(event), work)
	}
	return s.db.Change(ctx, action, work)
}

func (s store) Read(ctx context.Context, fn func(context.Context, impersonate.View) error) error {
	return fn(ctx, sqlView{s.db.Reader()})
}

// Refused writes the refusal down on its own: what it was part of is undone.
func (s store) Refused(ctx context.Context, r impersonate.Refusal) error {
	i := r.Impersonation
	row, _, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT id FROM impersonation WHERE public_id = $1`, i.ID))
	if err != nil {
		return err
	}
	return s.db.Refuse(ctx, ActionRefused, func(e *sqldb.Entry) {
		e.Impersonation = row
		describe(e, i)
		e.Details = CauseLabel(r.Cause)
		e.Note("cause", string(r.Cause))
		e.Note("step", string(r.Step))
	})
}

// describe says in the record of an action which stay it is about.
func describe(e *sqldb.Entry, i impersonate.Impersonation) {
	if i.ID != "" {
		e.About("impersonation", i.ID)
	}
	if i.Subject.ID != "" {
		e.About(customerKind, i.Subject.ID)
		e.Subject = actor.Subject{ID: number(i.Subject.ID), Name: i.Subject.Name}
	}
	if i.Actor.ID != "" {
		e.Note("admin_user", i.Actor.Name)
	}
}

// sqlView answers impersonate, and the policy, from one Querier.
type sqlView struct{ q sqldb.Querier }

// liveStays is true of stays without an end, and found in the index that has no
// others.
const liveStays = `ended_at IS NULL AND state IN ('begun', 'entered')`

// stayColumns are read by scanStay, in this order.
const stayColumns = `id, public_id, customer_id, customer_name, customer_email, website_id, store_view_id,
	admin_user_id, admin_name, admin_username, role_id, role_name, admin_session_id, parent_expires_at,
	origin, reason_code, reason, ticket, mode, back_path, back_label, land_path, ip, user_agent,
	begun_at, entered_at, last_used_at, expires_at, idle_micros, length_micros, ended_at, end_cause, ended_by,
	challenge, code_hash, code_expires_at, code_spent_at, session_hash, request_id, scope`

func scanStay(r sqldb.Scanner) (Stay, error) {
	var (
		s             Stay
		mode, cause   string
		back          string
		idle, length  int64
		code, session *string
		c             = &s.code
	)
	err := r.Scan(&s.ID, &s.PublicID, &s.CustomerID, &s.CustomerName, &s.CustomerEmail, &s.WebsiteID, &s.StoreViewID,
		&s.AdminUserID, &s.AdminName, &s.AdminUsername, &s.RoleID, &s.RoleName, &s.AdminSessionID, sqldb.Into(&s.parentExpiresAt),
		&s.Origin, &s.ReasonCode, &s.Reason, &s.Ticket, &mode, &s.BackPath, &back, &s.LandPath, &s.IP, &s.UserAgent,
		sqldb.Into(&s.BegunAt), sqldb.Into(&s.EnteredAt), sqldb.Into(&s.LastUsedAt), sqldb.Into(&s.ExpiresAt), &idle, &length,
		sqldb.Into(&s.EndedAt), &cause, &s.EndedBy,
		&c.Challenge, &code, sqldb.Into(&c.ExpiresAt), sqldb.Into(&c.SpentAt), &session, &s.RequestID, &s.Scope)
	if err != nil {
		return s, err
	}
	s.Mode, s.Cause, s.Back = impersonate.Mode(mode), impersonate.Cause(cause), ParsePlace(back)
	s.Idle, s.Length = time.Duration(idle)*time.Microsecond, time.Duration(length)*time.Microsecond
	if c.Hash, err = impersonate.ParseHash(orEmpty(code)); err != nil {
		return s, err
	}
	s.session, err = impersonate.ParseHash(orEmpty(session))
	return s, err
}

// liveColumns are what a request of a stay needs to know of it, read by scanLive:
// each column costs, and this is read on every request and in every change.
const liveColumns = `id, public_id, customer_id, customer_name, website_id, store_view_id, admin_user_id, admin_name, admin_username,
	role_id, admin_session_id, mode, back_path, back_label, begun_at, entered_at, last_used_at, expires_at, idle_micros, ended_at, end_cause, revealed_at, request_id`

func scanLive(r sqldb.Scanner) (s Stay, err error) {
	var mode, cause, back string
	var idle int64
	err = r.Scan(&s.ID, &s.PublicID, &s.CustomerID, &s.CustomerName, &s.WebsiteID, &s.StoreViewID, &s.AdminUserID, &s.AdminName, &s.AdminUsername,
		&s.RoleID, &s.AdminSessionID, &mode, &s.BackPath, &back,
		sqldb.Into(&s.BegunAt), sqldb.Into(&s.EnteredAt), sqldb.Into(&s.LastUsedAt), sqldb.Into(&s.ExpiresAt), &idle, sqldb.Into(&s.EndedAt), &cause,
		sqldb.Into(&s.RevealedAt), &s.RequestID)
	s.Mode, s.Cause, s.Back = impersonate.Mode(mode), impersonate.Cause(cause), ParsePlace(back)
	s.Idle = time.Duration(idle) * time.Microsecond
	return s, err
}

// stepColumns are what the record of a step says of the stay, read by scanStep.
const stepColumns = `id, public_id, customer_id, customer_name, admin_user_id, admin_name, end_cause`

func scanStep(r sqldb.Scanner) (s Stay, err error) {
	var cause string
	err = r.Scan(&s.ID, &s.PublicID, &s.CustomerID, &s.CustomerName, &s.AdminUserID, &s.AdminName, &cause)
	s.Cause = impersonate.Cause(cause)
	return s, err
}

func (v sqlView) Find(ctx context.Context, id string) (impersonate.Impersonation, error) {
	return v.one(ctx, `SELECT `+stayColumns+` FROM impersonation WHERE public_id = $1`, id)
}

func (v sqlView) FindByCode(ctx context.Context, code impersonate.Hash) (impersonate.Impersonation, error) {
	return v.one(ctx, `SELECT `+stayColumns+` FROM impersonation WHERE code_hash = $1`, code.String())
}

const stayBySession = `SELECT ` + stayColumns + ` FROM impersonation WHERE session_hash = $1`

func (v sqlView) FindBySession(ctx context.Context, session impersonate.Hash) (impersonate.Impersonation, error) {
	return v.one(ctx, stayBySession, session.String())
}

func (v sqlView) one(ctx context.Context, query string, arg any) (impersonate.Impersonation, error) {
	s, found, err := sqldb.Found(sqldb.One(ctx, v.q, scanStay, query, arg))
	if err == nil && !found {
		err = impersonate.ErrNotFound
	}
	return s.impersonation(), err
}

func (v sqlView) Live(ctx context.Context, f impersonate.Filter) ([]impersonate.Impersonation, error) {
	var w sqldb.Where
	w.And("ended_at IS NULL")
	if f.Actor.ID != "" {
		w.And("admin_user_id = ?", number(f.Actor.ID))
	}
	if f.Subject.ID != "" {
		w.And("customer_id = ?", number(f.Subject.ID))
	}
	if f.Parent != "" {
		w.And("admin_session_id = ?", number(f.Parent))
	}
	if !f.DueAt.IsZero() {
		at := sqldb.Micros(f.DueAt)
		w.And("expires_at <= ? OR (entered_at IS NOT NULL AND last_used_at + idle_micros <= ?)", at, at)
	}
	stays, err := sqldb.All(ctx, v.q, scanStay, `SELECT `+stayColumns+` FROM impersonation`+w.SQL()+` ORDER BY id`, w.Args()...)
	found := make([]impersonate.Impersonation, len(stays))
	for k, s := range stays {
		found[k] = s.impersonation()
	}
	return found, err
}

// sqlTx is a view that writes, and says in the change's record what it wrote.
type sqlTx struct {
	sqlView
	tx   *sqldb.Tx
	tell teller
}

func (t sqlTx) Insert(ctx context.Context, i impersonate.Impersonation) error {
	a := i.Attributes
	id, err := t.tx.Insert(ctx, `INSERT INTO impersonation (public_id, state, customer_id, customer_name, customer_email,
		website_id, store_view_id, admin_user_id, admin_name, admin_username, role_id, role_name, admin_session_id, parent_expires_at,
		origin, reason_code, reason, ticket, mode, back_path, back_label, land_path, ip, user_agent,
		begun_at, last_used_at, expires_at, idle_micros, length_micros, request_id, scope)
		VALUES ($1, 'begun', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
		RETURNING id`,
		i.ID, number(i.Subject.ID), i.Subject.Name, a[attrCustomerEmail],
		number(a[attrWebsiteID]), number(i.Target), number(i.Actor.ID), i.Actor.Name, a[attrAdminUsername], number(a[attrRoleID]), a[attrRoleName],
		number(i.Parent), sqldb.NullMicros(i.ParentExpiresAt),
		i.Audience, a[attrReasonCode], i.Reason, a[attrTicket], string(i.Mode), a[attrBackPath], a[attrBackLabel], a[attrLandPath], a[attrIP], a[attrUserAgent],
		sqldb.Micros(i.BegunAt), sqldb.Micros(i.LastUsedAt), sqldb.Micros(i.ExpiresAt), i.Idle.Microseconds(), i.Length.Microseconds(), number(a[attrRequestID]), a[attrScope])
	if sqldb.IsUnique(err) {
		return impersonate.ErrConflict
	}
	if err != nil {
		return err
	}
	t.tx.Impersonation = id
	describe(&t.tx.Entry, i)
	t.tx.Note("reason", i.Reason)
	for _, key := range []string{attrReasonCode, attrTicket, attrApproval} {
		if a[key] != "" {
			t.tx.Note(key, a[key])
		}
	}
	t.tx.Note("mode", string(i.Mode))
	if a[attrScope] != "" {
		t.tx.Note("scope", a[attrScope])
	}
	return nil
}

func (t sqlTx) Mint(ctx context.Context, id string, c impersonate.Code) (bool, error) {
	return t.step(ctx, `UPDATE impersonation SET code_hash = $2, challenge = $3, code_expires_at = $4
		WHERE public_id = $1 AND code_hash IS NULL AND ended_at IS NULL RETURNING `+stepColumns,
		id, c.Hash.String(), c.Challenge, sqldb.Micros(c.ExpiresAt))
}

func (t sqlTx) Spend(ctx context.Context, i impersonate.Impersonation) (bool, error) {
	spent, err := t.step(ctx, `UPDATE impersonation SET state = 'entered', code_spent_at = $3, session_hash = $4,
		entered_at = $5, last_used_at = $6, expires_at = $7
		WHERE public_id = $1 AND code_hash = $2 AND code_spent_at IS NULL AND ended_at IS NULL RETURNING `+stepColumns,
		i.ID, i.Code.Hash.String(), sqldb.Micros(i.Code.SpentAt), i.Session.String(),
		sqldb.Micros(i.EnteredAt), sqldb.Micros(i.LastUsedAt), sqldb.Micros(i.ExpiresAt))
	if err != nil || !spent {
		return false, err
	}
	return true, t.tell.say(ctx, t.tx, t.tx.Impersonation, atStart)
}

// step takes a stay one conditional statement further and describes it in the
// record, if the statement found it.
func (t sqlTx) step(ctx context.Context, query string, args ...any) (bool, error) {
	s, done, err := sqldb.Found(sqldb.One(ctx, t.tx, scanStep, query, args...))
	if err != nil || !done {
		return false, err
	}
	t.tx.Impersonation = s.ID
	describe(&t.tx.Entry, s.parties())
	return true, nil
}

func (t sqlTx) Touch(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := t.tx.Exec(ctx, `UPDATE impersonation SET last_used_at = $2
		WHERE public_id = $1 AND ended_at IS NULL AND entered_at IS NOT NULL AND expires_at > $2 AND last_used_at + idle_micros > $2`,
		id, sqldb.Micros(at))
	return n == 1, err
}

// End ends a stay. Where that is not the change itself (a new stay replaces
// this one), it is recorded beside it, so that each stay has its end on record.
func (t sqlTx) End(ctx context.Context, id string, cause impersonate.Cause, at time.Time) (bool, error) {
	by, err := nameOf(ctx, t.tx)
	if err != nil {
		return false, err
	}
	s, ended, err := sqldb.Found(sqldb.One(ctx, t.tx, scanStep, `UPDATE impersonation SET state = 'ended', ended_at = $2, end_cause = $3, ended_by = $4
		WHERE public_id = $1 AND ended_at IS NULL RETURNING `+stepColumns,
		id, sqldb.Micros(at), string(cause), by))
	if err == nil && !ended && t.tx.Action == ActionEnded {
		t.tx.Skip() // somebody was faster, and has recorded it
	}
	if err != nil || !ended {
		return false, err
	}
	recordEnd(t.tx, s)
	return true, t.tell.say(ctx, t.tx, s.ID, atEnd)
}

// recordEnd writes the end of a stay into the record of a change.
func recordEnd(tx *sqldb.Tx, s Stay) {
	e := &sqldb.Entry{Action: ActionEnded}
	if tx.Action == ActionEnded && tx.Impersonation == 0 {
		e = &tx.Entry
	}
	e.Impersonation = s.ID
	describe(e, s.parties())
	e.Details = CauseLabel(s.Cause)
	e.Note("cause", string(s.Cause))
	if e != &tx.Entry {
		tx.Also(*e)
	}
}

// number reads an id that this package has written; anything else is nobody.
func number(id string) int64 {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func text(id int64) string { return strconv.FormatInt(id, 10) }

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
