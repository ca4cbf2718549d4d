package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/seal"
)

// auditArchiveCmd archives old entries with the owner's authority.
type auditArchiveCmd struct {
	DB       string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…, with the owner's account."`
	DBSecret string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	Key      string `name:"audit-key-file" env:"STOREHAND_AUDIT_KEY_FILE" required:"" placeholder:"FILE" help:"The key that signs checkpoints."`
	Dir      string `name:"audit-archive-dir" env:"STOREHAND_AUDIT_ARCHIVE_DIR" required:"" placeholder:"DIR" help:"Folder of the archives."`
	Older    int    `name:"older-than" placeholder:"DAYS" help:"Archive entries older than this; by default the Log Entry Lifetime of the configuration."`
}

func (a *auditArchiveCmd) Run(c *console) error {
	dsn, err := address(a.DB, a.DBSecret)
	if err != nil {
		return err
	}
	if a.Older < 0 {
		return errors.New("--older-than: want a number of days")
	}
	key, err := signingKey(a.Key)
	if err != nil {
		return err
	}
	made, err := app.ArchiveLog(c.ctx, dsn, key, a.Dir, a.Older)
	for _, m := range made {
		c.printf("%s: %d entries from %s to %s.\n", m.File, m.Rows(), m.FirstAt.Format("2006-01-02"), m.LastAt.Format("2006-01-02"))
	}
	if err == nil && len(made) == 0 {
		c.printf("There is nothing old enough to archive.\n")
	}
	return err
}

type auditWitnessCmd struct {
	Listen string   `default:"127.0.0.1:8099" placeholder:"HOST:PORT" help:"Address to listen on; TLS is a proxy's work."`
	Dir    string   `required:"" placeholder:"DIR" help:"Folder that keeps the checkpoints."`
	Keys   []string `name:"public-key" required:"" placeholder:"FILE" help:"Public key of the log, as storehand audit key wrote it."`
	Back   string   `name:"accept-restore" placeholder:"FILE" help:"Go on from an older checkpoint, as the log's owner states in this file, and leave."`
}

func (w *auditWitnessCmd) Run(c *console) error {
	keys, err := readKeys(w.Keys)
	if err != nil {
		return err
	}
	witness, err := seal.NewWitness(w.Dir, keys)
	if err != nil {
		return err
	}
	if w.Back != "" {
		return takeBack(c, witness, w.Back)
	}
	l, err := app.Listen(w.Listen)
	if err != nil {
		return err
	}
	_, size := witness.Newest()
	log := c.logger(true, slog.LevelInfo)
	log.Info("witness", "address", l.Addr().String(), "rows", size)
	return app.ServeWitness(c.ctx, l, witness, log)
}

type auditReconcileCmd struct {
	DB       string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
}

var errDifferent = errors.New("the live tables are not what the action log says")

func (r *auditReconcileCmd) Run(c *console) error {
	dsn, err := address(r.DB, r.DBSecret)
	if err != nil {
		return err
	}
	found, err := app.ReconcileLog(c.ctx, dsn)
	if err != nil {
		return err
	}
	for _, f := range found {
		c.printf("%s.\n", f)
	}
	if len(found) > 0 {
		return errDifferent
	}
	c.printf("Consent, sessions and roles are what the action log says.\n")
	return nil
}

type auditExportCmd struct {
	DB       string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	Stay     string `placeholder:"ID" help:"A session, by its number in the Actions Report or its id in the Login as Customer Log."`
	Customer string `placeholder:"EMAIL" help:"A customer, by e-mail address or number."`
	Out      string `required:"" placeholder:"FILE" help:"File to write."`
}

func (e *auditExportCmd) Run(c *console) error {
	if (e.Stay == "") == (e.Customer == "") {
		return errors.New("say either --stay ID or --customer EMAIL")
	}
	dsn, err := address(e.DB, e.DBSecret)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(e.Out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	n, err := app.ExportLog(c.ctx, dsn, e.Stay, e.Customer, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(e.Out))
	}
	c.printf("%d entries with their proofs are in %s: storehand audit verify --offline %s --public-key FILE checks them without the database.\n", n, e.Out, e.Out)
	return nil
}

// offline checks a file of proofs.
func offline(c *console, path string, keys []string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return sayProved(c, f, keys)
}

var errUnproven = errors.New("the file is not what was exported from a sealed log")

func sayProved(c *console, r io.Reader, keys []string) error {
	p, err := seal.VerifyProof(r, keys)
	if err != nil {
		c.printf("Not proven: %v.\n", err)
		return errUnproven
	}
	c.printf("%s: %d entries stood so in the log whose checkpoint of %d rows was signed on %s.\n", p.About, p.Entries, p.Tree.Size, p.Tree.At.Format("2006-01-02 15:04:05 UTC"))
	if p.Unsealed > 0 {
		c.printf("%d more were younger than that checkpoint and are not in the file.\n", p.Unsealed)
	}
	fmt.Fprintln(c.out, "That no entry was left out is not shown by this file.")
	return nil
}
