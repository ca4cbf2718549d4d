package app

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/jobs"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// recorder is the hook that records every change; with a key, the sealer hears
// of each row.
func (a *App) recorder() (sqldb.AfterHook, error) {
	a.Jobs.Add(jobs.Task{Name: "audit_index", Every: 30 * time.Second, Run: a.Audit.Index})
	if a.AuditKey == "" {
		return audit.Record, nil
	}
	notary, err := seal.NewNotary(a.AuditKey)
	if err != nil {
		return nil, err
	}
	a.Assist.UseNotary(notary)
	if a.Unsealed {
		return audit.Record, nil
	}
	sinks, err := a.sinks()
	if err != nil {
		return nil, err
	}
	if a.Sealer, err = seal.New(a.DB, a.AuditKey, sinks...); err != nil {
		return nil, err
	}
	a.Jobs.Add(jobs.Task{Name: "seal", Every: 30 * time.Second, Run: a.seal})
	if a.AuditArchive != "" {
		if a.Archiver, err = seal.NewArchiver(a.DB, a.AuditKey, a.AuditArchive); err != nil {
			return nil, err
		}
		a.Jobs.Add(jobs.Task{Name: "audit_archive", Every: time.Hour, Lease: 30 * time.Minute, Run: a.archiveDue})
	}
	return func(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
		if err := audit.Record(ctx, tx, e); err != nil {
			return err
		}
		action := e.Action
		tx.After(func() {
			if a.Sealer.Noticed(action) {
				a.Jobs.Wake("seal")
			}
		})
		return nil
	}, nil
}

// sinks are whom the sealer tells.
func (a *App) sinks() ([]seal.Sink, error) {
	var sinks []seal.Sink
	if a.AuditSink != "" {
		sinks = append(sinks, seal.NewFileSink(a.AuditSink))
	}
	if a.AuditSyslog != "" {
		s, err := seal.NewSyslog(a.AuditSyslog, a.AuditSyslogTLS)
		if err != nil {
			return nil, err
		}
		sinks = append(sinks, s)
	}
	if a.AuditWitness != "" {
		s, err := newWitnessSink(a.AuditWitness)
		if err != nil {
			return nil, err
		}
		sinks = append(sinks, s)
	}
	return sinks, nil
}

// archiveDue archives what is older than the lifetime, as often as is set.
func (a *App) archiveDue(ctx context.Context) error {
	before, due, err := audit.ArchiveDue(ctx, a.Config, a.DB.Reader(), a.DB.Now())
	if err != nil || !due {
		return err
	}
	_, err = a.Archiver.Archive(ctx, before)
	return err
}

// The log's own beginning and end on a node.
const (
	actionStarted sqldb.Action = "audit.started"
	actionStopped sqldb.Action = "audit.stopped"
	// ActionMigrated is recorded when the database's owner has migrated it.
	ActionMigrated sqldb.Action = "audit.migrated"
)

// openLog records that this node serves from now on, and lets nobody act as a
// customer while the log is not sealed in time, or while it is not known whether
// the database was set back. A database that cannot record does not keep guests
// from the shop.
func (a *App) openLog(ctx context.Context) {
	if a.Sealer != nil {
		limit := seal.DefaultLimit
		if err := a.Sealer.Look(ctx); err != nil {
			a.Log.Error("the action log was compared with what is known outside", "error", err)
			limit.Since = a.DB.Now()
		}
		a.Assist.RequireSealing(limit)
		if name, own, err := a.Sealer.SealedBy(ctx); err == nil && !own {
			a.Log.Warn("the action log was sealed with another key until now: if nobody has changed it, give this node the --audit-key-file of the others", "key", name)
		}
		if err := a.beginSealing(ctx); err != nil {
			a.Log.Error("sealing the action log cannot begin yet", "error", err)
		}
	}
	a.note(ctx, actionStarted, "The server has started")
}

// seal seals what was written since the last time. Nothing is sealed before the
// answers of customers that are older than the key are signed.
func (a *App) seal(ctx context.Context) error {
	if err := a.beginSealing(ctx); err != nil {
		return err
	}
	return a.Sealer.Seal(ctx)
}

// beginSealing signs the answers of customers that are older than the key: once,
// before the log is sealed for the first time, as far as the database and those
// outside know. From then on an answer without a signature is one that somebody
// has written past Storehand.
func (a *App) beginSealing(ctx context.Context) error {
	if a.sealing.Load() {
		return nil
	}
	began, err := a.Sealer.Began(ctx)
	if err == nil && !began {
		err = a.Assist.Vouch(actor.AsSystem(ctx, "seal"))
	}
	if err == nil {
		err = a.Sealer.Begin(ctx)
	}
	a.sealing.Store(err == nil)
	return err
}

// closeLog records that this node stops, and seals what it wrote.
func (a *App) closeLog(ctx context.Context) error {
	a.note(ctx, actionStopped, "The server has stopped")
	if a.Sealer == nil {
		return nil
	}
	return a.seal(actor.AsSystem(ctx, "seal"))
}

func (a *App) note(ctx context.Context, action sqldb.Action, details string) {
	err := a.Record(ctx, action, details)
	if err != nil {
		a.Log.Error("the action log cannot be written", "action", action, "error", err)
	}
}

// Record writes a row that the system itself is the author of: starts, stops,
// and what was done from the command line.
func (a *App) Record(ctx context.Context, action sqldb.Action, details string) error {
	return a.DB.Change(actor.AsSystem(ctx, "command line"), action, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About("server", a.AdminURL)
		tx.Details = details
		return nil
	})
}

// VerifyLog verifies a database's action log without serving it.
func VerifyLog(ctx context.Context, dsn string, c seal.Check) (seal.Report, error) {
	db, err := sqldb.Open(ctx, sqldb.Options{DSN: dsn, Now: time.Now, Exists: true})
	if err != nil {
		return seal.Report{}, err
	}
	c.Workers = runtime.NumCPU()
	report, err := seal.Verify(ctx, db.Reader(), c)
	return report, errors.Join(err, db.Close())
}
