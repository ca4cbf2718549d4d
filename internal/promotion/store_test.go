package promotion_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

type fixture struct {
	*promotion.Service
	shop    *catalogtest.Shop
	clock   *sqldbtest.Clock
	entries *[]sqldb.Entry
}

var ctx = sqldbtest.Ctx()

func each(t *testing.T, fn func(t *testing.T, f fixture)) {
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		var mu sync.Mutex
		entries := &[]sqldb.Entry{}
		db.Hooks(nil, func(_ context.Context, _ *sqldb.Tx, e *sqldb.Entry) error {
			mu.Lock()
			defer mu.Unlock()
			*entries = append(*entries, *e)
			return nil
		})
		f := fixture{promotion.New(db), catalogtest.New(t, db), clock, entries}
		f.shop.Exec(`INSERT INTO customer (id, website_id, group_id, email, email_key, first_name, last_name, name_key, active, created_at, updated_at)
			VALUES (7, 1, 1, 'v', 'v', 'Vera', 'Lind', 'v', TRUE, 0, 0)`)
		fn(t, f)
	})
}

func ten(changes ...func(*promotion.Rule)) promotion.Rule {
	r := promotion.Rule{Name: "Ten percent", Active: true, Websites: []int64{1}, Groups: []int64{1}, Coupon: promotion.NoCoupon,
		Discount: promotion.Percent, Amount: 100_000, Labels: map[int64]string{0: "10 % off"}}
	for _, change := range changes {
		change(&r)
	}
	return r
}

func coded(code string) func(*promotion.Rule) {
	return func(r *promotion.Rule) { r.Coupon, r.Code = promotion.SpecificCoupon, code }
}

func (f fixture) save(t *testing.T, r promotion.Rule) promotion.Rule {
	t.Helper()
	id, err := f.Save(ctx, r)
	check(t, err)
	r, err = f.Get(ctx, id)
	check(t, err)
	return r
}

// found are the rules for somebody, by id, and what became of the coupon; asked
// of the remembered copy and inside a change, which must agree.
func (f fixture) found(t *testing.T, a promotion.Asker) string {
	t.Helper()
	a.Now = f.clock.Now()
	read, err := f.Find(ctx, f.shop.DB.Reader(), a)
	check(t, err)
	check(t, f.shop.DB.Change(ctx, "test.read", func(ctx context.Context, tx *sqldb.Tx) error {
		inside, err := f.Find(ctx, tx, a)
		if err == nil && say(inside) != say(read) {
			t.Errorf("inside a change %s, outside %s", say(inside), say(read))
		}
		return err
	}))
	return say(read)
}

func say(f promotion.Found) string {
	out := ""
	for _, r := range f.Rules {
		out += fmt.Sprint(r.ID, " ")
	}
	return strings.TrimSpace(out + string(f.Coupon) + f.Code)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

var anybody = promotion.Asker{WebsiteID: 1, GroupID: 1}

func TestARuleIsFoundWhereAndWhenItCounts(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		r := f.save(t, ten(func(r *promotion.Rule) {
			r.From, r.Until = f.clock.Now().Add(time.Hour), f.clock.Now().Add(2*time.Hour)
			r.Conditions = []promotion.Condition{{Attribute: promotion.Country, Operator: promotion.OneOf, Value: " de , AT"}, {}}
		}))
		want(t, "conditions", fmt.Sprint(r.Conditions), "[{country in de,AT}]")
		want(t, "label", r.Label(2), "10 % off")
		want(t, "too early", f.found(t, anybody), "")
		f.clock.Advance(time.Hour)
		want(t, "in time", f.found(t, anybody), "1")
		want(t, "another website", f.found(t, promotion.Asker{WebsiteID: 2, GroupID: 1}), "")
		want(t, "another group", f.found(t, promotion.Asker{WebsiteID: 1, GroupID: 2}), "")
		f.clock.Advance(time.Hour)
		want(t, "too late", f.found(t, anybody), "")
		r.Until, r.Active = time.Time{}, false
		f.save(t, r)
		want(t, "not active", f.found(t, anybody), "")
		r.Version++
		r.Active = true
		f.save(t, r)
		want(t, "active", f.found(t, anybody), "1")
		check(t, f.Delete(ctx, r.ID))
		want(t, "deleted", f.found(t, anybody), "")
		want(t, "record", string((*f.entries)[len(*f.entries)-2].Action), "promotion.rule_deleted")
	})
}

func TestACouponIsFoundWhateverItsLetters(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.save(t, ten(coded("Save10"), func(r *promotion.Rule) { r.UsesPerCoupon, r.UsesPerCustomer = 3, 1 }))
		asker := anybody
		want(t, "without a code", f.found(t, asker), "")
		asker.Coupon = " sAVE10 "
		want(t, "with it", f.found(t, asker), "1 Save10")
		asker.Coupon = "SAVE11"
		want(t, "another", f.found(t, asker), "unknown")
		asker.Coupon, asker.CustomerID = "SAVE10", 7
		want(t, "a customer's first", f.found(t, asker), "1 Save10")
		use := func(customer int64) error {
			return f.shop.DB.Change(ctx, "test.use", func(ctx context.Context, tx *sqldb.Tx) error {
				return f.UseTx(ctx, tx, []int64{1}, "save10", customer)
			})
		}
		check(t, use(7))
		want(t, "the customer's second", f.found(t, asker), "used_up")
		if err := use(7); !fault.Is(err, fault.Conflict) {
			t.Errorf("used twice by one customer: %v", err)
		}
		asker.CustomerID = 0
		check(t, use(0))
		want(t, "a guest", f.found(t, asker), "1 Save10")
		check(t, use(0))
		want(t, "used up", f.found(t, asker), "used_up")
		if err := use(0); !fault.Is(err, fault.Conflict) {
			t.Errorf("used once too often: %v", err)
		}
		check(t, f.shop.DB.Change(ctx, "test.release", func(ctx context.Context, tx *sqldb.Tx) error {
			return f.ReleaseTx(ctx, tx, []int64{1}, "SAVE10", 7)
		}))
		asker.CustomerID = 7
		want(t, "canceled", f.found(t, asker), "1 Save10")
	})
}

func TestParallelOrdersNeverUseACouponOnceTooOften(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.save(t, ten(coded("ONCE"), func(r *promotion.Rule) { r.UsesPerCoupon = 3 }))
		f.save(t, ten(func(r *promotion.Rule) { r.UsesPerCustomer = 5 }))
		var coupon, customer atomic.Int64
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				err := f.shop.DB.Change(ctx, "test.use", func(ctx context.Context, tx *sqldb.Tx) error { return f.UseTx(ctx, tx, nil, "once", 0) })
				if err == nil {
					coupon.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
				err = f.shop.DB.Change(ctx, "test.use", func(ctx context.Context, tx *sqldb.Tx) error { return f.UseTx(ctx, tx, []int64{1, 2}, "", 7) })
				if err == nil {
					customer.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		want(t, "uses of the coupon", coupon.Load(), 3)
		want(t, "uses by the customer", customer.Load(), 5)
		uses, err := sqldb.One(ctx, f.shop.DB.Reader(), sqldb.Value[int64], `SELECT uses FROM cart_rule_customer WHERE rule_id = 1`)
		check(t, err)
		want(t, "a refused order counts nowhere", uses, 5)
	})
}

func TestCodesAreUniqueWhoeverHasThem(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.save(t, ten(coded("SAVE10")))
		if _, err := f.Save(ctx, ten(coded("save10"))); fault.FieldsOf(err)["code"] == "" {
			t.Errorf("one code for two rules: %v", err)
		}
		g := f.save(t, ten(func(r *promotion.Rule) { r.Coupon = promotion.GeneratedCoupons }))
		gen := promotion.Generation{Qty: 1500, Length: 8, Format: promotion.Alphanumeric, Prefix: "vip-", Dash: 4}
		check(t, f.Generate(ctx, g.ID, gen))
		first, err := f.Coupons(ctx, g.ID, 0, 0, 20)
		check(t, err)
		want(t, "codes", first.Total, 1500)
		if c := first.Coupons[0].Code; len(c) != len("vip-XXXX-XXXX") || !strings.HasPrefix(c, "vip-") || c[8] != '-' {
			t.Errorf("code %q", c)
		}
		second, err := f.Coupons(ctx, g.ID, first.Next, 0, 20)
		check(t, err)
		back, err := f.Coupons(ctx, g.ID, 0, second.Prev, 20)
		check(t, err)
		want(t, "there and back", fmt.Sprint(back.Coupons), fmt.Sprint(first.Coupons))
		want(t, "no page before the first", back.Prev, 0)
		n := 0
		check(t, f.EachCoupon(ctx, g.ID, func(promotion.Coupon) error { n++; return nil }))
		want(t, "exported", n, 1500)
		asker := anybody
		asker.Coupon = strings.ToLower(first.Coupons[3].Code)
		want(t, "found", f.found(t, asker), fmt.Sprint(g.ID, " ", first.Coupons[3].Code))

		g.Coupon = promotion.NoCoupon
		if _, err := f.Save(ctx, g); fault.FieldsOf(err)["coupon"] == "" {
			t.Errorf("codes were left without a rule that asks for them: %v", err)
		}
		check(t, f.DeleteCoupons(ctx, g.ID, []int64{first.Coupons[3].ID}, false))
		want(t, "deleted", f.found(t, asker), "unknown")
		check(t, f.DeleteCoupons(ctx, g.ID, nil, true))
		_, err = f.Save(ctx, g)
		check(t, err)
	})
}

func TestARuleThatCouldNotCountIsRefusedByField(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		for field, change := range map[string]func(*promotion.Rule){
			"name":              func(r *promotion.Rule) { r.Name = "  " },
			"groups":            func(r *promotion.Rule) { r.Groups = nil },
			"until":             func(r *promotion.Rule) { r.From, r.Until = f.clock.Now(), f.clock.Now() },
			"code":              coded("two words"),
			"amount":            func(r *promotion.Rule) { r.Amount = 1_000_001 },
			"step":              func(r *promotion.Rule) { r.Discount, r.Amount = promotion.BuyGet, 1 },
			"uses_per_customer": func(r *promotion.Rule) { r.UsesPerCustomer = -1 },
			"websites": func(r *promotion.Rule) {
				r.Websites, r.Discount = []int64{1, 2}, promotion.WholeCart
			},
			"condition_1": func(r *promotion.Rule) {
				r.Conditions = []promotion.Condition{{}, {Attribute: promotion.Subtotal, Operator: promotion.OneOf, Value: "5"}}
			},
			"condition_0": func(r *promotion.Rule) {
				r.Conditions = []promotion.Condition{{Attribute: promotion.Country, Operator: promotion.OneOf, Value: "DE, Spain"}}
			},
			"only_0": func(r *promotion.Rule) {
				r.Only = []promotion.Condition{{Attribute: promotion.Subtotal, Operator: promotion.AtLeast, Value: "5"}}
			},
		} {
			if _, err := f.Save(ctx, ten(change)); fault.FieldsOf(err)[field] == "" {
				t.Errorf("%s: got %v", field, err)
			}
		}
		if err := f.Generate(ctx, 1, promotion.Generation{Qty: 10_000, Length: 4, Format: promotion.Numeric}); fault.FieldsOf(err)["length"] == "" {
			t.Errorf("codes that can be guessed: %v", err)
		}
		r := f.save(t, ten())
		f.save(t, r)
		if _, err := f.Save(ctx, r); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old form was taken: %v", err)
		}
	})
}
