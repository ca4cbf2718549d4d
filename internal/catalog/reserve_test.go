package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

type stockMove func(context.Context, *sqldb.Tx, []catalog.StockLine) error

// move does something to the stock as an order would, in a change of its own.
func move(s *catalogtest.Shop, fn stockMove, lines ...catalog.StockLine) error {
	return s.DB.Change(ctx, "test.stock", func(ctx context.Context, tx *sqldb.Tx) error { return fn(ctx, tx, lines) })
}

func stockOf(t *testing.T, s *catalogtest.Shop, p *catalog.Product) string {
	t.Helper()
	now, err := s.Service.Product(ctx, p.ID)
	check(t, err)
	return fmt.Sprintf("%d on hand, %d reserved, %d left", now.Stock.OnHand, now.Stock.Reserved, now.Stock.Salable())
}

func TestStockFollowsAnOrderFromPlacingToReturn(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		p := s.Product("mug")
		four, two := catalog.StockLine{ProductID: p.ID, Qty: 4}, catalog.StockLine{ProductID: p.ID, Qty: 2}
		check(t, move(s, catalog.Reserve, two, two))
		want(t, "reserved", stockOf(t, s, p), "5 on hand, 4 reserved, 1 left")
		check(t, move(s, catalog.Consume, two))
		want(t, "shipped", stockOf(t, s, p), "3 on hand, 2 reserved, 1 left")
		check(t, move(s, catalog.Release, two))
		want(t, "cancelled", stockOf(t, s, p), "3 on hand, 0 reserved, 3 left")
		check(t, move(s, catalog.Restock, two))
		want(t, "returned", stockOf(t, s, p), "5 on hand, 0 reserved, 5 left")
		check(t, move(s, catalog.Release, four))
		want(t, "never below nothing", stockOf(t, s, p), "5 on hand, 0 reserved, 5 left")
	})
}

func TestReservingMoreThanIsLeftIsRefusedWholly(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		a := s.Product("a", func(p *catalog.Product) { p.Stock.Threshold = 2 })
		b := s.Product("b", func(p *catalog.Product) { p.Stock.InStock = false })
		free := s.Product("free", func(p *catalog.Product) { p.Stock = catalog.Stock{InStock: true} })
		later := s.Product("later", func(p *catalog.Product) { p.Stock.Backorders = true })
		err := move(s, catalog.Reserve, catalog.StockLine{ProductID: later.ID, Qty: 9}, catalog.StockLine{ProductID: b.ID, Qty: 1},
			catalog.StockLine{ProductID: a.ID, Qty: 4}, catalog.StockLine{ProductID: 999, Qty: 1})
		f, _ := fault.As(err)
		var short *catalog.Short
		if f == nil || f.Kind != fault.Conflict || f.Code != catalog.CodeShort || !errors.As(err, &short) {
			t.Fatalf("not refused as short: %v", err)
		}
		want(t, "said", f.Message, "Only 3 of a are left. b is out of stock. A product of this order no longer exists.")
		want(t, "short", fmt.Sprint(short.Lines), fmt.Sprintf("[{%d a 4 3} {%d b 1 0} {999  1 0}]", a.ID, b.ID))
		want(t, "undone", stockOf(t, s, later), fmt.Sprintf("5 on hand, 0 reserved, %d left", catalog.Unlimited))
		check(t, move(s, catalog.Reserve, catalog.StockLine{ProductID: later.ID, Qty: 9}, catalog.StockLine{ProductID: free.ID, Qty: 7}))
		check(t, move(s, catalog.Consume, catalog.StockLine{ProductID: later.ID, Qty: 9}, catalog.StockLine{ProductID: free.ID, Qty: 7}))
		want(t, "owed", stockOf(t, s, later), fmt.Sprintf("-4 on hand, 0 reserved, %d left", catalog.Unlimited))
		want(t, "never counted", stockOf(t, s, free), fmt.Sprintf("0 on hand, 0 reserved, %d left", catalog.Unlimited))
		if err := move(s, catalog.Reserve, catalog.StockLine{ProductID: a.ID}); err == nil || fault.KindOf(err) != "" {
			t.Errorf("reserved nothing at all: %v", err)
		}
	})
}

func TestOnlyStockThatPagesSpeakOfMakesThemStale(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		p := s.Product("mug")
		moved := func(fn stockMove, qty int64) bool {
			before, err := s.Version(ctx)
			check(t, err)
			check(t, move(s, fn, catalog.StockLine{ProductID: p.ID, Qty: qty}))
			after, err := s.Version(ctx)
			check(t, err)
			return before != after
		}
		want(t, "five left, then four", moved(catalog.Reserve, 1), false)
		want(t, "only three left", moved(catalog.Reserve, 1), true)
		want(t, "only one left", moved(catalog.Reserve, 2), true)
		want(t, "the last", moved(catalog.Reserve, 1), true)
		want(t, "shipped", moved(catalog.Consume, 1), false)
		want(t, "back again", moved(catalog.Release, 1), true)
	})
}

// Whatever several buyers want at once, in whatever order they name it: what
// they got is what is reserved, and never more than there was.
func TestParallelBuyersNeverGetMoreThanThereIs(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		products := make([]*catalog.Product, 4)
		for i := range products {
			products[i] = s.Product(fmt.Sprint("p", i))
		}
		round := 0
		rapid.Check(t, func(rt *rapid.T) {
			if round++; round > 25 {
				return // each round is many transactions
			}
			s.Exec(`UPDATE product SET reserved = 0`)
			stock := make([]int64, len(products))
			for i, p := range products {
				stock[i] = rapid.Int64Range(0, 6).Draw(rt, "stock")
				s.Exec(`UPDATE product SET on_hand = $2 WHERE id = $1`, p.ID, stock[i])
			}
			buyers := make([][]catalog.StockLine, 6)
			for i := range buyers {
				for _, n := range rapid.SliceOfN(rapid.IntRange(0, len(products)-1), 1, 5).Draw(rt, "lines") {
					buyers[i] = append(buyers[i], catalog.StockLine{ProductID: products[n].ID, Qty: rapid.Int64Range(1, 3).Draw(rt, "qty")})
				}
			}
			letGo := rapid.SliceOfN(rapid.Bool(), len(buyers), len(buyers)).Draw(rt, "let go")
			kept := buyAll(rt, s, buyers, letGo)
			for i, p := range products {
				now, err := s.Service.Product(ctx, p.ID)
				if err != nil {
					rt.Fatal(err)
				}
				if now.Stock.Reserved != kept[p.ID] || kept[p.ID] > stock[i] || now.Stock.OnHand != stock[i] {
					rt.Fatalf("%d of %d given out, %d reserved, %d on hand", kept[p.ID], stock[i], now.Stock.Reserved, now.Stock.OnHand)
				}
			}
		})
	})
}

// buyAll lets all buyers reserve at once, some of whom change their minds, and
// returns what the others hold in the end.
func buyAll(rt *rapid.T, s *catalogtest.Shop, buyers [][]catalog.StockLine, letGo []bool) map[int64]int64 {
	var wg sync.WaitGroup
	errs := make([]error, len(buyers))
	for i, lines := range buyers {
		wg.Go(func() {
			errs[i] = move(s, catalog.Reserve, lines...)
			if errs[i] == nil && letGo[i] {
				if err := move(s, catalog.Release, lines...); err != nil {
					errs[i] = fmt.Errorf("letting go: %w", err)
				}
			}
		})
	}
	wg.Wait()
	kept := map[int64]int64{}
	for i, err := range errs {
		if err != nil {
			var short *catalog.Short
			if !errors.As(err, &short) {
				rt.Fatalf("neither sold nor refused: %v", err)
			}
			continue
		}
		for _, l := range buyers[i] {
			if !letGo[i] {
				kept[l.ProductID] += l.Qty
			}
		}
	}
	return kept
}
