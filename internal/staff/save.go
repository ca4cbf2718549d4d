package staff

import (
	"context"
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// Draft is what an editor wants an Admin user to be.
type Draft struct {
	ID        int64 // 0 creates one
	Username  string
	Email     string
	FirstName string
	LastName  string
	RoleID    int64
	Active    bool
	Password  string // "" keeps the present one
	Repeat    string // the password again
	// Seen is when the form was read, by UpdatedAt; somebody else's save since
	// then is a conflict. The zero time does not ask.
	Seen time.Time
}

// DraftOf is the Draft that changes nothing.
func DraftOf(u User) Draft {
	return Draft{
		ID: u.ID, Username: u.Username, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName,
		RoleID: u.RoleID, Active: u.Active, Seen: u.UpdatedAt,
	}
}

const maxText = 100

// validate checks what does not depend on anybody else.
func (d *Draft) validate() fault.Fields {
	f := fault.Fields{}
	for _, t := range []struct {
		field, label string
		value        *string
	}{
		{"username", "a user name", &d.Username}, {"first_name", "a first name", &d.FirstName},
		{"last_name", "a last name", &d.LastName}, {"email", "an e-mail address", &d.Email},
	} {
		*t.value = strings.Join(strings.Fields(*t.value), " ")
		switch {
		case *t.value == "":
			f.Add(t.field, "Enter %s.", t.label)
		case utf8.RuneCountInString(*t.value) > maxText:
			f.Add(t.field, "Use at most %d characters.", maxText)
		case strings.ContainsFunc(*t.value, unicode.IsControl):
			f.Add(t.field, "This has characters that cannot be shown.")
		}
	}
	if !isUsername(d.Username) {
		f.Add("username", "Use letters, digits, and . _ - only.")
	}
	if a, err := mail.ParseAddress(d.Email); err != nil || a.Address != d.Email || !strings.Contains(d.Email, ".") {
		f.Add("email", "This is no e-mail address. It looks like name@example.com.")
	}
	if d.RoleID == 0 {
		f.Add("role_id", "Choose a role.")
	}
	d.checkPassword(f)
	return f
}

func (d *Draft) checkPassword(f fault.Fields) {
	if d.Password == "" && d.ID != 0 {
		if d.Repeat != "" {
			f.Add("password", "Enter the new password here too.")
		}
		return
	}
	if wrong := password.Check(d.Password, password.MinStaff, d.Username, d.Email, d.FirstName+d.LastName); wrong != "" {
		f.Add("password", "%s", wrong)
	} else if d.Password != d.Repeat {
		f.Add("password_repeat", "The two passwords differ.")
	}
}

func isUsername(s string) bool {
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r) {
			return false
		}
	}
	return true
}

// Save creates or changes an Admin user and returns the id.
func (s *Service) Save(ctx context.Context, by Editor, d Draft) (id int64, err error) {
	f := d.validate()
	if err := s.confirm(ctx, by, f); err != nil {
		return 0, err
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	hash := ""
	if d.Password != "" {
		if hash, err = s.hasher.Hash(ctx, d.Password); err != nil {
			return 0, err
		}
	}
	if d.ID == 0 {
		return s.create(ctx, by, d, hash)
	}
	return d.ID, s.change(ctx, by, d, hash)
}

// confirm adds a wrong own password to the errors found so far, so that one
// look at the form shows them all.
func (s *Service) confirm(ctx context.Context, by Editor, f fault.Fields) error {
	if by.UserID == 0 {
		return nil
	}
	err := s.ConfirmPassword(ctx, by.UserID, by.OwnPassword)
	if wrong := fault.FieldsOf(err); wrong != nil {
		for field, text := range wrong {
			f.Add(field, "%s", text)
		}
		return nil
	}
	return err
}

func (s *Service) create(ctx context.Context, by Editor, d Draft, hash string) (id int64, err error) {
	err = s.db.Change(ctx, Created, func(ctx context.Context, tx *sqldb.Tx) error {
		role, err := mayGive(ctx, tx, by, d.RoleID)
		if err != nil {
			return err
		}
		now := sqldb.Micros(tx.Now())
		id, err = tx.Insert(ctx, `INSERT INTO admin_user
			(username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10) RETURNING id`,
			d.Username, key(d.Username), d.Email, key(d.Email), d.FirstName, d.LastName, hash, d.RoleID, d.Active, now)
		if err != nil {
			return taken(ctx, s.db.Reader(), d, err)
		}
		describe(tx, User{}, d.user(id, role.Name))
		return nil
	})
	return id, err
}

// taken says which of the two unique texts somebody else has.
func taken(ctx context.Context, q sqldb.Querier, d Draft, err error) error {
	if !sqldb.IsUnique(err) {
		return err
	}
	f := fault.Fields{}
	other, found, e := byUsername(ctx, q, d.Username)
	if e != nil {
		return e
	}
	if found && other.ID != d.ID {
		f.Add("username", "Another Admin user has this user name.")
	} else {
		f.Add("email", "Another Admin user has this e-mail address.")
	}
	return f.Err()
}

// mayGive refuses an editor who lacks anything the role gives. The version row
// makes changes of roles and users wait for each other.
func mayGive(ctx context.Context, tx *sqldb.Tx, by Editor, roleID int64) (acl.Role, error) {
	if err := tx.Bump(ctx, "role"); err != nil {
		return acl.Role{}, err
	}
	g, err := by.grant(ctx, tx)
	if err != nil {
		return acl.Role{}, err
	}
	role, err := acl.Get(ctx, tx, roleID)
	if fault.Is(err, fault.NotFound) {
		return acl.Role{}, fault.Fields{"role_id": "This role does not exist any more. Choose another one."}.Err()
	}
	if err != nil {
		return acl.Role{}, err
	}
	return role, g.CoversAll(role)
}

func (s *Service) change(ctx context.Context, by Editor, d Draft, hash string) error {
	return s.db.Change(ctx, Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		role, err := mayGive(ctx, tx, by, d.RoleID)
		if err != nil {
			return err
		}
		before, err := mayTouch(ctx, tx, by, d.ID)
		if err != nil {
			return err
		}
		if !d.Seen.IsZero() && !d.Seen.Equal(before.UpdatedAt) {
			return fault.New(fault.Conflict, "Somebody else saved %s in the meantime. Open the page again to see what it is now.", before.Username)
		}
		if by.UserID == d.ID && !d.Active {
			return fault.Fields{"active": "You cannot deactivate your own account."}.Err()
		}
		if err := s.update(ctx, tx, before, d, hash); err != nil {
			return err
		}
		describe(tx, before, d.user(d.ID, role.Name))
		if hash != "" {
			tx.Diff("Password", "", "changed")
		}
		if err := s.endSessions(ctx, tx, before, d, hash); err != nil {
			return err
		}
		if before.Active && (!d.Active || before.RoleID != d.RoleID) {
			return acl.KeepAdministrator(ctx, tx)
		}
		return nil
	})
}

// mayTouch refuses an editor who lacks anything the account can do now: who
// could set its password could sign in as it.
func mayTouch(ctx context.Context, tx *sqldb.Tx, by Editor, id int64) (User, error) {
	u, err := load(ctx, tx, id)
	if err != nil {
		return User{}, err
	}
	g, err := by.grant(ctx, tx)
	if err != nil {
		return User{}, err
	}
	role, err := acl.Get(ctx, tx, u.RoleID)
	if err != nil {
		return User{}, err
	}
	return u, g.CoversAll(role)
}

func (s *Service) update(ctx context.Context, tx *sqldb.Tx, before User, d Draft, hash string) error {
	now, changedAt := sqldb.Micros(tx.Now()), sqldb.Micros(before.PasswordChangedAt)
	if hash == "" {
		hash = before.passwordHash
	} else {
		changedAt = now
	}
	_, err := tx.Exec(ctx, `UPDATE admin_user SET username = $2, username_key = $3, email = $4, email_key = $5, first_name = $6, last_name = $7,
		role_id = $8, active = $9, password_hash = $10, password_changed_at = $11, updated_at = $12 WHERE id = $1`,
		d.ID, d.Username, key(d.Username), d.Email, key(d.Email), d.FirstName, d.LastName, d.RoleID, d.Active, hash, changedAt, now)
	if err != nil {
		return taken(ctx, s.db.Reader(), d, err)
	}
	return nil
}

// endSessions signs the Admin user out where what their sessions stood for has
// changed; stays begun from them end with them.
func (s *Service) endSessions(ctx context.Context, tx *sqldb.Tx, before User, d Draft, hash string) error {
	var cause session.Cause
	switch {
	case before.Active && !d.Active:
		cause = session.Deactivated
	case before.RoleID != d.RoleID:
		cause = session.RoleChanged
	case hash != "":
		cause = session.PasswordChanged
	default:
		return nil
	}
	_, err := s.sessions.EndAllAdmin(ctx, tx, d.ID, 0, cause)
	return err
}

func (d Draft) user(id int64, role string) User {
	return User{ID: id, Username: d.Username, Email: d.Email, FirstName: d.FirstName, LastName: d.LastName, RoleID: d.RoleID, RoleName: role, Active: d.Active}
}

// describe puts before and after on the record; the zero User is none.
func describe(tx *sqldb.Tx, before, after User) {
	u := after
	if after.ID == 0 {
		u = before
	}
	tx.About(ObjectKind, idText(u.ID))
	tx.Details = "Admin user " + u.Username
	tx.Diff("User Name", before.Username, after.Username)
	tx.Diff("E-mail", before.Email, after.Email)
	tx.Diff("First Name", before.FirstName, after.FirstName)
	tx.Diff("Last Name", before.LastName, after.LastName)
	tx.Diff("Role", before.RoleName, after.RoleName)
	tx.Diff("This account is", activeText(before), activeText(after))
}

func activeText(u User) string {
	switch {
	case u.ID == 0:
		return ""
	case u.Active:
		return "Active"
	}
	return "Inactive"
}
