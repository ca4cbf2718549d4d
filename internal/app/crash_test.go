package app_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/totals"
)

const (
	crashEnv = "STOREHAND_TEST_CRASH" // DSN for the process that is going to be killed
	kills    = 5                      // on each engine
)

func openCrashing(t *testing.T, dsn string) *app.App {
	t.Helper()
	return openLater(t, dsn, os.Getenv("STOREHAND_TEST_MAIL"), 0)
}

// openLater opens the shop as if that much time had passed.
func openLater(t *testing.T, dsn, mail string, later time.Duration) *app.App {
	t.Helper()
	a, err := app.Open(context.Background(), app.Options{DSN: dsn, AdminURL: "https://admin.test", MailFolder: mail, CheapPasswords: true,
		Now: func() time.Time { return time.Now().Add(later) }})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestShopThatIsKilled is the process that is killed: four hands place, invoice,
// ship and refund orders, and say what was acknowledged; another delivers mail.
func TestShopThatIsKilled(t *testing.T) {
	dsn := os.Getenv(crashEnv)
	if dsn == "" {
		return // it is nobody's victim: TestKillingTheProcessLosesNothingAcknowledged runs it
	}
	a := openCrashing(t, dsn)
	var mu sync.Mutex
	say := func(kind, number string) {
		mu.Lock()
		defer mu.Unlock()
		os.Stdout.WriteString("done " + kind + " " + number + "\n") // one write, so never half a line
	}
	ctx := actor.AsSystem(context.Background(), "crash")
	go func() {
		for {
			if err := a.Mail.Deliver(ctx); err != nil {
				t.Error(err)
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	var hands sync.WaitGroup
	for range 4 {
		hands.Go(func() {
			for {
				if err := sellOne(ctx, a, say); err != nil {
					fmt.Println("failed", err)
					return
				}
			}
		})
	}
	hands.Wait()
}

// sellOne is the life of one order.
func sellOne(ctx context.Context, a *app.App, say func(kind, number string)) error {
	var o sales.Order
	err := a.DB.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		o, _, err = a.Sales.PlaceTx(ctx, tx, crashDraft())
		return err
	})
	if err != nil {
		return err
	}
	say("order", o.Number)
	full, err := a.Sales.Find(ctx, o.ID)
	if err != nil {
		return err
	}
	item := full.Items[0].ID
	inv, err := a.Sales.Invoice(ctx, o.ID, sales.InvoiceForm{Qty: map[int64]int64{item: 2}, NotifyCustomer: true})
	if err != nil {
		return err
	}
	say("invoice", inv.Number)
	ship, err := a.Sales.Ship(ctx, o.ID, sales.ShipForm{Qty: map[int64]int64{item: 1}})
	if err != nil {
		return err
	}
	say("shipment", ship.Number)
	memo, err := a.Sales.Refund(ctx, o.ID, sales.MemoForm{InvoiceID: inv.ID, Qty: map[int64]int64{item: 1}})
	if err != nil {
		return err
	}
	say("credit_memo", memo.Number)
	return nil
}

func crashDraft() sales.Draft {
	result, err := totals.Compute(totals.Input{Currency: "EUR", Settings: totals.Settings{Method: totals.Row},
		Lines: []totals.Line{{Qty: 3, Price: 1999, Discount: 100}}, Shipping: 500})
	if err != nil {
		panic(err)
	}
	to := sales.Address{FirstName: "Vera", LastName: "Lind", Street: "Elm Street 1", City: "Berlin", Postcode: "10115", Country: "DE"}
	return sales.Draft{Source: sales.FromStorefront, WebsiteID: 1, ViewID: 1, GroupID: 1, Email: "vera@example.com", FirstName: "Vera", LastName: "Lind",
		Currency: "EUR", Billing: to, Shipping: &to, Totals: result, ShippingMethod: "flatrate", ShippingTitle: "Flat rate",
		PaymentMethod: "checkmo", PaymentTitle: "Check / Money order", State: sales.StateNew, Notify: true,
		Lines: []sales.DraftLine{{ProductID: 1, SKU: "mug", Name: "Mug", Kind: "simple", Qty: 3}}}
}

// A process that is killed at any moment loses nothing that it had said was
// done, and leaves nothing half done: numbers without gaps, for each document its
// row of the log, for each order one letter, the stock as the lines have it.
func TestKillingTheProcessLosesNothingAcknowledged(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			dsn := sqldbtest.DSN(t, engine)
			a := openCrashing(t, dsn)
			shop := catalogtest.New(t, a.DB)
			shop.Product("mug", func(p *catalog.Product) { p.Stock.OnHand = 1_000_000 })
			shop.Exec(`UPDATE store_view SET base_url = 'https://shop.test/' WHERE id = 1`)
			shop.Exec(`DELETE FROM store_view WHERE id > 1`)
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			said, mail := map[string]bool{}, t.TempDir()
			for n := range kills {
				sellUntilKilled(t, dsn, mail, 20+13*n, said)
				a := openCrashing(t, dsn)
				nothingIsLost(t, a, said)
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
			}
			everyLetterIsSentOnce(t, dsn, mail)
		})
	}
}

// everyLetterIsSentOnce delivers what is left, also what a killed process had
// claimed, and compares the messages with the outbox. A letter that was sent just
// before the kill is written again under the same message ID: one message.
func everyLetterIsSentOnce(t *testing.T, dsn, mail string) {
	t.Helper()
	a := openLater(t, dsn, mail, time.Hour)
	defer a.Close()
	ctx := actor.AsSystem(context.Background(), "crash")
	if err := a.Mail.Deliver(ctx); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(mail, "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int{}
	for _, file := range files {
		ids[strings.Split(filepath.Base(file), "-")[2]]++
	}
	letters, err := sqldb.All(ctx, a.DB.Reader(), sqldb.Value[int64], `SELECT id FROM mail_outbox WHERE sent_at IS NOT NULL`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := sqldb.One(ctx, a.DB.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM mail_outbox`)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "letters sent", int64(len(letters)), all)
	same(t, "messages", int64(len(files)), all)
	for _, id := range letters {
		if n := ids[fmt.Sprintf("%06d", id)]; n != 1 {
			t.Errorf("letter %d is %d messages", id, n)
		}
	}
}

// sellUntilKilled lets a process sell, and kills it after so many words.
func sellUntilKilled(t *testing.T, dsn, mail string, words int, said map[string]bool) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run=^TestShopThatIsKilled$", "-test.count=1")
	cmd.Env = append(os.Environ(), crashEnv+"="+dsn, "STOREHAND_TEST_MAIL="+mail)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	for heard := 0; ; {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		word, ok := strings.CutPrefix(strings.TrimSpace(line), "done ")
		if !ok {
			t.Errorf("the process says %q", line)
			continue
		}
		said[word] = true
		if heard++; heard == words {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the process was not killed: %v %s", err, errs.String())
	}
}

func nothingIsLost(t *testing.T, a *app.App, said map[string]bool) {
	t.Helper()
	ctx := context.Background()
	count := func(query string, args ...any) int64 {
		n, err := sqldb.One(ctx, a.DB.Reader(), sqldb.Value[int64], query, args...)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	tables := map[string]string{"order": "sales_order", "invoice": "sales_invoice", "shipment": "sales_shipment", "credit_memo": "sales_credit_memo"}
	actions := map[string]string{"order": "order.placed", "invoice": "invoice.created", "shipment": "shipment.created", "credit_memo": "credit_memo.created"}
	for kind, table := range tables {
		numbers, err := sqldb.All(ctx, a.DB.Reader(), sqldb.Value[string], `SELECT number FROM `+table+` ORDER BY number`)
		if err != nil {
			t.Fatal(err)
		}
		have := map[string]bool{}
		for n, number := range numbers {
			if want := fmt.Sprintf("%09d", n+1); number != want {
				t.Fatalf("%s %s stands where %s should", kind, number, want)
			}
			have[kind+" "+number] = true
		}
		for word := range said {
			if strings.HasPrefix(word, kind+" ") && !have[word] {
				t.Errorf("%s was acknowledged and is lost", word)
			}
		}
		same(t, "next number of "+kind, count(`SELECT COALESCE(MAX(next), 1) FROM sales_sequence WHERE kind = $1`, kind), int64(len(numbers))+1)
		same(t, "rows of the log of "+kind, count(`SELECT COUNT(*) FROM audit_log WHERE action = $1`, actions[kind]), int64(len(numbers)))
	}
	orders := count(`SELECT COUNT(*) FROM sales_order`)
	same(t, "letters of orders", count(`SELECT COUNT(*) FROM mail_outbox WHERE kind = 'order'`), orders)
	same(t, "orders with a letter", count(`SELECT COUNT(DISTINCT order_id) FROM mail_outbox WHERE kind = 'order'`), orders)
	same(t, "letters of invoices", count(`SELECT COUNT(*) FROM mail_outbox WHERE kind = 'invoice'`), count(`SELECT COUNT(*) FROM sales_invoice`))
	same(t, "lines of orders", count(`SELECT COUNT(*) FROM sales_order_item`), orders)
	same(t, "reserved", count(`SELECT reserved FROM product WHERE id = 1`), count(`SELECT COALESCE(SUM(reserved), 0) FROM sales_order_item`))
	same(t, "shipped", 1_000_000-count(`SELECT on_hand FROM product WHERE id = 1`), count(`SELECT COALESCE(SUM(qty_shipped), 0) FROM sales_order_item`))
	same(t, "invoiced", count(`SELECT COALESCE(SUM(invoiced), 0) FROM sales_order`), count(`SELECT COALESCE(SUM(grand_total), 0) FROM sales_invoice`))
	same(t, "refunded", count(`SELECT COALESCE(SUM(refunded), 0) FROM sales_order`), count(`SELECT COALESCE(SUM(grand_total), 0) FROM sales_credit_memo`))
}

func same(t *testing.T, what string, got, want int64) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %d, should be %d", what, got, want)
	}
}
