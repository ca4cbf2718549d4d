package checkout_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// till is a furnished shop whose checkout is driven without pages.
type till struct {
	*apptest.Shop
	t *testing.T
}

func eachTill(t *testing.T, fn func(t *testing.T, s till)) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) { fn(t, till{s, t}) })
}

var asGuest = actor.With(context.Background(), actor.Who{Kind: actor.Guest, IP: "192.0.2.7"})

func (s till) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// guest has some of a product in a cart of their own.
func (s till) guest(sku string, qty int64) checkout.Buyer {
	s.t.Helper()
	o := cart.Owner{WebsiteID: 1, ViewID: 1, GroupID: 1, Currency: "USD"}
	out, err := s.Carts.Add(asGuest, o, sku, qty)
	s.must(err)
	o.Secret = out.Secret
	return checkout.Buyer{Owner: o}
}

var portland = sales.Address{FirstName: "Grace", LastName: "Miller", Street: "12 Harbour Street", City: "Portland", Region: "Maine", Postcode: "04101", Country: "US"}

// ready leads a buyer to the review and returns what its form would send.
func (s till) ready(b checkout.Buyer, method string) checkout.PlaceForm {
	s.t.Helper()
	s.must(s.Checkout.EnterAddresses(asGuest, b, checkout.AddressForm{Email: "grace@example.com", Shipping: portland, BillingSame: true}))
	v, err := s.Checkout.Look(asGuest, b)
	s.must(err)
	s.must(s.Checkout.ChooseMethods(asGuest, b, checkout.MethodForm{ShippingMethod: v.ShippingMethod, PaymentMethod: method, PONumber: "PO-1"}))
	v, err = s.Checkout.Look(asGuest, b)
	s.must(err)
	return checkout.PlaceForm{Key: v.Cart.PublicID, Total: v.Quote.Totals.Grand}
}

func (s till) set(path, value string) {
	s.t.Helper()
	field, ok := config.ByPath(path)
	if !ok {
		s.t.Fatal("no field ", path)
	}
	s.must(s.DB.Change(sqldbtest.Ctx(), config.Saved, func(ctx context.Context, tx *sqldb.Tx) error {
		return s.Config.Put(ctx, tx, config.Everywhere, config.Edit{Field: field, Value: value})
	}))
}

func (s till) one(query string, args ...any) int64 {
	s.t.Helper()
	n, err := sqldb.One(context.Background(), s.DB.Reader(), sqldb.Value[int64], query, args...)
	s.must(err)
	return n
}

func TestSixteenTabsMakeOneOrder(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		b := s.guest("T-1", 2)
		form := s.ready(b, payment.CheckMoney)
		before := s.one(`SELECT COUNT(*) FROM sales_order`)
		numbers, errs := make([]string, 16), make([]error, 16)
		var wg sync.WaitGroup
		for i := range numbers {
			wg.Go(func() {
				placed, err := s.Checkout.Place(asGuest, b, form)
				numbers[i], errs[i] = placed.Order.Number, err
			})
		}
		wg.Wait()
		for i, err := range errs {
			if err != nil || numbers[i] == "" || numbers[i] != numbers[0] {
				t.Errorf("tab %d: %q %v", i, numbers[i], err)
			}
		}
		if n := s.one(`SELECT COUNT(*) FROM sales_order`) - before; n != 1 {
			t.Errorf("%d orders", n)
		}
		if n := s.one(`SELECT reserved FROM product WHERE sku = 'T-1'`); n != 2 {
			t.Errorf("%d reserved", n)
		}
		if n := s.one(`SELECT COUNT(*) FROM mail_outbox WHERE recipient = 'grace@example.com'`); n > 1 {
			t.Errorf("%d letters", n)
		}
	})
}

func TestOfTwoWhoWantTheLastPieceOneGetsIt(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		buyers := []checkout.Buyer{s.guest("T-6", 1), s.guest("T-6", 1)}
		forms := []checkout.PlaceForm{s.ready(buyers[0], payment.CheckMoney), s.ready(buyers[1], payment.CheckMoney)}
		errs := make([]error, 2)
		var wg sync.WaitGroup
		for i := range buyers {
			wg.Go(func() { _, errs[i] = s.Checkout.Place(asGuest, buyers[i], forms[i]) })
		}
		wg.Wait()
		lost := slices.IndexFunc(errs, func(err error) bool { return err != nil })
		if lost < 0 || errs[1-lost] != nil || !fault.Is(errs[lost], fault.Conflict) {
			t.Fatal(errs)
		}
		c, err := s.Carts.Load(context.Background(), buyers[lost].Owner)
		if err != nil || len(c.Lines) != 1 {
			t.Errorf("who lost has %d lines in the cart: %v", len(c.Lines), err)
		}
		if n := s.one(`SELECT reserved FROM product WHERE sku = 'T-6'`); n != 1 {
			t.Errorf("%d reserved", n)
		}
	})
}

func TestAnotherOnesKeyFindsNoOrder(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		b := s.guest("T-1", 1)
		form := s.ready(b, payment.CheckMoney)
		_, err := s.Checkout.Place(asGuest, b, form)
		s.must(err)
		other := b
		other.CustomerID, other.Secret = 1, ""
		if p, err := s.Checkout.Place(asGuest, other, form); err == nil {
			t.Errorf("a customer was shown a guest's order %s", p.Order.Number)
		}
	})
}

func TestGuestsAreSlowedDown(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		s.set("shipping.flatrate.type", "order")
		var err error
		for range 60 {
			err = s.Throttle.Failed(asGuest, session.Source("checkout", "192.0.2.7"))
			s.must(err)
		}
		b := s.guest("T-1", 1)
		form := s.ready(b, payment.CheckMoney)
		if _, err := s.Checkout.Place(asGuest, b, form); !fault.Is(err, fault.TooMany) {
			t.Error(err)
		}
	})
}

// TestAnOrderOfEachMethodGoesFromCartToClosed follows the money of an order of
// each way to pay: placed, invoiced in two parts, shipped, refunded in two
// parts, closed.
func TestAnOrderOfEachMethodGoesFromCartToClosed(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		for _, path := range []string{"banktransfer", "cashondelivery", "purchaseorder"} {
			s.set("payment."+path+".enabled", "1")
		}
		s.set("payment.free.order_status", "processing")
		for _, method := range []string{payment.CheckMoney, payment.BankTransfer, payment.CashOnDelivery, payment.PurchaseOrder, payment.FakeCode} {
			t.Run(method, func(t *testing.T) { till{s.Shop, t}.lifeOf(method) })
		}
	})
}

func (s till) lifeOf(method string) {
	s.t.Helper()
	b := s.guest("T-2", 3)
	placed, err := s.Checkout.Place(asGuest, b, s.ready(b, method))
	s.must(err)
	id, online := placed.Order.ID, method == payment.FakeCode
	if online {
		s.pay(placed)
	}
	o := s.order(id)
	item := o.Items[0].ID
	ctx := sqldbtest.Ctx()
	for _, qty := range []int64{1, 2} {
		_, err := s.Sales.Invoice(ctx, id, sales.InvoiceForm{Qty: map[int64]int64{item: qty}, Capture: online})
		s.must(err)
	}
	o = s.order(id)
	if o.Paid != o.Grand || o.Due() != 0 || o.Invoices[0].Grand+o.Invoices[1].Grand != o.Grand {
		s.t.Errorf("of %d were paid %d by %d + %d", o.Grand, o.Paid, o.Invoices[0].Grand, o.Invoices[1].Grand)
	}
	_, err = s.Sales.Ship(ctx, id, sales.ShipForm{Qty: map[int64]int64{item: 3}})
	s.must(err)
	if o = s.order(id); o.State != sales.Complete {
		s.t.Errorf("after shipping it is %s", o.State)
	}
	for i, qty := range []int64{1, 2} {
		_, err := s.Sales.Refund(ctx, id, sales.MemoForm{InvoiceID: o.Invoices[i].ID, Qty: map[int64]int64{item: qty}, Online: online})
		s.must(err)
	}
	o = s.order(id)
	if o.State != sales.Closed || o.Refunded != o.Grand || o.Memos[0].Grand+o.Memos[1].Grand != o.Grand {
		s.t.Errorf("%s: of %d were refunded %d by %d + %d", o.State, o.Grand, o.Refunded, o.Memos[0].Grand, o.Memos[1].Grand)
	}
	if online {
		if n := s.one(`SELECT captured - refunded FROM payment_intent WHERE order_id = $1`, id); n != 0 {
			s.t.Errorf("the provider still has %d", n)
		}
	}
}

func (s till) order(id int64) sales.Full {
	s.t.Helper()
	o, err := s.Sales.Find(context.Background(), id)
	s.must(err)
	return o
}

// pay is what the payer does at the provider's page.
func (s till) pay(p checkout.Placed) {
	s.t.Helper()
	_, err := s.Payments.Start(asGuest, p.Order, "/")
	s.must(err)
	s.must(s.tell(s.event(p.Order.ID, "evt-"+p.Order.Number, payment.Authorized)))
}

// event is a message about the payment of an order.
func (s till) event(orderID int64, id string, kind payment.EventKind) payment.Event {
	s.t.Helper()
	ref, err := sqldb.One(context.Background(), s.DB.Reader(), sqldb.Value[string], `SELECT reference FROM payment_intent WHERE order_id = $1`, orderID)
	s.must(err)
	_, amount, _, _ := s.DemoPayments.Asked(ref)
	return payment.Event{ID: id, Kind: kind, Reference: ref, Amount: amount}
}

func (s till) tell(e payment.Event) error {
	body, signature := s.DemoPayments.Message(e)
	return s.Payments.Receive(asGuest, payment.FakeCode, body, signature)
}

func TestAnOrderOfNothingToPayIsClosedByTheSameRules(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		s.set("shipping.flatrate.enabled", "0")
		s.set("shipping.freeshipping.enabled", "1")
		s.set("payment.free.order_status", "processing")
		s.set("payment.free.invoice", "1")
		s.must(s.DB.Upkeep(context.Background(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			if _, err := tx.Exec(ctx, `UPDATE product_price SET price = 0 WHERE product_id = (SELECT id FROM product WHERE sku = 'T-5')`); err != nil {
				return err
			}
			return tx.Bump(ctx, "catalog")
		}))
		b := s.guest("T-5", 1)
		placed, err := s.Checkout.Place(asGuest, b, s.ready(b, payment.Free))
		s.must(err)
		o := s.order(placed.Order.ID)
		if o.Grand != 0 || o.PaymentMethod != payment.Free || len(o.Invoices) != 1 || o.State != sales.Processing {
			t.Fatalf("%s, %d, %d invoices", o.State, o.Grand, len(o.Invoices))
		}
		_, err = s.Sales.Ship(sqldbtest.Ctx(), o.ID, sales.ShipForm{Qty: map[int64]int64{o.Items[0].ID: 1}})
		s.must(err)
		if o := s.order(o.ID); o.State != sales.Complete {
			t.Errorf("an order of nothing became %s", o.State)
		}
	})
}

// begun is an order that waits at the provider's page.
func (s till) begun() (sales.Order, payment.Event) {
	s.t.Helper()
	b := s.guest("T-3", 1)
	p, err := s.Checkout.Place(asGuest, b, s.ready(b, payment.FakeCode))
	s.must(err)
	_, err = s.Payments.Start(asGuest, p.Order, "/")
	s.must(err)
	return p.Order, s.event(p.Order.ID, "evt-1", payment.Authorized)
}

func TestAProvidersMessageIsActedOnOnce(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		o, e := s.begun()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := s.tell(e); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		full := s.order(o.ID)
		if full.State != sales.Processing || len(full.Transactions) != 1 {
			t.Errorf("%s with %d transactions", full.State, len(full.Transactions))
		}
	})
}

func TestAFailedPaymentCancelsAndALateOneIsGivenBack(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		o, e := s.begun()
		failed := e
		failed.ID, failed.Kind = "evt-2", payment.Failed
		s.must(s.tell(failed))
		if full := s.order(o.ID); full.State != sales.Canceled {
			t.Fatal(full.State)
		}
		s.must(s.tell(e))
		if full := s.order(o.ID); full.State != sales.Canceled || full.Paid != 0 {
			t.Errorf("%s, paid %d", full.State, full.Paid)
		}
		if n := s.one(`SELECT COUNT(*) FROM payment_event WHERE order_id = $1`, o.ID); n != 2 {
			t.Errorf("%d messages are remembered", n)
		}
	})
}

func TestAPromiseForAnotherAmountGoesUnderReview(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		o, e := s.begun()
		e.Amount--
		s.must(s.tell(e))
		if full := s.order(o.ID); full.State != sales.PaymentReview {
			t.Error(full.State)
		}
	})
}

func TestAProviderThatHangsOrFailsLeavesTheOrderAsItWas(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		b := s.guest("T-3", 1)
		p, err := s.Checkout.Place(asGuest, b, s.ready(b, payment.FakeCode))
		s.must(err)
		s.DemoPayments.Trouble(fmt.Errorf("out of order"))
		if _, err := s.Payments.Start(asGuest, p.Order, "/"); !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
		s.DemoPayments.Trouble(nil)
		s.DemoPayments.Hang(true)
		hurried, stop := context.WithCancel(asGuest)
		stop()
		if _, err := s.Payments.Start(hurried, p.Order, "/"); !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
		s.DemoPayments.Hang(false)
		s.pay(p)
		if full := s.order(p.Order.ID); full.State != sales.Processing {
			t.Error(full.State)
		}
	})
}

func TestAnOrderThatNobodyPaysIsCanceledInTime(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		o, _ := s.begun()
		sweep := actor.AsSystem(context.Background(), "payments")
		s.must(s.Payments.Sweep(sweep))
		if full := s.order(o.ID); full.State != sales.PendingPayment {
			t.Fatal("canceled at once")
		}
		s.Clock.Advance(61 * 60 * 1e9)
		s.must(s.Payments.Sweep(sweep))
		if full := s.order(o.ID); full.State != sales.Canceled {
			t.Error(full.State)
		}
		if n := s.one(`SELECT reserved FROM product WHERE sku = 'T-3'`); n != 0 {
			t.Errorf("%d still reserved", n)
		}
	})
}

func TestAPaymentLinkIsForOneOrderUntilItExpires(t *testing.T) {
	eachTill(t, func(t *testing.T, s till) {
		b := s.guest("T-3", 1)
		p, err := s.Checkout.Place(asGuest, b, s.ready(b, payment.CheckMoney))
		s.must(err)
		s.must(s.Payments.SendLink(sqldbtest.Ctx(), p.Order.ID))
		var token string
		s.must(s.DB.Change(sqldbtest.Ctx(), payment.LinkSent, func(ctx context.Context, tx *sqldb.Tx) error {
			token, err = s.Payments.LinkTx(ctx, tx, p.Order, true)
			return err
		}))
		if o, err := s.Payments.ByToken(asGuest, token); err != nil || o.ID != p.Order.ID {
			t.Error(o.ID, err)
		}
		if n := s.one(`SELECT COUNT(*) FROM payment_link WHERE NOT revoked`); n != 1 {
			t.Errorf("%d links work", n)
		}
		if n := s.one(`SELECT COUNT(*) FROM payment_link WHERE token_hash = $1`, token); n != 0 {
			t.Error("the token itself is kept")
		}
		s.Clock.Advance(8 * 24 * 3600 * 1e9)
		if _, err := s.Payments.ByToken(asGuest, token); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
