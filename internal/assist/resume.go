package assist

import (
	"context"
	"strconv"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// touchEvery is how stale the last use of a stay may be where page views are
// not logged; a stay may be called idle that much too early.
const touchEvery = 30 * time.Second

// Resume gives the live stay of a token, having asked everything again: one
// look-up by keys. The error is a fault: Gone for a stay that is over, with the
// cause as its code and the sentence for the person, and NotFound for a token
// that nobody was given. Both mean that the cookie goes; any other error means
// that nothing is known, so the request is refused and the cookie stays.
//
// The stay has what its requests and the banner need; its reason and where it
// began are for the log. Put stay.Who into the request's context; call Viewed for pages.
func (s *Service) Resume(ctx context.Context, token string) (Stay, error) {
	r, now, found, err := s.look(ctx, stayAndFacts, impersonate.HashOf(impersonate.Secret(token)).String())
	if err != nil {
		return r.Stay, err
	}
	if !found {
		return r.Stay, fault.New(fault.NotFound, "This assistance session does not exist.")
	}
	if cause := s.over(ctx, r.Stay, r.facts, now); cause != "" {
		return r.Stay, s.bury(ctx, r.Stay, cause)
	}
	r.Mode = effective(r.Mode, r.facts)
	if r.Scope = r.facts.scopeOf(r.Stay); r.Scope == LookOnly {
		r.Mode, r.CanRaise, r.CanPropose = impersonate.ViewOnly, false, false
	}
	return r.Stay, nil
}

// look reads a stay with what it is judged by, and the time to judge it at.
func (s *Service) look(ctx context.Context, query string, key any) (r resumed, now time.Time, found bool, err error) {
	now, err = s.promptly(func() (err error) {
		r, found, err = sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanResumed, query, key))
		return err
	})
	return r, now, found, err
}

// lookAtAll is look for all stays without an end; there is at most one for each
// Admin user.
func (s *Service) lookAtAll(ctx context.Context) (live []resumed, now time.Time, err error) {
	now, err = s.promptly(func() (err error) {
		live, err = sqldb.All(ctx, s.db.Reader(), scanResumed, liveAndFacts)
		return err
	})
	return live, now, err
}

// promptly reads and gives the time then. From a look that took longer than
// touchEvery nothing follows: its node may have been held up while another request
// used the stay, which would look idle now. It is taken again, until the caller's
// own time is over.
func (s *Service) promptly(read func() error) (now time.Time, err error) {
	for {
		asked := s.db.Now()
		err = read()
		if now = s.db.Now(); err != nil || now.Sub(asked) < touchEvery {
			return now, err
		}
	}
}

// over gives the cause for which a stay is over, or "".
func (s *Service) over(ctx context.Context, stay Stay, f facts, now time.Time) impersonate.Cause {
	if !stay.EndedAt.IsZero() {
		return stay.Cause
	}
	if cause := overdue(stay.times(), now); cause != "" {
		return cause
	}
	s.attest(&f)
	return judge(f, question{roleID: stay.RoleID, begun: stay.BegunAt, request: stay.RequestID, view: true, sessionIdle: s.sessions.AdminIdle(ctx), sealing: s.sealing}, now)
}

// overdue gives the limit that a stay has passed, or "".
func overdue(i impersonate.Impersonation, now time.Time) impersonate.Cause {
	switch {
	case i.Live(now):
		return ""
	case i.EnteredAt.IsZero():
		return impersonate.NeverEntered
	case now.Before(i.ExpiresAt) && !i.SetBack(now):
		return impersonate.Idle
	}
	return impersonate.TimeUp
}

// bury records the end of a stay that was found dead, and words it.
func (s *Service) bury(ctx context.Context, stay Stay, cause impersonate.Cause) error {
	if !stay.EndedAt.IsZero() {
		return gone(cause, nil)
	}
	// It is over either way: if this fails, the record waits for the sweep.
	ended, err := s.manager.End(s.noticing(context.WithoutCancel(ctx), stay), stay.PublicID, cause)
	if err == nil {
		cause = ended.Cause
	}
	return gone(cause, err)
}

// systemName is who ends a stay that is over of itself.
const systemName = "system"

// noticing gives a context in which the system ends a stay: nobody did.
func (s *Service) noticing(ctx context.Context, stay Stay) context.Context {
	base, _ := actor.From(ctx)
	base.Kind, base.ID, base.Name, base.SessionID = actor.System, 0, systemName, 0
	base.Subject = actor.Subject{ID: stay.CustomerID, Name: stay.CustomerName}
	base.Impersonation, base.ViewOnly = 0, false
	return actor.With(ctx, base)
}

// View is a page that is about to be answered.
type View struct {
	Path   string // without the query, which may hold what was searched for
	Title  string // may be empty
	Status int
}

// Viewed counts a page of a stay as use, and writes it down if the
// configuration says so; it is durable when Viewed returns. Call it before the
// page is answered, with what Resume gave and its Who in the context; not for requests that
// make a change, which count by themselves. The error may be Gone.
func (s *Service) Viewed(ctx context.Context, stay Stay, view View) error {
	if !stay.logViews {
		return s.touch(ctx, stay)
	}
	err := s.db.Change(ctx, ActionPageViewed, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About("page", clip(view.Path, maxPath))
		tx.Details = clip(view.Title, maxPath)
		if view.Status != 0 {
			tx.Note("status", strconv.Itoa(view.Status))
		}
		return nil
	})
	return s.afterGuard(ctx, stay, err)
}

// touch moves the last use forward, now and then.
func (s *Service) touch(ctx context.Context, stay Stay) error {
	if s.db.Now().Sub(stay.LastUsedAt) < touchEvery {
		return nil
	}
	err := s.db.Upkeep(ctx, "assist.touch", func(ctx context.Context, tx *sqldb.Tx) error {
		_, _, err := s.use(ctx, tx, stay.ID)
		return err
	})
	return s.afterGuard(ctx, stay, err)
}

// afterGuard records the end of a stay that died between Resume and now.
func (s *Service) afterGuard(ctx context.Context, stay Stay, err error) error {
	if !fault.Is(err, fault.Gone) {
		return err
	}
	f, _ := fault.As(err)
	return s.bury(ctx, stay, impersonate.Cause(f.Code))
}
