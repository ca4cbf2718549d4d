package audit

import (
	"context"
	"encoding/json"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Entry is one row of the record.
type Entry struct {
	ID          int64
	At          time.Time
	Action      sqldb.Action
	Group       string // what the action belongs to
	ReportGroup string // AssistGroup for whatever was done during a stay
	Result      string
	ActorKind   actor.Kind
	ActorID     int64
	ActorName   string
	SubjectID   int64 // customer whose account, 0 for none
	SubjectName string
	Stay        int64 // impersonation, 0 for none
	WebsiteID   int64
	StoreViewID int64
	IP          string
	RequestID   string
	Route       string
	ObjectKind  string
	ObjectID    string
	Details     string

	// Read by Get, Timeline and Export only.
	Objects []sqldb.Object
	Notes   []sqldb.Note
	Changes []sqldb.FieldChange
	Cut     int // parts that did not fit
}

// Failed reports whether the action was refused or failed.
func (e Entry) Failed() bool { return e.Result == sqldb.Failure }

const (
	columns = `id, at, action, action_group, report_group, result, actor_kind, actor_id, actor_name, subject_id, subject_name,
 impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details`
	allColumns = columns + `, data`
)

func (e *Entry) dest() []any {
	return []any{&e.ID, sqldb.Into(&e.At), &e.Action, &e.Group, &e.ReportGroup, &e.Result, &e.ActorKind, &e.ActorID, &e.ActorName,
		&e.SubjectID, &e.SubjectName, &e.Stay, &e.WebsiteID, &e.StoreViewID, &e.IP, &e.RequestID, &e.Route, &e.ObjectKind, &e.ObjectID, &e.Details}
}

func scanLine(s sqldb.Scanner) (e Entry, err error) {
	err = s.Scan(e.dest()...)
	return e, err
}

func scanEntry(s sqldb.Scanner) (e Entry, err error) {
	var data string
	if err = s.Scan(append(e.dest(), &data)...); err != nil {
		return e, err
	}
	err = e.decode(data)
	return e, err
}

func (e *Entry) decode(data string) error {
	var p parts
	if data != "" {
		if err := json.Unmarshal([]byte(data), &p); err != nil {
			return err
		}
	}
	for _, o := range p.Objects {
		e.Objects = append(e.Objects, sqldb.Object{Kind: o[0], ID: o[1]})
	}
	if len(e.Objects) == 0 && e.ObjectKind != "" {
		e.Objects = []sqldb.Object{{Kind: e.ObjectKind, ID: e.ObjectID}}
	}
	for _, n := range p.Notes {
		e.Notes = append(e.Notes, sqldb.Note{Key: n[0], Value: n[1]})
	}
	for _, c := range p.Changes {
		e.Changes = append(e.Changes, sqldb.FieldChange{Field: c[0], Before: c[1], After: c[2]})
	}
	e.Cut = p.Cut
	return nil
}

// Service reads the record.
type Service struct {
	db      *sqldb.DB
	choices choices
	looks   looks
}

// New returns the service.
func New(db *sqldb.DB) *Service { return &Service{db: db} }

// Get returns one entry with everything it says.
func (s *Service) Get(ctx context.Context, id int64) (Entry, error) {
	e, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanEntry, `SELECT `+allColumns+` FROM audit_log WHERE id = $1`, id))
	if err == nil && !found {
		e, found, err = sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanEntry, `SELECT `+allColumns+` FROM audit_restored WHERE id = $1`, id))
	}
	if err == nil && !found {
		err = fault.New(fault.NotFound, "This log entry does not exist.")
	}
	return e, err
}

// Timeline returns what was done in a stay, oldest first: at most limit entries
// after the entry with the id after.
func (s *Service) Timeline(ctx context.Context, stay, after int64, limit int) ([]Entry, error) {
	return sqldb.All(ctx, s.db.Reader(), scanEntry, `SELECT `+allColumns+` FROM audit_log
WHERE impersonation_id = $1 AND impersonation_id <> 0 AND id > $2 ORDER BY id LIMIT $3`, stay, after, limit)
}

// ChangesIn returns what was changed in a stay, oldest first, as the change that
// asks sees it.
func ChangesIn(ctx context.Context, q sqldb.Querier, stay int64, limit int) ([]Entry, error) {
	return sqldb.All(ctx, q, scanEntry, `SELECT `+allColumns+` FROM audit_log
WHERE impersonation_id = $1 AND impersonation_id <> 0 AND result = 'success' AND action_group <> '`+AssistGroup+`' ORDER BY id LIMIT $2`, stay, limit)
}

// Latest returns the newest entry of an action about an object, such as the last
// save of a section of the configuration.
func (s *Service) Latest(ctx context.Context, a sqldb.Action, kind, id string) (Entry, bool, error) {
	return sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanEntry, `SELECT `+allColumns+` FROM audit_log
WHERE action = $1 AND object_kind = $2 AND object_id = $3 AND result = 'success' ORDER BY at DESC, id DESC LIMIT 1`, a, kind, id))
}

// OnAccount returns what was done to an object on a customer's account since a
// moment, newest first: at most limit entries.
func (s *Service) OnAccount(ctx context.Context, customerID int64, since time.Time, kind, id string, limit int) ([]Entry, error) {
	return sqldb.All(ctx, s.db.Reader(), scanEntry, `SELECT `+allColumns+` FROM audit_log
WHERE subject_id = $1 AND subject_id <> 0 AND at >= $2 AND object_kind = $3 AND object_id = $4 ORDER BY at DESC, id DESC LIMIT $5`,
		customerID, sqldb.Micros(since), kind, id, limit)
}
