package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// What the grids of invoices, shipments, credit memos and transactions share.

// docGrid is the grid of one kind of document.
type docGrid struct {
	docKind
	spec   gridSpec
	lead   string
	states []ui.Option // of the filter Status, none without
	empty  ui.EmptyState
	find   func(a *App, ctx context.Context, f sales.DocFilter) (docLines, error)
}

// docLines is a page of such a grid.
type docLines struct {
	Rows       []docRowOf
	Total      int
	More       bool
	Next, Prev string
}

// docRowOf is a document in a grid, whatever its kind.
type docRowOf struct {
	ID      int64
	Number  string
	Order   sales.Order
	Created time.Time
	Status  string
	Tone    ui.Tone
	Total   int64
	Qty     int64
	By      sales.By
	From    assistFrom // nowhere for transactions
	More    map[string]string
}

// docPageOf turns a page of documents into lines.
func docPageOf[D any](p sales.DocPage[D], err error, line func(D, sales.Order) docRowOf) (docLines, error) {
	l := docLines{Total: p.Total, More: p.More, Next: p.Next, Prev: p.Prev}
	for _, row := range p.Rows {
		d := line(row.Doc, row.Order)
		d.Order = row.Order
		l.Rows = append(l.Rows, d)
	}
	return l, err
}

var docFilters = []gridFilter{
	{Name: "number", Label: "Number"}, {Name: "order", Label: "Order #"}, {Name: "state", Label: "Status"},
	{Name: "from", Label: "Created from"}, {Name: "to", Label: "Created to"}, {Name: "bill", Label: "Bill-to Name"},
	{Name: "website", Label: "Website"}, {Name: "min", Label: "Total, from"}, {Name: "max", Label: "Total, to"},
}

// docColumns are the columns that all of them have, between what is special.
func docColumns(number, created string, special ...gridColumn) []gridColumn {
	columns := []gridColumn{
		{Key: "number", Label: number, Sortable: true, Strong: true}, {Key: "created", Label: created, Sortable: true},
		{Key: "order", Label: "Order #", Sortable: true}, {Key: "ordered", Label: "Order Date"},
	}
	return append(append(columns, special...),
		gridColumn{Key: "by", Label: "Made By", Extra: true}, gridColumn{Key: "website", Label: "Purchased From", Extra: true},
		gridColumn{Key: "email", Label: "Customer E-mail", Extra: true}, gridColumn{Key: "currency", Label: "Currency", Extra: true},
		gridColumn{Key: "order_status", Label: "Order Status", Extra: true})
}

// docFilter is the grid's address as a question, within the websites that the
// role reaches.
func docFilter(g gridState, grant acl.Grant) (sales.DocFilter, map[string]string) {
	f, wrong := g.Filters, map[string]string{}
	q := sales.DocFilter{
		Number: f["number"], OrderNumber: f["order"], State: f["state"], From: dateOf(f["from"]), To: dayAfter(f["to"]), BillName: f["bill"],
		WebsiteID: parseID(f["website"]), Websites: scope(grant), TotalFrom: amountFilter(f, "min", wrong), TotalTo: amountFilter(f, "max", wrong),
		Sort: g.Sort, Desc: g.Desc, Cursor: g.Cursor, Size: g.Size,
	}
	switch {
	case g.Q == "":
	case g.Q[0] >= '0' && g.Q[0] <= '9' || g.Q[0] == '#':
		if q.Number == "" {
			q.Number = trimHash(g.Q)
		}
	case q.BillName == "":
		q.BillName = g.Q
	}
	return q, wrong
}

func trimHash(s string) string {
	if s[0] == '#' {
		return s[1:]
	}
	return s
}

// docList shows the grid of a kind.
func (a *App) docList(k docGrid) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v := mustView(r.Context())
		names, err := a.customerNames(r.Context())
		if err != nil {
			return err
		}
		g := k.named(names).read(r)
		q, wrong := docFilter(g, v.Grant)
		found, err := k.find(a, r.Context(), q)
		if err != nil {
			return err
		}
		assist, err := a.assistShown(r.Context())
		if err != nil {
			return err
		}
		p := gridPage{
			Rows: k.rows(r, g, found.Rows, names, assist), Total: found.Total, More: found.More, Next: found.Next, Prev: found.Prev, Export: true,
			Filters: docFilterFields(docFilterForm{Values: g.Filters, Errors: wrong, States: k.states, Websites: names.filters(g, v.Grant).Websites}), Empty: k.empty,
		}
		if len(found.Rows) > 0 && k.Kind != "" {
			p.Actions = docPDFBar(k, g.keep())
		}
		args := g.args(p)
		args.FilterOpen = len(wrong) > 0
		if p.Actions != nil {
			args.Columns, args.Rows = withDocTicks(args.Columns, args.Rows, found.Rows)
		}
		page := adminPage{Title: k.Many, Nav: k.spec.Path, Header: ui.Header{Lead: k.lead}}
		return a.page(w, r, http.StatusOK, page, ui.Grid(args))
	}
}

func (k docGrid) named(n customerNames) *gridSpec {
	spec := namedFilters(k.spec, n)
	spec.Filters = append([]gridFilter{}, spec.Filters...)
	for i := range spec.Filters {
		if spec.Filters[i].Name == "state" {
			spec.Filters[i].Show = func(v string) string { return optionLabel(k.states, v) }
		}
	}
	return spec
}

func (k docGrid) rows(r *http.Request, g gridState, lines []docRowOf, names customerNames, assist bool) []ui.Row {
	grant := mustView(r.Context()).Grant
	rows := make([]ui.Row, len(lines))
	for i, d := range lines {
		rows[i] = ui.Row{Key: number(d.ID), Menu: k.menu(d, grant, assist, g.here(r)), Cells: g.cells(func(key string) templ.Component { return k.cell(d, key, names, grant) })}
	}
	return rows
}

// menu is the menu of a row. A guest's order has no account to log in to.
func (k docGrid) menu(d docRowOf, grant acl.Grant, assist bool, back string) templ.Component {
	var items []ui.MenuItem
	label := "Actions for " + d.Number
	if d.From.Path != "" {
		items = append(items, ui.MenuItem{Text: "View", Href: d.From.Path, Icon: ui.IconEye})
		if assist && d.From.CustomerID != 0 {
			items = append(items, ui.MenuItem{Text: "Login as Customer", Href: assistPathFrom(d.From.CustomerID, back, d.From), Icon: ui.IconAssist})
		}
		items = append(items, ui.MenuItem{Text: "Print", Href: d.From.Path + "/pdf", Icon: ui.IconDownload, NewTab: true})
	} else if grant.Allows(acl.OrdersView) {
		label = "Actions for transaction " + number(d.ID)
		items = append(items, ui.MenuItem{Text: "View Order", Href: orderPath(d.Order.ID, ""), Icon: ui.IconEye})
	}
	return ui.RowMenu(label, items)
}

func (k docGrid) cell(d docRowOf, key string, names customerNames, grant acl.Grant) templ.Component {
	switch key {
	case "number":
		if d.From.Path != "" {
			return namedLink(d.From.Path, d.Number)
		}
	case "created":
		return ui.TimeStamp(d.Created, "")
	case "ordered":
		return ui.TimeStamp(d.Order.CreatedAt, "")
	case "order":
		if grant.Allows(acl.OrdersView) {
			return namedLink(orderPath(d.Order.ID, ""), d.Order.Number)
		}
	case "status":
		return ui.Badge(d.Tone, d.Status)
	case "order_status":
		return statusBadge(d.Order)
	case "total":
		return ui.Money(cash(d.Total, d.Order.Currency))
	case "email":
		return mailLink(d.Order.Email)
	}
	return ui.Name(k.text(d, key, names))
}

// text is one value of a row in words, for the CSV too.
func (k docGrid) text(d docRowOf, key string, names customerNames) string {
	switch key {
	case "number":
		return d.Number
	case "created":
		return machineTime(d.Created)
	case "ordered":
		return machineTime(d.Order.CreatedAt)
	case "order":
		return d.Order.Number
	case "bill_name":
		return d.Order.BillName
	case "ship_name":
		return d.Order.ShipName
	case "status":
		return d.Status
	case "order_status":
		return sales.StatusLabel(d.Order.Status)
	case "total":
		return plainCash(d.Total, d.Order.Currency)
	case "qty":
		return number(d.Qty)
	case "by":
		return byLineOf(d.By, nil).words()
	case "website":
		return names.view(d.Order.ViewID)
	case "email":
		return d.Order.Email
	case "currency":
		return d.Order.Currency
	}
	return d.More[key]
}

// docExport downloads what the grid shows, all pages of it.
func (a *App) docExport(k docGrid) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		names, err := a.customerNames(r.Context())
		if err != nil {
			return err
		}
		g := k.named(names).read(r)
		if err := a.Sales.Announce(r.Context(), k.announced(), g.said()); err != nil {
			return err
		}
		keys := g.Columns
		if g.shows("total") && !g.shows("currency") {
			keys = append(keys, "currency")
		}
		header := make([]string, len(keys))
		for i, key := range keys {
			header[i] = k.spec.label(key)
		}
		file := k.spec.Path[len("/sales/"):] + "-" + a.Now().Format(dateLayout) + ".csv"
		return web.CSV(w, r, file, header, func(row func(...string) error) error {
			q, _ := docFilter(g, mustView(r.Context()).Grant)
			return a.eachDoc(r.Context(), k, q, func(d docRowOf) error {
				cells := make([]string, len(keys))
				for i, key := range keys {
					cells[i] = k.text(d, key, names)
				}
				return row(cells...)
			})
		})
	}
}

// announced is what the record calls the list.
func (k docGrid) announced() sales.DocKind {
	if k.Kind == "" {
		return "transaction"
	}
	return k.Kind
}

// eachDoc reads a list page by page.
func (a *App) eachDoc(ctx context.Context, k docGrid, q sales.DocFilter, fn func(docRowOf) error) error {
	q.Cursor, q.Size = "", gridSizes[len(gridSizes)-1]
	for {
		found, err := k.find(a, ctx, q)
		if err != nil {
			return err
		}
		for _, d := range found.Rows {
			if err := fn(d); err != nil {
				return err
			}
		}
		if found.Next == "" {
			return nil
		}
		q.Cursor = found.Next
	}
}
