package app_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
)

func scrape(t *testing.T, s *apptest.Shop) string {
	t.Helper()
	w := httptest.NewRecorder()
	s.App.Metrics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Fatalf("%d %s", w.Code, w.Header())
	}
	return w.Body.String()
}

// oneFigure is a line of Prometheus' text format.
var oneFigure = regexp.MustCompile(`^[a-z_]+(\{[A-Za-z]+="[^"]*"(, ?[A-Za-z]+="[^"]*")*\})? -?[0-9.e+-]+$|^[a-z_]+(\{.*\})? NaN$|^#`)

func TestMetricsCountWithoutSayingWho(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		h := d.handOff(1)
		text := scrape(t, d.Shop)
		for _, want := range []string{
			`storehand_requests_total{site="admin",route="POST /customers/{id}/assist",status="`, `storehand_request_seconds_count{site="admin",route="POST /customers/{id}/assist"}`,
			"storehand_stays_begun_total 1", "storehand_stays_live 1", "storehand_action_log_rows ", "storehand_outbox_waiting ", "storehand_database_up 1",
			"storehand_page_cache_misses_total ", "storehand_database_connections_open ", "storehand_changes_total ",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("there is no %s in\n%s", want, text)
			}
		}
		h.present("english", h.code(), h.verifier())
		h.admin.Visit("/").Form(`form[action$="/end"]`).Submit()
		text = scrape(t, d.Shop)
		if !strings.Contains(text, `storehand_stays_ended_total{cause="closed_by_actor"} 1`) || !strings.Contains(text, "storehand_stays_live 0") {
			t.Errorf("the end is not counted:\n%s", text)
		}
		for _, word := range []string{"vera", "maria", "Lind", "@", "127.0.0.1"} {
			if strings.Contains(strings.ToLower(text), strings.ToLower(word)) {
				t.Errorf("the figures say %q", word)
			}
		}
		for line := range strings.Lines(text) {
			if !oneFigure.MatchString(strings.TrimSpace(line)) {
				t.Errorf("no figure: %q", line)
			}
		}
	})
}

func TestThePublicAddressesHaveNoMetrics(t *testing.T) {
	s := apptest.New(t, sqldb.SQLite)
	for _, address := range []string{s.Store("english", "/metrics"), s.Admin("/metrics")} {
		if got := send(t, s, http.MethodGet, address, nil); got.status == http.StatusOK {
			t.Errorf("%s answers", address)
		}
	}
}
