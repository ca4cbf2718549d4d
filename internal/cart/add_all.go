package cart

import (
	"context"
	"slices"
	"strconv"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Reordered is the action of AddAll.
const Reordered sqldb.Action = "cart.reordered"

// Wanted is something to put into a cart again.
type Wanted struct {
	ProductID, ParentID, Qty int64
	Name                     string
}

// Refused is something that could not be put into the cart, and why: one of the
// codes.
type Refused struct{ Name, Code string }

// AddAll puts several products into the owner's cart in one change, as many of
// each as can be sold, and tells of those that cannot be had at all.
func (s *Service) AddAll(ctx context.Context, o Owner, wanted []Wanted) (outs []Outcome, refused []Refused, err error) {
	err = s.change(ctx, Reordered, func(ctx context.Context, tx *sqldb.Tx) error {
		outs, refused = nil, nil
		h, err := holdOrOpen(ctx, tx, o)
		if err != nil {
			return err
		}
		mine, err := load(ctx, tx, o, tx.Now())
		if err != nil {
			return err
		}
		cards, err := cardsOf(ctx, tx, o, wanted)
		if err != nil {
			return err
		}
		var rows []row
		if rows, outs, refused, err = addEach(mine, cards, wanted); err != nil {
			return err
		}
		if len(rows) == 0 {
			return errUnchanged
		}
		tx.About("cart", strconv.FormatInt(h.id, 10))
		tx.Details = lineCount(len(rows))
		for _, out := range outs {
			tx.Diff(out.SKU, qtyText(out.Before), qtyText(out.After))
		}
		return putLines(ctx, tx, h.id, rows)
	})
	return outs, refused, err
}

func cardsOf(ctx context.Context, tx *sqldb.Tx, o Owner, wanted []Wanted) (map[int64]catalog.Card, error) {
	cards := map[int64]catalog.Card{}
	if len(wanted) == 0 {
		return cards, nil
	}
	ids := make([]int64, len(wanted))
	for i, w := range wanted {
		ids[i] = w.ProductID
	}
	var w sqldb.Where
	w.Among("p.id", ids)
	query := catalog.CardsQuery(o.scope(tx.Now()), &w, "product p") + w.SQL()
	_, err := sqldb.All(ctx, tx, func(r sqldb.Scanner) (struct{}, error) {
		c, err := catalog.ScanCard(r, o.Currency)
		cards[c.ID] = c
		return struct{}{}, err
	}, query, w.Args()...)
	return cards, err
}

// addEach works out what adding one after the other makes of a cart.
func addEach(mine *Cart, cards map[int64]catalog.Card, wanted []Wanted) (rows []row, outs []Outcome, refused []Refused, err error) {
	have := map[int64]int64{}
	for _, l := range mine.Lines {
		have[l.Card.ID] = l.Qty
	}
	for _, want := range wanted {
		card := cards[want.ProductID]
		before := have[card.ID]
		after, capped, err := add(card, before, want.Qty, int64(len(have)))
		if e, ok := fault.As(err); ok {
			refused = append(refused, Refused{want.Name, e.Code})
			continue
		}
		if err != nil {
			return nil, nil, nil, err
		}
		have[card.ID] = after
		rows = slices.DeleteFunc(rows, func(r row) bool { return r.productID == card.ID })
		rows = append(rows, row{card.ID, after, want.ParentID})
		outs = append(outs, Outcome{SKU: card.SKU, Name: card.Name, Before: before, After: after, Capped: capped})
	}
	return rows, outs, refused, nil
}
