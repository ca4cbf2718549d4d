package app_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

// TestNothingIsChangedAfterTheCustomersWithdrawalIsAnswered lets four browsers
// put things into the cart through both nodes while the customer withdraws.
func TestNothingIsChangedAfterTheCustomersWithdrawalIsAnswered(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		b, agent := webtest.New(t), d.agent("Support desk")
		s := d.enter(b, signIn(b, d.Shop, agent.Username), agent, d.customer("german"), "german")
		withdraw := d.shopping(s.of, "german", "/account/assistance").Form("form[action$='account/assistance']")
		var answered atomic.Bool
		var made atomic.Int64
		var wg sync.WaitGroup
		for i := range 4 {
			node := d.Shop
			if i%2 == 1 {
				node = d.two
			}
			wg.Go(func() {
				for {
					late := answered.Load()
					r := request(t.Context(), http.MethodPost, s.base+"/cart/items", url.Values{"sku": {"T-2"}, "qty": {"1"}, "csrf": {s.token}}, "Cookie", web.StayCookie+"="+s.cookie)
					w := httptest.NewRecorder()
					node.Handler().ServeHTTP(w, r)
					added := w.Code == http.StatusSeeOther || w.Code == http.StatusOK
					switch {
					case late && w.Code != http.StatusConflict:
						t.Errorf("begun after the answer, and answered %d", w.Code)
						return
					case w.Code == http.StatusConflict:
						return
					case w.Code == http.StatusGone: // over between the look at the door and the change
						return
					case !added && w.Code != http.StatusUnprocessableEntity:
						t.Errorf("answered %d", w.Code)
						return
					case added:
						made.Add(1)
					}
				}
			})
		}
		for made.Load() < 8 {
			time.Sleep(time.Millisecond)
		}
		withdraw.Submit().MustStatus(http.StatusOK)
		answered.Store(true)
		after := d.one(`SELECT COUNT(*) FROM audit_log WHERE action LIKE 'cart.%' AND impersonation_id > 0 AND result = 'success'`)
		wg.Wait()
		if now := d.one(`SELECT COUNT(*) FROM audit_log WHERE action LIKE 'cart.%' AND impersonation_id > 0 AND result = 'success'`); now != after {
			t.Errorf("%d changes were made after the withdrawal was answered", now-after)
		}
		end := d.one(`SELECT MAX(id) FROM audit_log WHERE action = 'login_as_customer.consent_changed'`)
		if n := d.one(`SELECT COUNT(*) FROM audit_log WHERE id > $1 AND action LIKE 'cart.%' AND impersonation_id > 0 AND result = 'success'`, end); n != 0 {
			t.Errorf("%d changes are on record after the withdrawal", n)
		}
	})
}

// TestAStayLeavesNoTraceOnTheCustomersSide compares what the customer's side
// keeps, and who the agent's own browser is, before and after a stay.
func TestAStayLeavesNoTraceOnTheCustomersSide(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		noah := d.customer("english")
		of := d.customer("english")
		b, agent := webtest.New(t), d.agent("Support desk")
		// The agent's browser is a customer's of its own, and a guest's at the outlet.
		own := b.Open(d.Store("english", "/login")).Form("form[action$=login]").Set("email", noah.Email).Set("password", "storehand-demo-2026").Submit()
		own.Visit("/p/item-3").Form("form[action$='cart/items']").Submit()
		b.Open(d.Store("french", "/p/item-2")).Form("form[action$='cart/items']").Submit()
		shopper, _ := b.Cookie(d.Store("english", "/"), web.ShopCookie)
		guest, _ := b.Cookie(d.Store("french", "/"), web.CartCookie)
		if shopper == "" || guest == "" {
			t.Fatal("the browser is nobody")
		}
		traces := func() string { return traces(t, d) }
		before := traces()

		s := d.enter(b, signIn(b, d.Shop, agent.Username), agent, of, "english")
		for _, path := range []string{"/", "/p/item-1", "/c/kitchen", "/cart", "/account", "/account/newsletter", "/search?q=mug"} {
			s.shop.Visit(path).MustContain(of.Name())
		}
		s.shop.Visit("/p/item-1").Form("form[action$='cart/items']").Submit()
		s.shop.Visit("/").Form("form[action$=close]").Submit().MustContain("Cleo")

		if after := traces(); after != before {
			t.Errorf("was\n%s\nis\n%s", before, after)
		}
		for _, c := range []struct{ name, at, want string }{{web.ShopCookie, "english", shopper}, {web.CartCookie, "french", guest}} {
			if got, _ := b.Cookie(d.Store(c.at, "/"), c.name); got != c.want {
				t.Errorf("%s was exchanged", c.name)
			}
		}
		b.Open(d.Store("english", "/account")).MustContain(noah.Name())
		if body := b.Open(d.Store("english", "/cart")); !strings.Contains(body.Body, "Tea Pot") || strings.Contains(body.Body, "Stoneware Mug") {
			t.Error("the browser's own cart is not as it was")
		}
		b.Open(d.Store("french", "/cart")).MustContain("Linen Bag")
	})
}

// traces is what the customers' side keeps of being there.
func traces(t *testing.T, d *desk) string {
	t.Helper()
	c := &census{t: t, s: d.Shop}
	var all []string
	for _, table := range []string{"customer", "customer_session", "recently_viewed", "newsletter_subscriber", "password_reset", "mail_outbox", "wish_list_item"} {
		for _, line := range c.table(table) {
			if !strings.Contains(line, "|kind=assistance_ended|") { // the one letter that tells of the stay itself
				all = append(all, line)
			}
		}
	}
	return strings.Join(all, "\n")
}
