package storefront

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web/ui"
)

// ordersShown is how many orders stand on a page, recentOrders on the account's first.
const (
	ordersShown  = 20
	recentOrders = 5
)

// orderListView is the history of a customer's orders.
type orderListView struct {
	S     *Shopper
	Links []ui.NavLink
	Rows  []ui.Row
	Next  string
	Later bool // not the first page
}

func (a *App) orderList(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	at := r.URL.Query().Get("at")
	found, next, err := a.Sales.OfCustomer(r.Context(), s.Customer.ID, at, ordersShown)
	if err != nil {
		return err
	}
	v := orderListView{S: s, Links: a.accountLinks(s, "/account/orders"), Rows: s.orderRows(found), Later: at != ""}
	if next != "" {
		v.Next = s.URL("/account/orders?at=" + url.QueryEscape(next))
	}
	return a.page(w, r, http.StatusOK, accountPage(s, "/account/orders", "order.list"), orderListBody(v))
}

func (s *Shopper) orderRows(found []sales.Order) []ui.Row {
	rows := make([]ui.Row, len(found))
	for i, o := range found {
		rows[i] = ui.Row{Key: o.Number, Cells: []templ.Component{
			ui.Link("#"+o.Number, s.URL(orderBase(o.Number))), ui.Text(s.Locale.Date(o.CreatedAt)), ui.Name(o.ShipName),
			ui.Money(s.amount(o.Grand, o.Currency)), ui.Badge(statusTone(o), s.orderStatus(o)),
		}}
	}
	return rows
}

func (s *Shopper) orderHeads() []ui.Column {
	return []ui.Column{
		{Label: s.T("order.number"), Strong: true}, {Label: s.T("order.date")}, {Label: s.T("order.ship_to")},
		{Label: s.T("totals.grand"), Numeric: true}, {Label: s.T("order.status")},
	}
}
