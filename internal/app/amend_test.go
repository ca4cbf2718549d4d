package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web/webtest"
)

// account gives in one text what the cart and the address book of Vera hold.
func (c *census) things() string {
	c.t.Helper()
	lines, err := sqldb.All(context.Background(), c.s.DB.Reader(), sqldb.Value[string], `SELECT p.sku || '×' || i.qty FROM cart k JOIN cart_item i ON i.cart_id = k.id
		JOIN product p ON p.id = i.product_id WHERE k.customer_id = 1 AND k.active ORDER BY p.sku`)
	if err != nil {
		c.t.Fatal(err)
	}
	book, err := sqldb.All(context.Background(), c.s.DB.Reader(), sqldb.Value[string], `SELECT id || ':' || street || ',' || city || ',' || phone || ',' ||
		CASE WHEN default_billing THEN 'b' ELSE '' END || CASE WHEN default_shipping THEN 's' ELSE '' END FROM customer_address WHERE customer_id = 1 ORDER BY id`)
	if err != nil {
		c.t.Fatal(err)
	}
	name := c.text(`SELECT first_name || ' ' || last_name FROM customer WHERE id = 1`)
	return strings.Join(append(append(lines, book...), name), " | ")
}

func (c *census) post(path string, form url.Values) {
	c.t.Helper()
	if status, body := c.send(c.s.Store("english", ""), "POST", path, form); status != http.StatusSeeOther {
		c.t.Fatalf("POST %s: %d %.400s", path, status, words(body))
	}
}

func address(street string, more ...string) url.Values {
	f := url.Values{"first_name": {"Vera"}, "last_name": {"Lind"}, "street": {street}, "city": {"Portland"}, "region": {"Maine"}, "postcode": {"04102"}, "country": {"US"}}
	for _, name := range more {
		f.Set(name, "1")
	}
	return f
}

// change does in a stay what can be undone: cart, addresses, name.
func (c *census) change() {
	c.t.Helper()
	id := strconv.FormatInt(c.address, 10)
	c.post("/cart/items", url.Values{"sku": {"T-2"}, "qty": {"2"}})
	c.post("/cart/items", url.Values{"sku": {"T-2"}, "qty": {"1"}})
	c.post("/cart/coupon", url.Values{"do": {"apply"}, "coupon": {"save10"}})
	c.post("/account/addresses/"+id, address("5 Other Street"))
	c.post("/account/addresses", address("6 New Street", "default_billing", "default_shipping"))
	c.post("/account/edit", url.Values{"first_name": {"Verena"}, "last_name": {"Lind"}})
	c.post("/account/addresses/"+id+"/delete", url.Values{})
}

// vera signs in as the customer in a browser of her own.
func vera(t *testing.T, s *apptest.Shop) *webtest.Tab {
	b := webtest.New(t)
	tab := b.Open(s.Store("english", "/login"))
	tab.Form("/login").Set("email", "vera@example.com").Set("password", "storehand-demo-2026").Submit()
	return tab
}

func TestACustomerUndoesAllThatAStayChanged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		c.t = t
		before := c.things()
		c.change()
		if c.things() == before {
			t.Fatal("nothing was changed")
		}
		tab := vera(t, s)
		path := "/account/changes/" + c.text(`SELECT public_id FROM impersonation WHERE customer_id = 1 ORDER BY id DESC LIMIT 1`)
		tab.Visit(s.Store("english", path))
		tab.MustContain("5 Other Street")
		pick(tab, "changes", ".").Submit()
		tab.MustContain("Undone.")
		if after := c.things(); after != before {
			t.Errorf("after undoing\n%s\nwant\n%s", after, before)
		}
		if n := c.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.undone' AND actor_kind = 'customer' AND impersonation_id <> 0`); n != 1 {
			t.Errorf("%d rows of the record, want 1", n)
		}
		if n := c.one(`SELECT COUNT(*) FROM audit_log WHERE action = 'login_as_customer.undone' AND (data LIKE '%Street%' OR details LIKE '%Street%')`); n != 0 {
			t.Error("the record of undoing holds personal data")
		}
	})
}

func TestUndoingRefusesWhatChangedSinceAndLosesNothing(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		c.t = t
		c.post("/cart/items", url.Values{"sku": {"T-2"}, "qty": {"2"}})
		c.post("/account/addresses/"+strconv.FormatInt(c.address, 10), address("5 Other Street"))
		b := webtest.New(t)
		admin := signIn(b, s, "maria")
		path := "/assist/log/" + c.text(`SELECT public_id FROM impersonation WHERE customer_id = 1 ORDER BY id DESC LIMIT 1`)
		admin.Visit(s.Admin(path))
		admin.Click("Undo changes…")
		all := pick(admin, "changes", ".")
		mine := vera(t, s).Visit(s.Store("english", "/account/addresses/"+strconv.FormatInt(c.address, 10)))
		mine.Form("/account/addresses/"+strconv.FormatInt(c.address, 10)).Set("street", "7 My Own Street").Submit()
		before := c.things()
		all.Submit()
		admin.MustStatus(http.StatusConflict)
		admin.MustContain("Nothing was undone")
		admin.MustContain("Changed since")
		if c.things() != before {
			t.Errorf("it was changed all the same: %s", c.things())
		}
		pick(admin, "changes", "").Submit() // of the line in the cart, which nobody has touched
		admin.MustContain("Undone")
		if now := c.things(); strings.Contains(now, "T-2×") || !strings.Contains(now, "7 My Own Street") {
			t.Errorf("after undoing the cart: %s", now)
		}
	})
}

func TestACustomerAcceptsWhatWasProposed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		c.t = t
		tab := c.proposed()
		before := c.things()
		tab.Click("Look at it")
		tab.MustContain("8 Proposed Street")
		pick(tab, "decision", "accept").Submit()
		tab.MustContain("The changes are made")
		now := c.things()
		if !strings.Contains(now, "T-2×3") || !strings.Contains(now, "8 Proposed Street,Portland,,bs") || strings.Count(now, ",bs") != 1 {
			t.Errorf("it became\n%s\nfrom\n%s", now, before)
		}
		row := c.text(`SELECT actor_kind || ' ' || result || ' ' || data FROM audit_log WHERE action = 'login_as_customer.proposal_accepted'`)
		if !strings.HasPrefix(row, "customer success") || !strings.Contains(row, "Maria Keller") {
			t.Errorf("the record says %s", row)
		}
	})
}

// proposed prepares and sends a proposal, which changes nothing, and gives the
// cart as the customer sees it.
func (c *census) proposed() *webtest.Tab {
	c.t.Helper()
	before := c.things()
	c.post("/assist/mode", url.Values{"mode": {"propose"}})
	c.post("/cart/items", url.Values{"sku": {"T-2"}, "qty": {"1"}})
	c.post("/cart/items", url.Values{"sku": {"T-2"}, "qty": {"2"}})
	c.post("/account/addresses", address("8 Proposed Street", "default_billing", "default_shipping"))
	for path, form := range map[string]url.Values{"/account/edit": {"first_name": {"Else"}, "last_name": {"Lind"}}, "/cart/estimate": {"country": {"US"}}} {
		if status, _ := c.send(c.s.Store("english", ""), "POST", path, form); status != http.StatusForbidden {
			c.t.Errorf("POST %s while proposing: %d", path, status)
		}
	}
	c.post("/assist/proposal/send", url.Values{"note": {"As we spoke about"}})
	if now := c.things(); now != before {
		c.t.Fatalf("proposing changed the account to\n%s\nfrom\n%s", now, before)
	}
	tab := vera(c.t, c.s).Visit(c.s.Store("english", "/cart"))
	tab.MustContain("Our staff has a proposal for you")
	return tab
}

func TestAProposalThatIsOverOrOvertakenIsNotDone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		c.t = t
		tab := c.proposed()
		tab.Click("Look at it")
		accept := pick(tab, "decision", "accept")
		add := vera(t, s).Visit(s.Store("english", "/p/item-2"))
		add.Form("/cart/items").Submit()
		before := c.things()
		accept.Submit()
		tab.MustStatus(http.StatusConflict)
		tab.MustContain("changed since")
		if c.things() != before {
			t.Errorf("it became %s", c.things())
		}
		s.Clock.Advance(8 * 24 * time.Hour)
		late := vera(t, s).Visit(s.Store("english", "/account/assistance"))
		late.MustContain("Expired")
	})
}

// pick finds the form whose hidden field holds something: several have the
// same address.
func pick(tab *webtest.Tab, field, holds string) *webtest.Form {
	for _, form := range tab.Forms() {
		if v := form.Values(); v.Has(field) && strings.Contains(v.Get(field), holds) {
			return form
		}
	}
	return tab.Form("a form with " + holds + " in " + field)
}
