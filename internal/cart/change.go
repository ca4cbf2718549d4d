package cart

import (
	"context"
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
	return s.changeLine(ctx, o, sku, ItemChanged, func(p place) (int64, bool, error) { return set(p.card, qty) })
}

// Remove takes a product out of the owner's cart.
func (s *Service) Remove(ctx context.Context, o Owner, sku string) (Outcome, error) {
	return s.changeLine(ctx, o, sku, ItemRemoved, func(place) (int64, bool, error) { return 0, false, nil })
}

// changeLine changes one line as a rule says; 0 removes it.
func (s *Service) changeLine(ctx context.Context, o Owner, sku string, a sqldb.Action, rule func(place) (int64, bool, error)) (out Outcome, err error) {
	err = s.change(ctx, a, func(ctx context.Context, tx *sqldb.Tx) error {
		h, ok, err := hold(ctx, tx, o)
		if err != nil {
			return err
		}
		var p place
		if ok {
			p, ok, err = find(ctx, tx, o, h.id, sku)
		}
		switch {
		case err != nil:
			return err
		case !ok || p.qty == 0:
			return notThere()
		}
		after, capped, err := rule(p)
		if err != nil {
			return err
		}
		out = Outcome{SKU: p.card.SKU, Name: p.card.Name, Before: p.qty, After: after, Capped: capped}
		if after == p.qty {
			return errUnchanged
		}
		describe(&tx.Entry, h.id, out)
		return writeLines(ctx, tx, h.id, []row{{p.card.ID, after, 0}})
	})
	return out, err
}

// Clear takes everything out of the owner's cart.
func (s *Service) Clear(ctx context.Context, o Owner) error {
	return s.change(ctx, Cleared, func(ctx context.Context, tx *sqldb.Tx) error {
		h, ok, err := hold(ctx, tx, o)
		if err != nil || !ok {
			return err
		}
		c, err := load(ctx, tx, o, tx.Now())
		if err != nil {
			return err
		}
		if len(c.Lines) == 0 {
			return errUnchanged
		}
		tx.About("cart", strconv.FormatInt(h.id, 10))
		tx.Details = lineCount(len(c.Lines))
		for _, l := range c.Lines {
			tx.Diff(l.Card.SKU, qtyText(l.Qty), "")
		}
		_, err = tx.Exec(ctx, `DELETE FROM cart_item WHERE cart_id = $1`, h.id)
		return err
	})
}

// Update sets several quantities at once, as the cart page's form does: sku →
// quantity, 0 removes. With a version it refuses when the cart changed since
// the page was drawn. Lines that cannot be had are told by field, "qty_" + sku,
// in one of the codes, and then nothing is changed.
func (s *Service) Update(ctx context.Context, o Owner, version int64, qtys map[string]int64) (outs []Outcome, err error) {
	err = s.change(ctx, ItemChanged, func(ctx context.Context, tx *sqldb.Tx) error {
		outs = nil
		h, _, err := hold(ctx, tx, o)
		if err != nil {
			return err
		}
		if version != 0 && version != h.version-1 {
			return changedMeanwhile()
		}
		c, err := load(ctx, tx, o, tx.Now())
		if err != nil {
			return err
		}
		planned, refused := plan(c, qtys)
		if err := refused.Err(); err != nil {
			return err
		}
		outs = planned
		if !slices.ContainsFunc(planned, func(o Outcome) bool { return o.Before != o.After }) {
			return errUnchanged
		}
		return apply(ctx, tx, c, planned)
	})
	return outs, err
}

func changedMeanwhile() error {
	e := fault.New(fault.Conflict, "The cart changed meanwhile. Please look at it again.")
	e.Code = CodeChanged
	return e
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
		after, capped, err := set(l.Card, want)
		if e, ok := fault.As(err); ok {
			refused.Add("qty_"+l.Card.SKU, "%s", e.Code)
			continue
		}
		outs = append(outs, Outcome{SKU: l.Card.SKU, Name: l.Card.Name, Before: l.Qty, After: after, Capped: capped})
	}
	return outs, refused
}

// apply writes planned quantities.
func apply(ctx context.Context, tx *sqldb.Tx, c *Cart, outs []Outcome) error {
	ids := map[string]int64{}
	for _, l := range c.Lines {
		ids[l.Card.SKU] = l.Card.ID
	}
	rows := make([]row, len(outs))
	for i, o := range outs {
		tx.Diff(o.SKU, qtyText(o.Before), qtyText(o.After))
		rows[i] = row{ids[o.SKU], o.After, 0}
	}
	tx.About("cart", strconv.FormatInt(c.ID, 10))
	tx.Details = lineCount(len(outs))
	return writeLines(ctx, tx, c.ID, rows)
}

// row is a line to write; parentID is where its product was chosen, 0 leaves
// what there is.
type row struct{ productID, qty, parentID int64 }

// writeLines sets quantities and removes the lines of 0: a statement for each.
func writeLines(ctx context.Context, tx *sqldb.Tx, cartID int64, rows []row) error {
	var stay []row
	gone := []any{cartID}
	for _, r := range rows {
		if r.qty == 0 {
			gone = append(gone, r.productID)
		} else {
			stay = append(stay, r)
		}
	}
	if n := len(gone) - 1; n > 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM cart_item WHERE cart_id = $1 AND product_id IN (`+sqldb.List(2, n)+`)`, gone...); err != nil {
			return err
		}
	}
	return putLines(ctx, tx, cartID, stay)
}

// putLines sets the quantities of several products in one statement.
func putLines(ctx context.Context, tx *sqldb.Tx, cartID int64, rows []row) error {
	if len(rows) == 0 {
		return nil
	}
	now := sqldb.Micros(tx.Now())
	var text strings.Builder
	text.WriteString("INSERT INTO cart_item (cart_id, product_id, qty, added_at, updated_at, parent_product_id) VALUES ")
	args := make([]any, 0, 6*len(rows))
	for i, r := range rows {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString("(" + sqldb.List(i*6+1, 6) + ")")
		args = append(args, cartID, r.productID, r.qty, now, now, sqldb.NullID(r.parentID))
	}
	text.WriteString(` ON CONFLICT (cart_id, product_id) DO UPDATE SET qty = excluded.qty, updated_at = excluded.updated_at,
		parent_product_id = COALESCE(excluded.parent_product_id, cart_item.parent_product_id)`)
	_, err := tx.Exec(ctx, text.String(), args...)
	return err
}

// lineCount says how many lines of a cart something was about.
func lineCount(n int) string {
	if n == 1 {
		return "1 line"
	}
	return strconv.Itoa(n) + " lines"
}
