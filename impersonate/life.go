package impersonate

import (
	"context"
	"errors"
	"fmt"
	"time"
)

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
// asks no policy; who may call it is for the application to say. The error is
// [ErrNotFound] or a failure of the Store.
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
// Each end is a transaction of its own; with an error come those that had ended
// before it. An application whose withdrawal must be one transaction with the ends
// writes both itself.
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
