package cart_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

type fixture struct {
	*cart.Service
	shop    *catalogtest.Shop
	entries *[]sqldb.Entry
}

var (
	customerCtx = actor.With(context.Background(), actor.Who{Kind: actor.Customer, ID: 7, Name: "Vera Lind", Subject: actor.Subject{ID: 7, Name: "Vera Lind"}})
	agentCtx    = actor.With(context.Background(), actor.Who{Kind: actor.Admin, ID: 3, Name: "maria", Subject: actor.Subject{ID: 7, Name: "Vera Lind"}, Impersonation: 44})
	guestCtx    = actor.With(context.Background(), actor.Who{Kind: actor.Guest})

	vera  = cart.Owner{CustomerID: 7, WebsiteID: 1, ViewID: 1, GroupID: 1, Currency: "EUR"}
	guest = cart.Owner{WebsiteID: 1, ViewID: 1, GroupID: 1, Currency: "EUR"}
)

func each(t *testing.T, fn func(t *testing.T, f fixture)) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		entries := &[]sqldb.Entry{}
		var mu sync.Mutex
		db.Hooks(nil, func(_ context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
			mu.Lock()
			defer mu.Unlock()
			*entries = append(*entries, *e)
			return nil
		})
		f := fixture{cart.New(db), catalogtest.New(t, db), entries}
		f.shop.Exec(`INSERT INTO customer (id, website_id, group_id, email, email_key, first_name, last_name, name_key, active, created_at, updated_at)
			VALUES (7, 1, 1, 'v', 'v', 'Vera', 'Lind', 'v', TRUE, 0, 0)`)
		f.shop.Product("mug", catalogtest.Priced(1999))
		f.shop.Product("bag", catalogtest.Priced(4500))
		*entries = nil
		fn(t, f)
	})
}

func (f fixture) text(t *testing.T, o cart.Owner) string {
	t.Helper()
	c, err := f.Load(customerCtx, o)
	check(t, err)
	out := ""
	for _, l := range c.Lines {
		out += fmt.Sprintf("%s×%d%s ", l.Card.SKU, l.Qty, l.Problem)
	}
	total, err := c.Subtotal()
	check(t, err)
	return out + total.String()
}

func (f fixture) last() sqldb.Entry { return (*f.entries)[len(*f.entries)-1] }

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

func TestAddingIsRecordedWithTheQuantityBeforeAndAfter(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		_, err := f.Add(customerCtx, vera, "MUG", 2)
		check(t, err)
		out, err := f.Add(agentCtx, vera, "mug", 1)
		check(t, err)
		want(t, "outcome", out, cart.Outcome{SKU: "mug", Name: "Product mug", Before: 2, After: 3})
		want(t, "cart", f.text(t, vera), "mug×3 59.97")
		want(t, "record", fmt.Sprint(string(f.last().Action)+" ", f.last().Changes), "cart.item_added [{qty 2 3}]")
		c, err := f.Load(customerCtx, vera)
		check(t, err)
		type changed struct {
			kind, name string
			stay       int64
		}
		by, err := sqldb.One(customerCtx, f.shop.DB.Reader(), func(r sqldb.Scanner) (c changed, err error) {
			err = r.Scan(&c.kind, &c.name, &c.stay)
			return c, err
		}, `SELECT actor_kind, actor_name, impersonation_id FROM cart WHERE id = $1`, c.ID)
		check(t, err)
		want(t, "last changed by", by, changed{"admin", "maria", 44})
		n, err := f.Count(customerCtx, vera)
		check(t, err)
		want(t, "count", n, 3)
	})
}

func TestAGuestsCartIsFoundByItsSecretOnly(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		out, err := f.Add(guestCtx, guest, "mug", 1)
		check(t, err)
		if out.Secret == "" {
			t.Fatal("no secret for the cookie")
		}
		mine, other := guest, guest
		mine.Secret, other.Secret = out.Secret, "guess"
		want(t, "mine", f.text(t, mine), "mug×1 19.99")
		want(t, "another secret", f.text(t, other), "0.00")
		want(t, "no secret", f.text(t, guest), "0.00")
		again, err := f.Add(guestCtx, mine, "mug", 1)
		check(t, err)
		want(t, "no second secret", again.Secret, "")
		want(t, "mine", f.text(t, mine), "mug×2 39.98")
	})
}

func TestQuantitiesAreCappedAtWhatCanBeSold(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		out, err := f.Add(customerCtx, vera, "mug", 9)
		check(t, err)
		want(t, "capped", out.Capped, true)
		want(t, "cart", f.text(t, vera), "mug×5 99.95")
		if _, err := f.Add(customerCtx, vera, "mug", 1); code(err) != cart.CodeNoMore {
			t.Error(err)
		}
		if _, err := f.Add(customerCtx, vera, "mug", 0); code(err) != cart.CodeQty {
			t.Error(err)
		}
		if _, err := f.Add(customerCtx, vera, "nothing", 1); code(err) != cart.CodeGone {
			t.Error(err)
		}
		want(t, "refusals change nothing", f.text(t, vera), "mug×5 99.95")
		f.shop.Exec(`UPDATE product SET on_hand = 2 WHERE sku = 'mug'`)
		want(t, "problem", f.text(t, vera), "mug×5too_many 99.95")
		f.shop.Exec(`UPDATE product SET on_hand = 0 WHERE sku = 'mug'`)
		want(t, "problem", f.text(t, vera), "mug×5out_of_stock 99.95")
		f.shop.Exec(`UPDATE product SET enabled = FALSE WHERE sku = 'mug'`)
		want(t, "problem", f.text(t, vera), "mug×5gone 0.00")
	})
}

func TestLinesAreChangedRemovedAndCleared(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		for _, sku := range []string{"mug", "bag"} {
			_, err := f.Add(customerCtx, vera, sku, 2)
			check(t, err)
		}
		_, err := f.SetQty(customerCtx, vera, "mug", 4)
		check(t, err)
		want(t, "record", fmt.Sprint(string(f.last().Action)+" ", f.last().Changes), "cart.item_changed [{qty 2 4}]")
		n := len(*f.entries)
		_, err = f.SetQty(customerCtx, vera, "mug", 4)
		check(t, err)
		want(t, "no change, no record", len(*f.entries), n)
		want(t, "cart", f.text(t, vera), "mug×4 bag×2 169.96")
		c, err := f.Load(customerCtx, vera)
		check(t, err)
		outs, err := f.Update(customerCtx, vera, c.Version, map[string]int64{"mug": 0, "bag": 3})
		check(t, err)
		want(t, "changed lines", len(outs), 2)
		want(t, "cart", f.text(t, vera), "bag×3 135.00")
		if _, err := f.Update(customerCtx, vera, c.Version, map[string]int64{"bag": 1}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale form was taken: %v", err)
		}
		if _, err := f.Update(customerCtx, vera, 0, map[string]int64{"bag": -1}); fault.FieldsOf(err)["qty_bag"] == "" {
			t.Errorf("got %v", err)
		}
		_, err = f.Remove(customerCtx, vera, "bag")
		check(t, err)
		want(t, "record", fmt.Sprint(string(f.last().Action)+" ", f.last().Changes), "cart.item_removed [{qty 3 }]")
		if _, err := f.Remove(customerCtx, vera, "bag"); code(err) != cart.CodeNotThere {
			t.Error(err)
		}
		_, err = f.Add(customerCtx, vera, "bag", 1)
		check(t, err)
		check(t, f.Clear(customerCtx, vera))
		want(t, "cart", f.text(t, vera), "0.00")
	})
}

func TestSigningInMergesTheGuestsCartOnce(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		_, err := f.Add(customerCtx, vera, "mug", 3)
		check(t, err)
		out, err := f.Add(guestCtx, guest, "mug", 4)
		check(t, err)
		mine := guest
		mine.Secret = out.Secret
		_, err = f.Add(guestCtx, mine, "bag", 1)
		check(t, err)

		capped, err := f.Merge(agentCtx, out.Secret, vera, nil)
		check(t, err)
		want(t, "never during a stay", f.text(t, vera), "mug×3 59.97")
		want(t, "never during a stay", f.text(t, mine), "mug×4 bag×1 124.96")
		want(t, "never during a stay", len(capped), 0)

		capped, err = f.Merge(customerCtx, out.Secret, vera, nil)
		check(t, err)
		want(t, "notice", fmt.Sprint(capped), "[{mug Product mug 3 5 true }]")
		want(t, "cart", f.text(t, vera), "mug×5 bag×1 144.95")
		want(t, "retired", f.text(t, mine), "0.00")
		want(t, "record", fmt.Sprint(string(f.last().Action)+" ", f.last().Changes), "cart.merged [{mug 3 5} {bag  1}]")
		_, err = f.Merge(customerCtx, out.Secret, vera, nil)
		check(t, err)
		want(t, "only once", f.text(t, vera), "mug×5 bag×1 144.95")
	})
}

func TestACustomerHasOneCartAWebsite(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.shop.Exec(`UPDATE product SET on_hand = 1000`)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := f.Add(customerCtx, vera, "mug", 1); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n, err := sqldb.One(customerCtx, f.shop.DB.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM cart WHERE customer_id = 7 AND active`)
		check(t, err)
		want(t, "carts", n, 1)
		c, err := f.Load(customerCtx, vera)
		check(t, err)
		want(t, "lost additions", c.Count(), 8)
	})
}

func TestPricesInTheCartAreTheGroups(t *testing.T) {
	each(t, func(t *testing.T, f fixture) {
		f.shop.Product("set", func(p *catalog.Product) {
			p.GroupPrices = []catalog.GroupPrice{{WebsiteID: 1, GroupID: 2, Price: 700}}
		})
		_, err := f.Add(customerCtx, vera, "set", 2)
		check(t, err)
		want(t, "general", f.text(t, vera), "set×2 20.00")
		wholesale := vera
		wholesale.GroupID = 2
		want(t, "wholesale", f.text(t, wholesale), "set×2 14.00")
	})
}

func code(err error) string {
	e, _ := fault.As(err)
	if e == nil {
		return ""
	}
	return e.Code
}
