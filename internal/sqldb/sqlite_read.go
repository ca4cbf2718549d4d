package sqldb

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"zombiezen.com/go/sqlite"
)

// litePool hands out reading connections to a SQLite file: the one used last
// first, so that few have warm pages, and more only while more are needed.
type litePool struct {
	path  string
	slots chan struct{}

	mu     sync.Mutex
	idle   []*liteConn
	closed bool
}

func newLitePool(path string, n int) *litePool {
	return &litePool{path: path, slots: make(chan struct{}, n)}
}

// take waits for a connection; give it back.
func (p *litePool) take(ctx context.Context) (*liteConn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if waits := patienceOf(ctx); waits != nil && waits.out.Load() {
		return nil, errNoAnswer
	}
	if err := p.slot(ctx); err != nil {
		return nil, err
	}
	c, err := p.pick()
	if err == nil && c == nil {
		c, err = openLite(p.path, true)
	}
	if err != nil {
		<-p.slots
		return nil, locked(ctx, err)
	}
	return c, nil
}

// slot waits until one may have a connection.
func (p *litePool) slot(ctx context.Context) error {
	select {
	case p.slots <- struct{}{}:
		return nil
	default:
	}
	var late <-chan time.Time
	if waits := patienceOf(ctx); waits != nil {
		timer := time.NewTimer(waits.each)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case p.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late:
		patienceOf(ctx).out.Store(true)
		return errNoAnswer
	}
}

func (p *litePool) pick() (*liteConn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, errClosed
	}
	n := len(p.idle)
	if n == 0 {
		return nil, nil //nolint:nilnil // none is at hand
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c, nil
}

func (p *litePool) give(c *liteConn) {
	p.mu.Lock()
	closed := p.closed
	if !closed {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if closed {
		_ = c.close() // nobody is left to be told
	}
	<-p.slots
}

func (p *litePool) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var errs []error
	for _, c := range p.idle {
		errs = append(errs, c.close())
	}
	p.idle = nil
	return errors.Join(errs...)
}

// Query runs a query of several rows.
func (p *litePool) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	c, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	r, err := c.start(ctx, query, args, p.give)
	if err != nil {
		return nil, locked(ctx, err)
	}
	return r, nil
}

// locked notes that somebody else has the whole file: nothing more is asked in
// the same request, each question would wait as long again.
func locked(ctx context.Context, err error) error {
	if code := sqlite.ErrCode(err).ToPrimary(); code == sqlite.ResultBusy || code == sqlite.ResultProtocol {
		if waits := patienceOf(ctx); waits != nil {
			waits.out.Store(true)
		}
	}
	return err
}

// QueryRow runs a query of at most one row when it is scanned.
func (p *litePool) QueryRow(ctx context.Context, query string, args ...any) Row {
	return &pooledRow{p, ctx, query, args}
}

// pooledRow is a row that is asked for when it is read.
type pooledRow struct {
	pool  *litePool
	ctx   context.Context
	query string
	args  []any
}

// Scan runs the query and reads the row's columns.
func (r *pooledRow) Scan(dest ...any) error {
	c, err := r.pool.take(r.ctx)
	if err != nil {
		return err
	}
	return locked(r.ctx, c.scanRow(r.ctx, r.query, r.args, r.pool.give, dest))
}

// scanRow runs a query of at most one row and reads it.
func (c *liteConn) scanRow(ctx context.Context, query string, args []any, release func(*liteConn), dest []any) error {
	rows, err := c.start(ctx, query, args, release)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return cmp.Or(rows.Err(), ErrNone)
	}
	if err := rows.Scan(dest...); err != nil {
		return err
	}
	return rows.Close()
}
