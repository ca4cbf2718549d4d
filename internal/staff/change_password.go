package staff

import (
	"context"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// ChangePassword gives oneself a new password. All one's sessions end, the
// present one too, and the returned secret is that of a new one for this browser.
func (s *Service) ChangePassword(ctx context.Context, userID int64, current, fresh, repeat string) (secret string, err error) {
	u, err := load(ctx, s.db.Reader(), userID)
	if err != nil {
		return "", err
	}
	f := fault.Fields{}
	if wrong := password.Check(fresh, password.MinStaff, u.Username, u.Email, u.FirstName+u.LastName); wrong != "" {
		f.Add("password", "%s", wrong)
	} else if fresh != repeat {
		f.Add("password_repeat", "The two passwords differ.")
	} else if fresh == current {
		f.Add("password", "This is the present password. Choose another one.")
	}
	if err := s.confirm(ctx, Editor{UserID: userID, OwnPassword: current}, f); err != nil {
		return "", err
	}
	if err := f.Err(); err != nil {
		return "", err
	}
	hash, err := s.hasher.Hash(ctx, fresh)
	if err != nil {
		return "", err
	}
	err = s.db.Change(ctx, PasswordChanged, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE admin_user SET password_hash = $1, password_changed_at = $2, updated_at = $2 WHERE id = $3 AND active AND password_hash = $4`,
			hash, sqldb.Micros(tx.Now()), userID, u.passwordHash)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "Your account was changed in the meantime. Please try again.")
		}
		tx.About(ObjectKind, idText(userID))
		tx.Details = u.Name() + " changed their own password"
		if _, err := s.sessions.EndAllAdmin(ctx, tx, userID, 0, session.PasswordChanged); err != nil {
			return err
		}
		secret, _, err = s.sessions.StartAdmin(ctx, tx, userID, "")
		return err
	})
	return secret, err
}
