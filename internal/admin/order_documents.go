package admin

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web/ui"
)

// docList is a tab with the documents of one kind.
type docList struct {
	Caption string
	Columns []ui.Column
	Rows    []ui.Row
	Empty   ui.EmptyState
}

var (
	moneyDocColumns = []ui.Column{{Label: "Number", Strong: true}, {Label: "Date"}, {Label: "Status"}, {Label: "Pieces", Numeric: true}, {Label: "Amount", Numeric: true}, {Label: "Made by"}}
	shipmentColumns = []ui.Column{{Label: "Number", Strong: true}, {Label: "Date"}, {Label: "Pieces", Numeric: true}, {Label: "Tracking"}, {Label: "Made by"}}
)

// orderDocs answers with one of the tabs of documents.
func (a *App) orderDocs(w http.ResponseWriter, r *http.Request, part string, list func(o sales.Full, row docRow) docList) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	stays, err := a.staysOf(r.Context(), bys(o)...)
	if err != nil {
		return err
	}
	assist, err := a.assistShown(r.Context())
	if err != nil {
		return err
	}
	return a.orderPage(w, r, http.StatusOK, o, part, orderDocList(list(o, docRow{o, stays, assist, r.URL.RequestURI()})))
}

// docRow draws rows of documents.
type docRow struct {
	o      sales.Full
	stays  map[int64]string
	assist bool
	back   string
}

// of is a row for a document, with View and Login as Customer in its menu.
func (d docRow) of(from assistFrom, by sales.By, cells ...templ.Component) ui.Row {
	items := []ui.MenuItem{{Text: "View", Href: from.Path, Icon: ui.IconEye}}
	if d.assist && from.CustomerID != 0 {
		items = append(items, ui.MenuItem{Text: "Login as Customer", Href: assistPathFrom(from.CustomerID, d.back, from), Icon: ui.IconAssist})
	}
	all := append([]templ.Component{namedLink(from.Path, "#"+from.Number)}, cells...)
	return ui.Row{Key: from.Number, Cells: append(all, byBadge(byLineOf(by, d.stays))), Menu: ui.RowMenu("Actions for #"+from.Number, items)}
}

func (a *App) orderInvoicesTab(w http.ResponseWriter, r *http.Request) error {
	return a.orderDocs(w, r, orderInvoices, func(o sales.Full, row docRow) docList {
		l := docList{Caption: "Invoices", Columns: moneyDocColumns, Empty: ui.EmptyState{Icon: ui.IconReport, Title: "No invoice yet", Text: "Invoice, above, bills all or part of the order."}}
		for _, d := range o.Invoices {
			l.Rows = append(l.Rows, row.of(invoiceFrom(o.Order, d), d.By, ui.TimeStamp(d.CreatedAt, ""), invoiceBadge(d), ui.Text(number(d.TotalQty)), ui.Money(cash(d.Grand, o.Currency))))
		}
		return l
	})
}

func (a *App) orderMemosTab(w http.ResponseWriter, r *http.Request) error {
	return a.orderDocs(w, r, orderMemos, func(o sales.Full, row docRow) docList {
		l := docList{Caption: "Credit Memos", Columns: moneyDocColumns, Empty: ui.EmptyState{Icon: ui.IconTag, Title: "No credit memo yet", Text: "Credit Memo, above, gives back what was paid, as soon as something is."}}
		for _, d := range o.Memos {
			word := "Refunded offline"
			if d.Online {
				word = "Refunded online"
			}
			l.Rows = append(l.Rows, row.of(memoFrom(o.Order, d), d.By, ui.TimeStamp(d.CreatedAt, ""), ui.Badge(ui.Neutral, word), ui.Text(number(d.TotalQty)), ui.Money(cash(d.Grand, o.Currency))))
		}
		return l
	})
}

func (a *App) orderShipmentsTab(w http.ResponseWriter, r *http.Request) error {
	return a.orderDocs(w, r, orderShipments, func(o sales.Full, row docRow) docList {
		l := docList{Caption: "Shipments", Columns: shipmentColumns, Empty: ui.EmptyState{Icon: ui.IconTruck, Title: "No shipment yet", Text: "Ship, above, sends all or part of the order."}}
		for _, d := range o.Shipments {
			l.Rows = append(l.Rows, row.of(shipmentFrom(o.Order, d), d.By, ui.TimeStamp(d.CreatedAt, ""), ui.Text(number(d.TotalQty)), trackList(d.Tracks)))
		}
		return l
	})
}

func invoiceBadge(d sales.Invoice) templ.Component {
	switch d.State {
	case "paid":
		return ui.Badge(ui.Success, "Paid")
	case "canceled":
		return ui.Badge(ui.Danger, "Canceled")
	}
	return ui.Badge(ui.Warning, "Pending")
}
