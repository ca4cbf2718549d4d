package assist

import (
	"context"
	"errors"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/sqldb"
)

// Guard is the hook before every change: while impersonating it refuses all
// that the stay no longer allows, in the transaction of the change itself.
//
// It writes to the stay first. A withdrawal that ends the stay writes to the
// same row, so one of the two waits for the other: a change is wholly before
// the withdrawal, or refused. The error is Gone for a stay that is over and
// Denied for one that may only look.
func (s *Service) Guard(ctx context.Context, tx *sqldb.Tx) error {
	who, ok := actor.From(ctx)
	if !ok || !who.Impersonating() {
		return nil
	}
	mode, scope, err := s.use(ctx, tx, who.Impersonation)
	if err != nil {
		return err
	}
	if ofStay[tx.Action] {
		return nil
	}
	proposing := mode == Proposing && s.amends != nil
	switch {
	case !proposing && (mode != impersonate.CanChange || who.ViewOnly):
		return errLookOnly
	case !scope.allows(tx.Action):
		return errOutOfScope
	case proposing:
		return s.amends.Rehearse(ctx, tx)
	}
	return amend.Watch(ctx, tx)
}

// ofStay are changes of the stay, not of the account it is in.
var ofStay = map[sqldb.Action]bool{
	ActionPageViewed: true, ActionEnded: true, ActionMode: true, ActionExtended: true, ActionRevealed: true,
	amend.ActionPrepared: true, amend.ActionSent: true, amend.ActionDiscarded: true,
}

// use counts a request as activity of the stay and of the Admin session it
// belongs to, and asks everything again.
func (s *Service) use(ctx context.Context, tx *sqldb.Tx, id int64) (impersonate.Mode, Scope, error) {
	now := tx.Now()
	stay, found, err := sqldb.Found(sqldb.One(ctx, tx, scanLive, `UPDATE impersonation SET last_used_at = $2
		WHERE id = $1 AND ended_at IS NULL AND entered_at IS NOT NULL AND expires_at > $2 AND last_used_at + idle_micros > $2 AND last_used_at <= $3
		RETURNING `+liveColumns, id, sqldb.Micros(now), sqldb.Micros(now.Add(impersonate.Skew))))
	if err != nil {
		return "", "", err
	}
	if !found {
		stay, err = sqldb.One(ctx, tx, scanLive, `SELECT `+liveColumns+` FROM impersonation WHERE id = $1`, id)
		if errors.Is(err, sqldb.ErrNone) {
			return "", "", gone(impersonate.Unknown, nil)
		}
		if err != nil {
			return "", "", err
		}
	}
	f, err := s.loadFacts(ctx, tx, stay.AdminUserID, stay.AdminSessionID, stay.CustomerID, stay.StoreViewID)
	if err != nil {
		return "", "", err
	}
	if cause := s.over(ctx, stay, f, now); cause != "" {
		return "", "", gone(cause, nil)
	}
	stay.Mode = effective(stay.Mode, f)
	if now.Sub(f.sessionSeen) < touchEvery {
		return stay.Mode, f.scopeOf(stay), nil
	}
	// An Admin who helps is not idle; the session's absolute limit stays.
	_, err = tx.Exec(ctx, `UPDATE admin_session SET last_seen_at = $2 WHERE id = $1 AND ended_at IS NULL AND last_seen_at < $2`,
		stay.AdminSessionID, sqldb.Micros(now))
	return stay.Mode, f.scopeOf(stay), err
}
