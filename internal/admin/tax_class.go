package admin

import (
	"net/http"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const classesPath = "/tax/classes"

var classKinds = []ui.Option{{Value: string(tax.ProductClass), Label: "Product Tax Class"}, {Value: string(tax.CustomerClass), Label: "Customer Tax Class"}}

// classForm is the editor of a tax class.
type classForm struct {
	Class  tax.Class // as stored; without an id a new one
	Kind   string
	Name   string
	Errors map[string]string
	Token  string
}

// taxClasses lists the classes of products and of customers.
func (a *App) taxClasses(w http.ResponseWriter, r *http.Request) error {
	product, err := a.Tax.Classes(r.Context(), tax.ProductClass)
	if err != nil {
		return err
	}
	customers, err := a.Tax.Classes(r.Context(), tax.CustomerClass)
	if err != nil {
		return err
	}
	page := adminPage{Title: "Tax Classes", Nav: ruleGrid.Path, Header: ui.Header{
		Back: ruleGrid.Path, Crumbs: []ui.Crumb{{Text: "Taxes"}, {Text: "Tax Rules", Href: ruleGrid.Path}, {Text: "Tax Classes"}},
		Actions: ui.Button(ui.Btn{Text: "Add New Tax Class", Href: classesPath + "/new", Icon: ui.IconPlus, Variant: ui.Primary}),
	}}
	return a.page(w, r, http.StatusOK, page, classLists(product, customers))
}

func classRows(classes []tax.Class) []ui.Row {
	rows := make([]ui.Row, len(classes))
	for i, c := range classes {
		rows[i] = ui.Row{Key: idText(c.ID), Cells: []templ.Component{ui.Link(c.Name, classPath(c.ID)), ui.Text(c.Code)}}
	}
	return rows
}

func classPath(id int64) string { return classesPath + "/" + idText(id) }

func (a *App) newTaxClass(w http.ResponseWriter, r *http.Request) error {
	return a.showTaxClass(w, r, http.StatusOK, classForm{Kind: string(tax.ProductClass)})
}

func (a *App) editTaxClass(w http.ResponseWriter, r *http.Request) error {
	c, err := a.pathTaxClass(r)
	if err != nil {
		return err
	}
	return a.showTaxClass(w, r, http.StatusOK, classForm{Class: c, Kind: string(c.Kind), Name: c.Name})
}

func (a *App) pathTaxClass(r *http.Request) (tax.Class, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return tax.Class{}, err
	}
	return a.Tax.Class(r.Context(), id)
}

func (a *App) showTaxClass(w http.ResponseWriter, r *http.Request, status int, f classForm) error {
	f.Token = web.CSRF(r.Context())
	title, remove := "New Tax Class", ""
	if f.Class.ID != 0 {
		title = f.Class.Name
		if !f.Class.Fixed() {
			remove = classPath(f.Class.ID) + "/delete"
		}
	}
	page := adminPage{Title: title, Nav: ruleGrid.Path, Header: ui.Header{
		Back: classesPath, Crumbs: []ui.Crumb{{Text: "Taxes"}, {Text: "Tax Classes", Href: classesPath}, {Text: title}},
		Actions: saveButtons("Save Tax Class", classFormID, remove, f.Token),
	}}
	return a.page(w, r, status, page, classEditor(f))
}

func (f classForm) action() string {
	if f.Class.ID == 0 {
		return classesPath
	}
	return classPath(f.Class.ID)
}

// saveTaxClass adds a class or renames the one in the path.
func (a *App) saveTaxClass(w http.ResponseWriter, r *http.Request) error {
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	f := classForm{Kind: posted.Text("kind"), Name: posted.Text("name")}
	if r.PathValue("id") != "" {
		if f.Class, err = a.pathTaxClass(r); err != nil {
			return err
		}
		f.Kind = string(f.Class.Kind)
	}
	_, err = a.Tax.SaveClass(r.Context(), f.Class.ID, tax.Kind(f.Kind), f.Name)
	if f.Errors = fault.FieldsOf(err); f.Errors != nil {
		return a.showTaxClass(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the tax class.")
	return web.Redirect(w, r, classesPath)
}

func (a *App) deleteTaxClass(w http.ResponseWriter, r *http.Request) error {
	c, err := a.pathTaxClass(r)
	if err != nil {
		return err
	}
	if err := a.Tax.DeleteClass(r.Context(), c.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the tax class "+c.Name+".")
	return web.Redirect(w, r, classesPath)
}
