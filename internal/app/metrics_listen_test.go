package app_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/admin"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/storefront"
)

var (
	metricLine = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? `)
	metricPart = regexp.MustCompile(`([A-Za-z]+)="((?:[^"\\]|\\.)*)"`)
)

// vocabulary are all the words that a figure may be labelled with: routes, sites
// and causes, which the program has, and no word that anybody has typed.
func (d *desk) vocabulary() map[string]bool {
	known := map[string]bool{"admin": true, "storefront": true, "none": true}
	for _, r := range admin.New(admin.Deps{Now: d.Clock.Now, Log: d.Log}).Routes() {
		known[r.Pattern] = true
	}
	for _, r := range storefront.New(storefront.Deps{Now: d.Clock.Now, Log: d.Log}).Routes() {
		known[r.Pattern] = true
	}
	for _, c := range assist.EndCauses {
		known[string(c)] = true
	}
	return known
}

func TestEveryLabelOfTheFiguresIsAWordOfTheProgram(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.ServeMetrics(ctx, l) }()
		get := func(method, path string) (int, string) {
			r, err := http.NewRequestWithContext(t.Context(), method, "http://"+l.Addr().String()+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			return res.StatusCode, string(body)
		}

		s := d.helping(d.customer("english")) // people, addresses and words of all kinds come by
		s.shop.Visit("/search?q=Cleo+cleo@example.com")
		s.shop.Visit("/no/such/" + s.of.Email)
		s.shop.Visit("/account/orders/" + s.id)
		s.admin.Visit("/customers?q=" + s.of.LastName)
		s.admin.Visit("/assist/log/" + s.id)
		send(t, d.Shop, "CLEO", d.Store("english", "/"), nil)
		s.admin.Form("/logout").Action("/customers/2/assist").Submit()
		s.send(d.Shop, http.MethodPost, "/assist/close", map[string][]string{})

		status, text := get(http.MethodGet, "/metrics")
		if status != http.StatusOK {
			t.Fatalf("the figures are answered %d", status)
		}
		known, labels := d.vocabulary(), 0
		for line := range strings.Lines(text) {
			m := metricLine.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("no figure: %q", line)
				continue
			}
			for _, p := range metricPart.FindAllStringSubmatch(m[2], -1) {
				name, value := p[1], strings.ReplaceAll(p[2], `\"`, `"`)
				switch labels++; name {
				case "site", "route":
					if !known[value] {
						t.Errorf("a route nobody has declared: %q", line)
					}
				case "cause":
					if value != "consent_missing" && !known[value] {
						t.Errorf("a cause nobody has declared: %q", line)
					}
				case "status", "quantile":
					if strings.Trim(value, "0123456789.") != "" {
						t.Errorf("no number: %q", line)
					}
				default:
					if !strings.HasPrefix(m[1], "process_") && !strings.HasPrefix(m[1], "go_") { // of the runtime
						t.Errorf("a label nobody has declared: %q", line)
					}
				}
			}
		}
		for _, want := range []string{`storehand_refusals_total{cause="consent_missing"} 1`, `storehand_stays_ended_total{cause="closed_by_actor"} 1`, "storehand_stays_entered_total 1"} {
			if !strings.Contains(text, want) {
				t.Errorf("the figures lack %s", want)
			}
		}
		if labels < 20 {
			t.Errorf("only %d labels were looked at", labels)
		}
		for _, path := range []string{"/", "/debug/pprof/", "/debug/vars", "/metrics/x"} {
			if status, _ := get(http.MethodGet, path); status != http.StatusNotFound {
				t.Errorf("%s is answered %d", path, status)
			}
		}
		if status, _ := get(http.MethodPost, "/metrics"); status != http.StatusMethodNotAllowed {
			t.Errorf("POST is answered %d", status)
		}
		stop()
		if err := <-done; err != nil {
			t.Errorf("after it was stopped: %v", err)
		}
	})
}
