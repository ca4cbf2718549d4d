package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// outboxGrid is the E-mail Outbox.
var outboxGrid = gridSpec{
	Path: "/system/outbox", Caption: "Letters", Placeholder: "Recipient",
	Columns: []gridColumn{
		{Key: "created", Label: "Written"},
		{Key: "kind", Label: "Letter"},
		{Key: "recipient", Label: "Recipient", Strong: true},
		{Key: "subject", Label: "Subject"},
		{Key: "view", Label: "Store View"},
		{Key: "state", Label: "State"},
		{Key: "attempts", Label: "Attempts", Numeric: true},
		{Key: "error", Label: "Last Error"},
		{Key: "sent", Label: "Sent", Extra: true},
		{Key: "next", Label: "Next Attempt", Extra: true},
		{Key: "sender", Label: "Sender", Extra: true},
	},
	Filters: []gridFilter{
		{Name: "kind", Label: "Letter", Show: letterName},
		{Name: "state", Label: "State", Show: func(v string) string { return letterStates[mail.State(v)] }},
		{Name: "view", Label: "Store View"},
		{Name: "order", Label: "Order ID"},
	},
}

var letterStates = map[mail.State]string{
	mail.Waiting: "Waiting", mail.Failing: "Failing", mail.GivenUp: "Given up", mail.Sent: "Sent",
}

// letterName is a kind of letter for people: "Password changed".
func letterName(kind string) string {
	if kind == "reset" {
		return "Password reset"
	}
	text := strings.ReplaceAll(kind, "_", " ")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// outbox shows what was written to whom, and whether it arrived at the mail server.
func (a *App) outbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return err
	}
	kinds, err := a.Mail.Kinds(ctx)
	if err != nil {
		return err
	}
	g := outboxNaming(tree).read(r)
	found, err := a.Mail.List(ctx, outboxFilter(ctx, g, tree))
	if err != nil {
		return err
	}
	p := gridPage{
		Rows: letterRows(g, found.Rows, tree), Total: found.Total, More: found.More, Next: found.Next, Prev: found.Prev,
		Filters: outboxFilters(g.Filters, kinds, viewOptions(ctx, tree)),
		Empty:   ui.EmptyState{Icon: ui.IconMail, Title: "No letters in the last 90 days", Text: "Letters to customers appear here as soon as they are written."},
	}
	page := adminPage{Title: "E-mail Outbox", Nav: outboxGrid.Path, Header: ui.Header{Lead: "Letters are written with the change they tell about, sent within seconds, and tried again for two days."}}
	return a.page(w, r, http.StatusOK, page, ui.Grid(g.args(p)))
}

func outboxNaming(tree *store.Tree) *gridSpec {
	spec := outboxGrid
	spec.Filters = append([]gridFilter{}, spec.Filters...)
	spec.Filters[2].Show = func(v string) string { return viewName(tree, idOf(v)) }
	return &spec
}

func outboxFilter(ctx context.Context, g gridState, tree *store.Tree) mail.Filter {
	f := mail.Filter{
		Keyword: g.Q, Kind: g.Filters["kind"], State: mail.State(g.Filters["state"]), OrderID: idOf(g.Filters["order"]),
		Views: reachedViews(ctx, tree), Cursor: g.Cursor, Size: g.Size,
	}
	if id := idOf(g.Filters["view"]); id != 0 && seesView(ctx, tree, id) {
		f.Views = []int64{id}
	}
	return f
}

// reachedViews are the store views of the websites that the viewer's role is
// limited to; nil for a role that reaches all.
func reachedViews(ctx context.Context, tree *store.Tree) []int64 {
	if reach(ctx) == nil {
		return nil
	}
	views := []int64{}
	for _, v := range tree.Views {
		if reaches(ctx, v.WebsiteID) {
			views = append(views, v.ID)
		}
	}
	return views
}

// seesView reports whether the viewer may see what belongs to a store view; 0 is
// none, for roles that reach all.
func seesView(ctx context.Context, tree *store.Tree, id int64) bool {
	v, ok := tree.View(id)
	return reach(ctx) == nil || ok && reaches(ctx, v.WebsiteID)
}

func viewName(tree *store.Tree, id int64) string {
	if v, ok := tree.View(id); ok {
		return v.Name
	}
	if id == 0 {
		return ""
	}
	return "#" + idText(id)
}

func viewOptions(ctx context.Context, tree *store.Tree) []ui.OptionGroup {
	groups := []ui.OptionGroup{{Options: []ui.Option{{Label: "All Store Views"}}}}
	for _, site := range tree.Websites {
		g := ui.OptionGroup{Label: site.Name}
		for _, v := range tree.Views {
			if v.WebsiteID == site.ID && reaches(ctx, site.ID) {
				g.Options = append(g.Options, ui.Option{Value: idText(v.ID), Label: v.Name})
			}
		}
		if len(g.Options) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func letterRows(g gridState, letters []mail.Entry, tree *store.Tree) []ui.Row {
	rows := make([]ui.Row, len(letters))
	for i, e := range letters {
		rows[i] = ui.Row{
			Key: idText(e.ID), Cells: g.cells(func(key string) templ.Component { return letterCell(e, key, tree) }),
			Menu: ui.RowMenu("Actions for letter "+idText(e.ID), []ui.MenuItem{{Text: "View", Href: letterPath(e.ID), Icon: ui.IconEye}}),
		}
	}
	return rows
}

func letterCell(e mail.Entry, key string, tree *store.Tree) templ.Component {
	switch key {
	case "created":
		return ui.TimeStamp(e.At, "")
	case "kind":
		return ui.Link(letterName(e.Kind), letterPath(e.ID))
	case "recipient":
		return ui.Name(e.To)
	case "subject":
		return ui.Name(e.Subject)
	case "view":
		return ui.Name(viewName(tree, e.ViewID))
	case "state":
		return letterBadge(e.State)
	case "attempts":
		return ui.Text(strconv.Itoa(e.Attempts))
	case "error":
		return ui.Name(e.LastError)
	case "sent":
		return ui.TimeStamp(e.SentAt, "")
	case "next":
		return ui.TimeStamp(e.NextTry, "")
	case "sender":
		return ui.Name(e.From)
	}
	return nil
}

func letterBadge(s mail.State) templ.Component {
	tones := map[mail.State]ui.Tone{mail.Waiting: ui.Info, mail.Failing: ui.Warning, mail.GivenUp: ui.Danger, mail.Sent: ui.Success}
	return ui.Badge(tones[s], letterStates[s])
}

func letterPath(id int64) string { return outboxGrid.Path + "/" + idText(id) }

// outboxSend sends a letter once more.
func (a *App) outboxSend(w http.ResponseWriter, r *http.Request) error {
	e, _, err := a.letterOf(r)
	if err != nil {
		return err
	}
	id, err := a.Mail.SendAgain(r.Context(), e.ID)
	if err != nil {
		return err
	}
	text := "The letter will be tried again now."
	if id != e.ID {
		text = "A copy of the letter was put into the outbox."
	}
	web.Flash(w, web.Good, text)
	return web.Redirect(w, r, letterPath(id))
}
