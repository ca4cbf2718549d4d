package admin

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// userGrid is the grid of All Users.
var userGrid = gridSpec{
	Path: "/system/users", Caption: "Admin users", Placeholder: "User name, name, e-mail or ID", Sort: "username",
	Columns: []gridColumn{
		{Key: "id", Label: "ID", Sortable: true, Narrow: true},
		{Key: "username", Label: "User Name", Sortable: true, Strong: true},
		{Key: "name", Label: "Name", Sortable: true},
		{Key: "email", Label: "E-mail", Sortable: true},
		{Key: "role", Label: "Role", Sortable: true},
		{Key: "active", Label: "Status", Sortable: true},
		{Key: "last_login", Label: "Last signed in", Sortable: true},
		{Key: "created", Label: "Created", Extra: true},
		{Key: "password", Label: "Password changed", Extra: true},
	},
	Filters: []gridFilter{{Name: "role", Label: "Role"}, {Name: "active", Label: "Status", Show: userStatus}},
}

var userStatuses = []ui.Option{{Value: "1", Label: "Active"}, {Value: "0", Label: "Inactive"}}

func userStatus(value string) string {
	if value == "1" {
		return "Active"
	}
	return "Inactive"
}

// users shows the grid of All Users.
func (a *App) users(w http.ResponseWriter, r *http.Request) error {
	roles, err := a.Roles.List(r.Context())
	if err != nil {
		return err
	}
	g := userGridNaming(roles).read(r)
	at, _ := strconv.Atoi(g.Cursor)
	at = max(at, 0)
	users, total, err := a.Staff.List(r.Context(), staff.Filter{
		Search: g.Q, RoleID: idOf(g.Filters["role"]), Active: g.Filters["active"], Sort: g.sortParam(), Limit: g.Size, Offset: at,
	})
	if err != nil {
		return err
	}
	p := gridPage{
		Rows: userRows(g, users), Total: total, Filters: userFilters(g.Filters, roleOptions(roles)),
		Empty: ui.EmptyState{Icon: ui.IconUsers, Title: "No Admin users yet"},
	}
	if at > 0 {
		p.Prev = strconv.Itoa(max(at-g.Size, 0))
	}
	if at+g.Size < total {
		p.Next = strconv.Itoa(at + g.Size)
	}
	page := adminPage{Title: "Users", Nav: userGrid.Path, Header: ui.Header{Actions: addUser()}}
	return a.page(w, r, http.StatusOK, page, ui.Grid(g.args(p)))
}

func addUser() templ.Component {
	return ui.Button(ui.Btn{Text: "Add New User", Href: "/system/users/new", Icon: ui.IconPlus, Variant: ui.Primary})
}

// userGridNaming makes the chips say the role's name instead of its id.
func userGridNaming(roles []acl.Role) *gridSpec {
	spec := userGrid
	spec.Filters = append([]gridFilter{}, spec.Filters...)
	spec.Filters[0].Show = func(value string) string {
		for _, role := range roles {
			if role.ID == idOf(value) {
				return role.Name
			}
		}
		return value
	}
	return &spec
}

func roleOptions(roles []acl.Role) []ui.Option {
	options := make([]ui.Option, len(roles))
	for i, role := range roles {
		options[i] = ui.Option{Value: strconv.FormatInt(role.ID, 10), Label: role.Name}
	}
	return options
}

func userRows(g gridState, users []staff.User) []ui.Row {
	rows := make([]ui.Row, len(users))
	for i, u := range users {
		rows[i] = ui.Row{
			Key: strconv.FormatInt(u.ID, 10), Muted: !u.Active,
			Menu:  ui.RowMenu("Actions for "+u.Username, []ui.MenuItem{{Text: "Edit", Href: userPath(u.ID), Icon: ui.IconEdit}}),
			Cells: g.cells(func(key string) templ.Component { return userCell(u, key) }),
		}
	}
	return rows
}

func userCell(u staff.User, key string) templ.Component {
	switch key {
	case "id":
		return ui.Text(strconv.FormatInt(u.ID, 10))
	case "username":
		return ui.Link(u.Username, userPath(u.ID))
	case "name":
		return ui.Name(u.Name())
	case "email":
		return ui.Name(u.Email)
	case "role":
		return ui.Name(u.RoleName)
	case "active":
		if u.Active {
			return ui.Badge(ui.Success, "Active")
		}
		return ui.Badge(ui.Warning, "Inactive")
	case "last_login":
		return ui.TimeStamp(u.LastLoginAt, "")
	case "created":
		return ui.TimeStamp(u.CreatedAt, "")
	case "password":
		return ui.TimeStamp(u.PasswordChangedAt, "")
	}
	return nil
}

func userPath(id int64) string { return "/system/users/" + strconv.FormatInt(id, 10) }

// idOf is the id in a parameter, 0 when it is none.
func idOf(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// editor is who saves a form: the Admin user with the password they entered again.
func editor(r *http.Request, f *web.Form) staff.Editor {
	return staff.Editor{UserID: mustView(r.Context()).ID, OwnPassword: f.Raw("own_password")}
}
