package staff

import (
	"context"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// Factors are one's own second factors.
type Factors struct {
	All       []factor.Factor
	CodesLeft int
	Apps      bool // authenticator apps can be added
}

// Factors lists an Admin user's second factors.
func (s *Service) Factors(ctx context.Context, userID int64) (f Factors, err error) {
	f.Apps = s.factors.Apps()
	if f.All, err = s.factors.Of(ctx, userID); err != nil {
		return f, err
	}
	f.CodesLeft, err = s.factors.CodesLeft(ctx, userID)
	return f, err
}

// BeginFactor starts to add a factor of one's own; one's password comes first.
func (s *Service) BeginFactor(ctx context.Context, purpose factor.Purpose, own string) (token string, err error) {
	who, _ := actor.From(ctx)
	if err := s.ConfirmPassword(ctx, who.ID, own); err != nil {
		return "", err
	}
	u, err := load(ctx, s.db.Reader(), who.ID)
	if err != nil {
		return "", err
	}
	err = s.db.Change(ctx, factor.CeremonyBegun, func(ctx context.Context, tx *sqldb.Tx) error {
		tx.About(ObjectKind, idText(u.ID))
		tx.Details = u.Name() + " began to add a second factor"
		token, err = s.factors.Begin(ctx, tx, purpose, u.person(), "")
		return err
	})
	return token, err
}

// AddFactor ends that. With the first factor come recovery codes, which are shown
// this once. All other sessions end: they were made without the factor.
func (s *Service) AddFactor(ctx context.Context, purpose factor.Purpose, token string, n factor.Offer) (codes []string, err error) {
	who, _ := actor.From(ctx)
	u, err := load(ctx, s.db.Reader(), who.ID)
	if err != nil {
		return nil, err
	}
	err = s.db.Change(ctx, factor.Added, func(ctx context.Context, tx *sqldb.Tx) error {
		had, err := factor.Any(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		what := factor.App
		if purpose == factor.AddPasskey {
			what = factor.Passkey
			err = s.factors.AddPasskey(ctx, tx, u.person(), token, n)
		} else {
			err = s.factors.AddApp(ctx, tx, u.ID, token, n)
		}
		if err != nil {
			return err
		}
		tx.About(ObjectKind, idText(u.ID))
		tx.Note("kind", string(what))
		tx.Details = u.Name() + " added a second factor: " + what.Label()
		if err := s.sessions.ConfirmAdmin(ctx, tx, who.SessionID); err != nil || had {
			return err
		}
		if _, err := s.sessions.EndAllAdmin(ctx, tx, u.ID, who.SessionID, session.EndedElsewhere); err != nil {
			return err
		}
		codes, err = s.factors.RenewCodes(ctx, tx, u.ID)
		return err
	})
	return codes, err
}

// RemoveFactor takes one of one's own factors away; keep refuses the last one.
func (s *Service) RemoveFactor(ctx context.Context, id int64, own string, keep bool) error {
	who, _ := actor.From(ctx)
	if err := s.ConfirmPassword(ctx, who.ID, own); err != nil {
		return err
	}
	return s.db.Change(ctx, factor.Removed, func(ctx context.Context, tx *sqldb.Tx) error {
		f, err := s.factors.Remove(ctx, tx, who.ID, id, keep)
		if err != nil {
			return err
		}
		tx.About(ObjectKind, idText(who.ID))
		tx.Details = who.Name + " removed a second factor: " + f.Kind.Label() + " " + f.Name
		return nil
	})
}

// RenewCodes makes new recovery codes; the old ones end.
func (s *Service) RenewCodes(ctx context.Context, own string) (codes []string, err error) {
	who, _ := actor.From(ctx)
	if err := s.ConfirmPassword(ctx, who.ID, own); err != nil {
		return nil, err
	}
	err = s.db.Change(ctx, factor.CodesRenewed, func(ctx context.Context, tx *sqldb.Tx) error {
		if any, err := factor.Any(ctx, tx, who.ID); err != nil || !any {
			return orConflict(err, "Recovery codes stand in for a second factor. Add one first.")
		}
		tx.About(ObjectKind, idText(who.ID))
		tx.Details = who.Name + " made new recovery codes"
		codes, err = s.factors.RenewCodes(ctx, tx, who.ID)
		return err
	})
	return codes, err
}

// ResetFactors takes another Admin user's factors away, when their phone is gone.
// The editor must hold all that the account holds, and enter their own password;
// the account is signed out everywhere.
func (s *Service) ResetFactors(ctx context.Context, by Editor, id int64) error {
	f := fault.Fields{}
	if err := s.confirm(ctx, by, f); err != nil {
		return err
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.db.Change(ctx, factor.Reset, func(ctx context.Context, tx *sqldb.Tx) error {
		u, err := mayTouch(ctx, tx, by, id)
		if err != nil {
			return err
		}
		n, err := s.factors.RemoveAll(ctx, tx, id)
		if err != nil || n == 0 {
			return orConflict(err, "This Admin user has no second factor.")
		}
		tx.About(ObjectKind, idText(id))
		tx.Note("factors", idText(n))
		tx.Details = "The second factors of " + u.Name() + " were removed"
		_, err = s.sessions.EndAllAdmin(ctx, tx, id, 0, session.EndedByStaff)
		return err
	})
}

func orConflict(err error, sentence string) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "%s", sentence)
}
