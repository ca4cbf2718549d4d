package assist

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
)

// quota is how many stays an Admin user may begin in a time.
type quota struct {
	most  int // 0 for no limit
	in    time.Duration
	words string
	cause impersonate.Cause
}

// spent tells whether as many stays as allowed were begun, and when the next
// one may be. begun is in any order.
func (q quota) spent(begun []time.Time, now time.Time) (free time.Time, spent bool) {
	var counted []time.Time
	for _, at := range begun {
		if now.Sub(at) < q.in {
			counted = append(counted, at)
		}
	}
	if q.most == 0 || len(counted) < q.most {
		return time.Time{}, false
	}
	slices.SortFunc(counted, func(a, b time.Time) int { return b.Compare(a) })
	return counted[q.most-1].Add(q.in), true
}

// quotaUse is what an Admin user has used up, read where a stay may begin.
type quotaUse struct {
	cause impersonate.Cause // "" while there is something left
	most  int
	words string
	free  time.Time // when the next stay may begin
}

func useOf(begun []time.Time, limits []quota, now time.Time) (u quotaUse) {
	for _, q := range limits {
		if free, spent := q.spent(begun, now); spent && free.After(u.free) {
			u = quotaUse{q.cause, q.most, q.words, free}
		}
	}
	return u
}

// refusal says what was used up, and until when.
func (u quotaUse) refusal(now time.Time) *Refusal {
	sessions := "sessions"
	if u.most == 1 {
		sessions = "session"
	}
	return &Refusal{
		Cause:   u.cause,
		Message: fmt.Sprintf("You have begun %d %s within %s: more are not allowed.", u.most, sessions, u.words),
		Remedy:  fmt.Sprintf("The next one can begin in %s. An administrator can change the limit.", waitText(u.free.Sub(now))),
	}
}

func waitText(d time.Duration) string {
	switch minutes := int((d + time.Minute - 1) / time.Minute); {
	case minutes < 2:
		return "a minute"
	case minutes < 120:
		return fmt.Sprintf("%d minutes", minutes)
	default:
		return fmt.Sprintf("%d hours", (minutes+59)/60)
	}
}

// readQuota reads what an Admin user has used up from the rows of their stays,
// which all nodes share; v has the limits. Only beginning asks it.
func readQuota(ctx context.Context, q sqldb.Querier, v *config.Values, adminUser int64, now time.Time) (quotaUse, error) {
	limits := []quota{
		{int(v.Int(QuotaHour, config.Everywhere)), time.Hour, "an hour", QuotaHourSpent},
		{int(v.Int(QuotaDay, config.Everywhere)), 24 * time.Hour, "a day", QuotaDaySpent},
	}
	most := max(limits[0].most, limits[1].most)
	if most == 0 {
		return quotaUse{}, nil
	}
	begun, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (at time.Time, err error) {
		err = r.Scan(sqldb.Into(&at))
		return at, err
	}, `SELECT begun_at FROM impersonation WHERE admin_user_id = $1 AND begun_at > $2 ORDER BY begun_at DESC LIMIT $3`,
		adminUser, sqldb.Micros(now.Add(-24*time.Hour)), most)
	return useOf(begun, limits, now), err
}
