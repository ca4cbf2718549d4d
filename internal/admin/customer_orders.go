package admin

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web/ui"
)

// customerOrderList is the customer's Orders: newest first.
type customerOrderList struct {
	Rows  []ui.Row
	Total string
	Next  string
	First string
}

const customerOrdersPage = 20

// customerOrders lists a customer's orders, each with Login as Customer.
func (a *App) customerOrders(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	at := r.URL.Query().Get("at")
	found, next, err := a.Sales.OfCustomer(r.Context(), c.ID, at, customerOrdersPage)
	if err != nil {
		return err
	}
	rows, err := a.ordersOf(r, found, listedKeys)
	if err != nil {
		return err
	}
	total, err := a.Sales.CountOfCustomer(r.Context(), c.ID)
	if err != nil {
		return err
	}
	l := customerOrderList{Rows: rows, Total: plural(total, "order")}
	path := customerPath(c.ID, partOrders)
	if next != "" {
		l.Next = path + "?at=" + next
	}
	if at != "" {
		l.First = path
	}
	return a.customerPage(w, r, http.StatusOK, c, partOrders, nil, customerOrdersTab(l))
}

// ordersOf draws orders as a short list: on a customer's page, on the Dashboard.
func (a *App) ordersOf(r *http.Request, orders []sales.Order, keys []string) ([]ui.Row, error) {
	names, err := a.customerNames(r.Context())
	if err != nil {
		return nil, err
	}
	assist, err := a.assistShown(r.Context())
	if err != nil {
		return nil, err
	}
	rows := make([]ui.Row, len(orders))
	for i, o := range orders {
		rows[i] = ui.Row{Key: o.Number, Menu: orderMenu(o, assist, r.URL.RequestURI())}
		for _, key := range keys {
			rows[i].Cells = append(rows[i].Cells, names.orderCell(o, key))
		}
	}
	return rows, nil
}

// The columns of short lists: of orders, and of one customer's last ones.
var (
	listedKeys = []string{"number", "website", "created", "bill_name", "total", "status", "assisted"}
	lastKeys   = []string{"number", "created", "total", "status"}
)

// orderColumns are the heads of the columns with these keys.
func orderColumns(keys []string) []ui.Column {
	g := gridState{spec: &orderGrid, Columns: keys}
	heads := g.heads()
	for i := range heads {
		heads[i].SortHref, heads[i].Sorted = "", ui.Unsorted
	}
	return heads
}

const lastOrders = 5

// lastOrdersOf are a customer's last orders for Customer View, nil for a role
// that may not see orders.
func (a *App) lastOrdersOf(r *http.Request, c customer.Customer) (templ.Component, error) {
	if !mustView(r.Context()).Grant.Allows(acl.OrdersView) {
		return nil, nil
	}
	found, _, err := a.Sales.OfCustomer(r.Context(), c.ID, "", lastOrders)
	if err != nil {
		return nil, err
	}
	rows, err := a.ordersOf(r, found, lastKeys)
	if err != nil {
		return nil, err
	}
	return lastOrdersCard(rows, lastKeys, customerPath(c.ID, partOrders), "The customer has not ordered anything yet."), nil
}
