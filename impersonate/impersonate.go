package impersonate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Defaults of a [Request] and of a [Manager].
const (
	// DefaultLength is how long a stay lasts at most.
	DefaultLength = 60 * time.Minute
	// DefaultIdle is how long a stay lasts without a request.
	DefaultIdle = 15 * time.Minute
	// DefaultRequestLifetime is how long the hand-off may take from Begin to
	// Authorize.
	DefaultRequestLifetime = 5 * time.Minute
	// DefaultTouchEvery is the precision of LastUsedAt.
	DefaultTouchEvery = 30 * time.Second
)

// Party is a person. Two parties are the same person when Kind and ID agree.
type Party struct {
	Kind string // which set of people the ID counts in, such as "staff"; may be empty
	ID   string // never empty
	Name string // for people to read, as it was when the impersonation began
}

// Same tells whether both are one person, whatever their names.
func (p Party) Same(q Party) bool { return p.Kind == q.Kind && p.ID == q.ID }

// Mode says what a stay may do.
type Mode string

// The modes.
const (
	CanChange Mode = "can_change" // everything the application allows
	ViewOnly  Mode = "view_only"  // looking only; [Manager.Guard] refuses writes
)

// State is a stage of an impersonation's life.
type State string

// The states, in order. Only Begun can be skipped over, by ending.
const (
	Begun   State = "begun"   // asked for; a code may have been minted
	Entered State = "entered" // there is a session
	Ended   State = "ended"   // over, for the reason in Cause
)

// Impersonation is one stay of one actor in one subject's account, from the
// wish for it to its end.
type Impersonation struct {
	ID      string // public: 32 hexadecimal digits, no secret
	Actor   Party  // who really acts
	Subject Party  // whose account it is

	// Parent is the public id of the actor's own session it was begun from,
	// and ParentExpiresAt that session's last moment: no stay outlives it.
	Parent          string
	ParentExpiresAt time.Time

	// Audience is the origin (RFC 6454: scheme, host, port) that alone may
	// redeem the code.
	Audience string
	// Target is where in the audience it leads; its meaning is the application's.
	Target string

	Mode       Mode
	Reason     string            // why, in the actor's words
	Attributes map[string]string // what else the application wants to keep; never secrets

	Length time.Duration // absolute limit, counted from EnteredAt
	Idle   time.Duration // limit between two requests

	BegunAt    time.Time
	EnteredAt  time.Time // zero until entered
	LastUsedAt time.Time // BegunAt until entered
	// ExpiresAt is the first moment at which it cannot go on: the time for
	// the hand-off while begun, the absolute limit once entered.
	ExpiresAt time.Time
	EndedAt   time.Time // zero until ended
	Cause     Cause     // why it ended

	Code    Code // what is kept of the code
	Session Hash // of the session token; zero until entered
}

// State tells the stage it has reached.
func (i Impersonation) State() State {
	switch {
	case !i.EndedAt.IsZero():
		return Ended
	case !i.EnteredAt.IsZero():
		return Entered
	}
	return Begun
}

// Live tells whether nothing has ended it at this moment: no one, and no limit.
func (i Impersonation) Live(now time.Time) bool { return i.overdue(now) == "" && i.EndedAt.IsZero() }

// Due gives the last moment for which it is Live if nobody does anything.
func (i Impersonation) Due() time.Time {
	if idle := i.LastUsedAt.Add(i.Idle); !i.EnteredAt.IsZero() && idle.Before(i.ExpiresAt) {
		return idle
	}
	return i.ExpiresAt
}

// overdue gives the limit that has passed, or "".
func (i Impersonation) overdue(now time.Time) Cause {
	switch {
	case now.Before(i.Due()):
		return ""
	case i.EnteredAt.IsZero():
		return NeverEntered
	case now.Before(i.ExpiresAt):
		return Idle
	}
	return TimeUp
}

// Request is the wish for an impersonation.
type Request struct {
	Actor, Subject  Party
	Parent          string    // public id of the actor's session; required
	ParentExpiresAt time.Time // when that session ends at the latest; zero: no limit
	Audience        string    // origin that may redeem the code; required
	Target          string
	Mode            Mode          // CanChange if empty
	Length, Idle    time.Duration // the defaults if zero
	Reason          string
	Attributes      map[string]string
}

// Authorization is asked for by the actor's site when the subject's site has
// sent the browser back.
type Authorization struct {
	ID        string // the impersonation, as [Manager.Begin] named it
	Actor     Party  // who is asking, from the actor's own session
	Parent    string // the session they are asking in
	Challenge string // the S256 challenge of the subject's site
}

// Grant is a minted code and where it must be sent.
type Grant struct {
	Impersonation Impersonation
	Code          Secret // to be sent in the body of a POST to Audience
}

// Redemption is a code brought to the subject's site.
type Redemption struct {
	Code     string // as received
	Verifier string // from the browser's cookie; empty if there is none
	Audience string // the origin the request arrived at
	Session  string // the stay's token this browser already has, if any
}

// Stay is a session made by [Manager.Enter].
type Stay struct {
	Impersonation Impersonation
	// Token of the session, shown only here. Empty when the browser that
	// entered has merely sent its form again and has the token already.
	Token Secret
}

// Clock gives the present time.
type Clock func() time.Time

// Manager leads impersonations through their life. Its methods may be called
// from many goroutines and on many nodes: all state is the Store's.
type Manager struct {
	store           Store
	policy          Policy
	now             Clock
	codeLifetime    time.Duration
	requestLifetime time.Duration
	touchEvery      time.Duration
}

// Option changes a default of [New].
type Option func(*Manager)

// WithClock replaces [time.Now].
func WithClock(c Clock) Option { return func(m *Manager) { m.now = c } }

// WithCodeLifetime replaces [DefaultCodeLifetime].
func WithCodeLifetime(d time.Duration) Option { return func(m *Manager) { m.codeLifetime = d } }

// WithRequestLifetime replaces [DefaultRequestLifetime].
func WithRequestLifetime(d time.Duration) Option { return func(m *Manager) { m.requestLifetime = d } }

// WithTouchEvery replaces [DefaultTouchEvery]: Resume writes LastUsedAt no more
// often than this, so a stay may be called idle that much too early.
func WithTouchEvery(d time.Duration) Option { return func(m *Manager) { m.touchEvery = d } }

// New gives a Manager over a store and a policy.
func New(store Store, policy Policy, options ...Option) *Manager {
	m := &Manager{
		store:           store,
		policy:          policy,
		now:             time.Now,
		codeLifetime:    DefaultCodeLifetime,
		requestLifetime: DefaultRequestLifetime,
		touchEvery:      DefaultTouchEvery,
	}
	for _, o := range options {
		o(m)
	}
	return m
}

// time is the present in the precision a Store keeps, so that what a step
// gives and what is found later are equal.
func (m *Manager) time() time.Time { return m.now().UTC().Truncate(time.Microsecond) }

// Begin records the wish to act as somebody, if the policy allows it, and ends
// the actor's earlier impersonation with [Replaced] in the same transaction.
// From inside an impersonation it is refused: the actor's own session begins
// stays, never another stay.
func (m *Manager) Begin(ctx context.Context, r Request) (Impersonation, error) {
	i, err := m.plan(r)
	if err != nil {
		return Impersonation{}, err
	}
	if _, inside := From(ctx); inside {
		return Impersonation{}, m.refuse(ctx, StepBegin, Nested, i)
	}
	if i.Actor.Same(i.Subject) {
		return Impersonation{}, m.refuse(ctx, StepBegin, Oneself, i)
	}
	// A parallel Begin of the same actor shows as a conflict; the next try
	// sees it and replaces it.
	for try := 0; ; try++ {
		err = m.store.Atomically(ctx, EventBegun, func(ctx context.Context, tx Tx) error { return m.begin(ctx, tx, i) })
		if !errors.Is(err, ErrConflict) || try == 9 {
			break
		}
	}
	if err != nil {
		return Impersonation{}, m.refused(ctx, err, StepBegin, i)
	}
	return i, nil
}

func (m *Manager) begin(ctx context.Context, tx Tx, i Impersonation) error {
	if err := m.policy.Check(ctx, tx, i, StepBegin); err != nil {
		return err
	}
	earlier, err := tx.Live(ctx, Filter{Actor: i.Actor})
	if err != nil {
		return err
	}
	for _, e := range earlier {
		if _, err := tx.End(ctx, e.ID, Replaced, i.BegunAt); err != nil {
			return err
		}
	}
	return tx.Insert(ctx, i)
}

// plan turns a request into a begun impersonation with its limits.
func (m *Manager) plan(r Request) (Impersonation, error) {
	if r.Actor.ID == "" || r.Subject.ID == "" || r.Parent == "" || r.Audience == "" {
		return Impersonation{}, errors.New("impersonate: Begin needs an actor, a subject, a parent session and an audience")
	}
	if r.Mode == "" {
		r.Mode = CanChange
	}
	if r.Length <= 0 {
		r.Length = DefaultLength
	}
	if r.Idle <= 0 {
		r.Idle = DefaultIdle
	}
	now := m.time()
	return Impersonation{
		ID:    newID(),
		Actor: r.Actor, Subject: r.Subject,
		Parent: r.Parent, ParentExpiresAt: r.ParentExpiresAt.UTC().Truncate(time.Microsecond),
		Audience: r.Audience, Target: r.Target,
		Mode: r.Mode, Reason: r.Reason, Attributes: r.Attributes,
		Length: r.Length, Idle: r.Idle,
		BegunAt: now, LastUsedAt: now,
		ExpiresAt: earliest(now.Add(m.requestLifetime), r.ParentExpiresAt),
	}, nil
}

// earliest gives the earlier time, where a zero limit is none.
func earliest(t, limit time.Time) time.Time {
	if !limit.IsZero() && limit.Before(t) {
		return limit
	}
	return t
}

// Authorize mints the code, once for each impersonation: the first challenge
// wins, and a reload or another challenge is refused. Only the actor's session
// that began it may ask.
func (m *Manager) Authorize(ctx context.Context, a Authorization) (Grant, error) {
	var (
		i    Impersonation
		code = Secret(random())
		now  = m.time()
	)
	err := m.store.Atomically(ctx, EventAuthorized, func(ctx context.Context, tx Tx) (err error) {
		if i, err = tx.Find(ctx, a.ID); err != nil {
			return notFound(err, Unknown)
		}
		if cause := m.mayAuthorize(i, a, now); cause != "" {
			return Refuse(cause, nil)
		}
		i.Code = Code{Hash: HashOf(code), Challenge: a.Challenge, ExpiresAt: earliest(now.Add(m.codeLifetime), i.ParentExpiresAt)}
		if done, err := tx.Mint(ctx, i.ID, i.Code); err != nil || !done {
			return orRefuse(err, CodeMinted)
		}
		return m.check(ctx, tx, i, StepAuthorize)
	})
	if err != nil {
		return Grant{}, m.refused(ctx, err, StepAuthorize, i)
	}
	return Grant{Impersonation: i, Code: code}, nil
}

func (m *Manager) mayAuthorize(i Impersonation, a Authorization, now time.Time) Cause {
	switch {
	case !i.Actor.Same(a.Actor) || i.Parent != a.Parent:
		return WrongParent
	case i.State() == Ended:
		return AlreadyEnded
	case !i.Code.Hash.IsZero():
		return CodeMinted
	case !i.Live(now):
		return i.overdue(now)
	case !validChallenge(a.Challenge):
		return ChallengeInvalid
	}
	return ""
}

// Enter spends a code and makes the stay's session, in one transaction that
// asks the policy again. Every failure to redeem is the same [ErrRefused].
//
// A code that is right but comes without its verifier, or to another audience,
// was taken to another browser: it is burnt, and a session already made from
// it ends with [CodeReplayed] (RFC 6749 section 4.1.2 on codes used twice).
// A browser that sends its own form twice has the right verifier and its live
// session, and is led to that stay.
func (m *Manager) Enter(ctx context.Context, r Redemption) (Stay, error) {
	var (
		i     Impersonation
		again bool
		token = Secret(random())
		now   = m.time()
	)
	err := m.store.Atomically(ctx, EventEntered, func(ctx context.Context, tx Tx) (err error) {
		if i, err = tx.FindByCode(ctx, HashOf(Secret(r.Code))); err != nil {
			return notFound(err, CodeUnknown)
		}
		if again = m.sentTwice(i, r, now); again {
			return errSentTwice
		}
		if cause := mayEnter(i, r, now); cause != "" {
			return Refuse(cause, nil)
		}
		i.Code.SpentAt, i.Session = now, HashOf(token)
		i.EnteredAt, i.LastUsedAt = now, now
		i.ExpiresAt = earliest(now.Add(i.Length), i.ParentExpiresAt)
		// Written before the policy is asked: whoever ends this impersonation
		// because of a withdrawal now waits for us, or we for them.
		if done, err := tx.Spend(ctx, i); err != nil || !done {
			return orRefuse(err, CodeUsed)
		}
		return m.check(ctx, tx, i, StepEnter)
	})
	if again {
		resumed, err := m.Resume(ctx, r.Session)
		if err != nil {
			return Stay{}, m.refused(ctx, Refuse(CodeUsed, err), StepEnter, i)
		}
		return Stay{Impersonation: resumed}, nil
	}
	if err != nil {
		return Stay{}, m.refused(ctx, err, StepEnter, i)
	}
	return Stay{Impersonation: i, Token: token}, nil
}

// errSentTwice leaves the transaction of Enter without an effect.
var errSentTwice = errors.New("impersonate: form sent twice")

// sentTwice recognises the browser that has already redeemed this very code.
func (m *Manager) sentTwice(i Impersonation, r Redemption, now time.Time) bool {
	return !i.Session.IsZero() && r.Session != "" && i.Session == HashOf(Secret(r.Session)) &&
		i.Audience == r.Audience && i.Code.answers(r.Verifier) && i.Live(now)
}

func mayEnter(i Impersonation, r Redemption, now time.Time) Cause {
	switch {
	case !i.Code.answers(r.Verifier) || i.Audience != r.Audience:
		return CodeReplayed
	case !i.Code.SpentAt.IsZero():
		return CodeUsed
	case i.State() == Ended:
		return AlreadyEnded
	case !now.Before(i.Code.ExpiresAt):
		return CodeLate
	}
	return ""
}

// Resume gives the impersonation of a session token, after asking the limits
// and the policy. A stay found dead is recorded as ended; the error is then an
// [EndedError] with the cause. A token nobody was given is [ErrNotFound]. Any
// other error is a failure: treat the request as refused, and keep the cookie.
func (m *Manager) Resume(ctx context.Context, token string) (Impersonation, error) {
	var (
		i   Impersonation
		now = m.time()
	)
	err := m.store.Read(ctx, func(ctx context.Context, view View) (err error) {
		if i, err = view.FindBySession(ctx, HashOf(Secret(token))); err != nil {
			return err
		}
		return m.alive(ctx, view, i, now, StepResume)
	})
	if err != nil {
		return Impersonation{}, m.bury(ctx, err, now)
	}
	if now.Sub(i.LastUsedAt) < m.touchEvery {
		return i, nil
	}
	err = m.store.Atomically(ctx, EventTouched, func(ctx context.Context, tx Tx) error {
		if done, err := tx.Touch(ctx, i.ID, now); err != nil || !done {
			return m.whyDead(ctx, tx, i.ID, now, err)
		}
		return nil
	})
	if err != nil {
		return Impersonation{}, m.bury(ctx, err, now)
	}
	i.LastUsedAt = now
	return i, nil
}

// Guard is asked inside the application's own transaction before it writes as
// the subject. It writes to the impersonation first, so that the change and a
// withdrawal cannot pass each other: the one that commits second sees the
// other. The error is an [EndedError], [ErrViewOnly] or a failure; the
// application rolls back for each.
func (m *Manager) Guard(ctx context.Context, tx Tx, id string) (Impersonation, error) {
	now := m.time()
	done, err := tx.Touch(ctx, id, now)
	if err != nil || !done {
		return Impersonation{}, m.whyDead(ctx, tx, id, now, err)
	}
	i, err := tx.Find(ctx, id)
	if err != nil {
		return Impersonation{}, err
	}
	if err := m.alive(ctx, tx, i, now, StepWrite); err != nil {
		return Impersonation{}, err
	}
	if i.Mode == ViewOnly {
		return i, ErrViewOnly
	}
	return i, nil
}

// End ends an impersonation. Ending one that has ended changes nothing and is
// no error: the first cause stays. It only ever takes something away, so it
// asks no policy; who may call it is for the application to say.
func (m *Manager) End(ctx context.Context, id string, cause Cause) (Impersonation, error) {
	var i Impersonation
	found := func(ctx context.Context, tx Tx) (err error) {
		if _, err = tx.End(ctx, id, cause, m.time()); err != nil {
			return err
		}
		i, err = tx.Find(ctx, id)
		return err
	}
	if err := m.store.Read(ctx, func(ctx context.Context, view View) (err error) {
		i, err = view.Find(ctx, id)
		return err
	}); err != nil || i.State() == Ended {
		return i, err
	}
	return i, m.store.Atomically(ctx, EventEnded, found)
}

// EndAll ends every live impersonation that matches and gives those it ended.
// Each end is a transaction of its own. An application whose withdrawal must be
// one transaction with the ends writes both itself.
func (m *Manager) EndAll(ctx context.Context, filter Filter, cause Cause) ([]Impersonation, error) {
	return m.endAll(ctx, filter, func(Impersonation) Cause { return cause })
}

// Sweep records the end of every impersonation whose time has passed: nothing
// depends on it but the record. Call it now and then.
func (m *Manager) Sweep(ctx context.Context) ([]Impersonation, error) {
	now := m.time()
	return m.endAll(ctx, Filter{DueAt: now}, func(i Impersonation) Cause { return i.overdue(now) })
}

func (m *Manager) endAll(ctx context.Context, filter Filter, cause func(Impersonation) Cause) ([]Impersonation, error) {
	var live []Impersonation
	err := m.store.Read(ctx, func(ctx context.Context, view View) (err error) {
		live, err = view.Live(ctx, filter)
		return err
	})
	var ended []Impersonation
	for _, i := range live {
		if err != nil {
			break
		}
		if i, err = m.End(ctx, i.ID, cause(i)); err == nil {
			ended = append(ended, i)
		}
	}
	return ended, err
}

// alive gives nil, an EndedError, or a failure.
func (m *Manager) alive(ctx context.Context, view View, i Impersonation, now time.Time, step Step) error {
	if i.State() == Ended {
		return &EndedError{Impersonation: i}
	}
	cause, err := i.overdue(now), error(nil)
	if cause == "" {
		if err = m.policy.Check(ctx, view, i, step); err == nil {
			return nil
		}
		var no *Refusal
		if !errors.As(err, &no) {
			return err
		}
		cause, err = no.Cause, no.Err
	}
	i.Cause, i.EndedAt = cause, now
	return &EndedError{Impersonation: i, Err: err}
}

// whyDead explains a Touch that did not take place.
func (m *Manager) whyDead(ctx context.Context, view View, id string, now time.Time, err error) error {
	if err != nil {
		return err
	}
	i, err := view.Find(ctx, id)
	if err != nil {
		return err
	}
	if i.State() != Ended {
		i.Cause, i.EndedAt = i.overdue(now), now
	}
	return &EndedError{Impersonation: i}
}

// bury records the end of a stay that was found dead, with the cause that was
// found. If somebody else was quicker, theirs is the cause.
func (m *Manager) bury(ctx context.Context, err error, now time.Time) error {
	var dead *EndedError
	if !errors.As(err, &dead) || !dead.Impersonation.EndedAt.Equal(now) {
		return err
	}
	i, failed := m.End(ctx, dead.Impersonation.ID, dead.Impersonation.Cause)
	if failed != nil {
		return errors.Join(dead, failed)
	}
	return &EndedError{Impersonation: i, Err: dead.Err}
}

// check asks the policy about an impersonation that exists: a "no" ends it.
func (m *Manager) check(ctx context.Context, view View, i Impersonation, step Step) error {
	err := m.policy.Check(ctx, view, i, step)
	var no *Refusal
	if errors.As(err, &no) {
		return &Refusal{Step: step, Cause: no.Cause, Impersonation: i, Err: &fatal{no.Err}}
	}
	return err
}

// fatal marks what a refusal must also end, around the application's words.
type fatal struct{ err error }

func (f *fatal) Error() string { return fmt.Sprint(f.err) }
func (f *fatal) Unwrap() error { return f.err }

// refuse records a refusal and gives it.
func (m *Manager) refuse(ctx context.Context, step Step, cause Cause, i Impersonation) error {
	return m.refused(ctx, Refuse(cause, nil), step, i)
}

// refused completes a refusal after its transaction was rolled back: ends what
// must end, records the refusal, and gives it. Other errors pass unchanged.
func (m *Manager) refused(ctx context.Context, err error, step Step, i Impersonation) error {
	var no *Refusal
	if !errors.As(err, &no) {
		return err
	}
	r := Refusal{Step: step, Cause: no.Cause, Impersonation: i, Err: no.Err}
	f, ends := r.Err.(*fatal) //nolint:errorlint // set by check, at the top or not at all
	if ends {
		r.Err = f.err
	}
	// The work is finished even if the browser has gone: a thief who hangs up
	// must not keep the code alive.
	ctx = context.WithoutCancel(ctx)
	var failed error
	if ends || r.Cause == CodeReplayed {
		_, failed = m.End(ctx, i.ID, r.Cause)
	}
	return joined(&r, failed, m.store.Refused(ctx, r))
}

// joined keeps a lone refusal plain.
func joined(r *Refusal, failures ...error) error {
	if err := errors.Join(failures...); err != nil {
		return errors.Join(r, err)
	}
	return r
}

// notFound turns a store's ErrNotFound into a refusal.
func notFound(err error, cause Cause) error {
	if errors.Is(err, ErrNotFound) {
		return Refuse(cause, nil)
	}
	return err
}

// orRefuse gives the failure if there is one, else the refusal.
func orRefuse(err error, cause Cause) error {
	if err != nil {
		return err
	}
	return Refuse(cause, nil)
}
