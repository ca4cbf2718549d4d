package cart

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Item is a wish for so many pieces of a product.
type Item struct {
	SKU      string
	Qty      int64
	ParentID int64 // of the configurable product at which it was chosen
}

// shownAt is where a wished-for product was chosen: where the wish says, or, of a
// variant that has no page of its own, the product that has it.
const shownAt = `COALESCE(NULLIF(i.column4, 0), (SELECT v.parent_id FROM product_variant v JOIN product vp ON vp.id = v.parent_id
	WHERE v.child_id = p.id AND p.visibility = 'none' AND vp.enabled AND vp.visibility <> 'none' ORDER BY v.parent_id LIMIT 1))`

// Trial prices a cart that is not kept anywhere, for an order that staff draws
// up; the owner's own cart stays as it is. Products are in the order of their
// wishes; unknown ones, and configurable ones, of which a variant is wanted, are
// left out. It is one query.
func (s *Service) Trial(ctx context.Context, q sqldb.Querier, o Owner, now time.Time, wishes []Item) (*Cart, error) {
	c := &Cart{Currency: o.Currency}
	if len(wishes) > MaxLines {
		return nil, fault.New(fault.Invalid, "Please order at most %d products at once.", MaxLines)
	}
	if len(wishes) == 0 {
		return c, nil
	}
	var w sqldb.Where
	rows := make([]string, len(wishes))
	for i, wish := range wishes {
		if wish.Qty < 1 || wish.Qty > MaxQty {
			return nil, &fault.Error{Kind: fault.Invalid, Code: CodeQty, Message: "Please enter a quantity between 1 and 10000."}
		}
		rows[i] = w.Bind("(CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))", catalog.SKUKey(wish.SKU), wish.Qty, i, wish.ParentID)
	}
	from := `(VALUES ` + strings.Join(rows, ", ") + `) AS i JOIN product p ON p.sku_key = i.column1` + chosenAt(&w, shownAt, o.ViewID)
	w.And("p.kind <> ?", string(catalog.Configurable))
	query := catalog.LinesQuery(o.scope(now), &w, from, "i.column2", ", i.column2, "+chosenColumns) + w.SQL() + " ORDER BY i.column3"
	var err error
	c.Lines, err = sqldb.All(ctx, q, func(r sqldb.Scanner) (Line, error) { return scanLine(r, o.Currency) }, query, w.Args()...)
	return c, err
}
