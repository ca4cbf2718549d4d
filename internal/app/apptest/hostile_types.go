package apptest

import (
	"regexp"
	"strings"

	"github.com/storehand/storehand/internal/web/webtest"
)

// Shop types the payload into every field of the storefront, as a guest and with
// an account of its own, which it leaves with an order, a cart and consent.
func (h *Hostile) Shop() *webtest.Tab {
	h.t.Helper()
	guest := h.browser().Open(h.store("/"))
	h.Fill(guest, "form[action$='/newsletter']", nil)
	h.Look(guest.Visit(h.store("/search")))
	h.order(guest)
	h.Fill(guest.Visit(h.store("/orders/guest")), "form[action='/orders/guest']", nil)
	h.Fill(guest.Visit(h.store("/forgot")), "form[action='/forgot']", nil)

	tab := h.browser().Open(h.store("/register"))
	tab = h.Fill(tab, "form[action='/register']", func(f *webtest.Form) {
		f.Set("password", Password)
		if f.Has("password_again") {
			f.Set("password_again", Password)
		}
		h.Email = f.Value("email")
	})
	tab = h.Fill(tab.Visit(h.store("/account/edit")), "form[action='/account/edit']", func(f *webtest.Form) {
		f.Set("email", h.Email)
	})
	h.Fill(tab.Visit(h.store("/account/addresses/new")), "form[action='/account/addresses']", nil)
	h.order(tab)
	h.intoCart(tab)
	tab.Visit(h.store("/p/item-1"))
	if tab.Has("form[action$='/account/wishlist']") {
		tab = h.Look(tab.Form("form[action$='/account/wishlist']").Submit())
	}
	tab = tab.Visit(h.store("/account/assistance"))
	return h.Look(tab.Form("form[action='/account/assistance']").Submit())
}

func (h *Hostile) store(path string) string { return h.at.Store("english", path) }

func (h *Hostile) intoCart(tab *webtest.Tab) {
	h.t.Helper()
	tab = tab.Visit(h.store("/p/item-2"))
	h.Look(tab.Form("form[action$='/cart/items']").Submit())
}

// order goes from an empty cart to a placed order.
func (h *Hostile) order(tab *webtest.Tab) {
	h.t.Helper()
	h.intoCart(tab)
	tab = tab.Visit(h.store("/cart"))
	f := tab.Form("form[action='/cart/coupon']")
	for _, name := range f.Texts() {
		f.Set(name, h.Text)
	}
	h.Look(f.Submit())
	h.Fill(tab.Visit(h.store("/cart")), "form[action='/cart/estimate']", nil)
	tab = h.Fill(tab.Visit(h.store("/checkout")), "form[action='/checkout']", func(f *webtest.Form) {
		if f.Has("shipping_from") {
			f.Set("shipping_from", "new")
		}
		f.Set("billing_from", "new")
	})
	tab = h.Fill(tab, "form[action='/checkout/methods']", func(f *webtest.Form) { f.Set("payment_method", "checkmo") })
	h.Fill(tab, "form[action='/checkout/place']", nil)
}

// Staff types it into every field that is about customers: as their data, as
// reasons and comments, during a stay and on documents.
func (h *Hostile) Staff(username string) *webtest.Tab {
	h.t.Helper()
	desk := h.browser().Open(h.at.Admin("/login"))
	h.Look(desk.Form("/login").Set("username", h.Text).Set("password", h.Text).Submit())
	desk = desk.Visit(h.at.Admin("/login")).Form("/login").Set("username", username).Set("password", Password).Submit()
	customer := h.newest(desk, "/customers", `^/customers/[0-9]+$`, 1)[0]
	h.Fill(desk.Visit(h.at.Admin(customer+"/account")), "#customer-form", func(f *webtest.Form) {
		f.Set("email", h.Email).Set("assistance", "1")
	})
	h.Fill(desk.Visit(h.at.Admin(customer+"/addresses/new")), "form[action='"+customer+"/addresses']", nil)
	h.stay(desk, customer)
	for _, order := range h.newest(desk, "/sales/orders", `^/sales/orders/[0-9]+$`, 2) {
		h.documents(desk, order)
	}
	return desk
}

// newest are the addresses with the highest ids on a list.
func (h *Hostile) newest(desk *webtest.Tab, list, pattern string, n int) []string {
	h.t.Helper()
	desk = h.Look(desk.Visit(h.at.Admin(list)))
	is, best := regexp.MustCompile(pattern), map[int]string{}
	var order []int
	for _, a := range desk.All("a[href]") {
		if href := a.Attr("href"); is.MatchString(href) {
			id := 0
			for _, c := range href[strings.LastIndex(href, "/")+1:] {
				id = id*10 + int(c-'0')
			}
			if best[id] == "" {
				best[id] = href
				order = append(order, id)
			}
		}
	}
	var top []string
	for range n {
		high := -1
		for _, id := range order {
			if best[id] != "" {
				high = max(high, id)
			}
		}
		if high < 0 {
			h.t.Fatalf("%s: too few on %s", h.Mark, list)
		}
		top = append(top, best[high])
		best[high] = ""
	}
	return top
}

// stay goes into the account, types there too, proposes a change and leaves.
func (h *Hostile) stay(desk *webtest.Tab, customer string) {
	h.t.Helper()
	front := h.Fill(desk.Visit(h.at.Admin(customer)), "form[action='"+customer+"/assist']", func(f *webtest.Form) { f.Set("reason_code", "other") }, "Login as Customer")
	front.MustHave("[data-assist-banner]")
	h.Fill(front.Visit(h.store("/account/edit")), "form[action='/account/edit']", nil)
	h.Fill(front.Visit(h.store("/account/addresses/new")), "form[action='/account/addresses']", nil)
	h.Crawl(front, strings.TrimSuffix(h.store("/"), "/"), "/", "/account", "/cart", "/checkout", "/assist/session", "/search?q="+h.Mark)
	for _, mode := range []string{"view_only", "can_change", "propose"} {
		front = front.Visit(h.store("/assist/session"))
		for _, f := range front.Forms() {
			if f.Values().Get("mode") == mode {
				for _, name := range f.Texts() {
					f.Set(name, h.Text)
				}
				front = h.Look(f.Submit())
				break
			}
		}
	}
	h.Fill(front.Visit(h.store("/account/addresses/new")), "form[action='/account/addresses']", nil)
	h.Fill(front.Visit(h.store("/assist/proposal")), "form[action='/assist/proposal/send']", nil)
	h.Look(front.Form("form[action='/assist/close']").Submit())
	for _, log := range h.newestStay(desk) {
		h.Look(desk.Visit(h.at.Admin(log)))
		if desk.Has("form[action='" + log + "/review']") {
			h.Fill(desk, "form[action='"+log+"/review']", func(f *webtest.Form) { f.Set("verdict", "fine") })
		}
	}
}

func (h *Hostile) newestStay(desk *webtest.Tab) []string {
	for _, a := range h.Look(desk.Visit(h.at.Admin("/assist/log"))).All("a[href^='/assist/log/']") {
		if ids.MatchString(a.Attr("href")) {
			return []string{a.Attr("href")}
		}
	}
	return nil
}

// documents makes one of each kind, with comments that the customer sees.
func (h *Hostile) documents(desk *webtest.Tab, order string) {
	h.t.Helper()
	tell := func(f *webtest.Form) {
		for _, box := range []string{"notify", "visible"} {
			if f.Has(box) {
				f.Tick(box)
			}
		}
	}
	h.Fill(desk.Visit(h.at.Admin(order+"/comments")), "form[action='"+order+"/comments']", tell)
	for _, kind := range []string{"billing", "shipping"} {
		h.Fill(desk.Visit(h.at.Admin(order+"/address/"+kind)), "form[action='"+order+"/address/"+kind+"']", nil)
	}
	for _, d := range [][2]string{{"invoice", "Submit Invoice"}, {"ship", "Submit Shipment"}, {"creditmemo", "Refund Offline"}} {
		h.Fill(desk.Visit(h.at.Admin(order+"/"+d[0])), "form.doc-form", tell, d[1])
	}
}
