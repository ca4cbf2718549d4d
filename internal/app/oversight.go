package app

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/jobs"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/webhook"
)

// Webhooks says how alerts are posted to other systems.
type Webhooks struct {
	Secret       string         // signs them; "" posts nothing
	AllowPrivate bool           // also to addresses that are not on the public internet
	Roots        *x509.CertPool // whom to trust; nil means those of the system
}

// wireOversight makes what watches Login as Customer. Its tasks have a runner of
// their own: a mail server or a receiver that hangs must not keep an alert back.
func (a *App) wireOversight() error {
	a.Watching = jobs.New(a.DB, a.Log)
	d := oversight.Deps{
		Outbox: a.Mail, Config: a.Config, AdminURL: a.AdminURL, Wake: func() { a.Watching.Wake("webhooks") },
		Sealed: a.AuditKey != "",
	}
	if a.Webhooks.Secret != "" {
		key, err := webhook.ParseKey(a.Webhooks.Secret)
		if err != nil {
			return err
		}
		d.Webhooks = webhook.New(key, webhook.Options{AllowPrivate: a.Webhooks.AllowPrivate, Roots: a.Webhooks.Roots})
	}
	a.Oversight = oversight.New(a.DB, d)
	a.Watching.Add(jobs.Task{Name: "audit_watch", Every: 15 * time.Second, Run: a.Oversight.Watch})
	a.Watching.Add(jobs.Task{Name: "webhooks", Every: 15 * time.Second, Run: a.Oversight.Deliver})
	a.Watching.Add(jobs.Task{Name: "webhooks_prune", Every: 24 * time.Hour, Run: a.Oversight.Prune})
	return nil
}

// watched is a recorder that oversight sees each action before, and the undoing
// of stays after.
func (a *App) watched(record sqldb.AfterHook) sqldb.AfterHook {
	return func(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
		if err := a.Oversight.Recorded(ctx, tx, e); err != nil {
			return err
		}
		if err := record(ctx, tx, e); err != nil {
			return err
		}
		return amend.Record(ctx, tx, e)
	}
}
