package seal

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// PublicOf is the public key that belongs to a secret one.
func PublicOf(secret string) (string, error) {
	signer, err := signerFrom(secret)
	if err != nil {
		return "", err
	}
	parts := strings.Split(strings.TrimSpace(secret), "+")
	raw, err := base64.StdEncoding.DecodeString(strings.Join(parts[4:], "+"))
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return "", errors.New("the audit key: not an Ed25519 key")
	}
	public, _ := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(signer.Name(), public)
}

// find gives an archive, or NotFound.
func (a *Archiver) find(ctx context.Context, id int64) (Archive, error) {
	arc, found, err := ArchiveByID(ctx, a.db.Reader(), id)
	if err == nil && !found {
		err = fault.New(fault.NotFound, "This archive does not exist.")
	}
	return arc, err
}

// ActionDownloaded is recorded before an archive's file is given out.
const ActionDownloaded sqldb.Action = "audit.archive_downloaded"

// Open records that somebody downloads an archive, and opens its file.
func (a *Archiver) Open(ctx context.Context, id int64) (Archive, io.ReadCloser, error) {
	arc, err := a.find(ctx, id)
	if err != nil {
		return arc, nil, err
	}
	f, err := os.Open(a.path(arc))
	if errors.Is(err, os.ErrNotExist) {
		return arc, nil, fault.New(fault.NotFound, "The file %s is not in the archive's folder.", arc.File)
	}
	if err != nil {
		return arc, nil, err
	}
	err = a.db.Change(ctx, ActionDownloaded, func(_ context.Context, tx *sqldb.Tx) error {
		a.describe(tx, arc)
		return nil
	})
	if err != nil {
		return arc, nil, errors.Join(err, f.Close())
	}
	return arc, f, nil
}

// Restore imports an archive's rows for search, beside the log and never into
// it. The file is checked as a whole; one bad row and nothing is imported.
func (a *Archiver) Restore(ctx context.Context, id int64) (Archive, error) {
	arc, err := a.find(ctx, id)
	if err != nil {
		return arc, err
	}
	if arc.Restored > 0 {
		return arc, fault.New(fault.Conflict, "This archive is imported already.")
	}
	var rows []Row
	put := func() error {
		err := a.putRestored(ctx, arc.ID, rows)
		rows = rows[:0]
		return err
	}
	err = a.read(arc, func(p placed) error {
		if rows = append(rows, p.Row); len(rows) < restoredAtOnce {
			return nil
		}
		return put()
	})
	if err == nil {
		err = put()
	}
	if err == nil {
		err = a.indexed(ctx, arc.ID, audit.IndexImported)
	}
	if err != nil {
		return arc, errors.Join(&fault.Error{Kind: fault.Conflict, Message: "The archive " + arc.File + " cannot be imported: it is not there, or not what was signed.", Err: err}, a.dropRestored(ctx, arc.ID))
	}
	return arc, a.db.Change(ctx, ActionRestored, func(_ context.Context, tx *sqldb.Tx) error {
		a.describe(tx, arc)
		return nil
	})
}

// read reads an archive's file, checking it.
func (a *Archiver) read(arc Archive, fn func(p placed) error) error {
	f, err := os.Open(a.path(arc))
	if err != nil {
		return err
	}
	defer f.Close()
	keys, err := verifiers([]string{a.public})
	if err != nil {
		return err
	}
	m, err := readArchive(f, keys, nil, fn)
	if err == nil && (m.first != arc.First || m.next != arc.Next) {
		err = fmt.Errorf("%s is another archive", arc.File)
	}
	return err
}

const restoredAtOnce = 200

func (a *Archiver) putRestored(ctx context.Context, archive int64, rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	names := strings.ReplaceAll(columns, "a.", "")
	width := len(rows[0].values()) + 1
	var tuples []string
	var args []any
	for i := range rows {
		tuples = append(tuples, "("+sqldb.List(i*width+1, width)+")")
		args = append(append(args, archive), rows[i].values()...)
	}
	return a.db.Upkeep(ctx, "audit.archive", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO audit_restored (archive_id, `+names+`) VALUES `+strings.Join(tuples, ", ")+` ON CONFLICT (id) DO NOTHING`, args...)
		return err
	})
}

// Drop takes an imported archive out of the search again.
func (a *Archiver) Drop(ctx context.Context, id int64) (Archive, error) {
	arc, err := a.find(ctx, id)
	if err != nil {
		return arc, err
	}
	err = a.db.Change(ctx, ActionDropped, func(_ context.Context, tx *sqldb.Tx) error {
		a.describe(tx, arc)
		tx.Note("entries", strconv.FormatInt(arc.Restored, 10))
		return nil
	})
	if err != nil {
		return arc, err
	}
	return arc, a.dropRestored(ctx, id)
}

// indexed does something about the ids that an imported archive has.
func (a *Archiver) indexed(ctx context.Context, archive int64, do func(ctx context.Context, db *sqldb.DB, from, to int64) error) error {
	var from, to int64
	err := a.db.Reader().QueryRow(ctx, `SELECT COALESCE(MIN(id), 0), COALESCE(MAX(id), 0) FROM audit_restored WHERE archive_id = $1`, archive).Scan(&from, &to)
	if err != nil || to == 0 {
		return err
	}
	return do(ctx, a.db, from, to)
}

// dropRestored takes an archive's entries out of the search. Those of another
// archive in the same blocks are put back into the index.
func (a *Archiver) dropRestored(ctx context.Context, id int64) error {
	return a.indexed(ctx, id, func(ctx context.Context, db *sqldb.DB, from, to int64) error {
		if err := audit.ForgetImported(ctx, db, from, to); err != nil {
			return err
		}
		err := db.Upkeep(ctx, "audit.archive", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM audit_restored WHERE archive_id = $1`, id)
			return err
		})
		if err != nil {
			return err
		}
		return errors.Join(audit.IndexImported(ctx, db, from, from), audit.IndexImported(ctx, db, to, to))
	})
}
