package staff

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const userColumns = `SELECT u.id, u.username, u.email, u.first_name, u.last_name, u.role_id, r.name, u.active,
	u.last_login_at, u.password_changed_at, u.created_at, u.updated_at, u.password_hash
	FROM admin_user u JOIN admin_role r ON r.id = u.role_id`

func scanUser(s sqldb.Scanner) (u User, err error) {
	err = s.Scan(&u.ID, &u.Username, &u.Email, &u.FirstName, &u.LastName, &u.RoleID, &u.RoleName, &u.Active,
		sqldb.Into(&u.LastLoginAt), sqldb.Into(&u.PasswordChangedAt), sqldb.Into(&u.CreatedAt), sqldb.Into(&u.UpdatedAt), &u.passwordHash)
	return u, err
}

func load(ctx context.Context, q sqldb.Querier, id int64) (User, error) {
	u, found, err := sqldb.Found(sqldb.One(ctx, q, scanUser, userColumns+` WHERE u.id = $1`, id))
	if err == nil && !found {
		return User{}, fault.New(fault.NotFound, "This Admin user does not exist.")
	}
	return u, err
}

func byUsername(ctx context.Context, q sqldb.Querier, name string) (User, bool, error) {
	return sqldb.Found(sqldb.One(ctx, q, scanUser, userColumns+` WHERE u.username_key = $1`, key(name)))
}

// key is how user names and e-mail addresses are compared.
func key(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// Get returns an Admin user.
func (s *Service) Get(ctx context.Context, id int64) (User, error) {
	return load(ctx, s.db.Reader(), id)
}

// ByUsername finds an Admin user by user name.
func (s *Service) ByUsername(ctx context.Context, name string) (User, bool, error) {
	return byUsername(ctx, s.db.Reader(), name)
}

// Any reports whether there is any Admin user: a fresh installation has none.
func (s *Service) Any(ctx context.Context) (bool, error) {
	var n int
	err := s.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT id FROM admin_user LIMIT 1) u`).Scan(&n)
	return n > 0, err
}

// Filter narrows and orders the list of Admin users.
type Filter struct {
	Search string // beginning of user name, e-mail, first or last name, or an id
	RoleID int64
	Active string // "1", "0" or "" for both
	Sort   string // one of SortKeys, "-" before it for descending
	Limit  int
	Offset int
}

var sortColumns = map[string]string{
	"id": "u.id", "username": "u.username_key", "name": "LOWER(u.last_name), LOWER(u.first_name)", "email": "u.email_key",
	"role": "r.name_key", "active": "u.active", "last_login": "COALESCE(u.last_login_at, 0)",
}

// List returns the Admin users a filter leaves, and how many there are in all.
func (s *Service) List(ctx context.Context, f Filter) (users []User, total int, err error) {
	var w sqldb.Where
	for _, word := range strings.Fields(strings.ToLower(f.Search)) {
		end := sqldb.PrefixEnd(word)
		w.And(`u.username_key >= ? AND u.username_key < ? OR u.email_key >= ? AND u.email_key < ?
			OR LOWER(u.first_name) >= ? AND LOWER(u.first_name) < ? OR LOWER(u.last_name) >= ? AND LOWER(u.last_name) < ?
			OR CAST(u.id AS TEXT) = ?`, word, end, word, end, word, end, word, end, word)
	}
	if f.RoleID != 0 {
		w.And(`u.role_id = ?`, f.RoleID)
	}
	if f.Active != "" {
		w.And(`u.active = ?`, f.Active == "1")
	}
	err = s.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM admin_user u`+w.SQL(), w.Args()...).Scan(&total)
	if err != nil {
		return nil, 0, err
	}
	if f.Limit <= 0 {
		f.Limit = 200
	}
	page := w.SQL() + orderBy(f.Sort) + w.Bind(` LIMIT ? OFFSET ?`, f.Limit, f.Offset)
	users, err = sqldb.All(ctx, s.db.Reader(), scanUser, userColumns+page, w.Args()...)
	return users, total, err
}

// Name is an Admin user as a choice offers one.
type Name struct {
	ID       int64
	Username string
}

// maxNames is how many a choice offers.
const maxNames = 500

// Names returns the Admin users by their user names.
func (s *Service) Names(ctx context.Context) ([]Name, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (n Name, err error) { return n, r.Scan(&n.ID, &n.Username) },
		`SELECT id, username FROM admin_user ORDER BY username_key LIMIT $1`, maxNames)
}

func orderBy(sort string) string {
	name, down := strings.CutPrefix(sort, "-")
	columns, ok := sortColumns[name]
	if !ok {
		return ` ORDER BY u.username_key`
	}
	if down {
		columns = strings.ReplaceAll(columns, ", LOWER", " DESC, LOWER") + " DESC"
	}
	return ` ORDER BY ` + columns + `, u.id`
}
