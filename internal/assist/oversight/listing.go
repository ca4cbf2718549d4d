package oversight

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// countCap is how far the lists are counted.
const countCap = 10_000

// Place is how long a list is, and where its next page begins.
type Place struct {
	sqldb.Count
	Next string // "" on the last page
}

// listing is a list of rows, the highest id first.
type listing[T any] struct {
	scan          func(sqldb.Scanner) (T, error)
	columns, from string
	id            string // the column
	idOf          func(T) int64
}

// page reads one page of what meets the conditions.
func (l listing[T]) page(ctx context.Context, q sqldb.Querier, w *sqldb.Where, cursor string, size int) (list []T, at Place, err error) {
	if size <= 0 || size > 200 {
		size = 20
	}
	if at.Count, err = sqldb.CountUpTo(ctx, q, countCap, l.from, w); err != nil {
		return nil, at, err
	}
	list, err = sqldb.All(ctx, q, l.scan, l.sql(w, cursor, size), w.Args()...)
	if len(list) > size {
		list = list[:size]
		at.Next = strconv.FormatInt(l.idOf(list[size-1]), 10)
	}
	return list, at, err
}

// sql reads one row more than a page has.
func (l listing[T]) sql(w *sqldb.Where, cursor string, size int) string {
	if before, err := strconv.ParseInt(cursor, 10, 64); err == nil {
		w.And(l.id+" < ?", before)
	}
	limit := w.Bind(" LIMIT ?", size+1)
	return `SELECT ` + l.columns + ` FROM ` + l.from + w.SQL() + ` ORDER BY ` + l.id + ` DESC` + limit
}

// onWebsites limits a list to some websites, nil for all.
func onWebsites(w *sqldb.Where, column string, ids []int64) {
	if ids != nil {
		w.Among(column, ids)
	}
}
