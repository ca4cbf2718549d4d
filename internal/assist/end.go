package assist

import (
	"context"
	"errors"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// End ends a stay for whoever is in the context: the Admin user whose stay it
// is (from the stay itself or from the Admin), its customer, or an Admin user
// who may end those of others. Who may not is told that it does not exist.
// Ending a stay that has ended changes nothing and is no error.
func (s *Service) End(ctx context.Context, publicID string) (Stay, error) {
	stay, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanStay, `SELECT `+stayColumns+` FROM impersonation WHERE public_id = $1`, publicID))
	if err != nil {
		return stay, err
	}
	var cause impersonate.Cause
	if found {
		if cause, err = s.mayEnd(ctx, stay); err != nil {
			return stay, err
		}
	}
	if cause == "" {
		return Stay{}, errNoStay
	}
	// From inside the stay it is ended by the Admin user, not under the guard:
	// leaving is always possible.
	if who, _ := actor.From(ctx); who.Impersonating() {
		ctx = stay.handingOff(ctx)
	}
	ended, err := s.manager.End(ctx, publicID, cause)
	if err != nil {
		return stay, err
	}
	stay.EndedAt, stay.Cause = ended.EndedAt, ended.Cause
	return stay, nil
}

// EndAll ends every stay that the Admin user in the context may end: their own,
// and with End other Admin users' sessions those of all others on the websites
// of their role. It says how many there were. It goes on past a stay that cannot
// be ended, and reports that at the end.
func (s *Service) EndAll(ctx context.Context) (ended int, err error) {
	if who, _ := actor.From(ctx); who.Kind != actor.Admin || who.Impersonating() {
		return 0, fault.New(fault.Denied, "Only an Admin user can end all sessions.")
	}
	live, err := sqldb.All(ctx, s.db.Reader(), scanStay, `SELECT `+stayColumns+` FROM impersonation WHERE `+liveStays)
	if err != nil {
		return 0, err
	}
	var failed error
	for _, stay := range live {
		_, err := s.End(ctx, stay.PublicID)
		switch {
		case err == nil:
			ended++
		case fault.KindOf(err) != fault.NotFound: // those of others are not theirs to end
			failed = errors.Join(failed, err)
		}
	}
	return ended, failed
}

// mayEnd gives the cause with which the context may end a stay, or "".
func (s *Service) mayEnd(ctx context.Context, stay Stay) (impersonate.Cause, error) {
	who, _ := actor.From(ctx)
	switch {
	case who.Impersonating():
		if who.Impersonation == stay.ID {
			return impersonate.ClosedByActor, nil
		}
		return "", nil
	case who.Kind == actor.Customer && who.ID == stay.CustomerID:
		return impersonate.ClosedBySubject, nil
	case who.Kind == actor.Admin && who.ID == stay.AdminUserID:
		return impersonate.ClosedByActor, nil
	case who.Kind == actor.Admin:
		g, err := grantOf(ctx, s.db.Reader(), who.ID)
		if err != nil || !g.Allows(acl.AssistEndOthers) || !g.AllowsWebsite(stay.WebsiteID) {
			return "", err
		}
		return impersonate.ClosedBySupervisor, nil
	}
	return "", nil
}

// grantOf reads what an active Admin user may do now.
func grantOf(ctx context.Context, q sqldb.Querier, adminUser int64) (acl.Grant, error) {
	role, found, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT role_id FROM admin_user WHERE id = $1 AND active`, adminUser))
	if err != nil || !found {
		return acl.Grant{}, err
	}
	return acl.Load(ctx, q, role)
}

// sweepTimeout bounds one run of the sweep.
const sweepTimeout = time.Minute

// Sweep records the end of every stay that is over, whatever the cause, though
// no request has come to find out, and of every request for consent whose time
// has passed. Nothing depends on it but the record.
// The periodic runner calls it every minute or so, with a system actor.
func (s *Service) Sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTimeout)
	defer cancel()
	live, now, err := s.lookAtAll(ctx)
	if err != nil {
		return err
	}
	for _, r := range live {
		cause := s.over(ctx, r.Stay, r.facts, now)
		if cause == "" {
			continue
		}
		if _, err := s.manager.End(s.noticing(ctx, r.Stay), r.PublicID, cause); err != nil {
			return err
		}
	}
	return s.expireRequests(ctx)
}

var liveAndFacts = `SELECT ` + prefixed(liveColumns) + `, ` + factsColumns + ` FROM impersonation i` + factsJoins + ` WHERE i.ended_at IS NULL AND i.state IN ('begun', 'entered')`
