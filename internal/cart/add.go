package cart

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// Add puts more of a product into the owner's cart, as many as can be sold. A
// guest without a cart gets one; its secret is in the outcome.
func (s *Service) Add(ctx context.Context, o Owner, sku string, qty int64) (Outcome, error) {
	return s.AddVariant(ctx, o, 0, sku, qty)
}

// AddVariant is Add of a variant that was chosen at a configurable product: the
// line shows that product's name and page.
func (s *Service) AddVariant(ctx context.Context, o Owner, parentID int64, sku string, qty int64) (out Outcome, err error) {
	err = s.change(ctx, ItemAdded, func(ctx context.Context, tx *sqldb.Tx) error {
		h, err := holdOrOpen(ctx, tx, o)
		if err != nil {
			return err
		}
		p, ok, err := find(ctx, tx, o, h.id, sku)
		if err != nil {
			return err
		}
		if !ok {
			return unknown(sku)
		}
		after, capped, err := add(p.card, p.qty, qty, p.lines)
		if err != nil {
			return err
		}
		out = Outcome{SKU: p.card.SKU, Name: p.card.Name, Before: p.qty, After: after, Capped: capped, Secret: h.secret}
		describe(&tx.Entry, h.id, out)
		return putLines(ctx, tx, h.id, []row{{p.card.ID, after, parentID}})
	})
	if err != nil {
		return Outcome{}, err
	}
	return out, nil
}

// describe says in the record what happened to a line.
func describe(e *sqldb.Entry, cartID int64, out Outcome) {
	e.About("cart", strconv.FormatInt(cartID, 10))
	e.Details = out.Name + " (" + out.SKU + ")"
	if out.After > 0 {
		e.Details += " × " + strconv.FormatInt(out.After, 10)
	}
	e.Note("sku", out.SKU)
	e.Note("product", out.Name)
	if out.Capped {
		e.Note("capped", "no more can be sold")
	}
	e.Diff("qty", qtyText(out.Before), qtyText(out.After))
}

// qtyText is a quantity before or after; none is the empty text, which a record
// reads as not there.
func qtyText(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
