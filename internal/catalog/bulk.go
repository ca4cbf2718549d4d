package catalog

import (
	"context"
	"fmt"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// MaxBulk is how many products are changed at once.
const MaxBulk = 500

// SetEnabled enables or disables several products in one change, and returns how
// many were not so before.
func (s *Service) SetEnabled(ctx context.Context, ids []int64, enabled bool) (changed int, err error) {
	action := ProductsEnabled
	if !enabled {
		action = ProductsDisabled
	}
	switch {
	case len(ids) == 0:
		return 0, fault.New(fault.Invalid, "Tick some products first.")
	case len(ids) > MaxBulk:
		return 0, fault.New(fault.Invalid, "At most %d products can be changed at once.", MaxBulk)
	}
	err = s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		others, err := s.otherwise(ctx, tx, ids, enabled)
		if err != nil {
			return err
		}
		if changed = len(others); changed == 0 {
			tx.Skip()
			return nil
		}
		tx.Details = fmt.Sprintf("%d products", changed)
		if changed == 1 {
			tx.Details = "1 product"
		}
		return enable(ctx, tx, others, enabled)
	})
	return changed, err
}

// otherwise are those of some products that are not so yet; the record names them.
func (s *Service) otherwise(ctx context.Context, tx *sqldb.Tx, ids []int64, enabled bool) ([]int64, error) {
	return sqldb.All(ctx, tx, func(r sqldb.Scanner) (id int64, err error) {
		var sku string
		err = r.Scan(&id, &sku)
		tx.About("product", number(id))
		tx.Diff(sku, yes(true, !enabled), yes(true, enabled))
		return id, err
	}, `SELECT id, sku FROM product WHERE enabled = $1 AND id IN (`+sqldb.List(2, len(ids))+`) ORDER BY id`,
		append([]any{!enabled}, sqldb.Any(ids)...)...)
}

func enable(ctx context.Context, tx *sqldb.Tx, ids []int64, enabled bool) error {
	_, err := tx.Exec(ctx, `UPDATE product SET enabled = $1, version = version + 1, updated_at = $2
		WHERE id IN (`+sqldb.List(3, len(ids))+`)`, append([]any{enabled, sqldb.Micros(tx.Now())}, sqldb.Any(ids)...)...)
	if err != nil {
		return err
	}
	if err := relistProducts(ctx, tx, ids); err != nil {
		return err
	}
	parents, err := parentsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	if len(parents) > 0 {
		if err := reprice(ctx, tx, parents); err != nil {
			return err
		}
	}
	return tx.Bump(ctx, Topic)
}

// Announce records that somebody takes the list of products away as a file.
func (s *Service) Announce(ctx context.Context, said []sqldb.Note) error {
	return s.db.Change(ctx, ProductsExported, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About("products", "csv")
		tx.Details = "Products as CSV"
		tx.Notes = append(tx.Notes, said...)
		return nil
	})
}

// EachRow calls fn for all products of a query in its order, a few hundred read
// at a time.
func (s *Service) EachRow(ctx context.Context, q ProductQuery, fn func(ProductRow) error) error {
	q.Size, q.Cursor = 500, ""
	order, _ := q.order()
	var at listing.Place
	for {
		rows, err := s.productRows(ctx, q, at)
		if err != nil {
			return err
		}
		for _, row := range rows[:min(len(rows), q.Size)] {
			if err := fn(row); err != nil {
				return err
			}
		}
		if len(rows) <= q.Size {
			return nil
		}
		at = order.place(rows[q.Size-1], false)
	}
}
