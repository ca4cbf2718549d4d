package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
)

// The values of StepUp.
const (
	StepUpNever = "never"
	StepUpOnce  = "once"
	StepUpOften = "often"
)

// confirmedFor is how long a confirmation counts with StepUpOften.
const confirmedFor = 15 * time.Minute

// mustConfirm decides whether an Admin user has to confirm that it is them;
// confirmed is when they last did in this session, zero for never.
func mustConfirm(stepUp string, confirmed, now time.Time) bool {
	switch stepUp {
	case StepUpOnce:
		return confirmed.IsZero()
	case StepUpOften:
		return confirmed.IsZero() || !now.Before(confirmed.Add(confirmedFor))
	}
	return false
}

// readBeginning reads what is asked only where a stay may begin: what was used up
// of the quotas, and whether the Admin user has confirmed that it is them.
func (f *facts) readBeginning(ctx context.Context, q sqldb.Querier, adminUser, adminSession int64, now time.Time) (err error) {
	v, err := config.Fresh(ctx, q, QuotaHour, QuotaDay, StepUp)
	if err != nil {
		return err
	}
	if f.used, err = readQuota(ctx, q, v, adminUser, now); err != nil {
		return err
	}
	policy := v.Text(StepUp, config.Everywhere)
	if policy == StepUpNever {
		return nil
	}
	confirmed, _, err := sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (at time.Time, err error) {
		err = r.Scan(sqldb.Into(&at))
		return at, err
	}, `SELECT confirmed_at FROM admin_session WHERE id = $1 AND admin_user_id = $2`, adminSession, adminUser))
	f.unconfirmed = mustConfirm(policy, confirmed, now)
	return err
}
