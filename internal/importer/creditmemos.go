package importer

import (
	"context"
	"fmt"

	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

// CreditMemos brings a file of credit memos in, one JSON object a line, for
// orders that are here already. One whose figures are others than its order's
// lines make is reported and not taken.
func (im *Importer) CreditMemos(ctx context.Context, file *Source, o Options) (Result, error) {
	return im.result(o, func(f *faults, res *Result) error {
		rows, err := magento.CreditMemos(file)
		if err != nil {
			return inFile(file, err)
		}
		mi := &memoImport{im: im}
		res.CreditMemos, err = drive(ctx, im.db, o, f, plan[magento.CreditMemo]{
			action: CreditMemosImported, stage: "credit memos", source: file,
			next: rows.Next,
			line: func(r magento.CreditMemo) int { return r.Line },
			key:  func(r magento.CreditMemo) string { return r.Number },
			name: func(r magento.CreditMemo) string { return r.Number },
			take: mi.take,
		})
		return err
	})
}

type memoImport struct{ im *Importer }

func (mi *memoImport) take(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, rows []magento.CreditMemo) ([]verdict, error) {
	var numbers, orders []string
	for _, row := range rows {
		numbers, orders = append(numbers, row.Number), append(orders, row.OrderNumber)
	}
	here, err := sales.KnownMemos(ctx, q, numbers)
	if err != nil {
		return nil, err
	}
	owners, err := sales.Known(ctx, q, orders)
	if err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(rows))
	taken := map[int64][]string{}
	for i, row := range rows {
		owner, ok := owners[row.OrderNumber]
		if !ok {
			verdicts[i] = refuse("order_increment_id", "there is no order %q: import the orders first", row.OrderNumber)
			continue
		}
		in, err := memo(row, owner)
		if err != nil {
			verdicts[i].err = err
			continue
		}
		if before, ok := here[row.Number]; ok {
			verdicts[i] = sameMemo(before, in)
			continue
		}
		verdicts[i] = mi.put(ctx, q, tx, in)
		if err := verdicts[i].err; err != nil && !ofARow(err) {
			return nil, err
		} else if err == nil {
			taken[owner.ViewID] = append(taken[owner.ViewID], in.Number)
		}
	}
	return verdicts, passNumbers(ctx, tx, taken, sales.CreditMemoDoc)
}

// put takes a credit memo. What is refused has written nothing yet: its order's
// row was held, no more.
func (mi *memoImport) put(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, in sales.ImportedMemo) verdict {
	if tx == nil {
		return verdict{Created, renamed(sales.PlanImportedMemo(ctx, q, in), nil)}
	}
	if err := sales.PlanImportedMemo(ctx, tx, in); err != nil {
		return verdict{err: renamed(err, nil)}
	}
	return verdict{Created, mi.im.sales.ImportMemoTx(ctx, tx, in)}
}

func sameMemo(before sales.CreditMemo, in sales.ImportedMemo) verdict {
	if before.OrderID != in.OrderID || before.Grand != in.Grand {
		return refuse("increment_id", "another credit memo with this number is here already; it is left as it is")
	}
	return verdict{outcome: Unchanged}
}

// memo is what a row means here.
func memo(row magento.CreditMemo, owner sales.Order) (sales.ImportedMemo, error) {
	f := &figures{currency: owner.Currency}
	in := sales.ImportedMemo{
		Number: f.must("increment_id", row.Number), OrderID: owner.ID, CreatedAt: f.moment("created_at", row.CreatedAt), Qty: map[string]int64{},
		Subtotal: f.amount("subtotal", row.Subtotal), Shipping: f.amount("shipping_amount", row.Shipping), Grand: f.amount("grand_total", row.GrandTotal),
		AdjustmentRefund: f.amount("adjustment_positive", row.AdjustmentPositive), AdjustmentFee: f.positive("adjustment_negative", row.AdjustmentNegative),
	}
	for n, item := range row.Items {
		qty := f.whole(fmt.Sprintf("items.%d.qty", n), item.Qty)
		if qty == 0 {
			continue // a part of another line, or not given back
		}
		in.Qty[f.must(fmt.Sprintf("items.%d.order_item_id", n), string(item.OrderItemID))] += qty
	}
	return in, f.err()
}
