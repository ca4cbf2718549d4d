package admin

import (
	"context"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web/ui"
)

// The grids of Sales > Invoices, Shipments, Credit Memos and Transactions.

var invoiceGrid = docGrid{
	docKind: invoiceKind, states: invoiceStates,
	spec: gridSpec{
		Path: "/sales/invoices", Caption: "Invoices", Placeholder: "Invoice number or bill-to name", Sort: "-created", Export: "/sales/invoices.csv", Filters: docFilters,
		Columns: docColumns("Invoice #", "Invoice Date", gridColumn{Key: "bill_name", Label: "Bill-to Name"}, gridColumn{Key: "status", Label: "Status"},
			gridColumn{Key: "total", Label: "Grand Total", Numeric: true}, gridColumn{Key: "ship_name", Label: "Ship-to Name", Extra: true}, gridColumn{Key: "qty", Label: "Total Quantity", Numeric: true, Extra: true}),
	},
	empty: ui.EmptyState{Icon: ui.IconReport, Title: "No invoices yet", Text: "An invoice is created from an order."},
	find: func(a *App, ctx context.Context, f sales.DocFilter) (docLines, error) {
		p, err := a.Sales.InvoiceGrid(ctx, f)
		return docPageOf(p, err, func(i sales.Invoice, o sales.Order) docRowOf {
			return docRowOf{ID: i.ID, Number: i.Number, Created: i.CreatedAt, Status: optionLabel(invoiceStates, i.State), Tone: invoiceTones[i.State],
				Total: i.Grand, Qty: i.TotalQty, By: i.By, From: invoiceFrom(o, i)}
		})
	},
}

var invoiceStates = []ui.Option{{Value: "open", Label: "Pending"}, {Value: "paid", Label: "Paid"}, {Value: "canceled", Label: "Canceled"}}

var invoiceTones = map[string]ui.Tone{"open": ui.Warning, "paid": ui.Success, "canceled": ui.Danger}

var shipmentGrid = docGrid{
	docKind: shipmentKind,
	spec: gridSpec{
		Path: "/sales/shipments", Caption: "Shipments", Placeholder: "Shipment number or bill-to name", Sort: "-created", Export: "/sales/shipments.csv", Filters: withoutTotals(docFilters),
		Columns: docColumns("Shipment #", "Ship Date", gridColumn{Key: "ship_name", Label: "Ship-to Name"}, gridColumn{Key: "qty", Label: "Total Quantity", Numeric: true},
			gridColumn{Key: "tracks", Label: "Tracking"}, gridColumn{Key: "bill_name", Label: "Bill-to Name", Extra: true}),
	},
	empty: ui.EmptyState{Icon: ui.IconTruck, Title: "No shipments yet", Text: "A shipment is created from an order."},
	find: func(a *App, ctx context.Context, f sales.DocFilter) (docLines, error) {
		p, err := a.Sales.ShipmentGrid(ctx, f)
		return docPageOf(p, err, func(s sales.Shipment, o sales.Order) docRowOf {
			return docRowOf{ID: s.ID, Number: s.Number, Created: s.CreatedAt, Qty: s.TotalQty, By: s.By, From: shipmentFrom(o, s), More: map[string]string{"tracks": trackText(s.Tracks)}}
		})
	},
}

func trackText(tracks []sales.Track) string {
	text := ""
	for i, t := range tracks {
		if i > 0 {
			text += ", "
		}
		text += orElse(t.Title, t.Carrier) + " " + t.Number
	}
	return text
}

// withoutTotals is for documents that have none.
func withoutTotals(filters []gridFilter) []gridFilter {
	var kept []gridFilter
	for _, f := range filters {
		if f.Name != "min" && f.Name != "max" && f.Name != "state" {
			kept = append(kept, f)
		}
	}
	return kept
}

var memoGrid = docGrid{
	docKind: memoKind,
	spec: gridSpec{
		Path: "/sales/creditmemos", Caption: "Credit Memos", Placeholder: "Credit memo number or bill-to name", Sort: "-created", Export: "/sales/creditmemos.csv", Filters: docFilters,
		Columns: docColumns("Credit Memo #", "Created", gridColumn{Key: "bill_name", Label: "Bill-to Name"}, gridColumn{Key: "status", Label: "Status"},
			gridColumn{Key: "total", Label: "Refunded", Numeric: true}, gridColumn{Key: "qty", Label: "Total Quantity", Numeric: true, Extra: true}),
	},
	empty: ui.EmptyState{Icon: ui.IconTag, Title: "No credit memos yet", Text: "A credit memo is created from an order or an invoice."},
	find: func(a *App, ctx context.Context, f sales.DocFilter) (docLines, error) {
		p, err := a.Sales.MemoGrid(ctx, f)
		return docPageOf(p, err, func(m sales.CreditMemo, o sales.Order) docRowOf {
			return docRowOf{ID: m.ID, Number: m.Number, Created: m.CreatedAt, Status: memoWord(m), Tone: ui.Neutral, Total: m.Grand, Qty: m.TotalQty, By: m.By, From: memoFrom(o, m)}
		})
	},
}

// transactionGrid lists what payment providers did; a transaction has no page.
var transactionGrid = docGrid{
	docKind: docKind{Many: "Transactions", List: "/sales/transactions", View: acl.Transactions}, states: transactionKinds,
	lead: "What payment providers were asked to do, and what came of it. Payments received in other ways have none.",
	spec: gridSpec{
		Path: "/sales/transactions", Caption: "Transactions", Placeholder: "Transaction ID or bill-to name", Sort: "-created", Export: "/sales/transactions.csv", Filters: docFilters,
		Columns: []gridColumn{
			{Key: "number", Label: "Transaction ID", Strong: true}, {Key: "created", Label: "Created", Sortable: true}, {Key: "order", Label: "Order #", Sortable: true},
			{Key: "provider", Label: "Payment Method"}, {Key: "kind", Label: "Transaction Type"}, {Key: "status", Label: "Status"}, {Key: "total", Label: "Amount", Numeric: true},
			{Key: "note", Label: "Note", Extra: true}, {Key: "bill_name", Label: "Bill-to Name", Extra: true}, {Key: "ordered", Label: "Order Date", Extra: true}, {Key: "currency", Label: "Currency", Extra: true},
		},
	},
	empty: ui.EmptyState{Icon: ui.IconReport, Title: "No transactions yet", Text: "They appear when a payment provider takes or gives back money."},
	find: func(a *App, ctx context.Context, f sales.DocFilter) (docLines, error) {
		p, err := a.Sales.TransactionGrid(ctx, f)
		return docPageOf(p, err, func(t sales.Transaction, _ sales.Order) docRowOf {
			return docRowOf{ID: t.ID, Number: t.Reference, Created: t.CreatedAt, Status: transactionStates[t.State].Label, Tone: transactionStates[t.State].Tone, Total: t.Amount,
				More: map[string]string{"provider": t.Provider, "kind": transactionWord(t.Kind), "note": t.Note}}
		})
	},
}

var transactionKinds = []ui.Option{
	{Value: string(sales.Authorization), Label: "Authorization"}, {Value: string(sales.Capture), Label: "Capture"},
	{Value: string(sales.Refunding), Label: "Refund"}, {Value: string(sales.Voiding), Label: "Void"},
}

var transactionStates = map[string]struct {
	Label string
	Tone  ui.Tone
}{sales.Started: {"Started", ui.Warning}, sales.Done: {"Done", ui.Success}, sales.Failed: {"Failed", ui.Danger}}
