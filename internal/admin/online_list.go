package admin

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/web/ui"
)

// online lists the customers seen within the last quarter of an hour.
func (a *App) online(w http.ResponseWriter, r *http.Request) error {
	v, _ := viewer(r.Context())
	found, err := a.Sessions.Online(r.Context(), scope(v.Grant))
	if err != nil {
		return err
	}
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	assist, err := a.assistShown(r.Context())
	if err != nil {
		return err
	}
	grid := ui.GridArgs{
		Caption: "Customers online",
		Columns: []ui.Column{{Label: "Customer", Strong: true}, {Label: "E-mail"}, {Label: "Website"}, {Label: "Last page"}, {Label: "Last seen"}, {Label: "Signed in"}, {Label: "IP address"}},
		Pager:   ui.Pager{Total: len(found), More: len(found) == session.OnlineLimit},
		Empty:   ui.EmptyState{Icon: ui.IconUsers, Title: "Nobody right now", Text: "Customers who are signed in and were active within the last 15 minutes are listed here."},
		Actions: ui.Button(ui.Btn{Text: "Refresh", Href: "/customers/online", Size: ui.Small}),
	}
	for _, o := range found {
		grid.Rows = append(grid.Rows, a.onlineRow(o, names, v, assist))
	}
	page := adminPage{Title: "Now Online", Nav: "/customers/online"}
	return a.page(w, r, http.StatusOK, page, ui.Grid(grid))
}

func (a *App) onlineRow(o session.Online, names customerNames, v Viewer, assist bool) ui.Row {
	name := strings.TrimSpace(o.FirstName + " " + o.LastName)
	who := ui.Name(name)
	var items []ui.MenuItem
	if v.Grant.Allows(acl.CustomersAll) {
		who = customerName(customerPath(o.CustomerID, ""), name, true)
		items = append(items, ui.MenuItem{Text: "Edit", Href: customerPath(o.CustomerID, ""), Icon: ui.IconEdit})
		if assist {
			items = append(items, ui.MenuItem{Text: "Login as Customer", Href: assistPath(o.CustomerID, "/customers/online"), Icon: ui.IconAssist})
		}
	}
	row := ui.Row{Key: strconv.FormatInt(o.CustomerID, 10), Cells: []templ.Component{
		who, mailLink(o.Email), ui.Name(names.website(o.WebsiteID)), ui.Name(o.LastPath),
		ui.TimeStamp(o.LastSeenAt, ago(o.LastSeenAt, a.Now())), ui.TimeStamp(o.Since, ""), ui.Name(o.IP),
	}}
	if len(items) > 0 {
		row.Menu = ui.RowMenu("Actions for "+name, items)
	}
	return row
}
