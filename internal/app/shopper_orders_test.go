package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/web/webtest"
)

// shopIn signs a customer in on the storefront.
func shopIn(b *webtest.Browser, m merchant, email string) *webtest.Tab {
	tab := b.Open(m.Store("english", "/login"))
	tab.Form("/login").Set("email", email).Set("password", "storehand-demo-2026").Submit()
	return tab
}

func TestACustomerSeesTheirOrdersWithDocumentsAndOrdersAgain(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		o := m.sold("vera@example.com")
		docs := m.documents(o)
		if len(docs) == 0 {
			m.Fatal("nothing was made of the order")
		}
		full := m.order(o.ID)
		b := webtest.New(m)
		tab := shopIn(b, m, "vera@example.com")
		tab.Visit(m.Store("english", "/account")).MustContain("Recent orders", "#"+o.Number)
		tab.Visit(m.Store("english", "/account/orders")).MustContain("My orders", "#"+o.Number, "$110.38")
		tab.Visit(m.Store("english", "/account/orders/"+o.Number))
		tab.MustContain("Order #"+o.Number, "Stoneware Mug", "$104.97", "-$10.50", "Sales tax", "$8.41", "$110.38", "18 Harbour Road", o.PaymentTitle, "Invoices", "Shipments", "Refunds")
		for kind, number := range map[string]string{"invoices": full.Invoices[0].Number, "shipments": full.Shipments[0].Number, "refunds": full.Memos[0].Number} {
			tab.Visit(m.Store("english", "/account/orders/"+o.Number+"/"+kind+"/"+number)).MustContain("#"+number, "Stoneware Mug")
			tab.Visit(m.Store("english", "/account/orders/"+o.Number+"/"+kind+"/999")).MustStatus(http.StatusNotFound)
		}
		tab.Visit(m.Store("english", "/account/orders/"+o.Number+"/print")).MustContain("$110.38")
		tab.Visit(m.Store("english", "/account/orders/"+o.Number)).Form("/account/orders/" + o.Number + "/reorder").Submit()
		tab.MustContain("is in your cart", "Stoneware Mug", "Linen Bag")
		other := shopIn(webtest.New(m), m, "noah@example.com")
		other.Visit(m.Store("english", "/account/orders/"+o.Number)).MustStatus(http.StatusNotFound)
		other.Visit(m.Store("english", "/account/orders")).MustContain("You have no orders yet")
	})
}

func TestAGuestFindsTheirOrderByWhatOnlyTheyKnow(t *testing.T) {
	eachMerchant(t, func(m merchant) {
		guests, customers := m.sold(""), m.sold("vera@example.com")
		tab := webtest.New(m).Open(m.Store("english", "/orders/guest"))
		ask := func(number, email, name string) {
			tab.Visit(m.Store("english", "/orders/guest")).Form("/orders/guest").Set("number", number).Set("email", email).Set("last_name", name).Submit("Find my order")
		}
		for _, try := range [][3]string{
			{guests.Number, "guest@example.com", "Other"}, {guests.Number, "other@example.com", "Lind"}, {"999", "guest@example.com", "Lind"},
			{customers.Number, "vera@example.com", "Lind"},
		} {
			ask(try[0], try[1], try[2])
			tab.MustStatus(http.StatusUnprocessableEntity)
			tab.MustContain("There is no order with this number")
		}
		ask("#"+guests.Number, " GUEST@example.com", "lind")
		tab.MustContain("Order #"+guests.Number, "$110.38")
		if strings.Contains(tab.URL.Path, guests.Number) {
			m.Error("the address can be guessed: " + tab.URL.Path)
		}
		tab.Visit(m.Store("english", "/orders/guest/"+url.PathEscape(customers.PublicID))).MustStatus(http.StatusNotFound)
		for range 12 {
			ask(guests.Number, "guest@example.com", "Other")
		}
		tab.MustStatus(http.StatusTooManyRequests)
		ask(guests.Number, "guest@example.com", "Lind")
		tab.MustStatus(http.StatusTooManyRequests)
	})
}
