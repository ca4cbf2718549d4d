package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// facts is all that decides whether an Admin user may be in a customer's
// account, read in one query and never kept.
type facts struct {
	enabled bool
	global  bool   // customer accounts are shared globally
	policy  string // consent policy of the customer's website

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
	customerInScope               bool // the role reaches the customer's website
	assistance                    string
	assistanceUntil               time.Time // zero: until withdrawn

	viewFound, viewActive bool
	viewWebsite           int64
	viewInScope           bool
}

// question is what is judged beside the facts.
type question struct {
	// roleID is the role the stay was begun with, 0 before that.
	roleID int64
	// view tells that a store view is meant; offers are made without one.
	view bool
	// sessionIdle is how long an Admin session lives without a request.
	sessionIdle time.Duration
}

// judge decides, for the button, for every step of the hand-off, for every
// request of a stay and inside every change. Whoever asks is told about
// themselves first, so that a refusal says nothing about a customer to those
// who may not help anyone.
func judge(f facts, q question, now time.Time) impersonate.Cause {
	switch {
	case !f.enabled:
		return impersonate.FeatureOff
	case !f.adminFound || !f.adminActive:
		return impersonate.ActorInactive
	case f.sessionEnded && f.sessionCause == string(session.RoleChanged):
		return impersonate.PermissionLost
	case !f.sessionFound || f.sessionEnded || !now.Before(f.sessionExpires) || !now.Before(f.sessionSeen.Add(q.sessionIdle)):
		return impersonate.ActorSignedOut
	case !f.allowed, q.roleID != 0 && q.roleID != f.roleID:
		return impersonate.PermissionLost
	case !f.customerFound:
		return impersonate.SubjectDeleted
	case !f.customerInScope, q.view && f.viewFound && !f.viewInScope:
		return impersonate.OutOfScope
	case !f.customerActive:
		return impersonate.SubjectInactive
	}
	if cause := judgeConsent(f.policy, f.assistance, f.assistanceUntil, now); cause != "" {
		return cause
	}
	if q.view && (!f.viewFound || !f.viewActive || !f.global && f.viewWebsite != f.customerWebsite) {
		return impersonate.TargetUnusable
	}
	return ""
}

// judgeConsent decides whether a customer's answer is consent under a policy.
func judgeConsent(policy, answer string, until, now time.Time) impersonate.Cause {
	expired := answer == consentAllowed && !until.IsZero() && !now.Before(until)
	switch {
	case policy == PolicyNotRequired:
		return ""
	case answer == consentDenied:
		return impersonate.ConsentWithdrawn
	case policy == PolicyOptOut:
		return ""
	case expired:
		return impersonate.ConsentExpired
	case answer != consentAllowed:
		return impersonate.ConsentMissing
	}
	return ""
}

// factsQuery takes the Admin user, their session, the customer, the store view
// and the resource. Every look-up is by primary key.
const factsQuery = `SELECT
	(SELECT value FROM config_value WHERE path = 'assist.enabled' AND scope = 'default' AND scope_id = 0),
	(SELECT value FROM config_value WHERE path = 'customer.share_accounts' AND scope = 'default' AND scope_id = 0),
	COALESCE((SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'website' AND scope_id = c.website_id),
		(SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'default' AND scope_id = 0)),
	u.active, u.role_id, r.all_resources, r.assist_mode,
	EXISTS (SELECT 1 FROM admin_role_resource p WHERE p.role_id = u.role_id AND p.resource = $5),
	s.ended_at, s.end_cause, s.last_seen_at, s.expires_at,
	c.active, c.website_id, c.assistance, c.assistance_until,
	r.all_websites,
	EXISTS (SELECT 1 FROM admin_role_website w WHERE w.role_id = u.role_id AND w.website_id = c.website_id),
	v.active, v.website_id,
	EXISTS (SELECT 1 FROM admin_role_website w WHERE w.role_id = u.role_id AND w.website_id = v.website_id)
	FROM (SELECT 1 AS one) k
	LEFT JOIN admin_user u ON u.id = $1
	LEFT JOIN admin_role r ON r.id = u.role_id
	LEFT JOIN admin_session s ON s.id = $2 AND s.admin_user_id = $1
	LEFT JOIN customer c ON c.id = $3
	LEFT JOIN store_view v ON v.id = $4`

// loadFacts reads the facts about an Admin user, in one of their sessions, a
// customer and a store view, any of which may not exist.
func loadFacts(ctx context.Context, q sqldb.Querier, adminUser, adminSession, customer, view int64) (facts, error) {
	return sqldb.One(ctx, q, scanFacts, factsQuery, adminUser, adminSession, customer, view, string(acl.AssistLogin))
}

func scanFacts(row sqldb.Scanner) (facts, error) {
	var (
		f                                  facts
		enabled, share, policy, mode       *string
		adminActive, all, allSites         *bool
		customerActive, viewActive         *bool
		resource, customerSite, viewSite   bool
		ended, seen, expires, until        time.Time
		assistance, endCause               *string
		roleID, customerWebsite, viewWebID int64
	)
	err := row.Scan(&enabled, &share, &policy,
		&adminActive, sqldb.IntoID(&roleID), &all, &mode, &resource,
		sqldb.Into(&ended), &endCause, sqldb.Into(&seen), sqldb.Into(&expires),
		&customerActive, sqldb.IntoID(&customerWebsite), &assistance, sqldb.Into(&until),
		&allSites, &customerSite, &viewActive, sqldb.IntoID(&viewWebID), &viewSite)
	if err != nil {
		return f, err
	}
	f.enabled, f.global, f.policy = isEnabled(enabled), isGlobal(share), consentPolicy(policy)
	f.adminFound, f.adminActive, f.roleID = adminActive != nil, is(adminActive), roleID
	f.allowed = resource || is(all)
	f.roleViewOnly = orEmpty(mode) == string(acl.ViewOnly)
	f.sessionFound, f.sessionEnded = !expires.IsZero(), !ended.IsZero()
	f.sessionCause = orEmpty(endCause)
	f.sessionSeen, f.sessionExpires = seen, expires
	f.customerFound, f.customerActive, f.customerWebsite = customerActive != nil, is(customerActive), customerWebsite
	f.assistance, f.assistanceUntil = orEmpty(assistance), until
	f.customerInScope = customerSite || is(allSites)
	f.viewFound, f.viewActive, f.viewWebsite = viewActive != nil, is(viewActive), viewWebID
	f.viewInScope = viewSite || is(allSites)
	return f, nil
}

func is(b *bool) bool { return b != nil && *b }

// Check implements impersonate.Policy: the same facts and the same judge at
// every step, read through the transaction of the step.
func (s *Service) Check(ctx context.Context, view impersonate.View, i impersonate.Impersonation, step impersonate.Step) error {
	q, tx := querier(view)
	if step == impersonate.StepBegin && tx != nil {
		// Whoever withdraws consent now waits for this new stay, or we for them.
		if _, err := tx.Exec(ctx, `UPDATE customer SET assistance = assistance WHERE id = $1`, number(i.Subject.ID)); err != nil {
			return err
		}
	}
	f, err := loadFacts(ctx, q, number(i.Actor.ID), number(i.Parent), number(i.Subject.ID), number(i.Target))
	if err != nil {
		return err
	}
	ask := question{view: true, sessionIdle: s.sessions.AdminIdle(ctx)}
	if step != impersonate.StepBegin {
		ask.roleID = number(i.Attributes[attrRoleID])
	}
	if cause := judge(f, ask, s.db.Now()); cause != "" {
		return impersonate.Refuse(cause, refusal(cause))
	}
	return nil
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
