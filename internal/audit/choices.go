package audit

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Choices are the groups that occur in the record or in what was imported from
// archives, and the actions that occur in the record.
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
	hopImported = `WITH RECURSIVE hop(v) AS (
 SELECT MIN(report_group) FROM audit_restored
 UNION ALL SELECT (SELECT MIN(report_group) FROM audit_restored WHERE report_group > hop.v) FROM hop WHERE hop.v IS NOT NULL)
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
	imported, err := sqldb.All(ctx, s.db.Reader(), sqldb.Value[string], hopImported)
	if err != nil {
		return Choices{}, err
	}
	actions, err := sqldb.All(ctx, s.db.Reader(), sqldb.Value[sqldb.Action], hopActions)
	if err != nil {
		return Choices{}, err
	}
	s.choices.at, s.choices.last = now, Choices{withAssist(append(groups, imported...)), actions}
	return s.choices.last, nil
}

// withAssist gives each group once, in their order.
func withAssist(groups []string) []string {
	groups = append(groups, AssistGroup)
	slices.Sort(groups)
	return slices.Compact(groups)
}
