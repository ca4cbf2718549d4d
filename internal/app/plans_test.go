package app_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// ofOrders are the tables that grow with every order.
var ofOrders = []string{"sales_order", "sales_order_item", "sales_order_address", "sales_order_term", "sales_comment", "sales_transaction",
	"sales_invoice", "sales_invoice_item", "sales_shipment", "sales_shipment_item", "sales_track", "sales_credit_memo", "sales_credit_memo_item"}

// TestNoPageAndNoChangeReadsAllOrdersItemsOrDocuments walks through the pages
// with orders on them, orders and fulfils, and asks of every statement that this
// led to how the database goes about it.
func TestNoPageAndNoChangeReadsAllOrdersItemsOrDocuments(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("vera@example.com")
		m.documents(o)
		other := m.sold("noah@example.com")
		m.paidOnline()
		m.multiply(3_000)
		spy := sqldbtest.Listen(m.DB)
		m.walkAdmin(o)
		m.walkStore(o)
		m.walkDeeds(other)
		if len(spy.Asked) < 150 {
			t.Errorf("only %d statements were heard", len(spy.Asked))
		}
		spy.MustStop(t, ofOrders...)
	})
}

// multiply copies every order with all that belongs to it.
func (m merchant) multiply(n int) {
	m.Helper()
	err := m.DB.Upkeep(sqldbtest.Ctx(), "multiply", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, table := range ofOrders {
			columns, err := columnsOf(ctx, tx, table)
			if err != nil {
				return err
			}
			if err := copyRows(ctx, tx, n, table, columns, copied, ""); err != nil {
				return fmt.Errorf("%s: %w", table, err)
			}
		}
		if tx.Hold() != "" { // PostgreSQL; SQLite has to do without
			_, err := tx.Exec(ctx, "ANALYZE")
			return err
		}
		return nil
	})
	if err != nil {
		m.Fatal(err)
	}
}

// columnsOf are the names of a table's columns.
func columnsOf(ctx context.Context, tx *sqldb.Tx, table string) ([]string, error) {
	rows, err := tx.Query(ctx, "SELECT * FROM "+table+" LIMIT 0")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	return rows.Columns()
}

// copyRows puts n copies of the rows that which chooses beside them; value is
// what a column holds in copy n.i of row x.
func copyRows(ctx context.Context, tx *sqldb.Tx, n int, table string, columns []string, value func(column string) string, which string) error {
	values := make([]string, len(columns))
	for i, c := range columns {
		values[i] = value(c)
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s (%s) SELECT %s FROM %s x, n%s`,
		n, table, strings.Join(columns, ", "), strings.Join(values, ", "), table, which))
	return err
}

// copied is the value of a column in the copy.
func copied(column string) string {
	switch {
	case column == "id" || slices.Contains([]string{"order_id", "order_item_id", "invoice_id", "shipment_id", "credit_memo_id", "document_id"}, column):
		return "1000000 + n.i * 100 + x." + column
	case column == "number" || column == "public_id" || column == "reference" || column == "term" || strings.HasPrefix(column, "email") || strings.HasPrefix(column, "bill_") || strings.HasPrefix(column, "ship_"):
		return "n.i || '-' || x." + column
	case column == "place_key" || column == "customer_id" || column == "impersonation_id":
		return "NULL"
	case column == "created_at":
		return "x.created_at - n.i * 3600000000"
	}
	return "x." + column
}

// paidOnline is an order with a transaction and a parcel.
func (m merchant) paidOnline() {
	m.Helper()
	a := accounts{merchant: m, online: true, staff: signIn(webtest.New(m), m.Shop, "admin")}
	a.settled(a.bought(payment.FakeCode))
}

func (m merchant) walkAdmin(o sales.Full) {
	m.Helper()
	tab := signIn(webtest.New(m), m.Shop, "admin")
	full := m.order(o.ID)
	id := func(n int64) string { return strconv.FormatInt(n, 10) }
	paths := []string{"/", "/?q=" + o.Number, "/?q=vera", "/customers", "/customers/1", "/customers/1/orders", "/customers/1/cart", "/customers/1/assistance", "/system/outbox", "/system/outbox?order=" + id(o.ID),
		"/sales/orders/new", "/sales/orders/new?customer=1", "/sales/orders/new?view=1", "/sales/orders.csv?q=" + o.Number}
	for _, part := range []string{"", "/invoices", "/shipments", "/creditmemos", "/comments", "/assistance", "/invoice", "/ship", "/creditmemo", "/reorder", "/cancel", "/address/billing", "/pdf"} {
		paths = append(paths, orderAt(o, part))
	}
	for _, list := range []string{"/sales/orders", "/sales/invoices", "/sales/shipments", "/sales/creditmemos", "/sales/transactions"} {
		for _, q := range []string{"", "?q=vera", "?q=" + o.Number, "?bill=Lind", "?sort=-total", "?sort=bill_name", "?from=2025-01-01&to=2026-12-31", "?view=1", "?website=1", "?status=processing", "?order=" + o.Number, "?min=100&max=120"} {
			paths = append(paths, list+q)
		}
	}
	for at, n := range map[string]int64{"invoices": full.Invoices[0].ID, "shipments": full.Shipments[0].ID, "creditmemos": full.Memos[0].ID} {
		paths = append(paths, "/sales/"+at+"/"+id(n), "/sales/"+at+"/"+id(n)+"/pdf")
	}
	for _, path := range paths {
		if tab.Visit(m.Admin(path)); tab.Status >= 400 {
			m.Errorf("%s answers %d", path, tab.Status)
		}
	}
}

func (m merchant) walkStore(o sales.Full) {
	m.Helper()
	full := m.order(o.ID)
	tab := shopIn(webtest.New(m), m, "vera@example.com")
	base := "/account/orders/" + o.Number
	for _, path := range []string{"/account", "/account/orders", base, base + "/print", base + "/invoices/" + full.Invoices[0].Number, base + "/shipments/" + full.Shipments[0].Number,
		base + "/refunds/" + full.Memos[0].Number, "/account/assistance", "/cart"} {
		if tab.Visit(m.Store("english", path)); tab.Status >= 400 {
			m.Errorf("%s answers %d", path, tab.Status)
		}
	}
	tab.Visit(m.Store("english", base)).Form(base + "/reorder").Submit()
	tab.Form("/cart/coupon").Set("coupon", "SAVE10").Submit()
	tab.Visit(m.Store("english", "/checkout")).Form("/checkout").Submit()
	tab.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
	tab.Form("/checkout/place").Submit()
	tab.MustContain("Thank you for your order")
	guest := webtest.New(m).Open(m.Store("english", "/orders/guest"))
	guest.Form("/orders/guest").Set("number", o.Number).Set("email", "nobody@example.com").Set("last_name", "Lind").Submit("Find my order")
}

// walkDeeds takes an order through everything that staff can do to it.
func (m merchant) walkDeeds(o sales.Full) {
	m.Helper()
	tab := signIn(webtest.New(m), m.Shop, "admin")
	press := func(path, button string) {
		tab.Visit(m.Admin(orderAt(o, path)))
		if tab.Form(orderAt(o, path)).Submit(button); tab.Status >= 400 {
			m.Errorf("%s answers %d", path, tab.Status)
		}
	}
	for _, deed := range []string{"/hold", "/unhold", "/email", "/payment-link"} {
		tab.Visit(m.Admin(orderAt(o, "")))
		tab.Form(orderAt(o, deed)).Submit()
	}
	tab.Visit(m.Admin(orderAt(o, "/invoice")))
	tab.Form(orderAt(o, "/invoice")).Set(qtyOf(o, 1), "0").Submit("Submit Invoice")
	tab.Visit(m.Admin(orderAt(o, "/ship")))
	tab.Form(orderAt(o, "/ship")).Set(qtyOf(o, 1), "0").Submit("Submit Shipment")
	press("/creditmemo", "Refund Offline")
	tab.Visit(m.Admin(orderAt(o, "/comments")))
	tab.Form(orderAt(o, "/comments")).Set("comment", "Called").Submit()
	tab.Visit(m.Admin(orderAt(o, "/cancel")))
	tab.Form(orderAt(o, "/cancel")).Submit()
	if err := m.App.Mail.Deliver(m.Context()); err != nil {
		m.Error(err)
	}
}
