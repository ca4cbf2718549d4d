package sales

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
)

// Terms gives the rows of sales_order_term that this package would write for an
// order, to programs that fill a whole database at once.
func Terms(o Order, fn func(text string, shared int)) {
	texts := []string{customer.Fold(o.Number), shortNumber(o.Number), customer.Fold(o.Email)}
	for _, name := range []string{o.BillName, o.ShipName} {
		at := max(0, strings.LastIndexByte(name, ' '))
		texts = append(texts, customer.NameTexts(name[:at], name[at:])...)
	}
	customer.TermRows(texts, fn)
}

type term struct {
	text   string
	shared int
}

func insertTerms(ctx context.Context, tx *sqldb.Tx, o Order) error {
	var all []term
	Terms(o, func(text string, shared int) { all = append(all, term{text, shared}) })
	return insertLines(ctx, tx, `sales_order_term (term, order_id, shared)`, all, func(t term) []any { return []any{t.text, o.ID, t.shared} })
}

// refreshTerms writes the terms of an order again.
func refreshTerms(ctx context.Context, tx *sqldb.Tx, o Order) error {
	if _, err := tx.Exec(ctx, `DELETE FROM sales_order_term WHERE order_id = $1`, o.ID); err != nil {
		return err
	}
	return insertTerms(ctx, tx, o)
}
