package audit

import (
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// The report's queries. Each filter that names an index is written so that both
// engines take the most selective one: without statistics SQLite cannot tell, so
// conditions on the other indexes' columns are hidden from it (|| '', + 0).

const limitText = " LIMIT "

func order(back bool) string {
	if back {
		return " ORDER BY at, id"
	}
	return " ORDER BY at DESC, id DESC"
}

// query selects up to limit entries at a place. Text is looked for among the
// newest entries that the indexed filters leave.
func (f Filter) query(c position, cols string, limit int) (string, []any) {
	w := f.indexed(c)
	if !f.byText() {
		return "SELECT " + cols + " FROM audit_log" + w.SQL() + order(c.back) + limitText + strconv.Itoa(limit), w.Args()
	}
	inner := "SELECT " + columnsFor(cols) + " FROM audit_log" + w.SQL() + order(c.back) + limitText + strconv.Itoa(window)
	conds := f.text(w)
	return "SELECT " + cols + " FROM (" + inner + ") l WHERE (" + strings.Join(conds, ") AND (") + ")" + order(c.back) + limitText + strconv.Itoa(limit), w.Args()
}

// columnsFor is what the inner query must hand out: the text filters need theirs.
func columnsFor(cols string) string {
	if cols == allColumns {
		return allColumns
	}
	return columns
}

func (f Filter) indexed(c position) *sqldb.Where {
	w := &sqldb.Where{}
	f.timeRange(w, c)
	open := true // no index is chosen yet
	choose := func(wanted bool, plain, hidden string, args ...any) {
		switch {
		case !wanted:
		case open:
			w.And(plain, args...)
			open = false
		default:
			w.And(hidden, args...)
		}
	}
	choose(f.Stay != 0, "impersonation_id = ? AND impersonation_id <> 0", "", f.Stay)
	choose(f.CustomerID != 0, "subject_id = ? AND subject_id <> 0", "subject_id + 0 = ?", f.CustomerID)
	choose(f.Result == sqldb.Failure, "result = 'failure'", "result || '' = 'failure'")
	choose(f.Action != "", "action = ?", "action || '' = ?", f.Action)
	grouped := open && f.Group != ""
	choose(f.Group != "", "report_group = ?", "report_group || '' = ?", f.Group)
	open = open || grouped // the index by group goes on with the actor
	choose(f.ActorID != 0, "actor_kind = ? AND actor_id = ?", "actor_kind || '' = ? AND actor_id + 0 = ?", f.kind(), f.ActorID)
	if f.Result == sqldb.Success {
		w.And("result = 'success'")
	}
	return w
}

// kind is the actor's, an Admin user's unless said.
func (f Filter) kind() string {
	if f.Kind == "" {
		return string(actor.Admin)
	}
	return string(f.Kind)
}

// timeRange bounds by the filter and by the place in the list.
func (f Filter) timeRange(w *sqldb.Where, c position) {
	from, to := sqldb.Micros(f.From), sqldb.Micros(f.To)-1
	switch {
	case c.id != 0 && c.back:
		from = max(from, c.at)
	case c.id != 0:
		to = min(to, c.at)
	}
	w.And("at >= ? AND at <= ?", from, to)
	switch {
	case c.id != 0 && c.back:
		w.And("at > ? OR id > ?", c.at, c.id)
	case c.id != 0:
		w.And("at < ? OR id < ?", c.at, c.id)
	}
}

// text returns the conditions that no index serves.
func (f Filter) text(w *sqldb.Where) []string {
	var conds []string
	if f.IP != "" {
		conds = append(conds, w.Bind("ip >= ? AND ip < ?", f.IP, sqldb.PrefixEnd(f.IP)))
	}
	if f.Route != "" {
		conds = append(conds, w.Bind("LOWER(route) LIKE ? ESCAPE '\\'", escapeLike(f.Route)+"%"))
	}
	if f.Details != "" {
		conds = append(conds, w.Bind("LOWER(details) LIKE ? ESCAPE '\\'", "%"+escapeLike(f.Details)+"%"))
	}
	if f.Kind != "" && f.ActorID == 0 {
		conds = append(conds, w.Bind("actor_kind = ?", string(f.Kind)))
	}
	if f.StoreViewID != 0 {
		conds = append(conds, w.Bind("store_view_id = ?", f.StoreViewID))
	}
	if f.Websites != nil {
		// -1 is no website: a role without any sees nothing.
		sites := append([]int64{-1}, f.Websites...)
		conds = append(conds, w.Bind("website_id IN ("+strings.TrimSuffix(strings.Repeat("?,", len(sites)), ",")+")", sqldb.Any(sites)...))
	}
	return conds
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func escapeLike(s string) string { return likeEscaper.Replace(strings.ToLower(s)) }
