package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

const newOrderPath = "/sales/orders/new"

// address fills the form's address.
func address(f *webtest.Form) *webtest.Form {
	for name, value := range map[string]string{"first_name": "Vera", "last_name": "Lind", "street": "18 Harbour Road", "city": "Portland", "region": "Maine", "postcode": "04101", "country": "US", "phone": "+1 207 555 0118"} {
		f.Set("shipping_"+name, value)
	}
	return f
}

// choose takes the first way of delivery and check or money order.
func choose(tab *webtest.Tab, path string) *webtest.Form {
	f := tab.Form(path)
	for _, n := range tab.All(`input[name=shipping_method]`) {
		if !n.HasAttr("disabled") {
			f.Set("shipping_method", n.Attr("value"))
			break
		}
	}
	return f.Set("payment_method", "checkmo")
}

func (d desk) only(t *testing.T) sales.Full {
	t.Helper()
	id, err := sqldb.One(sqldbtest.Ctx(), d.DB.Reader(), sqldb.Value[int64], `SELECT MAX(id) FROM sales_order`)
	if err != nil {
		t.Fatal(err)
	}
	return d.full(id)
}

func TestAnOrderIsPlacedInTheAdminForACustomerAndLeavesTheirCartAlone(t *testing.T) {
	d := openDesk(t)
	p := d.products(2)
	cart := d.as("maria", d.page("vera@example.com", "/cart")).One("table").Text()
	tab := d.as("maria", newOrderPath+"?q=vera").Click("Create order")
	tab.MustContain("Vera Lind", "Login as Customer")
	none := tab.Form(newOrderPath).Set("add_sku", "no-such-thing").Submit("Update items and totals")
	none.MustStatus(http.StatusUnprocessableEntity)
	none.MustContain("There is no product")
	if typed := none.Form(newOrderPath).Value("add_sku"); typed != "no-such-thing" {
		t.Errorf("what was typed became %q", typed)
	}
	tab = address(none.Form(newOrderPath)).Set("add_sku", p[0].SKU).Set("add_qty", "2").Submit("Update items and totals")
	tab = tab.Form(newOrderPath).Set("add_sku", p[1].SKU).Submit("Update items and totals")
	missing := tab.Form(newOrderPath).Set("shipping_city", "").Submit("Submit Order")
	missing.MustStatus(http.StatusUnprocessableEntity)
	missing.MustHave("#f-shipping_city-error")
	tab = choose(missing.Form(newOrderPath).Set("shipping_city", "Portland").Submit("Update items and totals"), newOrderPath).Submit("Update items and totals")
	total := tab.Form(newOrderPath).Value("total")
	tab.Form(newOrderPath).Set("comment", "By phone").Submit("Submit Order").MustContain("You created the order.", "Placed by staff", "Placed in the Admin.", "maria", "By phone")
	o := d.only(t)
	if fmt.Sprint(o.Grand) != total || o.Source != sales.FromAdmin || len(o.Items) != 2 || o.Items[0].Qty != 2 {
		t.Errorf("placed %d of %s, from %s, %+v", o.Grand, total, o.Source, o.Items)
	}
	if e := d.latest(sales.OrderPlaced); e.ActorName != "maria" || e.SubjectName != "Vera Lind" {
		t.Errorf("recorded as %s for %s", e.ActorName, e.SubjectName)
	}
	if now := d.as("maria", d.page("vera@example.com", "/cart")).One("table").Text(); now != cart {
		t.Errorf("the customer's cart became %q", now)
	}
	tab.Back().Form(newOrderPath).Submit("Submit Order").MustContain(o.Number)
	if d.only(t).ID != o.ID {
		t.Error("the same form placed two orders")
	}
}

func TestAChangedTotalIsShownBeforeAnythingIsOrdered(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", newOrderPath+"?customer="+fmt.Sprint(d.customer("vera@example.com").ID))
	tab = address(tab.Form(newOrderPath)).Set("add_sku", d.products(1)[0].SKU).Submit("Update items and totals")
	tab = choose(tab, newOrderPath).Submit("Update items and totals")
	stale := tab.Form(newOrderPath).Forge("total", "1").Submit("Submit Order")
	stale.MustStatus(http.StatusConflict)
	stale.MustContain("The total has changed meanwhile.")
}

func TestEditingAnOrderCancelsItAndPutsAnotherInItsPlace(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	path := orderAddress(o, "/edit")
	d.as("maria", orderAddress(o, "")).Click("Edit").MustBe(path)
	tab := d.as("maria", path)
	tab.MustContain("Edit Order # "+o.Number, "takes its place")
	tab = choose(address(tab.Form(path)).Submit("Update items and totals"), path).Submit("Update items and totals")
	done := tab.Form(path).Submit("Submit Order")
	done.MustContain("You created the order.", "Replaces an earlier order")
	old := d.full(o.ID)
	if next := d.only(t); old.State != sales.Canceled || old.ChildID != next.ID || next.ParentID != old.ID {
		t.Errorf("the old one is %s, followed by %d", old.State, old.ChildID)
	}
	d.as("maria", path).MustStatus(http.StatusConflict)
}

func TestReorderBringsTheSameProductsAndAGuestsOrderHasNone(t *testing.T) {
	d := openDesk(t)
	o, guest := d.order("vera@example.com"), d.order("")
	tab := d.as("maria", orderAddress(o, "/reorder"))
	tab.MustContain("Reorder # " + o.Number)
	for _, i := range o.Items {
		tab.MustContain(i.SKU)
	}
	d.as("maria", orderAddress(guest, "/reorder")).MustStatus(http.StatusConflict)
	d.as("maria", orderAddress(guest, "")).MustNotHave(`a[href$="/reorder"]`)
}

func TestAnOrderForAGuestNeedsAnAddressOfMail(t *testing.T) {
	d := openDesk(t)
	tab := d.as("maria", newOrderPath+"?view=1")
	tab.MustNotContain("Login as Customer")
	tab = address(tab.Form(newOrderPath)).Set("add_sku", d.products(1)[0].SKU).Submit("Update items and totals")
	tab = choose(tab, newOrderPath).Submit("Update items and totals")
	bad := tab.Form(newOrderPath).Submit("Submit Order")
	bad.MustStatus(http.StatusUnprocessableEntity)
	bad.MustHave("#f-email-error")
	bad.Form(newOrderPath).Set("email", "gast@example.com").Submit("Submit Order").MustContain("You created the order.", "None: bought as a guest")
	if o := d.only(t); !o.Guest() || !strings.HasPrefix(o.Email, "gast@") {
		t.Errorf("placed for %d, %s", o.CustomerID, o.Email)
	}
}

func TestAPaymentLinkIsSentByMail(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	tab := d.as("maria", orderAddress(o, ""))
	tab.Form(orderAddress(o, "/payment-link")).Submit().MustContain("A payment link for order #"+o.Number, "vera@example.com")
}
