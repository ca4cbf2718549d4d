package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// postgresReader reads from PostgreSQL with statements prepared once, by their
// text. Texts beyond the limit (grids build theirs) run unprepared rather than
// push others out.
type postgresReader struct {
	pool   *sql.DB
	mu     sync.RWMutex
	byText map[string]*sql.Stmt
}

const maxStatements = 600

func (p *postgresReader) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	s, err := p.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return some(ask(ctx, func(ctx context.Context) (*sql.Rows, error) {
		if s == nil {
			return p.pool.QueryContext(ctx, query, args...)
		}
		return s.QueryContext(ctx, args...)
	}))
}

func (p *postgresReader) QueryRow(ctx context.Context, query string, args ...any) Row {
	s, err := p.prepared(ctx, query)
	if errors.Is(err, errNoAnswer) {
		return failedRow{err}
	}
	row, err := ask(ctx, func(ctx context.Context) (*sql.Row, error) {
		var row *sql.Row
		if s == nil {
			row = p.pool.QueryRowContext(ctx, query, args...)
		} else {
			row = s.QueryRowContext(ctx, args...)
		}
		return row, row.Err()
	})
	if err != nil {
		return failedRow{err}
	}
	return row
}

func (p *postgresReader) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	p.mu.RLock()
	s, full := p.byText[query], len(p.byText) >= maxStatements
	p.mu.RUnlock()
	if s != nil || full {
		return s, nil
	}
	s, err := ask(context.WithoutCancel(ctx), func(ctx context.Context) (*sql.Stmt, error) { return p.pool.PrepareContext(ctx, query) })
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if first := p.byText[query]; first != nil {
		return first, s.Close()
	}
	if p.byText == nil {
		p.byText = map[string]*sql.Stmt{}
	}
	p.byText[query] = s
	return s, nil
}

func (p *postgresReader) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for _, s := range p.byText {
		errs = append(errs, s.Close())
	}
	p.byText = nil
	return errors.Join(append(errs, p.pool.Close())...)
}
