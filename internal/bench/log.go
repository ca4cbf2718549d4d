package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/sqldb"
)

// S8+ asks the Actions Report for every filter that it offers alone, for every
// two of them together, each once with a value that many entries have and once
// with one that few have, for what is frequent but never together, and for all
// at once: over the whole history.

// mixed are whole pages of the report with one combination of filters each.
type mixed struct {
	rows  int64
	all   []time.Duration // of every page
	worst []combination   // the slowest first
	n     int
}

type combination struct {
	name            string
	least, p50, p99 time.Duration
	cpu             time.Duration // of the server side, for one page
}

// values are what a filter is asked for: what many entries have, what few have.
func (h *shopHome) values() map[string][2]string {
	who := h.workers[0]
	return map[string][2]string{
		"group":    {"login_as_customer", "config"},
		"action":   {"cart.item_added", "config.saved"},
		"user":     {idOf(who.adminID), idOf(h.workers[1].adminID)},
		"kind":     {"admin", "customer"},
		"result":   {"success", "failure"},
		"ip":       {"192.0.2", "203.0.113.9"},
		"route":    {"POST /cart", "config.saved"},
		"details":  {"blue", "needle"},
		"full":     {"bench", "backorder"},
		"customer": {idOf(firstCustomer + 44), idOf(firstCustomer + 45)},
		"stay":     {idOf(1_000_004), idOf(1_000_005)},
		"view":     {idOf(h.view), idOf(h.view + 1)},
	}
}

// apart are frequent each and never together.
var apart = []url.Values{
	{"details": {"blue green"}},
	{"details": {"blue"}, "action": {"cart.item_changed"}},
	{"details": {"green"}, "action": {"cart.item_added"}},
	{"full": {"blue green"}, "kind": {"admin"}},
	{"group": {"customer"}, "kind": {"admin"}},
	{"group": {"login_as_customer"}, "kind": {"customer"}},
	{"kind": {"system"}, "ip": {"192.0.2"}},
	{"kind": {"customer"}, "ip": {"192.0.2"}, "route": {"POST"}, "details": {"B"}, "full": {"bench product"}},
	{"details": {"blue"}, "full": {"green bench product 12"}, "result": {"success"}},
}

// combinations are the queries of S8+, by what they are called.
func (h *shopHome) combinations() (all []url.Values) {
	values := h.values()
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	whole := url.Values{}
	for i, a := range names {
		whole.Set(a, values[a][0])
		for _, x := range values[a] {
			all = append(all, url.Values{a: {x}})
			for _, b := range names[i+1:] {
				for _, y := range values[b] {
					all = append(all, url.Values{a: {x}, b: {y}})
				}
			}
		}
	}
	all = append(all, apart...)
	return append(all, whole)
}

// again is how often each page is asked for.
const again = 10

// askAll measures every combination, the first time as well as the others.
func (h *shopHome) askAll(ctx context.Context, c *child, cpu func() time.Duration) (*mixed, error) {
	b, err := h.browser(c, h.workers[0])
	if err != nil {
		return nil, err
	}
	out := &mixed{rows: h.rows}
	for _, q := range h.combinations() {
		name := strings.ReplaceAll(q.Encode(), "&", " ")
		q.Set("from", h.now.Add(-logSpan-24*time.Hour).Format(time.DateOnly))
		q.Set("size", "20")
		request := get(b.admin, "/system/actions?"+q.Encode(), b.adminCookie())
		var took []time.Duration
		used := cpu()
		for range again {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			begin := time.Now()
			a, err := b.do(request)
			if err == nil {
				err = a.want(200, "Actions Report")
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			took = append(took, time.Since(begin))
		}
		out.all = append(out.all, took...)
		slices.Sort(took)
		out.worst = append(out.worst, combination{name, took[0], took[len(took)/2], took[len(took)-1], (cpu() - used) / again})
	}
	slices.Sort(out.all)
	slices.SortFunc(out.worst, func(a, b combination) int { return int(b.cpu - a.cpu) })
	out.n = len(out.worst)
	return out, nil
}

func (m *mixed) p(share int) time.Duration { return m.all[len(m.all)*share/100] }

// text lists what came of it, with the slowest combinations.
func (m *mixed) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "S8+ with %s entries: %d combinations, each %d times: p50 %s ms, p99 %s ms, the slowest page %s ms.\n\n", size(m.rows), m.n, again, short(m.p(50)), short(m.p(99)), short(m.all[len(m.all)-1]))
	b.WriteString("| the dearest combinations | server CPU ms | fastest ms | p50 ms | slowest ms |\n|---|--:|--:|--:|--:|\n")
	for _, c := range m.worst[:min(8, len(m.worst))] {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.name, short(c.cpu), short(c.least), short(c.p50), short(c.p99))
	}
	return b.String()
}

// onlyLog reports whether nothing but the log is asked for: then nothing else
// has to grow.
func (o options) onlyLog() bool { return strings.HasPrefix(o.only, "S8") }

// indexLog makes the report's index, as the server does by itself in time.
func (h *shopHome) indexLog(ctx context.Context) error {
	db, err := sqldb.Open(ctx, sqldb.Options{DSN: h.dsn, Now: func() time.Time { return time.Now().Add(time.Hour) }})
	if err != nil {
		return err
	}
	defer db.Close()
	begin := time.Now()
	if err := audit.New(db).Index(ctx); err != nil {
		return err
	}
	progress("  the report's index was made in %s", time.Since(begin).Round(time.Second))
	if h.engine == sqldb.Postgres {
		return h.exec(ctx, "VACUUM (ANALYZE) audit_term")
	}
	return nil
}

func idOf(id int64) string { return strconv.FormatInt(id, 10) }
