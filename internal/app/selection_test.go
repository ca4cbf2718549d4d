package app_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestAStayOfTheNextCustomerTakesOverAndTheFormsOfTheFirstAreStale(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		b, agent := webtest.New(t), d.agent("Support desk")
		admin := signIn(b, d.Shop, agent.Username)
		first := d.enter(b, admin, agent, d.customer("english"), "english")
		form := first.shop.Visit("/p/item-1").Form("form[action$='cart/items']")
		second := d.enter(b, admin, agent, d.customer("english"), "english")
		second.shop.Visit("/account").MustContain(second.of.Name())
		answered := form.Submit()
		answered.MustStatus(http.StatusConflict)
		answered.MustContain(second.of.Name()) // the banner says whose account it is now
		for _, s := range []*stay{first, second} {
			if n := d.one(`SELECT COUNT(*) FROM cart_item i JOIN cart c ON c.id = i.cart_id WHERE c.customer_id = $1`, s.of.ID); n != 0 {
				t.Errorf("%s has %d things in the cart", s.of.Name(), n)
			}
		}
		if got := first.send(d.two, http.MethodGet, "/cart", nil); got.status != http.StatusGone {
			t.Errorf("the first stay is answered %d", got.status)
		}
		second.shop.Visit("/p/item-1").Form("form[action$='cart/items']").Submit().MustStatus(http.StatusOK)
	})
}

func TestViewOnlyLooksEverywhereAndChangesNothing(t *testing.T) {
	viewOnly := map[string]func(d *desk){
		"by the configuration": func(d *desk) { d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.mode", "view_only") }) },
		"by the role": func(d *desk) {
			d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.mode", "can_change") })
			d.supportDesk(func(f *webtest.Form) { f.Set("assist_mode", "view_only") })
		},
	}
	eachDesk(t, func(t *testing.T, d *desk) {
		for _, name := range []string{"by the configuration", "by the role"} {
			viewOnly[name](d)
			b, agent := webtest.New(t), d.agent("Support desk")
			s := d.enter(b, signIn(b, d.Shop, agent.Username), agent, d.customer("english"), "english")
			s.shop.MustContain("View only")
			before := s.everything()
			for path, form := range map[string]url.Values{
				"/cart/items": {"sku": {"T-1"}, "qty": {"1"}}, "/account/edit": {"first_name": {"A"}, "last_name": {"B"}},
				"/account/wishlist": {"product": {"1"}}, "/account/addresses": {"first_name": {"A"}}, "/cart": {"version": {"1"}},
			} {
				if got := s.send(d.two, http.MethodPost, path, form); got.status != http.StatusForbidden {
					t.Errorf("%s: %s is answered %d", name, path, got.status)
				}
			}
			c, err := d.Customers.Get(t.Context(), s.of.ID)
			if err != nil || c.Name() != s.of.Name() || s.everything() != before {
				t.Errorf("%s: something was changed: %v %v", name, c.Name(), err)
			}
			s.shop.Visit("/cart").MustContain(s.of.Name())
			s.shop.Form("form[action$=close]").Submit().MustContain("Session closed")
		}
	})
}

func TestManualSelectionOffersWhatTheCustomerCanUseAndTheServerHoldsToIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.store_view", "manual") })
		french := fmt.Sprint(d.one(`SELECT id FROM store_view WHERE code = 'french'`))
		german := fmt.Sprint(d.one(`SELECT id FROM store_view WHERE code = 'german'`))
		c, b := d.customer("english"), webtest.New(t)
		path := fmt.Sprintf("/customers/%d", c.ID)
		admin := signIn(b, d.Shop, "maria")
		dialog := func() *webtest.Form {
			return admin.Visit(path).Form(path+"/assist").Set("reason_code", "cart")
		}
		// Per Website: the other website's view is there, disabled, and forging it is refused.
		admin.Visit(path).MustHave("option[value='" + french + "'][disabled]")
		refused := dialog().Forge("store_view", french).Submit()
		refused.MustStatus(http.StatusForbidden)
		dialog().Forge("store_view", "9999").Submit().MustStatus(http.StatusUnprocessableEntity)
		if n := d.one(`SELECT COUNT(*) FROM impersonation WHERE customer_id = $1`, c.ID); n != 0 {
			t.Errorf("%d stays were begun", n)
		}
		shop := dialog().Set("store_view", german).Submit("Login as Customer")
		if want := d.Store("german", "/account"); shop.URL.String() != want {
			t.Errorf("landed at %s, want %s", shop.URL, want)
		}

		const accounts = "/config/customers/customer_configuration"
		d.own(accounts, func(f *webtest.Form) { f.Set("customer.share_accounts", "global") })
		shop = dialog().Set("store_view", french).Submit("Login as Customer")
		if want := d.Store("french", "/account"); shop.URL.String() != want {
			t.Errorf("landed at %s, want %s", shop.URL, want)
		}
		shop.MustContain(c.Name(), "Outlet")
		// Accounts are parted again: the stay at the other website ends.
		d.own(accounts, func(f *webtest.Form) { f.Set("customer.share_accounts", "website") })
		secret, _ := b.Cookie(d.Store("french", "/"), web.StayCookie)
		if got := send(t, d.two, http.MethodGet, d.Store("french", "/cart"), nil, "Cookie", web.StayCookie+"="+secret); got.status != http.StatusGone {
			t.Errorf("the stay at the other website is answered %d", got.status)
		}
	})
}
