package admin

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// customerAssistance lists the stays in a customer's account: the Admin user's
// own ones, all with View Login as Customer Log.
func (a *App) customerAssistance(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	stays, all, err := a.Assist.CustomerStays(r.Context(), c.ID)
	if err != nil {
		return err
	}
	consent, err := a.Assist.Consent(r.Context(), c.ID)
	if err != nil {
		return err
	}
	requests, err := a.Assist.CustomerRequests(r.Context(), c.ID)
	if err != nil {
		return err
	}
	events, err := a.Assist.ConsentHistory(r.Context(), c.ID)
	if err != nil {
		return err
	}
	v, _ := viewer(r.Context())
	t := assistanceTab{Requests: requestEvents(requests), All: all, Consent: consentStatus(consent, a.Now())}
	for _, e := range events {
		event := consentEvent(e)
		if e.ReceiptID != "" {
			event.Href = customerPath(c.ID, "/receipts/"+e.ReceiptID+"/txt")
		}
		t.Answers = append(t.Answers, event)
	}
	for _, s := range stays {
		t.Rows = append(t.Rows, stayRow(s, v, r))
	}
	if all {
		t.Log = "/assist/log?" + url.Values{"customer": {c.Email}}.Encode()
	}
	if v.Grant.Allows(acl.AssistWhy) {
		t.Why = whyAddress(v.ID, c.ID)
	}
	return a.customerPage(w, r, http.StatusOK, c, partAssistance, nil, customerAssistance(t))
}

// stayRow is a stay in the list on a customer's page.
func stayRow(s assist.LoggedStay, v Viewer, r *http.Request) ui.Row {
	cell := func(key string) templ.Component { return logCell(s, key, acl.Grant{}) }
	row := ui.Row{Key: s.PublicID}
	for _, key := range []string{"start", "end", "cause", "admin", "view", "reason", "actions"} {
		row.Cells = append(row.Cells, cell(key))
	}
	items := []ui.MenuItem{{Text: "Timeline", Href: stayPath(s.Stay), Icon: ui.IconHistory}}
	if mayEnd(s.Stay, v) {
		items = append(items, ui.MenuItem{
			Text: "End session", Icon: ui.IconClose, Danger: true, Token: web.CSRF(r.Context()),
			Post: endPath(s.Stay), Hidden: []ui.Pair{{Name: "back", Value: r.URL.RequestURI()}},
		})
	}
	row.Menu = ui.RowMenu("Actions for this session", items)
	return row
}
