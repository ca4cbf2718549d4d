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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tx, err := ask(ctx, func(ctx context.Context) (*sql.Tx, error) { return w.db.pool.BeginTx(ctx, nil) })
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
		if e := finish(ctx, cancel, tx.Rollback); e != nil && !errors.Is(e, sql.ErrTxDone) {
			return errors.Join(err, e)
		}
		return err
	}
	if err := finish(ctx, cancel, tx.Commit); err != nil {
		return err
	}
	w.db.commits.Add(1)
	return nil
}

// finish commits or rolls back. The driver does so in the transaction's own
// context, which therefore ends when no answer comes.
func finish(ctx context.Context, cancel context.CancelFunc, how func() error) error {
	_, err := ask(ctx, func(asked context.Context) (bool, error) {
		defer context.AfterFunc(asked, cancel)()
		return true, how()
	})
	return err
}

// plainTx executes on a transaction; the driver caches prepared statements itself.
type plainTx struct{ tx *sql.Tx }

func (p plainTx) exec(ctx context.Context, q string, args []any) (int64, error) {
	res, err := ask(ctx, func(ctx context.Context) (sql.Result, error) { return p.tx.ExecContext(ctx, q, args...) })
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (p plainTx) query(ctx context.Context, q string, args []any) (Rows, error) {
	return some(ask(ctx, func(ctx context.Context) (*sql.Rows, error) { return p.tx.QueryContext(ctx, q, args...) }))
}

func (p plainTx) queryRow(ctx context.Context, q string, args []any) Row {
	row, err := ask(ctx, func(ctx context.Context) (*sql.Row, error) {
		row := p.tx.QueryRowContext(ctx, q, args...)
		return row, row.Err()
	})
	if err != nil {
		return failedRow{err}
	}
	return row
}

// some keeps a nil out of the interface.
func some(rows *sql.Rows, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	return pgRows{rows}, nil
}
