package admin

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// actionGrid is the Actions Report.
var actionGrid = gridSpec{
	Path: "/system/actions", Caption: "Recorded actions", Sort: "-time",
	Columns: []gridColumn{
		{Key: "time", Label: "Time"},
		{Key: "group", Label: "Action Group"},
		{Key: "action", Label: "Action"},
		{Key: "ip", Label: "IP Address"},
		{Key: "user", Label: "Username", Strong: true},
		{Key: "result", Label: "Result"},
		{Key: "route", Label: "Full Action Name"},
		{Key: "details", Label: "Details"},
		{Key: "full", Label: "Full Details", Narrow: true},
		{Key: "customer", Label: "Customer", Extra: true},
		{Key: "stay", Label: "Session", Extra: true},
		{Key: "view", Label: "Store View", Extra: true},
		{Key: "kind", Label: "Who", Extra: true},
	},
	Filters: []gridFilter{
		{Name: "from", Label: "From"},
		{Name: "to", Label: "To"},
		{Name: "group", Label: "Action Group", Show: audit.GroupLabel},
		{Name: "action", Label: "Action", Show: func(v string) string { return actionName(sqldb.Action(v)) }},
		{Name: "user", Label: "Username"},
		{Name: "kind", Label: "Who", Show: func(v string) string { return audit.KindLabel(actor.Kind(v)) }},
		{Name: "result", Label: "Result", Show: audit.ResultLabel},
		{Name: "ip", Label: "IP Address"},
		{Name: "route", Label: "Full Action Name"},
		{Name: "details", Label: "Details"},
		{Name: "full", Label: "Full Details"},
		{Name: "in", Label: "Search in", Show: func(string) string { return "Imported archives" }},
		{Name: "customer", Label: "Customer ID"},
		{Name: "stay", Label: "Session"},
		{Name: "view", Label: "Store View"},
	},
}

// actionFilters is the filter row: what was asked for and what can be.
type actionFilters struct {
	Values  map[string]string
	Errors  map[string]string
	Groups  []ui.Option
	Actions []ui.OptionGroup
	Users   []ui.Option
	Views   []ui.OptionGroup
}

// actions shows the Actions Report.
func (a *App) actions(w http.ResponseWriter, r *http.Request) error {
	ctx, g := r.Context(), actionGrid.read(r)
	filter, errs := readActionFilter(g.Filters, a.Now())
	filter.Websites = reach(ctx)
	f := actionFilters{Values: g.Filters, Errors: errs}
	var found audit.Page
	var saved savedFilterView
	err := a.lookAtReport(ctx, filter, func(ctx context.Context) (err error) {
		if g.spec, err = a.actionChoices(ctx, &f); err == nil {
			saved, err = a.savedFilters(ctx, g)
		}
		return err
	}, func(ctx context.Context) (err error) {
		found, err = a.Audit.Search(ctx, filter, g.Cursor, g.Size)
		return err
	})
	if err != nil {
		return err
	}
	p := gridPage{
		Total: found.Total, More: found.More, Next: found.Next, Prev: found.Prev,
		Filters: actionFilterRow(f, filter.Bounded(a.Now())), Rows: actionRows(g, found.Entries, viewNames(f.Views)),
		Empty: ui.EmptyState{Icon: ui.IconReport, Title: "Nothing was done in the last 30 days"},
	}
	if mustView(ctx).Grant.Allows(acl.ActionsExport) {
		p.Actions = actionExports(g.keep("columns", "size"), web.CSRF(ctx))
	}
	args := g.args(p)
	if g.Narrowed() {
		args.Empty.Text = "Details are found by whole words, addresses and full action names by their first parts, within the days above."
	}
	args.FilterOpen, args.FilterWide, args.FilterReset = true, len(errs) == 0, actionGrid.Path
	page := adminPage{Title: "Actions Report", Nav: actionGrid.Path, Header: ui.Header{Lead: "Every change and every refusal, as it was recorded with it. Times are UTC."}}
	return a.page(w, r, http.StatusOK, page, actionReport(args, found, saved))
}

// actionChoices fills the selects and lets the chips name what they hold by id.
func (a *App) actionChoices(ctx context.Context, f *actionFilters) (*gridSpec, error) {
	choices, err := a.Audit.Choices(ctx)
	if err != nil {
		return nil, err
	}
	users, err := a.Staff.Names(ctx)
	if err != nil {
		return nil, err
	}
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return nil, err
	}
	f.Groups = []ui.Option{{Label: "All Action Groups"}}
	for _, g := range chosenToo(choices.Groups, f.Values["group"]) {
		f.Groups = append(f.Groups, ui.Option{Value: g, Label: audit.GroupLabel(g)})
	}
	f.Actions = actionOptions(chosenToo(choices.Actions, sqldb.Action(f.Values["action"])))
	f.Users = []ui.Option{{Label: "All Users"}}
	for _, u := range users {
		f.Users = append(f.Users, ui.Option{Value: idText(u.ID), Label: u.Username})
	}
	f.Views = []ui.OptionGroup{{Options: []ui.Option{{Label: "All Store Views"}}}}
	for _, site := range tree.Websites {
		g := ui.OptionGroup{Label: site.Name}
		for _, v := range tree.Views {
			if v.WebsiteID == site.ID {
				g.Options = append(g.Options, ui.Option{Value: idText(v.ID), Label: v.Name})
			}
		}
		f.Views = append(f.Views, g)
	}
	return f.naming(), nil
}

// chosenToo are choices, and what is chosen already though it occurs no more: the
// next search would forget it.
func chosenToo[T ~string](choices []T, chosen T) []T {
	if chosen == "" || slices.Contains(choices, chosen) {
		return choices
	}
	return append(slices.Clone(choices), chosen)
}

func actionOptions(actions []sqldb.Action) []ui.OptionGroup {
	out := []ui.OptionGroup{{Options: []ui.Option{{Label: "All Actions"}}}}
	for _, act := range actions {
		label := audit.GroupLabel(act.Group())
		if out[len(out)-1].Label != label {
			out = append(out, ui.OptionGroup{Label: label})
		}
		last := &out[len(out)-1]
		last.Options = append(last.Options, ui.Option{Value: string(act), Label: audit.ActionLabel(act)})
	}
	return out
}

// naming makes chips say names instead of ids.
func (f *actionFilters) naming() *gridSpec {
	users, views := map[string]string{}, viewNames(f.Views)
	for _, o := range f.Users {
		users[o.Value] = o.Label
	}
	spec := actionGrid
	spec.Filters = append([]gridFilter{}, spec.Filters...)
	for i := range spec.Filters {
		switch spec.Filters[i].Name {
		case "user":
			spec.Filters[i].Show = func(v string) string { return nameOr(users[v], "#"+v) }
		case "view":
			spec.Filters[i].Show = func(v string) string { return nameOr(views[v], "#"+v) }
		}
	}
	return &spec
}

func viewNames(groups []ui.OptionGroup) map[string]string {
	names := map[string]string{}
	for _, g := range groups {
		for _, o := range g.Options {
			names[o.Value] = o.Label
		}
	}
	return names
}

func nameOr(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// readActionFilter understands the filter row; what it does not understand is an
// error beside the field and does not narrow.
func readActionFilter(v map[string]string, now time.Time) (audit.Filter, map[string]string) {
	errs := map[string]string{}
	f := audit.Filter{
		Group: v["group"], Action: sqldb.Action(v["action"]), Kind: actor.Kind(v["kind"]), IP: v["ip"], Route: v["route"], Details: v["details"],
		Full: v["full"], Archive: v["in"] == "archive",
	}
	f.From = day(v, "from", errs)
	if f.To = day(v, "to", errs); !f.To.IsZero() {
		f.To = f.To.AddDate(0, 0, 1) // the whole of the last day
	}
	if b := f.Bounded(now); !b.From.Before(b.To) {
		errs["from"] = "This is after the end."
		f.From = time.Time{}
	}
	if v["result"] == sqldb.Success || v["result"] == sqldb.Failure {
		f.Result = v["result"]
	}
	for name, into := range map[string]*int64{"user": &f.ActorID, "customer": &f.CustomerID, "stay": &f.Stay, "view": &f.StoreViewID} {
		if v[name] == "" {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimPrefix(v[name], "#"), 10, 64)
		if err != nil || n <= 0 {
			errs[name] = "Enter the number of an ID."
			continue
		}
		*into = n
	}
	return f, errs
}

func day(v map[string]string, name string, errs map[string]string) time.Time {
	if v[name] == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, v[name])
	if err != nil || t.Year() < 1970 || t.Year() > 9999 {
		errs[name] = "Enter a date such as 2026-03-12."
		return time.Time{}
	}
	return t
}

// actionName is an action with its group: "Carts: Item added".
func actionName(a sqldb.Action) string {
	return audit.GroupLabel(a.Group()) + ": " + audit.ActionLabel(a)
}

func actionRows(g gridState, entries []audit.Entry, views map[string]string) []ui.Row {
	rows := make([]ui.Row, len(entries))
	for i, e := range entries {
		rows[i] = ui.Row{Key: idText(e.ID), Cells: g.cells(func(key string) templ.Component { return actionCell(e, key, views) })}
	}
	return rows
}

func actionCell(e audit.Entry, key string, views map[string]string) templ.Component {
	switch key {
	case "time":
		return ui.TimeStamp(e.At, "")
	case "group":
		return ui.Text(audit.GroupLabel(e.ReportGroup))
	case "action":
		return ui.Text(actionOf(e))
	case "ip":
		return ui.Text(e.IP)
	case "user":
		return ui.Name(e.ActorName)
	case "result":
		return resultBadge(e)
	case "route":
		return ui.Text(fullActionName(e))
	case "details":
		return ui.Name(e.Details)
	case "full":
		return ui.Link("View", actionPath(e.ID))
	case "customer":
		return ui.Name(e.SubjectName)
	case "stay":
		return stayLink(e.Stay)
	case "view":
		return ui.Name(views[idText(e.StoreViewID)])
	case "kind":
		return ui.Text(audit.KindLabel(e.ActorKind))
	}
	return nil
}

// actionOf says during a stay what the action would belong to outside of one.
func actionOf(e audit.Entry) string {
	if e.Group == e.ReportGroup {
		return audit.ActionLabel(e.Action)
	}
	return actionName(e.Action)
}

// fullActionName is the route, and for what no request asked for, the action.
func fullActionName(e audit.Entry) string { return nameOr(e.Route, string(e.Action)) }

func resultBadge(e audit.Entry) templ.Component {
	if e.Failed() {
		return ui.Badge(ui.Danger, "Failure")
	}
	return ui.Badge(ui.Success, "Success")
}

func stayLink(id int64) templ.Component {
	if id == 0 {
		return nil
	}
	return ui.Link("#"+idText(id), actionGrid.Path+"?stay="+idText(id))
}

func actionPath(id int64) string { return actionGrid.Path + "/" + idText(id) }
