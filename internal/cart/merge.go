package cart

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// Merge puts a guest's cart into the customer's, at the shopper's own sign-in:
// the same product adds up, capped at what can be sold, and the guest's cart is
// retired. It tells of the lines that were capped. During a stay it does
// nothing at all: the browser's guest cart is the agent's own.
func (s *Service) Merge(ctx context.Context, secret string, o Owner) (capped []Outcome, err error) {
	if who, _ := actor.From(ctx); secret == "" || o.CustomerID == 0 || who.Impersonating() {
		return nil, nil
	}
	err = s.db.Change(ctx, Merged, func(ctx context.Context, tx *sqldb.Tx) error {
		capped = nil
		theirs := o
		theirs.CustomerID, theirs.Secret = 0, secret
		guest, err := load(ctx, tx, theirs, tx.Now())
		if err != nil {
			return err
		}
		if len(guest.Lines) == 0 {
			tx.Skip()
			return nil
		}
		if ok, err := retire(ctx, tx, guest); err != nil || !ok {
			tx.Skip()
			return err
		}
		return mergeInto(ctx, tx, o, guest, &capped)
	})
	return capped, err
}

// retire ends a guest's cart; only one of two parallel sign-ins succeeds.
func retire(ctx context.Context, tx *sqldb.Tx, guest *Cart) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE cart SET active = FALSE, token_hash = NULL, updated_at = $2 WHERE id = $1 AND active`,
		guest.ID, sqldb.Micros(tx.Now()))
	return n == 1, err
}

func mergeInto(ctx context.Context, tx *sqldb.Tx, o Owner, guest *Cart, capped *[]Outcome) error {
	mine, err := load(ctx, tx, o, tx.Now())
	if err != nil {
		return err
	}
	cartID, _, err := open(ctx, tx, o) // finds it when it is there
	if err != nil {
		return err
	}
	if err := touch(ctx, tx, cartID); err != nil {
		return err
	}
	outs := mergeLines(mine, guest)
	var rows []row
	for i, out := range outs {
		tx.Diff(out.SKU, qtyText(out.Before), qtyText(out.After))
		if out.Capped {
			*capped = append(*capped, out)
		}
		if out.After != out.Before {
			rows = append(rows, row{guest.Lines[i].Card.ID, out.After})
		}
	}
	tx.About("cart", strconv.FormatInt(cartID, 10))
	tx.About("cart", strconv.FormatInt(guest.ID, 10))
	tx.Details = strconv.Itoa(len(guest.Lines)) + " lines"
	return putLines(ctx, tx, cartID, rows)
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
