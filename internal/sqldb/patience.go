package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Impatient gives a context whose statements must begin to answer within a time:
// for whoever waits at a page. A server that is cut off, or a line that swallows
// what is sent, says nothing for minutes otherwise. Once one statement has got no
// answer the others of the same request fail at once, so that a page that says so
// can be drawn. Rows may take their time to follow.
//
// Waiting for a lock of SQLite has a limit of its own.
func Impatient(ctx context.Context, each time.Duration) context.Context {
	if patienceOf(ctx) != nil {
		return ctx
	}
	return context.WithValue(ctx, patienceKey{}, &patience{each: each})
}

type patienceKey struct{}

type patience struct {
	each time.Duration
	out  atomic.Bool
}

var (
	errNoAnswer = errors.New("sqldb: the database does not answer")
	errCutOff   = errors.New("sqldb: the line to the database is cut")
)

func patienceOf(ctx context.Context) *patience {
	p, _ := ctx.Value(patienceKey{}).(*patience)
	return p
}

// ask runs what sends a statement and waits for its answer to begin. The context
// that it gives to send lives as long as ctx, for the rows that follow.
func ask[T any](ctx context.Context, send func(ctx context.Context) (T, error)) (T, error) {
	p := patienceOf(ctx)
	if p == nil {
		v, err := send(ctx)
		return v, lineError(err)
	}
	if p.out.Load() {
		var none T
		return none, errNoAnswer
	}
	ctx, cancel := context.WithCancel(ctx)
	timer := time.AfterFunc(p.each, func() {
		p.out.Store(true)
		cancel()
	})
	v, err := send(ctx)
	if inTime := timer.Stop(); err != nil {
		cancel()
		if !inTime {
			return v, fmt.Errorf("%w: %w", errNoAnswer, err)
		}
	}
	return v, lineError(err)
}

// lineError marks an error that says that nothing can be said to the server, or
// that it fell silent in the middle. A request that was given up by whoever made
// it is neither.
func lineError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var connect *pgconn.ConnectError
	var line *net.OpError
	if errors.As(err, &connect) || errors.As(err, &line) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) {
		return fmt.Errorf("%w: %w", errCutOff, err)
	}
	return err
}

// pgRows are rows whose line may be cut before the last one.
type pgRows struct{ *sql.Rows }

// Err tells what went wrong on the way, if anything did.
func (r pgRows) Err() error { return lineError(r.Rows.Err()) }

// failedRow is the row of a query that got no answer.
type failedRow struct{ err error }

func (r failedRow) Scan(...any) error { return r.err }
