// Package session keeps who is signed in: one row for each browser of an Admin
// user or a customer, and the count of failed attempts to sign in.
//
// A session is a 256-bit secret in a cookie, of which only the hash is stored.
// It ends by being idle, by age, or by an end with a cause; nothing revives it.
// Rows are asked on every request and remembered by no node. The package knows
// no cookies, no passwords and no permissions, and a stay in a customer's
// account is not one of its sessions.
package session

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Cause says why a session ended, or why a secret is no session.
type Cause string

// The causes.
const (
	Unknown         Cause = "unknown"          // no such session
	Idle            Cause = "idle"             // not used for too long
	Expired         Cause = "expired"          // older than a session may become
	SignedOut       Cause = "signed_out"       // by its owner
	Replaced        Cause = "replaced"         // by a new sign-in in the same browser
	EndedElsewhere  Cause = "ended_elsewhere"  // by its owner from another session
	EndedByStaff    Cause = "ended_by_staff"   // by an Admin user: force sign-in
	PasswordChanged Cause = "password_changed" // and all others with it
	RoleChanged     Cause = "role_changed"     // the Admin user got another role
	Deactivated     Cause = "deactivated"      // the account is switched off
	Deleted         Cause = "deleted"          // the account is gone
	SetBack         Cause = "set_back"         // the database was restored from a backup
)

// Limits of sessions. Each function is asked at use, so that it may come from
// the configuration; nil ones stand for the defaults.
type Limits struct {
	AdminIdle    func(context.Context) time.Duration // 15 minutes
	CustomerIdle func(context.Context) time.Duration // 1 day
	TouchEvery   time.Duration                       // how stale last_seen_at may be: 30 seconds
}

// Absolute ages that no activity extends.
const (
	AdminAbsolute    = 12 * time.Hour
	CustomerAbsolute = 30 * 24 * time.Hour
)

// Service resolves, starts and ends sessions.
type Service struct {
	db     *sqldb.DB
	limits Limits
}

// New returns a Service.
func New(db *sqldb.DB, limits Limits) *Service {
	if limits.AdminIdle == nil {
		limits.AdminIdle = fixed(15 * time.Minute)
	}
	if limits.CustomerIdle == nil {
		limits.CustomerIdle = fixed(24 * time.Hour)
	}
	if limits.TouchEvery <= 0 {
		limits.TouchEvery = 30 * time.Second
	}
	return &Service{db: db, limits: limits}
}

func fixed(d time.Duration) func(context.Context) time.Duration {
	return func(context.Context) time.Duration { return d }
}

// AdminIdle is the idle limit of Admin sessions now in force. The clause
// "ended_at IS NULL AND expires_at > now AND last_seen_at > now - AdminIdle"
// is what makes a row of admin_session live.
func (s *Service) AdminIdle(ctx context.Context) time.Duration { return s.limits.AdminIdle(ctx) }

// Life is what every session has.
type Life struct {
	ID         int64
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time
	EndedAt    time.Time
	EndCause   Cause
	IP         string
	UserAgent  string
}

// cause is why the session is over at a time, "" while it lives.
func (l Life) cause(now time.Time, idle time.Duration) Cause {
	switch {
	case !l.EndedAt.IsZero() && l.EndCause == "":
		return Unknown // ended is ended, whatever the row lacks
	case !l.EndedAt.IsZero():
		return l.EndCause
	case !now.Before(l.ExpiresAt):
		return Expired
	case now.Sub(l.LastSeenAt) >= idle:
		return Idle
	}
	return ""
}

// CauseOf reads the cause out of an error of Admin or Customer, "" from any other.
func CauseOf(err error) Cause {
	if f, ok := fault.As(err); ok && f.Kind == fault.SignIn {
		return Cause(f.Code)
	}
	return ""
}

var sentences = map[Cause]string{
	Idle:            "You were signed out because nothing happened for a while. Please sign in again.",
	Expired:         "Your session reached its longest duration. Please sign in again.",
	SignedOut:       "You have signed out.",
	EndedElsewhere:  "This session was ended from another device. Please sign in again.",
	EndedByStaff:    "This session was ended by store staff. Please sign in again.",
	PasswordChanged: "The password was changed. Please sign in again.",
	RoleChanged:     "Your role was changed. Please sign in again.",
	Deactivated:     "This account is not active.",
	Deleted:         "This account no longer exists.",
	SetBack:         "The shop was restored from a backup. Please sign in again.",
}

// Sentence tells a person why a session is over.
func (c Cause) Sentence() string {
	if s, ok := sentences[c]; ok {
		return s
	}
	return "Please sign in."
}

// EndEverything ends every session there is: a restored backup may hold some that
// had ended since.
func (s *Service) EndEverything(ctx context.Context, tx *sqldb.Tx) (staff, customers int64, err error) {
	const end = ` SET ended_at = $1, end_cause = $2 WHERE ended_at IS NULL`
	if staff, err = tx.Exec(ctx, `UPDATE admin_session`+end, sqldb.Micros(tx.Now()), SetBack); err == nil {
		customers, err = tx.Exec(ctx, `UPDATE customer_session`+end, sqldb.Micros(tx.Now()), SetBack)
	}
	return staff, customers, err
}

func over(c Cause) error {
	return &fault.Error{Kind: fault.SignIn, Code: string(c), Message: c.Sentence()}
}

// clip bounds what a browser says about itself.
func clip(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
