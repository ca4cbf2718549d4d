package admin

import (
	"context"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// savedFilterView is the box of saved filters below the report.
type savedFilterView struct {
	Token, Query string
	Name, Error  string
	Rows         []ui.Row
}

// lookAtReport records that somebody searches the report and takes the steps of
// the page beside it, or after it where the search would find the record: what
// the page shows must not be a matter of luck. Without the record there is no page.
func (a *App) lookAtReport(ctx context.Context, f audit.Filter, steps ...func(context.Context) error) error {
	look := func(ctx context.Context) error { return a.recordSearch(ctx, f) }
	if !f.Finds(audit.Viewed, a.Now()) {
		return sqldb.Together(ctx, append(steps, look)...)
	}
	if err := look(ctx); err != nil {
		return err
	}
	return sqldb.Together(ctx, steps...)
}

func (a *App) recordSearch(ctx context.Context, f audit.Filter) error {
	if !a.Config.Bool(ctx, audit.LogReportLooks, config.Everywhere) {
		return nil
	}
	said := f.Said()
	if f.From.IsZero() && f.To.IsZero() { // the last 30 days, whenever that is
		said = said[2:]
	}
	return a.Audit.Look(ctx, audit.Viewed, "actions_report", "search", "Actions Report", said)
}

func (a *App) savedFilters(ctx context.Context, g gridState) (v savedFilterView, err error) {
	me := mustView(ctx)
	v = savedFilterView{Token: web.CSRF(ctx), Query: g.params().Encode()}
	all, err := a.Audit.SavedFilters(ctx, me.ID)
	for _, f := range all {
		row := ui.Row{Key: idText(f.ID), Cells: []templ.Component{ui.Link(f.Name, actionGrid.Path+"?"+f.Query), ui.Name(f.By), ui.Text(seenBy(f))}}
		if f.UserID == me.ID {
			row.Menu = ui.RowMenu("Actions for the filter "+f.Name, []ui.MenuItem{{
				Text: "Delete", Icon: ui.IconClose, Danger: true, Token: v.Token, Post: actionGrid.Path + "/filters/" + idText(f.ID) + "/delete",
			}})
		}
		v.Rows = append(v.Rows, row)
	}
	return v, err
}

func seenBy(f audit.SavedFilter) string {
	if f.Shared {
		return "Everybody"
	}
	return "Only me"
}

// saveActionFilter keeps the search that the form was sent from: what the report
// knows of it, nothing else.
func (a *App) saveActionFilter(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	asked, err := url.ParseQuery(f.Text("query"))
	if err != nil {
		return fault.New(fault.Invalid, "This search could not be understood.")
	}
	g := actionGrid.read(&http.Request{URL: &url.URL{RawQuery: asked.Encode()}})
	query := g.params().Encode()
	err = a.Audit.SaveFilter(r.Context(), audit.SavedFilter{UserID: mustView(r.Context()).ID, Name: f.Text("name"), Query: query, Shared: f.Bool("shared")})
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the filter "+f.Text("name")+".")
	return web.Redirect(w, r, actionGrid.Path+"?"+query)
}

func (a *App) deleteActionFilter(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := a.Audit.DeleteFilter(r.Context(), mustView(r.Context()).ID, id); err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the filter.")
	return web.Redirect(w, r, actionGrid.Path)
}

// looked records a look before the page is answered, where the configuration
// says so: what cannot be recorded is not shown.
func (a *App) looked(setting *config.Field, action sqldb.Action, kind string, page web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if a.Config.Bool(r.Context(), setting, config.Everywhere) {
			id := r.PathValue("id")
			if err := a.Audit.Look(r.Context(), action, kind, id, "", nil); err != nil {
				return err
			}
		}
		return page(w, r)
	}
}
