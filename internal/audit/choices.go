package audit

import (
	"context"
	"sync"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Choices are the groups and actions that occur in the record.
type Choices struct {
	Groups  []string
	Actions []sqldb.Action
}

// choices remembers them for a while: a new one shows up late, which is harmless.
type choices struct {
	mu   sync.Mutex
	at   time.Time
	last Choices
}

const choicesFor = 30 * time.Second

// Each hop asks for the next value in the index: as many steps as values, however
// long the record is.
const (
	hopGroups = `WITH RECURSIVE hop(v) AS (
 SELECT MIN(report_group) FROM audit_log
 UNION ALL SELECT (SELECT MIN(report_group) FROM audit_log WHERE report_group > hop.v) FROM hop WHERE hop.v IS NOT NULL)
SELECT v FROM hop WHERE v IS NOT NULL`
	hopActions = `WITH RECURSIVE hop(v) AS (
 SELECT MIN(action) FROM audit_log
 UNION ALL SELECT (SELECT MIN(action) FROM audit_log WHERE action > hop.v) FROM hop WHERE hop.v IS NOT NULL)
SELECT v FROM hop WHERE v IS NOT NULL`
)

// Choices returns what the report can be narrowed to. Login As Customer is
// always among the groups.
func (s *Service) Choices(ctx context.Context) (Choices, error) {
	s.choices.mu.Lock()
	defer s.choices.mu.Unlock()
	now := s.db.Now()
	if age := now.Sub(s.choices.at); age >= 0 && age < choicesFor {
		return s.choices.last, nil
	}
	groups, err := sqldb.All(ctx, s.db.Reader(), sqldb.Value[string], hopGroups)
	if err != nil {
		return Choices{}, err
	}
	actions, err := sqldb.All(ctx, s.db.Reader(), sqldb.Value[sqldb.Action], hopActions)
	if err != nil {
		return Choices{}, err
	}
	s.choices.at, s.choices.last = now, Choices{withAssist(groups), actions}
	return s.choices.last, nil
}

func withAssist(groups []string) []string {
	for _, g := range groups {
		if g == AssistGroup {
			return groups
		}
	}
	return append(groups, AssistGroup)
}
