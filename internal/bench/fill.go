package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/storehand/storehand/internal/sqldb"
)

// filler loads many rows by each engine's fastest means, past the application:
// nothing here is recorded. No server may run meanwhile.
type filler struct {
	engine sqldb.Engine
	dsn    string
}

// load empties nothing: it takes a table's indexes away, adds the rows, and
// makes the indexes anew.
func (f filler) load(ctx context.Context, t table) error {
	var err error
	if f.engine == sqldb.SQLite {
		err = f.loadSQLite(ctx, t)
	} else {
		err = f.loadPostgres(ctx, t)
	}
	if err != nil {
		return fmt.Errorf("fill %s: %w", t.name, err)
	}
	return nil
}

const rowsAtOnce = 25

func (f filler) loadSQLite(ctx context.Context, t table) error {
	db, err := f.open()
	if err != nil {
		return err
	}
	defer db.Close()
	for _, pragma := range []string{"synchronous=OFF", "cache_size=-600000", "temp_store=MEMORY", "foreign_keys=0"} {
		if _, err := db.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	indexes, err := pairs(ctx, db, `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL`, t.name)
	if err != nil {
		return err
	}
	for _, i := range indexes {
		if _, err := db.ExecContext(ctx, "DROP INDEX "+i[0]); err != nil {
			return err
		}
	}
	if err := insertAll(ctx, db, t); err != nil {
		return err
	}
	for _, i := range indexes {
		if _, err := db.ExecContext(ctx, i[1]); err != nil {
			return err
		}
	}
	_, err = db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	return err
}

func insertAll(ctx context.Context, db *sql.DB, t table) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	n := strings.Count(t.columns, ",") + 1
	var args []any
	flush := func() error {
		if len(args) == 0 {
			return nil
		}
		var rows []string
		for i := range len(args) / n {
			rows = append(rows, "("+sqldb.List(i*n+1, n)+")")
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO "+t.name+" ("+t.columns+") VALUES "+strings.Join(rows, ","), args...)
		args = args[:0]
		return err
	}
	for row := range t.rows {
		args = append(args, row...)
		if len(args) == n*rowsAtOnce {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return tx.Commit()
}

func (f filler) loadPostgres(ctx context.Context, t table) error {
	conn, err := pgx.Connect(ctx, f.dsn)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	names, err := drop(ctx, conn, t.name)
	if err != nil {
		return err
	}
	columns := strings.Split(strings.ReplaceAll(t.columns, " ", ""), ",")
	next := make(chan []any, 1000)
	stop := make(chan struct{})
	go func() {
		defer close(next)
		for row := range t.rows {
			select {
			case next <- row:
			case <-stop:
				return
			}
		}
	}()
	_, err = conn.CopyFrom(ctx, pgx.Identifier{t.name}, columns, pgx.CopyFromFunc(func() ([]any, error) { return <-next, nil }))
	close(stop)
	if err != nil {
		return err
	}
	for _, q := range append(names, "VACUUM (ANALYZE) "+t.name) {
		if _, err := conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	if columns[0] == "id" {
		_, err = conn.Exec(ctx, fmt.Sprintf("SELECT setval(pg_get_serial_sequence('%[1]s', 'id'), (SELECT MAX(id) FROM %[1]s))", t.name))
	}
	return err
}

// drop removes the indexes that carry no constraint and returns what makes them.
func drop(ctx context.Context, conn *pgx.Conn, name string) (remake []string, err error) {
	rows, err := conn.Query(ctx, `SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = $1
		AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conname = i.indexname)`, name)
	if err != nil {
		return nil, err
	}
	var names []string
	for rows.Next() {
		var n, def string
		if err := rows.Scan(&n, &def); err != nil {
			return nil, err
		}
		names, remake = append(names, n), append(remake, def)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, n := range names {
		if _, err := conn.Exec(ctx, "DROP INDEX "+n); err != nil {
			return nil, err
		}
	}
	return remake, nil
}

// open opens the database for statements of the bench itself.
func (f filler) open() (*sql.DB, error) {
	if path, ok := strings.CutPrefix(f.dsn, "sqlite:"); ok {
		db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
		if err == nil {
			db.SetMaxOpenConns(1)
		}
		return db, err
	}
	return sql.Open("pgx", f.dsn)
}

// exec runs statements of the bench itself, a server may run meanwhile.
func (f filler) exec(ctx context.Context, query string, args ...any) error {
	db, err := f.open()
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, query, args...)
	return err
}

// postmaster finds the process above a backend of the server.
func (f filler) postmaster(ctx context.Context) ([]int, error) {
	db, err := f.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var backend int
	if err := db.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&backend); err != nil {
		return nil, err
	}
	parent, _, _, ok := stat(backend)
	if !ok || parent < 2 {
		return nil, fmt.Errorf("the database server's process was not found")
	}
	return []int{parent}, nil
}

func pairs(ctx context.Context, db *sql.DB, query string, args ...any) (all [][2]string, err error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p [2]string
		if err := rows.Scan(&p[0], &p[1]); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}
