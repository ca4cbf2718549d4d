package assist

import (
	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/fault"
)

// Refusal says why somebody may not act as a customer, in a sentence, and what
// to do about it. As an error it is a fault of kind Denied whose code is the
// cause.
type Refusal struct {
	Cause   impersonate.Cause
	Message string // why not
	Remedy  string // what to do; may be empty
}

func (r *Refusal) Error() string { return string(r.Cause) + ": " + r.Message }

// Unwrap makes a Refusal a fault.
func (r *Refusal) Unwrap() error {
	message := r.Message
	if r.Remedy != "" {
		message += " " + r.Remedy
	}
	return &fault.Error{Kind: fault.Denied, Message: message, Code: string(r.Cause)}
}

// texts are the words for each cause: a label for logs and filters, why a stay
// cannot begin, what to do about it, and why a running one has ended.
var texts = map[impersonate.Cause]struct{ label, why, remedy, ended string }{
	impersonate.FeatureOff: {
		"Login as Customer switched off", "Login as Customer is switched off.",
		"It is enabled under Stores > Settings > Configuration > Customers > Login as Customer.", "Login as Customer was switched off.",
	},
	Stopped: {
		"Emergency stop", "Login as Customer is stopped for everybody.",
		"Ask whoever stopped it; it is resumed under Customers > Emergency Stop.", "Login as Customer was stopped for everybody.",
	},
	SetBack: {
		"Database set back", "The database was set back to a backup, so nobody may act as a customer until that is accepted.",
		"Tell whoever runs the server: storehand audit accept-restore. Customers are then asked to confirm their consent.",
		"The database was set back to a backup.",
	},
	QuotaHourSpent: {label: "Too many sessions within an hour", why: "You have begun too many sessions within an hour.", remedy: "Try again later."},
	QuotaDaySpent:  {label: "Too many sessions within a day", why: "You have begun too many sessions within a day.", remedy: "Try again later."},
	Unconfirmed: {
		label: "Not confirmed", why: "Confirm that it is you before you log in as a customer.",
		remedy: "It takes a moment: your passkey, the code of your authenticator app, or your password.",
	},
	ApprovalMissing: {
		"No second approval", "A second person has to approve this first.",
		"Press Login as Customer to ask for it.", "The second person's approval is over, was taken back, or has become necessary.",
	},
	impersonate.PermissionLost: {
		"Permission lost", "Your role does not allow Login as Customer.",
		"Ask an administrator for the resource Allow Login as Customer.", "Your role no longer allows it.",
	},
	impersonate.OutOfScope: {
		"Outside of the role's websites", "Your role does not reach this website.",
		"Ask a colleague whose role covers it, or an administrator.", "Your role no longer reaches this website.",
	},
	impersonate.ActorInactive: {
		"Admin user disabled", "Your Admin account is not active.", "Ask an administrator.", "The Admin account was disabled.",
	},
	impersonate.ActorSignedOut: {
		"Admin user signed out", "Your Admin session is over.", "Sign in to the Admin again.", "The Admin session it was begun from is over.",
	},
	impersonate.ConsentMissing: {
		"No consent", "The customer has not allowed remote shopping assistance.",
		"Ask the customer to tick “Allow remote shopping assistance” under Account Information.", "The customer's consent is missing.",
	},
	impersonate.ConsentWithdrawn: {
		"Consent withdrawn", "The customer does not allow remote shopping assistance.",
		"Ask the customer to tick “Allow remote shopping assistance” under Account Information.", "The customer has withdrawn the consent.",
	},
	ConsentUnproved: {
		"Consent without a valid record", "The customer's consent has no valid record.",
		"Ask the customer to allow it once more. Tell an administrator: somebody may have changed the database.", "The customer's consent has no valid record.",
	},
	ConsentUnconfirmed: {
		"Consent from before a restore", "The database was set back to a backup: consent from before must be confirmed.",
		"Ask the customer to confirm it on the Support access page.",
		"The database was set back to a backup.",
	},
	impersonate.ConsentExpired: {
		"Consent expired", "The customer's consent has run out.",
		"Ask the customer to save “Allow remote shopping assistance” under Account Information again.", "The customer's consent has run out.",
	},
	impersonate.SubjectInactive: {
		"Customer inactive", "The customer's account is not active.", "Activate it on the customer's page first.", "The customer's account was deactivated.",
	},
	impersonate.SubjectSignedOut: {
		"Customer signed out everywhere", "The customer has just ended all sessions.", "Begin again.",
		"The customer has a new password, or was signed out everywhere.",
	},
	impersonate.SubjectDeleted: {
		"Customer deleted", "This customer no longer exists.", "", "The customer's account was deleted.",
	},
	impersonate.TargetUnusable: {
		"Store view closed to the customer", "The customer cannot use this store view.", "Choose another one.", "The store view was closed to the customer.",
	},
	impersonate.NotRecorded: {
		"Action log not kept safe", "The action log cannot be kept safe right now, so nobody may act as a customer.",
		"Tell whoever runs the shop: the log's witness does not answer.", "The action log could not be kept safe.",
	},
	impersonate.ClosedByActor:      {label: "Closed by the Admin user", ended: "You have closed the session."},
	impersonate.ClosedBySubject:    {label: "Ended by the customer", ended: "The customer has ended the session."},
	impersonate.ClosedBySupervisor: {label: "Ended by a supervisor", ended: "Another Admin user has ended the session."},
	impersonate.TimeUp:             {label: "Time up", ended: "The time for one session is up."},
	impersonate.Idle:               {label: "Idle too long", ended: "Nothing happened for too long."},
	impersonate.Replaced:           {label: "Replaced by another session", ended: "You have begun another session."},
	impersonate.CodeReplayed:       {label: "Code presented twice", ended: "The code of this session was presented by another browser."},
	impersonate.NeverEntered:       {label: "Never entered", ended: "The session was not entered in time."},

	impersonate.CodeUnknown:      {label: "Unknown code"},
	impersonate.CodeLate:         {label: "Code too late"},
	impersonate.CodeUsed:         {label: "Code already used"},
	impersonate.CodeMinted:       {label: "Authorised a second time"},
	impersonate.ChallengeInvalid: {label: "Invalid challenge"},
	impersonate.WrongParent:      {label: "Another Admin session"},
	impersonate.Unknown:          {label: "Unknown request"},
	impersonate.AlreadyEnded:     {label: "Already ended"},
	impersonate.Nested:           {label: "Asked for during a session", why: "You are in a customer's account.", remedy: "Begin from the Admin."},
	impersonate.Oneself:          {label: "Actor and subject are one"},
}

// CauseLabel names a cause in a few words, for logs and filters.
func CauseLabel(c impersonate.Cause) string {
	if t, ok := texts[c]; ok {
		return t.label
	}
	return string(c)
}

// EndCauses are the causes a stay can end with, for the log's filter.
var EndCauses = []impersonate.Cause{
	impersonate.ClosedByActor, impersonate.ClosedBySubject, impersonate.ClosedBySupervisor,
	impersonate.ConsentWithdrawn, impersonate.ConsentExpired, impersonate.ConsentMissing, ConsentUnproved, ConsentUnconfirmed,
	impersonate.FeatureOff, Stopped, SetBack, ApprovalMissing, impersonate.PermissionLost, impersonate.OutOfScope,
	impersonate.ActorInactive, impersonate.ActorSignedOut, impersonate.SubjectInactive, impersonate.SubjectSignedOut, impersonate.SubjectDeleted,
	impersonate.TargetUnusable, impersonate.NotRecorded, impersonate.TimeUp, impersonate.Idle, impersonate.Replaced,
	impersonate.CodeReplayed, impersonate.NeverEntered,
}

// refusal words a cause for somebody who wants to begin.
func refusal(c impersonate.Cause) *Refusal {
	t := texts[c]
	if t.why == "" {
		t.why = "This is not possible."
	}
	return &Refusal{Cause: c, Message: t.why, Remedy: t.remedy}
}

// gone words a cause for somebody whose stay is over.
func gone(c impersonate.Cause, err error) error {
	return &fault.Error{Kind: fault.Gone, Message: EndedText(c), Code: string(c), Err: err}
}

// EndedText says in sentences why a stay has ended.
func EndedText(c impersonate.Cause) string {
	why := texts[c].ended
	if why == "" {
		why = "It was ended."
	}
	return "The assistance session has ended. " + why
}
