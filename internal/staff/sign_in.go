package staff

import (
	"context"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// errWrong is the one answer to an unknown name, a wrong password and an
// account that is not active.
var errWrong = fault.New(fault.Invalid, "The user name or the password is not right, or the account is not active.")

// Started is how far a sign-in came: to a session, or to the question for a
// second factor.
type Started struct {
	User   User
	Secret string // of the session, "" while the second factor is missing
	Second string // token of the ceremony that SecondFactor ends
}

// SignIn checks user name and password and starts a session, or asks for the
// second factor of an account that has one; old is the secret of the session the
// browser held before. It answers fault.Invalid alike, and after the same time,
// whatever was wrong, and fault.TooMany when too much was wrong of late.
func (s *Service) SignIn(ctx context.Context, username, typed, old string) (Started, error) {
	who, _ := actor.From(ctx)
	account, source := session.Account("admin", key(username)), session.Source("admin", who.IP)
	if err := s.throttle.Check(ctx, account, source); err != nil {
		return Started{}, err
	}
	u, found, err := byUsername(ctx, s.db.Reader(), username)
	if err != nil {
		return Started{}, err
	}
	ok, rehash, err := s.hasher.Verify(ctx, u.passwordHash, typed)
	if err != nil {
		return Started{}, err
	}
	if !ok || !found || !u.Active {
		return Started{}, s.failed(ctx, u, account, source)
	}
	if err := s.throttle.Check(ctx, account, source); err != nil {
		return Started{}, err
	}
	hash := u.passwordHash
	if rehash {
		if hash, err = s.hasher.Hash(ctx, typed); err != nil {
			return Started{}, err
		}
	}
	started, err := s.start(ctx, u, hash, old)
	if err != nil {
		return Started{}, err
	}
	return started, s.throttle.Succeeded(ctx, account)
}

// start begins the session, or the ceremony of the second factor, only if the
// account is still as it was verified.
func (s *Service) start(ctx context.Context, u User, hash, old string) (out Started, err error) {
	ctx = as(ctx, u)
	out.User = u
	second, err := factor.Any(ctx, s.db.Reader(), u.ID)
	if err != nil {
		return out, err
	}
	if second {
		out.Second, err = s.askSecond(ctx, u, hash)
		return out, err
	}
	err = s.db.Change(ctx, SignedIn, func(ctx context.Context, tx *sqldb.Tx) error {
		if err := s.touchSignIn(ctx, tx, u, hash); err != nil {
			return err
		}
		// A factor added at this very moment is not passed by.
		switch second, err := factor.Any(ctx, tx, u.ID); {
		case err != nil:
			return err
		case second:
			return errWrong
		}
		tx.Details = u.Name() + " signed in"
		out.Secret, _, err = s.sessions.StartAdmin(ctx, tx, u.ID, old)
		return err
	})
	return out, err
}

func (s *Service) touchSignIn(ctx context.Context, tx *sqldb.Tx, u User, hash string) error {
	n, err := tx.Exec(ctx, `UPDATE admin_user SET last_login_at = $1, password_hash = $2 WHERE id = $3 AND active AND password_hash = $4`,
		sqldb.Micros(tx.Now()), hash, u.ID, u.passwordHash)
	if err == nil && n == 0 {
		err = errWrong
	}
	tx.About(ObjectKind, idText(u.ID))
	return err
}

// failed counts and records. What was typed as an unknown name is not recorded:
// people type passwords there.
func (s *Service) failed(ctx context.Context, u User, keys ...session.Key) error {
	if err := s.throttle.Failed(ctx, keys...); err != nil {
		return err
	}
	err := s.db.Refuse(ctx, SignInFailed, func(e *sqldb.Entry) {
		if u.ID == 0 {
			e.Details = "Unknown user name"
			return
		}
		e.About(ObjectKind, idText(u.ID))
		e.Details = "Wrong password for " + u.Username
		if !u.Active {
			e.Details = "The account " + u.Username + " is not active"
		}
	})
	if err != nil {
		return err
	}
	return errWrong
}

// as makes the Admin user the actor: until now it was a visitor.
func as(ctx context.Context, u User) context.Context {
	who, _ := actor.From(ctx)
	who.Kind, who.ID, who.Name = actor.Admin, u.ID, u.Username
	return actor.With(ctx, who)
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

// SignOut ends the session one is signed in with, and with it every stay begun
// from it.
func (s *Service) SignOut(ctx context.Context, a session.Admin) error {
	return s.db.Change(ctx, SignedOut, func(ctx context.Context, tx *sqldb.Tx) error {
		ended, err := s.sessions.EndAdmin(ctx, tx, a.UserID, a.ID, session.SignedOut)
		if err != nil {
			return err
		}
		if !ended {
			tx.Skip()
			return nil
		}
		tx.About(ObjectKind, idText(a.UserID))
		tx.Details = a.Name() + " signed out"
		return nil
	})
}

// EndSession ends another session of one's own.
func (s *Service) EndSession(ctx context.Context, a session.Admin, sessionID int64) error {
	return s.db.Change(ctx, SessionEnded, func(ctx context.Context, tx *sqldb.Tx) error {
		ended, err := s.sessions.EndAdmin(ctx, tx, a.UserID, sessionID, session.EndedElsewhere)
		if err != nil {
			return err
		}
		if !ended {
			return fault.New(fault.NotFound, "This session has ended already.")
		}
		tx.About(ObjectKind, idText(a.UserID))
		tx.Details = a.Name() + " ended one of their sessions"
		return nil
	})
}

// EndSessions signs another Admin user out everywhere, and with that ends their
// stays. It only takes away, so it asks for no password, but the editor must
// hold all that the account holds.
func (s *Service) EndSessions(ctx context.Context, by Editor, id int64) (n int64, err error) {
	err = s.db.Change(ctx, SessionsEnded, func(ctx context.Context, tx *sqldb.Tx) error {
		u, err := mayTouch(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if n, err = s.sessions.EndAllAdmin(ctx, tx, id, 0, session.EndedByStaff); err != nil {
			return err
		}
		if n == 0 {
			tx.Skip()
			return nil
		}
		tx.About(ObjectKind, idText(id))
		tx.Details = u.Name() + " was signed out everywhere"
		return nil
	})
	return n, err
}

// ConfirmPassword checks that an Admin user entered their own password again
// before something of weight. A wrong one is fault.Invalid on the field
// "own_password", and counts: a borrowed session must not guess it.
func (s *Service) ConfirmPassword(ctx context.Context, userID int64, typed string) error {
	if strings.TrimSpace(typed) == "" {
		return fault.Fields{"own_password": "Enter your own password to confirm."}.Err()
	}
	account := session.Account("admin-confirm", idText(userID))
	if err := s.throttle.Check(ctx, account); err != nil {
		return ownPassword(err)
	}
	u, err := load(ctx, s.db.Reader(), userID)
	if err != nil {
		return err
	}
	ok, _, err := s.hasher.Verify(ctx, u.passwordHash, typed)
	if err != nil {
		return err
	}
	if ok {
		if err := s.throttle.Check(ctx, account); err != nil {
			return ownPassword(err)
		}
		return s.throttle.Succeeded(ctx, account)
	}
	if err := s.throttle.Failed(ctx, account); err != nil {
		return err
	}
	err = s.db.Refuse(ctx, ConfirmFailed, func(e *sqldb.Entry) {
		e.About(ObjectKind, idText(userID))
		e.Details = "Wrong own password"
	})
	if err != nil {
		return err
	}
	return fault.Fields{"own_password": "This is not your password."}.Err()
}

// ownPassword shows a throttle beside the field, so that nothing typed is lost.
func ownPassword(err error) error {
	if f, ok := fault.As(err); ok {
		return fault.Fields{"own_password": f.Message}.Err()
	}
	return err
}
