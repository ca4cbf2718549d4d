package sqldb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
)

// sqliteWriter owns the one writing connection. It takes all changes that wait
// into one transaction, each with its hooks; one that fails is rolled back alone
// (the first with the transaction, which begins anew, the others to their own
// savepoint), and each caller is answered only after the COMMIT.
// So under load many changes share one sync of the disk, and nobody is told of
// success that is not yet durable.
type sqliteWriter struct {
	db    *DB
	queue chan *job
	quit  chan struct{}
	ended chan struct{}
	stop  sync.Once

	path   string
	conn   *liteConn
	waited bool // in vain for another program's lock: not so long the next time
}

// lockTime is how long a change waits for another program that writes.
const lockTime = 8 * time.Second

type job struct {
	ctx   context.Context
	work  func(context.Context, *Tx) error
	err   error
	panic any
	done  chan struct{}
}

// maxBatch bounds how long the first change of a batch waits for the others.
const maxBatch = 64

func newSQLiteWriter(db *DB, path string) *sqliteWriter {
	w := &sqliteWriter{db: db, path: path, queue: make(chan *job, maxBatch), quit: make(chan struct{}), ended: make(chan struct{})}
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
		return w.conn.close()
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
	if err != nil { // who waits behind would only wait as long once more
		for next := w.next(len(jobs)); next != nil; next = w.next(len(jobs)) {
			jobs = append(jobs, next)
		}
	}
	for i := 0; err == nil; i++ {
		if i == 0 {
			err = w.first(ctx, first)
		} else {
			w.one(jobs[i])
		}
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
		conn, err := openLite(w.path, false)
		if err != nil {
			return err
		}
		w.conn = conn
	}
	_, err := w.exec(ctx, "BEGIN IMMEDIATE", nil)
	if busy := sqlite.ErrCode(err).ToPrimary() == sqlite.ResultBusy; busy != w.waited && (busy || err == nil) {
		w.waited = busy
		w.conn.c.SetBusyTimeout(map[bool]time.Duration{false: lockTime, true: lockTime / 10}[busy])
	}
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

// first runs the job that the transaction was begun for. It needs no savepoint,
// for which SQLite would copy every page before it changes: nobody else's work
// is undone with it. The error is the transaction's, not the job's.
func (w *sqliteWriter) first(ctx context.Context, j *job) error {
	if w.do(ctx, j); j.err == nil {
		return nil
	}
	if _, err := w.exec(ctx, "ROLLBACK", nil); err != nil && w.inTransaction() {
		return err
	}
	return w.begin(ctx)
}

// do runs a job's work. Statements are never interrupted half-way: SQLite
// would roll back the whole transaction and with it other people's changes, so
// a request that went away is noticed before and after.
func (w *sqliteWriter) do(ctx context.Context, j *job) {
	if j.err = j.ctx.Err(); j.err != nil {
		return
	}
	j.err = w.guarded(ctx, j)
	if j.err == nil {
		j.err = j.ctx.Err()
	}
}

// one runs a job in a savepoint of its own.
func (w *sqliteWriter) one(j *job) {
	ctx := context.WithoutCancel(j.ctx)
	if _, j.err = w.exec(ctx, "SAVEPOINT change", nil); j.err != nil {
		return
	}
	if w.do(ctx, j); j.err != nil {
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

// inTransaction tells whether SQLite has a transaction open.
func (w *sqliteWriter) inTransaction() bool { return !w.conn.c.AutocommitEnabled() }

func (w *sqliteWriter) exec(ctx context.Context, q string, args []any) (int64, error) {
	return w.conn.exec(ctx, q, args)
}

func (w *sqliteWriter) query(ctx context.Context, q string, args []any) (Rows, error) {
	r, err := w.conn.start(ctx, q, args, nil)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (w *sqliteWriter) queryRow(ctx context.Context, q string, args []any) Row {
	return &writerRow{w.conn, ctx, q, args}
}

// writerRow is a row that is asked for when it is read.
type writerRow struct {
	conn  *liteConn
	ctx   context.Context
	query string
	args  []any
}

// Scan runs the query and reads the row's columns.
func (r *writerRow) Scan(dest ...any) error {
	return r.conn.scanRow(r.ctx, r.query, r.args, nil, dest)
}
