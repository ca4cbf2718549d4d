package admin

import (
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/acl"
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
	d, err := a.newDocument(r, sales.DeedShip)
	if err != nil {
		return err
	}
	asked := sales.ShipForm{Qty: allOf(d.Full, sales.Item.ToShip), NotifyCustomer: true}
	return a.shipmentFormPage(w, r, d, asked, []trackRow{{}}, nil)
}

// createShipment makes the shipment, or shows the form with one more parcel.
func (a *App) createShipment(w http.ResponseWriter, r *http.Request) error {
	d, err := a.newDocument(r, sales.DeedShip)
	if err != nil {
		return err
	}
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	qty, typed := typedQty(posted, d.Full, d.bad)
	rows := trackRows(posted)
	asked := sales.ShipForm{
		Qty: qty, Tracks: tracksOf(rows), Comment: posted.Text("comment"), NotifyCustomer: posted.Bool("notify"), CommentVisible: posted.Bool("visible"),
	}
	if posted.Text("do") == "track" && len(rows) < maxTrackRows {
		rows = append(rows, trackRow{})
	}
	if len(d.bad) > 0 || d.nothing != "" || updating(posted) {
		return a.shipmentFormPage(w, r, d, asked, rows, typed)
	}
	made, err := a.Sales.Ship(onOrder(r.Context(), d.Order), d.ID, asked)
	if d.bad = refusal(err); d.bad != nil {
		return a.shipmentFormPage(w, r, d, asked, rows, typed)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "Shipment #"+made.Number+" was created.")
	return web.Redirect(w, r, docOrOrder(r.Context(), acl.ShipmentsView, shipmentPath(made.ID), d.ID))
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

func (a *App) shipmentFormPage(w http.ResponseWriter, r *http.Request, d newDoc, asked sales.ShipForm, rows []trackRow, typed map[int64]string) error {
	o := d.Full
	plan, wrong := sales.PlanShipment(o, asked)
	bad := d.wrong(wrong)
	for i := range rows {
		rows[i].N, rows[i].Errors = i, bad
	}
	f := shipmentForm{docForm: docForm{
		Order: o, Action: orderPath(o.ID, "/ship"), Token: web.CSRF(r.Context()), Back: orderPath(o.ID, ""), Nothing: d.nothing,
		QtyLabel: "Qty to Ship", Errors: bad, Comment: asked.Comment, Notify: asked.NotifyCustomer, Visible: asked.CommentVisible,
		NotifyLabel: "Email Copy of Shipment", Lines: formLines(o, sales.Item.ToShip, asked.Qty, typed, plan.Lines, bad),
		Submit: []ui.Btn{{Text: "Submit Shipment", Variant: ui.Primary, Name: "do", Value: "create"}},
	}, Tracks: rows}
	return a.docFormPage(w, r, "New Shipment", f.docForm, shipmentNew(f))
}
