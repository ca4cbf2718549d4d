package admin

import (
	"context"
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// scopeKind is what the editors of websites, stores and store views differ in.
type scopeKind struct {
	title string
	// stored reads the values of the form from the tree.
	stored func(t *store.Tree, id int64) (map[string]string, bool)
	fields func(f *scopeForm) []scopeField
	// site is the website the form belongs to, 0 for a new one.
	site   func(t *store.Tree, id int64, v map[string]string) int64
	save   func(ctx context.Context, s *store.Service, f *scopeForm) error
	remove func(ctx context.Context, s *store.Service, id int64) error
}

// scopeForm is an editor with what was typed and what is wrong.
type scopeForm struct {
	Name   string // "website", "store", "view"
	Kind   *scopeKind
	ID     int64
	Tree   *store.Tree
	Roots  []ui.Option
	Values map[string]string
	Errors map[string]string
	Refuse string
	Locked string
	Token  string
	Shown  []scopeField
}

// scopeField is a field of the form: a select when it has options.
type scopeField struct {
	ui.Field
	Options []ui.Option
	YesNo   bool
}

func (a *App) scopeForm(r *http.Request, withID bool) (*scopeForm, error) {
	f := &scopeForm{Name: r.PathValue("kind"), Errors: map[string]string{}, Values: map[string]string{}, Token: web.CSRF(r.Context())}
	if f.Kind = scopeKinds[f.Name]; f.Kind == nil {
		return nil, fault.New(fault.NotFound, "")
	}
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return nil, err
	}
	f.Tree = tree
	if withID {
		if f.ID, err = web.PathID(r, "id"); err != nil {
			return nil, err
		}
		var found bool
		if f.Values, found = f.Kind.stored(tree, f.ID); !found {
			return nil, fault.New(fault.NotFound, "This %s does not exist.", f.Kind.title)
		}
	}
	if f.Name == "store" {
		f.Roots, err = a.rootCategories(r.Context())
	}
	return f, err
}

func (a *App) rootCategories(ctx context.Context) ([]ui.Option, error) {
	options := []ui.Option{{Label: "None"}}
	if a.Catalog == nil {
		return options, nil
	}
	tree, err := a.Catalog.Tree(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range tree.Children(0) {
		options = append(options, ui.Option{Value: idText(c.ID), Label: nameOr(c.Texts[0].Name, "#"+idText(c.ID))})
	}
	return options, nil
}

func (a *App) scopeNew(w http.ResponseWriter, r *http.Request) error {
	f, err := a.scopeForm(r, false)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	f.Values = map[string]string{"website": q.Get("website"), "store": q.Get("store"), "active": "1", "sort_order": "0", "locale": "en"}
	return a.showScope(w, r, http.StatusOK, f)
}

func (a *App) scopeEdit(w http.ResponseWriter, r *http.Request) error {
	f, err := a.scopeForm(r, true)
	if err != nil {
		return err
	}
	return a.showScope(w, r, http.StatusOK, f)
}

func (a *App) showScope(w http.ResponseWriter, r *http.Request, status int, f *scopeForm) error {
	g := mustView(r.Context()).Grant
	if err := f.mayEdit(g); err != nil {
		f.Locked = err.Message
	}
	f.Shown = f.Kind.fields(f)
	p := adminPage{Title: "New " + f.Kind.title, Nav: "/stores", Header: ui.Header{Back: "/stores"}}
	if f.ID != 0 {
		p.Title = f.Values["name"]
		p.Header.Lead = f.Kind.title
	}
	p.Header.Crumbs = []ui.Crumb{{Text: "Stores"}, {Text: "All Stores", Href: "/stores"}, {Text: p.Title}}
	if f.Locked == "" {
		p.Header.Actions = scopeActions(f)
	}
	return a.page(w, r, status, p, scopeEditor(f))
}

// mayEdit asks for the resource and for the reach of the role.
func (f *scopeForm) mayEdit(g acl.Grant) *fault.Error {
	if !g.Allows(acl.StoresEdit) {
		return fault.New(fault.Denied, "Your role does not include “%s”.", acl.Label(acl.StoresEdit))
	}
	if site := f.Kind.site(f.Tree, f.ID, f.Values); site == 0 && f.Name == "website" && !g.AllWebsites || site != 0 && !g.AllowsWebsite(site) {
		return fault.New(fault.Denied, "Your role does not reach this website.")
	}
	return nil
}

func (a *App) scopeSave(w http.ResponseWriter, r *http.Request) error {
	f, err := a.scopeForm(r, r.PathValue("id") != "")
	if err != nil {
		return err
	}
	if refused := f.mayEdit(mustView(r.Context()).Grant); refused != nil && f.ID != 0 {
		return refused
	}
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	for _, field := range f.Kind.fields(f) {
		f.Values[field.Name] = posted.Text(field.Name)
	}
	if refused := f.mayEdit(mustView(r.Context()).Grant); refused != nil {
		return refused
	}
	err = f.Kind.save(r.Context(), a.Stores, f)
	if refused, ok := fault.As(err); ok {
		if f.Errors = refused.Fields; len(refused.Fields) == 0 {
			f.Refuse = refused.Message
		}
		return a.showScope(w, r, statusFor(refused), f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved "+f.Values["name"]+".")
	return web.Redirect(w, r, "/stores")
}

func (a *App) scopeDeleteForm(w http.ResponseWriter, r *http.Request) error {
	f, err := a.scopeForm(r, true)
	if err != nil {
		return err
	}
	return a.showScopeDelete(w, r, http.StatusOK, f)
}

func (a *App) showScopeDelete(w http.ResponseWriter, r *http.Request, status int, f *scopeForm) error {
	p := adminPage{Title: "Delete " + f.Values["name"], Nav: "/stores", Header: ui.Header{Back: scopePath(f.Name, f.ID)}}
	return a.page(w, r, status, p, scopeDeletePage(f))
}

func (a *App) scopeDelete(w http.ResponseWriter, r *http.Request) error {
	f, err := a.scopeForm(r, true)
	if err != nil {
		return err
	}
	if refused := f.mayEdit(mustView(r.Context()).Grant); refused != nil {
		return refused
	}
	err = f.Kind.remove(r.Context(), a.Stores, f.ID)
	if refused, ok := fault.As(err); ok {
		f.Refuse = refused.Message
		return a.showScopeDelete(w, r, statusFor(refused), f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted "+f.Values["name"]+".")
	return web.Redirect(w, r, "/stores")
}

func (f *scopeForm) action() string {
	if f.ID == 0 {
		return "/stores/" + f.Name
	}
	return scopePath(f.Name, f.ID)
}

func (f *scopeForm) summary() []ui.FieldError {
	var list []ui.FieldError
	for _, field := range f.Shown {
		if field.Error != "" {
			list = append(list, ui.FieldError{ID: "f-" + field.Name, Text: field.Label + ": " + field.Error})
		}
	}
	return list
}

// field is one of the form's with what is known about it.
func (f *scopeForm) field(name, label, hint string) ui.Field {
	return ui.Field{Name: name, Label: label, Hint: hint, Value: f.Values[name], Error: f.Errors[name], Disabled: f.Locked != "", Autocomplete: "off"}
}

func required(f ui.Field) ui.Field { f.Required = true; return f }

// number is a sort order; the rules say what is wrong with others.
func (f *scopeForm) number(name string) (int64, error) {
	if f.Values[name] == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(f.Values[name], 10, 32)
	if err != nil {
		return 0, fault.Fields{name: "Enter a whole number."}.Err()
	}
	return n, nil
}
