package staff

import (
	"context"
	"errors"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/sqldb"
)

// Administrators is the name of the role that every installation begins with.
const Administrators = "Administrators"

// EnsureAdministrators makes sure that there is a role with all resources on
// all websites, and returns its id: the one called Administrators, or whichever
// holds everything after that one was renamed.
func (s *Service) EnsureAdministrators(ctx context.Context) (id int64, err error) {
	if id, found, err := s.everything(ctx, s.db.Reader()); found || err != nil {
		return id, err
	}
	err = s.db.Change(ctx, acl.RoleCreated, func(ctx context.Context, tx *sqldb.Tx) error {
		if err := tx.Bump(ctx, "role"); err != nil { // two nodes that start together make one
			return err
		}
		var found bool
		if id, found, err = s.everything(ctx, tx); err != nil {
			return err
		}
		if found {
			return errExists
		}
		id, err = acl.Create(ctx, tx, acl.Everything(), acl.Role{Name: Administrators, AllResources: true, AllWebsites: true})
		return err
	})
	if errors.Is(err, errExists) {
		return id, nil
	}
	return id, err
}

var errExists = errors.New("the role exists")

func (s *Service) everything(ctx context.Context, q sqldb.Querier) (int64, bool, error) {
	return sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT id FROM admin_role WHERE all_resources AND all_websites
		ORDER BY CASE WHEN name_key = 'administrators' THEN 0 ELSE 1 END, id LIMIT 1`))
}
