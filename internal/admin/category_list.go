package admin

import (
	"net/http"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const categoriesPath = "/catalog/categories"

func categoryPath(id int64, more string) string { return categoriesPath + "/" + idText(id) + more }

// categoryTree is the list of all categories.
type categoryTree struct {
	Rows   []categoryRow
	Locked bool
	Token  string
}

// categoryRow is one category in its place.
type categoryRow struct {
	C           *catalog.Category
	Depth       int64
	Products    int64
	First, Last bool // among its siblings
	Root        bool
}

// categories shows the tree.
func (a *App) categories(w http.ResponseWriter, r *http.Request) error {
	tree, err := a.Catalog.Tree(r.Context())
	if err != nil {
		return err
	}
	counts, err := a.Catalog.ProductCounts(r.Context())
	if err != nil {
		return err
	}
	v := categoryTree{Locked: !mustView(r.Context()).Grant.Allows(acl.CatalogCategoriesEdit), Token: web.CSRF(r.Context())}
	v.add(tree, 0, counts)
	page := adminPage{Title: "Categories", Nav: categoriesPath}
	if !v.Locked {
		page.Header.Actions = ui.Button(ui.Btn{Text: "Add Category", Href: categoriesPath + "/new", Icon: ui.IconPlus, Variant: ui.Primary})
	}
	return a.page(w, r, http.StatusOK, page, categoryTable(v))
}

func (v *categoryTree) add(tree *catalog.Tree, below int64, counts map[int64]int64) {
	siblings := tree.Children(below)
	for i, c := range siblings {
		v.Rows = append(v.Rows, categoryRow{C: c, Depth: c.Level, Products: counts[c.ID], First: i == 0, Last: i == len(siblings)-1, Root: below == 0})
		v.add(tree, c.ID, counts)
	}
}

// moveCategory moves one place up or down, or below another category.
func (a *App) moveCategory(w http.ResponseWriter, r *http.Request) error {
	id, in, err := web.PathForm(r, "id")
	if err != nil {
		return err
	}
	tree, err := a.Catalog.Tree(r.Context())
	if err != nil {
		return err
	}
	c := tree.Get(id)
	if c == nil {
		return fault.New(fault.NotFound, "This category does not exist.")
	}
	below, place := in.ID("below"), len(tree.Children(in.ID("below")))
	if by := map[string]int{"up": -1, "down": 1}[in.Text("do")]; by != 0 {
		below, place = c.ParentID, placeAmong(tree, c)+by
	}
	err = a.Catalog.MoveCategory(r.Context(), id, below, place)
	if refused, ok := fault.As(err); ok && refused.Kind == fault.Invalid {
		web.Flash(w, web.Bad, refused.Message)
		return web.Redirect(w, r, categoryPath(id, ""))
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You moved the category.")
	return web.Redirect(w, r, categoriesPath)
}

func placeAmong(tree *catalog.Tree, c *catalog.Category) int {
	for i, sibling := range tree.Children(c.ParentID) {
		if sibling.ID == c.ID {
			return i
		}
	}
	return 0
}

// categoryForm is the editor of a category in one store view.
type categoryForm struct {
	C      *catalog.Category // as stored
	Tree   *catalog.Tree
	Scopes *store.Tree
	ViewID int64
	Values map[string]string
	Errors map[string]string
	Refuse string
	Locked bool
	Token  string
}

var categoryTexts = []string{"name", "url_key", "description"}

func (f *categoryForm) name(text string) string { return onSite(text, f.ViewID) }

func (a *App) categoryForm(r *http.Request) (f *categoryForm, err error) {
	f = &categoryForm{
		C: &catalog.Category{Active: true, InMenu: true, Texts: map[int64]catalog.CategoryText{}}, Values: map[string]string{}, Errors: map[string]string{},
		Locked: !mustView(r.Context()).Grant.Allows(acl.CatalogCategoriesEdit), Token: web.CSRF(r.Context()),
	}
	if f.Tree, err = a.Catalog.Tree(r.Context()); err != nil {
		return nil, err
	}
	if f.Scopes, err = a.Stores.Tree(r.Context()); err != nil {
		return nil, err
	}
	if r.PathValue("id") != "" {
		id, err := web.PathID(r, "id")
		if err != nil {
			return nil, err
		}
		if f.C = f.Tree.Get(id); f.C == nil {
			return nil, fault.New(fault.NotFound, "This category does not exist.")
		}
	}
	if v, ok := f.Scopes.View(web.QueryInt(r, "view", 0)); ok && f.C.ID != 0 {
		f.ViewID = v.ID
	}
	return f, nil
}

func (f *categoryForm) stored() {
	t := f.C.Texts[f.ViewID]
	for i, text := range []string{t.Name, t.URLKey, t.Description} {
		f.Values[f.name(categoryTexts[i])] = text
		f.Values["default_"+categoryTexts[i]] = yesNo(text == "")
	}
	f.Values["active"], f.Values["in_menu"], f.Values["below"] = yesNo(f.C.Active), yesNo(f.C.InMenu), idText(f.C.ParentID)
}

func (a *App) editCategory(w http.ResponseWriter, r *http.Request) error {
	f, err := a.categoryForm(r)
	if err != nil {
		return err
	}
	f.stored()
	if f.C.ID == 0 {
		f.Values["below"] = r.URL.Query().Get("below")
	}
	return a.showCategory(w, r, http.StatusOK, f)
}

func (a *App) showCategory(w http.ResponseWriter, r *http.Request, status int, f *categoryForm) error {
	page := adminPage{Title: "New Category", Nav: categoriesPath, Header: ui.Header{Back: categoriesPath}}
	if f.C.ID != 0 {
		page.Title = f.C.Name(0)
	}
	page.Header.Crumbs = []ui.Crumb{{Text: "Catalog"}, {Text: "Categories", Href: categoriesPath}, {Text: page.Title}}
	if !f.Locked {
		page.Header.Actions = categoryActions(f)
	}
	return a.page(w, r, status, page, categoryEditor(f))
}

// saveCategory creates a category or saves one in a store view.
func (a *App) saveCategory(w http.ResponseWriter, r *http.Request) error {
	f, err := a.categoryForm(r)
	if err != nil {
		return err
	}
	in, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	if _, ok := f.Scopes.View(in.ID("view")); ok && f.C.ID != 0 {
		f.ViewID = in.ID("view")
	}
	c := f.typed(in)
	id, err := a.Catalog.SaveCategory(r.Context(), c)
	if refused, ok := fault.As(err); ok {
		f.stored()
		for name := range f.Values {
			if in.Has(name) {
				f.Values[name] = in.Raw(name)
			}
		}
		f.Errors = refused.Fields
		if len(refused.Fields) == 0 {
			f.Refuse = refused.Message
		}
		return a.showCategory(w, r, statusFor(refused), f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the category.")
	to := categoryPath(id, "")
	if f.ViewID != 0 {
		to += "?view=" + idText(f.ViewID)
	}
	return web.Redirect(w, r, to)
}

// typed is the stored category, which is shared, with the form's values in a copy.
func (f *categoryForm) typed(in *web.Form) *catalog.Category {
	c := *f.C
	c.Texts = map[int64]catalog.CategoryText{}
	for view, t := range f.C.Texts {
		c.Texts[view] = t
	}
	texts := make([]string, len(categoryTexts))
	for i, name := range categoryTexts {
		if f.ViewID == 0 || !in.Bool("default_"+name) {
			texts[i] = in.Text(f.name(name))
		}
	}
	c.Texts[f.ViewID] = catalog.CategoryText{Name: texts[0], URLKey: texts[1], Description: texts[2]}
	if f.ViewID == 0 {
		c.Active, c.InMenu = in.Bool("active"), in.Bool("in_menu")
	}
	if c.ID == 0 {
		c.ParentID = in.ID("below")
	}
	return &c
}

// deleteCategory removes a category and all below it.
func (a *App) deleteCategory(w http.ResponseWriter, r *http.Request) error {
	f, err := a.categoryForm(r)
	if err != nil {
		return err
	}
	err = a.Catalog.DeleteCategory(r.Context(), f.C.ID)
	if refused, ok := fault.As(err); ok && refused.Kind == fault.Invalid {
		f.stored()
		f.Refuse = refused.Message
		return a.showCategory(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the category.")
	return web.Redirect(w, r, categoriesPath)
}

// askDeleteCategory is the question before it, for browsers without scripts.
func (a *App) askDeleteCategory(w http.ResponseWriter, r *http.Request) error {
	f, err := a.categoryForm(r)
	if err != nil {
		return err
	}
	page := adminPage{Title: "Delete " + f.C.Name(0), Nav: categoriesPath, Header: ui.Header{Back: categoryPath(f.C.ID, "")}}
	return a.page(w, r, http.StatusOK, page, categoryDeletePage(f))
}

func (f *categoryForm) field(name, label string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: f.Values[name], Error: f.Errors[name], Disabled: f.Locked}
}

// text is a text of the view with its Use Default beside it.
func (f *categoryForm) text(name, label string) ui.Field {
	field := f.field(f.name(name), label)
	if f.ViewID == 0 {
		return field
	}
	d := f.C.Texts[0]
	field.Note = "store view"
	field.Placeholder = map[string]string{"name": d.Name, "url_key": d.URLKey, "description": d.Description}[name]
	use := f.field("default_"+name, "Use Default")
	use.Value = ""
	field.Aside = ui.Checkbox(use, f.Values["default_"+name] == "1")
	return field
}

func (f *categoryForm) views() []ui.NavLink {
	path := categoryPath(f.C.ID, "")
	links := []ui.NavLink{{Text: "All Store Views", Href: path, Current: f.ViewID == 0}}
	for _, w := range f.Scopes.Websites {
		for _, v := range f.Scopes.ActiveViews(w.ID) {
			links = append(links, ui.NavLink{Text: w.Name + ": " + v.Name, Href: path + "?view=" + idText(v.ID), Current: v.ID == f.ViewID})
		}
	}
	return links
}

func (f *categoryForm) action() string {
	if f.C.ID == 0 {
		return categoriesPath
	}
	return categoryPath(f.C.ID, "")
}

// parents are the categories that this one may be put below.
func (f *categoryForm) parents() []ui.Option {
	return append([]ui.Option{{Label: "None: a root category"}}, categoryOptions(f.Tree, f.C.ID)...)
}
