package seal

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Limit is how much may wait to be sealed and delivered before Login as
// Customer stops.
type Limit struct {
	Rows int64
	Age  time.Duration
	// Since is a moment after which all must have been sealed and delivered once:
	// before, nobody knows whether the database was set back. Zero asks nothing.
	Since time.Time
}

// DefaultLimit is what is allowed unless said.
var DefaultLimit = Limit{Rows: 10_000, Age: 15 * time.Minute}

// Exceeded reports whether too much waits: covered is up to which row, by when,
// everything was sealed and delivered; newest is the log's newest row. A zero
// limit is none.
func (l Limit) Exceeded(covered, newest int64, by, now time.Time) bool {
	return l.Age > 0 && (by.IsZero() || now.Sub(by) > l.Age || newest-covered > l.Rows || by.Before(l.Since))
}

// SinkState is how a sink does.
type SinkState struct {
	Name         string
	Size         int64     // rows it knows of
	At           time.Time // of the last delivery
	FailingSince time.Time // zero: it works
	LastError    string
}

// Status is how sealing does, for alerts and metrics.
type Status struct {
	Checkpoint time.Time // of the newest checkpoint; zero: none yet
	Size       int64     // rows it covers
	Note       string    // the checkpoint itself, signed
	Waiting    int64     // rows that are not sealed and delivered, at most
	CoveredAt  time.Time // when everything was, the last time
	Sinks      []SinkState
	Exceeded   bool // too much waits: Login as Customer has stopped
}

// StatusOf reads how sealing does. It is a handful of look-ups by key.
func StatusOf(ctx context.Context, q sqldb.Querier, l Limit, now time.Time) (s Status, err error) {
	c, err := newest(ctx, q)
	if err != nil {
		return s, err
	}
	covered, err := coverOf(ctx, q)
	if err != nil {
		return s, err
	}
	last, err := sqldb.One(ctx, q, sqldb.Value[int64], `SELECT COALESCE(MAX(id), 0) FROM audit_log`)
	if err != nil {
		return s, err
	}
	s = Status{Checkpoint: c.at, Size: c.size, Note: c.note, Waiting: max(last-covered.id, 0), CoveredAt: covered.at}
	s.Exceeded = l.Exceeded(covered.id, last, covered.at, now)
	s.Sinks, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (d SinkState, err error) {
		err = r.Scan(&d.Name, &d.Size, sqldb.Into(&d.At), sqldb.Into(&d.FailingSince), &d.LastError)
		return d, err
	}, `SELECT sink, size, at, failing_since, last_error FROM audit_delivery ORDER BY sink`)
	return s, err
}
