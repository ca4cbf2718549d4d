package storefront

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web/ui"
)

// parcelView is one shipment on the page of its order: what is in it and where
// it is.
type parcelView struct {
	Title, Date, Href string
	Lines             []string
	Tracks            []trackView
}

// trackView is a tracking number; Href is the carrier's page about it, "" when
// the carrier is not known.
type trackView struct{ Carrier, Number, Href string }

// carrierPages are where the known carriers tell of a parcel.
var carrierPages = map[string]string{
	"dhl":   "https://www.dhl.com/en/express/tracking.html?AWB=",
	"fedex": "https://www.fedex.com/fedextrack/?trknbr=",
	"ups":   "https://www.ups.com/track?tracknum=",
	"usps":  "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
}

func tracksOf(tracks []sales.Track) []trackView {
	views := make([]trackView, len(tracks))
	for i, t := range tracks {
		views[i] = trackView{Carrier: or(t.Title, t.Carrier), Number: t.Number}
		if page := carrierPages[t.Carrier]; page != "" {
			views[i].Href = page + url.QueryEscape(t.Number)
		}
	}
	return views
}

// parcels are the shipments of an order with what is in each.
func (a *App) parcels(r *http.Request, v orderView) ([]parcelView, error) {
	in, err := a.Sales.ShippedLines(r.Context(), v.O)
	if err != nil {
		return nil, err
	}
	views := make([]parcelView, len(v.O.Shipments))
	for i, d := range v.O.Shipments {
		views[i] = parcelView{
			Title: v.S.T("order.shipment", "number", d.Number), Date: v.S.Locale.Date(d.CreatedAt), Tracks: tracksOf(d.Tracks),
			Href: v.S.URL(v.Base + "/shipments/" + url.PathEscape(d.Number)),
		}
		for _, l := range in[d.ID] {
			views[i].Lines = append(views[i].Lines, v.S.Locale.Number(l.Qty)+" × "+l.Item.Name)
		}
	}
	return views, nil
}

// showDocument shows an invoice, a shipment or a refund of an order: the path
// names kind and number.
func (a *App) showDocument(w http.ResponseWriter, r *http.Request, o sales.Full, base string) error {
	ctx, s, number := r.Context(), shopper(r.Context()), r.PathValue("document")
	v := orderView{S: s, O: o, Base: base, Heading: s.T("order.items"), Doc: true}
	var lines []sales.DocLine
	var failed error = fault.New(fault.NotFound, "%s", s.T("order.unknown"))
	switch r.PathValue("kind") {
	case "invoices":
		for _, d := range o.Invoices {
			if d.Number == number {
				d, lines, _, failed = a.Sales.FindInvoice(ctx, d.ID)
				v.Title = s.T("order.invoice", "number", number)
				v.Totals = a.orderTotals(r, o, lines, d.Amounts, 0, 0, s.T("totals.grand"))
				break
			}
		}
	case "shipments":
		for _, d := range o.Shipments {
			if d.Number == number {
				d, lines, _, failed = a.Sales.FindShipment(ctx, d.ID)
				v.Title, v.Tracks = s.T("order.shipment", "number", number), tracksOf(d.Tracks)
				break
			}
		}
	case "refunds":
		for _, d := range o.Memos {
			if d.Number == number {
				d, lines, _, failed = a.Sales.FindMemo(ctx, d.ID)
				v.Title = s.T("order.refund", "number", number)
				v.Totals = a.orderTotals(r, o, lines, d.Amounts, d.AdjustmentFee, d.AdjustmentRefund, s.T("mail.sheet.refunded"))
				break
			}
		}
	}
	if failed != nil {
		return failed
	}
	incl := a.Tax.Show(ctx, tax.DisplaySales, config.OfView(s.View)) != tax.ShowExcl
	for _, l := range lines {
		if l.Qty == 0 {
			continue
		}
		line := s.orderLine(l.Item, l.Qty, l.Parts, incl, o.Currency)
		if v.Totals == nil {
			line.Price, line.Total = "", ""
		}
		v.Lines = append(v.Lines, line)
	}
	return a.paper(w, r, v)
}

// documents are the rows of a kind of documents.
func (v orderView) invoices() []ui.Row {
	var rows []ui.Row
	for _, d := range v.O.Invoices {
		rows = append(rows, v.document("invoices", d.Number, v.S.Locale.Date(d.CreatedAt), v.S.amount(d.Grand, v.O.Currency)))
	}
	return rows
}

func (v orderView) refunds() []ui.Row {
	var rows []ui.Row
	for _, d := range v.O.Memos {
		rows = append(rows, v.document("refunds", d.Number, v.S.Locale.Date(d.CreatedAt), v.S.amount(d.Grand, v.O.Currency)))
	}
	return rows
}

func (v orderView) document(kind, number, date, amount string) ui.Row {
	href := v.S.URL(v.Base + "/" + kind + "/" + url.PathEscape(number))
	return ui.Row{Key: number, Cells: []templ.Component{ui.Link("#"+number, href), ui.Text(date), ui.Money(amount), ui.Link(v.S.T("order.print"), href)}}
}

func (v orderView) documentHeads() []ui.Column {
	return []ui.Column{{Label: v.S.T("order.document_number"), Strong: true}, {Label: v.S.T("order.date")}, {Label: v.S.T("totals.grand"), Numeric: true}, {Label: v.S.T("order.print"), Numeric: true}}
}
