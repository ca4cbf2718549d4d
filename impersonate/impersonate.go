package impersonate

import (
	"context"
	"errors"
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

// Skew is how far the clocks of an application's nodes may be apart. A clock that
// shows more than that before the last use was set back: how much of its time an
// impersonation has had is no longer known, so it is over.
const Skew = 2 * time.Minute

// SetBack tells whether the clock has been set back since the last use.
func (i Impersonation) SetBack(now time.Time) bool {
	return now.Add(Skew).Before(i.LastUsedAt)
}

// overdue gives the limit that has passed, or "".
func (i Impersonation) overdue(now time.Time) Cause {
	switch {
	case now.Before(i.Due()) && !i.SetBack(now):
		return ""
	case i.EnteredAt.IsZero():
		return NeverEntered
	case i.SetBack(now):
		return TimeUp
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

// New gives a Manager over a store and a policy; neither may be nil. Managers with
// the same Store and Policy are the same one: make one for each node.
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
//
// The error is a [Refusal] (the policy's cause, [Nested] or [Oneself]), a plain
// error for a request that lacks a party, a parent or an audience, or a failure
// of the Store. The actor may be told a refusal's cause: no code exists yet.
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
