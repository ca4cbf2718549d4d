package app

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/seal"
)

// Restore says which database was set back to a backup, and who outside knows
// its action log.
type Restore struct {
	DSN, Key, Sink, Witness string
	Reason                  string
	Anyway                  bool // also where nobody outside knows more than the database
	Now                     func() time.Time
}

// RestoreReport is what accepting it has done.
type RestoreReport struct {
	assist.Restored
	Lost   []string    // what those outside know and the database does not
	ByHand []seal.Step // for the owners of witnesses: see [seal.Witness.TakeBack]
}

var errNotSetBack = errors.New("nobody outside knows more of the action log than this database. If a backup was restored all the same, say --anyway")

// AcceptRestore is the owner's acceptance that a database was set back: consent
// from before must be given again, and the sinks go on from what there is.
func AcceptRestore(ctx context.Context, o Restore) (r RestoreReport, err error) {
	a, err := Open(ctx, Options{DSN: o.DSN, AdminURL: "http://admin.localhost:8080", Now: o.Now, AuditKey: o.Key, AuditSink: o.Sink, AuditWitness: o.Witness})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	marked, err := seal.SetBack(ctx, a.DB.Reader())
	if err != nil {
		return r, err
	}
	var lost []seal.Lost
	if a.Sealer != nil {
		if lost, err = a.Sealer.Compare(ctx); err != nil {
			return r, err
		}
	}
	for _, l := range lost {
		r.Lost = append(r.Lost, l.String())
	}
	if !marked && len(lost) == 0 && !o.Anyway {
		return r, errNotSetBack
	}
	ctx = actor.AsSystem(ctx, "storehand audit accept-restore")
	if r.Restored, err = a.Assist.AcceptRestore(ctx, o.Reason, r.Lost, a.revokes()...); err != nil || a.Sealer == nil {
		return r, err
	}
	if r.ByHand, err = a.Sealer.GoOn(ctx, lost); err == nil && len(r.ByHand) == 0 {
		err = a.seal(ctx)
	}
	return r, err
}

// revokes are what else somebody could act with that a backup revives.
func (a *App) revokes() []assist.Revoke {
	return []assist.Revoke{
		{What: "links to choose a new password", Do: a.Customers.RevokeResets},
		{What: "links to confirm an e-mail address", Do: a.Customers.RevokeConfirmations},
		{What: "payment links", Do: a.Payments.RevokeLinks},
		{What: "recovery codes of Admin users", Do: a.Factors.RevokeCodes},
	}
}

// TakeBack lets a witness go on from an older checkpoint: file is what
// AcceptRestore gave for it.
func TakeBack(w *seal.Witness, file []byte) (seal.Back, error) {
	var step seal.Step
	if err := json.Unmarshal(file, &step); err != nil {
		return seal.Back{}, errors.New("this is not a file of storehand audit accept-restore: " + err.Error())
	}
	return w.TakeBack(step)
}
