package admin

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// The parts of an order's page.
const (
	orderInformation = ""
	orderInvoices    = "/invoices"
	orderMemos       = "/creditmemos"
	orderShipments   = "/shipments"
	orderComments    = "/comments"
	orderAssistance  = "/assistance"
)

// viewOrder shows the Information of an order.
func (a *App) viewOrder(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	sight, err := a.orderSight(r, o, names)
	if err != nil {
		return err
	}
	return a.namedOrderPage(w, r, http.StatusOK, o, names, orderInformation, orderSummary(sight))
}

// orderPage answers with a part of an order's page: its bar of buttons, its
// badges, the tabs, and the dialogs behind the buttons.
func (a *App) orderPage(w http.ResponseWriter, r *http.Request, status int, o sales.Full, part string, body templ.Component) error {
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	return a.namedOrderPage(w, r, status, o, names, part, body)
}

func (a *App) namedOrderPage(w http.ResponseWriter, r *http.Request, status int, o sales.Full, names customerNames, part string, body templ.Component) error {
	offer, err := a.documentOffer(w, r, orderFrom(o.Order))
	if err != nil {
		return err
	}
	v := mustView(r.Context())
	bar := orderBarOf(o, a.Sales.Allowed(o), v.Grant, web.CSRF(r.Context()))
	page := adminPage{Title: "Order # " + o.Number, Nav: "/sales/orders", Header: ui.Header{
		Back:    "/sales/orders",
		Crumbs:  []ui.Crumb{{Text: "Orders", Href: "/sales/orders"}, {Text: "Order # " + o.Number}},
		Badge:   orderBadges(badgesOf(o)),
		Meta:    orderMeta(orderLineOf(o, names, v.Grant)),
		Actions: orderBar(offer, bar),
	}}
	return a.page(w, r, status, page, orderFrame(orderTabs(o, part, v.Grant), offer, bar, body))
}

func orderTabs(o sales.Full, current string, g acl.Grant) []ui.NavLink {
	tabs := []struct {
		text, part string
		count      int
		needs      acl.Resource
	}{
		{"Information", orderInformation, 0, acl.OrdersView}, {"Invoices", orderInvoices, len(o.Invoices), acl.InvoicesView},
		{"Credit Memos", orderMemos, len(o.Memos), acl.MemosView}, {"Shipments", orderShipments, len(o.Shipments), acl.ShipmentsView},
		{"Comments", orderComments, len(o.Comments), acl.OrdersView}, {"Assistance", orderAssistance, 0, acl.OrdersView},
	}
	var links []ui.NavLink
	for _, t := range tabs {
		if !g.Allows(t.needs) {
			continue
		}
		l := ui.NavLink{Text: t.text, Href: orderPath(o.ID, t.part), Current: t.part == current}
		if t.count > 0 {
			l.Count = ui.Count(t.count)
		}
		links = append(links, l)
	}
	return links
}

// orderButtons is the bar of an order: what the table of states and the role
// leave of it.
type orderButtons struct {
	Main   []ui.Btn
	Posts  []ui.PostButton
	More   []ui.MenuItem
	Cancel *cancelDialog
}

// cancelDialog asks before an order is canceled; Rest tells that it is only what
// is left of it.
type cancelDialog struct {
	Action, Token, Number, Back string
	Rest                        bool
	Amount                      string
}

const cancelDialogID = "cancel-order"

func (c cancelDialog) label() string {
	if c.Rest {
		return "Cancel Remaining Items"
	}
	return "Cancel"
}

func orderBarOf(o sales.Full, can map[sales.Deed]bool, g acl.Grant, token string) orderButtons {
	may := func(d sales.Deed, needs acl.Resource) bool { return can[d] && g.Allows(needs) }
	var b orderButtons
	for _, m := range []struct {
		deed  sales.Deed
		needs acl.Resource
		text  string
		part  string
		icon  ui.IconName
	}{
		{sales.DeedInvoice, acl.InvoicesCreate, "Invoice", "/invoice", ui.IconReport},
		{sales.DeedShip, acl.ShipmentsCreate, "Ship", "/ship", ui.IconTruck},
		{sales.DeedCreditMemo, acl.MemosCreate, "Credit Memo", "/creditmemo", ui.IconTag},
	} {
		if may(m.deed, m.needs) {
			b.Main = append(b.Main, ui.Btn{Text: m.text, Href: orderPath(o.ID, m.part), Icon: m.icon})
		}
	}
	for _, d := range []orderDeed{orderDeeds[0], orderDeeds[1]} {
		if may(d.Deed, d.Needs) {
			b.Posts = append(b.Posts, ui.PostButton{Action: orderPath(o.ID, "/"+string(d.Deed)), Token: token, Btn: ui.Btn{Text: d.Label, Icon: ui.IconClock}})
		}
	}
	if may(sales.DeedCancel, acl.OrdersCancel) {
		b.Cancel = cancelOf(o, token)
	}
	b.More = orderMore(o, may, b.Cancel, token)
	return b
}

// orderMore are the less usual things, in the order of the manual.
func orderMore(o sales.Full, may func(sales.Deed, acl.Resource) bool, cancel *cancelDialog, token string) []ui.MenuItem {
	var items []ui.MenuItem
	if cancel != nil {
		items = append(items, ui.MenuItem{Text: cancel.label(), Icon: ui.IconClose, Href: orderPath(o.ID, "/cancel"), Dialog: cancelDialogID, Danger: true})
	}
	if may(sales.DeedEdit, acl.OrdersEdit) {
		items = append(items, ui.MenuItem{Text: "Edit", Icon: ui.IconEdit, Href: orderPath(o.ID, "/edit")})
	}
	if may(sales.DeedReorder, acl.OrdersReorder) {
		items = append(items, ui.MenuItem{Text: "Reorder", Icon: ui.IconCopy, Href: orderPath(o.ID, "/reorder")})
	}
	if may(sales.DeedEmail, acl.OrdersEmail) {
		items = append(items, ui.MenuItem{Text: "Send Email", Icon: ui.IconMail, Post: orderPath(o.ID, "/email"), Token: token})
		if payment.CanLink(o.Order) {
			items = append(items, ui.MenuItem{Text: "Send Payment Link", Icon: ui.IconExternal, Post: orderPath(o.ID, "/payment-link"), Token: token})
		}
	}
	if may(sales.DeedPrint, acl.OrdersView) {
		items = append(items, ui.MenuItem{Text: "Print", Icon: ui.IconDownload, Href: orderPath(o.ID, "/pdf"), NewTab: true})
	}
	return items
}

func cancelOf(o sales.Full, token string) *cancelDialog {
	c := &cancelDialog{Action: orderPath(o.ID, "/cancel"), Token: token, Number: o.Number, Back: orderPath(o.ID, "")}
	for _, i := range o.Items {
		c.Rest = c.Rest || i.Invoiced > 0 || i.Shipped > 0
	}
	return c
}

// orderBadge is one word about an order, with its shape.
type orderBadge struct {
	Tone ui.Tone
	Text string
}

// badgesOf says how far an order is: beside its status how much is paid and how
// much shipped, and whether staff placed it for the customer.
func badgesOf(o sales.Full) []orderBadge {
	badges := []orderBadge{{statusTones[o.State], sales.StatusLabel(o.Status)}, paidBadge(o.Order)}
	if b, ok := shippedBadge(o); ok {
		badges = append(badges, b)
	}
	if o.PlacedBy.Staff() {
		badges = append(badges, orderBadge{ui.Info, "Placed by staff"})
	}
	return badges
}

func paidBadge(o sales.Order) orderBadge {
	total := o.Grand - o.CanceledTotal
	switch {
	case o.Refunded > 0 && o.Refunded == o.Paid:
		return orderBadge{ui.Neutral, "Refunded " + cash(o.Refunded, o.Currency)}
	case o.Paid >= total && total > 0:
		return orderBadge{ui.Success, "Paid " + cash(o.Paid, o.Currency)}
	case total == 0:
		return orderBadge{ui.Neutral, "Nothing to pay"}
	case o.Paid == 0:
		return orderBadge{ui.Neutral, "Not paid"}
	}
	return orderBadge{ui.Warning, "Paid " + cash(o.Paid, o.Currency) + " of " + cash(total, o.Currency)}
}

// shippedBadge counts the pieces that there are to ship.
func shippedBadge(o sales.Full) (orderBadge, bool) {
	var shipped, all int64
	for _, i := range o.Items {
		if !i.Virtual {
			shipped += i.Shipped
			all += i.Shipped + i.ToShip()
		}
	}
	switch {
	case all == 0:
		return orderBadge{}, false
	case shipped == 0:
		return orderBadge{ui.Neutral, "Not shipped"}, true
	case shipped < all:
		return orderBadge{ui.Warning, "Shipped " + number(shipped) + " of " + number(all)}, true
	}
	return orderBadge{ui.Success, "Shipped"}, true
}

// orderLine is the line under the order's number.
type orderLine struct {
	Placed               templ.Component
	Place, Name, Account string
	Email                string
	Parent, Child        string // addresses of the orders this one replaced or was replaced by
}

func orderLineOf(o sales.Full, n customerNames, g acl.Grant) orderLine {
	l := orderLine{Placed: ui.TimeStamp(o.CreatedAt, ""), Place: n.view(o.ViewID), Name: orderName(o.Order), Email: o.Email}
	if !o.Guest() && g.Allows(acl.CustomersAll) {
		l.Account = customerPath(o.CustomerID, "")
	}
	if o.ParentID != 0 {
		l.Parent = orderPath(o.ParentID, "")
	}
	if o.ChildID != 0 {
		l.Child = orderPath(o.ChildID, "")
	}
	return l
}
