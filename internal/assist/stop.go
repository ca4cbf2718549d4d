package assist

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions of the emergency stop.
const (
	ActionStopped sqldb.Action = "login_as_customer.stopped"
	ActionResumed sqldb.Action = "login_as_customer.resumed"
)

// Halt is the emergency stop as it stands.
type Halt struct {
	Stopped bool
	Reason  string
	By      string
	At      time.Time
	SetBack bool // the database was set back, and nobody has accepted that
}

const haltQuery = `SELECT reason, stopped_by, stopped_at FROM assist_stop WHERE lifted_at IS NULL ORDER BY id DESC LIMIT 1`

// Halted tells whether Login as Customer is stopped, for notices: at most a
// second old. Who may enter is judged on what the database says.
func (s *Service) Halted(ctx context.Context) (Halt, error) { return s.halt.Get(ctx) }

// HaltedNow is Halted straight from the database.
func (s *Service) HaltedNow(ctx context.Context) (Halt, error) { return loadHalt(ctx, s.db.Reader()) }

func loadHalt(ctx context.Context, q sqldb.Querier) (Halt, error) {
	h, found, err := sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (h Halt, err error) {
		err = r.Scan(&h.Reason, &h.By, sqldb.Into(&h.At))
		return h, err
	}, haltQuery))
	if h.Stopped = found; err == nil {
		h.SetBack, err = seal.SetBack(ctx, q)
	}
	return h, err
}

// Stop ends every stay at once and lets none begin or go on until Lift: the
// emergency switch, beside the feature's own. It says how many stays it ended.
// Stopping what is stopped changes nothing.
func (s *Service) Stop(ctx context.Context, reason string) (ended int, err error) {
	reason = strings.TrimSpace(reason)
	if err := s.mayHalt(ctx, ActionStopped); err != nil {
		return 0, err
	}
	wrong := fault.Fields{}
	if reason == "" {
		wrong.Add("reason", "Please say why, for the record.")
	}
	checkLength(wrong, "reason", reason)
	if err := wrong.Err(); err != nil {
		return 0, err
	}
	err = s.db.Change(ctx, ActionStopped, func(ctx context.Context, tx *sqldb.Tx) error {
		ended = 0
		h, err := loadHalt(ctx, tx)
		if err != nil || h.Stopped {
			tx.Skip()
			return err
		}
		by, err := nameOf(ctx, tx)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO assist_stop (reason, stopped_at, stopped_by) VALUES ($1, $2, $3)`,
			reason, sqldb.Micros(tx.Now()), by); err != nil {
			return err
		}
		if ended, err = s.endAll(ctx, tx, Stopped); err != nil {
			return err
		}
		tx.About("login_as_customer", "stop")
		tx.Details = "All sessions ended, none can begin: " + reason
		tx.Note("sessions ended", text(int64(ended)))
		tx.After(s.halt.Forget)
		return tx.Bump(ctx, "assist_stop")
	})
	return ended, err
}

// endAll ends all stays that are not over, with their unspent codes, and tells
// their customers. What is begun while this runs is refused at its next step.
func (s *Service) endAll(ctx context.Context, tx *sqldb.Tx, cause impersonate.Cause) (int, error) {
	return s.endWhere(ctx, tx, cause, liveStays)
}

// endWhere ends the stays that meet a condition, which names only such as are not
// over, forgets their unspent codes and tells their customers. It gives how many
// there were.
func (s *Service) endWhere(ctx context.Context, tx *sqldb.Tx, cause impersonate.Cause, cond string, args ...any) (int, error) {
	by, err := nameOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	var w sqldb.Where
	set := w.Bind(`UPDATE impersonation SET state = 'ended', ended_at = ?, end_cause = ?, ended_by = ?,
		code_hash = CASE WHEN code_spent_at IS NULL THEN NULL ELSE code_hash END`, sqldb.Micros(tx.Now()), string(cause), by)
	w.And(cond, args...)
	ended, err := sqldb.All(ctx, tx, scanStay, set+w.SQL()+` RETURNING `+stayColumns, w.Args()...)
	if err != nil {
		return 0, err
	}
	for _, stay := range ended {
		recordEnd(tx, stay)
		if err := s.tell(ctx, tx, stay.ID, atEnd); err != nil {
			return 0, err
		}
	}
	return len(ended), nil
}

// Lift lets stays begin again.
func (s *Service) Lift(ctx context.Context, note string) error {
	note = strings.TrimSpace(note)
	if err := s.mayHalt(ctx, ActionResumed); err != nil {
		return err
	}
	wrong := fault.Fields{}
	checkLength(wrong, "note", note)
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.db.Change(ctx, ActionResumed, func(ctx context.Context, tx *sqldb.Tx) error {
		by, err := nameOf(ctx, tx)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE assist_stop SET lifted_at = $1, lifted_by = $2, note = $3 WHERE lifted_at IS NULL`,
			sqldb.Micros(tx.Now()), by, note)
		if err != nil || n == 0 {
			tx.Skip()
			return err
		}
		tx.About("login_as_customer", "stop")
		tx.Details = strings.TrimSuffix("Sessions can begin again: "+note, ": ")
		tx.After(s.halt.Forget)
		return tx.Bump(ctx, "assist_stop")
	})
}

// mayHalt asks for Emergency stop; whoever runs commands on the server has it.
func (s *Service) mayHalt(ctx context.Context, action sqldb.Action) error {
	who, _ := actor.From(ctx)
	switch {
	case who.Kind == actor.System:
		return nil
	case who.Kind == actor.Admin && !who.Impersonating():
		g, err := grantOf(ctx, s.db.Reader(), who.ID)
		if err != nil {
			return err
		}
		if g.Allows(acl.AssistStop) {
			return nil
		}
	}
	if err := s.db.Refuse(ctx, action, func(e *sqldb.Entry) { e.About("login_as_customer", "stop") }); err != nil {
		return err
	}
	return fault.New(fault.Denied, "You have no permission to stop or resume Login as Customer.")
}

func checkLength(wrong fault.Fields, field, words string) {
	if utf8.RuneCountInString(words) > maxReason {
		wrong.Add(field, "Please use at most %d characters.", maxReason)
	}
}
