package sales

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

var rows = flag.Int("orders", 100_000, "orders in the benchmark's database")

var (
	benchFirst = strings.Fields("Anna Ben Clara David Emma Felix Greta Hugo Ida Jonas Klara Leon Mia Noah Olivia Paul Rosa Simon Tilda Vera")
	benchLast  = strings.Fields("Adler Berg Conti Dahl Eriksen Fischer Garcia Haas Ivanov Jansen Keller Lind Moreau Novak Olsen Peters Rossi Stern Tanaka Weber")
)

// fill adds n orders with an invoice, a shipment, a transaction and a
// credit memo each, many rows a statement.
func fill(tb testing.TB, db *sqldb.DB, n int) {
	tb.Helper()
	rnd := rand.New(rand.NewPCG(7, 7))
	const batch = 10_000
	for from := 0; from < n; from += batch {
		err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
			for i := from; i < min(from+batch, n); i += 50 {
				if err := fillSome(ctx, tx, rnd, i, min(i+50, n)); err != nil {
					return err
				}
			}
			return fillDocuments(ctx, tx, from, min(from+batch, n))
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func fillSome(ctx context.Context, tx *sqldb.Tx, rnd *rand.Rand, from, to int) error {
	var orders, words sqldb.Where
	var values, found []string
	for i := from; i < to; i++ {
		id := int64(i + 1)
		name := benchFirst[rnd.IntN(20)] + " " + fmt.Sprintf("%s%c%c", benchLast[rnd.IntN(20)], 'a'+rnd.IntN(26), 'a'+rnd.IntN(26))
		o := Order{ID: id, Number: formatNumber(1, id), Email: strings.ReplaceAll(strings.ToLower(name), " ", ".") + fmt.Sprint(i, "@example.com"), BillName: name, ShipName: name}
		status := []string{"complete", "complete", "complete", "processing", "pending", "closed", "canceled"}[rnd.IntN(7)]
		var stay any
		if i%500 == 0 {
			stay = id
		}
		values = append(values, orders.Bind("(?, ?, ?, 'storefront', ?, 1, ?, 2, ?, ?, 'A', 'B', ?, ?, ?, ?, ?, ?, 'EUR', 'EUR', FALSE, FALSE, 1, 100, 0, 0, 0, 0, 0, 0, ?, '', '', '', '', 'customer', 1, 'x', ?, ?, ?)",
			id, "p"+o.Number, o.Number, 1+id%2, 1+rnd.IntN(1+to/4), o.Email, o.Email, name, customer.Fold(name), name, customer.Fold(name),
			status, status, rnd.IntN(50_000), stay, id*1_000_000, id*1_000_000))
		Terms(o, func(text string, shared int) { found = append(found, words.Bind("(?, ?, ?)", text, id, shared)) })
	}
	_, err := tx.Exec(ctx, `INSERT INTO sales_order (id, public_id, number, source, website_id, store_view_id, customer_id, group_id, email, email_key, first_name, last_name,
		bill_name, bill_key, ship_name, ship_key, state, status, currency, base_currency, virtual, prices_include_tax, total_qty,
		subtotal, discount, shipping, shipping_discount, shipping_tax, tax, compensation, grand_total, shipping_method, shipping_title, payment_method, payment_title,
		actor_kind, actor_id, actor_name, impersonation_id, created_at, updated_at) VALUES `+strings.Join(values, ", "), orders.Args()...)
	if err == nil {
		_, err = tx.Exec(ctx, `INSERT INTO sales_order_term (term, order_id, shared) VALUES `+strings.Join(found, ", "), words.Args()...)
	}
	return err
}

func fillDocuments(ctx context.Context, tx *sqldb.Tx, from, to int) error {
	for _, q := range []string{
		`INSERT INTO sales_invoice (number, order_id, state, total_qty, subtotal, discount, shipping, shipping_discount, shipping_tax, tax, compensation, grand_total,
			actor_kind, actor_id, actor_name, created_at, website_id) SELECT number, id, 'paid', 1, 1, 0, 0, 0, 0, 0, 0, grand_total, 'admin', 1, 'x', created_at, website_id FROM sales_order WHERE id > $1 AND id <= $2`,
		`INSERT INTO sales_shipment (number, order_id, total_qty, actor_kind, actor_id, actor_name, created_at, website_id)
			SELECT number, id, 1, 'admin', 1, 'x', created_at, website_id FROM sales_order WHERE id > $1 AND id <= $2`,
		`INSERT INTO sales_transaction (order_id, kind, state, provider, reference, amount, created_at, website_id)
			SELECT id, 'capture', 'done', 'fakepay', number, 1, created_at, website_id FROM sales_order WHERE id > $1 AND id <= $2`,
		`INSERT INTO sales_credit_memo (number, order_id, online, total_qty, subtotal, discount, shipping, shipping_tax, tax, compensation, adjustment_refund, adjustment_fee, grand_total,
			actor_kind, actor_id, actor_name, created_at, website_id) SELECT number, id, FALSE, 1, 1, 0, 0, 0, 0, 0, 0, 0, grand_total, 'admin', 1, 'x', created_at, website_id FROM sales_order WHERE id > $1 AND id <= $2`,
	} {
		if _, err := tx.Exec(ctx, q, from, to); err != nil {
			return err
		}
	}
	return nil
}

// scenario is what a list is asked for; few says how its matches are fetched.
type scenario struct {
	name string
	p    listing.Plan
	few  bool
}

func scenarios() []scenario {
	yes, low := true, int64(49_900)
	day := time.UnixMicro(5_000 * 1_000_000)
	var all []scenario
	orders := func(name string, few bool, f OrderFilter) { all = append(all, scenario{name, f.plan(), few}) }
	orders("all, newest first", false, OrderFilter{})
	orders("all by bill-to name", false, OrderFilter{Sort: "bill_name"})
	orders("all by status", false, OrderFilter{Sort: "status", Desc: true})
	orders("all by total", false, OrderFilter{Sort: "total"})
	orders("number", true, OrderFilter{Number: "4711"})
	orders("e-mail", true, OrderFilter{Email: "vera.linda"})
	orders("bill-to, few", true, OrderFilter{BillName: "vera lindaa"})
	orders("bill-to, many, by it", false, OrderFilter{BillName: "v", Sort: "bill_name"})
	orders("ship-to, few", true, OrderFilter{ShipName: "vera lindaa"})
	orders("status, newest first", false, OrderFilter{Status: "complete"})
	orders("state processing", false, OrderFilter{State: Processing})
	orders("status of a website", false, OrderFilter{Status: "pending", Websites: []int64{2}})
	orders("website of the role", false, OrderFilter{Websites: []int64{2}})
	orders("dates", true, OrderFilter{From: day, To: day.Add(time.Minute)})
	orders("dates of a website", false, OrderFilter{From: day, Websites: []int64{2}})
	orders("dates of a status, by total", true, OrderFilter{From: day, To: day.Add(time.Minute), Status: "pending", Sort: "total"})
	orders("websites of the role", false, OrderFilter{Websites: []int64{1, 2}})
	orders("websites of the role, few", true, OrderFilter{Websites: []int64{7, 9}})
	orders("ship-to, many, by it", false, OrderFilter{ShipName: "v", Sort: "ship_name"})
	orders("by website, backwards", false, OrderFilter{Sort: "website", Desc: true})
	orders("currency of a view", false, OrderFilter{ViewID: 1, Currency: "EUR"})
	orders("totals, few", true, OrderFilter{TotalFrom: &low})
	orders("view", true, OrderFilter{ViewID: 9})
	orders("customer", true, OrderFilter{CustomerID: 7})
	orders("assisted", true, OrderFilter{Assisted: &yes})
	orders("stay", true, OrderFilter{StayID: 501})
	orders("keyword, few", true, OrderFilter{Keyword: "lindaa"})
	orders("keyword, many", false, OrderFilter{Keyword: "a"})
	orders("keyword, number", true, OrderFilter{Keyword: "4711"})
	orders("keyword, website of the role", false, OrderFilter{Keyword: "vera li", Websites: []int64{2}})
	orders("keyword, few, by name", true, OrderFilter{Keyword: "lindaa", Sort: "bill_name"})
	for _, d := range []documents{invoiceDocs, shipmentDocs, memoDocs, transactionDocs} {
		docs := func(name string, few bool, f DocFilter) {
			all = append(all, scenario{d.table + " " + name, f.plan(d), few})
		}
		docs("all", false, DocFilter{})
		docs("by order", false, DocFilter{Sort: "order"})
		docs("of an order", true, DocFilter{OrderNumber: "4711"})
		docs("by its id", true, DocFilter{OrderID: 4711})
		docs("bill-to", true, DocFilter{BillName: "vera lindaa"})
		docs("website of the role", false, DocFilter{Websites: []int64{2}})
		docs("website of the role, few", true, DocFilter{Websites: []int64{9}})
		docs("websites of the role", false, DocFilter{Websites: []int64{1, 2}})
		docs("websites of the role, few", true, DocFilter{Websites: []int64{7, 9}})
		docs("dates of a website", false, DocFilter{From: day, Websites: []int64{2}})
		docs("a website's, of a customer", true, DocFilter{CustomerID: 7, WebsiteID: 2})
		docs("dates", true, DocFilter{From: day, To: day.Add(time.Minute), Websites: []int64{2}})
		docs("customer", true, DocFilter{CustomerID: 7})
	}
	return all
}

func analyze(t testing.TB, db *sqldb.DB) {
	t.Helper()
	if db.Engine() != sqldb.Postgres { // does it by itself; SQLite must do without
		return
	}
	err := db.Upkeep(sqldbtest.Ctx(), "analyze", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, `ANALYZE`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoListOfOrdersOrDocumentsReadsOrSortsAWholeTable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 20_000)
		analyze(t, db)
		for _, sc := range scenarios() {
			p := sc.p
			count, args := p.CountSQL()
			if plan := sqldbtest.Explain(t, db, count, args); p.Led() && fullScan(plan) { // else it stops at the limit
				t.Errorf("%s: the count reads the whole table:\n%s\n%s", sc.name, plan, count)
			}
			page, args := p.PageSQL(sc.few)
			plan := sqldbtest.Explain(t, db, page, args)
			sorts := strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "Sort")
			if (sc.few || sorts) && fullScan(plan) {
				t.Errorf("%s: the page reads the whole table:\n%s\n%s", sc.name, plan, page)
			}
			if sorts && !sc.few {
				t.Errorf("%s: the page is sorted:\n%s\n%s", sc.name, plan, page)
			}
		}
	})
}

// fullScan finds a read of a table or an index that does not stop at a limit.
func fullScan(plan string) bool {
	above := ""
	for line := range strings.Lines(plan) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "Seq Scan on sales_") && !strings.Contains(above, "Limit") {
			return true
		}
		if (strings.HasPrefix(line, "SCAN o") || strings.HasPrefix(line, "SCAN d")) && !strings.Contains(line, "USING INDEX sales_order_stay") &&
			!strings.Contains(line, "USING COVERING INDEX sales_order_stay") {
			return true
		}
		above = line
	}
	return false
}

func TestAWebsitesDocumentsAreReadWithoutTheOthers(t *testing.T) {
	day := time.UnixMicro(5_000 * 1_000_000)
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 5_000)
		err := db.Upkeep(sqldbtest.Ctx(), "one", func(ctx context.Context, tx *sqldb.Tx) error { // in each list, one row of a third website
			for _, table := range []string{"sales_order", "sales_invoice", "sales_shipment", "sales_credit_memo", "sales_transaction"} {
				if _, err := tx.Exec(ctx, "UPDATE "+table+" SET website_id = 3 WHERE id = 17"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		analyze(t, db)
		plans := map[string]listing.Plan{"orders": OrderFilter{Websites: []int64{3}, To: day}.plan()}
		for _, d := range []documents{invoiceDocs, shipmentDocs, memoDocs, transactionDocs} {
			plans[d.table] = DocFilter{Websites: []int64{3}}.plan(d)
			plans[d.table+", dates"] = DocFilter{Websites: []int64{3}, To: day}.plan(d)
			plans[d.table+", websites"] = DocFilter{Websites: []int64{3, 4}}.plan(d)
		}
		for name, p := range plans {
			count, args := p.CountSQL()
			var fit, looked int
			err := db.Reader().QueryRow(t.Context(), count, args...).Scan(&fit, &looked)
			if err != nil || fit != 1 || looked != 1 {
				t.Errorf("%s: %d fit, %d were looked at: %v", name, fit, looked, err)
			}
			text, args := p.PageSQL(false)
			if plan := sqldbtest.Explain(t, db, text, args); !strings.Contains(name, "websites") && !strings.Contains(plan, "_website") {
				t.Errorf("%s is walked by another index:\n%s\n%s", name, plan, text)
			}
		}
	})
}

func TestTheFiguresReadTheirDaysOnly(t *testing.T) {
	since := time.UnixMicro(19_000 * 1_000_000)
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 20_000)
		analyze(t, db)
		for _, websites := range [][]int64{nil, {}, {2}, {1, 2}} {
			text, args := figuresSQL(websites, since)
			plan := sqldbtest.Explain(t, db, text, args)
			if strings.Contains(plan, "Seq Scan on sales_order") || fullScanSQLite(plan) || !strings.Contains(plan, "sales_order_created") && !strings.Contains(plan, "sales_order_website") {
				t.Errorf("websites %v:\n%s", websites, plan)
			}
		}
	})
}

func TestAnOrderIsReadByItsIndexes(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 5_000)
		analyze(t, db)
		for _, q := range []string{
			`SELECT ` + orderColumns + ` FROM sales_order o WHERE o.number = $1`,
			`SELECT ` + orderColumns + ` FROM sales_order o WHERE o.place_key = $1`,
			`SELECT ` + itemColumns + ` FROM sales_order_item i WHERE i.order_id = $1 ORDER BY i.position, i.id`,
			`SELECT l.qty FROM sales_invoice d JOIN sales_invoice_item l ON l.invoice_id = d.id WHERE d.order_id = $1 ORDER BY l.invoice_id, l.order_item_id`,
			`SELECT t.id FROM sales_shipment d JOIN sales_track t ON t.shipment_id = d.id WHERE d.order_id = $1 ORDER BY t.id`,
			`SELECT ` + orderColumns + ` FROM sales_order o WHERE o.customer_id = $1 AND (o.created_at, o.id) < (1, 2) ORDER BY o.created_at DESC, o.id DESC LIMIT 20`,
			`SELECT id FROM sales_order WHERE state = 'pending_payment' AND created_at < $1 ORDER BY created_at, id LIMIT 100`,
		} {
			var arg any = int64(7)
			if strings.Contains(q, "number =") || strings.Contains(q, "place_key =") {
				arg = "000000007"
			}
			if plan := sqldbtest.Explain(t, db, q, []any{arg}); strings.Contains(plan, "Seq Scan on sales_order o") || strings.Contains(plan, "Seq Scan on sales_order ") ||
				strings.Contains(plan, "Seq Scan on sales_invoice d") || strings.Contains(plan, "Seq Scan on sales_shipment d") || fullScanSQLite(plan) {
				t.Errorf("reads a whole table:\n%s\n%s", plan, q)
			}
		}
	})
}

func fullScanSQLite(plan string) bool {
	for line := range strings.Lines(plan) {
		if strings.HasPrefix(strings.TrimSpace(line), "SCAN") {
			return true
		}
	}
	return false
}

// BenchmarkGrid measures a page with its total; -orders says of how many.
func BenchmarkGrid(b *testing.B) {
	for _, engine := range sqldbtest.Engines {
		db := sqldbtest.Open(b, sqldbtest.DSN(b, engine), time.Now)
		fill(b, db, *rows)
		analyze(b, db)
		for _, sc := range scenarios() {
			b.Run(string(engine)+"/"+strings.ReplaceAll(sc.name, " ", "_"), func(b *testing.B) {
				var took []time.Duration
				for b.Loop() {
					start := time.Now()
					p := sc.p
					var fit, looked int
					count, args := p.CountSQL()
					if err := db.Reader().QueryRow(b.Context(), count, args...).Scan(&fit, &looked); err != nil {
						b.Fatal(err)
					}
					text, args := p.PageSQL(looked <= sortCap)
					if _, err := sqldb.All(b.Context(), db.Reader(), func(sqldb.Scanner) (struct{}, error) { return struct{}{}, nil }, text, args...); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			})
		}
	}
}
