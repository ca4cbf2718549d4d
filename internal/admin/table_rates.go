package admin

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/shipping"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const tableRatesPath = "/delivery/table-rates"

// maxRatesFile bounds an uploaded table of rates.
const maxRatesFile = 4 << 20

// tableRatesView is the page of the table rates: what there is, and a file to
// put in its place.
type tableRatesView struct {
	Token     string
	Websites  []ui.Option
	Measures  []ui.Option
	Website   string
	Measure   string
	Have      []tableRatesHave
	Wrong     []ui.FieldError
	WrongFile string
}

// tableRatesHave is one table that a website has.
type tableRatesHave struct{ Website, Measure, Rows, Export string }

func (a *App) tableRates(w http.ResponseWriter, r *http.Request) error {
	v, err := a.tableRatesOf(r)
	if err != nil {
		return err
	}
	return a.showTableRates(w, r, http.StatusOK, v)
}

func (a *App) showTableRates(w http.ResponseWriter, r *http.Request, status int, v tableRatesView) error {
	page := adminPage{Title: "Table Rates", Nav: tableRatesPath, Header: ui.Header{
		Lead: "What delivery by Table Rates costs, for each website. Switch the method on, and choose its condition, under Configuration > Sales > Delivery Methods.",
	}}
	return a.page(w, r, status, page, tableRatesBody(v))
}

// tableRatesOf lists the tables of the websites that the role reaches.
func (a *App) tableRatesOf(r *http.Request) (v tableRatesView, err error) {
	v = tableRatesView{Token: web.CSRF(r.Context()), Measure: string(shipping.ByWeight)}
	for _, m := range shipping.Measures() {
		v.Measures = append(v.Measures, ui.Option{Value: m.Value, Label: m.Label})
	}
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return v, err
	}
	for _, site := range tree.Websites {
		if !mustView(r.Context()).Grant.AllowsWebsite(site.ID) {
			continue
		}
		v.Websites = append(v.Websites, ui.Option{Value: idText(site.ID), Label: site.Name})
		counts, err := a.Shipping.Counts(r.Context(), site.ID)
		if err != nil {
			return v, err
		}
		for _, m := range shipping.Measures() {
			if n := counts[shipping.Measure(m.Value)]; n > 0 {
				v.Have = append(v.Have, tableRatesHave{site.Name, m.Label, strconv.FormatInt(n, 10),
					tableRatesPath + ".csv?website=" + idText(site.ID) + "&condition=" + m.Value})
			}
		}
	}
	return v, nil
}

// ratesTable is the website and the condition that a request names.
func (a *App) ratesTable(r *http.Request, website int64, condition string) (store.Website, shipping.Measure, error) {
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return store.Website{}, "", err
	}
	site, ok := tree.Website(website)
	if !ok || !mustView(r.Context()).Grant.AllowsWebsite(site.ID) {
		return site, "", fault.New(fault.NotFound, "This website does not exist.")
	}
	for _, m := range shipping.Measures() {
		if m.Value == condition {
			return site, shipping.Measure(condition), nil
		}
	}
	return site, "", fault.New(fault.NotFound, "There is no such condition.")
}

func (a *App) exportTableRates(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	site, measure, err := a.ratesTable(r, idOf(q.Get("website")), q.Get("condition"))
	if err != nil {
		return err
	}
	rows, err := a.Shipping.Table(r.Context(), site.ID, measure)
	if err != nil {
		return err
	}
	return web.CSV(w, r, "table-rates-"+site.Code+"-"+string(measure)+".csv", shipping.Header(measure), func(row func(...string) error) error {
		for _, t := range rows {
			if err := row(t.Cells(measure, site.Currency)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// importTableRates puts a file in the place of a table. A file with mistakes is
// refused as a whole, and each line that is wrong is named.
func (a *App) importTableRates(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	site, measure, err := a.ratesTable(r, f.ID("website"), f.Text("condition"))
	if err != nil {
		return err
	}
	v, err := a.tableRatesOf(r)
	if err != nil {
		return err
	}
	v.Website, v.Measure = idText(site.ID), string(measure)
	files := f.Files("file")
	if len(files) != 1 {
		v.WrongFile = "Choose a CSV file."
		return a.showTableRates(w, r, http.StatusUnprocessableEntity, v)
	}
	file, err := files[0].Open()
	if err != nil {
		return err
	}
	defer file.Close()
	n, err := a.Shipping.Import(r.Context(), site.ID, site.Name, site.Currency, measure, file)
	if v.refused(err) {
		return a.showTableRates(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, ui.Count(n)+" table rates of "+site.Name+" were imported.")
	return web.Redirect(w, r, tableRatesPath)
}

// refused takes over what is wrong with a file.
func (v *tableRatesView) refused(err error) bool {
	var wrong *shipping.FileError
	if errors.As(err, &wrong) {
		v.WrongFile = "Nothing was imported. Please put the file right and choose it again."
		for _, l := range wrong.Lines {
			v.Wrong = append(v.Wrong, ui.FieldError{Text: "Line " + strconv.Itoa(l.Line) + ": " + l.Problem})
		}
		if wrong.More > 0 {
			v.Wrong = append(v.Wrong, ui.FieldError{Text: "… and " + strconv.Itoa(wrong.More) + " more."})
		}
		return true
	}
	if e, ok := fault.As(err); ok && e.Kind == fault.Invalid {
		v.WrongFile = e.Message
		return true
	}
	return false
}
