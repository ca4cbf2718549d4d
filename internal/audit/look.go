package audit

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// lookedFor is how long the same look by the same Admin user is one entry.
const lookedFor = 15 * time.Minute

// looks remembers what was looked at on this node, so that turning pages and
// loading again do not fill the log.
type looks struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

const maxLooks = 10_000

// fresh reports whether a look was not recorded a while ago.
func (l *looks) fresh(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, seen := l.seen[key]
	return !seen || now.Before(at) || now.Sub(at) >= lookedFor
}

func (l *looks) note(key string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.seen == nil || len(l.seen) >= maxLooks {
		l.seen = map[string]time.Time{}
	}
	l.seen[key] = now
}

// Look records that somebody looks at something, before it is shown: an error
// means that it must not be.
func (s *Service) Look(ctx context.Context, a sqldb.Action, kind, id, details string, notes []sqldb.Note) error {
	who, _ := actor.From(ctx)
	key := string(a) + "\x00" + strconv.FormatInt(who.ID, 10) + "\x00" + strconv.FormatInt(who.SessionID, 10) + "\x00" + kind + id
	for _, n := range notes {
		key += "\x00" + n.Key + "=" + n.Value
	}
	now := s.db.Now()
	if !s.looks.fresh(key, now) {
		return nil
	}
	err := s.db.Change(ctx, a, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About(kind, id)
		tx.Details = details
		tx.Notes = append(tx.Notes, notes...)
		return nil
	})
	if err == nil {
		s.looks.note(key, now)
	}
	return err
}

// Finds reports whether what is done now could be among what the filter finds.
func (f Filter) Finds(a sqldb.Action, now time.Time) bool {
	return !f.Archive && (f.Group == "" || f.Group == a.Group()) && (f.Action == "" || f.Action == a) && (f.To.IsZero() || now.Before(f.To))
}

// Near are the entries of the same request as one, which stand close to it.
func (s *Service) Near(ctx context.Context, e Entry) ([]Entry, error) {
	if e.RequestID == "" {
		return nil, nil
	}
	const reach = 200
	return sqldb.All(ctx, s.db.Reader(), scanLine, `SELECT `+columns+` FROM audit_log WHERE id >= $1 AND id <= $2 AND id <> $3 AND request_id = $4 ORDER BY id LIMIT 20`,
		e.ID-reach, e.ID+reach, e.ID, e.RequestID)
}

// Beside are the entries before and after one in the same stay; zero for none.
func (s *Service) Beside(ctx context.Context, e Entry) (before, after int64, err error) {
	if e.Stay == 0 {
		return 0, 0, nil
	}
	err = s.db.Reader().QueryRow(ctx, `SELECT COALESCE((SELECT MAX(id) FROM audit_log WHERE impersonation_id = $1 AND impersonation_id <> 0 AND id < $2), 0),
		COALESCE((SELECT MIN(id) FROM audit_log WHERE impersonation_id = $1 AND impersonation_id <> 0 AND id > $2), 0)`, e.Stay, e.ID).Scan(&before, &after)
	return before, after, err
}
