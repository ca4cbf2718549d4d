package factor

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// Purpose of a ceremony.
type Purpose string

// The purposes.
const (
	SignIn     Purpose = "sign_in"
	Confirm    Purpose = "confirm"
	AddApp     Purpose = "add_app"
	AddPasskey Purpose = "add_passkey"
)

// lasts is how long a person has for it.
const lasts = 10 * time.Minute

// errOver is the answer to a token that is unknown, spent, late or for something
// else.
var errOver = fault.New(fault.Gone, "This took too long. Please begin again.")

// ErrWrong is the one answer to a code or a passkey that does not hold.
var ErrWrong = fault.New(fault.Invalid, "This code or passkey is not right, or was used before.")

// Begin asks for one of a person's factors, or offers a new one, as part of a
// change. The token belongs into a cookie; carry comes back from Finish. A person
// has one ceremony of a kind at a time.
func (s *Service) Begin(ctx context.Context, tx *sqldb.Tx, purpose Purpose, p Person, carry string) (token string, err error) {
	factors, err := of(ctx, tx, p.ID)
	if err != nil {
		return "", err
	}
	c, err := s.question(purpose, p, factors)
	if err != nil {
		return "", err
	}
	c.Carry = carry
	data, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM admin_ceremony WHERE admin_user_id = $1 AND purpose = $2`, p.ID, string(purpose)); err != nil {
		return "", err
	}
	token = id.Secret()
	_, err = tx.Exec(ctx, `INSERT INTO admin_ceremony (token_hash, purpose, admin_user_id, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		id.Hash(token), string(purpose), p.ID, string(data), sqldb.Micros(tx.Now()), sqldb.Micros(tx.Now().Add(lasts)))
	return token, err
}

func (s *Service) question(purpose Purpose, p Person, factors []Factor) (ceremony, error) {
	who, err := withPasskeys(p, factors)
	if err != nil {
		return ceremony{}, err
	}
	switch purpose {
	case AddApp:
		if !s.Apps() {
			return ceremony{}, fault.New(fault.Conflict, "Authenticator apps need a key file, which this server was started without. Use a passkey.")
		}
		k, err := s.newApp(p)
		if err != nil {
			return ceremony{}, err
		}
		return ceremony{Secret: s.keys.seal(p.ID, k.Secret())}, nil
	case AddPasskey:
		return s.offerPasskey(who)
	}
	return s.askPasskey(who)
}

// Question is what a person is asked.
type Question struct {
	UserID  int64
	App     bool   // a code of an authenticator app will do
	Passkey string // options for the browser as JSON, "" if there is no passkey
	Codes   bool   // a recovery code will do
	Expires time.Time

	// Of an app that is being added:
	Secret string // in groups of four, to type
	QR     Picture
}

type row struct {
	id      int64
	userID  int64
	data    string
	expires time.Time
}

func scanRow(s sqldb.Scanner) (r row, err error) {
	err = s.Scan(&r.id, &r.userID, &r.data, sqldb.Into(&r.expires))
	return r, err
}

func find(ctx context.Context, q sqldb.Querier, purpose Purpose, token string, now time.Time) (row, ceremony, error) {
	r, found, err := sqldb.Found(sqldb.One(ctx, q, scanRow,
		`SELECT id, admin_user_id, data, expires_at FROM admin_ceremony WHERE token_hash = $1 AND purpose = $2`, id.Hash(token), string(purpose)))
	if err != nil {
		return row{}, ceremony{}, err
	}
	if !found || !now.Before(r.expires) {
		return row{}, ceremony{}, errOver
	}
	var c ceremony
	if err := json.Unmarshal([]byte(r.data), &c); err != nil {
		return row{}, ceremony{}, fmt.Errorf("ceremony %d: %w", r.id, err)
	}
	return r, c, nil
}

// Ask tells what a running ceremony asks for; fault.Gone when it is over.
func (s *Service) Ask(ctx context.Context, purpose Purpose, token string) (Question, error) {
	r, c, err := find(ctx, s.db.Reader(), purpose, token, s.db.Now())
	if err != nil {
		return Question{}, err
	}
	q := Question{UserID: r.userID, Passkey: string(c.Options), Expires: r.expires}
	if c.Secret != "" {
		return q, s.showApp(ctx, &q, c)
	}
	if purpose == AddPasskey {
		return q, nil
	}
	factors, err := s.Of(ctx, r.userID)
	if err != nil {
		return q, err
	}
	for _, f := range factors {
		q.App = q.App || f.Kind == App
	}
	left, err := s.CodesLeft(ctx, r.userID)
	q.Codes = left > 0
	return q, err
}

// showApp gives the secret of an app that is being added, to scan and to type.
func (s *Service) showApp(ctx context.Context, q *Question, c ceremony) error {
	secret, err := s.keys.open(q.UserID, c.Secret)
	if err != nil {
		return err
	}
	var username string
	if err := s.db.Reader().QueryRow(ctx, `SELECT username FROM admin_user WHERE id = $1`, q.UserID).Scan(&username); err != nil {
		return err
	}
	link, err := otp.NewKeyFromURL(appLink(s.issuer, username, secret))
	if err != nil {
		return err
	}
	var groups []string
	for i := 0; i < len(secret); i += 4 {
		groups = append(groups, secret[i:min(i+4, len(secret))])
	}
	q.Secret = strings.Join(groups, " ")
	q.QR, err = picture(link.String())
	return err
}

// Answer is what a person gave: one of the three.
type Answer struct {
	Code     string // of an authenticator app
	Recovery string
	Passkey  string // the browser's answer as JSON
}

// Outcome of a ceremony.
type Outcome struct {
	UserID int64
	Carry  string
	With   string // what was used, for the record
}

// Finish takes an answer and spends the ceremony, as part of a change. ErrWrong
// leaves it open for another try; whoever calls counts the failure outside.
func (s *Service) Finish(ctx context.Context, tx *sqldb.Tx, purpose Purpose, token string, a Answer) (Outcome, error) {
	r, c, err := find(ctx, tx, purpose, token, tx.Now())
	if err != nil {
		return Outcome{}, err
	}
	if err := lock(ctx, tx, r.userID); err != nil {
		return Outcome{}, err
	}
	with, err := s.check(ctx, tx, r.userID, c, a)
	if err != nil {
		return Outcome{}, err
	}
	n, err := tx.Exec(ctx, `DELETE FROM admin_ceremony WHERE id = $1`, r.id)
	if err == nil && n == 0 {
		err = errOver
	}
	return Outcome{UserID: r.userID, Carry: c.Carry, With: with}, err
}

func (s *Service) check(ctx context.Context, tx *sqldb.Tx, userID int64, c ceremony, a Answer) (with string, err error) {
	factors, err := of(ctx, tx, userID)
	if err != nil {
		return "", err
	}
	if a.Passkey != "" {
		who, err := withPasskeys(Person{ID: userID}, factors)
		if err != nil {
			return "", err
		}
		if f, ok, err := s.verifyPasskey(ctx, tx, who, factors, c, a.Passkey); ok || err != nil {
			return "passkey " + f.Name, err
		}
		return "", ErrWrong
	}
	if a.Recovery != "" {
		if ok, err := useRecovery(ctx, tx, userID, a.Recovery); ok || err != nil {
			return "a recovery code", err
		}
		return "", ErrWrong
	}
	for _, f := range factors {
		if f.Kind != App {
			continue
		}
		if ok, err := s.verifyApp(ctx, tx, userID, f, digits(a.Code)); ok || err != nil {
			return "authenticator app " + f.Name, err
		}
	}
	return "", ErrWrong
}

// Sweep forgets ceremonies that nobody finished.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.Upkeep(ctx, "factor.sweep", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM admin_ceremony WHERE expires_at < $1`, sqldb.Micros(tx.Now()))
		return err
	})
}
