package admin

import (
	"net/http"
	"slices"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// roleForm is the editor of a role: what was typed, what is wrong.
type roleForm struct {
	Role     acl.Role
	Stored   acl.Role // as stored; zero for a new one
	Grant    acl.Grant
	Websites []store.Website
	Users    []staff.User
	Errors   map[string]string
	Refuse   string
	Locked   string // why nothing here can be saved
	Token    string
}

func (a *App) roleNew(w http.ResponseWriter, r *http.Request) error {
	return a.showRole(w, r, http.StatusOK, roleForm{Role: acl.Role{AllWebsites: mustView(r.Context()).Grant.AllWebsites}})
}

func (a *App) roleEdit(w http.ResponseWriter, r *http.Request) error {
	role, err := a.pathRole(r)
	if err != nil {
		return err
	}
	return a.showRole(w, r, http.StatusOK, roleForm{Role: role, Stored: role})
}

func (a *App) pathRole(r *http.Request) (acl.Role, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return acl.Role{}, err
	}
	return a.Roles.Get(r.Context(), id)
}

func (a *App) showRole(w http.ResponseWriter, r *http.Request, status int, f roleForm) error {
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	f.Grant, f.Websites, f.Token = mustView(r.Context()).Grant, tree.Websites, web.CSRF(r.Context())
	if f.Stored.ID != 0 {
		if f.Users, _, err = a.Staff.List(r.Context(), staff.Filter{RoleID: f.Stored.ID, Sort: "username", Limit: 200}); err != nil {
			return err
		}
		if refused, no := fault.As(f.Grant.Covers(f.Stored)); no {
			f.Locked = refused.Message
		}
	}
	return a.page(w, r, status, f.page(), roleEditor(f))
}

func (f roleForm) page() adminPage {
	p := adminPage{Title: "New Role", Nav: roleGrid.Path, Header: ui.Header{Back: roleGrid.Path}}
	if f.Stored.ID != 0 {
		p.Title = f.Stored.Name
	}
	p.Header.Crumbs = []ui.Crumb{{Text: "System"}, {Text: "User Roles", Href: roleGrid.Path}, {Text: p.Title}}
	if f.Locked == "" {
		p.Header.Actions = roleActions(f)
	}
	return p
}

// roleSave creates a role or changes one, once the own password is confirmed.
func (a *App) roleSave(w http.ResponseWriter, r *http.Request) error {
	var stored acl.Role
	var err error
	if r.PathValue("id") != "" {
		if stored, err = a.pathRole(r); err != nil {
			return err
		}
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	role := readRole(f, stored.ID)
	v := mustView(r.Context())
	if err = a.Staff.ConfirmPassword(r.Context(), v.ID, f.Raw("own_password")); err == nil {
		_, err = a.Roles.Save(r.Context(), v.Grant, role)
	}
	if refused, ok := fault.As(err); ok {
		form := roleForm{Role: role, Stored: stored, Errors: refused.Fields}
		if len(refused.Fields) == 0 {
			form.Refuse = refused.Message
		}
		return a.showRole(w, r, statusFor(refused), form)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the role "+role.Name+".")
	return web.Redirect(w, r, roleGrid.Path)
}

func readRole(f *web.Form, id int64) acl.Role {
	role := acl.Role{
		ID: id, Name: f.Text("name"), AllResources: f.Text("all_resources") == "1", AllWebsites: f.Text("all_websites") == "1",
		AssistMode: acl.AssistMode(f.Text("assist_mode")),
	}
	if !role.AllWebsites {
		role.Websites = f.IDs("websites")
	}
	for _, r := range f.All("resources") {
		role.Resources = append(role.Resources, acl.Resource(r))
	}
	return role
}

// tree puts the role's ticks into the tree. What the editor lacks can be seen
// but not changed: the rules keep it as it is.
func (f roleForm) tree() []ui.TreeNode { return f.branch(acl.Tree()) }

func (f roleForm) branch(nodes []acl.Node) []ui.TreeNode {
	out := make([]ui.TreeNode, len(nodes))
	for i, n := range nodes {
		out[i] = ui.TreeNode{Label: n.Label, Hint: n.Hint, Children: f.branch(n.Children)}
		if n.Resource == "" {
			continue
		}
		out[i].Value = string(n.Resource)
		out[i].Ticked = slices.Contains(f.Role.Resources, n.Resource)
		if f.Locked != "" || !f.Grant.Allows(n.Resource) {
			out[i].Disabled = true
			out[i].Ticked = slices.Contains(f.Stored.Resources, n.Resource)
		}
	}
	return out
}

func (f roleForm) scopeOptions(all bool) []ui.Option {
	o := []ui.Option{{Value: "1", Label: "All", Hides: true}, {Value: "0", Label: "Custom"}}
	if !all {
		o[0].Disabled, o[0].Hint = true, "your own role does not have all"
	}
	return o
}

func (f roleForm) websiteOptions() []ui.Option {
	out := make([]ui.Option, len(f.Websites))
	for i, site := range f.Websites {
		out[i] = ui.Option{Value: idText(site.ID), Label: site.Name, Disabled: f.Locked != "" || !f.Grant.AllowsWebsite(site.ID)}
	}
	return out
}

func (f roleForm) websiteValues() []string {
	out := make([]string, len(f.Role.Websites))
	for i, id := range f.Role.Websites {
		out[i] = idText(id)
	}
	return out
}

func (f roleForm) action() string {
	if f.Stored.ID == 0 {
		return roleGrid.Path
	}
	return rolePath(f.Stored.ID)
}

func (f roleForm) parts() []ui.NavLink {
	links := []ui.NavLink{{Text: "Role Info", Href: "#role-info"}, {Text: "Role Resources", Href: "#role-resources"}}
	if f.Stored.ID != 0 {
		links = append(links, ui.NavLink{Text: "Role Users", Href: "#role-users", Count: ui.Count(int(f.Stored.Users))})
	}
	return links
}

func (f roleForm) userRows() []ui.Row {
	rows := make([]ui.Row, len(f.Users))
	for i, u := range f.Users {
		rows[i] = ui.Row{Muted: !u.Active}
		for _, key := range []string{"username", "name", "email", "active", "last_login"} {
			rows[i].Cells = append(rows[i].Cells, userCell(u, key))
		}
	}
	return rows
}

func (a *App) roleDeleteForm(w http.ResponseWriter, r *http.Request) error {
	role, err := a.pathRole(r)
	if err != nil {
		return err
	}
	return a.showRoleDelete(w, r, http.StatusOK, roleForm{Stored: role})
}

func (a *App) showRoleDelete(w http.ResponseWriter, r *http.Request, status int, f roleForm) error {
	f.Token = web.CSRF(r.Context())
	p := adminPage{Title: "Delete " + f.Stored.Name, Nav: roleGrid.Path, Header: ui.Header{Back: rolePath(f.Stored.ID)}}
	return a.page(w, r, status, p, roleDeletePage(f))
}

func (a *App) roleDelete(w http.ResponseWriter, r *http.Request) error {
	role, err := a.pathRole(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v := mustView(r.Context())
	if err = a.Staff.ConfirmPassword(r.Context(), v.ID, f.Raw("own_password")); err == nil {
		err = a.Roles.Delete(r.Context(), v.Grant, role.ID)
	}
	if refused, ok := fault.As(err); ok {
		form := roleForm{Stored: role, Errors: refused.Fields}
		if len(refused.Fields) == 0 {
			form.Refuse = refused.Message
		}
		return a.showRoleDelete(w, r, statusFor(refused), form)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the role "+role.Name+".")
	return web.Redirect(w, r, roleGrid.Path)
}
