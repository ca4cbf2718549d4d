package admin

import (
	"net/http"
	"net/url"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web/ui"
)

// orderHelp is the Assistance of an order: the stays in its customer's account
// since shortly before it, and what the record says was done to the order.
type orderHelp struct {
	Guest  bool
	Stays  []ui.Row
	All    bool // other Admin users' stays too
	Log    string
	Record []ui.Event
}

// recordedActions bounds the list of actions on an order.
const recordedActions = 100

func (a *App) orderAssistanceTab(w http.ResponseWriter, r *http.Request) error {
	o, err := a.orderOf(r)
	if err != nil {
		return err
	}
	v := mustView(r.Context())
	h := orderHelp{Guest: o.Guest()}
	if !o.Guest() {
		stays, all, err := a.Assist.CustomerStays(r.Context(), o.CustomerID)
		if err != nil {
			return err
		}
		h.All = all
		for _, s := range stays {
			if s.BegunAt.Before(o.CreatedAt.Add(-24 * time.Hour)) {
				continue
			}
			h.Stays = append(h.Stays, stayRow(s, v, r))
		}
		if all {
			h.Log = "/assist/log?" + url.Values{"customer": {o.Email}}.Encode()
		}
	}
	if h.Record, err = a.orderRecord(r, o, v.Grant); err != nil {
		return err
	}
	return a.orderPage(w, r, http.StatusOK, o, orderAssistance, orderHelpTab(h))
}

// orderRecord is what the record says was done to an order.
func (a *App) orderRecord(r *http.Request, o sales.Full, g acl.Grant) ([]ui.Event, error) {
	if o.Guest() {
		return nil, nil
	}
	entries, err := a.Audit.OnAccount(r.Context(), o.CustomerID, o.CreatedAt, string(sales.OrderDoc), number(o.ID), recordedActions)
	if err != nil {
		return nil, err
	}
	by := make([]sales.By, len(entries))
	for i, e := range entries {
		by[i] = sales.By{Kind: string(e.ActorKind), ID: e.ActorID, Name: e.ActorName, Impersonation: e.Stay}
	}
	stays, err := a.staysOf(r.Context(), by...)
	if err != nil {
		return nil, err
	}
	events := make([]ui.Event, len(entries))
	for i, e := range entries {
		events[i] = recordEvent(e, byLineOf(by[i], stays), g)
	}
	return events, nil
}

func recordEvent(e audit.Entry, by byLine, g acl.Grant) ui.Event {
	ev := ui.Event{At: e.At, Title: audit.ActionLabel(e.Action), Text: e.Details, Detail: recordDetail(by, e.Changes), Tone: ui.Info, Icon: ui.IconHistory}
	if g.Allows(acl.ActionsReport) {
		ev.Href = actionPath(e.ID)
	}
	if e.Failed() {
		ev.Tone, ev.Icon, ev.Title = ui.Danger, ui.IconWarning, ev.Title+" (refused)"
	}
	return ev
}
