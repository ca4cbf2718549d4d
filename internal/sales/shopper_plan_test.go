package sales

import (
	"context"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// big are the tables that no page of the storefront may read from end to end.
var big = []string{"sales_order", "sales_order_item", "sales_order_address", "sales_comment", "sales_transaction", "sales_invoice", "sales_invoice_item",
	"sales_shipment", "sales_shipment_item", "sales_track", "sales_credit_memo", "sales_credit_memo_item"}

// lines gives each order of fill what its page reads beside the documents.
func lines(t *testing.T, db *sqldb.DB) {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "fill", func(ctx context.Context, tx *sqldb.Tx) error {
		for _, q := range []string{
			`INSERT INTO sales_order_item (order_id, position, product_id, sku, name, kind, virtual, price, price_incl_tax, original_price, tax_ppm, qty, row_total, discount, tax, compensation)
				SELECT id, 1, 1, 'S', 'Mug', 'simple', FALSE, 1, 1, 1, 0, 1, 1, 0, 0, 0 FROM sales_order`,
			`INSERT INTO sales_order_address (order_id, kind, first_name, last_name, street, city, country)
				SELECT id, 'billing', 'A', 'B', 'S', 'C', 'US' FROM sales_order`,
			`INSERT INTO sales_comment (order_id, document_kind, document_id, text, status, notified, visible, actor_kind, actor_id, actor_name, created_at)
				SELECT id, 'order', id, 'Hello', '', FALSE, TRUE, 'admin', 1, 'x', created_at FROM sales_order`,
			`INSERT INTO sales_invoice_item (invoice_id, order_item_id, qty, row_total, discount, tax, compensation)
				SELECT d.id, i.id, 1, 1, 0, 0, 0 FROM sales_invoice d JOIN sales_order_item i ON i.order_id = d.order_id`,
			`INSERT INTO sales_shipment_item (shipment_id, order_item_id, qty) SELECT d.id, i.id, 1 FROM sales_shipment d JOIN sales_order_item i ON i.order_id = d.order_id`,
			`INSERT INTO sales_track (shipment_id, carrier, title, number, created_at) SELECT id, 'ups', 'UPS', '1Z', created_at FROM sales_shipment`,
			`INSERT INTO sales_credit_memo_item (credit_memo_id, order_item_id, qty, row_total, discount, tax, compensation, restocked)
				SELECT d.id, i.id, 1, 1, 0, 0, 0, FALSE FROM sales_credit_memo d JOIN sales_order_item i ON i.order_id = d.order_id`,
		} {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNoOrderPageOfTheStorefrontReadsAWholeTable(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		fill(t, db, 5_000)
		lines(t, db)
		analyze(t, db)
		spy := sqldbtest.NewSpy(db)
		ctx := context.Background()
		o, err := load(ctx, spy, byNumber, formatNumber(1, 7))
		if err != nil || len(o.Items) != 1 || len(o.Comments) != 1 {
			t.Fatalf("%+v, %v", o, err)
		}
		if _, err := load(ctx, spy, byPublicID, o.PublicID); err != nil {
			t.Fatal(err)
		}
		for table, id := range map[documentTable]int64{invoiceTable: o.Invoices[0].ID, shipmentTable: o.Shipments[0].ID, memoTable: o.Memos[0].ID} {
			if lines, _, err := findDocument(ctx, spy, table, id, func(Full) bool { return true }); err != nil || len(lines) != 1 {
				t.Fatalf("%s: %v", table.name, err)
			}
		}
		spy.Asked = append(spy.Asked,
			sqldbtest.Question{Text: shippedLines, Args: []any{o.ID}},
			sqldbtest.Question{Text: ordersOfCustomer, Args: []any{int64(7), int64(1) << 62, int64(1) << 62, 21}},
		)
		if len(spy.Asked) < 30 {
			t.Errorf("only %d queries were seen", len(spy.Asked))
		}
		spy.MustSeek(t, big...)
	})
}
