package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/storefront"
	"github.com/storehand/storehand/internal/web"
)

// mask switches masking on everywhere.
func (c *census) mask() {
	c.t.Helper()
	err := c.s.DB.Change(sqldbtest.Ctx(), "config.saved", func(ctx context.Context, tx *sqldb.Tx) error {
		return c.s.Config.Put(ctx, tx, config.Scope{}, config.Edit{Field: assist.MaskPersonal, Value: "1"})
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// secrets are what must not stand on a masked page: the customer's e-mail
// address, phone numbers and streets, wherever they are kept.
func (c *census) secrets() []string {
	c.t.Helper()
	all, err := sqldb.All(context.Background(), c.s.DB.Reader(), sqldb.Value[string], `SELECT email FROM customer WHERE id = 1
		UNION SELECT street FROM customer_address WHERE customer_id = 1 UNION SELECT phone FROM customer_address WHERE customer_id = 1
		UNION SELECT '7 Entered Lane' FROM website UNION SELECT '+1 207 555 0177' FROM website`)
	if err != nil {
		c.t.Fatal(err)
	}
	var lines []string
	for _, text := range all {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) < 5 {
		c.t.Fatalf("only %q to look for", lines)
	}
	return lines
}

// entered fills the checkout with an address that is in no book.
func (c *census) entered() {
	c.t.Helper()
	c.send(c.s.Store("english", ""), "POST", "/cart/items", url.Values{"sku": {"T-2"}, "qty": {"1"}})
	status, body := c.send(c.s.Store("english", ""), "POST", "/checkout", url.Values{
		"shipping_from": {"new"}, "billing_from": {"same"}, "shipping_first_name": {"Vera"}, "shipping_last_name": {"Lind"}, "shipping_street": {"7 Entered Lane"},
		"shipping_city": {"Portland"}, "shipping_region": {"Maine"}, "shipping_postcode": {"04102"}, "shipping_country": {"US"}, "shipping_phone": {"+1 207 555 0177"},
	})
	if status != http.StatusSeeOther {
		c.t.Fatalf("the address was not taken: %d %.300s", status, words(body))
	}
}

// TestNoPageOfAMaskedStayHoldsPersonalData reads every page there is.
func TestNoPageOfAMaskedStayHoldsPersonalData(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		c.t = t
		c.mask()
		c.entered()
		secrets, routes := c.secrets(), storefront.New(storefront.Deps{Now: s.Clock.Now, Log: s.Log}).Routes()
		found := c.readAll(routes, secrets)
		if found != 0 {
			t.Errorf("%d values on masked pages", found)
		}
		if status, _ := c.send(s.Store("english", ""), "POST", "/assist/reveal", url.Values{"back": {"/account"}}); status != http.StatusSeeOther {
			t.Fatalf("revealing answered %d", status)
		}
		if c.holds("/account", secrets) == 0 || c.holds("/checkout", secrets) == 0 {
			t.Error("nothing was revealed")
		}
	})
}

// readAll counts the values that stand on the pages, and names them.
func (c *census) readAll(routes []web.Route, secrets []string) (found int) {
	c.t.Helper()
	for _, route := range routes {
		method, _, _ := strings.Cut(route.Pattern, " ")
		if method != "GET" || wayInOut(route) || route.Stream {
			continue
		}
		if n := c.holds(c.path(route.Pattern), secrets); n > 0 {
			c.t.Errorf("%s holds %d values", route.Pattern, n)
			found += n
		}
	}
	for _, more := range []string{"/checkout/success?order=" + c.invoiced, "/account/addresses/new", "/nowhere"} {
		found += c.holds(more, secrets)
	}
	return found
}

func (c *census) holds(path string, secrets []string) (n int) {
	c.t.Helper()
	_, body := c.send(c.s.Store("english", ""), "GET", path, nil)
	for _, secret := range secrets {
		if strings.Contains(body, secret) {
			n++
		}
	}
	return n
}

// TestAMaskedFieldLeftUntouchedKeepsItsValue saves forms as they were drawn.
func TestAMaskedFieldLeftUntouchedKeepsItsValue(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		c := enterVera(t, s)
		c.t = t
		c.mask()
		stored := func() string {
			v, err := sqldb.One(context.Background(), s.DB.Reader(), sqldb.Value[string], `SELECT street || '|' || phone || '|' || city FROM customer_address WHERE id = `+strconv.FormatInt(c.address, 10))
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		before := strings.Split(stored(), "|")
		form := func(street, phone, city string) url.Values {
			return url.Values{"first_name": {"Vera"}, "last_name": {"Lind"}, "street": {street}, "city": {city}, "region": {"Maine"}, "postcode": {"04102"}, "country": {"US"}, "phone": {phone}}
		}
		path := "/account/addresses/" + strconv.FormatInt(c.address, 10)
		masked := form(assist.MaskText(before[0]), assist.MaskPhone(before[1]), "Bangor")
		if status, body := c.send(s.Store("english", ""), "POST", path, masked); status != http.StatusSeeOther || stored() != before[0]+"|"+before[1]+"|Bangor" {
			t.Fatalf("saved %q from %q: %d %.300s", stored(), before, status, words(body))
		}
		// What was wrong elsewhere shows the form as it was sent, not the stored value.
		masked.Set("city", "")
		status, body := c.send(s.Store("english", ""), "POST", path, masked)
		if status != http.StatusUnprocessableEntity || strings.Contains(body, before[0]) || !strings.Contains(body, assist.MaskText(before[0])) {
			t.Errorf("an error elsewhere: %d, shows the stored value or not the mask", status)
		}
		for name, f := range map[string]url.Values{"street": form("••••• 5", before[1], "Bangor"), "phone": form("1 Street", "•••••00", "Bangor")} {
			if status, _ := c.send(s.Store("english", ""), "POST", path, f); status != http.StatusUnprocessableEntity || strings.Contains(stored(), "•") {
				t.Errorf("typed around the mask of %s: %d, %q", name, status, stored())
			}
		}
		if status, _ := c.send(s.Store("english", ""), "POST", path, form("9 New Street", "+1 207 555 0100", "Bangor")); status != http.StatusSeeOther || stored() != "9 New Street|+1 207 555 0100|Bangor" {
			t.Errorf("new values: %d, %q", status, stored())
		}
		c.orderMasked()
	})
}

// orderMasked walks the checkout with its fields as they were drawn: the order
// has the real address.
func (c *census) orderMasked() {
	c.t.Helper()
	c.entered()
	at := c.s.Store("english", "")
	status, _ := c.send(at, "POST", "/checkout", url.Values{
		"shipping_from": {"new"}, "billing_from": {"same"}, "shipping_first_name": {"Vera"}, "shipping_last_name": {"Lind"}, "shipping_street": {"•••••"},
		"shipping_city": {"Portland"}, "shipping_region": {"Maine"}, "shipping_postcode": {"04102"}, "shipping_country": {"US"}, "shipping_phone": {assist.MaskPhone("+1 207 555 0177")},
	})
	if status != http.StatusSeeOther {
		c.t.Fatalf("the masked address was not taken: %d", status)
	}
	c.send(at, "POST", "/checkout/methods", url.Values{"shipping_method": {"flatrate_flatrate"}, "payment_method": {"checkmo"}})
	status, body := c.send(at, "POST", "/checkout/place", c.reviewed())
	if status != http.StatusSeeOther {
		c.t.Fatalf("placing answered %d %.300s", status, words(body))
	}
	got, err := sqldb.One(context.Background(), c.s.DB.Reader(), sqldb.Value[string], `SELECT o.email || '|' || a.street || '|' || a.phone FROM sales_order o
		JOIN sales_order_address a ON a.order_id = o.id WHERE o.id = (SELECT MAX(id) FROM sales_order) AND a.kind = 'shipping'`)
	if err != nil || got != "vera@example.com|7 Entered Lane|+1 207 555 0177" {
		c.t.Errorf("the order has %q, %v", got, err)
	}
}
