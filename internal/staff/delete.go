package staff

import (
	"context"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// Delete removes an Admin user. What they did stays on the record.
func (s *Service) Delete(ctx context.Context, by Editor, id int64) error {
	f := fault.Fields{}
	if err := s.confirm(ctx, by, f); err != nil {
		return err
	}
	if err := f.Err(); err != nil {
		return err
	}
	if by.UserID == id {
		return fault.New(fault.Conflict, "You cannot delete your own account.")
	}
	return s.db.Change(ctx, Deleted, func(ctx context.Context, tx *sqldb.Tx) error {
		if err := tx.Bump(ctx, "role"); err != nil {
			return err
		}
		before, err := mayTouch(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if _, err := s.sessions.EndAllAdmin(ctx, tx, id, 0, session.Deleted); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM admin_user WHERE id = $1`, id); err != nil {
			return err
		}
		describe(tx, before, User{})
		return acl.KeepAdministrator(ctx, tx)
	})
}
