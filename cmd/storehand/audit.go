package main

import (
	"errors"
	"time"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/seal"
)

type auditCmd struct {
	Key    auditKeyCmd    `cmd:"" help:"Make the pair of keys that seals the action log."`
	Verify auditVerifyCmd `cmd:"" help:"Verify that no row of the action log was changed, deleted, put in, moved or cut off."`

	Archive   auditArchiveCmd   `cmd:"" help:"Write old entries to signed files and take them out of the log."`
	Witness   auditWitnessCmd   `cmd:"" help:"Keep the log's checkpoints for somebody else, refusing a shorter or forked history."`
	Reconcile auditReconcileCmd `cmd:"" help:"Compare consent, sessions and roles with what the log says."`
	Export    auditExportCmd    `cmd:"" help:"Write a session's or a customer's entries with proofs."`
	Receipt   auditReceiptCmd   `cmd:"" name:"verify-receipt" help:"Verify a consent receipt that a customer has downloaded, without any database."`
	Restore   auditRestoreCmd   `cmd:"" name:"accept-restore" help:"Accept that a backup was restored: consent must be given again, and the log goes on."`
}

type auditKeyCmd struct {
	Name string `default:"storehand" placeholder:"NAME" help:"Whose log it is, such as the shop's domain."`
	Out  string `required:"" placeholder:"FILE" help:"Where the secret key is written; the public one goes beside it as FILE.pub."`
}

func (k *auditKeyCmd) Run(c *console) error {
	if err := writeKey(k.Name, k.Out); err != nil {
		return err
	}
	c.printf("The secret key is in %s: give it to storehand serve with --audit-key-file, and keep it away from the database.\nThe public key is in %s.pub: it is what storehand audit verify needs.\n", k.Out, k.Out)
	return nil
}

type auditVerifyCmd struct {
	DB       string   `env:"STOREHAND_DB" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string   `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	Keys     []string `name:"public-key" required:"" placeholder:"FILE" help:"Public key, as storehand audit key wrote it; several after a change of keys."`
	Sink     string   `name:"audit-sink" env:"STOREHAND_AUDIT_SINK" placeholder:"FILE" help:"The sink's file. Without it an end that was cut off cannot be told."`
	Witness  string   `name:"audit-witness" env:"STOREHAND_AUDIT_WITNESS" placeholder:"URL" help:"Witness whose checkpoint is compared."`
	Kept     []string `name:"checkpoint" placeholder:"FILE" help:"A signed checkpoint that was kept elsewhere, such as a line of syslog's or the text on the page Sealing."`
	Archives string   `name:"audit-archive-dir" env:"STOREHAND_AUDIT_ARCHIVE_DIR" placeholder:"DIR" help:"Folder of the archives, to verify their files too."`
	Offline  string   `placeholder:"FILE" help:"Check a file made by storehand audit export, without any database."`
}

var errTampered = errors.New("the action log is not as it was sealed")

func (v *auditVerifyCmd) Run(c *console) error {
	keys, err := readKeys(v.Keys)
	if err != nil {
		return err
	}
	if v.Offline != "" {
		return offline(c, v.Offline, keys)
	}
	if v.DB == "" {
		return errors.New("say --db ADDRESS, or --offline FILE")
	}
	dsn, err := address(v.DB, v.DBSecret)
	if err != nil {
		return err
	}
	check := seal.Check{Keys: keys, Sink: v.Sink, Archives: v.Archives}
	if check.Checkpoints, err = v.outside(c); err != nil {
		return err
	}
	report, err := app.VerifyLog(c.ctx, dsn, check)
	if err != nil {
		return err
	}
	return v.say(c, report)
}

// outside are the checkpoints that others have kept.
func (v *auditVerifyCmd) outside(c *console) (notes []string, err error) {
	for _, path := range v.Kept {
		note, err := readCheckpoint(path)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note)
	}
	if v.Witness == "" {
		return notes, nil
	}
	note, err := app.FetchCheckpoint(c.ctx, v.Witness)
	return append(notes, note), err
}

func (v *auditVerifyCmd) say(c *console, r seal.Report) error {
	if r.Fault != nil {
		c.printf("Tampered with: %s.\n%d rows before it are as they were sealed.\n", r.Fault, r.Rows)
		return errTampered
	}
	c.printf("%d rows are as they were sealed; %d checkpoints are signed and right", r.Rows, r.Checkpoints)
	if !r.Last.IsZero() {
		c.printf(", the last of %s", r.Last.Format(time.RFC3339))
	}
	c.printf(".\n")
	if r.Archived > 0 {
		c.printf("%d of them are in archives", r.Archived)
		if r.Unread > 0 {
			c.printf("; %d stand in files that were not read: give --audit-archive-dir", r.Unread)
		}
		c.printf(".\n")
	}
	for _, b := range r.Back {
		c.printf("A restored backup was accepted on %s: %d rows that the sink knew went with it.\n", b.At.Format(time.RFC3339), b.From.Size-b.To.Size)
	}
	if r.Unsealed > 0 {
		c.printf("%d rows are younger than that and not covered yet.\n", r.Unsealed)
	}
	if !r.Delivered {
		c.printf("No sink was compared: whether the end was cut off is not known.\n")
	}
	return nil
}
