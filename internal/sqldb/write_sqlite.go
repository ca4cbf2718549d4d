package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// sqliteWriter owns the one writing connection. It takes all changes that wait
// into one transaction, each inside its own savepoint with its hooks; one that
// fails is rolled back alone, and each caller is answered only after the COMMIT.
// So under load many changes share one sync of the disk, and nobody is told of
// success that is not yet durable.
type sqliteWriter struct {
	db    *DB
	queue chan *job
	quit  chan struct{}
	ended chan struct{}
	stop  sync.Once

	conn  *sql.Conn
	stmts statements
}

type job struct {
	ctx   context.Context
	work  func(context.Context, *Tx) error
	err   error
	panic any
	done  chan struct{}
}

// maxBatch bounds how long the first change of a batch waits for the others.
const maxBatch = 64

func newSQLiteWriter(db *DB) *sqliteWriter {
	w := &sqliteWriter{db: db, queue: make(chan *job, maxBatch), quit: make(chan struct{}), ended: make(chan struct{})}
	go w.loop()
	return w
}

var errClosed = errors.New("sqldb: the database is closed")

func (w *sqliteWriter) run(ctx context.Context, work func(context.Context, *Tx) error) error {
	j := &job{ctx: ctx, work: work, done: make(chan struct{})}
	select {
	case w.queue <- j:
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-j.done:
	case <-w.ended:
		select {
		case <-j.done:
		default:
			return errClosed
		}
	}
	if j.panic != nil {
		panic(j.panic)
	}
	return j.err
}

func (w *sqliteWriter) close() error {
	w.stop.Do(func() { close(w.quit) })
	<-w.ended
	if w.conn != nil {
		return errors.Join(w.stmts.close(), w.conn.Close())
	}
	return nil
}

func (w *sqliteWriter) loop() {
	defer close(w.ended)
	for {
		select {
		case j := <-w.queue:
			w.batch(j)
		case <-w.quit:
			w.drain()
			return
		}
	}
}

// drain finishes what was accepted before Close.
func (w *sqliteWriter) drain() {
	for {
		select {
		case j := <-w.queue:
			w.batch(j)
		default:
			return
		}
	}
}

func (w *sqliteWriter) batch(first *job) {
	ctx := context.WithoutCancel(first.ctx)
	jobs := []*job{first}
	err := w.begin(ctx)
	for i := 0; err == nil; i++ {
		w.one(jobs[i])
		next := w.next(len(jobs))
		if next == nil {
			break
		}
		jobs = append(jobs, next)
	}
	if err == nil {
		err = w.commit(ctx)
	}
	for _, j := range jobs {
		if err != nil && j.err == nil {
			j.err = err
		}
		close(j.done)
	}
}

func (w *sqliteWriter) next(n int) *job {
	if n >= maxBatch {
		return nil
	}
	select {
	case j := <-w.queue:
		return j
	default:
		return nil
	}
}

func (w *sqliteWriter) begin(ctx context.Context) error {
	if w.conn == nil {
		conn, err := w.db.pool.Conn(ctx)
		if err != nil {
			return err
		}
		w.conn = conn
		w.stmts = statements{prepare: conn.PrepareContext}
	}
	_, err := w.exec(ctx, "BEGIN IMMEDIATE", nil)
	return err
}

func (w *sqliteWriter) commit(ctx context.Context) error {
	if _, err := w.exec(ctx, "COMMIT", nil); err != nil {
		_, _ = w.exec(ctx, "ROLLBACK", nil) // fails when SQLite has rolled back already
		return err
	}
	w.db.commits.Add(1)
	return nil
}

// one runs a job in its savepoint. Statements are never interrupted half-way:
// SQLite would roll back the whole transaction and with it other people's
// changes, so a request that went away is noticed before and after.
func (w *sqliteWriter) one(j *job) {
	ctx := context.WithoutCancel(j.ctx)
	if j.err = j.ctx.Err(); j.err != nil {
		return
	}
	if _, j.err = w.exec(ctx, "SAVEPOINT change", nil); j.err != nil {
		return
	}
	j.err = w.guarded(ctx, j)
	if j.err == nil {
		j.err = j.ctx.Err()
	}
	if j.err != nil {
		if _, err := w.exec(ctx, "ROLLBACK TO change", nil); err != nil {
			j.err = fmt.Errorf("%w (and: %w)", j.err, err)
		}
	}
	if _, err := w.exec(ctx, "RELEASE change", nil); err != nil && j.err == nil {
		j.err = err
	}
}

// guarded runs the job's work; a panic in it is handed to the caller.
func (w *sqliteWriter) guarded(ctx context.Context, j *job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			j.panic, err = p, fmt.Errorf("panic: %v", p)
		}
	}()
	return j.work(ctx, &Tx{conn: w})
}

func (w *sqliteWriter) exec(ctx context.Context, q string, args []any) (sql.Result, error) {
	s, err := w.stmts.get(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return w.conn.ExecContext(ctx, q, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (w *sqliteWriter) query(ctx context.Context, q string, args []any) (*sql.Rows, error) {
	s, err := w.stmts.get(ctx, q)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return w.conn.QueryContext(ctx, q, args...)
	}
	return s.QueryContext(ctx, args...)
}

func (w *sqliteWriter) queryRow(ctx context.Context, q string, args []any) *sql.Row {
	s, err := w.stmts.get(ctx, q)
	if err != nil || s == nil {
		return w.conn.QueryRowContext(ctx, q, args...)
	}
	return s.QueryRowContext(ctx, args...)
}
