package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/seal"
)

// auditRestoreCmd accepts that the database was set back to a backup.
type auditRestoreCmd struct {
	DB        string `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…"`
	DBSecret  string `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	Key       string `name:"audit-key-file" env:"STOREHAND_AUDIT_KEY_FILE" placeholder:"FILE" help:"The key that signs checkpoints."`
	Sink      string `name:"audit-sink" env:"STOREHAND_AUDIT_SINK" placeholder:"FILE" help:"The sink's file; it goes on from what the database has, and keeps what it knew."`
	Witness   string `name:"audit-witness" env:"STOREHAND_AUDIT_WITNESS" placeholder:"URL" help:"Witness that knows the log."`
	Reason    string `required:"" placeholder:"TEXT" help:"Why a backup was restored, for the record."`
	Statement string `placeholder:"FILE" help:"Where the statement for the witness's owner is written, who takes it with storehand audit witness --accept-restore."`
	Anyway    bool   `help:"Also where nobody outside knows more than the database: nothing had been told since the backup, or there is nobody."`
}

func (r *auditRestoreCmd) Run(c *console) error {
	dsn, err := address(r.DB, r.DBSecret)
	if err != nil {
		return err
	}
	key, err := auditKey(r.Key, flag{"--audit-sink", r.Sink}, flag{"--audit-witness", r.Witness})
	if err != nil {
		return err
	}
	if r.Witness != "" && r.Statement == "" {
		return errors.New("--audit-witness needs --statement FILE: only the witness's owner can let it go on")
	}
	report, err := app.AcceptRestore(c.ctx, app.Restore{DSN: dsn, Key: key, Sink: r.Sink, Witness: r.Witness, Reason: r.Reason, Anyway: r.Anyway})
	for _, l := range report.Lost {
		c.printf("Lost: %s.\n", l)
	}
	if !report.At.IsZero() {
		c.printf("Accepted, and on record. Consent from before %s must be given again. %d sessions as a customer, %d of Admin users and %d of customers were ended.\n",
			report.At.UTC().Format("2006-01-02 15:04:05 UTC"), report.Stays, report.Staff, report.Customers)
	}
	for _, l := range report.Revoked {
		c.printf("Taken back: %d %s.\n", l.N, l.What)
	}
	return errors.Join(err, r.hand(c, report.ByHand))
}

// hand writes what the witness's owner has to take.
func (r *auditRestoreCmd) hand(c *console, steps []seal.Step) error {
	for _, step := range steps {
		b, err := json.Marshal(step)
		if err == nil {
			err = os.WriteFile(r.Statement, append(b, '\n'), 0o600)
		}
		if err != nil {
			return err
		}
		c.printf("The witness still refuses this log, and nobody can act as a customer. Give %s to its owner: storehand audit witness --dir DIR --public-key FILE --accept-restore %s\n", r.Statement, r.Statement)
	}
	return nil
}

// takeBack lets a witness go on from an older checkpoint, by its owner's hand.
func takeBack(c *console, w *seal.Witness, path string) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	b, err := app.TakeBack(w, file)
	if err != nil {
		return err
	}
	c.printf("Accepted: the witness kept a checkpoint of %d rows and goes on from one of %d rows. Both stay in its file.\n", b.From.Size, b.To.Size)
	return nil
}

// auditReceiptCmd verifies a customer's consent receipt, without any database.
type auditReceiptCmd struct {
	File string   `arg:"" help:"The receipt, as it was downloaded: text or JSON."`
	Keys []string `name:"public-key" required:"" placeholder:"FILE" help:"Public key, as storehand audit key wrote it; several after a change of keys."`
}

var errReceipt = errors.New("the receipt is not proven")

func (r *auditReceiptCmd) Run(c *console) error {
	keys, err := readKeys(r.Keys)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(r.File)
	if err != nil {
		return err
	}
	receipt, by, err := assist.VerifyReceipt(file, keys...)
	if err != nil {
		c.printf("Not proven: %v.\n", err)
		return errReceipt
	}
	c.printf("Signed by %s, and unchanged since:\n", by)
	for _, line := range receipt.Lines() {
		c.printf("  %-10s %s\n", line[0]+":", line[1])
	}
	fmt.Fprintln(c.out, "Whether the customer has answered otherwise since is not shown by a receipt.")
	return nil
}
