package cart

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// Add puts more of a product into the owner's cart, as many as can be sold. A
// guest without a cart gets one; its secret is in the outcome.
func (s *Service) Add(ctx context.Context, o Owner, sku string, qty int64) (out Outcome, err error) {
	err = s.db.Change(ctx, ItemAdded, func(ctx context.Context, tx *sqldb.Tx) error {
		out = Outcome{}
		p, ok, err := find(ctx, tx, o, sku)
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
		out = Outcome{SKU: p.card.SKU, Name: p.card.Name, Before: p.qty, After: after, Capped: capped}
		if p.cartID == 0 {
			if p.cartID, out.Secret, err = open(ctx, tx, o); err != nil {
				return err
			}
		} else if err := touch(ctx, tx, p.cartID); err != nil {
			return err
		}
		now := sqldb.Micros(tx.Now())
		_, err = tx.Exec(ctx, `INSERT INTO cart_item (cart_id, product_id, qty, added_at, updated_at) VALUES ($1, $2, $3, $4, $4)
			ON CONFLICT (cart_id, product_id) DO UPDATE SET qty = excluded.qty, updated_at = excluded.updated_at`,
			p.cartID, p.card.ID, after, now)
		describe(&tx.Entry, p.cartID, out)
		return err
	})
	return out, err
}

// describe says in the record what happened to a line.
func describe(e *sqldb.Entry, cartID int64, out Outcome) {
	e.About("cart", strconv.FormatInt(cartID, 10))
	e.Details = out.SKU + " × " + strconv.FormatInt(out.After, 10)
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
