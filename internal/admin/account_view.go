package admin

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/factor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/session"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// accountPage is one's own account: who one is, one's password, where one is
// signed in.
type accountPage struct {
	User     staff.User
	Sessions []session.Admin
	Current  int64 // the session of this request
	Factors  staff.Factors
	Errors   map[string]string
	Token    string
}

func (a *App) account(w http.ResponseWriter, r *http.Request) error {
	return a.showAccount(w, r, http.StatusOK, nil)
}

func (a *App) showAccount(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	v := mustView(r.Context())
	p := accountPage{Current: v.SessionID, Errors: errs, Token: web.CSRF(r.Context())}
	var err error
	if p.User, err = a.Staff.Get(r.Context(), v.ID); err != nil {
		return err
	}
	if p.Sessions, err = a.Sessions.ActiveAdmin(r.Context(), v.ID); err != nil {
		return err
	}
	if p.Factors, err = a.Staff.Factors(r.Context(), v.ID); err != nil {
		return err
	}
	return a.page(w, r, status, adminPage{Title: "Account Setting"}, accountView(p))
}

// accountPassword changes the own password; this browser gets a new session,
// all others end.
func (a *App) accountPassword(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	secret, err := a.Staff.ChangePassword(r.Context(), mustView(r.Context()).ID, f.Raw("own_password"), f.Raw("password"), f.Raw("password_repeat"))
	if errs := fault.FieldsOf(err); errs != nil {
		return a.showAccount(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	web.SetCookie(w, web.AdminCookie, secret, 0)
	web.Flash(w, web.Good, "Your password is changed. You are signed out everywhere else.")
	return web.Redirect(w, r, "/account")
}

// accountEnd ends another session of one's own.
func (a *App) accountEnd(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	err = a.Staff.EndSession(r.Context(), mustView(r.Context()).Session, id)
	switch {
	case fault.Is(err, fault.NotFound):
		web.Flash(w, web.Note, "This session had ended already.")
	case err != nil:
		return err
	default:
		web.Flash(w, web.Good, "The session is ended.")
	}
	return web.Redirect(w, r, "/account")
}

func (p accountPage) factorWords() string {
	return factorList(p.Factors.All, "You have none: your password alone opens your account.")
}

// factorList names factors in one line.
func factorList(all []factor.Factor, none string) string {
	if len(all) == 0 {
		return none
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.Kind.Label() + " “" + f.Name + "”"
	}
	return strings.Join(names, ", ")
}

func (p accountPage) summary() []ui.FieldError {
	return summary(p.Errors, "own_password", "password", "password_repeat")
}

var sessionColumns = []ui.Column{
	{Key: "browser", Label: "Browser", Strong: true}, {Key: "ip", Label: "IP Address"},
	{Key: "began", Label: "Signed in"}, {Key: "seen", Label: "Last used"}, {Key: "end", Label: "", Narrow: true},
}

func (p accountPage) rows() []ui.Row {
	rows := make([]ui.Row, len(p.Sessions))
	for i, s := range p.Sessions {
		end := ui.Badge(ui.Success, "This session")
		if s.ID != p.Current {
			end = ui.Post(ui.PostButton{
				Action: "/account/sessions/" + strconv.FormatInt(s.ID, 10) + "/end", Token: p.Token, Btn: ui.Btn{Text: "End", Size: ui.Small},
			})
		}
		rows[i] = ui.Row{Cells: []templ.Component{
			sessionBrowser(browserName(s.UserAgent), s.UserAgent), ui.Name(s.IP), ui.TimeStamp(s.CreatedAt, ""), ui.TimeStamp(s.LastSeenAt, ""), end,
		}}
	}
	return rows
}
