package sales

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
)

// documents is a kind of document as lists see it.
type documents struct {
	table, columns string
	number         string // column
	state          string // column that DocFilter.State is about
	total          string // column
	sorts          map[string]sorting
}

func (d documents) source() source {
	return source{table: d.table, id: "d.id", columns: d.columns, other: "sales_order o", link: "o.id = d.order_id"}
}

var (
	docCreated = sorting{{"d.created_at", false}, {"d.id", false}}
	docOrder   = sorting{{"d.order_id", false}, {"d.id", false}}
	docNumber  = sorting{{"d.number", true}}
	docTotal   = sorting{{"d.grand_total", false}, {"d.id", false}}
	docState   = sorting{{"d.state", true}, {"d.created_at", false}, {"d.id", false}}

	invoiceDocs = documents{"sales_invoice d", invoiceColumns, "d.number", "d.state", "d.grand_total",
		map[string]sorting{"created": docCreated, "order": docOrder, "number": docNumber, "total": docTotal, "status": docState}}
	shipmentDocs = documents{"sales_shipment d", shipmentColumns, "d.number", "", "",
		map[string]sorting{"created": docCreated, "order": docOrder, "number": docNumber}}
	memoDocs = documents{"sales_credit_memo d", memoColumns, "d.number", "", "d.grand_total",
		map[string]sorting{"created": docCreated, "order": docOrder, "number": docNumber, "total": docTotal}}
	transactionDocs = documents{"sales_transaction d", strings.ReplaceAll(transactionColumns, "t.", "d."), "", "d.kind", "d.amount",
		map[string]sorting{"created": docCreated, "order": docOrder}}
)

// DocSorts are the keys that lists of a kind of document can be sorted by.
func DocSorts(kind DocKind) []string {
	return slices.Sorted(maps.Keys(map[DocKind]documents{InvoiceDoc: invoiceDocs, ShipmentDoc: shipmentDocs, CreditMemoDoc: memoDocs, TransactionDoc: transactionDocs}[kind].sorts))
}

// TransactionDoc stands for transactions among the kinds of lists.
const TransactionDoc DocKind = "transaction"

// InvoiceGrid returns one page of invoices.
func (s *Service) InvoiceGrid(ctx context.Context, f DocFilter) (InvoicePage, error) {
	return docPage(ctx, s.db.Reader(), invoiceDocs, f, (*Invoice).dest, func(d Invoice) int64 { return d.OrderID })
}

// ShipmentGrid returns one page of shipments, without their parcels.
func (s *Service) ShipmentGrid(ctx context.Context, f DocFilter) (ShipmentPage, error) {
	return docPage(ctx, s.db.Reader(), shipmentDocs, f, (*Shipment).dest, func(d Shipment) int64 { return d.OrderID })
}

// MemoGrid returns one page of credit memos.
func (s *Service) MemoGrid(ctx context.Context, f DocFilter) (MemoPage, error) {
	return docPage(ctx, s.db.Reader(), memoDocs, f, (*CreditMemo).dest, func(d CreditMemo) int64 { return d.OrderID })
}

// TransactionGrid returns one page of transactions.
func (s *Service) TransactionGrid(ctx context.Context, f DocFilter) (TransactionPage, error) {
	return docPage(ctx, s.db.Reader(), transactionDocs, f, (*Transaction).dest, func(d Transaction) int64 { return d.OrderID })
}

func docPage[D any](ctx context.Context, q sqldb.Querier, d documents, f DocFilter, dest func(*D) []any, orderID func(D) int64) (DocPage[D], error) {
	p := f.plan(d)
	n, err := p.count(ctx, q)
	if err != nil {
		return DocPage[D]{}, err
	}
	l, err := page(ctx, q, p, n.scanned <= sortCap, dest)
	if err != nil {
		return DocPage[D]{}, err
	}
	found := DocPage[D]{Total: n.total, More: n.more, Next: l.next, Prev: l.prev}
	ids := make([]int64, len(l.rows))
	for n, doc := range l.rows {
		ids[n] = orderID(doc)
	}
	orders, err := loadOrders(ctx, q, ids)
	for n, doc := range l.rows {
		found.Rows = append(found.Rows, DocRow[D]{Doc: doc, Order: orders[ids[n]]})
	}
	return found, err
}

// loadOrders reads orders by their ids: one query.
func loadOrders(ctx context.Context, q sqldb.Querier, ids []int64) (map[int64]Order, error) {
	orders := map[int64]Order{}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return orders, nil
	}
	found, err := sqldb.All(ctx, q, scanOrder, `WITH v AS (`+sqldb.Values(len(ids), "BIGINT")+`)
		SELECT `+orderColumns+` FROM v CROSS JOIN sales_order o WHERE o.id = v.column1`, sqldb.Any(ids)...)
	for _, o := range found {
		orders[o.ID] = o
	}
	return orders, err
}

func (f DocFilter) plan(d documents) plan {
	p := plan{source: d.source(), conds: f.conds(d), cursor: f.Cursor, size: pageSize(f.Size), order: docCreated, desc: true}
	if o, ok := d.sorts[f.Sort]; ok {
		p.order, p.desc = o, f.Desc
	}
	return p
}

func (f DocFilter) conds(d documents) []cond {
	var all []cond
	add := func(wanted bool, c cond) {
		if wanted {
			c.other = strings.HasPrefix(c.column, "o.") || strings.HasPrefix(c.text, "o.")
			if c.other {
				c.leads = ""
			}
			all = append(all, c)
		}
	}
	keyword := clean(f.Keyword)
	asNumber := strings.Trim(keyword, "#0123456789") == ""
	add(keyword != "" && asNumber && d.number != "", numberIs(d.number, keyword))
	add(keyword != "" && !asNumber, prefix("o.bill_key", customer.Fold(keyword)))
	add(clean(f.Number) != "" && d.number != "", numberIs(d.number, f.Number))
	add(f.OrderID != 0, cond{column: "d.order_id", text: "d.order_id = ?", args: []any{f.OrderID}})
	add(clean(f.OrderNumber) != "" || keyword != "" && asNumber && d.number == "", numberIs("o.number", f.OrderNumber+keyword))
	add(f.CustomerID != 0, is("o", "customer_id", f.CustomerID))
	add(clean(f.BillName) != "", prefix("o.bill_key", customer.Fold(f.BillName)))
	add(!f.From.IsZero() || !f.To.IsZero(), between("d.created_at", f.From, f.To))
	add(f.State != "" && d.state == "d.state", cond{column: d.state, leads: "d.created_at", text: d.state + " = ?", args: []any{f.State}})
	add(f.State != "" && d.state == "d.kind", usual("d.kind = ?", f.State))
	add((f.TotalFrom != nil || f.TotalTo != nil) && d.total != "", amount(d.total, f.TotalFrom, f.TotalTo))
	add(f.WebsiteID != 0, is("d", "website_id", f.WebsiteID))
	add(f.Websites != nil, amongWebsites("d", f.Websites))
	return narrowed(all)
}
