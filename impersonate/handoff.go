package impersonate

import (
	"context"
	"errors"
	"time"
)

// Authorize mints the code, once for each impersonation: the first challenge
// wins, and a reload or another challenge is refused. Only the actor's session
// that began it may ask.
//
// The error is a [Refusal] or a failure of the Store. A refusal by the policy has
// ended the impersonation; [WrongParent], [CodeMinted] and [ChallengeInvalid]
// have not.
func (m *Manager) Authorize(ctx context.Context, a Authorization) (Grant, error) {
	var (
		i    Impersonation
		code = Secret(random())
		now  = m.time()
	)
	err := m.store.Atomically(ctx, EventAuthorized, func(ctx context.Context, tx Tx) (err error) {
		if i, err = tx.Find(ctx, a.ID); err != nil {
			return notFound(err, Unknown)
		}
		if cause := m.mayAuthorize(i, a, now); cause != "" {
			return Refuse(cause, nil)
		}
		i.Code = Code{Hash: HashOf(code), Challenge: a.Challenge, ExpiresAt: earliest(now.Add(m.codeLifetime), i.ParentExpiresAt)}
		if done, err := tx.Mint(ctx, i.ID, i.Code); err != nil || !done {
			return orRefuse(err, CodeMinted)
		}
		return m.check(ctx, tx, i, StepAuthorize)
	})
	if err != nil {
		return Grant{}, m.refused(ctx, err, StepAuthorize, i)
	}
	return Grant{Impersonation: i, Code: code}, nil
}

func (m *Manager) mayAuthorize(i Impersonation, a Authorization, now time.Time) Cause {
	switch {
	case !i.Actor.Same(a.Actor) || i.Parent != a.Parent:
		return WrongParent
	case i.State() == Ended:
		return AlreadyEnded
	case !i.Code.Hash.IsZero():
		return CodeMinted
	case !i.Live(now):
		return i.overdue(now)
	case !validChallenge(a.Challenge):
		return ChallengeInvalid
	}
	return ""
}

// Enter spends a code and makes the stay's session, in one transaction that
// asks the policy again. Every failure to redeem is the same [ErrRefused].
//
// A code that is right but comes without its verifier, or to another audience,
// was taken to another browser: it is burnt, and a session already made from
// it ends with [CodeReplayed] (RFC 6749 section 4.1.2 on codes used twice).
// A browser that sends its own form twice has the right verifier and its live
// session, and is led to that stay: [Stay.Token] is then empty, and the cookie to
// be left alone.
//
// The error is a [Refusal] or a failure of the Store; show both in the same words.
func (m *Manager) Enter(ctx context.Context, r Redemption) (Stay, error) {
	var (
		i     Impersonation
		again bool
		token = Secret(random())
		now   = m.time()
	)
	err := m.store.Atomically(ctx, EventEntered, func(ctx context.Context, tx Tx) (err error) {
		if i, err = tx.FindByCode(ctx, HashOf(Secret(r.Code))); err != nil {
			return notFound(err, CodeUnknown)
		}
		if again = m.sentTwice(i, r, now); again {
			return errSentTwice
		}
		if cause := mayEnter(i, r, now); cause != "" {
			return Refuse(cause, nil)
		}
		i.Code.SpentAt, i.Session = now, HashOf(token)
		i.EnteredAt, i.LastUsedAt = now, now
		i.ExpiresAt = earliest(now.Add(i.Length), i.ParentExpiresAt)
		// Written before the policy is asked: whoever ends this impersonation
		// because of a withdrawal now waits for us, or we for them.
		if done, err := tx.Spend(ctx, i); err != nil || !done {
			return orRefuse(err, CodeUsed)
		}
		return m.check(ctx, tx, i, StepEnter)
	})
	if again {
		resumed, err := m.Resume(ctx, r.Session)
		if err != nil {
			return Stay{}, m.refused(ctx, Refuse(CodeUsed, err), StepEnter, i)
		}
		return Stay{Impersonation: resumed}, nil
	}
	if err != nil {
		return Stay{}, m.refused(ctx, err, StepEnter, i)
	}
	return Stay{Impersonation: i, Token: token}, nil
}

// errSentTwice leaves the transaction of Enter without an effect.
var errSentTwice = errors.New("impersonate: form sent twice")

// sentTwice recognises the browser that has already redeemed this very code.
func (m *Manager) sentTwice(i Impersonation, r Redemption, now time.Time) bool {
	return !i.Session.IsZero() && r.Session != "" && i.Session == HashOf(Secret(r.Session)) &&
		i.Audience == r.Audience && i.Code.answers(r.Verifier) && i.Live(now)
}

func mayEnter(i Impersonation, r Redemption, now time.Time) Cause {
	switch {
	case !i.Code.answers(r.Verifier) || i.Audience != r.Audience:
		return CodeReplayed
	case !i.Code.SpentAt.IsZero():
		return CodeUsed
	case i.State() == Ended:
		return AlreadyEnded
	case !now.Before(i.Code.ExpiresAt) || i.SetBack(now):
		return CodeLate
	}
	return ""
}
