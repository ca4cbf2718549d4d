package admin

import (
	"context"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// actionView shows one entry of the record.
func (a *App) actionView(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	e, err := a.Audit.Get(r.Context(), id)
	if err != nil {
		return err
	}
	if !reaches(r.Context(), e.WebsiteID) {
		return fault.New(fault.NotFound, "This log entry does not exist.")
	}
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	if a.Config.Bool(r.Context(), audit.LogReportLooks, config.Everywhere) {
		if err := a.Audit.Look(r.Context(), audit.EntryViewed, "log_entry", idText(id), "Log Entry #"+idText(id), nil); err != nil {
			return err
		}
	}
	p := entryOf(e, mustView(r.Context()).Grant, tree)
	if err := a.neighbours(r.Context(), &p); err != nil {
		return err
	}
	title := "Log Entry #" + strconv.FormatInt(id, 10)
	page := adminPage{Title: title, Nav: actionGrid.Path, Header: ui.Header{
		Back: actionGrid.Path, Badge: resultBadge(e), Lead: actionName(e.Action),
		Crumbs: []ui.Crumb{{Text: "System"}, {Text: "Actions Report", Href: actionGrid.Path}, {Text: title}},
	}}
	return a.page(w, r, http.StatusOK, page, actionEntry(p))
}

// entryPage is an entry put into facts for people.
type entryPage struct {
	Entry   audit.Entry
	About   []ui.Fact // what was done
	Admin   []ui.Fact // by whom
	Subject []ui.Fact // in whose account
	Notes   []ui.Fact
	Changes []ui.Row
	Near    []ui.Row // other entries of the same request
	Beside  []ui.NavLink
}

// neighbours are the entries of the same request, and those before and after in
// the same stay.
func (a *App) neighbours(ctx context.Context, p *entryPage) error {
	near, err := a.Audit.Near(ctx, p.Entry)
	if err != nil {
		return err
	}
	for _, e := range near {
		if reaches(ctx, e.WebsiteID) {
			p.Near = append(p.Near, ui.Row{Cells: []templ.Component{ui.Link("#"+idText(e.ID), actionPath(e.ID)), ui.Text(actionName(e.Action)), resultBadge(e), ui.Name(e.Details)}})
		}
	}
	before, after, err := a.Audit.Beside(ctx, p.Entry)
	if before != 0 {
		p.Beside = append(p.Beside, ui.NavLink{Text: "Before in this session: #" + idText(before), Href: actionPath(before)})
	}
	if after != 0 {
		p.Beside = append(p.Beside, ui.NavLink{Text: "Next in this session: #" + idText(after), Href: actionPath(after)})
	}
	return err
}

func entryOf(e audit.Entry, g acl.Grant, tree *store.Tree) entryPage {
	p := entryPage{Entry: e}
	p.About = []ui.Fact{
		{Term: "Time", View: ui.TimeStamp(e.At, "")},
		{Term: "Action Group", Text: audit.GroupLabel(e.ReportGroup)},
		{Term: "Action", Text: actionName(e.Action)},
		{Term: "Full Action Name", Text: fullActionName(e)},
		{Term: "Details", Text: e.Details},
		{Term: "Request", Text: e.RequestID},
	}
	for i, o := range e.Objects {
		term := "Touched"
		if i > 0 {
			term = "Also touched"
		}
		p.About = append(p.About, ui.Fact{Term: term, Text: audit.KindLabel(actor.Kind(o.Kind)) + " #" + o.ID})
	}
	p.Admin = actorFacts(e, g)
	p.Subject = subjectFacts(e, g, tree)
	for _, n := range e.Notes {
		p.Notes = append(p.Notes, ui.Fact{Term: n.Key, Text: n.Value})
	}
	for _, c := range e.Changes {
		p.Changes = append(p.Changes, ui.Row{Cells: []templ.Component{ui.Text(c.Field), valueOr(c.Before), valueOr(c.After)}})
	}
	return p
}

func valueOr(v string) templ.Component { return ui.Name(nameOr(v, "N/A")) }

func actorFacts(e audit.Entry, g acl.Grant) []ui.Fact {
	name := ui.Fact{Term: audit.KindLabel(e.ActorKind) + " Name", Text: e.ActorName}
	if e.ActorKind == actor.Admin && g.Allows(acl.SystemUsers) {
		name.View = ui.Link(e.ActorName, userPath(e.ActorID))
	}
	facts := []ui.Fact{name}
	if e.ActorID != 0 {
		facts = append(facts, ui.Fact{Term: audit.KindLabel(e.ActorKind) + " ID", Text: "#" + idText(e.ActorID)})
	}
	facts = append(facts, ui.Fact{Term: "IP Address", Text: e.IP})
	if e.Failed() {
		facts = append(facts, ui.Fact{Term: "Error Message", Text: e.Details})
	}
	return facts
}

func subjectFacts(e audit.Entry, g acl.Grant, tree *store.Tree) []ui.Fact {
	if e.SubjectID == 0 && e.Stay == 0 {
		return nil
	}
	customer := ui.Fact{Term: "Customer", Text: nameOr(e.SubjectName, "#"+idText(e.SubjectID))}
	if g.Allows(acl.CustomersAll) && e.SubjectID != 0 {
		customer.View = ui.Link(customer.Text, "/customers/"+idText(e.SubjectID))
	}
	facts := []ui.Fact{customer, {Term: "Customer ID", Text: "#" + idText(e.SubjectID)}}
	if e.Stay != 0 {
		facts = append(facts, ui.Fact{Term: "Login as Customer session", View: stayLink(e.Stay)})
	}
	if v, ok := tree.View(e.StoreViewID); ok {
		facts = append(facts, ui.Fact{Term: "Store View", Text: v.Name})
	}
	return facts
}
