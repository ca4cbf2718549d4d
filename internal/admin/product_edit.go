package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// productForm is one tab of the product editor. Each tab is a form of its own,
// saved against the version that was shown.
type productForm struct {
	P          *catalog.Product // as stored
	Part       *productPart
	ViewID     int64 // of the tab Content; 0 is the default
	Values     map[string]string
	Lists      map[string][]string // of fields with several values
	Errors     map[string]string
	Refuse     string
	Locked     bool
	Token      string
	Grant      acl.Grant
	Scopes     *store.Tree
	Categories *catalog.Tree
	Groups     []customer.Group
	TaxClasses []tax.Class
	Children   []*catalog.Product // of a configurable product, on its tab
}

// productPart is what the tabs of the editor differ in.
type productPart struct {
	key, title string
	only       func(p *catalog.Product) bool // of some products; nil of all
	// stored reads the form's values from the product.
	stored func(f *productForm)
	fields func(f *productForm) templ.Component
	// apply writes what was typed into the product; it notes errors by field.
	apply func(f *productForm, in *web.Form, p *catalog.Product)
}

func (p *productPart) of(product *catalog.Product) bool { return p.only == nil || p.only(product) }

func (f *productForm) path() string { return productPath(f.P.ID, f.Part.key) }

func (a *App) productForm(r *http.Request, key string) (*productForm, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return nil, err
	}
	if key == newPart.key {
		return nil, fault.New(fault.NotFound, "")
	}
	f, err := a.emptyProductForm(r, key)
	if err != nil {
		return nil, err
	}
	if f.P, err = a.Catalog.Product(r.Context(), id); err != nil {
		return nil, err
	}
	if !f.Part.of(f.P) {
		return nil, fault.New(fault.NotFound, "")
	}
	if key == "variants" {
		f.Children, err = a.Catalog.Children(r.Context(), f.P)
	}
	return f, err
}

func (a *App) emptyProductForm(r *http.Request, key string) (f *productForm, err error) {
	grant := mustView(r.Context()).Grant
	f = &productForm{
		P: &catalog.Product{}, Part: productPartOf(key), Values: map[string]string{}, Lists: map[string][]string{}, Errors: map[string]string{},
		Grant: grant, Locked: !grant.Allows(acl.CatalogProductsEdit), Token: web.CSRF(r.Context()),
	}
	if f.Part == nil {
		return nil, fault.New(fault.NotFound, "")
	}
	if f.Scopes, err = a.Stores.Tree(r.Context()); err != nil {
		return nil, err
	}
	if f.Categories, err = a.Catalog.Tree(r.Context()); err != nil {
		return nil, err
	}
	if f.TaxClasses, err = a.Tax.ProductClasses(r.Context()); err != nil {
		return nil, err
	}
	f.Groups, err = a.Customers.Groups(r.Context())
	if v, ok := f.Scopes.View(web.QueryInt(r, "view", 0)); ok {
		f.ViewID = v.ID
	}
	return f, err
}

// editProduct shows a tab of the editor.
func (a *App) editProduct(w http.ResponseWriter, r *http.Request) error {
	f, err := a.productForm(r, r.PathValue("tab"))
	if err != nil {
		return err
	}
	f.Part.stored(f)
	return a.showProduct(w, r, http.StatusOK, f)
}

func (a *App) showProduct(w http.ResponseWriter, r *http.Request, status int, f *productForm) error {
	page := adminPage{Title: "New Product", Nav: productGrid.Path, Header: ui.Header{Back: productGrid.Path}}
	if f.P.ID != 0 {
		page.Title = f.P.Name(0)
		page.Header.Lead = labelOf(kindChoices, string(f.P.Kind)) + ", SKU " + f.P.SKU
		if !f.P.Enabled {
			page.Header.Badge = ui.Badge(ui.Warning, "Disabled")
		}
	}
	page.Header.Crumbs = []ui.Crumb{{Text: "Catalog"}, {Text: "Products", Href: productGrid.Path}, {Text: page.Title}}
	if !f.Locked {
		page.Header.Actions = productActions(f)
	}
	return a.page(w, r, status, page, productEditor(f))
}

// saveProduct saves one tab.
func (a *App) saveProduct(w http.ResponseWriter, r *http.Request) error {
	f, err := a.productForm(r, r.PathValue("tab"))
	if err != nil {
		return err
	}
	in, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	f.ViewID = in.ID("view")
	p := copyProduct(f.P)
	p.Version = in.ID("version")
	f.Part.apply(f, in, p)
	err = in.Errors.Err()
	if err == nil {
		_, err = a.Catalog.Save(r.Context(), p)
	}
	if refused, ok := fault.As(err); ok {
		return a.refuseProduct(w, r, f, in, refused)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the product "+p.SKU+".")
	to := f.path()
	if f.ViewID != 0 {
		to += "?view=" + idText(f.ViewID)
	}
	return web.Redirect(w, r, to)
}

// refuseProduct shows the tab again with what was typed. Errors of fields that
// stand on other tabs are told above.
func (a *App) refuseProduct(w http.ResponseWriter, r *http.Request, f *productForm, in *web.Form, why *fault.Error) error {
	f.Part.stored(f)
	for name := range f.Values {
		if in.Has(name) {
			f.Values[name] = in.Raw(name)
		}
	}
	for name := range f.Lists {
		f.Lists[name] = in.All(name)
	}
	f.Errors = why.Fields
	if len(why.Fields) == 0 {
		f.Refuse = why.Message
	}
	var elsewhere []string
	for name, text := range why.Fields {
		if _, here := f.Values[name]; !here {
			elsewhere = append(elsewhere, text)
		}
	}
	f.Refuse = strings.TrimSpace(f.Refuse + " " + strings.Join(elsewhere, " "))
	return a.showProduct(w, r, statusFor(why), f)
}

// copyProduct leaves the stored product as it is while a form changes a copy.
func copyProduct(p *catalog.Product) *catalog.Product {
	c := *p
	c.Texts = map[int64]catalog.Text{}
	for view, t := range p.Texts {
		c.Texts[view] = t
	}
	c.Attributes = map[string]string{}
	for code, v := range p.Attributes {
		c.Attributes[code] = v
	}
	return &c
}

// newProduct asks for what a product cannot be without; the tabs follow.
func (a *App) newProduct(w http.ResponseWriter, r *http.Request) error {
	f, err := a.emptyProductForm(r, newPart.key)
	if err != nil {
		return err
	}
	f.Part.stored(f)
	return a.showProduct(w, r, http.StatusOK, f)
}

func (a *App) createProduct(w http.ResponseWriter, r *http.Request) error {
	f, err := a.emptyProductForm(r, newPart.key)
	if err != nil {
		return err
	}
	in, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	p := &catalog.Product{Texts: map[int64]catalog.Text{}, Stock: catalog.Stock{Manage: true, InStock: true}}
	f.Part.apply(f, in, p)
	err = in.Errors.Err()
	var id int64
	if err == nil {
		id, err = a.Catalog.Save(r.Context(), p)
	}
	if refused, ok := fault.As(err); ok {
		return a.refuseProduct(w, r, f, in, refused)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You created the product "+p.SKU+".")
	tab := ""
	if p.Kind == catalog.Configurable {
		tab = "variants" // without any it is not sold
	}
	return web.Redirect(w, r, productPath(id, tab))
}

// deleteProduct removes a product for good.
func (a *App) deleteProduct(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if err := a.Catalog.Delete(r.Context(), id); err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the product.")
	return web.Redirect(w, r, productGrid.Path)
}

// askDeleteProduct is the question before it, for browsers without scripts.
func (a *App) askDeleteProduct(w http.ResponseWriter, r *http.Request) error {
	f, err := a.productForm(r, "")
	if err != nil {
		return err
	}
	page := adminPage{Title: "Delete " + f.P.SKU, Nav: productGrid.Path, Header: ui.Header{Back: productPath(f.P.ID, "")}}
	return a.page(w, r, http.StatusOK, page, productDeletePage(f))
}

// addPicture uploads a picture.
func (a *App) addPicture(w http.ResponseWriter, r *http.Request) error {
	return a.picture(w, r, "You added the picture.", func(ctx context.Context, id int64, in *web.Form) error {
		files := in.Files("picture")
		if len(files) != 1 {
			return &fault.Error{Kind: fault.Invalid, Fields: map[string]string{"picture": "Choose a file."}}
		}
		data, err := upload(files[0])
		if err != nil {
			return err
		}
		return a.Catalog.AddPicture(ctx, id, data, in.Text("alt"))
	})
}

// changePicture describes, moves or removes one picture, by the button pressed.
func (a *App) changePicture(w http.ResponseWriter, r *http.Request) error {
	picture, err := web.PathID(r, "picture")
	if err != nil {
		return err
	}
	return a.picture(w, r, "You saved the pictures.", func(ctx context.Context, id int64, in *web.Form) error {
		switch in.Text("do") {
		case "up":
			return a.Catalog.MovePicture(ctx, id, picture, -1)
		case "down":
			return a.Catalog.MovePicture(ctx, id, picture, 1)
		case "remove":
			return a.Catalog.RemovePicture(ctx, id, picture)
		}
		return a.Catalog.DescribePicture(ctx, id, picture, in.Text("alt"))
	})
}

func (a *App) picture(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, int64, *web.Form) error) error {
	f, err := a.productForm(r, "pictures")
	if err != nil {
		return err
	}
	in, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	err = do(r.Context(), f.P.ID, in)
	if refused, ok := fault.As(err); ok && refused.Kind == fault.Invalid {
		f.Errors, f.Values["alt"] = refused.Fields, in.Text("alt")
		f.Refuse = refused.Message
		return a.showProduct(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, done)
	return web.Redirect(w, r, f.path())
}

// tabs are the links to the parts of the editor.
func (f *productForm) tabs() []ui.NavLink {
	var links []ui.NavLink
	for _, p := range productParts {
		if !p.of(f.P) {
			continue
		}
		l := ui.NavLink{Text: p.title, Href: productPath(f.P.ID, p.key), Current: p == f.Part}
		if p.key == "pictures" && len(f.P.Pictures) > 0 {
			l.Count = strconv.Itoa(len(f.P.Pictures))
		}
		if p.key == "variants" && len(f.P.Variants) > 0 {
			l.Count = strconv.Itoa(len(f.P.Variants))
		}
		links = append(links, l)
	}
	return links
}

// field is a field of the form with what was typed and what is wrong.
func (f *productForm) field(name, label string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: f.Values[name], Values: f.Lists[name], Error: f.Errors[name], Disabled: f.Locked}
}
