package admin

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// productGrid is the grid of Catalog > Products.
var productGrid = gridSpec{
	Path: "/catalog/products", Caption: "Products", Placeholder: "Name, SKU or ID", Sort: "-id", Export: "/catalog/products.csv",
	Columns: []gridColumn{
		{Key: "id", Label: "ID", Sortable: true, Narrow: true},
		{Key: "picture", Label: "Thumbnail", Narrow: true},
		{Key: "name", Label: "Name", Sortable: true, Strong: true},
		{Key: "kind", Label: "Type"},
		{Key: "sku", Label: "SKU", Sortable: true},
		{Key: "price", Label: "Price", Numeric: true},
		{Key: "on_hand", Label: "Quantity", Sortable: true, Numeric: true},
		{Key: "salable", Label: "Salable Quantity", Numeric: true},
		{Key: "visibility", Label: "Visibility", Extra: true},
		{Key: "status", Label: "Status"},
		{Key: "created", Label: "Created", Sortable: true, Extra: true},
		{Key: "updated", Label: "Last Updated", Sortable: true, Extra: true},
	},
	Filters: []gridFilter{
		{Name: "status", Label: "Status", Show: func(v string) string { return labelOf(productStatuses, v) }},
		{Name: "stock", Label: "Stock", Show: func(v string) string { return labelOf(stockChoices, v) }},
		{Name: "visibility", Label: "Visibility", Show: func(v string) string { return labelOf(visibilityChoices, v) }},
		{Name: "website", Label: "Website"}, {Name: "category", Label: "Category"},
		{Name: "kind", Label: "Type", Show: func(v string) string { return labelOf(kindChoices, v) }},
	},
}

var (
	productStatuses   = []ui.Option{{Value: "1", Label: "Enabled"}, {Value: "0", Label: "Disabled"}}
	stockChoices      = []ui.Option{{Value: "in", Label: "In stock"}, {Value: "out", Label: "Out of stock"}}
	visibilityChoices = []ui.Option{
		{Value: string(catalog.InBoth), Label: "Catalog, Search"}, {Value: string(catalog.InCatalog), Label: "Catalog"},
		{Value: string(catalog.InSearch), Label: "Search"}, {Value: string(catalog.Hidden), Label: "Not Visible Individually"},
	}
)

func labelOf(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// productList is what the address of the grid asks for.
type productList struct {
	g                    gridState
	q                    catalog.ProductQuery
	website              store.Website // whose prices are shown
	websites, categories []ui.Option
}

func (a *App) productList(r *http.Request) (l productList, err error) {
	scopes, err := a.Stores.Tree(r.Context())
	if err != nil {
		return l, err
	}
	tree, err := a.Catalog.Tree(r.Context())
	if err != nil {
		return l, err
	}
	l.websites, l.categories = websiteOptions(scopes), categoryOptions(tree, 0)
	g := productGridNaming(l.websites, l.categories).read(r)
	l.g, l.website = g, priceWebsite(scopes, idOf(g.Filters["website"]))
	l.q = catalog.ProductQuery{
		Text: g.Q, Kind: catalog.Kind(g.Filters["kind"]), Enabled: g.Filters["status"], Stock: g.Filters["stock"], Visibility: catalog.Visibility(g.Filters["visibility"]),
		CategoryID: idOf(g.Filters["category"]), Sort: g.sortParam(), Cursor: g.Cursor, Size: g.Size,
		WebsiteID: idOf(g.Filters["website"]), PricesOf: l.website.ID,
	}
	return l, nil
}

// products shows the grid of Catalog > Products.
func (a *App) products(w http.ResponseWriter, r *http.Request) error {
	l, err := a.productList(r)
	if err != nil {
		return err
	}
	g := l.g
	found, err := a.Catalog.Products(r.Context(), l.q)
	if err != nil {
		return err
	}
	may := mustView(r.Context()).Grant.Allows(acl.CatalogProductsEdit)
	p := gridPage{
		Export: true, Rows: productRows(g, found.Rows, l.website), Total: found.Total, More: found.More, Next: found.Next, Prev: found.Prev,
		Filters: productFilters(g.Filters, l.websites, l.categories),
		Empty:   ui.EmptyState{Icon: ui.IconTag, Title: "No products yet", Text: "Add your first product, or import a CSV file with storehand import products."},
	}
	page := adminPage{Title: "Products", Nav: productGrid.Path}
	if may {
		page.Header.Actions = ui.Button(ui.Btn{Text: "Add Product", Href: "/catalog/products/new", Icon: ui.IconPlus, Variant: ui.Primary})
	}
	if may && len(found.Rows) > 0 {
		ids := make([]int64, len(found.Rows))
		for i, row := range found.Rows {
			ids[i] = row.ID
		}
		p.Actions = productBulkBar(web.CSRF(r.Context()), g.here(r), ids)
	}
	args := g.args(p)
	if p.Actions != nil {
		args.Columns = append([]ui.Column{{Label: "Select", Narrow: true}}, args.Columns...)
		for i, row := range found.Rows {
			args.Rows[i].Cells = append([]templ.Component{productTick(row)}, args.Rows[i].Cells...)
		}
	}
	return a.page(w, r, http.StatusOK, page, ui.Grid(args))
}

// priceWebsite is the website whose prices the list shows.
func priceWebsite(scopes *store.Tree, wanted int64) store.Website {
	if w, ok := scopes.Website(wanted); ok {
		return w
	}
	w, _ := scopes.DefaultWebsite()
	return w
}

// productGridNaming makes the chips say names instead of ids.
func productGridNaming(websites, categories []ui.Option) *gridSpec {
	spec := productGrid
	spec.Filters = append([]gridFilter{}, spec.Filters...)
	spec.Filters[3].Show = func(v string) string { return labelOf(websites, v) }
	spec.Filters[4].Show = func(v string) string { return labelOf(categories, v) }
	return &spec
}

func websiteOptions(scopes *store.Tree) []ui.Option {
	var options []ui.Option
	for _, w := range scopes.Websites {
		options = append(options, ui.Option{Value: idText(w.ID), Label: w.Name})
	}
	return options
}

// categoryOptions lists the tree with its depth, leaving out a branch.
func categoryOptions(tree *catalog.Tree, without int64) []ui.Option {
	var options []ui.Option
	var walk func(below int64, indent string)
	walk = func(below int64, indent string) {
		for _, c := range tree.Children(below) {
			if c.ID == without {
				continue
			}
			options = append(options, ui.Option{Value: idText(c.ID), Label: indent + c.Name(0)})
			walk(c.ID, indent+"\u2003")
		}
	}
	walk(0, "")
	return options
}

func productRows(g gridState, found []catalog.ProductRow, website store.Website) []ui.Row {
	rows := make([]ui.Row, len(found))
	for i, p := range found {
		rows[i] = ui.Row{
			Key: idText(p.ID), Muted: !p.Enabled,
			Menu:  ui.RowMenu("Actions for "+p.SKU, []ui.MenuItem{{Text: "Edit", Href: productPath(p.ID, ""), Icon: ui.IconEdit}}),
			Cells: g.cells(func(key string) templ.Component { return productCell(p, key, website.Currency) }),
		}
	}
	return rows
}

func productCell(p catalog.ProductRow, key, currency string) templ.Component {
	switch key {
	case "id":
		return ui.Text(idText(p.ID))
	case "picture":
		if p.Thumb == "" {
			return ui.Icon(ui.IconImage)
		}
		return thumbnail("/media/"+p.Thumb, "")
	case "name":
		return ui.Link(p.Name, productPath(p.ID, ""))
	case "sku":
		return ui.Name(p.SKU)
	case "kind":
		return ui.Text(labelOf(kindChoices, string(p.Kind)))
	case "price":
		if !p.HasPrice {
			return ui.Text("–")
		}
		if p.Kind == catalog.Configurable {
			return ui.Text("from " + adminMoney(p.Price, currency))
		}
		return ui.Money(adminMoney(p.Price, currency))
	case "on_hand":
		if p.Kind == catalog.Configurable {
			return ui.Text("–")
		}
		if !p.Stock.Manage {
			return ui.Text("Not managed")
		}
		return ui.Text(ui.Count(int(p.Stock.OnHand)))
	case "salable":
		if p.Kind == catalog.Configurable && p.Stock.Salable() > 0 {
			return ui.Text("In stock")
		}
		return ui.Text(salableText(p.Stock))
	case "visibility":
		return ui.Text(labelOf(visibilityChoices, string(p.Visibility)))
	case "status":
		if p.Enabled {
			return ui.Badge(ui.Success, "Enabled")
		}
		return ui.Badge(ui.Warning, "Disabled")
	case "created":
		return ui.TimeStamp(p.CreatedAt, "")
	case "updated":
		return ui.TimeStamp(p.UpdatedAt, "")
	}
	return nil
}

func salableText(s catalog.Stock) string {
	if n := s.Salable(); n < catalog.Unlimited {
		return ui.Count(int(n))
	}
	return "Unlimited"
}

// adminMoney writes an amount as the Admin shows it.
func adminMoney(minor int64, currency string) string {
	return i18n.For("en").Money(money.New(minor, currency))
}

func productPath(id int64, tab string) string {
	path := "/catalog/products/" + strconv.FormatInt(id, 10)
	if tab != "" {
		path += "/" + tab
	}
	return path
}

// media answers with a stored picture.
func (a *App) media(w http.ResponseWriter, r *http.Request) error {
	m, err := a.Catalog.Media(r.Context(), r.PathValue("key"))
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
	w.Header().Set("Content-Type", m.ContentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(m.Data)))
	_, _ = w.Write(m.Data) // whoever went away needs no picture
	return nil
}
