package admin

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// customerGrid is the grid of All Customers. Its columns are Magento's, with
// the consent to assistance among them.
var customerGrid = gridSpec{
	Path: "/customers", Caption: "Customers", Placeholder: "Name, e-mail, phone or ID",
	Sort: "-since", Export: "/customers.csv",
	Columns: []gridColumn{
		{Key: "id", Label: "ID", Sortable: true, Narrow: true},
		{Key: "name", Label: "Name", Sortable: true, Strong: true},
		{Key: "email", Label: "E-mail", Sortable: true},
		{Key: "group", Label: "Group", Sortable: true},
		{Key: "phone", Label: "Phone", Sortable: true},
		{Key: "postcode", Label: "Postcode", Sortable: true, Extra: true},
		{Key: "city", Label: "City", Extra: true},
		{Key: "region", Label: "State or province", Sortable: true, Extra: true},
		{Key: "country", Label: "Country", Sortable: true, Extra: true},
		{Key: "since", Label: "Customer since", Sortable: true},
		{Key: "website", Label: "Website", Sortable: true},
		{Key: "assistance", Label: "Assistance", Sortable: true},
		{Key: "confirmed", Label: "Confirmed e-mail", Extra: true},
		{Key: "view", Label: "Account created in", Extra: true},
		{Key: "tax_vat", Label: "Tax/VAT number", Extra: true},
		{Key: "last_login", Label: "Last login", Extra: true},
		{Key: "active", Label: "Account active", Extra: true},
	},
	Filters: []gridFilter{
		{Name: "name", Label: "Name"}, {Name: "email", Label: "E-mail"}, {Name: "phone", Label: "Phone"},
		{Name: "group", Label: "Group"}, {Name: "website", Label: "Website"}, {Name: "assistance", Label: "Assistance"},
		{Name: "active", Label: "Active"}, {Name: "confirmed", Label: "Confirmed"},
		{Name: "country", Label: "Country"}, {Name: "region", Label: "State or province"}, {Name: "postcode", Label: "Postcode"},
		{Name: "view", Label: "Created in"}, {Name: "since", Label: "Since"}, {Name: "until", Label: "Until"},
	},
}

// customerNames is what turns the ids in a customer's row into words.
type customerNames struct {
	tree   *store.Tree
	groups []customer.Group
}

func (a *App) customerNames(ctx context.Context) (n customerNames, err error) {
	if n.tree, err = a.Stores.Tree(ctx); err != nil {
		return n, err
	}
	n.groups, err = a.Customers.Groups(ctx)
	return n, err
}

func (n customerNames) group(id int64) string {
	for _, g := range n.groups {
		if g.ID == id {
			return g.Name
		}
	}
	return ""
}

func (n customerNames) website(id int64) string {
	w, _ := n.tree.Website(id)
	return w.Name
}

// view names a store view with its website, because views of two websites often
// have the same name.
func (n customerNames) view(id int64) string {
	v, ok := n.tree.View(id)
	if !ok {
		return ""
	}
	return n.website(v.WebsiteID) + " · " + v.Name
}

// customers shows the grid of All Customers.
func (a *App) customers(w http.ResponseWriter, r *http.Request) error {
	v, _ := viewer(r.Context())
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	g := namedFilters(customerGrid, names).read(r)
	q := customerQuery(g, v.Grant)
	q.Cursor, q.Size = g.Cursor, g.Size
	found, err := a.Customers.List(r.Context(), q)
	if err != nil {
		return err
	}
	assist, err := a.assistShown(r.Context())
	if err != nil {
		return err
	}
	rows := make([]ui.Row, len(found.Rows))
	for i, c := range found.Rows {
		rows[i] = ui.Row{
			Key: strconv.FormatInt(c.ID, 10), Muted: !c.Active, Menu: customerMenu(c, assist, g.here(r)),
			Cells: g.cells(func(key string) templ.Component { return names.cell(c, key, a.Now()) }),
		}
	}
	grid := g.args(gridPage{
		Rows: rows, Total: found.Total, More: found.More, Next: found.Next, Prev: found.Prev,
		Filters: customerFilterFields(names.filters(g, v.Grant)), Export: v.Grant.Allows(acl.CustomersExport),
		Empty:       ui.EmptyState{Icon: ui.IconUsers, Title: "No customers yet", Text: "They appear here when they register, when you add one, or after an import."},
		EmptyAction: addCustomer(v.Grant),
	})
	page := adminPage{Title: "Customers", Nav: "/customers", Header: ui.Header{Actions: addCustomer(v.Grant)}}
	return a.page(w, r, http.StatusOK, page, ui.Grid(grid))
}

func addCustomer(g acl.Grant) templ.Component {
	if !g.Allows(acl.CustomersEdit) {
		return nil
	}
	return ui.Button(ui.Btn{Text: "Add New Customer", Href: "/customers/new", Icon: ui.IconPlus, Variant: ui.Primary})
}

// customerMenu is the menu of a row. Login as Customer is there when the feature
// is on and the role has it; its page says what stands against it.
func customerMenu(c customer.Customer, assist bool, back string) templ.Component {
	items := []ui.MenuItem{{Text: "Edit", Href: customerPath(c.ID, ""), Icon: ui.IconEdit}}
	if assist {
		items = append(items, ui.MenuItem{Text: "Login as Customer", Href: assistPath(c.ID, back), Icon: ui.IconAssist})
	}
	return ui.RowMenu("Actions for "+c.Name(), items)
}

// here is the address of the list as it is seen, page included.
func (g gridState) here(r *http.Request) string { return r.URL.RequestURI() }

// namedFilters makes the chips say names instead of ids.
func namedFilters(spec gridSpec, n customerNames) *gridSpec {
	show := map[string]func(string) string{
		"group":   func(v string) string { return orElse(n.group(parseID(v)), v) },
		"website": func(v string) string { return orElse(n.website(parseID(v)), v) },
		"view":    func(v string) string { return orElse(n.view(parseID(v)), v) },
		"country": func(v string) string { return customer.CountryName(v, "en") },
		"assistance": func(v string) string {
			for _, o := range assistanceFilter {
				if o.Value == v {
					return o.Label
				}
			}
			return v
		},
	}
	filters := make([]gridFilter, len(spec.Filters))
	for i, f := range spec.Filters {
		if f.Show == nil {
			f.Show = show[f.Name]
		}
		filters[i] = f
	}
	spec.Filters = filters
	return &spec
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func parseID(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// customerQuery is the grid's address as a question to the customers, within
// the websites that the role reaches.
func customerQuery(g gridState, grant acl.Grant) customer.Query {
	f := g.Filters
	q := customer.Query{
		Keyword: g.Q, Name: f["name"], Email: f["email"], Phone: f["phone"], Postcode: f["postcode"],
		Region: f["region"], Country: f["country"], GroupID: parseID(f["group"]), WebsiteID: parseID(f["website"]),
		StoreViewID: parseID(f["view"]), Assistance: f["assistance"], Active: yesOrNo(f["active"]), Confirmed: yesOrNo(f["confirmed"]),
		Since: dateOf(f["since"]), Until: dayAfter(f["until"]), Websites: scope(grant), Sort: g.Sort, Desc: g.Desc,
	}
	if g.Q != "" && g.sortParam() == g.spec.Sort {
		q.Sort, q.Desc = "", false // the best match first
	}
	return q
}

// scope is the websites that a role reaches, nil for all.
func scope(g acl.Grant) []int64 {
	if g.AllWebsites {
		return nil
	}
	return append([]int64{}, g.Websites...)
}

func yesOrNo(s string) *bool {
	yes := s == "yes"
	if !yes && s != "no" {
		return nil
	}
	return &yes
}

const dateLayout = "2006-01-02"

func dateOf(s string) time.Time {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// dayAfter makes the last day of a range part of it.
func dayAfter(s string) time.Time {
	if t := dateOf(s); !t.IsZero() {
		return t.AddDate(0, 0, 1)
	}
	return time.Time{}
}

// filters are the choices of the filter form, within the role's websites.
func (n customerNames) filters(g gridState, grant acl.Grant) customerFilters {
	f := customerFilters{Values: g.Filters, Assist: true, Groups: n.groupOptions(), Countries: countryOptions()}
	for _, w := range n.tree.Websites {
		if !grant.AllowsWebsite(w.ID) {
			continue
		}
		f.Websites = append(f.Websites, ui.Option{Value: strconv.FormatInt(w.ID, 10), Label: w.Name})
		group := ui.OptionGroup{Label: w.Name}
		for _, v := range n.tree.Views {
			if v.WebsiteID == w.ID {
				group.Options = append(group.Options, ui.Option{Value: strconv.FormatInt(v.ID, 10), Label: v.Name})
			}
		}
		f.Views = append(f.Views, group)
	}
	return f
}

// groupOptions leaves out the group of guests: no customer is in it.
func (n customerNames) groupOptions() []ui.Option {
	var options []ui.Option
	for _, g := range n.groups {
		if !g.Fixed() {
			options = append(options, ui.Option{Value: strconv.FormatInt(g.ID, 10), Label: g.Name})
		}
	}
	return options
}

func countryOptions() []ui.Option {
	countries := customer.Countries("en")
	options := make([]ui.Option, len(countries))
	for i, c := range countries {
		options[i] = ui.Option{Value: c.Code, Label: c.Name}
	}
	return options
}

// cell draws one value of a customer's row.
func (n customerNames) cell(c customer.Customer, key string, now time.Time) templ.Component {
	switch key {
	case "name":
		return customerName(customerPath(c.ID, ""), c.Name(), c.Active)
	case "email":
		return mailLink(c.Email)
	case "phone":
		return oneLine(c.Phone)
	case "since":
		return ui.TimeStamp(c.CreatedAt, c.CreatedAt.Format("2 Jan 2006"))
	case "last_login":
		return ui.TimeStamp(c.LastLoginAt, "")
	case "assistance":
		return assistanceBadge(c, now)
	}
	return ui.Name(n.text(c, key))
}

// text is one value of a customer's row in words, for the CSV too.
func (n customerNames) text(c customer.Customer, key string) string {
	switch key {
	case "id":
		return strconv.FormatInt(c.ID, 10)
	case "name":
		return c.Name()
	case "email":
		return c.Email
	case "group":
		return n.group(c.GroupID)
	case "phone":
		return c.Phone
	case "postcode":
		return c.Postcode
	case "city":
		return c.City
	case "region":
		return c.Region
	case "country":
		return customer.CountryName(c.Country, "en")
	case "website":
		return n.website(c.WebsiteID)
	case "view":
		return n.view(c.StoreViewID)
	case "tax_vat":
		return c.TaxVAT
	case "confirmed":
		return yesNoText(c.Confirmed())
	case "active":
		return yesNoText(c.Active)
	case "assistance":
		return assistanceWord(c)
	case "since":
		return machineTime(c.CreatedAt)
	case "last_login":
		return machineTime(c.LastLoginAt)
	}
	return ""
}

func yesNoText(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

func machineTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// assistanceWord is the customer's own answer, whatever the policy makes of it.
func assistanceWord(c customer.Customer) string {
	switch c.Assistance {
	case customer.AssistanceAllowed:
		return "Allowed"
	case customer.AssistanceDenied:
		return "Not allowed"
	}
	return "Not answered"
}

func assistanceBadge(c customer.Customer, now time.Time) templ.Component {
	switch {
	case c.Assistance == customer.AssistanceAllowed && !c.AssistanceUntil.IsZero() && !now.Before(c.AssistanceUntil):
		return ui.Badge(ui.Warning, "Expired")
	case c.Assistance == customer.AssistanceAllowed:
		return ui.Badge(ui.Success, "Allowed")
	}
	return ui.Badge(ui.Neutral, assistanceWord(c))
}

// exportCustomers downloads what the grid shows, all pages of it, in its columns
// and order.
func (a *App) exportCustomers(w http.ResponseWriter, r *http.Request) error {
	v, _ := viewer(r.Context())
	names, err := a.customerNames(r.Context())
	if err != nil {
		return err
	}
	g := namedFilters(customerGrid, names).read(r)
	if err := a.Customers.Announce(r.Context(), g.said()); err != nil {
		return err
	}
	var header []string
	for _, h := range g.heads() {
		header = append(header, h.Label)
	}
	file := "customers-" + a.Now().Format(dateLayout) + ".csv"
	return web.CSV(w, r, file, header, func(row func(...string) error) error {
		return a.Customers.Each(r.Context(), customerQuery(g, v.Grant), func(c customer.Customer) error {
			cells := make([]string, len(g.Columns))
			for i, key := range g.Columns {
				cells[i] = names.text(c, key)
			}
			return row(cells...)
		})
	})
}
