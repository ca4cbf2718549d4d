// Package staff owns Admin users: who they are, how they sign in, and who may
// change them.
//
// It refuses to tell an unknown user name from a wrong password, to let anyone
// give a role or touch an account beyond their own, to take the last
// Administrator away, and to act for an editor who has not entered their own
// password again. Roles are acl's, sessions session's.
package staff

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/password"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
)

// The changes and refusals of this area.
const (
	Created         sqldb.Action = "staff.created"
	Saved           sqldb.Action = "staff.saved"
	Deleted         sqldb.Action = "staff.deleted"
	PasswordChanged sqldb.Action = "staff.password_changed"
	SignedIn        sqldb.Action = "staff.signed_in"
	SignInFailed    sqldb.Action = "staff.sign_in_failed"
	SignedOut       sqldb.Action = "staff.signed_out"
	SessionEnded    sqldb.Action = "staff.session_ended"
	SessionsEnded   sqldb.Action = "staff.sessions_ended"
	ConfirmFailed   sqldb.Action = "staff.confirm_failed"

	PasswordAccepted   sqldb.Action = "staff.password_accepted"
	SecondFactorFailed sqldb.Action = "staff.second_factor_failed"
	Confirmed          sqldb.Action = "staff.confirmed"
	ConfirmAsked       sqldb.Action = "staff.confirm_asked"
)

// ObjectKind is what Admin users are called in the record of a change.
const ObjectKind = "admin_user"

// User is an Admin user.
type User struct {
	ID                int64
	Username          string
	Email             string
	FirstName         string
	LastName          string
	RoleID            int64
	RoleName          string
	Active            bool
	LastLoginAt       time.Time
	PasswordChangedAt time.Time
	CreatedAt         time.Time
	UpdatedAt         time.Time

	passwordHash string
}

// Name is the full name.
func (u User) Name() string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

// Service keeps Admin users.
type Service struct {
	db       *sqldb.DB
	sessions *session.Service
	throttle *session.Throttle
	hasher   *password.Hasher
	factors  *factor.Service
}

// New returns a Service.
func New(db *sqldb.DB, sessions *session.Service, throttle *session.Throttle, hasher *password.Hasher, factors *factor.Service) *Service {
	return &Service{db: db, sessions: sessions, throttle: throttle, hasher: hasher, factors: factors}
}

// FromSession is the Admin user as their session's query read them, without a
// query of its own; the name of the role and the times are not filled.
func FromSession(a session.Admin) User {
	return User{
		ID: a.UserID, Username: a.Username, Email: a.Email, FirstName: a.FirstName, LastName: a.LastName,
		RoleID: a.RoleID, Active: true,
	}
}

// Editor is who changes Admin users or roles: an Admin user who enters their own
// password again, or the application itself.
type Editor struct {
	UserID      int64 // 0 for the application itself
	OwnPassword string
}

// System is the application itself: the command line, the demo's seed.
func System() Editor { return Editor{} }

// grant reads what the editor may do now, inside the change. The field's
// resource is asked here too: hiding a page is no control.
func (e Editor) grant(ctx context.Context, tx *sqldb.Tx) (acl.Grant, error) {
	if e.UserID == 0 {
		return acl.Everything(), nil
	}
	u, err := load(ctx, tx, e.UserID)
	if err != nil {
		return acl.Grant{}, err
	}
	g, err := acl.Load(ctx, tx, u.RoleID)
	if err != nil {
		return acl.Grant{}, err
	}
	if !u.Active || !g.Allows(acl.SystemUsers) {
		return acl.Grant{}, fault.New(fault.Denied, "Your role does not allow changing Admin users.")
	}
	return g, nil
}
