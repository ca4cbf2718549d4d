package cart

import (
	"context"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
)

// MoveToWishList takes a product out of a customer's cart and puts it on the
// customer's wish list, both or neither. Of a variant the product at which it was
// chosen is kept: that one has a page.
func (s *Service) MoveToWishList(ctx context.Context, o Owner, sku string) (out Outcome, err error) {
	err = s.change(ctx, ItemWished, func(ctx context.Context, tx *sqldb.Tx) error {
		h, ok, err := hold(ctx, tx, o)
		if err != nil {
			return err
		}
		l, found := Line{}, false
		if ok {
			if l, found, err = lineOf(ctx, tx, o, sku); err != nil {
				return err
			}
		}
		if !found {
			return notThere()
		}
		wish := l.Card.ID
		if l.Parent != nil {
			wish = l.Parent.ID
		}
		if err := customer.WishTx(ctx, tx, o.CustomerID, wish); err != nil {
			return err
		}
		out = Outcome{SKU: l.Card.SKU, Name: l.Name(), Before: l.Qty}
		describe(&tx.Entry, h.id, out)
		return writeLines(ctx, tx, h.id, []row{{l.Card.ID, 0, 0}})
	})
	return out, err
}

// lineOf is the line of a product in the owner's cart.
func lineOf(ctx context.Context, tx *sqldb.Tx, o Owner, sku string) (Line, bool, error) {
	c, err := load(ctx, tx, o, tx.Now())
	if err != nil {
		return Line{}, false, err
	}
	for _, l := range c.Lines {
		if l.Card.SKU == sku {
			return l, true, nil
		}
	}
	return Line{}, false, nil
}
