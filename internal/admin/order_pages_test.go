package admin_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/totals"
	"github.com/storehand/storehand/internal/web/webtest"
)

// order places order A of the reference for a customer, "" for a guest: three of
// one product and one of another, 110.38 in all.
func (d desk) order(email string) sales.Full {
	d.t.Helper()
	return d.orderWith(email, func(*sales.Draft) {})
}

func (d desk) orderWith(email string, adjust func(*sales.Draft)) sales.Full {
	d.t.Helper()
	return d.orderIn(sqldbtest.Ctx(), email, adjust)
}

// orderIn places it as whoever acts in the context.
func (d desk) orderIn(ctx context.Context, email string, adjust func(*sales.Draft)) sales.Full {
	d.t.Helper()
	at := sales.Address{FirstName: "Gustav", LastName: "Gast", Street: "Elm Street 1", City: "Berlin", Postcode: "10115", Country: "DE", Phone: "+49 30 1"}
	draft := sales.Draft{
		Source: sales.FromStorefront, WebsiteID: 1, ViewID: 1, GroupID: 1, Email: "gustav@example.com", FirstName: "Gustav", LastName: "Gast", Currency: "EUR",
		ShippingMethod: "flatrate", ShippingTitle: "Flat Rate", PaymentMethod: "checkmo", PaymentTitle: "Check / Money order", State: sales.StateNew, Totals: orderA(d.t),
	}
	if email != "" {
		c := d.customer(email)
		draft.CustomerID, draft.GroupID, draft.Email, draft.FirstName, draft.LastName = c.ID, c.GroupID, c.Email, c.FirstName, c.LastName
		draft.WebsiteID, draft.ViewID = c.WebsiteID, c.StoreViewID
		at.FirstName, at.LastName = c.FirstName, c.LastName
	}
	draft.Billing, draft.Shipping = at, &at
	for i, p := range d.products(2) {
		draft.Lines = append(draft.Lines, sales.DraftLine{ProductID: p.ID, SKU: p.SKU, Name: fmt.Sprintf("Product %d", i+1), Kind: "simple", ManageStock: true, OriginalPrice: 1999, Qty: []int64{3, 1}[i]})
	}
	adjust(&draft)
	var placed sales.Order
	err := d.DB.Change(ctx, sales.OrderPlaced, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		placed, _, err = d.Sales.PlaceTx(ctx, tx, draft)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.full(placed.ID)
}

func orderA(t *testing.T) totals.Result {
	t.Helper()
	rate := []totals.Rate{{Code: "US-CA", Title: "Sales tax", PPM: 82_500}}
	result, err := totals.Compute(totals.Input{Currency: "EUR", Settings: totals.Settings{Method: totals.Total},
		Lines:    []totals.Line{{Qty: 3, Price: 1999, Rates: rate, Discount: 600}, {Qty: 1, Price: 4500, Rates: rate, Discount: 450}},
		Shipping: 750, ShippingRates: rate})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func (d desk) full(id int64) sales.Full {
	d.t.Helper()
	o, err := d.Sales.Find(sqldbtest.Ctx(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	return o
}

// products are the first simple ones of which there is enough.
func (d desk) products(n int) []*catalog.Product {
	d.t.Helper()
	ids, err := sqldb.All(sqldbtest.Ctx(), d.DB.Reader(), sqldb.Value[int64], `SELECT id FROM product WHERE kind = 'simple' AND on_hand - reserved > 20 ORDER BY id LIMIT $1`, n)
	if err != nil || len(ids) < n {
		d.t.Fatalf("too few products: %v, %v", ids, err)
	}
	found := make([]*catalog.Product, n)
	for i, id := range ids {
		if found[i], err = d.Catalog.Product(sqldbtest.Ctx(), id); err != nil {
			d.t.Fatal(err)
		}
	}
	return found
}

func orderAddress(o sales.Full, part string) string {
	return fmt.Sprintf("/sales/orders/%d%s", o.ID, part)
}

// invoiced bills so many pieces of each line.
func (d desk) invoiced(o sales.Full, qty ...int64) sales.Full {
	d.t.Helper()
	f := sales.InvoiceForm{Qty: map[int64]int64{}}
	for i, n := range qty {
		f.Qty[o.Items[i].ID] = n
	}
	if _, err := d.Sales.Invoice(sqldbtest.Ctx(), o.ID, f); err != nil {
		d.t.Fatal(err)
	}
	return d.full(o.ID)
}

func TestLoginAsCustomerStandsFirstAfterBackOnAnOrder(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	tab := d.as("maria", orderAddress(o, ""))
	var bar []string
	for _, b := range tab.All(".page-actions a") {
		bar = append(bar, strings.TrimSpace(b.Text()))
	}
	if len(bar) < 2 || bar[0] != "Back" || bar[1] != "Login as Customer" {
		t.Errorf("the bar is %q", bar)
	}
	tab.MustContain("Order # "+o.Number, "Pending", "Not paid", "Not shipped", "€110.38", "Sales tax 8.25 %", "Hold", "Cancel")
	tab.MustNotHave(`a[href$="/invoice"]`, `a[href$="/ship"]`, `a[href$="/creditmemo"]`)
}

func TestAGuestsOrderHasNoLoginAsCustomerAnywhere(t *testing.T) {
	d := openDesk(t)
	o := d.order("")
	for _, path := range []string{"/sales/orders", orderAddress(o, ""), orderAddress(o, "/invoices"), orderAddress(o, "/assistance")} {
		tab := d.as("maria", path)
		tab.MustContain("Gustav Gast")
		tab.MustNotHave(`a[href*="/assist"]:not([href$="/assistance"])`, "#login-as-customer")
	}
}

func TestAStayBeginsOnTheOrderItWasStartedFromAndLeadsBackToIt(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	path := orderAddress(o, "/comments")
	form := d.as("maria", path).Form(d.page("vera@example.com", "/assist"))
	if form.Value("reason") != "Order #"+o.Number || form.Value("reason_code") != "order" || form.Value("back") != path {
		t.Errorf("proposed %q, %q, back to %q", form.Value("reason_code"), form.Value("reason"), form.Value("back"))
	}
	front := form.Submit()
	if front.URL.Path != "/account/orders/"+o.Number {
		t.Errorf("the stay begins at %s", front.URL.Path)
	}
	front.MustContain("Back to order #" + o.Number)
	if href := front.One(".assist-banner a[href*='/sales/orders/']"); href.Attr("href") != d.Admin(path) {
		t.Errorf("leads back to %s", href.Attr("href"))
	}
}

func TestARefusalOnAnOrderIsTheOneOfTheCustomersPage(t *testing.T) {
	d := openDesk(t)
	o := d.order("noah@example.com")
	tab := d.as("maria", orderAddress(o, ""))
	want := d.as("maria", d.page("noah@example.com", "")).One("#login-as-customer .alert").Text()
	if got := tab.One("#login-as-customer .alert").Text(); got != want {
		t.Errorf("the order says %q, the customer's page %q", got, want)
	}
}

func TestADocumentOfSomebodyElseIsNoPlaceToBeginWith(t *testing.T) {
	d := openDesk(t)
	o := d.order("noah@example.com")
	form := d.as("maria", d.page("vera@example.com", fmt.Sprintf("/assist?from=order:%d", o.ID))).Form(d.page("vera@example.com", "/assist"))
	if form.Has("from") || form.Value("reason") != "" {
		t.Errorf("another customer's order was taken: %q", form.Value("reason"))
	}
}

func TestOrdersAreFoundByNumberMailAndNameAndExportedAsShown(t *testing.T) {
	d := openDesk(t)
	o, guest := d.order("vera@example.com"), d.order("")
	short := strings.TrimLeft(o.Number, "0")
	for _, q := range []string{o.Number, short, "vera@", "Lind"} {
		tab := d.as("maria", "/sales/orders?q="+q)
		tab.MustContain(o.Number, "Vera Lind")
	}
	tab := d.as("admin", "/sales/orders")
	tab = tab.Form("form.grid-filter-form").Set("bill", "gustav").Submit("Search")
	tab.MustContain("Bill-to Name: gustav", guest.Number, "€110.38")
	tab.MustNotContain("Vera Lind")
	csv := tab.Click("Export CSV")
	csv.MustContain("Order #,Purchased From", guest.Number, "110.38", "EUR")
	csv.MustNotContain("Vera Lind")
	if e := d.latest(sales.Exported(sales.OrderDoc)); e.ActorName != "admin" || len(e.Notes) != 1 {
		t.Errorf("recorded %+v", e)
	}
	d.as("maria", "/sales/orders.csv").MustStatus(http.StatusForbidden)
	bad := tab.Visit("/sales/orders?min=abc")
	bad.MustContain("Enter an amount such as 19.99.", o.Number)
}

func TestTickedOrdersAreHeldOneByOneWithAResultForEach(t *testing.T) {
	d := openDesk(t)
	first, second := d.order("vera@example.com"), d.order("")
	if err := d.Sales.Cancel(sqldbtest.Ctx(), second.ID); err != nil {
		t.Fatal(err)
	}
	tab := d.as("maria", "/sales/orders")
	ids := []string{fmt.Sprint(first.ID), fmt.Sprint(second.ID)}
	done := tab.Form("#orders-bulk").Set("deed", "hold").Tick("order", ids...).Submit("Apply")
	done.MustContain(first.Number, "Put on hold.", second.Number, "Not done", "cannot be put on hold")
	if o := d.full(first.ID); o.State != sales.Holded {
		t.Errorf("the order is %s", o.State)
	}
	if e := d.latest(sales.OrderHeld); e.ActorName != "maria" || e.SubjectName != "Vera Lind" {
		t.Errorf("recorded %s for %s", e.ActorName, e.SubjectName)
	}
	d.hire("viewer", acl.Role{Resources: []acl.Resource{acl.OrdersView}, AllWebsites: true})
	look := d.as("viewer", "/sales/orders")
	look.MustNotHave("option[value=hold]", "option[value=cancel]")
}

func TestAWholePageOfOrdersIsTickedAtOnceWithoutScripts(t *testing.T) {
	d := openDesk(t)
	first, second := d.order("vera@example.com"), d.order("")
	other := d.order("noah@example.com")
	done := d.as("admin", "/sales/orders?q=gast").Form("#orders-bulk").Set("deed", "hold").Tick("all", "1").Submit("Apply")
	done.MustContain(second.Number)
	done.MustNotContain(other.Number)
	if o := d.full(other.ID); o.State != sales.StateNew {
		t.Errorf("an order that was not shown is %s", o.State)
	}
	d.as("admin", "/sales/orders").Form("#orders-bulk").Set("deed", "hold").Tick("all", "1").Submit("Apply").MustContain(first.Number, other.Number)
	if d.full(first.ID).State != sales.Holded || d.full(other.ID).State != sales.Holded {
		t.Error("not all of the page were put on hold")
	}
}

func TestButtonsFollowTheStateAndTheRole(t *testing.T) {
	d := openDesk(t)
	o := d.invoiced(d.order("vera@example.com"), 2, 0)
	tab := d.as("admin", orderAddress(o, ""))
	tab.MustHave(`a[href$="/invoice"]`, `a[href$="/ship"]`, `a[href$="/creditmemo"]`)
	tab.MustContain("Processing", "Paid €47.07 of €110.38", "Cancel Remaining Items", "Hold")
	held := tab.Form(orderAddress(o, "/hold")).Submit()
	held.MustContain("Put on hold.", "On Hold", "Unhold")
	held.MustNotHave(`a[href$="/invoice"]`, "#cancel-order")
	back := held.Form(orderAddress(o, "/unhold")).Submit()
	back.MustContain("Taken off hold.", "Processing")
	canceled := back.Form("#cancel-order form[method=post]").Submit()
	canceled.MustContain("Canceled.", "Total Canceled", "€63.31")
	stale := d.as("maria", orderAddress(o, "")).Form("/logout").Action(orderAddress(o, "/unhold")).Submit()
	stale.MustStatus(http.StatusConflict)
	stale.MustContain("is not on hold")
}

func TestACommentChangesTheStatusTellsTheCustomerAndSaysWhoWroteIt(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	path := orderAddress(o, "/comments")
	tab := d.as("maria", path)
	empty := tab.Form(path).Submit()
	empty.MustStatus(http.StatusUnprocessableEntity)
	empty.MustHave("#comment-text-error")
	done := empty.Form(path).Set("comment", "Leaves on Monday").Tick("visible").Submit()
	done.MustContain("The comment was added.", "Leaves on Monday", "maria", "Admin user", "Visible on storefront")
	if e := d.latest(sales.OrderCommented); e.ActorName != "maria" {
		t.Errorf("recorded as %s", e.ActorName)
	}
	d.hire("looker", acl.Role{Resources: []acl.Resource{acl.OrdersView}, AllWebsites: true})
	looker := d.as("looker", path)
	looker.MustContain("Leaves on Monday")
	looker.MustNotHave("#comment-text")
}

func TestAnAddressOfAnOrderIsCorrectedAndOnRecord(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	path := orderAddress(o, "/address/shipping")
	bad := d.as("maria", path).Form(path).Set("city", "").Submit()
	bad.MustStatus(http.StatusUnprocessableEntity)
	bad.MustHave("#f-city-error")
	bad.Form(path).Set("city", "Potsdam").Submit().MustContain("The address was changed.", "Potsdam")
	if e := d.latest(sales.AddressChanged); e.ActorName != "maria" || len(e.Changes) == 0 {
		t.Errorf("recorded %+v", e)
	}
}

func TestARoleOfOneWebsiteSeesNothingOfAnothersOrders(t *testing.T) {
	d := openDesk(t)
	mine, other := d.order("vera@example.com"), d.order("elena@example.com")
	d.hire("local", acl.Role{Resources: []acl.Resource{acl.Dashboard, acl.OrdersView, acl.OrdersHold, acl.CustomersAll}, Websites: []int64{mine.WebsiteID}})
	tab := d.as("local", "/sales/orders")
	tab.MustContain(mine.Number, "Vera Lind")
	tab.MustNotContain("Elena Rossi")
	tab.Visit(orderAddress(other, "")).MustStatus(http.StatusNotFound)
	list := tab.Visit("/sales/orders")
	done := list.Form("#orders-bulk").Set("deed", "hold").Forge("order", fmt.Sprint(other.ID)).Submit("Apply")
	done.MustContain("Not done", "This order does not exist.")
	if o := d.full(other.ID); o.State != sales.StateNew {
		t.Errorf("the other website's order is %s", o.State)
	}
	tab.Visit("/?q=" + other.Number).MustNotContain("Elena Rossi")
}

func TestTheSearchFindsAnOrderByItsNumber(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	for _, q := range []string{o.Number, "%23" + strings.TrimLeft(o.Number, "0")} {
		tab := d.as("maria", "/?q="+q)
		tab.MustContain("Orders found", o.Number, "Vera Lind", "Login as Customer")
		tab.Follow(`a[href="` + orderAddress(o, "") + `"]`).MustContain("Items Ordered")
	}
}

func TestTheDashboardAddsUpSales(t *testing.T) {
	d := openDesk(t)
	d.order("vera@example.com")
	o := d.order("")
	if err := d.Sales.Cancel(sqldbtest.Ctx(), o.ID); err != nil {
		t.Fatal(err)
	}
	tab := d.as("maria", "/")
	tab.MustContain("Sales today", "€110.38", "1 order", "Sales per day", "The same as a table", "Last Orders")
	tab.MustHave(".plot figcaption", ".plot-area rect")
	d.hire("plain", acl.Role{Resources: []acl.Resource{acl.Dashboard}, AllWebsites: true})
	d.as("plain", "/").MustNotContain("Sales today", "Last Orders")
}

func TestACustomersPageHasTheirOrders(t *testing.T) {
	d := openDesk(t)
	o := d.order("vera@example.com")
	d.order("noah@example.com")
	tab := d.as("maria", d.page("vera@example.com", ""))
	tab.MustContain("Last Orders", o.Number)
	orders := tab.Visit(d.page("vera@example.com", "/orders"))
	orders.MustContain("1 order", o.Number, "€110.38")
	orders.MustNotContain("Noah Stern")
	dialog := orders.Follow(`a[href*="from=order"]`)
	if got := dialog.Form(d.page("vera@example.com", "/assist")).Value("back"); got != d.page("vera@example.com", "/orders") {
		t.Errorf("leads back to %q", got)
	}
	d.hire("clerk", acl.Role{Resources: []acl.Resource{acl.CustomersAll}, AllWebsites: true})
	clerk := d.as("clerk", d.page("vera@example.com", ""))
	clerk.MustNotContain("Last Orders")
	clerk.MustNotHave(`a[href$="/orders"]`)
}

func TestAnOrderPlacedInASessionSaysByWhomAndOpensIt(t *testing.T) {
	d := openDesk(t)
	b := webtest.New(t)
	path := d.page("vera@example.com", "")
	d.in(b, "maria", path).Form(d.page("vera@example.com", "/assist")).Set("reason_code", "order").Submit()
	who, err := sqldb.One(t.Context(), d.DB.Reader(), func(r sqldb.Scanner) (w actor.Who, err error) {
		w.Kind, w.Name = actor.Admin, "maria"
		w.Subject.Name = "Vera Lind"
		err = r.Scan(&w.Impersonation, &w.ID, &w.SessionID, &w.Subject.ID)
		return w, err
	}, `SELECT id, admin_user_id, admin_session_id, customer_id FROM impersonation ORDER BY id DESC LIMIT 1`)
	if err != nil {
		t.Fatal(err)
	}
	o := d.orderIn(actor.With(t.Context(), who), "vera@example.com", func(*sales.Draft) {})
	tab := d.as("maria", orderAddress(o, ""))
	tab.MustContain("Placed by staff", "Login as Customer session", "Placed for the customer in the storefront.")
	tab.Click("Login as Customer session").MustContain("Session as Vera Lind")
	d.as("admin", "/sales/orders?assisted=yes").MustContain(o.Number, "Staff")
}
