package cart

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// Merge puts a guest's cart into the customer's, at the shopper's own sign-in:
// the same product adds up, capped at what can be sold, the customer's coupon
// stays if there is one, and the guest's cart is retired. It tells of the lines
// that were capped. During a stay it does nothing at all: the browser's guest
// cart is the agent's own. also, which may be nil, takes along what else hangs
// on the guest's cart, in the same change.
func (s *Service) Merge(ctx context.Context, secret string, o Owner, also Along) (capped []Outcome, err error) {
	if who, _ := actor.From(ctx); secret == "" || o.CustomerID == 0 || who.Impersonating() {
		return nil, nil
	}
	guests := o
	guests.CustomerID, guests.Secret = 0, secret
	err = s.change(ctx, Merged, func(ctx context.Context, tx *sqldb.Tx) error {
		capped = nil
		h, ok, err := hold(ctx, tx, guests)
		if err != nil {
			return err
		}
		if !ok {
			return errUnchanged
		}
		guest, err := load(ctx, tx, guests, tx.Now())
		if err != nil {
			return err
		}
		if len(guest.Lines) == 0 {
			return errUnchanged
		}
		if err := retire(ctx, tx, h.id); err != nil {
			return err
		}
		into := int64(0)
		if capped, into, err = mergeInto(ctx, tx, o, guest); err != nil || also == nil {
			return err
		}
		return also(ctx, tx, guest.ID, into)
	})
	return capped, err
}

// Along takes something from one cart to another.
type Along func(ctx context.Context, tx *sqldb.Tx, from, to int64) error

// retire ends a guest's cart: its secret finds nothing any more.
func retire(ctx context.Context, tx *sqldb.Tx, cartID int64) error {
	_, err := tx.Exec(ctx, `UPDATE cart SET active = FALSE, token_hash = NULL WHERE id = $1`, cartID)
	return err
}

func mergeInto(ctx context.Context, tx *sqldb.Tx, o Owner, guest *Cart) (capped []Outcome, into int64, err error) {
	h, err := holdOrOpen(ctx, tx, o)
	if err != nil {
		return nil, 0, err
	}
	mine, err := load(ctx, tx, o, tx.Now())
	if err != nil {
		return nil, 0, err
	}
	var rows []row
	for i, out := range mergeLines(mine, guest) {
		tx.Diff(out.SKU, qtyText(out.Before), qtyText(out.After))
		if out.Capped {
			capped = append(capped, out)
		}
		if out.After != out.Before {
			rows = append(rows, row{guest.Lines[i].Card.ID, out.After, guest.Lines[i].parentID()})
		}
	}
	tx.About("cart", strconv.FormatInt(h.id, 10))
	tx.About("cart", strconv.FormatInt(guest.ID, 10))
	tx.Details = lineCount(len(guest.Lines))
	if err := keepCoupon(ctx, tx, h.id, mine, guest); err != nil {
		return nil, 0, err
	}
	return capped, h.id, putLines(ctx, tx, h.id, rows)
}

// mergeLines works out what each line of a guest's cart becomes in the
// customer's, in the guest's order.
func mergeLines(mine, guest *Cart) []Outcome {
	have := make(map[int64]int64, len(mine.Lines))
	for _, l := range mine.Lines {
		have[l.Card.ID] = l.Qty
	}
	lines := len(mine.Lines)
	outs := make([]Outcome, len(guest.Lines))
	for i, l := range guest.Lines {
		before := have[l.Card.ID]
		after, capped := merge(l.Card, before, l.Qty)
		if before == 0 && after > 0 {
			if lines >= MaxLines {
				after, capped = 0, true
			} else {
				lines++
			}
		}
		outs[i] = Outcome{SKU: l.Card.SKU, Name: l.Card.Name, Before: before, After: after, Capped: capped}
	}
	return outs
}
