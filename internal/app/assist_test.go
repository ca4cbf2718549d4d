package app_test

import (
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/web/webtest"
)

// signIn opens the Admin as an Admin user.
func signIn(b *webtest.Browser, s *apptest.Shop, username string) *webtest.Tab {
	t := b.Open(s.Admin("/login"))
	t.Form("/login").Set("username", username).Set("password", demo.Password).Submit()
	return t
}

// assistVera is maria pressing Login as Customer on Vera's page.
func assistVera(b *webtest.Browser, s *apptest.Shop) (admin, shop *webtest.Tab) {
	admin = signIn(b, s, "maria")
	admin.Visit("/customers?q=vera").Click("Vera Lind")
	shop = admin.Form("/customers/1/assist").Set("reason_code", "cart").Submit("Login as Customer")
	return admin, shop
}

func TestAnAgentEntersACustomersAccountAndLeavesIt(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		b := webtest.New(t)
		_, shop := assistVera(b, s)
		for _, words := range []string{"Vera Lind", "Main Website", "Maria Keller"} {
			shop.MustContain(words)
		}
		shop.Visit("/no/such/page")
		shop.MustStatus(404)
		shop.MustContain("Vera Lind")
		shop.Form("/assist/close").Submit()
		shop.MustContain("Session closed")
		if _, ok := b.Cookie(s.Store("english", "/"), "__Host-stay"); ok {
			t.Error("the stay's cookie is still there")
		}
	})
}

func TestAStayEndsAtItsLimits(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		_, shop := assistVera(webtest.New(t), s)
		s.Clock.Advance(16 * time.Minute)
		shop.Visit("/no/such/page")
		shop.MustStatus(410)
		shop.Visit("/no/such/page")
		shop.MustStatus(404)
	})
}
