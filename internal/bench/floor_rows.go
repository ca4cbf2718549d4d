package main

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the same drivers as the application's
	_ "modernc.org/sqlite"
)

// floorRows stores the bare hand-off: prepared statements, on SQLite one writing
// connection whose waiting changes share a commit, on PostgreSQL a pool.
type floorRows struct {
	pool *sql.DB
	conn *sql.Conn
	ask  chan floorJob

	stmts map[string]*sql.Stmt
}

type floorJob struct {
	work func(floorExec) error
	done chan error
}

// floorExec executes one statement and returns how many rows it touched.
type floorExec func(query string, args ...any) (int64, error)

var floorSchema = []string{
	`CREATE TABLE request (id TEXT PRIMARY KEY, customer BIGINT NOT NULL, begun_at BIGINT NOT NULL, code_hash TEXT UNIQUE, challenge TEXT, spent_at BIGINT)`,
	`CREATE TABLE session (token_hash TEXT PRIMARY KEY, request TEXT NOT NULL, created_at BIGINT NOT NULL)`,
	`CREATE TABLE audit (at BIGINT NOT NULL, actor BIGINT NOT NULL, action TEXT NOT NULL, details TEXT NOT NULL)`,
	`CREATE INDEX audit_at ON audit (at)`,
	`CREATE INDEX audit_actor ON audit (actor, at)`,
}

func openFloor(dsn string) (*floorRows, error) {
	f := &floorRows{stmts: map[string]*sql.Stmt{}}
	path, lite := strings.CutPrefix(dsn, "sqlite:")
	var err error
	if lite {
		f.pool, err = sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)")
	} else {
		f.pool, err = sql.Open("pgx", dsn)
	}
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	for _, q := range floorSchema {
		if _, err := f.pool.ExecContext(ctx, q); err != nil && !strings.Contains(err.Error(), "already exists") {
			return nil, err
		}
	}
	if !lite {
		f.pool.SetMaxOpenConns(16)
		f.pool.SetMaxIdleConns(16)
		return f, nil
	}
	if f.conn, err = f.pool.Conn(ctx); err != nil {
		return nil, err
	}
	f.ask = make(chan floorJob, 64)
	go f.write()
	return f, nil
}

func (f *floorRows) close() { f.pool.Close() }

// change runs work in a transaction and returns when it is durable.
func (f *floorRows) change(work func(floorExec) error) error {
	if f.ask != nil {
		j := floorJob{work, make(chan error, 1)}
		f.ask <- j
		return <-j.done
	}
	ctx := context.Background()
	tx, err := f.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	err = work(func(q string, args ...any) (int64, error) {
		res, err := tx.ExecContext(ctx, q, args...)
		if err != nil {
			return 0, err
		}
		return res.RowsAffected()
	})
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// write takes all that wait into one transaction. A job that fails fails all: a
// floor has no failures to answer for.
func (f *floorRows) write() {
	for first := range f.ask {
		jobs := []floorJob{first}
		_, err := f.exec("BEGIN IMMEDIATE")
		for i := 0; err == nil && i < len(jobs); i++ {
			err = jobs[i].work(f.exec)
			select {
			case more := <-f.ask:
				jobs = append(jobs, more)
			default:
			}
		}
		if err == nil {
			_, err = f.exec("COMMIT")
		} else {
			f.exec("ROLLBACK")
		}
		for _, j := range jobs {
			j.done <- err
		}
	}
}

func (f *floorRows) exec(q string, args ...any) (int64, error) {
	ctx := context.Background()
	s := f.stmts[q]
	if s == nil {
		var err error
		if s, err = f.conn.PrepareContext(ctx, q); err != nil {
			return 0, err
		}
		f.stmts[q] = s
	}
	res, err := s.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

const floorAudit = `INSERT INTO audit (at, actor, action, details) VALUES ($1, $2, $3, $4)`

func (f *floorRows) begin(request string, customer int64) error {
	return f.change(func(exec floorExec) error {
		now := time.Now().UnixMicro()
		if _, err := exec(`INSERT INTO request (id, customer, begun_at) VALUES ($1, $2, $3)`, request, customer, now); err != nil {
			return err
		}
		_, err := exec(floorAudit, now, 1, "begun", request)
		return err
	})
}

func (f *floorRows) authorize(request, code, challenge string) error {
	return f.change(func(exec floorExec) error {
		n, err := exec(`UPDATE request SET code_hash = $2, challenge = $3 WHERE id = $1 AND code_hash IS NULL`, request, code, challenge)
		if err != nil || n != 1 {
			return errors.Join(err, notOne(n))
		}
		_, err = exec(floorAudit, time.Now().UnixMicro(), 1, "authorized", request)
		return err
	})
}

func (f *floorRows) enter(code, challenge, session string) error {
	return f.change(func(exec floorExec) error {
		now := time.Now().UnixMicro()
		n, err := exec(`UPDATE request SET spent_at = $2 WHERE code_hash = $1 AND challenge = $3 AND spent_at IS NULL`, code, now, challenge)
		if err != nil || n != 1 {
			return errors.Join(err, notOne(n))
		}
		if _, err := exec(`INSERT INTO session (token_hash, request, created_at) VALUES ($1, $2, $3)`, session, code, now); err != nil {
			return err
		}
		_, err = exec(floorAudit, now, 1, "entered", code)
		return err
	})
}

func (f *floorRows) commit() error {
	return f.change(func(exec floorExec) error {
		_, err := exec(floorAudit, time.Now().UnixMicro(), 1, "done", "one row of the action log, about as long as they are")
		return err
	})
}

func notOne(n int64) error {
	if n != 1 {
		return errors.New("the code was not there")
	}
	return nil
}
