// Package factor owns the second factors of Admin users: authenticator apps
// (RFC 6238), passkeys (WebAuthn level 3) and the recovery codes beside them.
//
// It refuses a code that was used before, a passkey whose counter ran backwards,
// and anything after its few minutes; it never says which of several factors was
// wrong. It knows no passwords, no sessions and no pages: staff decides when a
// factor is asked for.
package factor

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// The changes of this package.
const (
	Added         sqldb.Action = "staff.factor_added"
	Removed       sqldb.Action = "staff.factor_removed"
	Reset         sqldb.Action = "staff.factors_reset"
	CodesRenewed  sqldb.Action = "staff.recovery_codes_renewed"
	CeremonyBegun sqldb.Action = "staff.factor_begun"
)

// Kind of a factor.
type Kind string

// The kinds. A recovery code is no factor of its own: it stands in for one.
const (
	App     Kind = "app"     // an authenticator app
	Passkey Kind = "passkey" // a device, a password manager or a security key
)

// Label is what people call it.
func (k Kind) Label() string {
	if k == App {
		return "Authenticator app"
	}
	return "Passkey"
}

// most is how many factors one Admin user may have.
const most = 10

// Factor is one of an Admin user's second factors.
type Factor struct {
	ID         int64
	Kind       Kind
	Name       string
	CreatedAt  time.Time
	LastUsedAt time.Time // zero: never

	secret     string
	lastStep   int64
	credential string
}

// Person is whose factor it is.
type Person struct {
	ID       int64
	Username string
	Name     string
}

// Options of a Service.
type Options struct {
	Keys   Keys   // seal the secrets of authenticator apps; without, there are passkeys only
	Origin string // the Admin's: passkeys are bound to its host
	Issuer string // what apps and browsers call this Admin
}

// Service keeps second factors.
type Service struct {
	db     *sqldb.DB
	keys   Keys
	issuer string
	rp     *webauthn.WebAuthn
}

// New returns a Service. Its error says what is wrong with the origin.
func New(db *sqldb.DB, o Options) (*Service, error) {
	u, err := url.Parse(o.Origin)
	if err != nil {
		return nil, fmt.Errorf("factor: origin: %w", err)
	}
	rp, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: o.Issuer, RPOrigins: []string{o.Origin},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("factor: passkeys for %s: %w", o.Origin, err)
	}
	return &Service{db: db, keys: o.Keys, issuer: o.Issuer, rp: rp}, nil
}

// Apps tells whether authenticator apps can be added: without a key to seal
// their secrets there are passkeys only.
func (s *Service) Apps() bool { return len(s.keys) > 0 }

// Unreadable counts the authenticator apps whose codes cannot be checked, because
// their secrets were sealed by keys that this server does not have.
func (s *Service) Unreadable(ctx context.Context) (n int, err error) {
	type app struct {
		userID int64
		secret string
	}
	apps, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (a app, err error) {
		err = r.Scan(&a.userID, &a.secret)
		return a, err
	}, `SELECT admin_user_id, secret FROM admin_factor WHERE kind = $1`, string(App))
	for _, a := range apps {
		if _, err := s.keys.open(a.userID, a.secret); err != nil {
			n++
		}
	}
	return n, err
}

const factorColumns = `SELECT id, kind, name, secret, last_step, credential, created_at, last_used_at FROM admin_factor`

func scanFactor(row sqldb.Scanner) (f Factor, err error) {
	err = row.Scan(&f.ID, &f.Kind, &f.Name, &f.secret, &f.lastStep, &f.credential, sqldb.Into(&f.CreatedAt), sqldb.Into(&f.LastUsedAt))
	return f, err
}

// Of lists an Admin user's factors, the oldest first.
func (s *Service) Of(ctx context.Context, userID int64) ([]Factor, error) {
	return of(ctx, s.db.Reader(), userID)
}

func of(ctx context.Context, q sqldb.Querier, userID int64) ([]Factor, error) {
	return sqldb.All(ctx, q, scanFactor, factorColumns+` WHERE admin_user_id = $1 ORDER BY id`, userID)
}

// Any tells, inside a change, whether an Admin user has a second factor.
func Any(ctx context.Context, q sqldb.Querier, userID int64) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM admin_factor WHERE admin_user_id = $1`, userID).Scan(&n)
	return n > 0, err
}

// Remove takes one factor away as part of a change; with the last one go the
// recovery codes. keep refuses to take the last.
func (s *Service) Remove(ctx context.Context, tx *sqldb.Tx, userID, id int64, keep bool) (Factor, error) {
	if err := lock(ctx, tx, userID); err != nil {
		return Factor{}, err
	}
	factors, err := of(ctx, tx, userID)
	if err != nil {
		return Factor{}, err
	}
	for _, f := range factors {
		if f.ID != id {
			continue
		}
		if keep && len(factors) == 1 {
			return f, fault.New(fault.Conflict, "Your role needs a second factor. Add another one before you remove this.")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM admin_factor WHERE id = $1`, id); err != nil || len(factors) > 1 {
			return f, err
		}
		_, err := tx.Exec(ctx, `DELETE FROM admin_recovery_code WHERE admin_user_id = $1`, userID)
		return f, err
	}
	return Factor{}, fault.New(fault.NotFound, "This second factor does not exist.")
}

// RemoveAll takes all factors of an Admin user away as part of a change and says
// how many there were.
func (s *Service) RemoveAll(ctx context.Context, tx *sqldb.Tx, userID int64) (int64, error) {
	for _, table := range []string{"admin_recovery_code", "admin_ceremony"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE admin_user_id = $1`, userID); err != nil {
			return 0, err
		}
	}
	return tx.Exec(ctx, `DELETE FROM admin_factor WHERE admin_user_id = $1`, userID)
}

// lock makes changes of one Admin user's factors wait for each other.
func lock(ctx context.Context, tx *sqldb.Tx, userID int64) error {
	_, err := tx.Exec(ctx, `UPDATE admin_user SET updated_at = updated_at WHERE id = $1`, userID)
	return err
}

// add stores a factor; an Admin user has a bounded number of them.
func add(ctx context.Context, tx *sqldb.Tx, userID int64, f Factor, credentialID *string) error {
	if err := lock(ctx, tx, userID); err != nil {
		return err
	}
	var n int
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM admin_factor WHERE admin_user_id = $1`, userID).Scan(&n); err != nil {
		return err
	}
	if n >= most {
		return fault.New(fault.Conflict, "There are %d second factors already. Remove one that is no longer used.", most)
	}
	_, err := tx.Exec(ctx, `INSERT INTO admin_factor (admin_user_id, kind, name, secret, last_step, credential_id, credential, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		userID, string(f.Kind), f.Name, f.secret, f.lastStep, credentialID, f.credential, sqldb.Micros(tx.Now()))
	return err
}

func used(ctx context.Context, tx *sqldb.Tx, id int64, credential string) error {
	_, err := tx.Exec(ctx, `UPDATE admin_factor SET last_used_at = $2, credential = $3 WHERE id = $1`, id, sqldb.Micros(tx.Now()), credential)
	return err
}
