package app_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
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

func TestANodeWithoutTheKeyOfAppsSaysSoAndTakesARecoveryCode(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			s := apptest.Sealed(t, e, app.Options{SecretKeys: "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="})
			two := s.Peer(t) // was started without
			code := func(secret string) string {
				c, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), s.Clock.Now())
				if err != nil {
					t.Fatal(err)
				}
				return c
			}
			own := signIn(webtest.New(t), s, "tom").Visit("/account/factors")
			for _, f := range own.Forms() {
				if f.Has("kind") && f.Value("kind") == string(factor.App) {
					own = f.Set("own_password", demo.Password).Submit("Add an app")
					break
				}
			}
			secret := own.One("code.key").Text()
			kept := own.Form("/account/factors/add_app").Set("code", code(secret)).Set("name", "Phone").Submit("Add this app")
			kept.MustContain("Keep these recovery codes now")
			s.Clock.Advance(time.Minute)

			b := webtest.New(t)
			b.Through(two.Addr)
			tab := b.Open(s.Admin("/login")).Form("/login").Set("username", "tom").Set("password", demo.Password).Submit()
			tab = tab.Form("/login/second").Set("code", code(secret)).Submit("Sign in")
			tab.MustStatus(http.StatusServiceUnavailable)
			tab.MustContain("This server cannot check authenticator apps", "Use a passkey or a recovery code")
			if !strings.Contains(two.Lines.String(), "not in the key file") {
				t.Error("the log does not say why")
			}
			recovery := kept.All(".recovery-codes code")[0].Text()
			for _, f := range tab.Forms() {
				if f.Has("recovery") {
					tab = f.Set("recovery", recovery).Submit("Use this code")
					break
				}
			}
			tab.Visit("/account").MustBe("/account")
			for node, want := range map[*apptest.Shop]int{s: 0, two: 1} {
				if n, err := node.Factors.Unreadable(t.Context()); err != nil || n != want {
					t.Errorf("%d apps cannot be used, want %d: %v", n, want, err)
				}
			}
		})
	}
}

func TestWhoMayApproveSeesOnEveryPageThatSomebodyWaits(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		d := &desk{Shop: s, t: t, two: s}
		d.configure(config.Edit{Field: assist.Approvals, Value: assist.ApprovalEveryone})
		const badge = "nav a[href='/assist/approvals'] .count"
		tom := d.in("tom", "/account")
		tom.MustNotHave(badge)
		c := d.customer("english")
		path := (&stay{of: c}).customerPage("")
		d.in("maria", path).Form(path+"/assist").Set("reason_code", "cart").Submit("Ask for approval").MustContain("Waiting for a second person")
		if got := tom.Visit("/account").One(badge).Text(); got != "1" {
			t.Errorf("%s", got)
		}
		empty := d.in("admin", "/assist/alerts")
		empty.MustContain("No alert")
		empty.Click("Settings").MustBe("/config/customers/login_as_customer")
		d.in("tom", "/assist/alerts").MustNotContain("Settings")
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
