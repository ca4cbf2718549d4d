package admin

import (
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const sessionsPath = "/assist/sessions"

// assistSessions lists who is in a customer's account right now, for a
// supervisor who wants to put somebody out.
func (a *App) assistSessions(w http.ResponseWriter, r *http.Request) error {
	v := mustView(r.Context())
	found, err := a.Assist.Log(r.Context(), assist.LogQuery{Live: true, Websites: scope(v.Grant), Size: 200})
	if err != nil {
		return err
	}
	token := web.CSRF(r.Context())
	grid := ui.GridArgs{
		Caption: "Active sessions",
		Columns: []ui.Column{{Label: "Customer", Strong: true}, {Label: "Admin user"}, {Label: "Store view"}, {Label: "Reason"}, {Label: "Mode"}, {Label: "Since"}, {Label: "Ends"}, {Label: "Last request"}, {Label: "End"}},
		Pager:   ui.Pager{Total: found.Total, More: found.More},
		Empty:   ui.EmptyState{Icon: ui.IconAssist, Title: "No session is running", Text: "While an Admin user is logged in as a customer, the session is listed here."},
		Actions: refreshLink(r),
	}
	for _, s := range found.Stays {
		grid.Rows = append(grid.Rows, ui.Row{Key: s.PublicID, Menu: stayMenu(s, v, sessionsPath, token), Cells: a.sessionCells(s, v, token)})
	}
	page := adminPage{Title: "Active Sessions", Nav: sessionsPath, Live: true, Header: ui.Header{
		Lead: "Admin users who are logged in as a customer now. To stop everybody, also those who come later, use the Emergency Stop.",
	}}
	if len(grid.Rows) > 0 && v.Grant.Allows(acl.AssistEndOthers) {
		page.Header.Actions = ui.Post(ui.PostButton{Action: sessionsPath + "/end", Token: token, Btn: ui.Btn{Text: "End all", Icon: ui.IconClose, Variant: ui.DangerBtn}})
	}
	return a.page(w, r, http.StatusOK, page, ui.Grid(grid))
}

// refreshLink shows a page again, for browsers in which it does not renew itself.
func refreshLink(r *http.Request) templ.Component {
	return ui.Button(ui.Btn{Text: "Refresh", Href: r.URL.RequestURI(), Size: ui.Small})
}

func (a *App) sessionCells(s assist.LoggedStay, v Viewer, token string) []templ.Component {
	end := templ.Component(nil)
	if mayEnd(s.Stay, v) {
		end = ui.Post(ui.PostButton{
			Action: endPath(s.Stay), Token: token, Hidden: []ui.Pair{{Name: "back", Value: sessionsPath}},
			Btn: ui.Btn{Text: "End", Size: ui.Small, Variant: ui.DangerBtn, Attrs: templ.Attributes{"aria-label": "End the session as " + s.CustomerName}},
		})
	}
	return []templ.Component{
		logCell(s, "customer", v.Grant), ui.Name(s.AdminName), ui.Name(logText(s, "view")), ui.Name(s.Reason), ui.Text(modeText(s.Stay)),
		ui.TimeStamp(s.BegunAt, ago(s.BegunAt, a.Now())), ui.TimeStamp(s.ExpiresAt, left(s.ExpiresAt.Sub(a.Now()))),
		ui.TimeStamp(s.LastUsedAt, ago(s.LastUsedAt, a.Now())), end,
	}
}

// left is how long something still lasts.
func left(d time.Duration) string {
	if d < time.Minute {
		return "in less than a minute"
	}
	return "in " + strconv.Itoa(int(d.Minutes())) + " min"
}

// endAllSessions ends every session that the viewer reaches.
func (a *App) endAllSessions(w http.ResponseWriter, r *http.Request) error {
	n, err := a.Assist.EndAll(r.Context())
	if err != nil {
		return err
	}
	said := "You ended " + strconv.Itoa(n) + " sessions."
	switch n {
	case 0:
		said = "No session was running any more."
	case 1:
		said = "You ended 1 session."
	}
	web.Flash(w, web.Good, said)
	return web.Redirect(w, r, sessionsPath)
}
