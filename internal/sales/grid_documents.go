package sales

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// documents is a kind of document as lists see it.
type documents struct {
	table, columns string
	number         string // column
	state          string // column that DocFilter.State is about
	total          string // column
	sorts          map[string]listing.Order
}

func (d documents) source() listing.Source {
	return listing.Source{Table: d.table, ID: "d.id", Columns: d.columns, Other: "sales_order o", Link: "o.id = d.order_id"}
}

var (
	docID        = listing.Column{SQL: "d.id"}
	docCreatedAt = listing.Column{SQL: "d.created_at"}

	docCreated = listing.Order{docCreatedAt, docID}
	docOrder   = listing.Order{{SQL: "d.order_id"}, docID}
	docNumber  = listing.Order{{SQL: "d.number", Text: true}}
	docTotal   = listing.Order{{SQL: "d.grand_total"}, docID}
	docState   = listing.Order{{SQL: "d.state", Text: true}, docCreatedAt, docID}

	invoiceDocs = documents{"sales_invoice d", invoiceColumns, "d.number", "d.state", "d.grand_total",
		map[string]listing.Order{"created": docCreated, "order": docOrder, "number": docNumber, "total": docTotal, "status": docState}}
	shipmentDocs = documents{"sales_shipment d", shipmentColumns, "d.number", "", "",
		map[string]listing.Order{"created": docCreated, "order": docOrder, "number": docNumber}}
	memoDocs = documents{"sales_credit_memo d", memoColumns, "d.number", "", "d.grand_total",
		map[string]listing.Order{"created": docCreated, "order": docOrder, "number": docNumber, "total": docTotal}}
	transactionDocs = documents{"sales_transaction d", strings.ReplaceAll(transactionColumns, "t.", "d."), "", "d.kind", "d.amount",
		map[string]listing.Order{"created": docCreated, "order": docOrder}}
)

// DocSorts are the keys that lists of a kind of document can be sorted by.
func DocSorts(kind DocKind) []string {
	return slices.Sorted(maps.Keys(map[DocKind]documents{InvoiceDoc: invoiceDocs, ShipmentDoc: shipmentDocs, CreditMemoDoc: memoDocs, TransactionDoc: transactionDocs}[kind].sorts))
}

// TransactionDoc stands for transactions among the kinds of lists.
const TransactionDoc DocKind = "transaction"

// InvoiceGrid returns one page of invoices.
func (s *Service) InvoiceGrid(ctx context.Context, f DocFilter) (InvoicePage, error) {
	return docPage(ctx, s.db.Reader(), f.plan(invoiceDocs), (*Invoice).dest, func(d Invoice) int64 { return d.OrderID })
}

// ShipmentGrid returns one page of shipments, without their parcels.
func (s *Service) ShipmentGrid(ctx context.Context, f DocFilter) (ShipmentPage, error) {
	return docPage(ctx, s.db.Reader(), f.plan(shipmentDocs), (*Shipment).dest, func(d Shipment) int64 { return d.OrderID })
}

// MemoGrid returns one page of credit memos.
func (s *Service) MemoGrid(ctx context.Context, f DocFilter) (MemoPage, error) {
	return docPage(ctx, s.db.Reader(), f.plan(memoDocs), (*CreditMemo).dest, func(d CreditMemo) int64 { return d.OrderID })
}

// TransactionGrid returns one page of transactions.
func (s *Service) TransactionGrid(ctx context.Context, f DocFilter) (TransactionPage, error) {
	return docPage(ctx, s.db.Reader(), f.plan(transactionDocs), (*Transaction).dest, func(d Transaction) int64 { return d.OrderID })
}

func docPage[D any](ctx context.Context, q sqldb.Querier, p listing.Plan, dest func(*D) []any, orderID func(D) int64) (DocPage[D], error) {
	docs, err := listing.Read(ctx, q, p, dest)
	if err != nil {
		return DocPage[D]{}, err
	}
	ids := make([]int64, len(docs.Rows))
	for n, doc := range docs.Rows {
		ids[n] = orderID(doc)
	}
	orders, err := loadOrders(ctx, q, ids)
	page := DocPage[D]{Total: docs.Total, More: docs.More, Next: docs.Next, Prev: docs.Prev}
	for n, doc := range docs.Rows {
		page.Rows = append(page.Rows, DocRow[D]{Doc: doc, Order: orders[ids[n]]})
	}
	return page, err
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

func (f DocFilter) plan(d documents) listing.Plan {
	p := listing.Plan{Source: d.source(), Conds: f.conds(d), Cursor: f.Cursor, Size: f.Size, SortCap: sortCap, Order: docCreated, Desc: true}
	if o, ok := d.sorts[f.Sort]; ok {
		p.Order, p.Desc = o, f.Desc
	}
	return p
}

func (f DocFilter) conds(d documents) []listing.Cond {
	const then = "d.created_at"
	keyword := clean(f.Keyword)
	asNumber := strings.Trim(keyword, "#0123456789") == ""
	var all listing.Conds
	all.Add(keyword != "" && asNumber && d.number != "", numberIs(d.number, keyword))
	all.Add(keyword != "" && !asNumber, ofOrder(listing.Prefix("o.bill_key", customer.Fold(keyword))))
	all.Add(clean(f.Number) != "" && d.number != "", numberIs(d.number, f.Number))
	all.Add(f.OrderID != 0, listing.Is("d.order_id", "", f.OrderID))
	all.Add(clean(f.OrderNumber) != "" || keyword != "" && asNumber && d.number == "", ofOrder(numberIs("o.number", f.OrderNumber+keyword)))
	all.Add(f.CustomerID != 0, ofOrder(listing.Is("o.customer_id", "", f.CustomerID)))
	all.Add(clean(f.BillName) != "", ofOrder(listing.Prefix("o.bill_key", customer.Fold(f.BillName))))
	all.Add(!f.From.IsZero() || !f.To.IsZero(), listing.Between("d.created_at", f.From, f.To))
	all.Add(f.State != "" && d.state == "d.state", listing.Is(d.state, then, f.State))
	all.Add(f.State != "" && d.state == "d.kind", listing.Unindexed("d.kind = ?", f.State))
	all.Add((f.TotalFrom != nil || f.TotalTo != nil) && d.total != "", listing.Range(d.total, f.TotalFrom, f.TotalTo))
	all.Add(f.WebsiteID != 0, listing.Is("d.website_id", then, f.WebsiteID))
	all.Add(f.Websites != nil, listing.Among("d.website_id", then, f.Websites))
	return listing.Narrow(all, then)
}

// ofOrder is a condition on the order of a document.
func ofOrder(c listing.Cond) listing.Cond {
	c.Other = true
	return c
}
