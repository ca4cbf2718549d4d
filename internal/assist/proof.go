package assist

import (
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/sqldb"
)

// Why consent does not count though the customer's row says yes.
const (
	ConsentUnproved    impersonate.Cause = "consent_unproved"    // no event vouches for it
	ConsentUnconfirmed impersonate.Cause = "consent_unconfirmed" // from before the database was set back
	// SetBack is why nobody may act as a customer while nobody has accepted that
	// the database was set back.
	SetBack impersonate.Cause = "database_set_back"
)

// proof is the event that consent comes from: what it says must be what stands
// in the customer's row, and with a key its receipt must be signed.
type proof struct {
	found   bool
	value   string
	until   time.Time
	at      time.Time
	receipt string
	vouched bool // set by attest
}

// grant is a customer's consent to one request of one Admin user.
type grant struct {
	id    int64
	scope Scope
	until time.Time
	event proof
	// eventScope is the scope that the event states.
	eventScope Scope
}

// consentColumns and consentJoins read the proof of a customer c's general
// answer, and what the customer has granted the Admin user of i: by keys, and
// by indexes that have one row for each.
const (
	consentColumns = `i.customer_id, i.admin_user_id, c.created_at,
	(SELECT value FROM installation WHERE name = '` + epochKey + `'),
	e.value, e.until, e.at, e.receipt,
	g.id, g.scope, g.granted_until, ge.value, ge.until, ge.at, ge.receipt, ge.scope`

	consentJoins = `
	LEFT JOIN consent_event e ON e.id = (SELECT MAX(x.id) FROM consent_event x WHERE x.customer_id = c.id AND x.request_id = 0)
	LEFT JOIN assist_request g ON g.customer_id = c.id AND g.admin_user_id = i.admin_user_id AND g.open
	LEFT JOIN consent_event ge ON ge.id = g.event_id AND ge.request_id = g.id AND ge.customer_id = g.customer_id`
)

// consentRow is one row of consentColumns.
type consentRow struct {
	customer, admin             int64
	epoch, value, receipt       *string
	grantScope                  *string
	grantValue, grantReceipt    *string
	eventScope                  *string
	since, until, at            time.Time
	grant                       int64
	grantUntil, evUntil, evTime time.Time
}

func (r *consentRow) dest() []any {
	return []any{
		&r.customer, &r.admin, sqldb.Into(&r.since), &r.epoch,
		&r.value, sqldb.Into(&r.until), sqldb.Into(&r.at), &r.receipt,
		sqldb.IntoID(&r.grant), &r.grantScope, sqldb.Into(&r.grantUntil), &r.grantValue, sqldb.Into(&r.evUntil), sqldb.Into(&r.evTime), &r.grantReceipt, &r.eventScope,
	}
}

func (r *consentRow) into(f *facts) {
	f.customerID, f.adminUserID, f.customerSince = r.customer, r.admin, r.since
	f.epoch = epochOf(r.epoch)
	f.answer = proof{found: r.value != nil, value: orEmpty(r.value), until: r.until, at: r.at, receipt: orEmpty(r.receipt)}
	if r.grant != 0 {
		f.grant = grant{
			id: r.grant, scope: Scope(orEmpty(r.grantScope)), until: r.grantUntil, eventScope: Scope(orEmpty(r.eventScope)),
			event: proof{found: r.grantValue != nil, value: orEmpty(r.grantValue), until: r.evUntil, at: r.evTime, receipt: orEmpty(r.grantReceipt)},
		}
	}
}

// attest looks at the evidence: whether events vouch for what the facts say. It
// comes between reading facts and judging them.
func (s *Service) attest(f *facts) {
	f.answer.vouched = f.assistance == consentUnset && !f.answer.found
	if f.answer.found && f.answer.value == f.assistance && f.answer.until.Equal(f.assistanceUntil) {
		f.answer.vouched = s.signed(f.answer.receipt, statement{customer: f.customerID, answer: f.assistance, until: f.assistanceUntil, at: f.answer.at})
	}
	if g := &f.grant; g.id != 0 && g.event.found && g.event.value == answerGranted && g.event.until.Equal(g.until) && g.eventScope == g.scope {
		g.event.vouched = s.signed(g.event.receipt, statement{
			customer: f.customerID, answer: answerGranted, until: g.until, admin: f.adminUserID, scope: g.scope, at: g.event.at,
		})
	}
}

// signed tells whether a receipt is signed and begins with a statement. Without
// a key there are no signatures, and the event itself has to do.
func (s *Service) signed(receipt string, about statement) bool {
	if s.notary == nil {
		return true
	}
	text, err := s.notary.Open(receipt)
	return err == nil && strings.HasPrefix(text, about.String())
}

// scopeOf is what a stay may change: the grant's scope where it rests on one.
func (f *facts) scopeOf(stay Stay) Scope {
	if stay.RequestID == 0 {
		return Everything
	}
	return f.grant.scope
}

// judgePermission decides whether the customer agrees: in general, or, where
// the stay rests on a request, to that.
func judgePermission(f *facts, q *question, now time.Time) impersonate.Cause {
	if !q.begun.IsZero() && !q.begun.After(f.epoch) {
		return ConsentUnconfirmed
	}
	if q.request != 0 {
		return judgeGrant(f, q.request, now)
	}
	cause := judgeAnswer(f, now)
	if cause != "" && q.either && judgeGrant(f, f.grant.id, now) == "" {
		return ""
	}
	return cause
}

// judgeAnswer decides whether the customer's general answer lets staff in, and
// whether it can be believed.
func judgeAnswer(f *facts, now time.Time) impersonate.Cause {
	cause := judgeConsent(f.policy, f.assistance, f.assistanceUntil, now)
	if cause != "" || f.policy == PolicyNotRequired {
		return cause
	}
	given := f.answer.at
	if !f.answer.found {
		given = f.customerSince // who never answered may have said no since
	}
	switch {
	case !f.answer.vouched:
		return ConsentUnproved
	case !f.epoch.IsZero() && !given.After(f.epoch):
		return ConsentUnconfirmed
	}
	return ""
}

// onGrant tells whether a stay begun now would rest on what the customer has
// granted this Admin user, because their general answer lets nobody in.
func (f *facts) onGrant(now time.Time) bool {
	return f.grant.id != 0 && judgeAnswer(f, now) != "" && judgeGrant(f, f.grant.id, now) == ""
}

// judgeGrant decides whether a request was granted and the grant still counts.
func judgeGrant(f *facts, request int64, now time.Time) impersonate.Cause {
	g := &f.grant
	switch {
	case g.id == 0 || g.id != request || g.until.IsZero():
		return impersonate.ConsentWithdrawn
	case !now.Before(g.until):
		return impersonate.ConsentExpired
	case !g.event.vouched:
		return ConsentUnproved
	case !g.event.at.After(f.epoch):
		return ConsentUnconfirmed
	}
	return ""
}

// epochKey is where an installation keeps the time before which consent must be
// given again.
const epochKey = "consent_epoch"

func epochOf(v *string) time.Time {
	us, err := strconv.ParseInt(orEmpty(v), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return sqldb.Time(us)
}
