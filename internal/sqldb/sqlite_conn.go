package sqldb

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"zombiezen.com/go/sqlite"
)

// liteConn is one connection to a SQLite file with its prepared statements, for
// one goroutine at a time. It goes past database/sql, which asks SQLite for the
// name and type of every column of every query and starts two goroutines for
// each: that was most of what a look-up by key cost.
type liteConn struct {
	c     *sqlite.Conn
	stmts map[string]*liteStmt
	uses  uint64

	// For interrupting: stop is closed by interrupt, which then says so.
	stop      chan struct{}
	stopped   chan struct{}
	interrupt func()
}

// liteStmt is a prepared statement.
type liteStmt struct {
	s      *sqlite.Stmt
	params []int // for each parameter, which argument it takes
	busy   bool
	kept   bool
	used   uint64
}

// maxLiteStatements is how many statements a connection keeps; beyond it, the
// one that was not used for longest goes.
const maxLiteStatements = 400

// litePragmas prepare a connection. Their order matters: waiting for others
// comes first.
func litePragmas(readOnly bool) []string {
	all := []string{fmt.Sprintf("busy_timeout(%d)", lockTime.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "temp_store(MEMORY)"}
	if readOnly {
		return append(all, "query_only(1)", "cache_size(-4000)")
	}
	return append(all, "cache_size(-16000)", "wal_autocheckpoint(2000)")
}

func openLite(path string, readOnly bool) (*liteConn, error) {
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite|sqlite.OpenCreate)
	if err != nil {
		return nil, err
	}
	c := &liteConn{c: conn, stmts: map[string]*liteStmt{}, stopped: make(chan struct{}, 1)}
	c.interrupt = func() {
		close(c.stop)
		c.stopped <- struct{}{}
	}
	for _, pragma := range litePragmas(readOnly) {
		if _, err := c.exec(context.Background(), "PRAGMA "+pragma, nil); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

func (c *liteConn) close() error {
	var errs []error
	for _, st := range c.stmts {
		errs = append(errs, st.s.Finalize())
	}
	c.stmts = nil
	return errors.Join(append(errs, c.c.Close())...)
}

// watch interrupts what runs when ctx ends, until the function it gives is
// handed to unwatch.
func (c *liteConn) watch(ctx context.Context) func() bool {
	if ctx.Done() == nil {
		return nil
	}
	if c.stop == nil {
		c.renew()
	}
	return context.AfterFunc(ctx, c.interrupt)
}

func (c *liteConn) unwatch(stop func() bool) {
	if stop == nil || stop() {
		return
	}
	<-c.stopped
	c.renew()
}

// renew makes the connection ready for another interrupt; an earlier one has
// had its effect when it returns.
func (c *liteConn) renew() {
	c.stop = make(chan struct{})
	c.c.SetInterrupt(c.stop)
}

// stmt gives the prepared statement of a text, for one use: hand it to done.
func (c *liteConn) stmt(query string) (*liteStmt, error) {
	c.uses++
	kept := c.stmts[query]
	if kept != nil && !kept.busy {
		kept.busy, kept.used = true, c.uses
		return kept, nil
	}
	text := plannedOnce(query)
	s, trailing, err := c.c.PrepareTransient(text)
	if err != nil {
		return nil, err
	}
	if trailing > 0 && strings.TrimSpace(text[len(text)-trailing:]) != "" {
		return nil, errors.Join(errors.New("sqldb: more than one statement in a text"), s.Finalize())
	}
	st := &liteStmt{s: s, busy: true, used: c.uses}
	if st.params, err = parameters(s); err != nil {
		return nil, errors.Join(err, s.Finalize())
	}
	if kept == nil {
		c.makeRoom()
		st.kept, c.stmts[query] = true, st
	}
	return st, nil
}

var limitParameter = regexp.MustCompile(`\bLIMIT (\$[0-9]+)`)

// plannedOnce hides the parameter of a LIMIT from the planner. SQLite would look
// at its value, and prepare the statement anew at each execution because the
// next value may be another: that was a fifth of a page with one list on it.
func plannedOnce(query string) string {
	return limitParameter.ReplaceAllString(query, "LIMIT ($1 + 0)")
}

// parameters says which argument each parameter takes: SQLite numbers $2, $1 in
// the order in which they stand.
func parameters(s *sqlite.Stmt) ([]int, error) {
	params := make([]int, s.BindParamCount())
	for i := range params {
		n, err := strconv.Atoi(strings.TrimLeft(s.BindParamName(i+1), "$?"))
		if err != nil {
			return nil, fmt.Errorf("sqldb: parameter %q: want $1, $2, …", s.BindParamName(i+1))
		}
		params[i] = n - 1
	}
	return params, nil
}

func (c *liteConn) makeRoom() {
	if len(c.stmts) < maxLiteStatements {
		return
	}
	var oldest string
	var old *liteStmt
	for query, st := range c.stmts {
		if !st.busy && (old == nil || st.used < old.used) {
			oldest, old = query, st
		}
	}
	if old != nil {
		_ = old.s.Finalize() // reports the statement's last failure, which was answered then
		delete(c.stmts, oldest)
	}
}

// done makes a statement ready for its next use.
func (c *liteConn) done(st *liteStmt) error {
	st.busy = false
	if !st.kept {
		return st.s.Finalize()
	}
	return errors.Join(st.s.Reset(), st.s.ClearBindings())
}

// exec runs a statement to its end and tells how many rows it touched.
func (c *liteConn) exec(ctx context.Context, query string, args []any) (int64, error) {
	r, err := c.start(ctx, query, args, nil)
	if err != nil {
		return 0, err
	}
	for r.Next() { //nolint:revive // rows of a RETURNING that nobody reads
	}
	n := int64(c.c.Changes())
	return n, r.Close()
}

// start binds and takes the first step. The rows hand the connection to release
// when they are closed; start does so itself when it fails.
func (c *liteConn) start(ctx context.Context, query string, args []any, release func(*liteConn)) (*liteRows, error) {
	r := &liteRows{ctx: ctx, c: c, release: release, unwatch: c.watch(ctx)}
	if r.st, r.err = c.stmt(query); r.err == nil {
		if r.err = bindAll(r.st, args); r.err == nil {
			r.ready = r.step()
		}
	}
	if r.err != nil {
		// The interrupt may meet the text while it is prepared or bound.
		if ctx.Err() != nil {
			r.err = ctx.Err()
		}
		return nil, r.Close()
	}
	return r, nil
}

// liteRows are the rows of a running statement.
type liteRows struct {
	ctx     context.Context
	c       *liteConn
	st      *liteStmt
	release func(*liteConn)
	unwatch func() bool
	ready   bool // the next row has been stepped to
	on      bool // a row may be scanned
	closed  bool
	err     error
}

func (r *liteRows) step() bool {
	row, err := r.st.s.Step()
	if err != nil {
		r.err = err
		if r.ctx.Err() != nil {
			r.err = r.ctx.Err()
		}
	}
	return row
}

// Next goes to the next row; after the last one the rows are closed.
func (r *liteRows) Next() bool {
	switch {
	case r.closed:
		return false
	case r.ready:
		r.ready, r.on = false, true
	case r.on: // a statement that is over would begin again
		r.on = r.step()
	}
	if !r.on {
		_ = r.Close() // Err tells
	}
	return r.on
}

// Scan reads the row's columns.
func (r *liteRows) Scan(dest ...any) error {
	if !r.on || r.closed {
		return errors.New("sqldb: Scan without a row")
	}
	return scanAll(r.st.s, dest)
}

// Columns gives the columns' names.
func (r *liteRows) Columns() ([]string, error) {
	if r.closed {
		return nil, errors.New("sqldb: Columns of closed rows")
	}
	names := make([]string, r.st.s.ColumnCount())
	for i := range names {
		names[i] = r.st.s.ColumnName(i)
	}
	return names, nil
}

// Err tells what went wrong on the way, if anything did.
func (r *liteRows) Err() error { return r.err }

// Close ends the statement and lets go of the connection.
func (r *liteRows) Close() error {
	if r.closed {
		return r.err
	}
	r.closed = true
	r.c.unwatch(r.unwatch)
	if r.st != nil {
		if err := r.c.done(r.st); err != nil && r.err == nil {
			r.err = err
		}
	}
	if r.release != nil {
		r.release(r.c)
	}
	return r.err
}
