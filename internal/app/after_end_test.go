package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web"
)

// afterEnd is how many requests are sent after acknowledged ends on each engine:
// a few for each cause in `make test`, ten thousand in `make soak`.
func afterEnd(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("STOREHAND_SOAK_REQUESTS")); err == nil && n > 0 {
		return n
	}
	return 12 * len(endings)
}

// channel is a way in which something of an account can leave it, or be changed.
type channel struct {
	name string
	// ask reports whether it was served.
	ask func(s *stay, node *apptest.Shop) bool
}

func served(a answer) bool { return a.status < 400 }

func channels(document string) []channel {
	get := func(path string, header ...string) func(*stay, *apptest.Shop) bool {
		return func(s *stay, node *apptest.Shop) bool {
			return served(s.quietly(node, http.MethodGet, path, nil, header...))
		}
	}
	return []channel{
		{"page", get("/account")},
		{"form post", func(s *stay, node *apptest.Shop) bool {
			return served(s.quietly(node, http.MethodPost, "/cart/items", url.Values{"sku": {"T-1"}, "qty": {"1"}, "csrf": {s.token}}))
		}},
		{"htmx request", get("/cart", "HX-Request", "true")},
		{"live stream", get("/assist/live", "HX-Request", "true")},
		{"download", get(document)},
		{"queued job", func(s *stay, node *apptest.Shop) bool {
			ctx := actor.With(s.desk.t.Context(), actor.Who{
				Kind: actor.Admin, ID: s.agent.ID, Name: s.agent.Username, Subject: actor.Subject{ID: s.of.ID, Name: s.of.Name()},
				Impersonation: s.row, WebsiteID: s.of.WebsiteID, StoreViewID: s.of.StoreViewID, Route: "job",
			})
			_, err := node.Carts.Add(ctx, cart.Owner{CustomerID: s.of.ID, WebsiteID: s.of.WebsiteID, ViewID: s.of.StoreViewID, GroupID: s.of.GroupID, Currency: "USD"}, "T-2", 1)
			return err == nil || !fault.Is(err, fault.Gone) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Denied)
		}},
	}
}

// quietly asks a node without failing the test from another goroutine.
func (s *stay) quietly(node *apptest.Shop, method, path string, form url.Values, header ...string) answer {
	r := request(s.desk.t.Context(), method, s.base+path, form, append([]string{"Cookie", web.StayCookie + "=" + s.cookie}, header...)...)
	w := httptest.NewRecorder()
	node.Handler().ServeHTTP(w, r)
	return answer{w.Code, w.Result().Header, w.Body.String()}
}

// tally counts what was asked after acknowledged ends, by channel.
type tally struct {
	mu     sync.Mutex
	asked  map[string]int
	served []string
	late   time.Duration // the latest answer of a request that was under way
}

func (y *tally) count(channel, cause string, served bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.asked[channel]++
	if served {
		y.served = append(y.served, channel+" after: "+cause)
	}
}

func (y *tally) underWay(since time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.late = max(y.late, since)
}

// TestNoRequestIsServedAfterTheAcknowledgedEndThroughAnyChannel ends stays in
// every way there is while six channels are asked through both nodes without a
// pause. Whatever begins after the end was acknowledged must be refused, on the
// other node too; what was under way may be answered for a moment longer, and the
// stay's own open page is told.
func TestNoRequestIsServedAfterTheAcknowledgedEndThroughAnyChannel(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		t.Parallel() // half of it is waiting for open pages to hear
		d.t = t
		d.mustBeSealed()
		y := &tally{asked: map[string]int{}}
		each := max(afterEnd(t)/len(endings)+1, 6)
		for i, e := range endings {
			t.Run(e.name, func(t *testing.T) {
				d.t = t
				d.round(e, i, each, y)
			})
		}
		total := 0
		for _, n := range y.asked {
			total += n
		}
		if total < afterEnd(t) {
			t.Errorf("only %d requests were sent", total)
		}
		if len(y.served) > 0 {
			t.Errorf("%d of %d requests were served after the acknowledged end: %v", len(y.served), total, y.served[:min(len(y.served), 10)])
		}
		if y.late > aSecond {
			t.Errorf("a request that was under way was still answered %v after the end", y.late)
		}
		t.Logf("%d causes, %d requests begun after the acknowledged end, %d served, by channel %v; the latest answer to one under way left %v after it",
			len(endings), total, len(y.served), y.asked, y.late.Round(time.Microsecond))
	})
}

// round is one stay and one way in which it ends: nothing is served after it, the
// stay's cookie is taken away, the end is on record with its cause, and the
// customer is told.
func (d *desk) round(e ending, turn, each int, y *tally) {
	t := d.t
	t.Helper()
	s := e.begin(d)
	s.row = d.one(`SELECT id FROM impersonation WHERE public_id = $1`, s.id)
	all := channels(d.document(s))
	open := s.open(d.two, web.StayCookie, s.cookie)
	d.Clock.Advance(time.Second)

	var acknowledged atomic.Int64 // wall time, 0 before
	var wg sync.WaitGroup
	for k, c := range all {
		quota := each/len(all) + 1
		wg.Go(func() {
			for n, after := k, 0; after < quota && t.Context().Err() == nil; n++ {
				node := []*apptest.Shop{d.Shop, d.two}[n%2]
				begun := acknowledged.Load()
				ok := c.ask(s, node)
				switch end := acknowledged.Load(); {
				case begun != 0:
					after++
					y.count(c.name, e.name, ok)
				case end != 0 && ok:
					y.underWay(time.Since(time.UnixMicro(end)))
				}
			}
		})
	}
	e.end(d, s)
	acknowledged.Store(time.Now().UnixMicro())
	wg.Wait()
	open.hears("over", "")
	s.refused(turn)
	s.recorded(e.want)
	s.told(e.want)
	if e.undo != nil {
		e.undo(d)
	}
}

// document gives the customer an invoice and returns the address of its PDF.
func (d *desk) document(s *stay) string {
	d.t.Helper()
	m := merchant{d.Shop, d.t}
	err := d.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE product SET on_hand = 1000000, reserved = 0`)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	o := m.sold(strings.ToLower(s.of.Email))
	invoice, err := m.Sales.Invoice(sqldbtest.Ctx(), o.ID, sales.InvoiceForm{Qty: map[int64]int64{o.Items[0].ID: 1}})
	if err != nil {
		d.t.Fatal(err)
	}
	return fmt.Sprintf("/account/orders/%s/invoices/%s", o.Number, invoice.Number)
}
