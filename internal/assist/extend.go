package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// WarnBefore is how long before its end a stay says so.
const WarnBefore = 5 * time.Minute

// CodeNotLonger is the code of the refusal to extend a stay any further.
const CodeNotLonger = "not_longer"

// worthwhile is the least that an extension must bring.
const worthwhile = time.Minute

// extended is the rule of Extend: one more step from now, but neither longer in
// all than the longest stay nor than the Admin session. ok is false when that
// would bring nothing.
func extended(now, entered, expires, parent time.Time, step, longest time.Duration) (until time.Time, ok bool) {
	until = now.Add(step)
	if last := entered.Add(longest); last.Before(until) {
		until = last
	}
	if !parent.IsZero() && parent.Before(until) {
		until = parent
	}
	return until, !until.Before(expires.Add(worthwhile))
}

// Extension says until when Extend would prolong the stay, and whether it can.
// The stay is one from Resume.
func (s Stay) Extension(now time.Time) (until time.Time, ok bool) {
	return extended(now, s.EnteredAt, s.ExpiresAt, s.parentExpiresAt, s.step, s.longest)
}

// Extend prolongs the stay in the context within the limit, and gives its new
// end. The error is a fault with CodeNotLonger when the limit is reached.
func (s *Service) Extend(ctx context.Context) (until time.Time, err error) {
	err = s.inStay(ctx, ActionExtended, func(ctx context.Context, tx *sqldb.Tx, stay Stay, f facts) error {
		v, err := config.Fresh(ctx, tx, SessionMinutes, LongestMinutes)
		if err != nil {
			return err
		}
		step, longest := time.Duration(v.Int(SessionMinutes, config.Everywhere))*time.Minute, time.Duration(v.Int(LongestMinutes, config.Everywhere))*time.Minute
		var ok bool
		if until, ok = extended(tx.Now(), stay.EnteredAt, stay.ExpiresAt, f.sessionExpires, step, longest); !ok {
			return &fault.Error{Kind: fault.Conflict, Code: CodeNotLonger, Message: "This session cannot be extended any further."}
		}
		tx.Diff("ends", stay.ExpiresAt.UTC().Format(time.RFC3339), until.UTC().Format(time.RFC3339))
		tx.Details = "until " + until.UTC().Format("15:04 MST")
		_, err = tx.Exec(ctx, `UPDATE impersonation SET expires_at = $2 WHERE id = $1 AND ended_at IS NULL`, stay.ID, sqldb.Micros(until))
		return err
	})
	return until, err
}
