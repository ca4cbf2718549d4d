package admin

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderDeed is a change of an order that is one press of a button.
type orderDeed struct {
	Deed  sales.Deed
	Label string
	Needs acl.Resource
	Done  string
	Do    func(s *sales.Service, ctx context.Context, id int64) error
}

// orderDeeds are those that the grid offers for several orders and the order's
// page for one.
var orderDeeds = []orderDeed{
	{sales.DeedHold, "Hold", acl.OrdersHold, "Put on hold.", (*sales.Service).Hold},
	{sales.DeedUnhold, "Unhold", acl.OrdersUnhold, "Taken off hold.", (*sales.Service).Unhold},
	{sales.DeedCancel, "Cancel", acl.OrdersCancel, "Canceled.", (*sales.Service).Cancel},
}

func orderDeedOf(d sales.Deed) (orderDeed, bool) {
	i := slices.IndexFunc(orderDeeds, func(o orderDeed) bool { return o.Deed == d })
	if i < 0 {
		return orderDeed{}, false
	}
	return orderDeeds[i], true
}

func bulkDeeds(g acl.Grant) []ui.Option {
	var options []ui.Option
	for _, d := range orderDeeds {
		if g.Allows(d.Needs) {
			options = append(options, ui.Option{Value: string(d.Deed), Label: d.Label})
		}
	}
	return append(options, ui.Option{Value: printDeed, Label: "Print"})
}

// printDeed is the thing that changes nothing: the ticked orders in one PDF.
const printDeed = string(sales.DeedPrint)

func orderIDs(orders []sales.Order) []int64 {
	ids := make([]int64, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	return ids
}

// bulkLimit is a page of the grid at its largest.
const bulkLimit = 200

// changeOrders does one thing to several orders, each in a change of its own, and
// says what became of each.
func (a *App) changeOrders(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	if f.Text("deed") == printDeed {
		return a.printOrders(w, r, tickedIDs(f, "order"))
	}
	deed, ok := orderDeedOf(sales.Deed(f.Text("deed")))
	if !ok {
		return fault.New(fault.Invalid, "Please choose what to do with the orders.")
	}
	if !mustView(r.Context()).Grant.Allows(deed.Needs) {
		return fault.New(fault.Denied, "Your role does not include “%s”. Ask an administrator if you need it.", acl.Label(deed.Needs))
	}
	back := web.LocalPath(f.Text("back"), "/sales/orders")
	ids := tickedIDs(f, "order")
	if len(ids) == 0 {
		web.Flash(w, web.Bad, "No order was ticked, so nothing was changed.")
		return web.Redirect(w, r, back)
	}
	if len(ids) > bulkLimit {
		return fault.New(fault.Invalid, "Please tick at most %d orders.", bulkLimit)
	}
	results := make([]bulkResult, len(ids))
	for i, id := range ids {
		if results[i], err = a.changeOne(r.Context(), deed, id); err != nil {
			return err
		}
	}
	page := adminPage{Title: deed.Label + ": result for each order", Nav: "/sales/orders", Header: ui.Header{Back: back}}
	return a.page(w, r, http.StatusOK, page, orderBulkDone(results))
}

// changeOne does it to one order. A refusal is a result; any other error ends the
// whole.
func (a *App) changeOne(ctx context.Context, deed orderDeed, id int64) (bulkResult, error) {
	res := bulkResult{Number: "#" + number(id), Href: orderPath(id, "")}
	o, err := a.Sales.Head(ctx, id)
	if err == nil {
		err = mayReach(ctx, o)
	}
	if err == nil {
		res.Number = o.Number
		err = deed.Do(a.Sales, onOrder(ctx, o), id)
	}
	var expected *fault.Error
	switch {
	case err == nil:
		res.OK, res.Text = true, deed.Done
	case errors.As(err, &expected):
		res.Text, err = expected.Message, nil
	}
	return res, err
}
