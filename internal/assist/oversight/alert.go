package oversight

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// actionRaised is recorded for alerts that no action of somebody causes.
const actionRaised sqldb.Action = "login_as_customer.alert_raised"

// maxNote bounds what people write, in characters.
const maxNote = 500

// Alert is something that a supervisor should look at.
type Alert struct {
	ID           int64
	Kind         Kind
	At           time.Time
	Summary      string
	WebsiteID    int64  // 0 for what belongs to none
	Stay         string // public id, "" without one
	AdminUserID  int64
	AdminName    string
	CustomerID   int64
	CustomerName string
	Seen         bool // acknowledged
	SeenAt       time.Time
	SeenBy       string
	Note         string

	key    string // one matter is told once
	stayID int64
}

const alertColumns = `id, kind, at, summary, website_id, stay, admin_user_id, admin_name, customer_id, customer_name, state = 'seen', seen_at, seen_by, note`

func scanAlert(r sqldb.Scanner) (a Alert, err error) {
	err = r.Scan(&a.ID, &a.Kind, sqldb.Into(&a.At), &a.Summary, &a.WebsiteID, &a.Stay, &a.AdminUserID, &a.AdminName, &a.CustomerID, &a.CustomerName,
		&a.Seen, sqldb.Into(&a.SeenAt), &a.SeenBy, &a.Note)
	return a, err
}

// raise writes an alert with its mail and its webhook as part of a change,
// unless the same matter was raised before.
func (s *Service) raise(ctx context.Context, tx *sqldb.Tx, set settings, a Alert) error {
	a.At = tx.Now()
	alert, isNew, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[int64], `INSERT INTO assist_alert
		(kind, key, state, at, summary, website_id, impersonation_id, stay, admin_user_id, admin_name, customer_id, customer_name)
		VALUES ($1, $2, 'open', $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (key) DO NOTHING RETURNING id`,
		string(a.Kind), a.key, sqldb.Micros(a.At), a.Summary, a.WebsiteID, a.stayID, a.Stay, a.AdminUserID, a.AdminName, a.CustomerID, a.CustomerName))
	if err != nil || !isNew {
		return err
	}
	a.ID = alert
	if err := s.mailAlert(ctx, tx, set, a); err != nil {
		return err
	}
	if err := s.enqueue(ctx, tx, set.webhook, a); err != nil {
		return err
	}
	return s.bump(ctx, tx)
}

// raiseAlone raises what the system found by itself.
func (s *Service) raiseAlone(ctx context.Context, a Alert) error {
	known, err := sqldb.One(ctx, s.db.Reader(), sqldb.Value[bool], `SELECT EXISTS (SELECT 1 FROM assist_alert WHERE key = $1)`, a.key)
	if err != nil || known {
		return err
	}
	return s.db.Change(ctx, actionRaised, func(ctx context.Context, tx *sqldb.Tx) error {
		set, err := readSettings(ctx, tx)
		if err != nil {
			return err
		}
		tx.About("alert", string(a.Kind))
		tx.Details = a.Summary
		return s.raise(ctx, tx, set, a)
	})
}

// AlertQuery says which alerts to list, newest first.
type AlertQuery struct {
	Kind     Kind
	Open     bool    // only those nobody has acknowledged
	Websites []int64 // nil means all, with those that belong to none
	Cursor   string  // from AlertPage.Next
	Size     int     // 20 by default
}

// AlertPage is one page of alerts.
type AlertPage struct {
	Alerts []Alert
	Place
}

// Alerts lists alerts. Whoever shows them has asked for the resource.
func (s *Service) Alerts(ctx context.Context, query AlertQuery) (AlertPage, error) {
	list, at, err := alertList.page(ctx, s.db.Reader(), query.where(), query.Cursor, query.Size)
	return AlertPage{list, at}, err
}

var alertList = listing[Alert]{scanAlert, alertColumns, "assist_alert", "id", func(a Alert) int64 { return a.ID }}

func (q AlertQuery) where() *sqldb.Where {
	w := &sqldb.Where{}
	if q.Open {
		w.And("state = 'open'")
	}
	if q.Kind != "" {
		w.And("kind = ?", string(q.Kind))
	}
	onWebsites(w, "website_id", q.Websites)
	return w
}

// Alert gives one alert to whoever may see it.
func (s *Service) Alert(ctx context.Context, id int64) (Alert, error) {
	return s.alertFor(ctx, s.db.Reader(), id)
}

func (s *Service) alertFor(ctx context.Context, q sqldb.Querier, id int64) (Alert, error) {
	a, found, err := sqldb.Found(sqldb.One(ctx, q, scanAlert, `SELECT `+alertColumns+` FROM assist_alert WHERE id = $1`, id))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "This alert does not exist.")
	}
	if err == nil {
		err = may(ctx, q, acl.AssistAlerts, a.WebsiteID)
	}
	return a, err
}

// Acknowledge keeps that somebody has seen to an alert, with a note. An Admin
// user does not acknowledge an alert about themselves.
func (s *Service) Acknowledge(ctx context.Context, id int64, note string) error {
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > maxNote {
		return fault.Fields{"note": "Please use at most 500 characters."}.Err()
	}
	who, _ := actor.From(ctx)
	return s.db.Change(ctx, ActionAlertSeen, func(ctx context.Context, tx *sqldb.Tx) error {
		a, err := s.alertFor(ctx, tx, id)
		if err != nil {
			return err
		}
		if a.AdminUserID == who.ID {
			return fault.New(fault.Denied, "This alert is about you: a colleague has to acknowledge it.")
		}
		name, err := assist.AdminName(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE assist_alert SET state = 'seen', seen_at = $2, seen_by = $3, note = $4 WHERE id = $1 AND state = 'open'`,
			id, sqldb.Micros(tx.Now()), name, note)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "Somebody else has acknowledged this alert.")
		}
		tx.About("alert", strconv.FormatInt(id, 10))
		tx.Details = strings.TrimSuffix(a.Kind.Label()+" acknowledged: "+note, ": ")
		tx.Note("alert", a.Summary)
		return s.bump(ctx, tx)
	})
}
