package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// postgresWriter gives each change its own transaction at READ COMMITTED: what
// must not interleave meets on a row, by a conditional UPDATE.
type postgresWriter struct{ db *DB }

func (w *postgresWriter) close() error { return nil }

func (w *postgresWriter) run(ctx context.Context, work func(context.Context, *Tx) error) error {
	const tries = 6
	for try := 1; ; try++ {
		err := w.once(ctx, work)
		if try == tries || !retryable(err) {
			return err
		}
		timer := time.NewTimer(time.Duration(try*5) * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

func (w *postgresWriter) once(ctx context.Context, work func(context.Context, *Tx) error) (err error) {
	tx, err := w.db.pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			_ = tx.Rollback() // the panic says more
			panic(p)
		}
	}()
	t := &Tx{conn: plainTx{tx}}
	if err := work(ctx, t); err != nil {
		if e := tx.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			return errors.Join(err, e)
		}
		return err
	}
	if err := tx.Commit(); err != nil {
		return err
	}
	w.db.commits.Add(1)
	return nil
}

// plainTx executes on a transaction; the driver caches prepared statements itself.
type plainTx struct{ tx *sql.Tx }

func (p plainTx) exec(ctx context.Context, q string, args []any) (int64, error) {
	res, err := p.tx.ExecContext(ctx, q, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (p plainTx) query(ctx context.Context, q string, args []any) (Rows, error) {
	return some(p.tx.QueryContext(ctx, q, args...))
}

func (p plainTx) queryRow(ctx context.Context, q string, args []any) Row {
	return p.tx.QueryRowContext(ctx, q, args...)
}

// some keeps a nil out of the interface.
func some(rows *sql.Rows, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	return rows, nil
}
