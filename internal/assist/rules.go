package assist

import (
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/session"
)

// rule is one of the things that must hold for an Admin user to be in a
// customer's account. A new one is a constant in its place, a case of broken,
// and its words in ruleTexts.
type rule int

// The rules, in the order in which they are asked. Whoever asks is told about
// themselves first, so that a refusal says nothing about a customer to those
// who may not help anyone.
const (
	ruleEnabled rule = iota
	ruleNotStopped
	ruleNotSetBack
	ruleSealed
	ruleAdminActive
	ruleSignedIn
	ruleAllowed
	ruleConfirmed
	ruleQuota
	ruleCustomerExists
	ruleInScope
	ruleCustomerActive
	ruleNotSignedOut
	ruleConsent
	ruleStoreView
	ruleApproval
	rulesEnd // how many there are
)

// ruleTexts say what each rule asks for, as a sentence that is true when it
// holds.
var ruleTexts = [rulesEnd]string{
	ruleEnabled:        "Login as Customer is enabled",
	ruleNotStopped:     "No emergency stop is in force",
	ruleNotSetBack:     "The database was not set back to a backup, or that was accepted",
	ruleSealed:         "The action log is sealed and told outside in time",
	ruleAdminActive:    "The Admin user's account is active",
	ruleSignedIn:       "The Admin user is signed in",
	ruleAllowed:        "The role allows Login as Customer",
	ruleConfirmed:      "The Admin user has confirmed that it is them, or need not",
	ruleQuota:          "The Admin user has not used up the sessions of the hour and the day",
	ruleCustomerExists: "The customer exists",
	ruleInScope:        "The role reaches the customer's website",
	ruleCustomerActive: "The customer's account is active",
	ruleNotSignedOut:   "The customer has not signed out everywhere since",
	ruleConsent:        "The customer allows remote shopping assistance",
	ruleStoreView:      "The customer can use the store view",
	ruleApproval:       "A second person has approved, or need not",
}

// judge decides, for the button, for every step of the hand-off, for every
// request of a stay and inside every change: the cause of the first rule that
// is broken, or "".
func judge(f facts, q question, now time.Time) impersonate.Cause {
	for r := range rulesEnd {
		if cause := r.broken(&f, &q, now); cause != "" {
			return cause
		}
	}
	return ""
}

// broken gives the cause for which the rule does not hold, or "". One switch
// and no functions in variables: the facts stay on the stack of each request.
func (r rule) broken(f *facts, q *question, now time.Time) impersonate.Cause {
	switch r {
	case ruleEnabled:
		return unless(f.enabled, impersonate.FeatureOff)
	case ruleNotStopped:
		return unless(!f.stopped, Stopped)
	case ruleNotSetBack:
		return unless(!f.setBack, SetBack)
	case ruleSealed:
		return unless(!q.sealing.Exceeded(f.coveredID, f.newestID, f.coveredAt, now), impersonate.NotRecorded)
	case ruleAdminActive:
		return unless(f.adminFound && f.adminActive, impersonate.ActorInactive)
	case ruleSignedIn:
		return judgeSession(f, q, now)
	case ruleAllowed:
		return unless(f.allowed && (q.roleID == 0 || q.roleID == f.roleID), impersonate.PermissionLost)
	case ruleConfirmed:
		return unless(!f.unconfirmed, Unconfirmed)
	case ruleQuota:
		return f.used.cause
	case ruleCustomerExists:
		return unless(f.customerFound, impersonate.SubjectDeleted)
	case ruleInScope:
		return unless(f.customerInScope && (!q.view || !f.viewFound || f.viewInScope), impersonate.OutOfScope)
	case ruleCustomerActive:
		return unless(f.customerActive, impersonate.SubjectInactive)
	case ruleNotSignedOut:
		return unless(q.begun.IsZero() || !q.begun.Before(f.customerValidAfter), impersonate.SubjectSignedOut)
	case ruleConsent:
		return judgePermission(f, q, now)
	case ruleStoreView:
		return unless(!q.view || f.viewFound && f.viewActive && (f.global || f.viewWebsite == f.customerWebsite), impersonate.TargetUnusable)
	case ruleApproval:
		return unless(!f.needsApproval() || now.Before(f.approvedUntil), ApprovalMissing)
	}
	panic("assist: a rule without a test")
}

// needsApproval tells whether a second person must approve.
func (f *facts) needsApproval() bool {
	return f.approval == ApprovalEveryone || f.approval == ApprovalVIP && f.vip
}

// unless gives the cause where a condition does not hold.
func unless(holds bool, cause impersonate.Cause) impersonate.Cause {
	if holds {
		return ""
	}
	return cause
}

// judgeSession decides whether the Admin session is one to act from. The end
// that a new role brings is told as what it is.
func judgeSession(f *facts, q *question, now time.Time) impersonate.Cause {
	switch {
	case f.sessionEnded && f.sessionCause == string(session.RoleChanged):
		return impersonate.PermissionLost
	case !f.sessionFound || f.sessionEnded || !now.Before(f.sessionExpires) || !now.Before(f.sessionSeen.Add(q.sessionIdle)):
		return impersonate.ActorSignedOut
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
