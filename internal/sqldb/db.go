package sqldb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// Options says which database to open and how.
type Options struct {
	DSN     string           // "sqlite:PATH" or "postgres://…"
	Now     func() time.Time // the clock; required
	Log     *slog.Logger     // optional
	Readers int              // connections for reading; 0 means the engine's default
	Schema  string           // PostgreSQL only: the schema to use, "" for the default
	Exists  bool             // SQLite only: the file must be there already, because only migrating makes one
}

// DB is one database: a reader pool and the one way to write.
type DB struct {
	engine Engine
	now    func() time.Time
	log    *slog.Logger
	read   *Reader
	write  writer
	pool   *sql.DB // for migrations, and PostgreSQL's writing
	schema string

	before BeforeHook
	after  AfterHook
	watch  func(topic string)

	changes atomic.Int64
	commits atomic.Int64
	heard   listener
}

// listener is told of every statement, if anybody listens.
type listener struct {
	fn atomic.Pointer[func(query string, args []any)]
}

func (l *listener) hear(query string, args []any) {
	if fn := l.fn.Load(); fn != nil {
		(*fn)(query, args)
	}
}

// Listen tells fn of every statement from now on, reading or writing, for tests
// of how the database goes about them. fn is called by many at once.
func (db *DB) Listen(fn func(query string, args []any)) { db.heard.fn.Store(&fn) }

// writer runs work in a transaction, possibly together with other work that
// waits; it returns when the outcome is durable.
type writer interface {
	run(ctx context.Context, work func(ctx context.Context, tx *Tx) error) error
	close() error
}

// Open connects to a database. It does not migrate: see [DB.Migrate].
func Open(ctx context.Context, o Options) (*DB, error) {
	engine, rest, err := parse(o.DSN)
	if err != nil {
		return nil, err
	}
	db := &DB{engine: engine, now: o.Now, log: o.Log, schema: o.Schema}
	if db.log == nil {
		db.log = slog.New(slog.DiscardHandler)
	}
	if engine == SQLite {
		err = db.openSQLite(ctx, rest, o)
	} else {
		err = db.openPostgres(ctx, rest, o)
	}
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", redact(o.DSN), err)
	}
	return db, nil
}

func (db *DB) openSQLite(ctx context.Context, path string, o Options) error {
	if err := fileFor(path, o.Exists); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite", sqliteDSN(path))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(1)
	if err := pool.PingContext(ctx); err != nil {
		return errors.Join(err, pool.Close())
	}
	pool.SetConnMaxIdleTime(5 * time.Second)
	db.pool, db.read = pool, &Reader{newLitePool(path, cmp.Or(max(o.Readers, 0), 4)), &db.heard}
	db.write = newSQLiteWriter(db, path)
	return nil
}

func (db *DB) openPostgres(ctx context.Context, dsn string, o Options) error {
	writing, err := postgresPool(dsn, o.Schema, false)
	if err != nil {
		return err
	}
	if err := writing.PingContext(ctx); err != nil {
		return errors.Join(unreachable(dsn, err), writing.Close())
	}
	reading, err := postgresPool(dsn, o.Schema, true)
	if err != nil {
		return errors.Join(err, writing.Close())
	}
	limit(writing, 0, 16)
	limit(reading, o.Readers, 16)
	db.pool, db.read = writing, &Reader{&postgresReader{pool: reading}, &db.heard}
	db.write = &postgresWriter{db: db}
	return nil
}

// connectTime is how long a server may take to let us in, unless the address
// says connect_timeout.
const connectTime = 5 * time.Second

// postgresPool opens a pool; a reading one lets the server itself refuse writes.
func postgresPool(dsn, schema string, readOnly bool) (*sql.DB, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, errors.New("the address is not understood") // the driver's text may carry the password
	}
	if schema != "" {
		cfg.RuntimeParams["search_path"] = schema
	}
	cfg.RuntimeParams["application_name"] = "storehand"
	cfg.ConnectTimeout = cmp.Or(cfg.ConnectTimeout, connectTime)
	if readOnly {
		cfg.RuntimeParams["default_transaction_read_only"] = "on"
	}
	return stdlib.OpenDB(*cfg), nil
}

func limit(pool *sql.DB, n, otherwise int) {
	if n <= 0 {
		n = otherwise
	}
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(5 * time.Minute)
}

// Close waits for the running transaction and closes all connections.
func (db *DB) Close() error {
	return errors.Join(db.write.close(), db.read.close(), db.pool.Close())
}

// Engine tells which engine is behind; only code with an engine-specific twin asks.
func (db *DB) Engine() Engine { return db.engine }

// Now is the injected clock's time.
func (db *DB) Now() time.Time { return db.now().UTC() }

// Reader reads outside of any change.
func (db *DB) Reader() *Reader { return db.read }

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return db.read.QueryRow(ctx, "SELECT 1").Scan(&one)
}

// Pool is what the connections to the server are doing.
type Pool struct {
	Open, InUse int
	Waited      time.Duration // that changes waited for a connection, since Open
}

// Pool reads it; SQLite has one connection that writes.
func (db *DB) Pool() Pool {
	s := db.pool.Stats()
	return Pool{s.OpenConnections, s.InUse, s.WaitDuration}
}

// Stats counts since Open: changes asked for, and durable commits that carried them.
type Stats struct{ Changes, Commits int64 }

// Stats returns the counters.
func (db *DB) Stats() Stats { return Stats{db.changes.Load(), db.commits.Load()} }
