package assist

import (
	"context"
	"errors"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// EnterForm is what the landing page posted on, with the browser's cookies.
type EnterForm struct {
	Code     string
	Verifier string // of the verifier cookie, "" if there is none
	Origin   string // of the store view the request arrived at, from its base URL
	Token    string // of the stay's cookie, "" if there is none
}

// Entered is a stay and, unless the browser sent its form twice, its token.
type Entered struct {
	Stay  Stay
	Token impersonate.Secret // for the stay's own cookie; "" to keep the one there is
	Path  string             // where to go next on the store view, or ""
}

// Enter spends a code and makes the stay's session. Whatever is wrong with the
// code, the answer is one Denied; the cause is in the record. A *Refusal means
// that the code was right and the facts have turned against it.
func (s *Service) Enter(ctx context.Context, form EnterForm) (Entered, error) {
	code := impersonate.HashOf(impersonate.Secret(form.Code))
	pending, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanStay, `SELECT `+stayColumns+` FROM impersonation WHERE code_hash = $1`, code.String()))
	if err != nil {
		return Entered{}, err
	}
	// Only the browser that brings the verifier is the Admin user's; a thief's
	// attempt is not recorded as theirs.
	if found && impersonate.Challenge(form.Verifier) == pending.code.Challenge {
		ctx = pending.handingOff(ctx)
	}
	in, err := s.manager.Enter(ctx, impersonate.Redemption{
		Code: form.Code, Verifier: form.Verifier, Audience: form.Origin, Session: form.Token,
	})
	if err != nil {
		return Entered{}, notEntered(err)
	}
	pending.Mode = in.Impersonation.Mode
	pending.EnteredAt, pending.LastUsedAt = in.Impersonation.EnteredAt, in.Impersonation.LastUsedAt
	pending.ExpiresAt = in.Impersonation.ExpiresAt
	return Entered{Stay: pending, Token: in.Token, Path: pending.LandPath}, nil
}

func notEntered(err error) error {
	var mine *Refusal
	if errors.As(err, &mine) {
		return mine
	}
	if errors.Is(err, impersonate.ErrRefused) {
		return &fault.Error{Kind: fault.Denied, Message: errNotEntered, Err: err}
	}
	return err
}
