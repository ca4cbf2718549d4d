package admin

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/web/ui"
)

// roleGrid is the grid of User Roles. A shop has few, so it is one page.
var roleGrid = gridSpec{
	Path: "/system/roles", Caption: "Roles of Admin users", Placeholder: "Beginning of a role's name", Sort: "name",
	Columns: []gridColumn{
		{Key: "id", Label: "ID", Sortable: true, Narrow: true},
		{Key: "name", Label: "Role Name", Sortable: true, Strong: true},
		{Key: "resources", Label: "Role Resources"},
		{Key: "websites", Label: "Websites"},
		{Key: "mode", Label: "Login as Customer mode"},
		{Key: "users", Label: "Users", Sortable: true, Numeric: true},
		{Key: "updated", Label: "Last saved", Extra: true},
	},
}

func (a *App) roles(w http.ResponseWriter, r *http.Request) error {
	all, err := a.Roles.List(r.Context())
	if err != nil {
		return err
	}
	g := roleGrid.read(r)
	all = slices.DeleteFunc(all, func(role acl.Role) bool { return !strings.HasPrefix(strings.ToLower(role.Name), strings.ToLower(g.Q)) })
	slices.SortStableFunc(all, g.compareRoles)
	p := gridPage{Total: len(all), Empty: ui.EmptyState{Icon: ui.IconShield, Title: "No roles yet"}}
	for _, role := range all {
		p.Rows = append(p.Rows, ui.Row{
			Key: idText(role.ID), Cells: g.cells(func(key string) templ.Component { return roleCell(role, key) }),
			Menu: ui.RowMenu("Actions for "+role.Name, []ui.MenuItem{{Text: "Edit", Href: rolePath(role.ID), Icon: ui.IconEdit}}),
		})
	}
	page := adminPage{Title: "User Roles", Nav: roleGrid.Path, Header: ui.Header{Actions: addRole()}}
	return a.page(w, r, http.StatusOK, page, ui.Grid(g.args(p)))
}

func (g gridState) compareRoles(a, b acl.Role) int {
	n := 0
	switch g.Sort {
	case "id":
		n = int(a.ID - b.ID)
	case "users":
		n = int(a.Users - b.Users)
	default:
		n = strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	}
	if g.Desc {
		return -n
	}
	return n
}

func addRole() templ.Component {
	return ui.Button(ui.Btn{Text: "Add New Role", Href: "/system/roles/new", Icon: ui.IconPlus, Variant: ui.Primary})
}

func roleCell(role acl.Role, key string) templ.Component {
	switch key {
	case "id":
		return ui.Text(idText(role.ID))
	case "name":
		return ui.Link(role.Name, rolePath(role.ID))
	case "resources":
		return ui.Text(allOrCustom(role.AllResources))
	case "websites":
		return ui.Text(allOrCustom(role.AllWebsites))
	case "mode":
		return ui.Text(modeName(role.AssistMode))
	case "users":
		return ui.Text(ui.Count(int(role.Users)))
	case "updated":
		return ui.TimeStamp(role.UpdatedAt, "")
	}
	return nil
}

func allOrCustom(all bool) string {
	if all {
		return "All"
	}
	return "Custom"
}

func modeName(m acl.AssistMode) string {
	if m == acl.ViewOnly {
		return "View only"
	}
	return "As configured"
}

func rolePath(id int64) string { return roleGrid.Path + "/" + idText(id) }
