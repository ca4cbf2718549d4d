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
}

// AcceptRestore is the owner's acceptance that the database was set back to a
// backup. Nothing of what the backup says about authority counts from here on:
// consent must be given again, every session is over, and so are codes, granted
// requests and approvals, whatever became of them after the backup was made.
// found says what is known outside and lost here.
func (s *Service) AcceptRestore(ctx context.Context, reason string, found []string) (r Restored, err error) {
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
		if _, err := tx.Exec(ctx, `UPDATE assist_approval SET state = 'taken_back' WHERE state IN ('pending', 'approved')`); err != nil {
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
