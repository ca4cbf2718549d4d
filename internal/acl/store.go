package acl

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Service stores roles.
type Service struct{ db *sqldb.DB }

// New returns the service.
func New(db *sqldb.DB) *Service { return &Service{db: db} }

const roleColumns = `SELECT r.id, r.name, r.all_resources, r.all_websites, r.assist_mode, r.created_at, r.updated_at,
  (SELECT COUNT(*) FROM admin_user u WHERE u.role_id = r.id) FROM admin_role r`

func scanRole(s sqldb.Scanner) (r Role, err error) {
	err = s.Scan(&r.ID, &r.Name, &r.AllResources, &r.AllWebsites, &r.AssistMode,
		sqldb.Into(&r.CreatedAt), sqldb.Into(&r.UpdatedAt), &r.Users)
	return r, err
}

// List returns all roles by name, without their resources and websites.
func (s *Service) List(ctx context.Context) ([]Role, error) {
	return sqldb.All(ctx, s.db.Reader(), scanRole, roleColumns+` ORDER BY r.name_key`)
}

// Get returns a role with its resources and websites.
func (s *Service) Get(ctx context.Context, id int64) (Role, error) {
	return Get(ctx, s.db.Reader(), id)
}

// Get is Service.Get, inside or outside a change.
func Get(ctx context.Context, q sqldb.Querier, id int64) (Role, error) {
	r, found, err := sqldb.Found(sqldb.One(ctx, q, scanRole, roleColumns+` WHERE r.id = $1`, id))
	if err != nil {
		return Role{}, err
	}
	if !found {
		return Role{}, fault.New(fault.NotFound, "This role does not exist.")
	}
	g, err := Load(ctx, q, id)
	if err != nil {
		return Role{}, err
	}
	r.Resources, r.Websites = sorted(g.Resources), g.Websites
	return r, nil
}

// ByName finds a role by its name, ok is false when there is none.
func ByName(ctx context.Context, q sqldb.Querier, name string) (id int64, ok bool, err error) {
	return sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64],
		`SELECT id FROM admin_role WHERE name_key = $1`, nameKey(strings.TrimSpace(name))))
}

// KeepAdministrator refuses a change after which no active Admin user would hold
// all resources on all websites. Whoever takes a role, a user or a user's role
// away calls it last; the version row makes two such changes wait for each other.
func KeepAdministrator(ctx context.Context, tx *sqldb.Tx) error {
	if err := tx.Bump(ctx, "role"); err != nil {
		return err
	}
	var left int64
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM admin_user u JOIN admin_role r ON r.id = u.role_id
WHERE u.active AND r.all_resources AND r.all_websites`).Scan(&left)
	if err != nil {
		return err
	}
	if left == 0 {
		return fault.New(fault.Conflict, "At least one active Admin user must keep a role with all resources on all websites. This was the last one.")
	}
	return nil
}

func insertParts(ctx context.Context, tx *sqldb.Tx, r Role) error {
	for _, res := range r.Resources {
		if _, err := tx.Exec(ctx, `INSERT INTO admin_role_resource (role_id, resource) VALUES ($1, $2)`, r.ID, res); err != nil {
			return err
		}
	}
	for _, id := range r.Websites {
		_, err := tx.Exec(ctx, `INSERT INTO admin_role_website (role_id, website_id) VALUES ($1, $2)`, r.ID, id)
		if sqldb.IsForeignKey(err) {
			return fault.Fields{"websites": "One of the websites does not exist any more."}.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func deleteParts(ctx context.Context, tx *sqldb.Tx, id int64) error {
	for _, q := range []string{
		`DELETE FROM admin_role_resource WHERE role_id = $1`,
		`DELETE FROM admin_role_website WHERE role_id = $1`,
	} {
		if _, err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}
