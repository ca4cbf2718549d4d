package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"
)

// ErrNone means that a query for one row found none.
var ErrNone = sql.ErrNoRows

// Rows are the rows of a query: ask Next, Scan, and in the end Err; Close them
// when not all were read.
type Rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close() error
	Columns() ([]string, error)
}

// Row is the row of a query that has one at most; Scan gives ErrNone for none.
// The query may run only then.
type Row interface{ Scan(dest ...any) error }

// Scanner is a row to read columns from.
type Scanner interface{ Scan(dest ...any) error }

// Querier reads, inside or outside a change: *Reader and *Tx satisfy it.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) Row
}

// Reader reads outside of any change; it cannot execute, and its connections
// are opened read-only.
type Reader struct {
	from  readPool
	heard *listener
}

type readPool interface {
	Querier
	close() error
}

// Query runs a query of several rows.
func (r *Reader) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	r.heard.hear(query, args)
	return r.from.Query(ctx, query, args...)
}

// QueryRow runs a query of at most one row.
func (r *Reader) QueryRow(ctx context.Context, query string, args ...any) Row {
	r.heard.hear(query, args)
	return r.from.QueryRow(ctx, query, args...)
}

func (r *Reader) close() error { return r.from.close() }

// All returns every row of a query, read by scan.
func All[T any](ctx context.Context, q Querier, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// One returns the only row of a query, or ErrNone.
func One[T any](ctx context.Context, q Querier, scan func(Scanner) (T, error), query string, args ...any) (T, error) {
	return scan(q.QueryRow(ctx, query, args...))
}

// Value scans a single column.
func Value[T any](s Scanner) (v T, err error) {
	err = s.Scan(&v)
	return v, err
}

// Found turns ErrNone into false.
func Found[T any](v T, err error) (T, bool, error) {
	if errors.Is(err, ErrNone) {
		return v, false, nil
	}
	return v, err == nil, err
}

// Micros is how a time is stored: microseconds UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// NullMicros is Micros, or NULL for the zero time.
func NullMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// Time reads a stored time; 0 is the zero time.
func Time(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// Into returns a destination for Scan that reads stored microseconds, or NULL
// as the zero time, into t.
func Into(t *time.Time) any { return timeScanner{t} }

type timeScanner struct{ t *time.Time }

func (s timeScanner) Scan(v any) error {
	var n sql.NullInt64
	if err := n.Scan(v); err != nil {
		return err
	}
	*s.t = Time(n.Int64)
	return nil
}

// IntoID returns a destination for Scan that reads an id, NULL as 0.
func IntoID(id *int64) any { return idScanner{id} }

type idScanner struct{ id *int64 }

func (s idScanner) Scan(v any) error {
	var n sql.NullInt64
	err := n.Scan(v)
	*s.id = n.Int64
	return err
}

// NullID is id, or NULL for 0.
func NullID(id int64) any {
	if id == 0 {
		return nil
	}
	return id
}

// List returns "$from,…" for n arguments, for IN (…).
func List(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("$" + strconv.Itoa(from+i))
	}
	return b.String()
}

// Values returns "VALUES (CAST($1 AS type)),…" for n arguments, a table whose
// column is called column1. Joined with, it finds many rows by key; an IN with
// as many arguments makes PostgreSQL compare every row with every argument as
// long as a table's statistics are not there yet.
func Values(n int, kind string) string {
	var b strings.Builder
	b.WriteString("VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("(CAST($" + strconv.Itoa(i+1) + " AS " + kind + "))")
	}
	return b.String()
}

// Any turns a list of values into arguments.
func Any[T any](vs []T) []any {
	args := make([]any, len(vs))
	for i, v := range vs {
		args[i] = v
	}
	return args
}
