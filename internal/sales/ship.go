package sales

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Ship makes a shipment: its pieces leave the stock.
func (s *Service) Ship(ctx context.Context, orderID int64, f ShipForm) (d Shipment, err error) {
	f.Comment = cleanComment(f.Comment)
	for n := range f.Tracks {
		f.Tracks[n] = f.Tracks[n].clean()
	}
	err = s.change(ctx, ShipmentMade, orderID, DeedShip, func(ctx context.Context, tx *sqldb.Tx, w *work) error {
		d, err = s.ship(ctx, tx, w, f, false)
		return err
	})
	return d, err
}

// ship makes a shipment of a held order; also says that the change is another's.
func (s *Service) ship(ctx context.Context, tx *sqldb.Tx, w *work, f ShipForm, also bool) (d Shipment, err error) {
	p, bad := PlanShipment(w.Full, f)
	checkComment(f.Comment, bad)
	if err := bad.Err(); err != nil {
		return d, err
	}
	d = Shipment{OrderID: w.ID, TotalQty: p.TotalQty, By: w.by, CreatedAt: tx.Now()}
	if d.Number, err = takeNumber(ctx, tx, ShipmentDoc, w.ViewID); err != nil {
		return d, err
	}
	if d.ID, err = insertShipment(ctx, tx, d, p.Lines); err != nil {
		return d, err
	}
	if d.Tracks, err = insertTracks(ctx, tx, d, f.Tracks); err != nil {
		return d, err
	}
	for _, l := range p.Lines {
		i := w.item(l.Item.ID)
		i.Shipped += l.Qty
		w.consume = append(w.consume, i.unreserve(l.Qty)...)
	}
	w.Shipments = append(w.Shipments, d)
	w.settle()
	w.describeShipment(tx, d, also)
	return d, s.tell(ctx, tx, w, Letter{Kind: LetterShipment, Shipment: &d, Lines: p.Lines},
		note{ShipmentDoc, d.ID, f.Comment, f.NotifyCustomer, f.CommentVisible})
}

func (w *work) describeShipment(tx *sqldb.Tx, d Shipment, also bool) {
	details := "Shipment " + d.Number + " of order " + w.Number
	id := strconv.FormatInt(d.ID, 10)
	if !also {
		tx.About("shipment", id)
		tx.Details = details
		return
	}
	e := sqldb.Entry{Action: ShipmentMade, Details: details, Subject: tx.Subject}
	e.About("order", strconv.FormatInt(w.ID, 10))
	e.About("shipment", id)
	tx.Also(e)
}

func insertShipment(ctx context.Context, tx *sqldb.Tx, d Shipment, lines []DocLine) (int64, error) {
	args := append([]any{d.Number, d.OrderID, d.TotalQty}, d.By.args()...)
	id, err := tx.Insert(ctx, `INSERT INTO sales_shipment (number, order_id, total_qty, actor_kind, actor_id, actor_name, impersonation_id, created_at, website_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, (SELECT website_id FROM sales_order WHERE id = $2)) RETURNING id`, append(args, sqldb.Micros(d.CreatedAt))...)
	if err != nil {
		return 0, err
	}
	return id, insertLines(ctx, tx, `sales_shipment_item (shipment_id, order_item_id, qty)`, lines, func(l DocLine) []any {
		return []any{id, l.Item.ID, l.Qty}
	})
}

const maxTracks = 50

func (t Track) clean() Track {
	t.Carrier, t.Title, t.Number = customer.Clean(t.Carrier), customer.Clean(t.Title), customer.Clean(t.Number)
	return t
}

// check refuses a parcel that nobody could follow; suffix tells several apart.
func (t Track) check(suffix string, bad fault.Fields) {
	const most = 200
	switch {
	case t.Number == "":
		bad.Add("track_number"+suffix, "Enter a tracking number.")
	case len(t.Number) > most:
		bad.Add("track_number"+suffix, "At most %d characters.", most)
	}
	if len(t.Title) > most || len(t.Carrier) > most {
		bad.Add("track_title"+suffix, "At most %d characters.", most)
	}
}

func insertTracks(ctx context.Context, tx *sqldb.Tx, d Shipment, tracks []Track) ([]Track, error) {
	now := sqldb.Micros(tx.Now())
	err := insertLines(ctx, tx, `sales_track (shipment_id, carrier, title, number, created_at)`, tracks, func(t Track) []any {
		return []any{d.ID, t.Carrier, t.Title, t.Number, now}
	})
	return tracks, err
}

// AddTrack adds a parcel to a shipment.
func (s *Service) AddTrack(ctx context.Context, shipmentID int64, t Track) error {
	t = t.clean()
	bad := fault.Fields{}
	if t.check("", bad); len(bad) > 0 {
		return bad.Err()
	}
	return s.changeShipment(ctx, TrackAdded, shipmentID, func(ctx context.Context, tx *sqldb.Tx, d Shipment) error {
		tx.Note("carrier", t.Carrier)
		tx.Note("number", t.Number)
		n, err := sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT COUNT(*) FROM sales_track WHERE shipment_id = $1`, d.ID)
		if err != nil {
			return err
		}
		if n >= maxTracks {
			return fault.New(fault.Conflict, "A shipment has at most %d parcels.", maxTracks)
		}
		_, err = insertTracks(ctx, tx, d, []Track{t})
		return err
	})
}

// RemoveTrack removes a parcel.
func (s *Service) RemoveTrack(ctx context.Context, trackID int64) error {
	shipmentID, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT shipment_id FROM sales_track WHERE id = $1`, trackID))
	if err != nil || !ok {
		return orNotFound(err, "tracking number")
	}
	return s.changeShipment(ctx, TrackRemoved, shipmentID, func(ctx context.Context, tx *sqldb.Tx, _ Shipment) error {
		number, ok, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[string], `DELETE FROM sales_track WHERE id = $1 RETURNING number`, trackID))
		if err != nil || !ok {
			return orNotFound(err, "tracking number")
		}
		tx.Note("number", number)
		return nil
	})
}

func (s *Service) changeShipment(ctx context.Context, action sqldb.Action, shipmentID int64, fn func(context.Context, *sqldb.Tx, Shipment) error) error {
	return s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		d, ok, err := sqldb.Found(sqldb.One(ctx, tx, scanShipment, `SELECT `+shipmentColumns+` FROM sales_shipment d WHERE d.id = $1`, shipmentID))
		if err != nil || !ok {
			return orNotFound(err, "shipment")
		}
		w, err := s.lock(ctx, tx, d.OrderID)
		if err != nil {
			return err
		}
		tx.About("shipment", strconv.FormatInt(d.ID, 10))
		tx.Details = "Shipment " + d.Number + " of order " + w.Number
		return fn(ctx, tx, d)
	})
}
