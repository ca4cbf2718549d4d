package staff

import (
	"context"
	"errors"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

func (u User) person() factor.Person {
	return factor.Person{ID: u.ID, Username: u.Username, Name: u.Name()}
}

// askSecond keeps that the password was right, for minutes, until the factor
// comes. The ceremony carries the password it was: with another one it ends.
func (s *Service) askSecond(ctx context.Context, u User, hash string) (token string, err error) {
	err = s.db.Change(ctx, PasswordAccepted, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE admin_user SET password_hash = $1 WHERE id = $2 AND active AND password_hash = $3`, hash, u.ID, u.passwordHash)
		if err != nil {
			return err
		}
		if n == 0 {
			return errWrong
		}
		tx.About(ObjectKind, idText(u.ID))
		tx.Details = u.Name() + " gave the right password and is asked for the second factor"
		token, err = s.factors.Begin(ctx, tx, factor.SignIn, u.person(), hash)
		return err
	})
	return token, err
}

// SecondFactor ends a sign-in and returns the secret of the session. A wrong
// answer is factor.ErrWrong and counts against the account; fault.Gone means that
// it begins again with the password.
func (s *Service) SecondFactor(ctx context.Context, token string, a factor.Answer, old string) (secret string, u User, err error) {
	q, err := s.factors.Ask(ctx, factor.SignIn, token)
	if err != nil {
		return "", User{}, err
	}
	if u, err = load(ctx, s.db.Reader(), q.UserID); err != nil {
		return "", User{}, err
	}
	ctx = as(ctx, u)
	err = s.tried(ctx, u, func() error {
		return s.db.Change(ctx, SignedIn, func(ctx context.Context, tx *sqldb.Tx) error {
			done, err := s.factors.Finish(ctx, tx, factor.SignIn, token, a)
			if err != nil {
				return err
			}
			u.passwordHash = done.Carry
			if err := s.touchSignIn(ctx, tx, u, done.Carry); err != nil {
				return err
			}
			tx.Details = u.Name() + " signed in with " + done.With
			var id int64
			if secret, id, err = s.sessions.StartAdmin(ctx, tx, u.ID, old); err != nil {
				return err
			}
			return s.sessions.ConfirmAdmin(ctx, tx, id)
		})
	})
	return secret, u, err
}

// tried counts what a person gets wrong: of codes with six digits nobody may try
// many, in however many ceremonies.
func (s *Service) tried(ctx context.Context, u User, try func() error) error {
	account := session.Account("admin-factor", idText(u.ID))
	if err := s.throttle.Check(ctx, account); err != nil {
		return err
	}
	err := try()
	if err == nil {
		return s.throttle.Succeeded(ctx, account)
	}
	if !errors.Is(err, factor.ErrWrong) {
		return err
	}
	if err := s.throttle.Failed(ctx, account); err != nil {
		return err
	}
	refused := s.db.Refuse(ctx, SecondFactorFailed, func(e *sqldb.Entry) {
		e.About(ObjectKind, idText(u.ID))
		e.Details = "Wrong second factor for " + u.Username
	})
	return errors.Join(err, refused)
}

// Asked tells what a running sign-in or confirmation asks for.
func (s *Service) Asked(ctx context.Context, purpose factor.Purpose, token string) (factor.Question, error) {
	return s.factors.Ask(ctx, purpose, token)
}

// BeginConfirm asks an Admin user for a second factor again, before something of
// weight. Without one they confirm by their password: see ConfirmByPassword.
func (s *Service) BeginConfirm(ctx context.Context, userID int64) (token string, err error) {
	u, err := load(ctx, s.db.Reader(), userID)
	if err != nil {
		return "", err
	}
	err = s.db.Change(ctx, ConfirmAsked, func(ctx context.Context, tx *sqldb.Tx) error {
		tx.About(ObjectKind, idText(userID))
		tx.Details = u.Name() + " is asked to confirm that it is them"
		token, err = s.factors.Begin(ctx, tx, factor.Confirm, u.person(), "")
		return err
	})
	return token, err
}

// Confirm ends it for the session one is signed in with.
func (s *Service) Confirm(ctx context.Context, token string, a factor.Answer) error {
	who, _ := actor.From(ctx)
	u, err := load(ctx, s.db.Reader(), who.ID)
	if err != nil {
		return err
	}
	return s.tried(ctx, u, func() error {
		return s.db.Change(ctx, Confirmed, func(ctx context.Context, tx *sqldb.Tx) error {
			done, err := s.factors.Finish(ctx, tx, factor.Confirm, token, a)
			if err != nil {
				return err
			}
			if done.UserID != who.ID {
				return fault.New(fault.Gone, "This took too long. Please begin again.")
			}
			tx.About(ObjectKind, idText(u.ID))
			tx.Details = u.Name() + " confirmed with " + done.With
			return s.sessions.ConfirmAdmin(ctx, tx, who.SessionID)
		})
	})
}

// ConfirmByPassword is for Admin users without a second factor.
func (s *Service) ConfirmByPassword(ctx context.Context, typed string) error {
	who, _ := actor.From(ctx)
	if err := s.ConfirmPassword(ctx, who.ID, typed); err != nil {
		return err
	}
	return s.db.Change(ctx, Confirmed, func(ctx context.Context, tx *sqldb.Tx) error {
		if any, err := factor.Any(ctx, tx, who.ID); err != nil || any {
			return errors.Join(err, fault.New(fault.Conflict, "You have a second factor. Please confirm with it."))
		}
		tx.About(ObjectKind, idText(who.ID))
		tx.Details = who.Name + " confirmed with their password"
		return s.sessions.ConfirmAdmin(ctx, tx, who.SessionID)
	})
}
