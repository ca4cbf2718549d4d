package audit

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// The report's queries over the log's own indexes. Conditions are written so
// that both engines take the most selective index: without statistics SQLite
// cannot tell, so conditions on the other indexes' columns are hidden from it
// (|| '', + 0).

const limitText = " LIMIT "

func order(back bool) string {
	if back {
		return " ORDER BY at, id"
	}
	return " ORDER BY at DESC, id DESC"
}

func (f Filter) table() string {
	if f.Archive {
		return "audit_restored"
	}
	return "audit_log"
}

// windowed reports whether what no index serves is looked for among the newest
// entries that the index leaves.
func (f Filter) windowed() bool { return f.narrow() && !f.bare() }

// bare reports whether there is nothing but a customer or a stay.
func (f Filter) bare() bool {
	return !f.byText() && f.Group == "" && f.Action == "" && f.ActorID == 0 && f.Result == "" && (f.CustomerID == 0 || f.Stay == 0)
}

// query selects up to limit entries at a place.
func (f Filter) query(c position, cols string, limit int) (string, []any) {
	w := f.indexed(c)
	if !f.windowed() {
		return "SELECT " + cols + " FROM " + f.table() + w.SQL() + order(c.back) + limitText + strconv.Itoa(limit), w.Args()
	}
	inner := "SELECT " + allColumns + " FROM " + f.table() + w.SQL() + order(c.back) + limitText + strconv.Itoa(window)
	conds := []string{"1 = 1"}
	f.conditions(func(cond string, args ...any) { conds = append(conds, w.Bind(cond, args...)) })
	return "SELECT " + cols + " FROM (" + inner + ") l WHERE (" + strings.Join(conds, ") AND (") + ")" + order(c.back) + limitText + strconv.Itoa(limit), w.Args()
}

// whole selects the next entries with everything they say, however many must be
// looked at.
func (f Filter) whole(c position, limit int) (string, []any) {
	w := f.indexed(c)
	if f.narrow() {
		f.conditions(func(cond string, args ...any) { w.And(cond, args...) })
	}
	return "SELECT " + allColumns + " FROM " + f.table() + w.SQL() + order(c.back) + limitText + strconv.Itoa(limit), w.Args()
}

// indexed are the conditions that an index serves.
func (f Filter) indexed(c position) *sqldb.Where {
	w := &sqldb.Where{}
	f.timeRange(w, c)
	switch {
	case f.Stay != 0 && f.Archive:
		w.And("impersonation_id = ?", f.Stay)
	case f.Stay != 0:
		w.And("impersonation_id = ? AND impersonation_id <> 0", f.Stay)
	case f.CustomerID != 0 && f.Archive:
		w.And("subject_id = ?", f.CustomerID)
	case f.CustomerID != 0:
		w.And("subject_id = ? AND subject_id <> 0", f.CustomerID)
	case f.Archive:
	case f.Result == sqldb.Failure:
		w.And("result = 'failure'")
	case f.Action != "":
		w.And("action = ?", f.Action)
	default:
		f.byGroupAndActor(w)
	}
	if f.Result == sqldb.Success && !f.narrow() {
		w.And("result = 'success'")
	}
	return w
}

func (f Filter) byGroupAndActor(w *sqldb.Where) {
	if f.Group != "" {
		w.And("report_group = ?", f.Group)
	}
	if f.ActorID != 0 {
		w.And("actor_kind = ? AND actor_id = ?", f.kind(), f.ActorID)
	}
}

// conditions are all but the time, on columns as they are.
func (f Filter) conditions(add func(cond string, args ...any)) {
	when := func(wanted bool, cond string, args ...any) {
		if wanted {
			add(cond, args...)
		}
	}
	when(f.Stay != 0, "impersonation_id = ?", f.Stay)
	when(f.CustomerID != 0, "subject_id = ?", f.CustomerID)
	when(f.Result != "", "result || '' = ?", f.Result)
	when(f.Action != "", "action || '' = ?", f.Action)
	when(f.Group != "", "report_group || '' = ?", f.Group)
	when(f.ActorID != 0, "actor_kind || '' = ? AND actor_id + 0 = ?", f.kind(), f.ActorID)
	when(f.ActorID == 0 && f.Kind != "", "actor_kind || '' = ?", string(f.Kind))
	when(f.StoreViewID != 0, "store_view_id = ?", f.StoreViewID)
	f.texts(add)
	if f.Websites != nil {
		// -1 is no website: a role without any sees nothing.
		sites := append([]int64{-1}, f.Websites...)
		add("website_id IN ("+strings.TrimSuffix(strings.Repeat("?,", len(sites)), ",")+")", sqldb.Any(sites)...)
	}
}

// texts are the conditions on texts. Words are only looked for as letters here:
// whether they are whole words is asked of what is found.
func (f Filter) texts(add func(cond string, args ...any)) {
	if f.IP != "" {
		if _, err := netip.ParseAddr(f.IP); err == nil {
			add("LOWER(ip) = ?", strings.ToLower(f.IP))
		} else {
			add("ip >= ? AND ip < ?", strings.ToLower(f.IP), sqldb.PrefixEnd(strings.ToLower(f.IP)))
		}
	}
	if f.Route != "" {
		add("LOWER(CASE WHEN route = '' THEN action ELSE route END) LIKE ? ESCAPE '\\'", escapeLike(f.Route)+"%")
	}
	for _, w := range wordsOf(f.Details) {
		if plain(w) {
			add("LOWER(details) LIKE ?", "%"+w+"%")
		}
	}
	for _, w := range wordsOf(f.Full) {
		if plain(w) {
			add("LOWER(details || ' ' || object_kind || ' ' || object_id || ' ' || data) LIKE ?", "%"+w+"%")
		}
	}
}

// plain reports whether both engines agree on a word's lower case, and JSON
// writes it as it is.
func plain(word string) bool {
	for i := range len(word) {
		if word[i] >= 0x80 {
			return false
		}
	}
	return true
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

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func escapeLike(s string) string { return likeEscaper.Replace(strings.ToLower(s)) }
