package admin

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// configPage is a section of the Configuration at a scope.
type configPage struct {
	Section config.Section
	Scope   config.Scope
	Place   string // the scope in words
	Groups  []configGroup
	Errors  map[string]string
	Refuse  string
	Locked  string // why nothing here can be saved
	Last    *audit.Entry
	Panel   []ui.SideGroup
	Token   string
}

type configGroup struct {
	Title  string
	Fields []configField
}

// configField is a setting as the form shows it: what was typed, or what it is.
type configField struct {
	Field     *config.Field
	Value     string
	Inherited string // what it would be without a value at this scope
	Inherit   bool
	Error     string
	Scope     config.Scope
	Locked    bool
}

// config leads to the first section one may open, or finds settings by word.
func (a *App) config(w http.ResponseWriter, r *http.Request) error {
	g := mustView(r.Context()).Grant
	sections := config.Sections(g)
	if len(sections) == 0 {
		return fault.New(fault.Denied, "Your role includes no section of the Configuration.")
	}
	sc, tree, err := a.configScope(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if q == "" {
		return web.Redirect(w, r, configPath(sections[0].ID, sc))
	}
	hits := config.Search(g, q)
	page := configFrame(sc, tree, "/config", q)
	page.Header.Lead = "Settings with “" + q + "”"
	return a.page(w, r, http.StatusOK, page, configHits(q, hits, sc, configPanel(g, "", sc)))
}

// configScope reads the scope from the address or form.
func (a *App) configScope(ctx context.Context, v url.Values) (config.Scope, *store.Tree, error) {
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return config.Scope{}, nil, err
	}
	if id := idOf(v.Get("view")); id != 0 {
		view, ok := tree.View(id)
		if !ok {
			return config.Scope{}, nil, fault.New(fault.NotFound, "This store view does not exist.")
		}
		return config.OfView(view), tree, nil
	}
	sc := config.OfWebsite(idOf(v.Get("website")))
	_, err = config.Place(tree, sc)
	return sc, tree, err
}

func scopeQuery(sc config.Scope) string {
	switch sc.Level() {
	case config.ViewScope:
		return "?view=" + idText(sc.ViewID)
	case config.Website:
		return "?website=" + idText(sc.WebsiteID)
	}
	return ""
}

func configPath(section string, sc config.Scope) string {
	return "/config/" + section + scopeQuery(sc)
}

func (a *App) configSection(w http.ResponseWriter, r *http.Request) error {
	section, err := pathSection(r)
	if err != nil {
		return err
	}
	sc, tree, err := a.configScope(r.Context(), r.URL.Query())
	if err != nil {
		return err
	}
	return a.showConfig(w, r, http.StatusOK, configPage{Section: section, Scope: sc}, tree, nil)
}

// pathSection finds the section and asks for its resource.
func pathSection(r *http.Request) (config.Section, error) {
	s, ok := config.SectionByID(r.PathValue("tab") + "/" + r.PathValue("section"))
	if !ok || len(s.Fields()) == 0 {
		return s, fault.New(fault.NotFound, "There is no such section of the Configuration.")
	}
	if !mustView(r.Context()).Grant.Allows(s.Resource) {
		return s, fault.New(fault.Denied, "Your role does not include “%s”. Ask an administrator if you need it.", acl.Label(s.Resource))
	}
	return s, nil
}

// showConfig draws the section; typed are the edits of a form that was refused.
func (a *App) showConfig(w http.ResponseWriter, r *http.Request, status int, p configPage, tree *store.Tree, typed []config.Edit) error {
	v := mustView(r.Context())
	values, err := a.Config.Values(r.Context())
	if err != nil {
		return err
	}
	if p.Place, err = config.Place(tree, p.Scope); err != nil {
		return err
	}
	if !config.Reaches(v.Grant, p.Scope) {
		p.Locked = "Your role does not reach this scope, so you can look but not change. Choose one of your websites above."
	}
	p.fill(values, typed)
	last, found, err := a.Audit.Latest(r.Context(), config.Saved, "config_section", p.Section.ID)
	if err != nil {
		return err
	}
	if found {
		p.Last = &last
	}
	p.Token, p.Panel = web.CSRF(r.Context()), configPanel(v.Grant, p.Section.ID, p.Scope)
	page := configFrame(p.Scope, tree, "/config/"+p.Section.ID, "")
	page.Header.Lead = p.Section.Tab + " > " + p.Section.Label
	page.Header.Actions = configActions(p, scopeMenu(tree, p.Scope, "/config/"+p.Section.ID))
	return a.page(w, r, status, page, configEditor(p))
}

func (p *configPage) fill(values *config.Values, typed []config.Edit) {
	edits := map[*config.Field]config.Edit{}
	for _, e := range typed {
		edits[e.Field] = e
	}
	for _, f := range p.Section.Fields() {
		if p.Scope.Level() > f.Level {
			continue
		}
		_, own := values.Own(f, p.Scope)
		cf := configField{
			Field: f, Value: values.Value(f, p.Scope), Inherited: values.Inherited(f, p.Scope), Inherit: !own,
			Error: p.Errors[f.Path], Scope: p.Scope, Locked: p.Locked != "",
		}
		if e, ok := edits[f]; ok {
			cf.Inherit = e.Inherit
			if !e.Inherit {
				cf.Value = e.Value
			}
		}
		if len(p.Groups) == 0 || p.Groups[len(p.Groups)-1].Title != f.Group {
			p.Groups = append(p.Groups, configGroup{Title: f.Group})
		}
		last := &p.Groups[len(p.Groups)-1]
		last.Fields = append(last.Fields, cf)
	}
}

func configFrame(sc config.Scope, tree *store.Tree, path, q string) adminPage {
	return adminPage{Title: "Configuration", Nav: "/config", Header: ui.Header{Actions: scopeMenu(tree, sc, path+queryOf(q))}}
}

func queryOf(q string) string {
	if q == "" {
		return ""
	}
	return "?" + url.Values{"q": {q}}.Encode()
}

// scopeMenu is the scope switcher: Default Config, each website, store and view.
func scopeMenu(tree *store.Tree, sc config.Scope, path string) templ.Component {
	place, err := config.Place(tree, sc)
	if err != nil {
		place = "Default Config"
	}
	link := func(to config.Scope, text string) ui.MenuItem {
		href := path + scopeQuery(to)
		if base, query, ok := strings.Cut(path, "?"); ok && scopeQuery(to) != "" {
			href = base + scopeQuery(to) + "&" + query
		}
		return ui.MenuItem{Text: text, Href: href, Current: to == sc}
	}
	items := []ui.MenuItem{link(config.Everywhere, "Default Config")}
	for _, site := range tree.Websites {
		items = append(items, link(config.OfWebsite(site.ID), site.Name))
		for _, st := range tree.StoresOf(site.ID) {
			for _, v := range tree.ViewsOf(st.ID) {
				items = append(items, link(config.OfView(v), site.Name+" / "+st.Name+" / "+v.Name))
			}
		}
	}
	return ui.Menu(ui.MenuArgs{Label: "Scope: " + place, Icon: ui.IconGlobe, AlignEnd: true}, items)
}

func configPanel(g acl.Grant, current string, sc config.Scope) []ui.SideGroup {
	var groups []ui.SideGroup
	for _, s := range config.Sections(g) {
		if len(groups) == 0 || groups[len(groups)-1].Text != s.Tab {
			groups = append(groups, ui.SideGroup{Text: s.Tab})
		}
		last := &groups[len(groups)-1]
		last.Links = append(last.Links, ui.NavLink{Text: s.Label, Href: configPath(s.ID, sc), Current: s.ID == current})
	}
	return groups
}

// configSave saves the section at the scope.
func (a *App) configSave(w http.ResponseWriter, r *http.Request) error {
	section, err := pathSection(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	sc, tree, err := a.configScope(r.Context(), url.Values{"view": {f.Text("view")}, "website": {f.Text("website")}})
	if err != nil {
		return err
	}
	edits := readEdits(f, section, sc)
	err = a.Config.Save(r.Context(), mustView(r.Context()).Grant, sc, section.ID, edits)
	if refused, ok := fault.As(err); ok {
		p := configPage{Section: section, Scope: sc, Errors: refused.Fields}
		if len(refused.Fields) == 0 {
			p.Refuse = refused.Message
		}
		return a.showConfig(w, r, statusFor(refused), p, tree, edits)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the configuration.")
	return web.Redirect(w, r, configPath(section.ID, sc))
}

// readEdits takes what the form says about the fields it had. Without scripts a
// ticked "Use Default" does not lock its control: a box that was ticked all
// along beside a value that was changed means the value.
func readEdits(f *web.Form, section config.Section, sc config.Scope) []config.Edit {
	var edits []config.Edit
	for _, field := range section.Fields() {
		if sc.Level() > field.Level || !f.Has("had."+field.Path) {
			continue
		}
		e := config.Edit{Field: field, Inherit: f.Bool("inherit." + field.Path), Value: f.Raw(field.Path)}
		typed := f.Has(field.Path) && clean(field, e.Value) != clean(field, f.Raw("had."+field.Path))
		if e.Inherit && f.Bool("was."+field.Path) && typed {
			e.Inherit = false
		}
		edits = append(edits, e)
	}
	return edits
}

func clean(f *config.Field, value string) string {
	v, _ := f.Clean(value)
	return v
}

// useText is what the box that takes the value from above is called here.
func (f configField) useText() string {
	switch f.Scope.Level() {
	case config.ViewScope:
		if f.Field.Level == config.ViewScope {
			return "Use Website"
		}
		return "Use Default"
	case config.Website:
		return "Use Default"
	}
	return "Use system value"
}

func (f configField) field() ui.Field {
	u := ui.Field{
		Name: f.Field.Path, Label: f.Field.Label, Value: f.Value, Hint: f.Field.Help, Error: f.Error, Note: "[" + f.Field.Level.String() + "]",
		Suffix: f.Field.Suffix, Disabled: f.Locked, Aside: configInherit(f), Autocomplete: "off", Rows: 3,
	}
	if f.Field.Kind == config.KindInt {
		u.Min, u.Max, u.Step = strconv.FormatInt(f.Field.Min, 10), strconv.FormatInt(f.Field.Max, 10), "1"
	}
	return u
}

func (f configField) options() []ui.Option {
	if f.Field.Kind == config.KindBool {
		return ui.YesNo()
	}
	out := make([]ui.Option, len(f.Field.Choices))
	for i, c := range f.Field.Choices {
		out[i] = ui.Option{Value: c.Value, Label: c.Label}
	}
	return out
}

// lastChange says what was saved last, whatever the scope.
func (p configPage) lastChange() string {
	var parts []string
	for i, c := range p.Last.Changes {
		if i == 3 {
			parts = append(parts, "and more")
			break
		}
		parts = append(parts, c.Field+": "+nameOr(c.Before, "nothing")+" → "+nameOr(c.After, "nothing"))
	}
	return strings.Join(parts, "; ")
}

func (p configPage) summary() []ui.FieldError {
	var list []ui.FieldError
	for _, g := range p.Groups {
		for _, f := range g.Fields {
			if f.Error != "" {
				list = append(list, ui.FieldError{ID: "f-" + f.Field.Path, Text: f.Field.Label + ": " + f.Error})
			}
		}
	}
	return list
}
