package admin

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// logGrid is the Login as Customer Log: every stay, the newest first.
var logGrid = gridSpec{
	Path: "/assist/log", Caption: "Sessions", Placeholder: "Customer's name or e-mail",
	Sort: "-start", Export: "/assist/log.csv",
	Columns: []gridColumn{
		{Key: "start", Label: "Start", Strong: true}, {Key: "end", Label: "End"}, {Key: "cause", Label: "Cause of end"},
		{Key: "customer", Label: "Customer"}, {Key: "email", Label: "E-mail", Extra: true},
		{Key: "admin", Label: "Admin user"}, {Key: "role", Label: "Role", Extra: true},
		{Key: "view", Label: "Store view"}, {Key: "reason", Label: "Reason"}, {Key: "ticket", Label: "Ticket", Extra: true},
		{Key: "mode", Label: "Mode", Extra: true}, {Key: "ip", Label: "IP address", Narrow: true}, {Key: "actions", Label: "Actions", Numeric: true},
		{Key: "pages", Label: "Pages", Numeric: true, Extra: true}, {Key: "ended_by", Label: "Ended by", Extra: true},
		{Key: "id", Label: "Session", Extra: true},
	},
	Filters: []gridFilter{
		{Name: "customer", Label: "Customer"}, {Name: "admin", Label: "Admin user"}, {Name: "from", Label: "From"}, {Name: "until", Label: "Until"},
		{Name: "state", Label: "State", Show: func(v string) string { return optionLabel(stateFilter, v) }},
		{Name: "cause", Label: "Cause of end", Show: func(v string) string { return assist.CauseLabel(impersonate.Cause(v)) }},
		{Name: "why", Label: "Reason", Show: func(v string) string { return optionLabel(reasonOptions(assist.Reasons), v) }},
		{Name: "reason", Label: "Reason or ticket"}, {Name: "view", Label: "Store view"},
	},
}

func optionLabel(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

func stayPath(s assist.Stay) string { return "/assist/log/" + s.PublicID }

func logQuery(g gridState, grant acl.Grant) assist.LogQuery {
	f := g.Filters
	q := assist.LogQuery{
		Customer: orElse(g.Q, f["customer"]), AdminUser: f["admin"], StoreViewID: parseID(f["view"]),
		From: dateOf(f["from"]), Until: dayAfter(f["until"]), State: impersonate.State(f["state"]),
		Cause: impersonate.Cause(f["cause"]), ReasonCode: f["why"], Reason: f["reason"], Websites: scope(grant),
	}
	return q
}

// assistLog lists every stay.
func (a *App) assistLog(w http.ResponseWriter, r *http.Request) error {
	v, _ := viewer(r.Context())
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	g := namedFilters(logGrid, names).read(r)
	q := logQuery(g, v.Grant)
	q.Cursor, q.Size = g.Cursor, g.Size
	found, err := a.Assist.Log(r.Context(), q)
	if err != nil {
		return err
	}
	rows := make([]ui.Row, len(found.Stays))
	for i, s := range found.Stays {
		rows[i] = ui.Row{
			Key: s.PublicID, Menu: stayMenu(s, v, g.here(r), web.CSRF(r.Context())),
			Cells: g.cells(func(key string) templ.Component { return logCell(s, key, v.Grant) }),
		}
	}
	grid := g.args(gridPage{
		Rows: rows, Total: found.Total, More: found.More, Next: found.Next, Prev: found.Prev, Export: true,
		Filters: logFilterFields(logChoices(g, names, v.Grant)),
		Empty:   ui.EmptyState{Icon: ui.IconHistory, Title: "No session yet", Text: "Each time an Admin user logs in as a customer, it is listed here."},
	})
	page := adminPage{Title: "Login as Customer Log", Nav: "/assist/log"}
	return a.page(w, r, http.StatusOK, page, ui.Grid(grid))
}

func logChoices(g gridState, names customerNames, grant acl.Grant) logFilters {
	f := logFilters{Values: g.Filters, Views: names.filters(g, grant).Views, Reasons: reasonOptions(assist.Reasons)}
	for _, c := range assist.EndCauses {
		f.Causes = append(f.Causes, ui.Option{Value: string(c), Label: assist.CauseLabel(c)})
	}
	return f
}

// stayMenu leads to the timeline and the customer, and ends a running stay for
// whoever may.
func stayMenu(s assist.LoggedStay, v Viewer, back, token string) templ.Component {
	items := []ui.MenuItem{{Text: "Timeline", Href: stayPath(s.Stay), Icon: ui.IconHistory}}
	if v.Grant.Allows(acl.CustomersAll) {
		items = append(items, ui.MenuItem{Text: "Customer", Href: customerPath(s.CustomerID, ""), Icon: ui.IconUser})
	}
	if mayEnd(s.Stay, v) {
		items = append(items, ui.MenuItem{
			Text: "End session", Icon: ui.IconClose, Danger: true, Token: token,
			Post: endPath(s.Stay), Hidden: []ui.Pair{{Name: "back", Value: back}},
		})
	}
	return ui.RowMenu("Actions for the session as "+s.CustomerName, items)
}

func endPath(s assist.Stay) string { return "/assist/" + s.PublicID + "/end" }

func mayEnd(s assist.Stay, v Viewer) bool {
	return s.State() != impersonate.Ended && (s.AdminUserID == v.ID || v.Grant.Allows(acl.AssistEndOthers))
}

func logCell(s assist.LoggedStay, key string, grant acl.Grant) templ.Component {
	switch key {
	case "start":
		return stayStart(s.Stay)
	case "end":
		return ui.TimeStamp(s.EndedAt, "")
	case "cause":
		return stayState(s.Stay)
	case "ip":
		return oneLine(s.IP)
	case "customer":
		if grant.Allows(acl.CustomersAll) {
			return customerName(customerPath(s.CustomerID, ""), s.CustomerName, true)
		}
	}
	return ui.Name(logText(s, key))
}

// logText is one value of a stay in words, for the CSV too.
func logText(s assist.LoggedStay, key string) string {
	switch key {
	case "start":
		return machineTime(s.BegunAt)
	case "end":
		return machineTime(s.EndedAt)
	case "cause":
		if s.State() == impersonate.Ended {
			return assist.CauseLabel(s.Cause)
		}
		return optionLabel(stateFilter, string(s.State()))
	case "customer":
		return s.CustomerName
	case "email":
		return s.CustomerEmail
	case "admin":
		return s.AdminName
	case "role":
		return s.RoleName
	case "view":
		return s.Website + " · " + s.View
	case "reason":
		return s.Reason
	case "ticket":
		return s.Ticket
	case "mode":
		return modeText(s.Stay)
	case "ip":
		return s.IP
	case "actions":
		return strconv.Itoa(s.Actions)
	case "pages":
		return strconv.Itoa(s.Views)
	case "ended_by":
		if s.State() == impersonate.Ended {
			return s.Ender()
		}
	case "id":
		return s.PublicID
	}
	return ""
}

func modeText(s assist.Stay) string {
	return assist.ModeLabel(s.Mode)
}

// exportLog downloads what the log shows, all pages of it.
func (a *App) exportLog(w http.ResponseWriter, r *http.Request) error {
	v, _ := viewer(r.Context())
	g := logGrid.read(r)
	if err := a.Assist.Announce(r.Context(), g.said()); err != nil {
		return err
	}
	var header []string
	for _, h := range g.heads() {
		header = append(header, h.Label)
	}
	file := "login-as-customer-log-" + a.Now().Format(dateLayout) + ".csv"
	return web.CSV(w, r, file, header, func(row func(...string) error) error {
		return a.eachStay(r.Context(), logQuery(g, v.Grant), func(s assist.LoggedStay) error {
			cells := make([]string, len(g.Columns))
			for i, key := range g.Columns {
				cells[i] = logText(s, key)
			}
			return row(cells...)
		})
	})
}

// eachStay walks all pages of the log.
func (a *App) eachStay(ctx context.Context, q assist.LogQuery, fn func(assist.LoggedStay) error) error {
	q.Size = 200
	for {
		page, err := a.Assist.Log(ctx, q)
		if err != nil {
			return err
		}
		for _, s := range page.Stays {
			if err := fn(s); err != nil {
				return err
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
}
