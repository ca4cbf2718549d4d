package importer

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/magento/magentotest"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// anOrder is a row of two lines: 2 × 2.55 and 1 × 4.00 with 20 % tax and 1.00
// off, 3.00 delivery; all invoiced, the first line shipped.
const anOrder = `{"increment_id":"536365","state":"processing","status":"processing","created_at":"2010-12-01 08:26:00","updated_at":"2010-12-02 09:00:00",
"store_id":1,"customer_is_guest":0,"customer_email":"ann@example.com","customer_firstname":"Ann","customer_lastname":"Lee",
"base_currency_code":"GBP","order_currency_code":"GBP","subtotal":9.1,"discount_amount":-1.0000,"shipping_amount":"3.0000","tax_amount":0.6,
"grand_total":11.7,"total_paid":11.7,"shipping_description":"By cart","items":[
{"item_id":71,"sku":"mug","name":"Mug","product_type":"simple","qty_ordered":2.0000,"qty_invoiced":2,"qty_shipped":2,"price":2.5512,"row_total":5.1},
{"item_id":72,"sku":"bag","name":"Bag","product_type":"simple","qty_ordered":1,"qty_invoiced":1,"qty_shipped":0,"price":4,"row_total":4,"discount_amount":1,"tax_amount":0.6,"tax_percent":20}],
"billing_address":{"firstname":"Ann","lastname":"Lee","street":["1 High Street","Flat 2"],"city":"Leeds","postcode":"LS1","country_id":"GB","telephone":"1"},
"payment":{"method":"checkmo"}}`

// changed is a row with some texts replaced: old, new, …
func changed(row string, pairs ...string) string {
	return strings.ReplaceAll(strings.NewReplacer(pairs...).Replace(row), "\n", "")
}

const oneCustomer = "email,_website,_store,firstname,lastname,group_id\nann@example.com,base,default,Ann,Lee,2\n"

func (b *bench) importOrders(t testing.TB, o Options, rows ...string) Result {
	t.Helper()
	if o.Maps == nil {
		o.Maps = Maps{MapView: {"1": "default"}}
	}
	b.records = nil
	res, err := b.im.Orders(sqldbtest.Ctx(), written(t, "orders.jsonl", strings.Join(rows, "\n")), o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func (b *bench) importMemos(t testing.TB, o Options, rows ...string) Result {
	t.Helper()
	b.records = nil
	res, err := b.im.CreditMemos(sqldbtest.Ctx(), written(t, "creditmemos.jsonl", strings.Join(rows, "\n")), o)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// withOrder is a bench with Ann and her order.
func withOrder(t *testing.T, db *sqldb.DB) (*bench, sales.Full) {
	t.Helper()
	b := newBench(t, db)
	b.importCustomers(t, Options{}, written(t, "customers.csv", oneCustomer))
	if res := b.importOrders(t, Options{}, changed(anOrder)); res.Orders.Created != 1 || res.Failed() != 0 {
		t.Fatalf("%+v %v", res.Orders, res.First)
	}
	o, err := b.sales.FindNumber(t.Context(), "536365")
	if err != nil {
		t.Fatal(err)
	}
	return b, o
}

func TestAnOrderIsTakenAsTheFileSaysAndOnlyOnce(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, o := withOrder(t, db)
		if o.CustomerID == 0 || o.GroupID != 3 || o.ViewID != b.english || o.Source != sales.FromImport || o.State != sales.Processing || o.PlacedBy.Kind != "system" {
			t.Errorf("the order: %+v", o.Order)
		}
		if o.Subtotal != 910 || o.Discount != 100 || o.Tax != 60 || o.Order.Shipping != 300 || o.Grand != 1170 || o.Paid != 1170 || o.InvoicedTotal != 1170 || o.Due() != 0 {
			t.Errorf("its amounts: %+v, paid %d", o.Amounts, o.Paid)
		}
		if len(o.Items) != 2 || o.Items[0].Price != 255 || o.Items[1].TaxPPM != 200_000 || o.Items[1].ToShip() != 1 || o.Items[0].ToShip() != 0 || o.Items[1].ToInvoice() != 0 {
			t.Errorf("its lines: %+v", o.Items)
		}
		if len(o.Invoices) != 1 || o.Invoices[0].Grand != 1170 || len(o.Shipments) != 1 || o.Shipments[0].TotalQty != 2 || o.Billing.Street != "1 High Street\nFlat 2" {
			t.Errorf("its documents: %+v %+v", o.Invoices, o.Shipments)
		}
		res := b.importOrders(t, Options{}, changed(anOrder))
		if res.Orders.Unchanged != 1 || len(b.records) != 0 || b.count(t, "sales_order") != 1 {
			t.Errorf("the second run: %+v, %d records", res.Orders, len(b.records))
		}
		res = b.importOrders(t, Options{}, changed(anOrder, `"total_paid":11.7`, `"total_paid":12.7`, `"grand_total":11.7`, `"grand_total":12.7`, `"3.0000"`, `"4.0000"`))
		if res.Failed() != 1 || !strings.Contains(res.First[0].Error(), "has another total; it is left as it is") {
			t.Errorf("another order of that number: %+v %v", res.Orders, res.First)
		}
	})
}

func TestADryRunOfOrdersSaysTheSameAndWritesNothing(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		b.importCustomers(t, Options{}, written(t, "customers.csv", oneCustomer))
		rows := []string{changed(anOrder), changed(anOrder, "536365", "536366", `"subtotal":9.1`, `"subtotal":9.2`)}
		res := b.importOrders(t, Options{DryRun: true}, rows...)
		if res.Orders.Created != 1 || res.Failed() != 1 || b.count(t, "sales_order") != 0 || len(b.records) != 0 {
			t.Errorf("%+v, %d orders", res.Orders, b.count(t, "sales_order"))
		}
		if again := b.importOrders(t, Options{}, rows...); again.Orders != res.Orders {
			t.Errorf("in earnest: %+v, dry: %+v", again.Orders, res.Orders)
		}
	})
}

func TestAGuestsOrderStaysOneThoughThereIsSuchAnAccount(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, _ := withOrder(t, db)
		b.importOrders(t, Options{}, changed(anOrder, "536365", "536366", `"customer_is_guest":0`, `"customer_is_guest":1`))
		o, err := b.sales.FindNumber(t.Context(), "536366")
		if err != nil || !o.Guest() || o.Email != "ann@example.com" {
			t.Errorf("%+v, %v", o.Order, err)
		}
	})
}

func TestAnOrderThatCannotBeRightIsReportedAndNotTaken(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), sqldbtest.NewClock().Now)
	b := newBench(t, db)
	b.importCustomers(t, Options{}, written(t, "customers.csv", oneCustomer))
	for _, c := range []struct{ old, new, says string }{
		{`"subtotal":9.1`, `"subtotal":9.11`, "subtotal: The lines make 9.10, the order says 9.11."},
		{`"grand_total":11.7`, `"grand_total":117e-1`, `grand_total: "117e-1" is no amount in GBP`},
		{`"grand_total":11.7`, `"grand_total":11.705`, `grand_total: "11.705" is no amount in GBP`},
		{`"grand_total":11.7`, `"grand_total":[11.7]`, "is a JSON array"},
		{`"total_paid":11.7`, `"total_paid":5`, "total_paid: The lines make 11.70, the order says 5.00."},
		{`"qty_ordered":1,`, `"qty_ordered":1.5,`, `items.1.qty_ordered: "1.5" is no whole number`},
		{`"qty_invoiced":1,`, `"qty_invoiced":2,`, "2 invoiced and 0 canceled of 1 do not go together"},
		{`"qty_ordered":1,`, `"qty_ordered":-1,`, "A line has at least one piece."},
		{`ann@example.com`, `bob@example.com`, `customer_email: there is no customer "bob@example.com" on this website: import the customers first`},
		{`"store_id":1`, `"store_id":7`, `store_id: which store view is "7"? They are default, outlet, german; say it with --map view=7:CODE`},
		{`"2010-12-01 08:26:00"`, `"yesterday"`, `created_at: "yesterday" is no date`},
		{`"state":"processing"`, `"state":"lost"`, `state: "lost" is none of new`},
		{`"country_id":"GB"`, `"country_id":"Britain"`, `billing_address.country_id: "Britain" is no two-letter country code`},
		{`"increment_id":"536365"`, `"increment_id":""`, "increment_id: is empty"},
		{`"order_currency_code":"GBP"`, `"order_currency_code":"XXQ"`, "is no amount in XXQ"},
		{`{"item_id":71`, `"item_id":71`, "is broken JSON at byte"},
		{`"billing_address"`, `"billing"`, "billing_address: is missing"},
	} {
		res := b.importOrders(t, Options{}, "", changed(anOrder, c.old, c.new))
		if res.Failed() != 1 || !strings.Contains(res.First[0].Error(), c.says) || !strings.HasPrefix(res.First[0].Error(), "line 2: ") {
			t.Errorf("%s: %+v %v", c.new, res.Orders, res.First)
		}
	}
	if n := b.count(t, "sales_order") + b.count(t, "sales_order_item"); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func TestAFileThatIsNoJSONLinesIsExplained(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), sqldbtest.NewClock().Now)
	b := newBench(t, db)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprintln(z, changed(anOrder))
	z.Close()
	for _, c := range []struct{ name, text, says string }{
		{"a JSON array", "[\n" + anOrder + "]", "line 1: is a JSON array: this import reads one JSON object a line"},
		{"half a gzip file", packed.String()[:packed.Len()/2], "the file cannot be read any further: unexpected EOF"},
		{"no gzip file", "\x1f\x8bnothing of the kind", "begins like a gzip file and is none"},
	} {
		_, err := b.im.Orders(sqldbtest.Ctx(), written(t, "orders.jsonl", c.text), Options{})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, text := range []string{"email,_website\nann@example.com,base", "{\"increment_id\":\"\xff\"}"} {
		if res := b.importOrders(t, Options{}, text); res.Failed() == 0 {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestAnImportIsPackedOrPlain(t *testing.T) {
	db := sqldbtest.Open(t, sqldbtest.DSN(t, sqldb.SQLite), sqldbtest.NewClock().Now)
	b := newBench(t, db)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	fmt.Fprintln(z, "\ufeff"+changed(anOrder, `"customer_is_guest":0`, `"customer_is_guest":1`))
	z.Close()
	res, err := b.im.Orders(sqldbtest.Ctx(), written(t, "orders.jsonl.gz", packed.String()), Options{Maps: Maps{MapView: {"1": "default"}}})
	if err != nil || res.Orders.Created != 1 {
		t.Errorf("%+v %v %v", res.Orders, res.First, err)
	}
}

func TestNumbersGoOnAfterThoseThatCame(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, _ := withOrder(t, db)
		var own string
		if b.english != 1 {
			own = fmt.Sprint(b.english)
		}
		b.importOrders(t, Options{}, changed(anOrder, "536365", own+"000000041"), changed(anOrder, "536365", own+"000000007"))
		for _, kind := range []string{"order", "invoice", "shipment"} {
			next, err := sqldb.One(t.Context(), db.Reader(), sqldb.Value[int64], `SELECT next FROM sales_sequence WHERE kind = $1 AND store_view_id = $2`, kind, b.english)
			if err != nil || next != 42 {
				t.Errorf("the next %s has number %d, %v", kind, next, err)
			}
		}
	})
}

const aMemo = `{"increment_id":"C1","order_increment_id":"536365","created_at":"2010-12-05 10:00:00","subtotal":2.55,"grand_total":2.55,
"shipping_amount":0,"adjustment_positive":0,"adjustment_negative":0,"items":[{"order_item_id":71,"sku":"mug","qty":1,"price":2.55,"row_total":2.55}]}`

func TestACreditMemoIsTakenOntoItsOrder(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, _ := withOrder(t, db)
		if res := b.importMemos(t, Options{DryRun: true}, changed(aMemo)); res.CreditMemos.Created != 1 || b.count(t, "sales_credit_memo") != 0 {
			t.Fatalf("dry: %+v %v", res.CreditMemos, res.First)
		}
		if res := b.importMemos(t, Options{}, changed(aMemo)); res.CreditMemos.Created != 1 {
			t.Fatalf("%+v %v", res.CreditMemos, res.First)
		}
		o, err := b.sales.FindNumber(t.Context(), "536365")
		if err != nil || len(o.Memos) != 1 || o.Refunded != 255 || o.Items[0].RefundedQty != 1 || o.Invoices[0].Refunded != 255 || o.State != sales.Processing {
			t.Errorf("%+v, %v", o, err)
		}
		if res := b.importMemos(t, Options{}, changed(aMemo)); res.CreditMemos.Unchanged != 1 || len(b.records) != 0 {
			t.Errorf("again: %+v, %d records", res.CreditMemos, len(b.records))
		}
		rest := changed(aMemo, "C1", "C2", `"subtotal":2.55,"grand_total":2.55`, `"subtotal":6.55,"grand_total":9.15`, `"shipping_amount":0`, `"shipping_amount":3`,
			`"items":[`, `"items":[{"order_item_id":"72","qty":1},`)
		if res := b.importMemos(t, Options{}, rest); res.CreditMemos.Created != 1 {
			t.Fatalf("the rest: %+v %v", res.CreditMemos, res.First)
		}
		if o, err = b.sales.FindNumber(t.Context(), "536365"); err != nil || o.Refunded != o.Paid || o.State != sales.Closed {
			t.Errorf("all given back: %s, %d of %d, %v", o.State, o.Refunded, o.Paid, err)
		}
	})
}

func TestACreditMemoThatCannotBeRightIsReportedAndNotTaken(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b, _ := withOrder(t, db)
		for _, c := range []struct{ old, new, says string }{
			{`"grand_total":2.55`, `"grand_total":2.56`, "grand_total: The order's lines make 2.55, the credit memo says 2.56."},
			{`"qty":1`, `"qty":3`, "At most 2."},
			{`"order_item_id":71`, `"order_item_id":99`, `Order 536365 has no line "99".`},
			{`"order_increment_id":"536365"`, `"order_increment_id":"1"`, `there is no order "1": import the orders first`},
			{`"adjustment_positive":0`, `"adjustment_positive":20`, "The most money available to refund is"},
		} {
			res := b.importMemos(t, Options{}, changed(aMemo, c.old, c.new))
			if res.Failed() != 1 || !strings.Contains(res.First[0].Error(), c.says) {
				t.Errorf("%s: %+v %v", c.new, res.CreditMemos, res.First)
			}
		}
		if o, err := b.sales.FindNumber(t.Context(), "536365"); err != nil || o.Refunded != 0 || len(o.Memos) != 0 || o.Version != 1 {
			t.Errorf("the order was touched: %+v, %v", o.Order, err)
		}
	})
}

func TestTheRealQuarterAddsUp(t *testing.T) {
	shop := magentotest.Open(t)
	want := shop
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		b := newBench(t, db)
		b.importCustomers(t, Options{}, opened(t, shop.File("customers.csv")))
		for run := range 2 {
			b.records = nil
			orders, err := b.im.Orders(sqldbtest.Ctx(), opened(t, shop.File("orders.jsonl")), Options{Maps: Maps{MapView: {"1": "default"}}})
			if err != nil {
				t.Fatal(err)
			}
			memos, err := b.im.CreditMemos(sqldbtest.Ctx(), opened(t, shop.File("creditmemos.jsonl")), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if orders.Failed()+memos.Failed() != 0 || run == 1 && len(b.records) != 0 {
				t.Fatalf("run %d: %v %v, %d records", run, orders.First, memos.First, len(b.records))
			}
			got, same := want, want
			err = db.Reader().QueryRow(t.Context(), `SELECT (SELECT COUNT(*) FROM sales_order), (SELECT COUNT(*) FROM sales_order WHERE customer_id IS NULL),
				(SELECT COUNT(*) FROM sales_order_item), (SELECT CAST(SUM(grand_total) AS BIGINT) FROM sales_order),
				(SELECT COUNT(*) FROM sales_credit_memo), (SELECT CAST(SUM(grand_total) AS BIGINT) FROM sales_credit_memo)`).
				Scan(&got.Orders, &got.Guests, &got.Lines, &got.GrandTotal, &got.CreditMemos, &got.Refunded)
			if err != nil || got != same {
				t.Errorf("run %d: got %+v, want %+v, %v", run, got, same, err)
			}
		}
		open, err := sqldb.One(t.Context(), db.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM sales_order o WHERE o.paid <> o.grand_total
			OR o.refunded <> (SELECT CAST(COALESCE(SUM(m.grand_total), 0) AS BIGINT) FROM sales_credit_memo m WHERE m.order_id = o.id)
			OR (o.state = 'closed') <> (o.refunded = o.paid)`)
		if err != nil || open != 0 {
			t.Errorf("%d orders contradict their documents, %v", open, err)
		}
	})
}
