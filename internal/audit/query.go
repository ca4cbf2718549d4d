package audit

import (
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

func (f Filter) shelf() shelf {
	if f.Archive {
		return inArchives
	}
	return inLog
}

// query selects up to limit entries at a place, for a filter that one index of
// the log serves.
func (f Filter) query(c position, cols string, limit int) (string, []any) {
	w := f.indexed(c)
	return "SELECT " + cols + " FROM " + f.shelf().table + w.SQL() + order(c.back) + limitText + strconv.Itoa(limit), w.Args()
}

// indexed are the conditions that an index serves.
func (f Filter) indexed(c position) *sqldb.Where {
	w := &sqldb.Where{}
	f.timeRange(w, c)
	switch {
	case f.Archive:
	case f.Stay != 0:
		w.And("impersonation_id = ? AND impersonation_id <> 0", f.Stay)
	case f.CustomerID != 0:
		w.And("subject_id = ? AND subject_id <> 0", f.CustomerID)
	case f.Result == sqldb.Failure:
		w.And("result = 'failure'")
	case f.Action != "":
		w.And("action = ?", f.Action)
	default:
		f.byGroupAndActor(w)
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

// inSpan selects the entries from an id on, before another, that the filter
// leaves; texts may be left too many, says asks them.
func (f Filter) inSpan(table, cols string, from, to int64, back bool) (string, []any) {
	w := &sqldb.Where{}
	w.And("id >= ? AND id < ?", from, to)
	w.And("at + 0 >= ? AND at + 0 < ?", sqldb.Micros(f.From), sqldb.Micros(f.To))
	f.conditions(func(cond string, args ...any) { w.And(cond, args...) })
	direction := " ORDER BY id DESC"
	if back {
		direction = " ORDER BY id"
	}
	return "SELECT " + cols + " FROM " + table + w.SQL() + direction, w.Args()
}

// conditions are all but the time, on columns as they are.
func (f Filter) conditions(add func(cond string, args ...any)) {
	when := func(wanted bool, cond string, args ...any) {
		if wanted {
			add(cond, args...)
		}
	}
	when(f.Stay != 0, "impersonation_id + 0 = ?", f.Stay)
	when(f.CustomerID != 0, "subject_id + 0 = ?", f.CustomerID)
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
		add(sqldb.In("website_id", len(sites)), sqldb.Any(sites)...)
	}
}

// texts are the conditions on texts, as beginnings and letters only: whether
// parts and words are whole is asked of what is found.
func (f Filter) texts(add func(cond string, args ...any)) {
	if f.IP != "" {
		add("LOWER(ip) LIKE ? ESCAPE '\\'", escapeLike(stem(f.IP, ipSigns))+"%")
	}
	if f.Route != "" {
		add("LOWER(CASE WHEN route = '' THEN action ELSE route END) LIKE ? ESCAPE '\\'", escapeLike(stem(f.Route, routeSigns))+"%")
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

// byTexts reports whether what is found by conditions has to be asked too.
func (f Filter) byTexts() bool { return f.IP != "" || f.Route != "" || f.Details != "" || f.Full != "" }

// says reports whether an entry's texts have the filter's parts and words.
func (f Filter) says(e Entry) bool {
	return begins(e.IP, f.IP, ipSigns) && begins(fullName(e), f.Route, routeSigns) && hasWords(wordsOf(f.Details), e.Details) &&
		(f.Full == "" || hasWords(wordsOf(f.Full), append(e.further(), e.Details)...))
}

// begins reports whether a text begins with what was typed, in whole parts.
func begins(text, typed, signs string) bool {
	if typed == "" {
		return true
	}
	rest, ok := strings.CutPrefix(strings.ToLower(text), stem(typed, signs))
	return ok && (rest == "" || strings.ContainsRune(signs, rune(rest[0])))
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
