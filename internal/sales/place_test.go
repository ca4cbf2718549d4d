package sales_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

func TestAnOrderIsReadAsItWasPlaced(t *testing.T) {
	each(t, func(s *shop) {
		d := s.orderA()
		d.Coupon, d.DiscountLabel, d.RuleIDs, d.Comment, d.PONumber, d.IP = "SAVE10", "10 % off", []int64{3, 5}, "Ring twice.", "PO-7", "203.0.113.9"
		d.Lines[0].Options = []sales.Option{{Label: "Colour", Value: "Red"}}
		d.Lines[0].WeightGrams, d.Lines[1].WeightGrams = 300, 900
		d.Billing.Company = "Lind & Co"
		o := s.place(d)
		want(t, "names", o.Name()+"/"+o.BillName+"/"+o.ShipName, "Vera Lind/Vera Lind/Vera Lind")
		want(t, "billing", o.Billing, d.Billing)
		want(t, "shipping", *o.Shipping, *d.Shipping)
		want(t, "rest", fmt.Sprint(o.Coupon, o.DiscountLabel, o.RuleIDs, o.PONumber, o.IP, o.WeightGrams, o.TotalQty, o.Virtual), fmt.Sprint("SAVE10", "10 % off", []int64{3, 5}, "PO-7", "203.0.113.9", 1800, 4, false))
		want(t, "options", fmt.Sprint(o.Items[0].Options), "[{Colour Red}]")
		want(t, "amounts", o.Amounts, sales.Amounts{Subtotal: 10497, Discount: 1050, Shipping: 750, ShippingTax: 62, Tax: 841, Grand: 11038})
		want(t, "tax lines", fmt.Sprint(o.TaxLines), "[{{US-CA Sales tax 82500 0 false} 841}]")
		want(t, "comment", o.Comments[0].Text+" "+o.Comments[0].Status, "Ring twice. pending")
		want(t, "by", o.PlacedBy, sales.By{Kind: "system", Name: "test"})
		same, err := s.FindNumber(ctx, o.Number)
		s.ok(err)
		want(t, "by number", same.ID, o.ID)
		same, err = s.FindPublic(ctx, o.PublicID)
		s.ok(err)
		want(t, "by public id", same.ID, o.ID)
		_, err = s.Find(ctx, 999)
		refused(t, "no such order", err, fault.NotFound)
	})
}

func TestTheSameKeyPlacesOnce(t *testing.T) {
	each(t, func(s *shop) {
		d := s.orderA()
		d.PlaceKey = "key-1"
		first := s.place(d)
		again, already, err := s.try(ctx, d)
		s.ok(err)
		want(t, "already", already, true)
		want(t, "number", again.Number, first.Number)
		want(t, "orders", s.count(`SELECT COUNT(*) FROM sales_order`), 1)
		want(t, "stock", s.stock(s.mug), "1000 on hand, 3 reserved")
		d.PlaceKey = ""
		s.place(d)
		want(t, "the next number", s.place(d).Number, "000000003")
	})
}

// Many press the button at once, each with the same form twice; the last pieces
// are fought for. Whoever got an order has a number, and the numbers have no gap.
func TestParallelOrdersHaveNumbersWithoutGapsAndPlaceOnce(t *testing.T) {
	each(t, func(s *shop) {
		s.exec(`UPDATE product SET on_hand = 12 WHERE id = $1`, s.mug.ID) // for four orders
		const buyers = 8
		numbers := make([][2]string, buyers)
		var wg sync.WaitGroup
		for b := range buyers {
			for again := range 2 {
				wg.Go(func() {
					d := s.orderA()
					d.PlaceKey = fmt.Sprint("buyer-", b)
					o, _, err := s.try(ctx, d)
					switch {
					case err == nil:
						numbers[b][again] = o.Number
					case !fault.Is(err, fault.Conflict):
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		var all []string
		for _, n := range numbers {
			if n[0] != n[1] {
				t.Errorf("one form placed %q and %q", n[0], n[1])
			}
			if n[0] != "" {
				all = append(all, n[0])
			}
		}
		slices.Sort(all)
		want(t, "numbers", fmt.Sprint(all), "[000000001 000000002 000000003 000000004]")
		want(t, "orders", s.count(`SELECT COUNT(*) FROM sales_order`), 4)
		want(t, "rows of the log", s.count(`SELECT COUNT(*) FROM audit_log WHERE action = 'order.placed'`), 4)
		want(t, "next", s.count(`SELECT next FROM sales_sequence WHERE kind = 'order'`), 5)
		s.reservedIsOpen(t)
	})
}

func TestNumbersBelongToAKindAndAView(t *testing.T) {
	each(t, func(s *shop) {
		d := s.orderA()
		d.ViewID = 12
		want(t, "another view", s.place(d).Number, "12000000001")
		o := s.place(s.orderA())
		want(t, "the first view", o.Number, "000000001")
		undone := errors.New("undone")
		err := s.db.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) error {
			_, _, err := s.PlaceTx(ctx, tx, s.orderA())
			return errors.Join(err, undone)
		})
		if !errors.Is(err, undone) {
			t.Fatal(err)
		}
		want(t, "after one that was undone", s.place(s.orderA()).Number, "000000002")
		want(t, "an invoice", s.invoice(o, 1).Number, "000000001")
		want(t, "a shipment", s.ship(o, 1).Number, "000000001")
	})
}

func TestAnEditedOrderReplacesTheOldOneWithTheSamePieces(t *testing.T) {
	each(t, func(s *shop) {
		s.exec(`UPDATE product SET on_hand = 3 WHERE id = $1`, s.mug.ID)
		old := s.place(s.orderA())
		d := s.orderA()
		d.ParentID = old.ID
		o := s.place(d)
		old = s.order(old.ID)
		state(t, old, sales.Canceled, "canceled")
		want(t, "linked", fmt.Sprint(old.ChildID, o.ParentID), fmt.Sprint(o.ID, old.ID))
		want(t, "stock", s.stock(s.mug), "3 on hand, 3 reserved")
		s.reservedIsOpen(t)
		want(t, "rows of the log", s.count(`SELECT COUNT(*) FROM audit_log WHERE action IN ('order.placed', 'order.canceled')`), 3)
		_, _, err := s.try(ctx, d)
		refused(t, "edited twice", err, fault.Conflict)
		s.invoice(o, 1)
		d.ParentID = o.ID
		_, _, err = s.try(ctx, d)
		refused(t, "edited after an invoice", err, fault.Conflict)
		want(t, "stock", s.stock(s.mug), "3 on hand, 3 reserved")
	})
}

func TestAnEditSentTwiceAtOnceReplacesOnce(t *testing.T) {
	each(t, func(s *shop) {
		s.exec(`UPDATE product SET on_hand = 3 WHERE id = $1`, s.mug.ID)
		old := s.place(s.orderA())
		d := s.orderA()
		d.ParentID, d.PlaceKey = old.ID, "edit"
		numbers := make([]string, 4)
		var wg sync.WaitGroup
		for n := range numbers {
			wg.Go(func() {
				o, _, err := s.try(ctx, d)
				if err != nil {
					t.Error(err)
				}
				numbers[n] = o.Number
			})
		}
		wg.Wait()
		want(t, "numbers", fmt.Sprint(slices.Compact(numbers)), "[000000002]")
		want(t, "stock", s.stock(s.mug), "3 on hand, 3 reserved")
		s.reservedIsOpen(t)
	})
}

func TestADraftThatDoesNotAddUpIsNotPlaced(t *testing.T) {
	each(t, func(s *shop) {
		for name, spoil := range map[string]func(*sales.Draft){
			"no lines":  func(d *sales.Draft) { d.Lines, d.Totals.Lines = nil, nil },
			"no pieces": func(d *sales.Draft) { d.Lines[0].Qty = 0 },
			"total":     func(d *sales.Draft) { d.Totals.Grand-- },
			"tax":       func(d *sales.Draft) { d.Totals.Lines[0].Tax++ },
			"discount":  func(d *sales.Draft) { d.Totals.Lines[0].Discount = 9999 },
			"state":     func(d *sales.Draft) { d.State = sales.Complete },
		} {
			d := s.orderA()
			d.Totals.Lines = slices.Clone(d.Totals.Lines)
			spoil(&d)
			if _, _, err := s.try(ctx, d); err == nil {
				t.Errorf("%s: placed", name)
			}
		}
		want(t, "orders", s.count(`SELECT COUNT(*) FROM sales_order`), 0)
	})
}

func TestWhoReallyActedIsOnEveryDocument(t *testing.T) {
	each(t, func(s *shop) {
		maria := actor.With(context.Background(), actor.Who{Kind: actor.Admin, ID: 4, Name: "maria",
			Subject: actor.Subject{ID: 7, Name: "Vera Lind"}, Impersonation: 42})
		placed, _, err := s.try(maria, s.orderA())
		s.ok(err)
		want(t, "in a stay", placed.PlacedInStay(), true)
		o := s.order(placed.ID)
		inv, err := s.Invoice(maria, o.ID, sales.InvoiceForm{Qty: qty(o, 3, 1), Comment: "Paid in the shop."})
		s.ok(err)
		_, err = s.Ship(maria, o.ID, sales.ShipForm{Qty: qty(o, 3, 1)})
		s.ok(err)
		_, err = s.Refund(maria, o.ID, sales.MemoForm{InvoiceID: inv.ID, Qty: qty(o, 1)})
		s.ok(err)
		_, err = s.AddComment(maria, o.ID, sales.CommentForm{Text: "Called."})
		s.ok(err)
		o = s.order(o.ID)
		by := sales.By{Kind: "admin", ID: 4, Name: "maria", Impersonation: 42}
		for what, got := range map[string]sales.By{"order": o.PlacedBy, "invoice": o.Invoices[0].By, "shipment": o.Shipments[0].By,
			"credit memo": o.Memos[0].By, "comment": o.Comments[len(o.Comments)-1].By, "invoice's comment": o.Comments[1].By} {
			want(t, what, got, by)
		}
		want(t, "rows of the log", s.count(`SELECT COUNT(*) FROM audit_log WHERE actor_id = 4 AND impersonation_id = 42 AND subject_id = 7 AND object_kind = 'order' AND object_id = $1`,
			fmt.Sprint(o.ID)), 5)
	})
}
