package e2e

import (
	"crypto/tls"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// names are the hosts of a shop that is reached by TLS.
type names struct{ admin, main, outlet string }

// openTLS serves a furnished shop under names that lead to the loopback address.
func openTLS(t testing.TB, n names) *shop {
	t.Helper()
	l := listen(t)
	s := &shop{t: t, port: l.Addr().(*net.TCPAddr).Port}
	s.startAs(n, app.Options{})
	s.serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{authority().cert}, NextProtos: []string{"h2", "http/1.1"}}))
	return s
}

// startAs opens the application with the addresses that visitors use.
func (s *shop) startAs(n names, o app.Options) {
	s.t.Helper()
	port := ":" + strconv.Itoa(s.port)
	o.DSN, o.AdminURL = furnished(s.t, sqldb.SQLite, demo.Small), "https://"+n.admin+port
	s.start(o)
	err := s.Stores.MoveBaseURLs(system(), func(v store.View) store.BaseURL {
		host := n.main
		if v.Code == "french" {
			host = n.outlet
		}
		return store.BaseURL{Scheme: "https", Host: host + port, Prefix: v.BaseURL.Prefix}
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// helps is the hand-off as seen from outside: in, a change, out, nothing left.
func (s *shop) helps(t *testing.T, p *browser.Person, host string) {
	t.Helper()
	s.staff(p, "maria")
	front := s.assist(p, "vera@example.com").At("https://" + host)
	if url := front.URL(); strings.Contains(url, "code") || strings.Contains(front.Eval("document.referrer"), "code") {
		t.Errorf("the code is in an address: %s", url)
	}
	front.Visit(s.store("english", "/p/item-2")).Click("Add to cart").See("Linen Bag is in your cart", "You are logged in as Vera Lind")
	front.Click("Close Session").See("Session closed")
	front.Visit(s.store("english", "/cart")).Misses("Linen Bag", "You are logged in as")
}

func TestTheHandOffWorksWithinOneSiteOverTLS(t *testing.T) {
	story(t)
	s := openTLS(t, names{"admin.shop.test", "www.shop.test", "www.outlet.test"})
	s.helps(t, s.person(), "www.shop.test")
}

func TestTheHandOffWorksBetweenTwoRegistrableDomainsWithThirdPartyCookiesBlocked(t *testing.T) {
	story(t)
	s := openTLS(t, names{"admin.back.test", "www.front.test", "www.outlet.test"})
	p := s.person()
	s.helps(t, p, "www.front.test")

	elena := enter(p.Open(s.customerPage("elena@example.com", ""))).At("https://www.outlet.test").See("Elena Rossi", "Maria Keller")
	elena.ClickOn(".assist-back").At("https://admin.back.test").See("What the customer sees", "Open storefront")
}

func TestTheHandOffWorksWithoutJavaScriptBetweenTwoDomains(t *testing.T) {
	story(t)
	s := openTLS(t, names{"admin.back.test", "www.front.test", "www.outlet.test"})
	p := chromium(t, true).Person(t, browser.Look{})
	s.staff(p, "maria")
	page := p.Open(s.customerPage("vera@example.com", "")).Click(lac)
	front := page.Choose(reason).ClickNew(lac)
	front.Click("Continue to the storefront").Click("Continue").See("You are logged in as Vera Lind")
}

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
