package sqldb

import (
	"context"
	"slices"
	"strconv"
	"strings"
)

// Where collects conditions for a query built at run time, numbering the
// placeholders: And("a = ? AND b > ?", x, y).
type Where struct {
	conds []string
	args  []any
}

// And adds a condition; each ? takes the next argument.
func (w *Where) And(cond string, args ...any) {
	w.conds = append(w.conds, w.Bind(cond, args...))
}

// Prefix adds: the column begins with s.
func (w *Where) Prefix(column, s string) {
	w.And(column+" >= ? AND "+column+" < ?", s, PrefixEnd(s))
}

// Among adds: the column is one of the ids; of none, no row fits.
func (w *Where) Among(column string, ids []int64) { w.And(In(column, len(ids)), Any(ids)...) }

// Bind numbers the placeholders of a piece of SQL and keeps its arguments.
func (w *Where) Bind(piece string, args ...any) string {
	var b strings.Builder
	for i, part := range strings.Split(piece, "?") {
		if i > 0 {
			w.args = append(w.args, args[i-1])
			b.WriteString("$" + strconv.Itoa(len(w.args)))
		}
		b.WriteString(part)
	}
	return b.String()
}

// SQL returns " WHERE …", or "" without conditions.
func (w *Where) SQL() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE (" + strings.Join(w.conds, ") AND (") + ")"
}

// Args returns the arguments in placeholder order.
func (w *Where) Args() []any { return w.args }

// Marks is a row of n placeholders for Bind: "(?, ?, ?)".
func Marks(n int) string {
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")"
}

// In is the condition that a column is one of n values, for Bind; of none it is
// never true.
func In(column string, n int) string {
	if n == 0 {
		return "1 = 0"
	}
	return column + " IN " + Marks(n)
}

// PrefixEnd is the smallest text after all that begin with s, in byte order.
func PrefixEnd(s string) string { return s + "\U0010FFFF" }

// Count is how many rows there are, up to a limit.
type Count struct {
	Total int
	More  bool // there are more than Total
}

// CountUpTo counts the rows that meet the conditions, most at the utmost; from
// is a table, or tables joined, with the aliases that the conditions use.
func CountUpTo(ctx context.Context, q Querier, most int, from string, w *Where) (Count, error) {
	own := Where{conds: w.conds, args: slices.Clip(w.args)}
	limit := own.Bind(" LIMIT ?", most+1)
	n, err := One(ctx, q, Value[int], `SELECT COUNT(*) FROM (SELECT 1 AS one FROM `+from+own.SQL()+limit+`) few`, own.args...)
	return Count{min(n, most), n > most}, err
}
