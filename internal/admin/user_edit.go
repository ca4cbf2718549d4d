package admin

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// userForm is the editor of an Admin user: what was typed, what is wrong.
type userForm struct {
	Draft staff.Draft
	User  staff.User // as stored; zero for a new one
	Live  int        // sessions

	Factors []factor.Factor

	Self   bool
	Roles  []ui.Option
	Errors map[string]string
	Refuse string // why the whole was refused
	Locked string // why nothing here can be saved
	Token  string
}

func (a *App) userNew(w http.ResponseWriter, r *http.Request) error {
	return a.showUser(w, r, http.StatusOK, userForm{Draft: staff.Draft{Active: true}})
}

func (a *App) userEdit(w http.ResponseWriter, r *http.Request) error {
	u, err := a.pathUser(r)
	if err != nil {
		return err
	}
	return a.showUser(w, r, http.StatusOK, userForm{Draft: staff.DraftOf(u), User: u})
}

func (a *App) pathUser(r *http.Request) (staff.User, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return staff.User{}, err
	}
	return a.Staff.Get(r.Context(), id)
}

func (a *App) showUser(w http.ResponseWriter, r *http.Request, status int, f userForm) error {
	v := mustView(r.Context())
	roles, err := a.Roles.List(r.Context())
	if err != nil {
		return err
	}
	f.Self, f.Token = f.User.ID == v.ID, web.CSRF(r.Context())
	f.Roles = grantable(roles, v.Grant, f.User.RoleID)
	if f.User.ID != 0 {
		if f.Locked, err = a.beyond(r, v.Grant, f.User.RoleID); err != nil {
			return err
		}
		live, err := a.Sessions.ActiveAdmin(r.Context(), f.User.ID)
		if err != nil {
			return err
		}
		f.Live = len(live)
		own, err := a.Staff.Factors(r.Context(), f.User.ID)
		if err != nil {
			return err
		}
		f.Factors = own.All
	}
	return a.page(w, r, status, f.page(), userEditor(f))
}

func (f userForm) page() adminPage {
	p := adminPage{Title: "New User", Nav: userGrid.Path, Header: ui.Header{Back: userGrid.Path}}
	if f.User.ID != 0 {
		p.Title = f.User.Name()
		p.Header.Lead = "User name " + f.User.Username + ", role " + f.User.RoleName
	}
	p.Header.Crumbs = []ui.Crumb{{Text: "System"}, {Text: "All Users", Href: userGrid.Path}, {Text: p.Title}}
	if f.Locked == "" {
		p.Header.Actions = userActions(f)
	}
	return p
}

// grantable marks the roles that nobody with this grant can give; the rest is
// asked when saving, where every resource is compared.
func grantable(roles []acl.Role, g acl.Grant, current int64) []ui.Option {
	options := make([]ui.Option, 0, len(roles)+1)
	options = append(options, ui.Option{Label: "Choose a role"})
	for _, role := range roles {
		o := ui.Option{Value: strconv.FormatInt(role.ID, 10), Label: role.Name}
		if role.ID != current && (role.AllResources && !g.All || role.AllWebsites && !g.AllWebsites) {
			o.Disabled, o.Hint = true, "more than your own role"
		}
		options = append(options, o)
	}
	return options
}

// beyond says why an account cannot be changed by this grant, "" when it can.
func (a *App) beyond(r *http.Request, g acl.Grant, roleID int64) (string, error) {
	role, err := a.Roles.Get(r.Context(), roleID)
	if err != nil {
		return "", err
	}
	if f, refused := fault.As(g.CoversAll(role)); refused {
		return f.Message, nil
	}
	return "", nil
}

// userSave creates an Admin user or changes one.
func (a *App) userSave(w http.ResponseWriter, r *http.Request) error {
	var u staff.User
	var err error
	if r.PathValue("id") != "" {
		if u, err = a.pathUser(r); err != nil {
			return err
		}
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	d := userDraft(f, u.ID)
	_, err = a.Staff.Save(r.Context(), editor(r, f), d)
	if form, status, refused := (userForm{Draft: d, User: u}).refusedBy(err); refused {
		return a.showUser(w, r, status, form)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the user "+d.Username+".")
	return web.Redirect(w, r, userGrid.Path)
}

func userDraft(f *web.Form, id int64) staff.Draft {
	return staff.Draft{
		ID: id, Username: f.Text("username"), Email: f.Text("email"), FirstName: f.Text("first_name"), LastName: f.Text("last_name"),
		RoleID: f.ID("role_id"), Active: f.Bool("active"), Password: f.Raw("password"), Repeat: f.Raw("password_repeat"),
		Seen: sqldb.Time(f.ID("seen")),
	}
}

// refusedBy is the form shown again: why the whole was refused, or what is wrong
// beside each field. Other errors are not for people.
func (f userForm) refusedBy(err error) (again userForm, status int, ok bool) {
	refused, ok := fault.As(err)
	if !ok {
		return f, 0, false
	}
	if f.Errors = refused.Fields; len(f.Errors) == 0 {
		f.Refuse = refused.Message
	}
	return f, statusFor(refused), true
}

// statusFor is the status of a form that is shown again.
func statusFor(f *fault.Error) int {
	switch f.Kind {
	case fault.Denied:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.NotFound:
		return http.StatusNotFound
	}
	return http.StatusUnprocessableEntity
}

// userDeleteForm asks for the own password; in a dialog of the editor with
// scripts, as a page without.
func (a *App) userDeleteForm(w http.ResponseWriter, r *http.Request) error {
	u, err := a.pathUser(r)
	if err != nil {
		return err
	}
	return a.showUserDelete(w, r, http.StatusOK, userForm{User: u})
}

func (a *App) showUserDelete(w http.ResponseWriter, r *http.Request, status int, f userForm) error {
	f.Token = web.CSRF(r.Context())
	p := adminPage{Title: "Delete " + f.User.Username, Nav: userGrid.Path, Header: ui.Header{Back: userPath(f.User.ID)}}
	return a.page(w, r, status, p, userDeletePage(f))
}

func (a *App) userDelete(w http.ResponseWriter, r *http.Request) error {
	u, err := a.pathUser(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	err = a.Staff.Delete(r.Context(), editor(r, f), u.ID)
	if form, status, refused := (userForm{User: u}).refusedBy(err); refused {
		return a.showUserDelete(w, r, status, form)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the user "+u.Username+".")
	return web.Redirect(w, r, userGrid.Path)
}

// userSignOut ends all sessions of another Admin user.
func (a *App) userSignOut(w http.ResponseWriter, r *http.Request) error {
	u, err := a.pathUser(r)
	if err != nil {
		return err
	}
	if _, err := a.Staff.EndSessions(r.Context(), staff.Editor{UserID: mustView(r.Context()).ID}, u.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, u.Name()+" is signed out everywhere.")
	return web.Redirect(w, r, userPath(u.ID))
}

// summary lists the errors of a form in the order of its fields.
func summary(errs map[string]string, order ...string) []ui.FieldError {
	var list []ui.FieldError
	for _, name := range order {
		if text := errs[name]; text != "" {
			list = append(list, ui.FieldError{ID: "f-" + name, Text: text})
		}
	}
	return list
}

func (f userForm) summary() []ui.FieldError {
	return summary(f.Errors, "username", "email", "first_name", "last_name", "password", "password_repeat", "role_id", "active", "own_password")
}

func (f userForm) action() string {
	if f.User.ID == 0 {
		return userGrid.Path
	}
	return userPath(f.User.ID)
}

func (f userForm) seen() string {
	if f.Draft.Seen.IsZero() {
		return ""
	}
	return strconv.FormatInt(sqldb.Micros(f.Draft.Seen), 10)
}

func (f userForm) passwordField() ui.Field {
	p := ui.Field{
		Name: "password", Label: "Password", Error: f.Errors["password"], Autocomplete: "new-password", Disabled: f.Locked != "",
		Hint: "At least 15 characters. Several words are good.", Required: f.User.ID == 0,
	}
	if f.User.ID != 0 {
		p.Label, p.Hint = "New Password", "Leave it empty to keep the present one. A new one has at least 15 characters and signs this user out everywhere."
	}
	return p
}

func (f userForm) roleField() ui.Field {
	r := ui.Field{Name: "role_id", Label: "Role", Value: idText(f.Draft.RoleID), Error: f.Errors["role_id"], Required: true, Disabled: f.Locked != ""}
	if f.User.ID != 0 {
		r.Hint = "Another role signs this user out and ends their stays in customers' accounts."
	}
	return r
}

// field is a text field with what was typed and what is wrong with it.
func (f userForm) field(name, label, value string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: value, Error: f.Errors[name], Required: true, Disabled: f.Locked != "", Autocomplete: "off", MaxLength: 100}
}

func (f userForm) live() string {
	switch f.Live {
	case 0:
		return "No"
	case 1:
		return "In one browser"
	}
	return "In " + strconv.Itoa(f.Live) + " browsers"
}

func (f userForm) signOutButton() templ.Component {
	if f.Live == 0 || f.Self || f.Locked != "" {
		return nil
	}
	return ui.Post(ui.PostButton{Action: userPath(f.User.ID) + "/sign-out", Token: f.Token, Btn: ui.Btn{Text: "Sign out everywhere", Icon: ui.IconLogout, Size: ui.Small}})
}

func yesNo(on bool) string {
	if on {
		return "1"
	}
	return "0"
}

func idText(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}
