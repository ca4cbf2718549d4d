package audit

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Exported is recorded when the report is downloaded: before it is, so that
// nothing leaves without a row.
const Exported sqldb.Action = "audit.exported"

// Announce records that somebody downloads what a filter leaves, and returns
// the filter with its end fixed, so that the download is what was asked for.
func (s *Service) Announce(ctx context.Context, f Filter, format string) (Filter, error) {
	if now := s.db.Now(); f.To.IsZero() || f.To.After(now) {
		if f.From.IsZero() {
			f = f.Bounded(now)
		}
		f.To = now.Add(time.Microsecond) // To itself is not included
	}
	f = f.Bounded(s.db.Now())
	err := s.db.Change(ctx, Exported, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About("actions_report", format)
		tx.Details = "Actions Report as " + format
		for _, p := range f.Said() {
			tx.Note(p.Key, p.Value)
		}
		return nil
	})
	return f, err
}

// Said is the filter in words.
func (f Filter) Said() []sqldb.Note {
	var out []sqldb.Note
	add := func(key, value string) {
		if value != "" && value != "0" {
			out = append(out, sqldb.Note{Key: key, Value: value})
		}
	}
	add("from", f.From.UTC().Format(time.RFC3339))
	add("to", f.To.UTC().Format(time.RFC3339))
	add("action group", f.Group)
	add("action", string(f.Action))
	add("kind", string(f.Kind))
	add("user id", strconv.FormatInt(f.ActorID, 10))
	add("result", f.Result)
	add("customer id", strconv.FormatInt(f.CustomerID, 10))
	add("session id", strconv.FormatInt(f.Stay, 10))
	add("store view id", strconv.FormatInt(f.StoreViewID, 10))
	add("IP address", f.IP)
	add("full action name", f.Route)
	add("details", f.Details)
	add("full details", f.Full)
	if f.Archive {
		add("in", "imported archives")
	}
	return out
}

type jsonEntry struct {
	ID          int64        `json:"id"`
	Time        time.Time    `json:"time"`
	Group       string       `json:"action_group"`
	Action      sqldb.Action `json:"action"`
	Result      string       `json:"result"`
	ActorKind   string       `json:"actor_kind"`
	ActorID     int64        `json:"actor_id"`
	Username    string       `json:"username"`
	CustomerID  int64        `json:"customer_id,omitempty"`
	Customer    string       `json:"customer,omitempty"`
	Stay        int64        `json:"session_id,omitempty"`
	WebsiteID   int64        `json:"website_id,omitempty"`
	StoreViewID int64        `json:"store_view_id,omitempty"`
	IP          string       `json:"ip"`
	RequestID   string       `json:"request_id,omitempty"`
	Route       string       `json:"full_action_name"`
	Details     string       `json:"details"`
	Objects     []jsonPair   `json:"objects,omitempty"`
	Notes       []jsonPair   `json:"notes,omitempty"`
	Changes     []jsonDiff   `json:"changes,omitempty"`
	Cut         int          `json:"parts_cut,omitempty"`
}

type jsonPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type jsonDiff struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// JSON is the entry as one line of a JSON Lines file, with its line break.
func (e Entry) JSON() ([]byte, error) {
	j := jsonEntry{
		ID: e.ID, Time: e.At, Group: e.ReportGroup, Action: e.Action, Result: e.Result, ActorKind: string(e.ActorKind), ActorID: e.ActorID,
		Username: e.ActorName, CustomerID: e.SubjectID, Customer: e.SubjectName, Stay: e.Stay, WebsiteID: e.WebsiteID, StoreViewID: e.StoreViewID,
		IP: e.IP, RequestID: e.RequestID, Route: e.Route, Details: e.Details, Cut: e.Cut,
	}
	for _, o := range e.Objects {
		j.Objects = append(j.Objects, jsonPair{o.Kind, o.ID})
	}
	for _, n := range e.Notes {
		j.Notes = append(j.Notes, jsonPair{n.Key, n.Value})
	}
	for _, c := range e.Changes {
		j.Changes = append(j.Changes, jsonDiff{c.Field, c.Before, c.After})
	}
	b, err := json.Marshal(j)
	return append(b, '\n'), err
}

// FullDetails is everything the entry says about the change, on one line.
func (e Entry) FullDetails() string {
	var all []string
	for _, n := range e.Notes {
		all = append(all, n.Key+": "+n.Value)
	}
	for _, c := range e.Changes {
		before := c.Before
		if before == "" {
			before = "N/A"
		}
		all = append(all, c.Field+": "+before+" → "+c.After)
	}
	return strings.Join(all, "; ")
}
