package admin

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderGrid is the grid of Orders. Its columns are Magento's, with who placed the
// order among them.
var orderGrid = gridSpec{
	Path: "/sales/orders", Caption: "Orders", Placeholder: "Order number, e-mail or name",
	Sort: "-created", Export: "/sales/orders.csv",
	Columns: []gridColumn{
		{Key: "number", Label: "Order #", Sortable: true, Strong: true},
		{Key: "website", Label: "Purchased From", Sortable: true},
		{Key: "created", Label: "Purchase Date", Sortable: true},
		{Key: "bill_name", Label: "Bill-to Name", Sortable: true},
		{Key: "ship_name", Label: "Ship-to Name", Sortable: true},
		{Key: "total", Label: "Grand Total", Sortable: true, Numeric: true},
		{Key: "status", Label: "Status", Sortable: true},
		{Key: "payment", Label: "Payment", Extra: true},
		{Key: "assisted", Label: "Placed By"},
		{Key: "email", Label: "Customer E-mail", Sortable: true, Extra: true},
		{Key: "group", Label: "Customer Group", Extra: true},
		{Key: "billing", Label: "Account", Extra: true},
		{Key: "qty", Label: "Items", Numeric: true, Extra: true},
		{Key: "subtotal", Label: "Subtotal", Numeric: true, Extra: true},
		{Key: "shipping", Label: "Shipping and Handling", Numeric: true, Extra: true},
		{Key: "paid", Label: "Total Paid", Numeric: true, Extra: true},
		{Key: "refunded", Label: "Total Refunded", Numeric: true, Extra: true},
		{Key: "due", Label: "Total Due", Numeric: true, Extra: true},
		{Key: "currency", Label: "Currency", Extra: true},
		{Key: "delivery", Label: "Shipping Method", Extra: true},
		{Key: "coupon", Label: "Coupon Code", Extra: true},
	},
	Filters: []gridFilter{
		{Name: "number", Label: "Order #"}, {Name: "status", Label: "Status", Show: sales.StatusLabel},
		{Name: "from", Label: "Purchased from"}, {Name: "to", Label: "Purchased to"},
		{Name: "bill", Label: "Bill-to Name"}, {Name: "ship", Label: "Ship-to Name"}, {Name: "email", Label: "Customer E-mail"},
		{Name: "website", Label: "Website"}, {Name: "view", Label: "Store View"},
		{Name: "min", Label: "Grand Total, from"}, {Name: "max", Label: "Grand Total, to"},
		{Name: "assisted", Label: "Placed in a session of staff", Show: func(v string) string { return optionLabel(yesNoFilter, v) }},
	},
}

// orders shows the grid of Orders.
func (a *App) orders(w http.ResponseWriter, r *http.Request) error {
	v := mustView(r.Context())
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	g := namedFilters(orderGrid, names).read(r)
	q, wrong := orderFilter(g, v.Grant)
	q.Cursor, q.Size = g.Cursor, g.Size
	found, err := a.Sales.Grid(r.Context(), q)
	if err != nil {
		return err
	}
	rows, err := a.orderRows(r, g, found.Rows, names)
	if err != nil {
		return err
	}
	bulk := orderBulk{Deeds: bulkDeeds(v.Grant), Token: web.CSRF(r.Context()), Back: g.here(r), IDs: orderIDs(found.Rows)}
	args := g.args(gridPage{
		Rows: rows, Total: found.Total, More: found.More, Next: found.Next, Prev: found.Prev,
		Filters: orderFilterFields(names.orderFilters(g, v.Grant, wrong)), Export: v.Grant.Allows(acl.OrdersExport),
		Empty:   ui.EmptyState{Icon: ui.IconCart, Title: "No orders yet", Text: "Open the storefront and place one, or start the demo shop, which has a year of them."},
		Actions: bulk.bar(len(rows) > 0),
	})
	args.FilterOpen = len(wrong) > 0
	if bulk.shown(len(rows) > 0) {
		args.Columns, args.Rows = withTicks(args.Columns, args.Rows, found.Rows)
	}
	page := adminPage{Title: "Orders", Nav: "/sales/orders", Header: ui.Header{Actions: newOrderButton(v.Grant)}}
	return a.page(w, r, http.StatusOK, page, orderList(args, found.ByMatch))
}

// newOrderButton leads to the form for an order placed in the Admin.
func newOrderButton(g acl.Grant) templ.Component {
	if !g.Allows(acl.OrdersCreate) {
		return nil
	}
	return ui.Button(ui.Btn{Text: "Create New Order", Href: "/sales/orders/new", Icon: ui.IconPlus, Variant: ui.Primary})
}

// orderRows draws the rows of a page, with the menu of each.
func (a *App) orderRows(r *http.Request, g gridState, orders []sales.Order, names customerNames) ([]ui.Row, error) {
	assist, err := a.assistShown(r.Context())
	if err != nil {
		return nil, err
	}
	rows := make([]ui.Row, len(orders))
	for i, o := range orders {
		rows[i] = ui.Row{
			Key: number(o.ID), Muted: o.State == sales.Canceled, Menu: orderMenu(o, assist, g.here(r)),
			Cells: g.cells(func(key string) templ.Component {
				if key == "created" { // ten columns: the day is enough, the time is in its title
					return ui.TimeStamp(o.CreatedAt, o.CreatedAt.Format("2 Jan 2006"))
				}
				return names.orderCell(o, key)
			}),
		}
	}
	return rows, nil
}

// orderMenu is the menu of a row. A guest's order has no account to log in to.
func orderMenu(o sales.Order, assist bool, back string) templ.Component {
	items := []ui.MenuItem{{Text: "View", Href: orderPath(o.ID, ""), Icon: ui.IconEye}}
	if assist && !o.Guest() {
		items = append(items, ui.MenuItem{Text: "Login as Customer", Href: assistPathFrom(o.CustomerID, back, orderFrom(o)), Icon: ui.IconAssist})
	}
	return ui.RowMenu("Actions for order "+o.Number, items)
}

// orderFilter is the grid's address as a question to the orders, within the
// websites that the role reaches. What is no amount is an error beside the field
// and does not narrow.
func orderFilter(g gridState, grant acl.Grant) (sales.OrderFilter, map[string]string) {
	f, wrong := g.Filters, map[string]string{}
	q := sales.OrderFilter{
		Keyword: g.Q, Number: f["number"], Status: f["status"], From: dateOf(f["from"]), To: dayAfter(f["to"]),
		BillName: f["bill"], ShipName: f["ship"], Email: f["email"], WebsiteID: parseID(f["website"]), ViewID: parseID(f["view"]),
		Assisted: yesOrNo(f["assisted"]), Websites: scope(grant), Sort: g.Sort, Desc: g.Desc,
		TotalFrom: amountFilter(f, "min", wrong), TotalTo: amountFilter(f, "max", wrong),
	}
	if g.Q != "" && g.sortParam() == g.spec.Sort {
		q.Sort, q.Desc = "", false // the best match first
	}
	return q, wrong
}

// amountFilter reads an amount in a currency of two decimals, as most are: the
// list may hold several.
func amountFilter(f map[string]string, name string, wrong map[string]string) *int64 {
	if f[name] == "" {
		return nil
	}
	amount, err := money.Parse(f[name], "USD")
	if err != nil {
		wrong[name] = "Enter an amount such as 19.99."
		return nil
	}
	return &amount.Minor
}

// orderCell draws one value of an order's row.
func (n customerNames) orderCell(o sales.Order, key string) templ.Component {
	switch key {
	case "number":
		return namedLink(orderPath(o.ID, ""), o.Number)
	case "created":
		return ui.TimeStamp(o.CreatedAt, "")
	case "status":
		return statusBadge(o)
	case "assisted":
		return placedBy(o)
	case "email":
		return mailLink(o.Email)
	case "total", "subtotal", "shipping", "paid", "refunded", "due":
		return ui.Money(cash(orderAmount(o, key), o.Currency))
	}
	return ui.Name(n.orderText(o, key))
}

func orderAmount(o sales.Order, key string) int64 {
	switch key {
	case "subtotal":
		return o.Subtotal
	case "shipping":
		return o.Shipping
	case "paid":
		return o.Paid
	case "refunded":
		return o.Refunded
	case "due":
		return o.Due()
	}
	return o.Grand
}

// orderText is one value of an order's row in words, for the CSV too.
func (n customerNames) orderText(o sales.Order, key string) string {
	switch key {
	case "number":
		return o.Number
	case "website":
		return n.view(o.ViewID)
	case "created":
		return machineTime(o.CreatedAt)
	case "bill_name":
		return o.BillName
	case "ship_name":
		return o.ShipName
	case "status":
		return sales.StatusLabel(o.Status)
	case "payment":
		return o.PaymentTitle
	case "assisted":
		return placedByText(o)
	case "email":
		return o.Email
	case "group":
		return n.group(o.GroupID)
	case "billing":
		return accountText(o)
	case "qty":
		return strconv.FormatInt(o.TotalQty, 10)
	case "currency":
		return o.Currency
	case "delivery":
		return o.ShippingTitle
	case "coupon":
		return o.Coupon
	case "total", "subtotal", "shipping", "paid", "refunded", "due":
		return plainCash(orderAmount(o, key), o.Currency)
	}
	return ""
}

func accountText(o sales.Order) string {
	if o.Guest() {
		return "Guest"
	}
	return "Customer"
}

// placedByText says whether staff placed the order, in the Admin or in a stay.
func placedByText(o sales.Order) string {
	switch {
	case o.PlacedBy.Impersonation != 0:
		return "Staff, for the customer: " + o.PlacedBy.Name
	case o.PlacedBy.Staff():
		return "Staff: " + o.PlacedBy.Name
	case o.Guest():
		return "Guest"
	}
	return "Customer"
}

// orderFilters are the choices of the filter form.
func (n customerNames) orderFilters(g gridState, grant acl.Grant, wrong map[string]string) orderFilters {
	c := n.filters(g, grant)
	f := orderFilters{Values: g.Filters, Errors: wrong, Websites: c.Websites, Views: c.Views}
	for _, s := range sales.Statuses("") {
		f.Statuses = append(f.Statuses, ui.Option{Value: s.Code, Label: s.Label})
	}
	return f
}

// exportOrders downloads what the grid shows, all pages of it, in its columns and
// order, with the currency of the amounts.
func (a *App) exportOrders(w http.ResponseWriter, r *http.Request) error {
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	g := namedFilters(orderGrid, names).read(r)
	q, _ := orderFilter(g, mustView(r.Context()).Grant)
	if err := a.Sales.Announce(r.Context(), sales.OrderDoc, g.said()); err != nil {
		return err
	}
	keys := g.Columns
	if g.shows("total") && !g.shows("currency") {
		keys = append(keys, "currency")
	}
	header := make([]string, len(keys))
	for i, key := range keys {
		header[i] = orderGrid.label(key)
	}
	file := "orders-" + a.Now().Format(dateLayout) + ".csv"
	return web.CSV(w, r, file, header, func(row func(...string) error) error {
		return a.Sales.Export(r.Context(), q, func(o sales.Order) error {
			cells := make([]string, len(keys))
			for i, key := range keys {
				cells[i] = names.orderText(o, key)
			}
			return row(cells...)
		})
	})
}

func (s *gridSpec) label(key string) string {
	for _, c := range s.Columns {
		if c.Key == key {
			return c.Label
		}
	}
	return key
}

// staysOf finds the public ids of stays that documents were made in, as far as
// the Admin user may see them.
func (a *App) staysOf(ctx context.Context, by ...sales.By) (map[int64]string, error) {
	var ids []int64
	for _, b := range by {
		if b.Impersonation != 0 {
			ids = append(ids, b.Impersonation)
		}
	}
	return a.Assist.PublicIDs(ctx, ids)
}
