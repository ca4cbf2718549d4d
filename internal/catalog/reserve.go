package catalog

import (
	"cmp"
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// StockLine is a quantity of one product that an order reserves, ships, lets go
// of or gives back. Several lines of one product add up.
type StockLine struct{ ProductID, Qty int64 }

// CodeShort is the code of Reserve's refusal; its *Short says what is missing.
const CodeShort = "stock_short"

// Short is what cannot be reserved; errors.As finds it in Reserve's refusal.
type Short struct{ Lines []ShortLine }

// ShortLine is one product of which fewer are left than wanted. Without a SKU
// it does not exist any more.
type ShortLine struct {
	ProductID    int64
	SKU          string
	Wanted, Left int64
}

func (s *Short) Error() string { return fmt.Sprintf("catalog: short of %v", s.Lines) }

// Reserve keeps products for an order inside its own change. It refuses with a
// Conflict, and reserves nothing, when fewer of one are left than wanted; who
// asks at the same moment for the last piece waits here, and gets no.
func Reserve(ctx context.Context, tx *sqldb.Tx, lines []StockLine) error {
	return moveStock(ctx, tx, lines, func(rows []stockRow) error {
		var short Short
		for i := range rows {
			r := &rows[i]
			if left := r.Salable(); left < r.qty {
				short.Lines = append(short.Lines, ShortLine{r.id, r.sku, r.qty, left})
			}
			r.Reserved += r.qty
		}
		return short.refusal()
	})
}

// Release lets go of what was reserved: the order, or this part of it, was
// cancelled.
func Release(ctx context.Context, tx *sqldb.Tx, lines []StockLine) error {
	return moveStock(ctx, tx, lines, each(func(r *stockRow) {
		r.Reserved = max(0, r.Reserved-r.qty)
	}))
}

// Consume takes what was reserved out of the stock: it was shipped. On hand
// falls below zero when more was sold than there was, on backorder.
func Consume(ctx context.Context, tx *sqldb.Tx, lines []StockLine) error {
	return moveStock(ctx, tx, lines, each(func(r *stockRow) {
		r.Reserved = max(0, r.Reserved-r.qty)
		if r.Manage {
			r.OnHand -= r.qty
		}
	}))
}

// Restock puts back into the stock what a customer returned.
func Restock(ctx context.Context, tx *sqldb.Tx, lines []StockLine) error {
	return moveStock(ctx, tx, lines, each(func(r *stockRow) {
		if r.Manage {
			r.OnHand += r.qty
		}
	}))
}

// refusal is nil when nothing is short, else a Conflict that names the SKUs.
func (s *Short) refusal() error {
	if len(s.Lines) == 0 {
		return nil
	}
	said := make([]string, len(s.Lines))
	for i, l := range s.Lines {
		switch {
		case l.SKU == "":
			said[i] = "A product of this order no longer exists."
		case l.Left == 0:
			said[i] = l.SKU + " is out of stock."
		default:
			said[i] = fmt.Sprintf("Only %d of %s are left.", l.Left, l.SKU)
		}
	}
	return &fault.Error{Kind: fault.Conflict, Code: CodeShort, Message: strings.Join(said, " "), Err: s}
}

// stockRow is the stock of one product and how much of it is asked about.
type stockRow struct {
	Stock
	id, qty int64
	sku     string // "" when the product no longer exists
}

func each(move func(*stockRow)) func([]stockRow) error {
	return func(rows []stockRow) error {
		for i := range rows {
			move(&rows[i])
		}
		return nil
	}
}

// moveStock holds the products in the order of their ids, so that two orders
// never wait for each other, and writes what move made of them: two statements,
// whatever the order holds, a few more when something ran out. What is reserved
// is counted of every product, so that switching counting on later finds it
// right. Copies of the catalogue's pages are only dropped when they would say
// something else.
func moveStock(ctx context.Context, tx *sqldb.Tx, lines []StockLine, move func([]stockRow) error) error {
	rows, err := wanted(lines)
	if err != nil || len(rows) == 0 {
		return err
	}
	if err := holdStock(ctx, tx, rows); err != nil {
		return err
	}
	before := slices.Clone(rows)
	if err := move(rows); err != nil {
		return err
	}
	var flipped []int64
	speaks := false
	for i, b := range before {
		if (b.Salable() > 0) != (rows[i].Salable() > 0) {
			flipped = append(flipped, b.id)
		}
		speaks = speaks || shown(b.Salable()) != shown(rows[i].Salable())
	}
	if err := writeStock(ctx, tx, rows); err != nil || !speaks {
		return err
	}
	if err := tellParents(ctx, tx, flipped); err != nil {
		return err
	}
	return tx.Bump(ctx, Topic)
}

// tellParents works out anew whether the products are in stock of which these
// are variants.
func tellParents(ctx context.Context, tx *sqldb.Tx, flipped []int64) error {
	if len(flipped) == 0 {
		return nil
	}
	parents, err := parentsOf(ctx, tx, flipped)
	if err != nil || len(parents) == 0 {
		return err
	}
	return restockParents(ctx, tx, parents)
}

// Few is how many are left when pages begin to tell how many.
const Few = 3

// shown is what pages say of how many are left: none, which of the last few, or
// no more than that there are some.
func shown(salable int64) int64 { return min(max(salable, 0), Few+1) }

// wanted adds up the lines of each product, in the order of the ids.
func wanted(lines []StockLine) ([]stockRow, error) {
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b StockLine) int { return cmp.Compare(a.ProductID, b.ProductID) })
	var rows []stockRow
	for _, l := range sorted {
		if l.ProductID < 1 || l.Qty < 1 || l.Qty > maxStock {
			return nil, fmt.Errorf("catalog: not a line of stock: %+v", l)
		}
		if n := len(rows); n > 0 && rows[n-1].id == l.ProductID {
			rows[n-1].qty += l.Qty
		} else {
			rows = append(rows, stockRow{id: l.ProductID, qty: l.Qty})
		}
	}
	return rows, nil
}

// holdStock reads the products' stock and keeps others from changing it until
// this change has ended.
func holdStock(ctx context.Context, tx *sqldb.Tx, rows []stockRow) error {
	at := make(map[int64]*stockRow, len(rows))
	var ids []any
	for i := range rows {
		at[rows[i].id] = &rows[i]
		ids = append(ids, rows[i].id)
	}
	for len(ids) < few(len(rows)) {
		ids = append(ids, ids[0])
	}
	_, err := sqldb.All(ctx, tx, func(r sqldb.Scanner) (struct{}, error) {
		var id int64
		var sku string
		var s Stock
		err := r.Scan(&id, &sku, &s.Manage, &s.OnHand, &s.Reserved, &s.Threshold, &s.InStock, &s.Backorders)
		if row := at[id]; row != nil {
			row.sku, row.Stock = sku, s
		}
		return struct{}{}, err
	}, `SELECT id, sku, manage_stock, on_hand, reserved, threshold, in_stock, backorders FROM product
		WHERE id IN (`+sqldb.List(1, len(ids))+`) ORDER BY id`+tx.Hold(), ids...)
	return err
}

// writeStock writes the stock of products that are held. One that no longer
// exists is not written.
func writeStock(ctx context.Context, tx *sqldb.Tx, rows []stockRow) error {
	n := few(len(rows))
	text := make([]string, n)
	args := make([]any, 0, 3*n)
	for i := range n {
		r := rows[min(i, len(rows)-1)]
		text[i] = fmt.Sprintf("(CAST($%d AS BIGINT), CAST($%d AS BIGINT), CAST($%d AS BIGINT))", 3*i+1, 3*i+2, 3*i+3)
		args = append(args, r.id, r.OnHand, r.Reserved)
	}
	_, err := tx.Exec(ctx, `UPDATE product SET on_hand = v.column2, reserved = v.column3
		FROM (VALUES `+strings.Join(text, ",")+`) AS v WHERE product.id = v.column1`, args...)
	return err
}

// few is the next power of two: statements of few sizes are prepared, the rest
// of one repeats a row.
func few(n int) int { return 1 << bits.Len(uint(n-1)) }
