package listing

import (
	"cmp"
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Page is one page of a list.
type Page[T any] struct {
	Rows       []T
	Total      int    // how many there are, at most CountCap
	More       bool   // there are more than Total
	Next, Prev string // for Plan.Cursor; "" when there is no such page
	// ByMatch reports that the rows are in the order of the keyword's matches:
	// nobody asked for another, or there are too many to sort.
	ByMatch bool
}

// Read counts a list and reads the page that a plan asks for; dest says where the
// columns of a row go.
func Read[T any](ctx context.Context, q sqldb.Querier, p Plan, dest func(*T) []any) (Page[T], error) {
	n, err := p.count(ctx, q)
	if err != nil {
		return Page[T]{}, err
	}
	page, err := read(ctx, q, p, p.few(n), dest)
	page.Total, page.More = min(n.fit, CountCap), n.fit > CountCap || n.looked > scanCap
	return page, err
}

// First reads the first rows without counting, a keyword's best matches first:
// for suggestions while somebody types.
func First[T any](ctx context.Context, q sqldb.Querier, p Plan, dest func(*T) []any) ([]T, error) {
	page, err := read(ctx, q, p, false, dest)
	return page.Rows, err
}

// Each calls fn with every row of a plan in its order: for exports. It reads in
// portions, so that no transaction stays open for long, and stops at the first
// error, also of fn.
func Each[T any](ctx context.Context, q sqldb.Querier, p Plan, dest func(*T) []any, fn func(T) error) error {
	n, err := p.count(ctx, q)
	if err != nil {
		return err
	}
	few := p.few(n)
	p.Cursor, p.rows = "", portion
	for {
		page, err := read(ctx, q, p, few, dest)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := fn(row); err != nil {
				return err
			}
		}
		if p.Cursor = page.Next; p.Cursor == "" {
			return nil
		}
	}
}

// read reads one page. Only the places of its first and last row are kept.
func read[T any](ctx context.Context, q sqldb.Querier, p Plan, few bool, dest func(*T) []any) (page Page[T], err error) {
	text, args := p.PageSQL(few)
	var at, first, last keys
	into, size, taken := at.dest(p.Order), p.size(), 0
	rows, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (row T, err error) {
		err = r.Scan(append(dest(&row), into...)...)
		if taken++; taken == 1 {
			first = at
		}
		if taken <= size {
			last = at
		}
		return row, err
	}, text, args...)
	if err != nil {
		return page, err
	}
	var next, prev bool
	page.ByMatch = p.ByMatch
	page.Rows, next, prev = Cut(rows, size, p.at)
	if p.at.Back {
		first, last = last, first
	}
	if next {
		page.Next = last.place(p.Order, false).Cursor()
	}
	if prev {
		page.Prev = first.place(p.Order, true).Cursor()
	}
	return page, nil
}

// counted is how many rows fit, and how many were looked at to know.
type counted struct{ fit, looked int }

func (p *Plan) count(ctx context.Context, q sqldb.Querier) (n counted, err error) {
	text, args := p.CountSQL()
	err = q.QueryRow(ctx, text, args...).Scan(&n.fit, &n.looked)
	return n, err
}

// few reports whether the rows that the driver leads to are sorted.
func (p *Plan) few(n counted) bool { return n.looked <= cmp.Or(p.SortCap, SortCap) }
