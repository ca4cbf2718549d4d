package admin

import (
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// shipmentForm is the page New Shipment.
type shipmentForm struct {
	docForm
	Tracks []trackRow
}

// trackRow is a row of the form for a parcel.
type trackRow struct {
	N                      int
	Carrier, Title, Number string
	Errors                 map[string]string
}

// maxTrackRows is how many parcels one form takes.
const maxTrackRows = 20

var carriers = []ui.Option{
	{Value: "custom", Label: "Custom Value"}, {Value: "dhl", Label: "DHL"}, {Value: "fedex", Label: "Federal Express"},
	{Value: "ups", Label: "United Parcel Service"}, {Value: "usps", Label: "United States Postal Service"},
}

// newShipment shows the form with all that is left to ship.
func (a *App) newShipment(w http.ResponseWriter, r *http.Request) error {
	o, nothing, err := a.newDocument(r, sales.DeedShip)
	if err != nil {
		return err
	}
	asked := sales.ShipForm{Qty: allOf(o, sales.Item.ToShip), NotifyCustomer: true}
	return a.shipmentFormPage(w, r, o, nothing, asked, []trackRow{{}}, nil, nil)
}

// createShipment makes the shipment, or shows the form with one more parcel.
func (a *App) createShipment(w http.ResponseWriter, r *http.Request) error {
	o, nothing, err := a.newDocument(r, sales.DeedShip)
	if err != nil {
		return err
	}
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	bad := fault.Fields{}
	qty, typed := typedQty(posted, o, bad)
	rows := trackRows(posted)
	asked := sales.ShipForm{
		Qty: qty, Tracks: tracksOf(rows), Comment: posted.Text("comment"), NotifyCustomer: posted.Bool("notify"), CommentVisible: posted.Bool("visible"),
	}
	if posted.Text("do") == "track" && len(rows) < maxTrackRows {
		rows = append(rows, trackRow{})
	}
	if len(bad) > 0 || nothing != "" || updating(posted) {
		return a.shipmentFormPage(w, r, o, nothing, asked, rows, typed, bad)
	}
	d, err := a.Sales.Ship(onOrder(r.Context(), o.Order), o.ID, asked)
	if wrong := refusal(err); wrong != nil {
		return a.shipmentFormPage(w, r, o, nothing, asked, rows, typed, wrong)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Shipment #"+d.Number+" was created.")
	return web.Redirect(w, r, docOrOrder(r.Context(), acl.ShipmentsView, shipmentPath(d.ID), o.ID))
}

// trackRows reads the rows of parcels; empty ones stay in the form only.
func trackRows(f *web.Form) []trackRow {
	var rows []trackRow
	for n := range maxTrackRows {
		at := "_" + strconv.Itoa(n)
		if !f.Has("track_number" + at) {
			break
		}
		rows = append(rows, trackRow{Carrier: f.Text("track_carrier" + at), Title: f.Text("track_title" + at), Number: f.Text("track_number" + at)})
	}
	return rows
}

// tracksOf are the parcels of the rows in which something was entered, in their
// places: the rows are put in order so that errors find theirs.
func tracksOf(rows []trackRow) []sales.Track {
	var tracks []sales.Track
	filled := 0
	for i := range rows {
		if rows[i].Number == "" && rows[i].Title == "" {
			continue
		}
		rows[filled], rows[i] = rows[i], rows[filled]
		tracks = append(tracks, rows[filled].track())
		filled++
	}
	return tracks
}

func (t trackRow) track() sales.Track {
	return sales.Track{Carrier: t.Carrier, Title: orElse(t.Title, carrierName(t.Carrier)), Number: t.Number}
}

func carrierName(code string) string {
	if code == "custom" {
		return ""
	}
	return optionLabel(carriers, code)
}

func (a *App) shipmentFormPage(w http.ResponseWriter, r *http.Request, o sales.Full, nothing string, asked sales.ShipForm, rows []trackRow, typed map[int64]string, bad fault.Fields) error {
	plan, wrong := sales.PlanShipment(o, asked)
	if bad = merge(orNone(bad), wrong); nothing != "" {
		bad = nil
	}
	for i := range rows {
		rows[i].N, rows[i].Errors = i, bad
	}
	f := shipmentForm{docForm: docForm{
		Order: o, Action: orderPath(o.ID, "/ship"), Token: web.CSRF(r.Context()), Back: orderPath(o.ID, ""), Nothing: nothing,
		QtyLabel: "Qty to Ship", Errors: bad, Comment: asked.Comment, Notify: asked.NotifyCustomer, Visible: asked.CommentVisible,
		NotifyLabel: "Email Copy of Shipment", Lines: formLines(o, sales.Item.ToShip, asked.Qty, typed, plan.Lines, bad),
		Submit: []ui.Btn{{Text: "Submit Shipment", Variant: ui.Primary, Name: "do", Value: "create"}},
	}, Tracks: rows}
	return a.docFormPage(w, r, "New Shipment", f.docForm, shipmentNew(f))
}
