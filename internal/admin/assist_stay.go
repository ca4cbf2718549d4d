package admin

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// assistStay shows one stay as a timeline: one's own, or any with View Login as
// Customer Log, which the stay itself asks.
func (a *App) assistStay(w http.ResponseWriter, r *http.Request) error {
	s, err := a.Assist.Stay(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return a.stayPage(w, r, http.StatusOK, s, nil)
}

// stayPage is a stay's page; typed is a verdict that was not taken, or nil.
func (a *App) stayPage(w http.ResponseWriter, r *http.Request, status int, s assist.LoggedStay, typed *reviewForm) error {
	v, _ := viewer(r.Context())
	review, err := a.reviewOf(r, s, typed)
	if err != nil {
		return err
	}
	steps, err := a.Audit.Timeline(r.Context(), s.ID, web.QueryInt(r, "after", 0), stepLimit)
	if err != nil {
		return err
	}
	page := adminPage{Title: "Session as " + s.CustomerName, Nav: "/customers", Header: ui.Header{
		Back: customerPath(s.CustomerID, partAssistance), Badge: stayState(s.Stay),
		Lead: s.AdminName + " · " + s.Reason,
	}}
	if v.Grant.Allows(acl.AssistLog) {
		page.Nav, page.Header.Back = "/assist/log", "/assist/log"
		page.Header.Crumbs = []ui.Crumb{{Text: "Login as Customer Log", Href: "/assist/log"}, {Text: "Session as " + s.CustomerName}}
	}
	if mayEnd(s.Stay, v) {
		page.Header.Actions = ui.Post(ui.PostButton{
			Action: endPath(s.Stay), Token: web.CSRF(r.Context()), Hidden: []ui.Pair{{Name: "back", Value: stayPath(s.Stay)}},
			Btn: ui.Btn{Text: "End session", Icon: ui.IconClose, Variant: ui.DangerBtn},
		})
	}
	if v.Grant.Allows(acl.AssistUndo) {
		counts, err := a.Amends.Count(r.Context(), []int64{s.ID})
		if err != nil {
			return err
		}
		if counts[s.ID] > 0 {
			page.Header.Actions = together(ui.Button(ui.Btn{Text: "Undo changes…", Href: undoPath(s.Stay), Icon: ui.IconHistory}), page.Header.Actions)
		}
	}
	view := stayViewOf(s, steps, v.Grant, r.URL.Query().Get("pages") == "1")
	view.Review = review
	return a.page(w, r, status, page, staySummary(view))
}

// stepLimit is how many steps the timeline is read at once.
const stepLimit = 1000

func stayViewOf(s assist.LoggedStay, steps []audit.Entry, g acl.Grant, pages bool) stayView {
	v := stayView{Facts: stayFacts(s, g)}
	for _, t := range steps {
		if pageView(t) && !pages {
			v.Hidden++
			continue
		}
		v.Events = append(v.Events, stepEvent(s, t, g))
	}
	switch {
	case v.Hidden > 0:
		v.Pages = stayPath(s.Stay) + "?pages=1"
	case pages:
		v.Pages = stayPath(s.Stay)
	}
	if len(steps) == stepLimit {
		v.More = stayPath(s.Stay) + "?after=" + strconv.FormatInt(steps[len(steps)-1].ID, 10)
		if pages {
			v.More += "&pages=1"
		}
	}
	return v
}

func stayFacts(s assist.LoggedStay, g acl.Grant) []ui.Fact {
	customer := ui.Fact{Term: "Customer", Text: s.CustomerName}
	if g.Allows(acl.CustomersAll) {
		customer.View = namedLink(customerPath(s.CustomerID, ""), s.CustomerName)
	}
	facts := []ui.Fact{
		customer, {Term: "E-mail", Text: s.CustomerEmail},
		{Term: "Admin user", Text: s.AdminName + " (" + s.AdminUsername + ")"}, {Term: "Role", Text: s.RoleName},
		{Term: "Store view", Text: s.Website + " · " + s.View}, {Term: "Mode", Text: modeText(s.Stay)},
		{Term: "Reason", Text: s.Reason}, {Term: "Ticket", Text: s.Ticket},
		{Term: "Begun", View: ui.TimeStamp(s.BegunAt, "")}, {Term: "Entered", View: ui.TimeStamp(s.EnteredAt, "")},
		{Term: "Ended", View: ui.TimeStamp(s.EndedAt, "")},
	}
	if s.State() == impersonate.Ended {
		facts = append(facts, ui.Fact{Term: "Cause of end", Text: assist.CauseLabel(s.Cause)}, ui.Fact{Term: "Ended by", Text: s.Ender()})
	}
	return append(facts, ui.Fact{Term: "IP address", Text: s.IP}, ui.Fact{Term: "Browser", Text: s.UserAgent})
}

// stepEvent draws one recorded action; the steps of the hand-off say nothing
// that the stay's own facts do not.
func stepEvent(s assist.LoggedStay, t audit.Entry, g acl.Grant) ui.Event {
	e := ui.Event{At: t.At, Title: stepText(t), Text: t.Details, Tone: ui.Info}
	if g.Allows(acl.ActionsReport) {
		e.Href = actionPath(t.ID)
	}
	if said := assist.Told(t, english); said != "" {
		e.Title = said
		if !t.Failed() {
			e.Text = "" // what it names, the sentence says
		}
	}
	switch t.Action {
	case assist.ActionBegun:
		e.Text = s.Reason
	case assist.ActionAuthorized, assist.ActionEntered:
		e.Text = ""
	case assist.ActionMode:
		for _, n := range t.Notes {
			if n.Key == "reason" { // why it was raised
				e.Text += ": " + n.Value
			}
		}
	}
	if len(t.Changes) > 0 {
		e.Detail = valueChanges(named(t.Changes))
	}
	switch {
	case t.Failed():
		e.Tone, e.Icon = ui.Danger, ui.IconWarning
		if !strings.HasPrefix(e.Title, "Refused") {
			e.Title += " (refused)"
		}
	case pageView(t):
		e.Tone, e.Icon, e.Title, e.Text = ui.Neutral, ui.IconEye, "Page "+t.ObjectID, ""
	case t.Group == audit.AssistGroup:
		e.Tone, e.Icon = ui.Neutral, ui.IconAssist
		if strings.HasPrefix(t.Details, "Impersonation ") { // which one it is, the page says
			e.Text = ""
		}
	}
	return e
}

// english is the language of the Admin.
var english = i18n.For(i18n.Fallback)

// named gives the fields of changes the names that the storefront has for them.
func named(changes []sqldb.FieldChange) []sqldb.FieldChange {
	out := make([]sqldb.FieldChange, len(changes))
	for i, c := range changes {
		out[i] = sqldb.FieldChange{Field: assist.Value(c).Label(english), Before: c.Before, After: c.After}
	}
	return out
}

func pageView(t audit.Entry) bool { return t.Action == assist.ActionPageViewed }

var assistSteps = map[sqldb.Action]string{
	assist.ActionBegun: "Asked to log in", assist.ActionAuthorized: "Authorized by the Admin", assist.ActionEntered: "Logged in as the customer",
	assist.ActionEnded: "Session ended", assist.ActionRefused: "Entry",
	assist.ActionMode: "Mode changed", assist.ActionExtended: "Session extended", assist.ActionRevealed: "Personal data shown",
	amend.ActionPrepared: "Change prepared", amend.ActionSent: "Proposal sent to the customer", amend.ActionDiscarded: "Proposal taken back",
	amend.ActionAccepted: "Proposal accepted by the customer", amend.ActionDeclined: "Proposal declined by the customer", amend.ActionUndone: "Changes undone",
}

func stepText(t audit.Entry) string {
	if text, ok := assistSteps[t.Action]; ok {
		return text
	}
	if key := "did." + string(t.Action); english.Has(key) {
		return english.T(key)
	}
	return audit.GroupLabel(t.Group) + ": " + strings.ToLower(audit.ActionLabel(t.Action))
}
