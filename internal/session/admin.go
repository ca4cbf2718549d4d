package session

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// Admin is a session of an Admin user, with the Admin user as they are now.
type Admin struct {
	Life
	UserID    int64
	Username  string
	Email     string
	FirstName string
	LastName  string
	RoleID    int64

	HasFactor   bool      // the Admin user has a second factor
	ConfirmedAt time.Time // when they last proved, beyond the password, that it is them; zero: not in this session
}

// Name is the Admin user's full name.
func (a Admin) Name() string { return a.FirstName + " " + a.LastName }

const adminColumns = `s.id, s.created_at, s.last_seen_at, s.expires_at, s.ended_at, s.end_cause, s.ip, s.user_agent,
	s.admin_user_id, u.username, u.email, u.first_name, u.last_name, u.role_id, u.active,
	s.confirmed_at, EXISTS (SELECT 1 FROM admin_factor f WHERE f.admin_user_id = u.id)
	FROM admin_session s JOIN admin_user u ON u.id = s.admin_user_id`

func scanAdmin(s sqldb.Scanner) (a Admin, err error) {
	var active bool
	err = s.Scan(&a.ID, sqldb.Into(&a.CreatedAt), sqldb.Into(&a.LastSeenAt), sqldb.Into(&a.ExpiresAt),
		sqldb.Into(&a.EndedAt), &a.EndCause, &a.IP, &a.UserAgent,
		&a.UserID, &a.Username, &a.Email, &a.FirstName, &a.LastName, &a.RoleID, &active,
		sqldb.Into(&a.ConfirmedAt), &a.HasFactor)
	if err == nil && !active && a.EndedAt.IsZero() {
		a.EndedAt, a.EndCause = a.LastSeenAt, Deactivated
	}
	return a, err
}

// StartAdmin signs an Admin user in: it ends the session that the browser held
// before (old is its secret, "" for none) and returns the secret of a new one.
// A secret is never taken over from outside.
func (s *Service) StartAdmin(ctx context.Context, tx *sqldb.Tx, userID int64, old string) (secret string, sessionID int64, err error) {
	if old != "" {
		_, err := tx.Exec(ctx, `UPDATE admin_session SET ended_at = $1, end_cause = $2 WHERE token_hash = $3 AND ended_at IS NULL`,
			sqldb.Micros(tx.Now()), Replaced, id.Hash(old))
		if err != nil {
			return "", 0, err
		}
	}
	who, _ := actor.From(ctx)
	secret = id.Secret()
	now := tx.Now()
	sessionID, err = tx.Insert(ctx, `INSERT INTO admin_session
		(token_hash, admin_user_id, created_at, last_seen_at, expires_at, ip, user_agent)
		VALUES ($1, $2, $3, $3, $4, $5, $6) RETURNING id`,
		id.Hash(secret), userID, sqldb.Micros(now), sqldb.Micros(now.Add(AdminAbsolute)), who.IP, clip(who.UserAgent, 300))
	return secret, sessionID, err
}

// Admin resolves a secret in one query. An error of kind fault.SignIn says by
// its cause why there is no session: see CauseOf.
func (s *Service) Admin(ctx context.Context, secret string) (Admin, error) {
	a, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanAdmin,
		`SELECT `+adminColumns+` WHERE s.token_hash = $1`, id.Hash(secret)))
	if err != nil {
		return Admin{}, err
	}
	if !found {
		return Admin{}, over(Unknown)
	}
	if c := a.cause(s.db.Now(), s.limits.AdminIdle(ctx)); c != "" {
		return a, over(c)
	}
	return a, nil
}

// TouchAdmin counts a request as activity of an Admin session: one of the Admin,
// or one in a stay. It writes at most once every TouchEvery, judged by the
// lastSeen the caller has just read (the zero time if it has not), and it never
// revives a session that is over.
func (s *Service) TouchAdmin(ctx context.Context, sessionID int64, lastSeen time.Time) error {
	now := s.db.Now()
	if now.Sub(lastSeen) < s.limits.TouchEvery {
		return nil
	}
	idle := s.limits.AdminIdle(ctx)
	return s.db.Upkeep(ctx, "session.touch_admin", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE admin_session SET last_seen_at = $1
			WHERE id = $2 AND ended_at IS NULL AND expires_at > $1 AND last_seen_at > $3 AND last_seen_at <= $4`,
			sqldb.Micros(now), sessionID, sqldb.Micros(now.Add(-idle)), sqldb.Micros(now.Add(-s.limits.TouchEvery)))
		return err
	})
}

// ConfirmAdmin notes that the Admin user has just proved, in this session, that it
// is them.
func (s *Service) ConfirmAdmin(ctx context.Context, tx *sqldb.Tx, sessionID int64) error {
	_, err := tx.Exec(ctx, `UPDATE admin_session SET confirmed_at = $2 WHERE id = $1 AND ended_at IS NULL`, sessionID, sqldb.Micros(tx.Now()))
	return err
}

// EndAdmin ends one session of an Admin user; false means that it had ended
// already or is not theirs.
func (s *Service) EndAdmin(ctx context.Context, tx *sqldb.Tx, userID, sessionID int64, c Cause) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE admin_session SET ended_at = $1, end_cause = $2
		WHERE id = $3 AND admin_user_id = $4 AND ended_at IS NULL`, sqldb.Micros(tx.Now()), c, sessionID, userID)
	return n > 0, err
}

// EndAllAdmin ends all sessions of an Admin user but one (0 for none).
func (s *Service) EndAllAdmin(ctx context.Context, tx *sqldb.Tx, userID, except int64, c Cause) (int64, error) {
	return tx.Exec(ctx, `UPDATE admin_session SET ended_at = $1, end_cause = $2
		WHERE admin_user_id = $3 AND id <> $4 AND ended_at IS NULL`, sqldb.Micros(tx.Now()), c, userID, except)
}

// ActiveAdmin lists the live sessions of an Admin user, the latest used first.
func (s *Service) ActiveAdmin(ctx context.Context, userID int64) ([]Admin, error) {
	now := s.db.Now()
	return sqldb.All(ctx, s.db.Reader(), scanAdmin, `SELECT `+adminColumns+`
		WHERE s.admin_user_id = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.last_seen_at > $3
		ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 100`,
		userID, sqldb.Micros(now), sqldb.Micros(now.Add(-s.limits.AdminIdle(ctx))))
}
