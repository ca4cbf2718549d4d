package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// soakEnv makes the loops as long as `make soak` wants them.
const soakEnv = "STOREHAND_SOAK"

// rounds is how often a process is killed: fewer in a test than in a soak.
func rounds(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv(soakEnv)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < usual {
		t.Fatalf("%s=%s: want a number of at least %d", soakEnv, text, usual)
	}
	return n
}

// servedAfterEnd is what a node says that served a stay after its end, which it
// had acknowledged.
const servedAfterEnd = "served"

// ledger is what the nodes acknowledged, kept outside of them.
type ledger struct {
	mu   sync.Mutex
	said map[string]int
}

// A node that is killed at any moment loses nothing that it had acknowledged:
// no change without its row of the log, no row without its change, no code that
// two browsers got in by, and a log that verifies.
func TestKillingTheDeskLosesNothingAcknowledged(t *testing.T) {
	for _, c := range []struct {
		engine sqldb.Engine
		nodes  int
	}{{sqldb.SQLite, 1}, {sqldb.Postgres, 2}} {
		t.Run(fmt.Sprintf("%s with %d nodes", c.engine, c.nodes), func(t *testing.T) {
			t.Parallel() // processes that begin and end
			dsn := apptest.DSN(t, c.engine)
			before := plentyFor(t, dsn)
			secret, public := keyFor(t)
			book := &ledger{said: map[string]int{}}
			for n := range rounds(t, 10) {
				helpUntilKilled(t, book, dsn, secret, "", c.nodes, 25+17*(n%7))
				for _, fault := range faultsAfter(t, dsn, book, before) {
					t.Errorf("after kill %d: %s", n+1, fault)
				}
				r, err := app.VerifyLog(context.Background(), dsn, seal.Check{Keys: []string{public}})
				if err != nil || r.Fault != nil {
					t.Fatalf("the log does not verify: %v, %v", r.Fault, err)
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("%d acknowledged: %d items, %d orders, %d stays entered, %d ended, %d consents", len(book.said),
				book.of("item"), book.of("order"), book.of("entered"), book.of("ended"), book.of("consent"))
		})
	}
}

// The proof proves something: a node with a fault that was built in is found out.
func TestFaultsThatAreBuiltInAreFoundByTheKills(t *testing.T) {
	for plant, sign := range map[string]string{
		plantLateLog:       "", // a row is missing, whose it is depends on the moment
		plantCarelessEntry: "entered",
		plantCachedStay:    servedAfterEnd,
	} {
		for _, engine := range sqldbtest.Engines {
			t.Run(plant+" on "+string(engine), func(t *testing.T) {
				t.Parallel()
				dsn := apptest.DSN(t, engine)
				before := plentyFor(t, dsn)
				secret, _ := keyFor(t)
				book := &ledger{said: map[string]int{}}
				for n := range 10 {
					helpUntilKilled(t, book, dsn, secret, plant, 1, 30)
					faults := faultsAfter(t, dsn, book, before)
					if i := slices.IndexFunc(faults, func(f string) bool { return strings.Contains(f, sign) }); i >= 0 {
						t.Logf("kill %d found: %s", n+1, faults[i])
						return
					}
				}
				t.Errorf("ten kills found nothing wrong with a %s", plant)
			})
		}
	}
}

func (b *ledger) of(kind string) (n int) {
	for word := range b.said {
		if strings.HasPrefix(word, kind+" ") {
			n++
		}
	}
	return n
}

// hear keeps what a node says until it is dead, and tells when it has said so
// many words.
func (b *ledger) hear(t *testing.T, out io.Reader, enough int, reached func()) {
	r := bufio.NewReader(out)
	for heard := 0; ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		word, ok := strings.CutPrefix(strings.TrimSpace(line), "done ")
		if !ok {
			t.Errorf("the node says %q", strings.TrimSpace(line))
			reached()
			continue
		}
		b.mu.Lock()
		b.said[word]++
		b.mu.Unlock()
		if heard++; heard == enough {
			reached()
		}
	}
}

// helpUntilKilled lets nodes work and kills all of them once one has said enough.
func helpUntilKilled(t *testing.T, book *ledger, dsn, key, plant string, nodes, words int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var killing sync.Once
	cmds := make([]*exec.Cmd, nodes)
	outs := make([]io.Reader, nodes)
	for i := range cmds {
		cmds[i] = exec.Command(self, "-test.run=^TestDeskThatIsKilled$", "-test.count=1")
		cmds[i].Env = append(os.Environ(), deskCrashEnv+"="+dsn, deskKeyEnv+"="+key, deskPlantEnv+"="+plant, deskNodeEnv+"="+strconv.Itoa(i))
		if outs[i], err = cmds[i].StdoutPipe(); err != nil {
			t.Fatal(err)
		}
		if err := cmds[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	kill := func() {
		for _, c := range cmds {
			_ = c.Process.Kill()
		}
	}
	var ears sync.WaitGroup
	for i := range cmds {
		ears.Go(func() { book.hear(t, outs[i], words, func() { killing.Do(kill) }) })
	}
	ears.Wait()
	killing.Do(kill)
	for _, c := range cmds {
		if err := c.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
			t.Fatalf("a node was not killed: %v", err)
		}
	}
}

// plentyFor puts enough into stock, and gives how many items vera's cart has.
func plentyFor(t *testing.T, dsn string) (inCart int64) {
	t.Helper()
	db := opened(t, dsn)
	defer db.Close()
	err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE product SET on_hand = 1000000`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return number(t, db, itemsOfVera)
}

func opened(t *testing.T, dsn string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), sqldb.Options{DSN: dsn, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// itemsOfVera counts what is in vera's cart, or in the orders that it became.
const itemsOfVera = `SELECT (SELECT COALESCE(SUM(i.qty), 0) FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.customer_id = 1 AND c.active)
	+ (SELECT COALESCE(SUM(i.qty), 0) FROM sales_order_item i JOIN sales_order o ON o.id = i.order_id WHERE o.customer_id = 1)`

func number(t *testing.T, db *sqldb.DB, query string, args ...any) int64 {
	t.Helper()
	n, err := sqldb.One(context.Background(), db.Reader(), sqldb.Value[int64], query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// faultsAfter compares the ledger with the database, and the database with its log.
func faultsAfter(t *testing.T, dsn string, book *ledger, before int64) (faults []string) {
	t.Helper()
	db := opened(t, dsn)
	defer db.Close()
	found := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	equal := func(what string, got, want int64) {
		if got != want {
			found("%s: %d, should be %d", what, got, want)
		}
	}
	for word, times := range book.said {
		if times > 1 {
			found("%s was acknowledged %d times", word, times)
		}
		if id, after := strings.CutPrefix(word, servedAfterEnd+" "); after {
			found("the stay %s was %s after its acknowledged end", id, servedAfterEnd)
		}
	}
	for kind, query := range map[string]string{
		"item":    `SELECT request_id FROM audit_log WHERE action = 'cart.item_added' AND request_id <> ''`,
		"order":   `SELECT number FROM sales_order`,
		"entered": `SELECT public_id FROM impersonation WHERE code_spent_at IS NOT NULL AND entered_at IS NOT NULL`,
		"ended":   `SELECT public_id FROM impersonation WHERE ended_at IS NOT NULL`,
	} {
		there, err := sqldb.All(context.Background(), db.Reader(), sqldb.Value[string], query)
		if err != nil {
			t.Fatal(err)
		}
		have := make(map[string]bool, len(there))
		for _, what := range there {
			have[what] = true
		}
		for word := range book.said {
			if what, ok := strings.CutPrefix(word, kind+" "); ok && !have[what] {
				found("%s was acknowledged and is lost", word)
			}
		}
	}
	rows := `SELECT COUNT(*) FROM audit_log WHERE result = 'success' AND at >= (SELECT COALESCE(MIN(at), 0) FROM audit_log WHERE ip = '192.0.2.1') AND action = `
	equal("items of the log", number(t, db, itemsOfVera)-before, number(t, db, rows+`'cart.item_added'`))
	mine := ` FROM impersonation WHERE ip = '192.0.2.1' AND `
	equal("stays entered in the log", number(t, db, rows+`'login_as_customer.entered'`), number(t, db, `SELECT COUNT(*)`+mine+`entered_at IS NOT NULL`))
	equal("stays ended in the log", number(t, db, rows+`'login_as_customer.ended'`), number(t, db, `SELECT COUNT(*)`+mine+`ended_at IS NOT NULL`))
	for _, action := range []string{"entered", "ended"} {
		twice, err := sqldb.All(context.Background(), db.Reader(), sqldb.Value[string], `SELECT CAST(impersonation_id AS TEXT) FROM audit_log
			WHERE result = 'success' AND action = $1 GROUP BY impersonation_id HAVING COUNT(*) > 1`, "login_as_customer."+action)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range twice {
			found("stay %s is recorded as %s more than once", id, action)
		}
	}
	equal("orders in the log", number(t, db, rows+`'order.placed'`), number(t, db, `SELECT COUNT(*) FROM sales_order WHERE impersonation_id IN (SELECT id`+mine+`1 = 1)`))
	equal("consents in the log", number(t, db, rows+`'login_as_customer.consent_changed'`),
		number(t, db, `SELECT COUNT(*) FROM consent_event WHERE customer_id = 1 AND at >= (SELECT COALESCE(MIN(at), 0) FROM audit_log WHERE ip = '192.0.2.1')`))
	equal("the consent of its last event", number(t, db, `SELECT COUNT(*) FROM customer c WHERE c.id = 1 AND c.assistance <>
		(SELECT e.value FROM consent_event e WHERE e.customer_id = 1 ORDER BY e.id DESC LIMIT 1)`), 0)
	return faults
}
