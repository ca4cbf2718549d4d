package admin

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const (
	alertsPath  = "/assist/alerts"
	webhookPath = "/assist/webhook"
)

// alerts lists what was noticed, what nobody has seen to first.
func (a *App) alerts(w http.ResponseWriter, r *http.Request) error {
	v := mustView(r.Context())
	q := r.URL.Query()
	open, kind := q.Get("show") != "all", oversight.Kind(q.Get("kind"))
	found, err := a.Oversight.Alerts(r.Context(), oversight.AlertQuery{Kind: kind, Open: open, Websites: scope(v.Grant), Cursor: q.Get("at")})
	if err != nil {
		return err
	}
	grid := ui.GridArgs{
		Caption: "Alerts",
		Columns: []ui.Column{{Label: "When", Strong: true}, {Label: "Kind"}, {Label: "What"}, {Label: "State"}, {Label: "Seen by"}},
		Empty:   ui.EmptyState{Icon: ui.IconCheck, Title: "No alert", Text: "What is watched is set under Stores > Configuration > Customers > Login as Customer."},
		Actions: refreshLink(r), Filters: alertFilter(string(kind)), FilterAction: alertsPath, FilterKeep: []ui.Pair{{Name: "show", Value: q.Get("show")}}, FilterOpen: kind != "",
	}
	if kind != "" {
		grid.FilterReset = alertsPath + "?" + url.Values{"show": {q.Get("show")}}.Encode()
		grid.Chips = []ui.Chip{{Label: "Kind", Value: kind.Label(), Remove: grid.FilterReset}}
	}
	grid.EmptyAction = settingsLink(v.Grant)
	for _, x := range found.Alerts {
		grid.Rows = append(grid.Rows, ui.Row{Key: strconv.FormatInt(x.ID, 10), Cells: []templ.Component{
			linked(oversight.AlertPath(x.ID), ui.TimeStamp(x.At, ago(x.At, a.Now()))), ui.Text(x.Kind.Label()), alertSummary(x.Summary), alertState(x.Seen), ui.Name(x.SeenBy),
		}})
	}
	grid.Pager = ui.Pager{Total: found.Total, More: found.More}
	if found.Next != "" {
		grid.Pager.Next = alertsPath + "?" + url.Values{"show": {q.Get("show")}, "kind": {string(kind)}, "at": {found.Next}}.Encode()
	}
	page := adminPage{Title: "Login as Customer Alerts", Nav: alertsPath, Live: true, Header: ui.Header{
		Lead:    "What is unusual about sessions, and failures of the proof that the action log is complete.",
		Actions: ui.Button(ui.Btn{Text: "Webhook", Href: webhookPath, Icon: ui.IconExternal}),
	}}
	return a.page(w, r, http.StatusOK, page, alertsPage(open, grid))
}

func alertKinds() []ui.Option {
	options := []ui.Option{{Label: "Any"}}
	for _, k := range oversight.Kinds {
		options = append(options, ui.Option{Value: string(k), Label: k.Label()})
	}
	return options
}

// settingsLink leads to where oversight is set, nil for a role that may not go there.
func settingsLink(g acl.Grant) templ.Component {
	if !g.Allows(acl.ConfigAssist) {
		return nil
	}
	return ui.LinkButton("Settings", configPath(config.AssistSection, config.Scope{}), ui.Secondary)
}

// alert is one alert; whoever sees to it acknowledges it here.
func (a *App) alert(w http.ResponseWriter, r *http.Request) error {
	return a.alertPage(w, r, http.StatusOK, "", nil)
}

func (a *App) alertPage(w http.ResponseWriter, r *http.Request, status int, note string, wrong map[string]string) error {
	v := mustView(r.Context())
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	x, err := a.Oversight.Alert(r.Context(), id)
	if err != nil {
		return err
	}
	view := alertView{A: x, Path: oversight.AlertPath(id), Token: web.CSRF(r.Context()), Note: note, Errors: wrong, Mine: x.AdminUserID == v.ID}
	view.Facts = append(view.Facts, ui.Fact{Term: "Kind", Text: x.Kind.Label()}, ui.Fact{Term: "When", View: ui.TimeStamp(x.At, "")})
	if x.Stay != "" && v.Grant.Allows(acl.AssistLog) {
		view.Facts = append(view.Facts, ui.Fact{Term: "Session", View: namedLink("/assist/log/"+x.Stay, "Timeline")})
	}
	if x.AdminName != "" {
		view.Facts = append(view.Facts, ui.Fact{Term: "Admin user", Text: x.AdminName})
	}
	if x.CustomerID != 0 && v.Grant.Allows(acl.CustomersAll) {
		view.Facts = append(view.Facts, ui.Fact{Term: "Customer", View: namedLink(customerPath(x.CustomerID, ""), x.CustomerName)})
	}
	if x.Seen {
		view.Facts = append(view.Facts, ui.Fact{Term: "Acknowledged by", Text: x.SeenBy}, ui.Fact{Term: "Acknowledged", View: ui.TimeStamp(x.SeenAt, "")}, ui.Fact{Term: "Note", Text: x.Note})
	}
	page := adminPage{Title: x.Kind.Label(), Nav: alertsPath, Header: ui.Header{
		Back: alertsPath, Badge: alertState(x.Seen), Lead: x.Summary, Crumbs: []ui.Crumb{{Text: "Alerts", Href: alertsPath}, {Text: x.Kind.Label()}},
	}}
	return a.page(w, r, status, page, alertBody(view))
}

// seeAlert acknowledges an alert.
func (a *App) seeAlert(w http.ResponseWriter, r *http.Request) error {
	id, f, err := web.PathForm(r, "id")
	if err != nil {
		return err
	}
	err = a.Oversight.Acknowledge(r.Context(), id, f.Text("note"))
	if wrong := fault.FieldsOf(err); wrong != nil {
		return a.alertPage(w, r, http.StatusUnprocessableEntity, f.Text("note"), wrong)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You acknowledged the alert.")
	return web.Redirect(w, r, alertsPath)
}

// webhook shows where alerts are posted to, and how that went.
func (a *App) webhook(w http.ResponseWriter, r *http.Request) error {
	st, err := a.Oversight.Webhook(r.Context(), r.URL.Query().Get("at"))
	if err != nil {
		return err
	}
	token := web.CSRF(r.Context())
	grid := ui.GridArgs{
		Caption: "Deliveries",
		Columns: []ui.Column{{Label: "When", Strong: true}, {Label: "Kind"}, {Label: "Message"}, {Label: "State"}, {Label: "Attempts", Numeric: true}, {Label: "Last answer"}, {Label: "Again"}},
		Empty:   ui.EmptyState{Icon: ui.IconExternal, Title: "Nothing was sent yet", Text: "Each alert is a message. Send a test to see whether the receiver understands it."},
		Actions: refreshLink(r),
	}
	for _, d := range st.Deliveries {
		var again templ.Component
		if d.SentAt.IsZero() {
			again = ui.Post(ui.PostButton{Action: webhookPath + "/" + strconv.FormatInt(d.ID, 10) + "/send", Token: token, Btn: ui.Btn{Text: "Send again", Size: ui.Small, Attrs: templ.Attributes{"aria-label": "Send " + d.Message + " again"}}})
		}
		grid.Rows = append(grid.Rows, ui.Row{Key: d.Message, Cells: []templ.Component{
			ui.TimeStamp(d.CreatedAt, ago(d.CreatedAt, a.Now())), ui.Text(d.Kind.Label()), oneLine(d.Message), deliveryState(d), ui.Text(strconv.Itoa(d.Attempts)), ui.Name(answerText(d)), again,
		}})
	}
	grid.Pager = ui.Pager{Total: st.Total, More: st.More}
	if st.Next != "" {
		grid.Pager.Next = webhookPath + "?at=" + st.Next
	}
	page := adminPage{Title: "Webhook", Nav: alertsPath, Live: true, Header: ui.Header{Back: alertsPath, Crumbs: []ui.Crumb{{Text: "Alerts", Href: alertsPath}, {Text: "Webhook"}}}}
	if st.URL != "" && st.SecretSet {
		page.Header.Actions = ui.Post(ui.PostButton{Action: webhookPath + "/test", Token: token, Btn: ui.Btn{Text: "Send a test", Icon: ui.IconExternal, Variant: ui.Primary}})
	}
	return a.page(w, r, http.StatusOK, page, webhookBody(st, grid, settingsLink(mustView(r.Context()).Grant)))
}

func answerText(d oversight.Delivery) string {
	switch {
	case d.LastError != "":
		return d.LastError
	case d.Status != 0:
		return "Status " + strconv.Itoa(d.Status)
	}
	return ""
}

func (a *App) testWebhook(w http.ResponseWriter, r *http.Request) error {
	if err := a.Oversight.TestWebhook(r.Context()); err != nil {
		return err
	}
	web.Flash(w, web.Good, "A test is on its way. The list shows how it goes.")
	return web.Redirect(w, r, webhookPath)
}

func (a *App) resendWebhook(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := a.Oversight.Resend(r.Context(), id); err != nil {
		return err
	}
	web.Flash(w, web.Good, "The message is sent again.")
	return web.Redirect(w, r, webhookPath)
}
