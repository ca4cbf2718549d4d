package cart

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// SetQty sets how many of a product are in the owner's cart, at most as many as
// can be sold; 0 removes it.
func (s *Service) SetQty(ctx context.Context, o Owner, sku string, qty int64) (Outcome, error) {
	if qty == 0 {
		return s.Remove(ctx, o, sku)
	}
	var out Outcome
	err := s.db.Change(ctx, ItemChanged, func(ctx context.Context, tx *sqldb.Tx) error {
		out = Outcome{}
		p, ok, err := find(ctx, tx, o, sku)
		if err != nil {
			return err
		}
		if !ok || p.qty == 0 {
			return notThere()
		}
		after, capped, err := change(p.card, qty)
		if err != nil {
			return err
		}
		out = Outcome{SKU: p.card.SKU, Name: p.card.Name, Before: p.qty, After: after, Capped: capped}
		if after == p.qty {
			tx.Skip()
			return nil
		}
		if err := touch(ctx, tx, p.cartID); err != nil {
			return err
		}
		describe(&tx.Entry, p.cartID, out)
		return setLine(ctx, tx, p.cartID, p.card.ID, after)
	})
	return out, err
}

func setLine(ctx context.Context, tx *sqldb.Tx, cartID, productID, qty int64) error {
	n, err := tx.Exec(ctx, `UPDATE cart_item SET qty = $3, updated_at = $4 WHERE cart_id = $1 AND product_id = $2`,
		cartID, productID, qty, sqldb.Micros(tx.Now()))
	if err == nil && n == 0 {
		err = notThere()
	}
	return err
}

// Remove takes a product out of the owner's cart.
func (s *Service) Remove(ctx context.Context, o Owner, sku string) (out Outcome, err error) {
	err = s.db.Change(ctx, ItemRemoved, func(ctx context.Context, tx *sqldb.Tx) error {
		out = Outcome{}
		p, ok, err := find(ctx, tx, o, sku)
		if err != nil {
			return err
		}
		if !ok || p.qty == 0 {
			return notThere()
		}
		out = Outcome{SKU: p.card.SKU, Name: p.card.Name, Before: p.qty}
		if err := touch(ctx, tx, p.cartID); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `DELETE FROM cart_item WHERE cart_id = $1 AND product_id = $2`, p.cartID, p.card.ID)
		if err == nil && n == 0 {
			return notThere()
		}
		describe(&tx.Entry, p.cartID, out)
		return err
	})
	return out, err
}

// Clear takes everything out of the owner's cart.
func (s *Service) Clear(ctx context.Context, o Owner) error {
	return s.db.Change(ctx, Cleared, func(ctx context.Context, tx *sqldb.Tx) error {
		c, err := load(ctx, tx, o, tx.Now())
		if err != nil {
			return err
		}
		if len(c.Lines) == 0 {
			tx.Skip()
			return nil
		}
		if err := touch(ctx, tx, c.ID); err != nil {
			return err
		}
		tx.About("cart", strconv.FormatInt(c.ID, 10))
		tx.Details = strconv.Itoa(len(c.Lines)) + " lines"
		for _, l := range c.Lines {
			tx.Diff(l.Card.SKU, qtyText(l.Qty), "")
		}
		_, err = tx.Exec(ctx, `DELETE FROM cart_item WHERE cart_id = $1`, c.ID)
		return err
	})
}

// Update sets several quantities at once, as the cart page's form does: sku →
// quantity, 0 removes. With a version it refuses when the cart changed since
// the page was drawn. Lines that cannot be had are told by field, "qty_" + sku,
// and then nothing is changed.
func (s *Service) Update(ctx context.Context, o Owner, version int64, qtys map[string]int64) (outs []Outcome, err error) {
	err = s.db.Change(ctx, ItemChanged, func(ctx context.Context, tx *sqldb.Tx) error {
		outs = nil
		c, err := load(ctx, tx, o, tx.Now())
		if err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			e := fault.New(fault.Conflict, "The cart changed meanwhile. Please look at it again.")
			e.Code = CodeChanged
			return e
		}
		changed, refused := plan(c, qtys)
		if err := refused.Err(); err != nil {
			return err
		}
		outs = changed
		if !slices.ContainsFunc(changed, func(o Outcome) bool { return o.Before != o.After }) {
			tx.Skip()
			return nil
		}
		return apply(ctx, tx, c, changed)
	})
	return outs, err
}

// plan works out what a form's quantities mean for a cart.
func plan(c *Cart, qtys map[string]int64) ([]Outcome, fault.Fields) {
	refused := fault.Fields{}
	var outs []Outcome
	for _, l := range c.Lines {
		want, asked := qtys[l.Card.SKU]
		if !asked || want == l.Qty {
			continue
		}
		after, capped, err := change(l.Card, want)
		var e *fault.Error
		if errors.As(err, &e) {
			refused.Add("qty_"+l.Card.SKU, "%s", e.Code)
			continue
		}
		outs = append(outs, Outcome{SKU: l.Card.SKU, Name: l.Card.Name, Before: l.Qty, After: after, Capped: capped})
	}
	return outs, refused
}

// apply writes the planned quantities: one statement for those that stay, one
// for those that go.
func apply(ctx context.Context, tx *sqldb.Tx, c *Cart, outs []Outcome) error {
	if err := touch(ctx, tx, c.ID); err != nil {
		return err
	}
	ids := map[string]int64{}
	for _, l := range c.Lines {
		ids[l.Card.SKU] = l.Card.ID
	}
	var stay []Outcome
	gone := []any{c.ID}
	for _, o := range outs {
		tx.Diff(o.SKU, qtyText(o.Before), qtyText(o.After))
		if o.After == 0 {
			gone = append(gone, ids[o.SKU])
		} else {
			stay = append(stay, o)
		}
	}
	tx.About("cart", strconv.FormatInt(c.ID, 10))
	tx.Details = strconv.Itoa(len(outs)) + " lines"
	if len(gone) > 1 {
		if _, err := tx.Exec(ctx, `DELETE FROM cart_item WHERE cart_id = $1 AND product_id IN (`+sqldb.List(2, len(gone)-1)+`)`, gone...); err != nil {
			return err
		}
	}
	rows := make([]row, len(stay))
	for i, o := range stay {
		rows[i] = row{ids[o.SKU], o.After}
	}
	return putLines(ctx, tx, c.ID, rows)
}

type row struct{ productID, qty int64 }

// putLines sets the quantities of several products in one statement.
func putLines(ctx context.Context, tx *sqldb.Tx, cartID int64, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	now := sqldb.Micros(tx.Now())
	var text strings.Builder
	text.WriteString("INSERT INTO cart_item (cart_id, product_id, qty, added_at, updated_at) VALUES ")
	args := make([]any, 0, 5*len(rows))
	for i, r := range rows {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString("(" + sqldb.List(i*5+1, 5) + ")")
		args = append(args, cartID, r.productID, r.qty, now, now)
	}
	text.WriteString(" ON CONFLICT (cart_id, product_id) DO UPDATE SET qty = excluded.qty, updated_at = excluded.updated_at")
	_, err := tx.Exec(ctx, text.String(), args...)
	return err
}
