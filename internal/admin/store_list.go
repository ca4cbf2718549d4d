package admin

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web/ui"
)

// stores shows All Stores: websites, their stores, their views.
func (a *App) stores(w http.ResponseWriter, r *http.Request) error {
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	g := mustView(r.Context()).Grant
	page := adminPage{Title: "All Stores", Nav: "/stores"}
	if g.Allows(acl.StoresEdit) {
		page.Header.Actions = storeActions(g.AllWebsites)
	}
	return a.page(w, r, http.StatusOK, page, storeTree(tree))
}

func viewRows(tree *store.Tree, st store.Store) []ui.Row {
	var rows []ui.Row
	for _, v := range tree.ViewsOf(st.ID) {
		rows = append(rows, ui.Row{Muted: !v.Active, Cells: []templ.Component{
			ui.Link(v.Name, scopePath("view", v.ID)), ui.Text(v.Code), ui.Text(v.Locale), ui.Link(v.BaseURL.String(), v.BaseURL.String()), viewStatus(v, st),
		}})
	}
	return rows
}

func viewStatus(v store.View, st store.Store) templ.Component {
	switch {
	case v.ID == st.DefaultViewID:
		return ui.Badge(ui.Success, "Default")
	case v.Active:
		return ui.Badge(ui.Success, "Active")
	}
	return ui.Badge(ui.Warning, "Inactive")
}

func scopePath(kind string, id int64) string { return "/stores/" + kind + "/" + idText(id) }

func newScopePath(kind, parent string, id int64) string {
	return "/stores/" + kind + "/new?" + parent + "=" + idText(id)
}
