package session

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

const (
	sweepBatch = 1000
	keepEnded  = 90 * 24 * time.Hour // so that the log can still say which browser it was
)

// Sweep marks sessions that ran out as ended and deletes the rows of long ago,
// in small transactions. One node at a time runs it.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.db.Now()
	old := sqldb.Micros(now.Add(-keepEnded))
	steps := []struct {
		query string
		args  []any
	}{
		{markAdmin, []any{sqldb.Micros(now), sqldb.Micros(now.Add(-s.limits.AdminIdle(ctx))), Expired, Idle, sweepBatch}},
		{markCustomer, []any{sqldb.Micros(now), sqldb.Micros(now.Add(-s.limits.CustomerIdle(ctx))), Expired, Idle, sweepBatch}},
		{`DELETE FROM admin_session WHERE id IN (SELECT id FROM admin_session WHERE ended_at IS NOT NULL AND last_seen_at < $1 LIMIT $2)`, []any{old, sweepBatch}},
		{`DELETE FROM customer_session WHERE id IN (SELECT id FROM customer_session WHERE ended_at IS NOT NULL AND last_seen_at < $1 LIMIT $2)`, []any{old, sweepBatch}},
	}
	for _, step := range steps {
		if err := s.drain(ctx, step.query, step.args); err != nil {
			return err
		}
	}
	return nil
}

const markAdmin = `UPDATE admin_session SET ended_at = $1, end_cause = CASE WHEN expires_at <= $1 THEN $3 ELSE $4 END
	WHERE id IN (SELECT id FROM admin_session WHERE ended_at IS NULL AND (expires_at <= $1 OR last_seen_at <= $2) LIMIT $5)`

const markCustomer = `UPDATE customer_session SET ended_at = $1, end_cause = CASE WHEN expires_at <= $1 THEN $3 ELSE $4 END
	WHERE id IN (SELECT id FROM customer_session WHERE ended_at IS NULL AND (expires_at <= $1 OR last_seen_at <= $2) LIMIT $5)`

// drain repeats a statement that takes a batch until one comes back short.
func (s *Service) drain(ctx context.Context, query string, args []any) error {
	for {
		var n int64
		err := s.db.Upkeep(ctx, "session.sweep", func(ctx context.Context, tx *sqldb.Tx) (err error) {
			n, err = tx.Exec(ctx, query, args...)
			return err
		})
		if err != nil || n < sweepBatch {
			return err
		}
	}
}
