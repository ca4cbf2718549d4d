package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web"
)

// measured are the figures for Prometheus: what this process has done since it
// began, and a few of the database as they are when they are asked for. They
// have no names, addresses or ids of anybody.
type measured struct {
	app      *App
	set      *metrics.Set
	requests sync.Map // requestKey -> *measuredRoute
}

type requestKey struct {
	site, route string
	status      int
}

type measuredRoute struct {
	count *metrics.Counter
	took  *metrics.Summary
}

// measure begins to measure; the hook counts what record has recorded.
func (a *App) measure(record sqldb.AfterHook) sqldb.AfterHook {
	a.metrics = &measured{app: a, set: metrics.NewSet()}
	return a.metrics.counting(record)
}

// request counts a request by its route's pattern, never by its address.
func (m *measured) request(o web.Observed) {
	key := requestKey{o.Site, o.Route, o.Status}
	found, ok := m.requests.Load(key)
	if !ok {
		route := o.Route
		if route == "" {
			route = "none"
		}
		labels := fmt.Sprintf(`site=%q,route=%q`, o.Site, route)
		found, _ = m.requests.LoadOrStore(key, &measuredRoute{
			m.set.GetOrCreateCounter(`storehand_requests_total{` + labels + `,status="` + strconv.Itoa(o.Status) + `"}`),
			m.set.GetOrCreateSummary(`storehand_request_seconds{` + labels + `}`),
		})
	}
	r := found.(*measuredRoute) //nolint:forcetypeassert // nothing else is stored
	r.count.Inc()
	r.took.Update(o.Took.Seconds())
}

// counting counts what the record says, once it is durable.
func (m *measured) counting(record sqldb.AfterHook) sqldb.AfterHook {
	return func(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
		if err := record(ctx, tx, e); err != nil {
			return err
		}
		if name := metricOf(e); name != "" {
			tx.After(m.set.GetOrCreateCounter(name).Inc)
		}
		return nil
	}
}

// metricOf is the counter of an action: of stays and consent, by cause.
func metricOf(e *sqldb.Entry) string {
	note := func(key string) string {
		for _, n := range e.Notes {
			if n.Key == key {
				return n.Value
			}
		}
		return ""
	}
	switch e.Action {
	case assist.ActionBegun:
		return "storehand_stays_begun_total"
	case assist.ActionEntered:
		return "storehand_stays_entered_total"
	case assist.ActionEnded:
		return fmt.Sprintf(`storehand_stays_ended_total{cause=%q}`, note("cause"))
	case assist.ActionRefused:
		return fmt.Sprintf(`storehand_refusals_total{cause=%q}`, note("cause"))
	case assist.ActionConsent:
		return `storehand_consent_changes_total`
	}
	return ""
}

// gauges are the figures of the database: each an indexed look-up.
var gauges = []struct{ name, help, query string }{
	{"storehand_stays_live", "stays without an end", `SELECT COUNT(*) FROM impersonation WHERE ended_at IS NULL AND state IN ('begun', 'entered')`},
	{"storehand_action_log_rows", "number of the newest entry of the action log", `SELECT COALESCE(MAX(id), 0) FROM audit_log`},
	{"storehand_outbox_waiting", "letters that are not sent yet", `SELECT COUNT(*) FROM mail_outbox WHERE sent_at IS NULL`},
}

// write writes all figures. A database that does not answer leaves out its own,
// and storehand_database_up says so.
func (m *measured) write(ctx context.Context, w http.ResponseWriter) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var b strings.Builder
	up := 1
	for _, g := range gauges {
		n, err := sqldb.One(ctx, m.app.DB.Reader(), sqldb.Value[int64], g.query)
		if err != nil {
			up = 0
			continue
		}
		fmt.Fprintf(&b, "%s %d\n", g.name, n)
	}
	at, found, err := sqldb.Found(sqldb.One(ctx, m.app.DB.Reader(), sqldb.Value[int64], `SELECT at FROM audit_checkpoint ORDER BY at DESC LIMIT 1`))
	if err == nil && found {
		fmt.Fprintf(&b, "storehand_checkpoint_age_seconds %.0f\n", m.app.DB.Now().Sub(time.UnixMicro(at)).Seconds())
	}
	fmt.Fprintf(&b, "storehand_database_up %d\n", up)
	pool, pages, db := m.app.DB.Pool(), m.app.Pages.Stats(), m.app.DB.Stats()
	fmt.Fprintf(&b, "storehand_database_connections_open %d\nstorehand_database_connections_in_use %d\nstorehand_database_connection_wait_seconds_total %.6f\n", pool.Open, pool.InUse, pool.Waited.Seconds())
	fmt.Fprintf(&b, "storehand_changes_total %d\nstorehand_commits_total %d\n", db.Changes, db.Commits)
	fmt.Fprintf(&b, "storehand_page_cache_hits_total %d\nstorehand_page_cache_misses_total %d\nstorehand_page_cache_bypasses_total %d\n", pages.Hits, pages.Misses, pages.Bypasses)
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(b.String()))
	m.set.WritePrometheus(w)
	metrics.WriteProcessMetrics(w)
}

// Metrics answers GET /metrics, and nothing else. It asks nobody who they are:
// it is for an address of its own, see ServeMetrics.
func (a *App) Metrics() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) { a.metrics.write(r.Context(), w) })
	return mux
}

// ServeMetrics answers /metrics on a listener of its own until ctx is done.
func (a *App) ServeMetrics(ctx context.Context, l net.Listener) error {
	srv := &http.Server{Handler: a.Metrics(), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
