package listing

import (
	"slices"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Cond is a condition that the rows of a list must meet.
type Cond struct {
	Column string // the column whose index finds what fits; "" without one
	// Then is the column by which that index goes on among rows that are equal in
	// Column, so that it answers the condition and has that order too; "" when the
	// condition is a range.
	Then  string
	Other bool // it is about Source.Other
	Text  string
	Args  []any
}

// bind is the condition's text with its arguments bound.
func (c Cond) bind(w *sqldb.Where) string { return w.Bind(c.Text, c.Args...) }

// unindexed is the condition in a form that no index can answer, so that a query
// uses exactly the index chosen for it on either engine. PostgreSQL takes it to
// hold for a third of the rows, and so walks where walking is asked for.
func (c Cond) unindexed(w *sqldb.Where) string {
	return w.Bind("CASE WHEN "+c.Text+" THEN 1 ELSE 0 END > 0", c.Args...)
}

func unindexed(w *sqldb.Where, conds []Cond) []string {
	texts := make([]string, len(conds))
	for n, c := range conds {
		texts[n] = c.unindexed(w)
	}
	return texts
}

// answeredBy reports whether the index of an order that begins with a column
// answers the condition too.
func (c Cond) answeredBy(first Column) bool {
	return c.Column != "" && (c.Column == first.SQL || c.Then == first.SQL)
}

// Is asks for one value of an indexed column; see [Cond] on then.
func Is(column, then string, value any) Cond {
	return Cond{Column: column, Then: then, Text: column + " = ?", Args: []any{value}}
}

// Holds asks for what a partial index of its own lists in the order of then.
func Holds(text, then string) Cond { return Cond{Column: text, Then: then, Text: text} }

// Prefix asks for text at the beginning of an indexed column.
func Prefix(column, text string) Cond { return within(column, "<", text, sqldb.PrefixEnd(text)) }

// Range asks for a whole number from low to high, both included; nil is no limit.
func Range(column string, low, high *int64) Cond {
	from, to := int64(-1)<<62, int64(1)<<62
	if low != nil {
		from = *low
	}
	if high != nil {
		to = *high
	}
	return within(column, "<=", from, to)
}

// Between asks for a stored time not before from and before to; a zero time is
// no limit.
func Between(column string, from, to time.Time) Cond {
	low, high := int64(0), sqldb.Micros(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
	if !from.IsZero() {
		low = sqldb.Micros(from)
	}
	if !to.IsZero() {
		high = sqldb.Micros(to)
	}
	return within(column, "<", low, high)
}

func within(column, upTo string, low, high any) Cond {
	return Cond{Column: column, Text: column + " >= ? AND " + column + " " + upTo + " ?", Args: []any{low, high}}
}

// Among asks for one of some values of an indexed column. Nothing is among none:
// both engines see that without reading a row.
func Among[T any](column, then string, values []T) Cond {
	switch len(values) {
	case 0:
		return Cond{Column: "nothing", Text: sqldb.In(column, 0)}
	case 1:
		return Is(column, then, values[0])
	}
	return Cond{Column: column, Text: sqldb.In(column, len(values)), Args: sqldb.Any(values)}
}

// Unindexed is a condition that no index answers.
func Unindexed(text string, args ...any) Cond { return Cond{Text: text, Args: args} }

// Term looks a keyword up: the terms that begin with it, each row once, because a
// row's terms know how much of their beginning a smaller one of the same row has.
func Term(keyword string) *Cond {
	return &Cond{Column: "t.term", Text: "t.term >= ? AND t.term < ? AND t.shared < ?", Args: []any{keyword, sqldb.PrefixEnd(keyword), len(keyword)}}
}

// Narrow makes one condition of the first that equals and of a range of the
// column by which its index goes on: that index answers both, and so no row
// outside of the range is read. conds is not to be used afterwards.
func Narrow(conds []Cond, column string) []Cond {
	within := slices.IndexFunc(conds, func(c Cond) bool { return c.Column == column })
	equal := slices.IndexFunc(conds, func(c Cond) bool { return c.Then == column })
	if within < 0 || equal < 0 {
		return conds
	}
	both := conds[equal]
	both.Text, both.Args = both.Text+" AND "+conds[within].Text, slices.Concat(both.Args, conds[within].Args)
	conds[min(equal, within)] = both
	return slices.Delete(conds, max(equal, within), max(equal, within)+1)
}

// Conds collects conditions in the order of their selectivity.
type Conds []Cond

// Add adds a condition if it is wanted.
func (c *Conds) Add(wanted bool, cond Cond) {
	if wanted {
		*c = append(*c, cond)
	}
}
