package e2e

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
)

// places is where this shop answers, for somebody without a window.
type places struct{ *shop }

func (p places) Admin(path string) string       { return p.admin(path) }
func (p places) Store(view, path string) string { return p.store(view, path) }

func (s *shop) highest(table string) string {
	s.t.Helper()
	id, err := sqldb.One(context.Background(), s.DB.Reader(), sqldb.Value[int64], `SELECT MAX(id) FROM `+table)
	if err != nil {
		s.t.Fatal(err)
	}
	return strconv.FormatInt(id, 10)
}

// TestHostileTextRunsInNoBrowser opens the main pages of both sides with markup
// in every field. A dialog, a script's error or a violation of the policy fails
// the story too.
func TestHostileTextRunsInNoBrowser(t *testing.T) {
	story(t)
	s := open(t)
	markup, script := apptest.NewHostile(t, places{s}, apptest.Payloads[0]), apptest.NewHostile(t, places{s}, apptest.Payloads[2])
	for _, h := range []*apptest.Hostile{markup, script} {
		h.Shop()
		h.Staff("admin")
	}
	calm := func(tab *browser.Tab, base func(string) string, paths ...string) {
		t.Helper()
		for _, path := range paths {
			tab.Visit(base(path))
			if ran := tab.Eval(`String(window.__pwned) + document.querySelectorAll("[zqx]").length`); ran != "undefined0" {
				t.Errorf("%s: something ran: %s", path, ran)
			}
		}
	}
	store := func(path string) string { return s.store("english", path) }
	account := []string{"/", "/account", "/account/edit", "/account/addresses", "/account/orders", "/account/assistance", "/account/wishlist", "/cart", "/checkout"}
	number := s.newest().Number
	calm(s.shopper(s.person(), "english", script.Email), store, append(slices.Clone(account), "/account/orders/"+number, "/account/orders/"+number+"/print", "/search?q="+url.QueryEscape(markup.Text))...)

	p := s.person()
	customer, order := "/customers/"+s.highest("customer"), "/sales/orders/"+s.highest("sales_order")
	desk := s.staff(p, "admin")
	calm(desk, s.admin, "/?q=zqmark1", "/customers", customer, customer+"/account", customer+"/addresses", customer+"/orders", customer+"/assistance", customer+"/cart",
		"/sales/orders", order, order+"/comments", order+"/invoices", "/sales/invoices", "/sales/shipments", "/sales/creditmemos", "/assist/log", "/assist/report", "/system/actions",
		"/system/outbox", "/system/outbox/"+s.highest("mail_outbox"), "/system/outbox/"+s.highest("mail_outbox")+"/html")
	front := enter(desk.Visit(s.admin(customer)))
	front.See("You are logged in as")
	for _, path := range account {
		calm(front, store, path)
		if why := front.Covered(); why != "" {
			t.Errorf("%s: %s", path, why)
		}
	}
	front.Screenshot("hostile-account")
}
