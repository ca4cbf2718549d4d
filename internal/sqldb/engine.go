package sqldb

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	_ "modernc.org/sqlite" // the driver that migrations go through
	"zombiezen.com/go/sqlite"
)

// Engine is the kind of database behind a DB.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// parse splits a database address: "sqlite:PATH" or "postgres://…".
func parse(dsn string) (Engine, string, error) {
	switch {
	case strings.HasPrefix(dsn, "sqlite:") && len(dsn) > len("sqlite:"):
		return SQLite, strings.TrimPrefix(dsn, "sqlite:"), nil
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		return Postgres, dsn, nil
	}
	return "", "", fmt.Errorf("database address %q: want sqlite:PATH or postgres://…", redact(dsn))
}

func redact(dsn string) string {
	if u, err := url.Parse(dsn); err == nil {
		return u.Redacted()
	}
	return "…"
}

// fileFor says in a sentence what SQLite would say in a riddle, and keeps a wrong
// path from becoming an empty database.
func fileFor(path string, exists bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("this is a folder: name a file in it")
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case exists:
		return errors.New("there is no database: storehand migrate makes one")
	}
	if folder, err := os.Stat(filepath.Dir(path)); err != nil || !folder.IsDir() {
		return fmt.Errorf("there is no folder %s: make it first", filepath.Dir(path))
	}
	return nil
}

// sqliteDSN makes the address for database/sql, which migrations go through.
// Its parameters work only after "file:".
func sqliteDSN(path string) string {
	q := url.Values{"_pragma": litePragmas(false)}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// IsUnique reports whether err says that a unique key is already taken.
func IsUnique(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	code := sqlite.ErrCode(err)
	return code == sqlite.ResultConstraintUnique || code == sqlite.ResultConstraintPrimaryKey
}

// IsForeignKey reports whether err says that a row is still referred to, or
// that a referred row is missing.
func IsForeignKey(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23503"
	}
	return sqlite.ErrCode(err) == sqlite.ResultConstraintForeignKey
}

// retryable reports whether PostgreSQL asks to run the transaction again.
func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// IsDenied reports whether PostgreSQL refused a statement because the role that
// this program connects with may not do that.
func IsDenied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

// Broken reports whether err says that the database cannot do its work now:
// full, read-only, gone, cut off, or damaged.
func Broken(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch {
		case len(pg.Code) < 2, pg.Code == "25006", pg.Code == "42501":
			return true
		}
		switch pg.Code[:2] {
		case "08", "53", "57", "58", "XX":
			return true
		}
		return false
	}
	if errors.Is(err, errNoAnswer) || errors.Is(err, errCutOff) || errors.Is(err, errClosed) {
		return true
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultFull, sqlite.ResultIOErr, sqlite.ResultReadOnly, sqlite.ResultCantOpen, sqlite.ResultCorrupt, sqlite.ResultNotADB, sqlite.ResultBusy, sqlite.ResultProtocol:
		return true
	}
	return false
}
