package assist

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// Restored is what accepting a restored backup has done.
type Restored struct {
	// At is the moment before which consent must be given again.
	At               time.Time
	Stays            int   // that were ended
	Staff, Customers int64 // sessions that were ended
	Revoked          []Revoked
}

// Revoked says how many of a kind were taken back.
type Revoked struct {
	What string
	N    int64
}

// Revoke takes something back that a backup revives and that somebody could act
// with: it may have been used or withdrawn after the backup was made.
type Revoke struct {
	What string
	Do   func(ctx context.Context, tx *sqldb.Tx) (int64, error)
}

// AcceptRestore is the owner's acceptance that the database was set back to a
// backup. Nothing of what the backup says about authority counts from here on:
// consent must be given again, every session is over, and so are codes, granted
// requests and approvals, and whatever else is given, no matter what became of
// it after the backup was made. found says what is known outside and lost here.
func (s *Service) AcceptRestore(ctx context.Context, reason string, found []string, also ...Revoke) (r Restored, err error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.System {
		return r, fault.New(fault.Denied, "Only whoever runs commands on the server can accept a restored backup.")
	}
	wrong := fault.Fields{}
	if reason = strings.TrimSpace(reason); reason == "" {
		wrong.Add("reason", "Please say why, for the record.")
	}
	checkLength(wrong, "reason", reason)
	if err := wrong.Err(); err != nil {
		return r, err
	}
	err = s.db.Change(ctx, ActionRestoreTaken, func(ctx context.Context, tx *sqldb.Tx) error {
		r = Restored{At: tx.Now()}
		if err := s.beginEpoch(ctx, tx); err != nil {
			return err
		}
		if r.Stays, err = s.endAll(ctx, tx, SetBack); err != nil {
			return err
		}
		if err := s.revoke(ctx, tx, &r, also); err != nil {
			return err
		}
		if r.Staff, r.Customers, err = s.sessions.EndEverything(ctx, tx); err != nil {
			return err
		}
		tx.About("action_log", "1")
		tx.Details = "Consent must be given again: " + reason
		for _, f := range found {
			tx.Note("lost", f)
		}
		tx.Note("sessions ended", text(int64(r.Stays)))
		tx.After(s.halt.Forget)
		return tx.Bump(ctx, "assist_stop")
	})
	return r, err
}

// revoke takes back what somebody could act with, beside sessions.
func (s *Service) revoke(ctx context.Context, tx *sqldb.Tx, r *Restored, also []Revoke) error {
	own := []Revoke{{"requests for consent", s.closeRequests}, {"approvals", takeApprovalsBack}}
	for _, one := range append(own, also...) {
		n, err := one.Do(ctx, tx)
		if err != nil {
			return err
		}
		if n > 0 {
			r.Revoked = append(r.Revoked, Revoked{one.What, n})
			tx.Note(one.What+" taken back", text(n))
		}
	}
	return nil
}

// closeRequests closes every request that waits or was granted: its link and its
// code could have been used, or refused, since.
func (s *Service) closeRequests(ctx context.Context, tx *sqldb.Tx) (int64, error) {
	open, err := sqldb.All(ctx, tx, scanRequest, `UPDATE assist_request SET state = $1, open = FALSE, closed_at = $2, token_hash = NULL, code_hash = ''
		WHERE open RETURNING `+requestColumns, string(RequestSetBack), sqldb.Micros(tx.Now()))
	for _, r := range open {
		e := sqldb.Entry{Action: ActionAskExpired}
		r.describe(&e)
		e.Details = RequestSetBack.Label()
		tx.Also(e)
	}
	return int64(len(open)), err
}

func takeApprovalsBack(ctx context.Context, tx *sqldb.Tx) (int64, error) {
	return tx.Exec(ctx, `UPDATE assist_approval SET state = 'taken_back' WHERE state IN ('pending', 'approved')`)
}

// beginEpoch makes consent from before now one that must be given again, and
// opens Login as Customer.
func (s *Service) beginEpoch(ctx context.Context, tx *sqldb.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		epochKey, text(sqldb.Micros(tx.Now())))
	if err == nil {
		_, err = tx.Exec(ctx, `DELETE FROM installation WHERE name = $1`, seal.SetBackMark)
	}
	return err
}
