package assist

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// CodeLife is how long a code is good for.
const CodeLife = 15 * time.Minute

// A code to be read out over the telephone: short, so it lives shortly and
// allows few attempts.
const (
	codeDigits = 6
	codeLife   = CodeLife
	codeTries  = 5
)

// newCode makes a code of six digits.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%0*d", codeDigits, n)
}

// ParseCode reads a code as people type it: with spaces or hyphens between, in
// the digits of any script. It gives six digits, or false.
func ParseCode(typed string) (string, bool) {
	var b strings.Builder
	for _, r := range typed {
		if unicode.IsSpace(r) || r == '-' || r == '\u2011' || r == '\u2013' {
			continue
		}
		d, ok := digit(r)
		if !ok {
			return "", false
		}
		b.WriteByte('0' + d)
		if b.Len() > codeDigits {
			return "", false
		}
	}
	return b.String(), b.Len() == codeDigits
}

// zeros are the digits 0 that are understood: European, Arabic, Persian, full width.
var zeros = []rune{'0', '\u0660', '\u06f0', '\uff10'}

// digit is the value of a decimal digit.
func digit(r rune) (byte, bool) {
	for _, zero := range zeros {
		if zero <= r && r <= zero+9 {
			return byte(r - zero), true
		}
	}
	return 0, false
}

// hashCode is how a code is stored; the request's id keeps equal codes apart.
func hashCode(publicID, code string) string { return id.Hash("consent code " + publicID + " " + code) }

// hashToken is how the token of a letter's link is stored.
func hashToken(token string) string { return id.Hash("consent link " + token) }

// tokenLike tells whether a text could be a token: those of other lengths or
// letters are not looked up.
func tokenLike(token string) bool {
	b, err := base64.RawURLEncoding.DecodeString(token)
	return err == nil && len(b) == 32 && len(token) == 43
}

// MakeCode gives the customer in the context a fresh code to read out; the one
// before is worthless then.
func (s *Service) MakeCode(ctx context.Context, publicID string) (code string, r Request, err error) {
	if r, err = s.askedOf(ctx, publicID); err != nil {
		return "", r, err
	}
	err = s.db.Change(ctx, ActionCodeMade, func(ctx context.Context, tx *sqldb.Tx) error {
		code = newCode()
		n, err := tx.Exec(ctx, `UPDATE assist_request SET code_hash = $2, code_expires_at = $3, code_tries = 0 WHERE id = $1 AND state = 'waiting' AND answer_by > $4`,
			r.ID, hashCode(r.PublicID, code), sqldb.Micros(tx.Now().Add(codeLife)), sqldb.Micros(tx.Now()))
		if err == nil && n == 0 {
			err = errAnswered
		}
		r.describe(&tx.Entry)
		return err
	})
	return code, r, err
}

// EnterCode is the yes that a customer gave by reading the code out to the Admin
// user in the context, who made the request. A wrong code counts, on the record;
// after five there is no right one any more. The error of a wrong code is in the
// field "code".
func (s *Service) EnterCode(ctx context.Context, publicID, typed, label string) (Request, error) {
	who, _ := actor.From(ctx)
	r, err := s.requestBy(ctx, s.db.Reader(), `public_id = $1`, publicID)
	if err != nil {
		return r, err
	}
	if who.Kind != actor.Admin || who.Impersonating() || who.ID != r.AdminUserID {
		return Request{}, errNoRequest
	}
	code, ok := ParseCode(typed)
	if !ok {
		return r, fault.Fields{"code": "Please enter the six digits."}.Err()
	}
	if !r.Waiting() {
		return r, errAnswered
	}
	if err := s.tryCode(ctx, r, code); err != nil {
		return r, err
	}
	return s.answer(ctx, r, true, ByCode, label)
}

// tryCode counts the attempt first, in a change of its own, so that no number of
// tabs gets more of them; the right code is spent by it.
func (s *Service) tryCode(ctx context.Context, r Request, code string) error {
	var wrong error
	err := s.db.Change(ctx, ActionCodeTried, func(ctx context.Context, tx *sqldb.Tx) error {
		wrong = nil
		got, found, err := sqldb.Found(sqldb.One(ctx, tx, scanRequest, `UPDATE assist_request SET code_tries = code_tries + 1
			WHERE id = $1 AND state = 'waiting' AND code_tries < $2 AND code_hash <> '' AND code_expires_at > $3 RETURNING `+requestColumns,
			r.ID, codeTries, sqldb.Micros(tx.Now())))
		if err != nil {
			return err
		}
		r.describe(&tx.Entry)
		switch {
		case !found:
			wrong = fault.Fields{"code": "The code is too old or was wrong too often. The customer can get a new one on the Support access page."}.Err()
		case subtle.ConstantTimeCompare([]byte(got.codeHash), []byte(hashCode(r.PublicID, code))) != 1:
			wrong = fault.Fields{"code": fmt.Sprintf("This is not the code. %d attempts are left.", codeTries-got.codeTries)}.Err()
		default:
			_, err = tx.Exec(ctx, `UPDATE assist_request SET code_hash = '' WHERE id = $1`, r.ID)
			return err
		}
		tx.Result, tx.Details = sqldb.Failure, "Wrong or worn-out code"
		return nil
	})
	if err != nil {
		return err
	}
	return wrong
}
