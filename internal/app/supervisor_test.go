package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
)

func TestWhoMayAsksWhichCustomerIsMeantAndSaysWhomItQuotes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		d := &desk{Shop: s, t: t, two: s}
		one, two := d.newcomer("english"), d.newcomer("french")
		maria := d.one(`SELECT id FROM admin_user WHERE username = 'maria'`)
		tom := d.in("tom", "/assist/why")
		ask := func(customer string, admin int64) string {
			return "/assist/why?" + url.Values{"admin": {fmt.Sprint(admin)}, "customer": {customer}}.Encode()
		}
		page := tom.Visit(ask("Cleo", maria))
		page.MustContain("Which customer?", one.Email, two.Email)
		page.MustNotContain("May enter")
		page.Click(two.Name()).MustContain("as "+two.Name(), "May enter: no", "Maria Keller is told: “The customer has not allowed")
		tom.Visit(ask(strings.ToUpper(one.Email), maria)).MustContain("as "+one.Name(), "If not, what Maria Keller is told")
		own := d.one(`SELECT id FROM admin_user WHERE username = 'tom'`)
		tom.Visit(ask(one.Email, own)).MustContain("If not, why", "Your role does not allow Login as Customer")
		nobody := tom.Visit(ask("nobody at all", maria))
		nobody.MustStatus(http.StatusUnprocessableEntity)
		nobody.MustContain("No customer has this e-mail address, name or ID")
		nobody.MustHave("#f-customer[value='nobody at all'][aria-invalid=true]")
		tom.Visit(ask("", 99999)).MustStatus(http.StatusOK)
		tom.Visit(ask(one.Email, 99999)).MustStatus(http.StatusNotFound)
	})
}

func TestAnAddressWithoutAStoreViewIsNamedInTheLogAndTheShopsToTheMachineItself(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		for from, told := range map[string]bool{"127.0.0.1:1234": true, "[::1]:1234": true, "192.0.2.7:1234": false} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://wrong.example/cart", nil)
			r.RemoteAddr = from
			w := httptest.NewRecorder()
			s.Handler().ServeHTTP(w, r)
			if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), s.Store("english", "/")) != told || strings.Contains(w.Body.String(), s.Admin("")) {
				t.Errorf("%s: %d %s", from, w.Code, w.Body)
			}
		}
		if said := s.Lines.String(); !strings.Contains(said, "host=wrong.example") {
			t.Error(said)
		}
	})
}

func TestTheDashboardHasNothingOfLoginAsCustomerWhileItIsOff(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		d := &desk{Shop: s, t: t, two: s}
		d.in("maria", "/").MustContain("Customers you helped last", "Your running session")
		d.configure(config.Edit{Field: assist.Enabled, Value: "0"})
		off := d.in("maria", "/")
		off.MustContain("Help a customer")
		off.MustNotContain("Customers you helped last", "Your running session", "First steps")
	})
}
