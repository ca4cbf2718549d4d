package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// facts is all that decides whether an Admin user may be in a customer's
// account, read in one query and never kept.
type facts struct {
	enabled bool
	stopped bool   // the emergency stop is in force
	setBack bool   // the database is an older one than what those outside know
	global  bool   // customer accounts are shared globally
	policy  string // consent policy of the customer's website

	// How far the action log is sealed and told outside: see package seal.
	coveredID, newestID int64
	coveredAt           time.Time

	adminFound, adminActive bool
	roleID                  int64
	allowed                 bool // the role has Allow Login as Customer
	roleViewOnly            bool // the role's mode is View only

	sessionFound   bool
	sessionEnded   bool
	sessionCause   string // why it ended
	sessionSeen    time.Time
	sessionExpires time.Time

	customerFound, customerActive bool
	customerWebsite               int64
	customerInScope               bool      // the role reaches the customer's website
	customerValidAfter            time.Time // all from before was ended: a new password, signed out everywhere
	assistance                    string
	assistanceUntil               time.Time // zero: until withdrawn
	customerSince                 time.Time

	answer proof // of the customer's general answer: their latest event about it
	grant  grant // what the customer has granted this Admin user alone
	// epoch is when the database was found to be set back: consent from before
	// must be given again. Zero: never.
	epoch time.Time

	customerID, adminUserID int64

	approval      string    // Second approval: who needs one
	vip           bool      // the customer's group is watched
	approvedUntil time.Time // how long a second person's approval holds, zero without one

	used        quotaUse // only where a stay may begin
	unconfirmed bool     // so is this: the Admin user has yet to confirm that it is them

	viewFound, viewActive bool
	viewWebsite           int64
	viewInScope           bool

	proposals bool // changes may be prepared for the customer to decide
}

// question is what is judged beside the facts.
type question struct {
	// roleID is the role the stay was begun with, 0 before that.
	roleID int64
	// begun is when the stay was begun, zero before that.
	begun time.Time
	// request is the request that the stay rests on, 0 for the general consent;
	// either tells that it is not decided yet, so that a grant will do.
	request int64
	either  bool
	// view tells that a store view is meant; offers are made without one.
	view bool
	// sessionIdle is how long an Admin session lives without a request.
	sessionIdle time.Duration
	// sealing is how much of the log may wait to be sealed; zero asks nothing.
	sealing seal.Limit
}

// The facts in SQL: columns and joins over a row i that names the Admin user,
// their session, the customer and the store view. Every look-up is by key.
var (
	factsColumns = settingsColumn + `, k.covered_id, k.covered_at, (SELECT MAX(id) FROM audit_log),
	u.active, u.role_id, r.all_resources, r.assist_mode,
	EXISTS (SELECT 1 FROM admin_role_resource p WHERE p.role_id = u.role_id AND p.resource = '` + string(acl.AssistLogin) + `'),
	s.ended_at, s.end_cause, s.last_seen_at, s.expires_at,
	c.active, c.website_id, c.assistance, c.assistance_until, c.sessions_valid_after,
	r.all_websites,
	EXISTS (SELECT 1 FROM admin_role_website w WHERE w.role_id = u.role_id AND w.website_id = c.website_id),
	v.active, v.website_id,
	EXISTS (SELECT 1 FROM admin_role_website w WHERE w.role_id = u.role_id AND w.website_id = v.website_id),
	EXISTS (SELECT 1 FROM assist_stop h WHERE h.lifted_at IS NULL),
	EXISTS (SELECT 1 FROM installation n WHERE n.name = '` + seal.SetBackMark + `'),
	(SELECT g.vip FROM customer_group g WHERE g.id = c.group_id),
	(SELECT MAX(a.valid_until) FROM assist_approval a WHERE a.admin_user_id = i.admin_user_id AND a.customer_id = i.customer_id AND a.state = 'approved'), ` + consentColumns

	factsJoins = `
	LEFT JOIN admin_user u ON u.id = i.admin_user_id
	LEFT JOIN admin_role r ON r.id = u.role_id
	LEFT JOIN admin_session s ON s.id = i.admin_session_id AND s.admin_user_id = i.admin_user_id
	LEFT JOIN customer c ON c.id = i.customer_id
	LEFT JOIN store_view v ON v.id = i.store_view_id
	LEFT JOIN audit_cover k ON k.id = 1` + consentJoins

	factsOf = ` FROM (SELECT CAST($1 AS BIGINT) AS admin_user_id, CAST($2 AS BIGINT) AS admin_session_id,
	CAST($3 AS BIGINT) AS customer_id, CAST($4 AS BIGINT) AS store_view_id) i`

	factsQuery = `SELECT ` + factsColumns + factsOf + factsJoins
)

// loadFacts reads the facts about an Admin user, in one of their sessions, a
// customer and a store view, any of which may not exist.
func (s *Service) loadFacts(ctx context.Context, q sqldb.Querier, adminUser, adminSession, customer, view int64) (facts, error) {
	f, err := sqldb.One(ctx, q, scanFacts, factsQuery, adminUser, adminSession, customer, view)
	s.attest(&f)
	return f, err
}

// stayAndFacts is the one look-up of a request in a stay.
var stayAndFacts = `SELECT ` + prefixed(liveColumns) + `, ` + factsColumns + ` FROM impersonation i` + factsJoins + ` WHERE i.session_hash = $1`

// resumed is a stay with the facts about it.
type resumed struct {
	Stay
	facts facts
}

func scanResumed(row sqldb.Scanner) (r resumed, err error) {
	var columns factsRow
	if r.Stay, err = scanLive(alsoScan{row, columns.dest()}); err == nil {
		r.facts = columns.facts()
		r.apply(columns.settings)
	}
	return r, err
}

// apply takes over what a request of a stay needs of the settings.
func (r *resumed) apply(set inForce) {
	r.logViews, r.FreshPages, r.Masks = set.is(LogPageViews), set.is(DisablePageCache), set.is(MaskPersonal)
	r.step, r.longest = set.minutes(SessionMinutes), set.minutes(LongestMinutes)
	r.parentExpiresAt = r.facts.sessionExpires
	r.CanRaise, r.CanPropose = !r.facts.roleViewOnly, r.facts.proposals
}

func scanFacts(row sqldb.Scanner) (facts, error) {
	var columns factsRow
	err := row.Scan(columns.dest()...)
	return columns.facts(), err
}

// factsRow is one row of factsColumns, as they come.
type factsRow struct {
	settings                                inForce
	covered, newest                         int64
	coveredAt                               time.Time
	adminActive, allResources, allWebsites  *bool
	customerActive, viewActive, vip         *bool
	mode, endCause, assistance              *string
	resource, customerInScope, viewInScope  bool
	roleID, customerWebsite, viewWebsite    int64
	ended, seen, expires, until, validAfter time.Time

	stopped       bool
	setBack       bool
	approvedUntil time.Time
	consent       consentRow
}

func (r *factsRow) dest() []any {
	return append([]any{
		(*string)(&r.settings), sqldb.IntoID(&r.covered), sqldb.Into(&r.coveredAt), sqldb.IntoID(&r.newest),
		&r.adminActive, sqldb.IntoID(&r.roleID), &r.allResources, &r.mode, &r.resource,
		sqldb.Into(&r.ended), &r.endCause, sqldb.Into(&r.seen), sqldb.Into(&r.expires),
		&r.customerActive, sqldb.IntoID(&r.customerWebsite), &r.assistance, sqldb.Into(&r.until), sqldb.Into(&r.validAfter),
		&r.allWebsites, &r.customerInScope, &r.viewActive, sqldb.IntoID(&r.viewWebsite), &r.viewInScope,
		&r.stopped, &r.setBack, &r.vip, sqldb.Into(&r.approvedUntil),
	}, r.consent.dest()...)
}

func (r *factsRow) facts() facts {
	f := facts{
		enabled: r.settings.is(Enabled), global: r.settings.text(config.ShareAccounts) == config.ShareGlobal, policy: r.settings.text(ConsentPolicy),
		coveredID: r.covered, coveredAt: r.coveredAt, newestID: r.newest,
		adminFound: r.adminActive != nil, adminActive: is(r.adminActive), roleID: r.roleID,
		allowed: r.resource || is(r.allResources), roleViewOnly: orEmpty(r.mode) == string(acl.ViewOnly),
		sessionFound: !r.expires.IsZero(), sessionEnded: !r.ended.IsZero(), sessionCause: orEmpty(r.endCause),
		sessionSeen: r.seen, sessionExpires: r.expires,
		customerFound: r.customerActive != nil, customerActive: is(r.customerActive), customerWebsite: r.customerWebsite,
		customerInScope: r.customerInScope || is(r.allWebsites),
		assistance:      orEmpty(r.assistance), assistanceUntil: r.until, customerValidAfter: r.validAfter,
		viewFound: r.viewActive != nil, viewActive: is(r.viewActive), viewWebsite: r.viewWebsite,
		viewInScope: r.viewInScope || is(r.allWebsites),
		proposals:   r.settings.is(Proposals),
		stopped:     r.stopped, setBack: r.setBack, approval: r.settings.text(Approvals), vip: is(r.vip), approvedUntil: r.approvedUntil,
	}
	r.consent.into(&f)
	return f
}

func is(b *bool) bool { return b != nil && *b }

// Check implements impersonate.Policy: the same facts and the same judge at
// every step, read through the transaction of the step.
func (s *Service) Check(ctx context.Context, view impersonate.View, i impersonate.Impersonation, step impersonate.Step) error {
	q, tx := querier(view)
	if step == impersonate.StepBegin && tx != nil {
		if err := lockForBegin(ctx, tx, number(i.Actor.ID), number(i.Subject.ID)); err != nil {
			return err
		}
	}
	f, err := s.loadFacts(ctx, q, number(i.Actor.ID), number(i.Parent), number(i.Subject.ID), number(i.Target))
	if err != nil {
		return err
	}
	ask := question{view: true, sessionIdle: s.sessions.AdminIdle(ctx), sealing: s.sealing, request: number(i.Attributes[attrRequestID])}
	if step != impersonate.StepBegin {
		ask.roleID, ask.begun = number(i.Attributes[attrRoleID]), i.BegunAt
	} else if err := f.readBeginning(ctx, q, number(i.Actor.ID), number(i.Parent), s.db.Now()); err != nil {
		return err
	}
	if cause := judge(f, ask, s.db.Now()); cause != "" {
		return impersonate.Refuse(cause, f.refusal(cause, s.db.Now()))
	}
	return nil
}

// refusal words a cause with what the facts say about it.
func (f facts) refusal(cause impersonate.Cause, now time.Time) *Refusal {
	if cause == f.used.cause {
		return f.used.refusal(now)
	}
	return refusal(cause)
}

// querier gives what a view of this package's store reads with, and the change
// it is part of, if any.
func querier(view impersonate.View) (sqldb.Querier, *sqldb.Tx) {
	switch v := view.(type) {
	case sqlTx:
		return v.tx, v.tx
	case sqlView:
		return v.q, nil
	}
	panic("assist: a view of another store")
}
