package seal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/sqldb"
)

// Archiver writes old rows of the log to files and takes them out of the log.
// The tree, its checkpoints and a signed manifest of each file stay behind, so
// that verification goes on covering what was archived.
type Archiver struct {
	db     *sqldb.DB
	signer note.Signer
	public string
	dir    string
}

// NewArchiver returns an archiver that signs with the key of the checkpoints
// and keeps its files in a folder.
func NewArchiver(db *sqldb.DB, key, dir string) (*Archiver, error) {
	if dir == "" {
		return nil, errors.New("archives need a folder: --audit-archive-dir")
	}
	signer, err := signerFrom(key)
	if err != nil {
		return nil, err
	}
	public, err := PublicOf(key)
	return &Archiver{db: db, signer: signer, public: public, dir: dir}, err
}

// The actions of the archive.
const (
	ActionArchived sqldb.Action = "audit.archived"
	ActionRemoved  sqldb.Action = "audit.archive_removed"
	ActionRestored sqldb.Action = "audit.archive_imported"
	ActionDropped  sqldb.Action = "audit.archive_import_dropped"
)

// Archive is a file of the archive.
type Archive struct {
	ID          int64
	First, Next int64 // positions in the sealed order: from First, before Next
	FirstAt     time.Time
	LastAt      time.Time
	File        string // its name in the archive's folder
	Bytes       int64
	Manifest    string // signed
	Created     time.Time
	Removed     time.Time // when the last of its rows left the log; zero: they are there still
	Restored    int64     // how many of its rows are imported for search
}

// Rows is how many rows it has.
func (a Archive) Rows() int64 { return a.Next - a.First }

const archiveColumns = `SELECT a.id, a.first_position, a.next_position, a.first_at, a.last_at, a.file, a.bytes, a.manifest, a.created_at, r.at,
	(SELECT COUNT(*) FROM audit_restored x WHERE x.archive_id = a.id)
	FROM audit_archive a LEFT JOIN audit_archive_removed r ON r.archive_id = a.id`

func scanArchive(r sqldb.Scanner) (a Archive, err error) {
	err = r.Scan(&a.ID, &a.First, &a.Next, sqldb.Into(&a.FirstAt), sqldb.Into(&a.LastAt), &a.File, &a.Bytes, &a.Manifest,
		sqldb.Into(&a.Created), sqldb.Into(&a.Removed), &a.Restored)
	return a, err
}

// Archives lists all archives, the newest first.
func Archives(ctx context.Context, q sqldb.Querier) ([]Archive, error) {
	return sqldb.All(ctx, q, scanArchive, archiveColumns+` ORDER BY a.first_position DESC`)
}

// ArchiveByID finds one.
func ArchiveByID(ctx context.Context, q sqldb.Querier, id int64) (Archive, bool, error) {
	return sqldb.Found(sqldb.One(ctx, q, scanArchive, archiveColumns+` WHERE a.id = $1`, id))
}

// maxArchived is how many rows a file has at most.
const maxArchived = 500_000

// Archive writes every sealed row from before a moment to files and then takes
// those rows out of the log, as far as the connection may. It first finishes
// what an earlier run began. The archives made are returned.
func (a *Archiver) Archive(ctx context.Context, before time.Time) (made []Archive, err error) {
	if err := a.removeWaiting(ctx); err != nil && !sqldb.IsDenied(err) {
		return nil, err
	}
	for {
		one, more, err := a.next(ctx, before)
		if err != nil || !more {
			return made, err
		}
		made = append(made, one)
		if err := a.remove(ctx, one); err != nil && !sqldb.IsDenied(err) {
			return made, err
		}
	}
}

// Pending reports whether rows that were archived are in the log still: the
// connection may not delete them, the owner's does.
func Pending(ctx context.Context, q sqldb.Querier) (bool, error) {
	_, found, err := sqldb.Found(sqldb.One(ctx, q, scanArchive, archiveColumns+` WHERE r.at IS NULL LIMIT 1`))
	return found, err
}

// next writes the next file, from where the last one ends to the last checkpoint
// whose rows are all from before the moment.
func (a *Archiver) next(ctx context.Context, before time.Time) (Archive, bool, error) {
	first, _, err := sqldb.Found(sqldb.One(ctx, a.db.Reader(), sqldb.Value[int64], `SELECT next_position FROM audit_archive ORDER BY next_position DESC LIMIT 1`))
	if err != nil {
		return Archive{}, false, err
	}
	end, found, err := a.end(ctx, first, before)
	if err != nil || !found {
		return Archive{}, false, err
	}
	arc := Archive{First: first, Next: end.size, Created: a.db.Now()}
	arc.File = fmt.Sprintf("%s-%d-%d.jsonl.gz", arc.Created.Format("2006010215"), arc.First, arc.Next)
	if err := a.write(ctx, &arc, end); err != nil {
		return Archive{}, false, err
	}
	return arc, true, a.register(ctx, &arc)
}

// end is the last checkpoint that covers old rows only. How old they are is what
// counts, not when they were sealed: a log may be older than its seals. A row
// from the future, which a clock that was ahead has left, holds nothing up.
func (a *Archiver) end(ctx context.Context, first int64, before time.Time) (checkpoint, bool, error) {
	q, old := a.db.Reader(), sqldb.Micros(before)
	newest, found, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT s.position FROM audit_log a JOIN audit_seal s ON s.audit_id = a.id
		WHERE a.at < $1 ORDER BY a.at DESC, a.id DESC LIMIT 1`, old))
	if err != nil || !found {
		return checkpoint{}, false, err
	}
	// A row may stand behind one that is younger than it. The time's index would
	// read all that is young.
	upTo, err := sqldb.One(ctx, q, sqldb.Value[int64], `SELECT COALESCE(MIN(s.position), $2) FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id
		WHERE s.position >= $1 AND s.position < $2 AND a.at + 0 >= $3 AND a.at + 0 <= $4`,
		first, min(newest+1, first+maxArchived), old, sqldb.Micros(a.db.Now()))
	if err != nil {
		return checkpoint{}, false, err
	}
	return sqldb.Found(sqldb.One(ctx, q, scanCheckpoint, checkpointColumns+` WHERE size > $1 AND size <= $2 ORDER BY size DESC LIMIT 1`, first, upTo))
}

// write makes the file, durable and under its name, or none.
func (a *Archiver) write(ctx context.Context, arc *Archive, end checkpoint) error {
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(a.dir, ".archive-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := newArchiveWriter(f)
	err = a.fill(ctx, w, arc, end)
	if err == nil {
		arc.Manifest, err = a.manifest(*arc, w.sum())
	}
	if err == nil {
		err = w.finish(arc.Manifest)
	}
	if err = errors.Join(err, f.Sync()); err == nil {
		arc.Bytes, err = f.Seek(0, 1)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), a.path(*arc))
}

func (a *Archiver) path(arc Archive) string { return filepath.Join(a.dir, filepath.Base(arc.File)) }

// fill writes the header and the rows; a row that is not what was sealed stops it.
func (a *Archiver) fill(ctx context.Context, w *archiveWriter, arc *Archive, end checkpoint) error {
	q := a.db.Reader()
	frontier, err := frontierAt(ctx, q, arc.First)
	if err != nil {
		return err
	}
	if err := w.line(archiveHeader{Format: archiveFormat, First: arc.First, Next: arc.Next, Frontier: encodeAll(frontier.Hashes), Checkpoint: end.note}); err != nil {
		return err
	}
	var buf []byte
	for at := arc.First; at < arc.Next; {
		rows, err := sqldb.All(ctx, q, scanFull, `SELECT s.position, `+columns+` FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id
			WHERE s.position >= $1 AND s.position < $2 ORDER BY s.position LIMIT $3`, at, arc.Next, portion)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return fmt.Errorf("position %d is not in the log: run storehand audit verify", at)
		}
		for _, r := range rows {
			if r.Position != at {
				return fmt.Errorf("position %d is not in the log: run storehand audit verify", at)
			}
			if t := sqldb.Time(r.At); at == arc.First || t.Before(arc.FirstAt) {
				arc.FirstAt = t
			}
			frontier.Add(r.hash(&buf))
			if err := w.line(r); err != nil {
				return err
			}
			if t := sqldb.Time(r.At); t.After(arc.LastAt) {
				arc.LastAt = t
			}
			at++
		}
	}
	if t, err := stated(end.note); err != nil || t.Root != frontier.Root() {
		return fmt.Errorf("rows from position %d to %d are not what was sealed: run storehand audit verify", arc.First, arc.Next-1)
	}
	return nil
}

const manifestOrigin = "storehand action log archive v1"

// manifest signs what an archive is: which rows, and the hash of its lines.
func (a *Archiver) manifest(arc Archive, sum string) (string, error) {
	text := fmt.Sprintf("%s\n%d\n%d\n%s\n%s\n", manifestOrigin, arc.First, arc.Next, arc.File, sum)
	msg, err := note.Sign(&note.Note{Text: text}, a.signer)
	return string(msg), err
}

// manifest is a manifest that was read.
type manifest struct {
	first, next int64
	file, sum   string
}

var errManifest = errors.New("this is not the manifest of an archive")

func openManifest(msg string, keys note.Verifiers) (m manifest, err error) {
	n, err := note.Open([]byte(msg), keys)
	if err != nil {
		return m, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 6 || lines[0] != manifestOrigin {
		return m, errManifest
	}
	var errFirst, errNext error
	m.first, errFirst = strconv.ParseInt(lines[1], 10, 64)
	m.next, errNext = strconv.ParseInt(lines[2], 10, 64)
	m.file, m.sum = lines[3], lines[4]
	if errFirst != nil || errNext != nil || m.first < 0 || m.next <= m.first {
		return m, errManifest
	}
	return m, nil
}

// register records the archive; from then on its rows may leave the log.
func (a *Archiver) register(ctx context.Context, arc *Archive) error {
	return a.db.Change(ctx, ActionArchived, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		arc.ID, err = tx.Insert(ctx, `INSERT INTO audit_archive (first_position, next_position, first_at, last_at, file, bytes, manifest, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
			arc.First, arc.Next, sqldb.Micros(arc.FirstAt), sqldb.Micros(arc.LastAt), arc.File, arc.Bytes, arc.Manifest, sqldb.Micros(arc.Created))
		a.describe(tx, *arc)
		return err
	})
}

func (a *Archiver) describe(tx *sqldb.Tx, arc Archive) {
	tx.About("audit_archive", arc.File)
	tx.Details = fmt.Sprintf("%d entries from %s to %s: %s", arc.Rows(), arc.FirstAt.Format(time.DateOnly), arc.LastAt.Format(time.DateOnly), arc.File)
	tx.Note("first position", strconv.FormatInt(arc.First, 10))
	tx.Note("next position", strconv.FormatInt(arc.Next, 10))
}

// removeWaiting takes out of the log what registered archives still have there.
func (a *Archiver) removeWaiting(ctx context.Context) error {
	waiting, err := sqldb.All(ctx, a.db.Reader(), scanArchive, archiveColumns+` WHERE r.at IS NULL ORDER BY a.first_position`)
	if err != nil {
		return err
	}
	for _, arc := range waiting {
		if err := a.remove(ctx, arc); err != nil {
			return err
		}
	}
	return nil
}

// removed is how many rows leave the log in one transaction.
const removed = 2000

// remove takes an archive's rows out of the log, in portions, and records it.
func (a *Archiver) remove(ctx context.Context, arc Archive) error {
	if err := a.present(arc); err != nil {
		return err
	}
	if err := a.forget(ctx, arc); err != nil {
		return err
	}
	for at := arc.First; at < arc.Next; at += removed {
		err := a.db.Upkeep(ctx, "audit.archive", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM audit_seal WHERE position >= $1 AND position < $2)`, at, min(at+removed, arc.Next))
			return err
		})
		if err != nil {
			return err
		}
	}
	return a.db.Change(ctx, ActionRemoved, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO audit_archive_removed (archive_id, at) VALUES ($1, $2) ON CONFLICT (archive_id) DO NOTHING`, arc.ID, sqldb.Micros(tx.Now()))
		if n == 0 {
			tx.Skip()
		}
		a.describe(tx, arc)
		return err
	})
}

// forget takes an archive's rows out of the report's index, if this connection
// may take them out of the log.
func (a *Archiver) forget(ctx context.Context, arc Archive) error {
	err := a.db.Upkeep(ctx, "audit.archive", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `DELETE FROM audit_log WHERE id < 0`)
		return err
	})
	if err != nil {
		return err
	}
	last, err := sqldb.One(ctx, a.db.Reader(), sqldb.Value[int64], `SELECT COALESCE(MAX(audit_id), 0) FROM audit_seal WHERE position >= $1 AND position < $2`, arc.First, arc.Next)
	if err != nil {
		return err
	}
	return audit.Forget(ctx, a.db, last)
}

// present refuses to remove rows whose file is not there in full.
func (a *Archiver) present(arc Archive) error {
	info, err := os.Stat(a.path(arc))
	if err == nil && info.Size() != arc.Bytes {
		err = fmt.Errorf("%s is %d bytes long instead of %d", a.path(arc), info.Size(), arc.Bytes)
	}
	if err != nil {
		return fmt.Errorf("the archive's rows stay in the log: %w", err)
	}
	return nil
}

// frontierAt is the least of the tree of a size, from its stored hashes.
func frontierAt(ctx context.Context, q sqldb.Querier, size int64) (Frontier, error) {
	f := Frontier{Size: size}
	var indexes []int64
	for level, at := 62, int64(0); level >= 0; level-- {
		if half := int64(1) << level; size&half != 0 {
			indexes = append(indexes, tlog.StoredHashIndex(level, at>>level))
			at += half
		}
	}
	if len(indexes) == 0 {
		return f, nil
	}
	var err error
	f.Hashes, err = stored(ctx, q).ReadHashes(indexes)
	return f, err
}

func encodeAll(hashes []tlog.Hash) []string {
	out := make([]string, len(hashes))
	for i, h := range hashes {
		out[i] = encode(h)
	}
	return out
}

func decodeAll(texts []string) (hashes []tlog.Hash, err error) {
	for _, t := range texts {
		h, err := tlog.ParseHash(t)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}

func jsonLine(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	return append(b, '\n'), err
}
