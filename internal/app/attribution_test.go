package app_test

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

// placedBy is what the newest order's own columns say of who placed it, and its
// number.
func (m merchant) placedBy() (by, number string) {
	m.Helper()
	type found struct{ by, number string }
	f, err := sqldb.One(sqldbtest.Ctx(), m.DB.Reader(), func(r sqldb.Scanner) (f found, err error) {
		var kind, name, source string
		var id, stay int64
		err = r.Scan(&kind, &id, &name, sqldb.IntoID(&stay), &source, &f.number)
		f.by = fmt.Sprintf("%s %s user=%t stay=%t %s", kind, name, id != 0, stay != 0, source)
		return f, err
	}, `SELECT actor_kind, actor_id, actor_name, impersonation_id, source, number FROM sales_order ORDER BY id DESC LIMIT 1`)
	if err != nil {
		m.Fatal(err)
	}
	return f.by, f.number
}

// TestAnOrderSaysInItsOwnColumnsWhoPlacedIt: the customer, staff in the
// customer's account, or staff in the Admin; and both sides read it.
func TestAnOrderSaysInItsOwnColumnsWhoPlacedIt(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		const byStaff = "This order was placed by store staff for you."
		vera := shopIn(webtest.New(m), m, "vera@example.com")
		buy := func(tab *webtest.Tab) (by, number string) {
			tab.Visit(m.Store("english", "/p/item-1")).Form("/cart/items").Submit()
			tab = tab.Visit(m.Store("english", "/checkout")).Form("/checkout").Submit()
			tab = tab.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
			tab.Form("/checkout/place").Submit().MustContain("Thank you for your order")
			return m.placedBy()
		}
		by, number := buy(vera)
		if by != "customer Vera Lind user=true stay=false storefront" {
			t.Errorf("her own: %s", by)
		}
		vera.Visit(m.Store("english", "/account/orders/"+number)).MustNotContain(byStaff)

		admin, stay := assistVera(webtest.New(m), m.Shop)
		by, number = buy(stay)
		if by != "admin maria user=true stay=true storefront" {
			t.Errorf("in a stay: %s", by)
		}
		vera.Visit(m.Store("english", "/account/orders/"+number)).MustContain(byStaff)
		admin.Visit(m.Admin("/sales/orders?number="+number)).Click(number).MustContain("Placed by staff", "maria", "Login as Customer session", "Placed for the customer in the storefront.")

		number = m.inTheAdmin(admin)
		if by, _ = m.placedBy(); by != "admin maria user=true stay=false admin" {
			t.Errorf("in the Admin: %s", by)
		}
		vera.Visit(m.Store("english", "/account/orders/"+number)).MustContain(byStaff)
		vera.Visit(m.Store("english", "/account/orders/"+number+"/print")).MustContain(byStaff)
	})
}

// inTheAdmin takes an order for Vera by phone.
func (m merchant) inTheAdmin(tab *webtest.Tab) (number string) {
	m.Helper()
	const path = "/sales/orders/new"
	tab = tab.Visit(m.Admin(path + "?" + url.Values{"customer": {"1"}}.Encode()))
	tab = tab.Form(path).Set("add_sku", "T-2").Submit("Update items and totals")
	tab = tab.Form(path).Set("payment_method", "checkmo").Submit("Update items and totals")
	tab.Form(path).Submit("Submit Order").MustContain("You created the order.", "Placed by staff", "Placed in the Admin.", "maria")
	o, err := m.Sales.FindNumber(sqldbtest.Ctx(), m.newestNumber())
	if err != nil || o.Source != sales.FromAdmin {
		m.Fatalf("%+v, %v", o.Order, err)
	}
	return o.Number
}

func (m merchant) newestNumber() string {
	_, number := m.placedBy()
	return number
}
