package admin

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// rateGrid is the grid of Tax Zones and Rates.
var rateGrid = gridSpec{
	Path: "/tax/rates", Caption: "Tax rates", Placeholder: "Beginning of a Tax Identifier", Sort: "code", Export: "/tax/rates.csv",
	Columns: []gridColumn{
		{Key: "code", Label: "Tax Identifier", Strong: true}, {Key: "country", Label: "Country"}, {Key: "region", Label: "State/Region"},
		{Key: "postcode", Label: "Zip/Post Code"}, {Key: "rate", Label: "Rate", Numeric: true},
	},
	Filters: []gridFilter{{Name: "country", Label: "Country", Show: func(code string) string { return customer.CountryName(code, "en") }}},
}

// rateForm is the editor of a tax rate: what was typed, what is wrong.
type rateForm struct {
	Rate    tax.Rate
	Percent string
	Stored  string // the code as stored, "" for a new one
	Views   []store.View
	Errors  map[string]string
	Token   string
}

// taxRates shows the grid of Tax Zones and Rates.
func (a *App) taxRates(w http.ResponseWriter, r *http.Request) error {
	g := rateGrid.read(r)
	f := tax.RateFilter{Code: g.Q, Country: g.Filters["country"], Size: g.Size}
	if code, back := strings.CutPrefix(g.Cursor, "<"); back {
		f.Before = code
	} else {
		f.After = g.Cursor
	}
	found, err := a.Tax.RateGrid(r.Context(), f)
	if err != nil {
		return err
	}
	grant := mustView(r.Context()).Grant
	p := gridPage{
		Total: found.Total, More: found.More, Next: found.Next, Export: grant.Allows(acl.TaxImport),
		Filters: ui.Select(ui.Field{Name: "country", Label: "Country", Value: g.Filters["country"]}, append([]ui.Option{{Label: "All"}}, countryOptions()...)),
		Empty:   ui.EmptyState{Icon: ui.IconGlobe, Title: "No tax rates yet", Text: "Add one, or import a file of them. A tax rule then says what they are charged for."},
	}
	if found.Prev != "" {
		p.Prev = "<" + found.Prev
	}
	for _, rate := range found.Rates {
		p.Rows = append(p.Rows, ui.Row{
			Key: idText(rate.ID), Cells: g.cells(func(key string) templ.Component { return rateCell(rate, key) }),
			Menu: ui.RowMenu("Actions for "+rate.Code, []ui.MenuItem{{Text: "Edit", Href: ratePath(rate.ID), Icon: ui.IconEdit}}),
		})
	}
	page := adminPage{Title: "Tax Zones and Rates", Nav: rateGrid.Path, Header: ui.Header{Actions: rateActions(grant.Allows(acl.TaxImport))}}
	return a.page(w, r, http.StatusOK, page, ui.Grid(g.args(p)))
}

func rateCell(rate tax.Rate, key string) templ.Component {
	switch key {
	case "code":
		return ui.Link(rate.Code, ratePath(rate.ID))
	case "country":
		return ui.Text(customer.CountryName(rate.Country, "en"))
	case "region":
		return ui.Name(rate.Region)
	case "postcode":
		return ui.Name(rate.Postcode)
	case "rate":
		return ui.Text(tax.Percent(rate.PPM) + " %")
	}
	return nil
}

func ratePath(id int64) string { return rateGrid.Path + "/" + idText(id) }

func (a *App) newTaxRate(w http.ResponseWriter, r *http.Request) error {
	return a.showTaxRate(w, r, http.StatusOK, rateForm{Rate: tax.Rate{Region: tax.Any, Postcode: tax.Any}})
}

func (a *App) editTaxRate(w http.ResponseWriter, r *http.Request) error {
	rate, err := a.pathTaxRate(r)
	if err != nil {
		return err
	}
	return a.showTaxRate(w, r, http.StatusOK, rateForm{Rate: rate, Percent: tax.Percent(rate.PPM), Stored: rate.Code})
}

func (a *App) pathTaxRate(r *http.Request) (tax.Rate, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return tax.Rate{}, err
	}
	return a.Tax.Rate(r.Context(), id)
}

func (a *App) showTaxRate(w http.ResponseWriter, r *http.Request, status int, f rateForm) error {
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	f.Views, f.Token = tree.Views, web.CSRF(r.Context())
	title := "New Tax Rate"
	if f.Stored != "" {
		title = f.Stored
	}
	page := adminPage{Title: title, Nav: rateGrid.Path, Header: ui.Header{
		Back: rateGrid.Path, Crumbs: []ui.Crumb{{Text: "Taxes"}, {Text: "Tax Zones and Rates", Href: rateGrid.Path}, {Text: title}},
		Actions: saveButtons("Save Rate", rateFormID, f.deletePath(), f.Token),
	}}
	return a.page(w, r, status, page, rateEditor(f))
}

func (f rateForm) deletePath() string {
	if f.Stored == "" {
		return ""
	}
	return ratePath(f.Rate.ID) + "/delete"
}

func (f rateForm) action() string {
	if f.Stored == "" {
		return rateGrid.Path
	}
	return ratePath(f.Rate.ID)
}

// saveTaxRate adds a rate or changes the one in the path.
func (a *App) saveTaxRate(w http.ResponseWriter, r *http.Request) error {
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	var stored tax.Rate
	if r.PathValue("id") != "" {
		if stored, err = a.pathTaxRate(r); err != nil {
			return err
		}
	}
	f := readTaxRate(posted, tree, stored)
	ppm, ok := tax.ParsePercent(f.Percent)
	if !ok {
		ppm = -1 // the rules say so, beside the field
	}
	f.Rate.PPM = ppm
	_, err = a.Tax.SaveRate(r.Context(), f.Rate)
	if f.Errors = fault.FieldsOf(err); f.Errors != nil {
		return a.showTaxRate(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the tax rate.")
	return web.Redirect(w, r, rateGrid.Path)
}

func readTaxRate(posted *web.Form, tree *store.Tree, stored tax.Rate) rateForm {
	f := rateForm{Stored: stored.Code, Percent: posted.Text("percent"), Rate: tax.Rate{
		ID: stored.ID, Code: posted.Text("code"), Country: posted.Text("country"),
		Region: posted.Text("region"), Postcode: posted.Text("postcode"), Titles: map[int64]string{},
	}}
	for _, v := range tree.Views {
		f.Rate.Titles[v.ID] = posted.Text("title_" + idText(v.ID))
	}
	return f
}

func (a *App) deleteTaxRate(w http.ResponseWriter, r *http.Request) error {
	rate, err := a.pathTaxRate(r)
	if err != nil {
		return err
	}
	if err := a.Tax.DeleteRate(r.Context(), rate.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the tax rate "+rate.Code+".")
	return web.Redirect(w, r, rateGrid.Path)
}

// exportTaxRates downloads all rates in the columns that the import reads.
func (a *App) exportTaxRates(w http.ResponseWriter, r *http.Request) error {
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	rates, err := a.Tax.AllRates(r.Context())
	if err != nil {
		return err
	}
	return web.CSV(w, r, "tax_rates.csv", tax.CSVHeader(tree), func(row func(...string) error) error {
		for _, rate := range rates {
			if err := row(tax.CSVRow(rate, tree)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// rateImport is the page of a file of tax rates: what it would change, or what
// is wrong with it.
type rateImport struct {
	Report *tax.Import
	Error  string
	Token  string
}

func (a *App) askImportTaxRates(w http.ResponseWriter, r *http.Request) error {
	return a.showRateImport(w, r, http.StatusOK, rateImport{})
}

func (a *App) showRateImport(w http.ResponseWriter, r *http.Request, status int, f rateImport) error {
	f.Token = web.CSRF(r.Context())
	page := adminPage{Title: "Import Tax Rates", Nav: rateGrid.Path, Header: ui.Header{
		Back: rateGrid.Path, Crumbs: []ui.Crumb{{Text: "Taxes"}, {Text: "Tax Zones and Rates", Href: rateGrid.Path}, {Text: "Import"}},
	}}
	return a.page(w, r, status, page, rateImporter(f))
}

// importTaxRates tries a file or imports it, as the button says.
func (a *App) importTaxRates(w http.ResponseWriter, r *http.Request) error {
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	files := posted.Files("file")
	if len(files) == 0 {
		return a.showRateImport(w, r, http.StatusUnprocessableEntity, rateImport{Error: "Choose a file."})
	}
	file, err := files[0].Open()
	if err != nil {
		return err
	}
	defer file.Close()
	dry := posted.Text("do") != "import"
	report, err := a.Tax.ImportRates(r.Context(), file, dry)
	if refused, ok := fault.As(err); ok {
		return a.showRateImport(w, r, statusFor(refused), rateImport{Error: refused.Message})
	}
	if err != nil {
		return err
	}
	if len(report.Errors) > 0 {
		return a.showRateImport(w, r, http.StatusUnprocessableEntity, rateImport{Report: &report})
	}
	if dry {
		return a.showRateImport(w, r, http.StatusOK, rateImport{Report: &report})
	}
	web.Flash(w, web.Good, "You imported the tax rates: "+report.String()+".")
	return web.Redirect(w, r, rateGrid.Path)
}
