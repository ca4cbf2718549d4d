package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// ruleGrid is the grid of Tax Rules. A shop has few, so it is one page, in the
// order in which they apply.
var ruleGrid = gridSpec{
	Path: "/tax/rules", Caption: "Tax rules", Placeholder: "Beginning of a rule's name",
	Columns: []gridColumn{
		{Key: "name", Label: "Name", Strong: true}, {Key: "customer", Label: "Customer Tax Class"}, {Key: "product", Label: "Product Tax Class"},
		{Key: "rates", Label: "Tax Rate"}, {Key: "priority", Label: "Priority", Numeric: true},
		{Key: "subtotal", Label: "Subtotal Only"}, {Key: "sort", Label: "Sort Order", Numeric: true},
	},
}

// taxNames are what a rule's codes and ids are called.
type taxNames struct {
	rates             []tax.Rate
	product, customer []tax.Class
}

func (a *App) taxNames(r *http.Request) (n taxNames, err error) {
	if n.rates, err = a.Tax.AllRates(r.Context()); err != nil {
		return n, err
	}
	if n.product, err = a.Tax.Classes(r.Context(), tax.ProductClass); err != nil {
		return n, err
	}
	n.customer, err = a.Tax.Classes(r.Context(), tax.CustomerClass)
	return n, err
}

func className(classes []tax.Class, code string) string {
	for _, c := range classes {
		if c.Code == code {
			return c.Name
		}
	}
	return code
}

func classOptions(classes []tax.Class) []ui.Option {
	options := make([]ui.Option, len(classes))
	for i, c := range classes {
		options[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return options
}

func classNames(classes []tax.Class, codes []string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = className(classes, code)
	}
	return strings.Join(names, ", ")
}

// rateNames names the first few rates of a rule.
func (n taxNames) rateNames(ids []int64) string {
	var names []string
	for _, r := range n.rates {
		if slices.Contains(ids, r.ID) {
			if len(names) == 4 {
				return strings.Join(names, ", ") + " and " + strconv.Itoa(len(ids)-4) + " more"
			}
			names = append(names, r.Code)
		}
	}
	return strings.Join(names, ", ")
}

func (n taxNames) rateOptions() []ui.Option {
	options := make([]ui.Option, len(n.rates))
	for i, r := range n.rates {
		options[i] = ui.Option{Value: idText(r.ID), Label: r.Code, Hint: tax.Percent(r.PPM) + " %"}
	}
	return options
}

// taxRules shows the grid of Tax Rules.
func (a *App) taxRules(w http.ResponseWriter, r *http.Request) error {
	all, err := a.Tax.Rules(r.Context())
	if err != nil {
		return err
	}
	names, err := a.taxNames(r)
	if err != nil {
		return err
	}
	g := ruleGrid.read(r)
	all = slices.DeleteFunc(all, func(rule tax.Rule) bool { return !strings.HasPrefix(strings.ToLower(rule.Name), strings.ToLower(g.Q)) })
	p := gridPage{Total: len(all), Empty: ui.EmptyState{Icon: ui.IconTag, Title: "No tax rules yet", Text: "A rule says which rates are charged on what, for whom. Without one nothing is taxed."}}
	for _, rule := range all {
		p.Rows = append(p.Rows, ui.Row{
			Key: idText(rule.ID), Cells: g.cells(func(key string) templ.Component { return ruleCell(rule, names, key) }),
			Menu: ui.RowMenu("Actions for "+rule.Name, []ui.MenuItem{{Text: "Edit", Href: taxRulePath(rule.ID), Icon: ui.IconEdit}}),
		})
	}
	page := adminPage{Title: "Tax Rules", Nav: ruleGrid.Path, Header: ui.Header{Actions: taxRuleActions()}}
	return a.page(w, r, http.StatusOK, page, ui.Grid(g.args(p)))
}

func ruleCell(rule tax.Rule, names taxNames, key string) templ.Component {
	switch key {
	case "name":
		return ui.Link(rule.Name, taxRulePath(rule.ID))
	case "customer":
		return ui.Text(classNames(names.customer, rule.CustomerClasses))
	case "product":
		return ui.Text(classNames(names.product, rule.ProductClasses))
	case "rates":
		return ui.Text(names.rateNames(rule.RateIDs))
	case "priority":
		return ui.Text(ui.Count(int(rule.Priority)))
	case "subtotal":
		return ui.Text(map[bool]string{true: "Yes", false: "No"}[rule.OnSubtotal])
	case "sort":
		return ui.Text(ui.Count(int(rule.SortOrder)))
	}
	return nil
}

func taxRulePath(id int64) string { return ruleGrid.Path + "/" + idText(id) }

// taxRuleForm is the editor of a tax rule.
type taxRuleForm struct {
	Rule                tax.Rule
	Priority, SortOrder string
	Stored              string // the name as stored, "" for a new one
	Names               taxNames
	Errors              map[string]string
	Token               string
}

func (a *App) newTaxRule(w http.ResponseWriter, r *http.Request) error {
	return a.showTaxRule(w, r, http.StatusOK, taxRuleForm{Priority: "0", SortOrder: "0", Rule: tax.Rule{
		ProductClasses: []string{tax.Taxable}, CustomerClasses: []string{tax.Retail},
	}})
}

func (a *App) editTaxRule(w http.ResponseWriter, r *http.Request) error {
	rule, err := a.pathTaxRule(r)
	if err != nil {
		return err
	}
	return a.showTaxRule(w, r, http.StatusOK, taxRuleForm{
		Rule: rule, Stored: rule.Name, Priority: strconv.FormatInt(rule.Priority, 10), SortOrder: strconv.FormatInt(rule.SortOrder, 10),
	})
}

func (a *App) pathTaxRule(r *http.Request) (tax.Rule, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return tax.Rule{}, err
	}
	return a.Tax.Rule(r.Context(), id)
}

func (a *App) showTaxRule(w http.ResponseWriter, r *http.Request, status int, f taxRuleForm) error {
	var err error
	if f.Names, err = a.taxNames(r); err != nil {
		return err
	}
	f.Token = web.CSRF(r.Context())
	title, remove := "New Tax Rule", ""
	if f.Stored != "" {
		title, remove = f.Stored, taxRulePath(f.Rule.ID)+"/delete"
	}
	page := adminPage{Title: title, Nav: ruleGrid.Path, Header: ui.Header{
		Back: ruleGrid.Path, Crumbs: []ui.Crumb{{Text: "Taxes"}, {Text: "Tax Rules", Href: ruleGrid.Path}, {Text: title}},
		Actions: saveButtons("Save Rule", taxRuleFormID, remove, f.Token),
	}}
	return a.page(w, r, status, page, taxRuleEditor(f))
}

func (f taxRuleForm) action() string {
	if f.Stored == "" {
		return ruleGrid.Path
	}
	return taxRulePath(f.Rule.ID)
}

func (f taxRuleForm) rateValues() []string {
	values := make([]string, len(f.Rule.RateIDs))
	for i, id := range f.Rule.RateIDs {
		values[i] = idText(id)
	}
	return values
}

// saveTaxRule adds a rule or changes the one in the path.
func (a *App) saveTaxRule(w http.ResponseWriter, r *http.Request) error {
	posted, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	var stored tax.Rule
	if r.PathValue("id") != "" {
		if stored, err = a.pathTaxRule(r); err != nil {
			return err
		}
	}
	f := taxRuleForm{Stored: stored.Name, Priority: posted.Text("priority"), SortOrder: posted.Text("sort_order"), Rule: tax.Rule{
		ID: stored.ID, Name: posted.Text("name"), OnSubtotal: posted.Bool("on_subtotal"), RateIDs: posted.IDs("rates"),
		ProductClasses: posted.All("product_classes"), CustomerClasses: posted.All("customer_classes"),
	}}
	f.Rule.Priority, f.Rule.SortOrder = wholeOr(f.Priority, -1), wholeOr(f.SortOrder, -1)
	_, err = a.Tax.SaveRule(r.Context(), f.Rule)
	if f.Errors = fault.FieldsOf(err); f.Errors != nil {
		return a.showTaxRule(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the tax rule.")
	return web.Redirect(w, r, ruleGrid.Path)
}

// wholeOr reads a whole number; nothing typed is 0, what is none is otherwise.
func wholeOr(s string, otherwise int64) int64 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return otherwise
	}
	return n
}

func (a *App) deleteTaxRule(w http.ResponseWriter, r *http.Request) error {
	rule, err := a.pathTaxRule(r)
	if err != nil {
		return err
	}
	if err := a.Tax.DeleteRule(r.Context(), rule.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the tax rule "+rule.Name+".")
	return web.Redirect(w, r, ruleGrid.Path)
}
