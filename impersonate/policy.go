package impersonate

import (
	"context"
	"errors"
	"fmt"
)

// Step is a moment at which the [Policy] is asked.
type Step string

// The steps, in the order in which one stay meets them.
const (
	StepBegin     Step = "begin"     // the actor asks to act as the subject
	StepAuthorize Step = "authorize" // a code is about to be minted
	StepEnter     Step = "enter"     // a code is about to become a session
	StepResume    Step = "resume"    // a request arrives in the session
	StepWrite     Step = "write"     // a change is about to be made as the subject
)

// Policy is the application's one authorisation function.
//
// Check answers nil, or an error made with [Refuse] whose cause says why not:
// the step is refused and, from StepAuthorize on, the impersonation ends with
// that cause. Any other error is a failure: the step fails, nothing ends.
//
// Check must answer from the state of the view, so that the answer and the
// step it belongs to are one transaction. An application reaches its own
// tables by asserting the view to the type its Store passes. It must not
// remember answers: each step asks because the answer may have changed. At
// every step it is given the impersonation as it stands: at StepBegin not yet
// stored, at StepEnter with the code already spent (and rolled back when the
// answer is no).
type Policy interface {
	Check(ctx context.Context, view View, i Impersonation, step Step) error
}

// PolicyFunc is a function used as a [Policy].
type PolicyFunc func(ctx context.Context, view View, i Impersonation, step Step) error

// Check calls f.
func (f PolicyFunc) Check(ctx context.Context, view View, i Impersonation, step Step) error {
	return f(ctx, view, i, step)
}

// Cause says why an impersonation ended or a step was refused. Causes are
// stored, so their values are stable; an application may add its own.
type Cause string

// Why an impersonation ended. The causes of [Policy] refusals are also used
// where a step is refused before anything could end.
const (
	ClosedByActor      Cause = "closed_by_actor"      // the actor left
	ClosedBySubject    Cause = "closed_by_subject"    // the subject ended it
	ClosedBySupervisor Cause = "closed_by_supervisor" // a third person ended it
	ConsentMissing     Cause = "consent_missing"      // the subject never agreed
	ConsentWithdrawn   Cause = "consent_withdrawn"    // the subject took it back
	ConsentExpired     Cause = "consent_expired"      // the agreement ran out
	FeatureOff         Cause = "feature_off"          // impersonation is switched off
	PermissionLost     Cause = "permission_lost"      // the actor may not (any more)
	OutOfScope         Cause = "out_of_scope"         // the actor may not help this subject, or not there
	ActorInactive      Cause = "actor_inactive"       // the actor's account is disabled or gone
	ActorSignedOut     Cause = "actor_signed_out"     // the session it was begun from is over
	SubjectInactive    Cause = "subject_inactive"     // the subject's account is disabled
	SubjectSignedOut   Cause = "subject_signed_out"   // the subject ended all sessions from before
	SubjectDeleted     Cause = "subject_deleted"      // the subject's account is gone
	TargetUnusable     Cause = "target_unusable"      // the place it leads to is closed to the subject
	NotRecorded        Cause = "not_recorded"         // the record of what is done cannot be kept safe
	TimeUp             Cause = "time_up"              // the absolute limit passed
	Idle               Cause = "idle"                 // nothing happened for too long
	Replaced           Cause = "replaced"             // the actor began another one
	CodeReplayed       Cause = "code_replayed"        // another browser or another place presented the code
	NeverEntered       Cause = "never_entered"        // nobody came within the time for it
)

// Why a step was refused, beyond the causes above. They are for the log: the
// person sees the same answer for each.
const (
	CodeUnknown      Cause = "code_unknown"      // no such code
	CodeLate         Cause = "code_late"         // older than its lifetime
	CodeUsed         Cause = "code_used"         // already spent
	CodeMinted       Cause = "code_minted"       // authorize asked a second time
	ChallengeInvalid Cause = "challenge_invalid" // not an S256 challenge
	WrongParent      Cause = "wrong_parent"      // not the session that began it
	Unknown          Cause = "unknown"           // no such impersonation
	AlreadyEnded     Cause = "already_ended"     // it ended before
	Nested           Cause = "nested"            // asked for from inside an impersonation
	Oneself          Cause = "oneself"           // actor and subject are one person
)

var (
	// ErrRefused is what every [Refusal] is, for [errors.Is].
	ErrRefused = errors.New("impersonate: refused")
	// ErrEnded is what every [EndedError] is, for [errors.Is].
	ErrEnded = errors.New("impersonate: the impersonation has ended")
	// ErrViewOnly refuses a write in a stay of [ViewOnly] mode.
	ErrViewOnly = errors.New("impersonate: this impersonation may only look")
	// ErrNotFound is a [View]'s answer when there is no such impersonation,
	// and [Manager.Resume]'s for a token that nobody was ever given.
	ErrNotFound = errors.New("impersonate: not found")
	// ErrConflict is [Tx.Insert]'s answer when the actor has a live
	// impersonation already. The Manager then runs the step again.
	ErrConflict = errors.New("impersonate: the actor has another live impersonation")
)

// Refusal is the error of a step that was not taken. Its text is the same
// whatever the cause, so that showing it gives nothing away; the cause is for
// the log, and, before a code exists, for the actor.
type Refusal struct {
	// Step that was refused; empty while a Policy has not returned.
	Step Step
	// Cause of the refusal, for the log.
	Cause Cause
	// Impersonation that was meant, as far as it is known.
	Impersonation Impersonation
	// Err is what the application said about it, or nil.
	Err error
}

// Refuse makes a [Policy]'s answer "no". The error, which may be nil, is the
// application's own explanation and is found again with [errors.As].
func Refuse(cause Cause, err error) error { return &Refusal{Cause: cause, Err: err} }

// Error gives the same sentence for every refusal.
func (*Refusal) Error() string { return ErrRefused.Error() }

// Is makes a Refusal an [ErrRefused].
func (*Refusal) Is(target error) bool { return target == ErrRefused }

// Unwrap gives the application's explanation.
func (r *Refusal) Unwrap() error { return r.Err }

// EndedError is the error of [Manager.Resume] and [Manager.Guard] for a stay
// that is over.
type EndedError struct {
	// Impersonation with its EndedAt and Cause.
	Impersonation Impersonation
	// Err is what the Policy said when it ended the stay just now, or nil.
	Err error
}

// Error names the cause.
func (e *EndedError) Error() string {
	return fmt.Sprintf("%v: %s", ErrEnded, e.Impersonation.Cause)
}

// Is makes an EndedError an [ErrEnded].
func (*EndedError) Is(target error) bool { return target == ErrEnded }

// Unwrap gives the Policy's own words.
func (e *EndedError) Unwrap() error { return e.Err }
