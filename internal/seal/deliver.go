package seal

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

// deliver hands a sink every checkpoint it has not got, oldest first; what it
// has got is kept after each few.
func (s *Sealer) deliver(ctx context.Context, sink Sink, answers map[string]told) error {
	sent, err := s.resume(ctx, sink, answers)
	if err != nil {
		return err
	}
	const few = 50
	for n := 1; ; n++ {
		c, found, err := after(ctx, s.db.Reader(), sent)
		if err != nil || !found {
			return err
		}
		d, err := delivery(ctx, s.db.Reader(), c)
		if err != nil {
			return err
		}
		if err := sink.Append(ctx, d); err != nil {
			return fmt.Errorf("seal: the sink %s refuses the checkpoint of %d rows: %w", sink.Name(), c.size, err)
		}
		sent = c.size
		_, more, err := after(ctx, s.db.Reader(), sent)
		if err != nil {
			return err
		}
		if !more || n%few == 0 {
			if err := s.delivered(ctx, sink, sent); err != nil {
				return err
			}
		}
	}
}

// resume is the size from which a sink needs what follows.
func (s *Sealer) resume(ctx context.Context, sink Sink, answers map[string]told) (int64, error) {
	if a, ok := answers[sink.Name()]; ok {
		return a.size, a.err
	}
	return deliveredTo(ctx, s.db.Reader(), sink.Name())
}

func (s *Sealer) delivered(ctx context.Context, sink Sink, size int64) error {
	return s.db.Upkeep(ctx, "seal", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_delivery (sink, size, at) VALUES ($1, $2, $3)
			ON CONFLICT (sink) DO UPDATE SET size = $2, at = $3, failing_since = NULL, last_error = ''`, sink.Name(), size, sqldb.Micros(tx.Now()))
		return err
	})
}

// failed keeps since when a sink refuses or does not answer, and what it said.
func (s *Sealer) failed(ctx context.Context, sink Sink, cause error) error {
	text := cause.Error()
	if len(text) > 500 {
		text = text[:500]
	}
	return s.db.Upkeep(ctx, "seal", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_delivery (sink, size, at, failing_since, last_error) VALUES ($1, 0, 0, $2, $3)
			ON CONFLICT (sink) DO UPDATE SET failing_since = COALESCE(audit_delivery.failing_since, $2), last_error = $3`,
			sink.Name(), sqldb.Micros(tx.Now()), text)
		return err
	})
}

// coverEvery bounds how often a quiet log is said to be covered.
const coverEvery = 10 * time.Second

// covered keeps that everything from before a moment is sealed and delivered.
func (s *Sealer) covered(ctx context.Context, from time.Time) error {
	c, err := newest(ctx, s.db.Reader())
	if err != nil {
		return err
	}
	was, err := coverOf(ctx, s.db.Reader())
	if err != nil || was.id == c.lastID && from.Sub(was.at) < coverEvery && !from.Before(was.at) {
		return err
	}
	return s.db.Upkeep(ctx, "seal", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_cover (id, covered_id, covered_at) VALUES (1, $1, $2)
			ON CONFLICT (id) DO UPDATE SET covered_id = $1, covered_at = $2`, c.lastID, sqldb.Micros(from))
		return err
	})
}

// Began reports whether the log was sealed before, here or as far as a sink
// knows: a database whose seals are gone is not a new one.
func (s *Sealer) Began(ctx context.Context) (bool, error) {
	began, err := sqldb.One(ctx, s.db.Reader(), sqldb.Value[bool], `SELECT EXISTS (SELECT 1 FROM audit_cover) OR EXISTS (SELECT 1 FROM audit_checkpoint)`)
	if err != nil || began {
		return began, err
	}
	for _, sink := range s.sinks {
		if knows, ok := sink.(Knowing); ok {
			_, size, err := knows.Newest(ctx)
			if err != nil || size > 0 {
				return size > 0, err
			}
		}
	}
	return false, nil
}

// Begin makes the backlog count from now on where nothing was ever covered, so
// that a log from before there was a key does not close Login as Customer.
func (s *Sealer) Begin(ctx context.Context) error {
	return s.db.Upkeep(ctx, "seal", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_cover (id, covered_id, covered_at)
			SELECT 1, COALESCE(MAX(id), 0), CAST($1 AS BIGINT) FROM audit_log WHERE NOT EXISTS (SELECT 1 FROM audit_cover) ON CONFLICT (id) DO NOTHING`, sqldb.Micros(tx.Now()))
		return err
	})
}

// Proof shows a sink that has the tree of an older size that a delivery goes on
// from it.
type Proof func(ctx context.Context, old int64) (tlog.TreeProof, error)
