package importer

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
)

// visibilities are what Magento's file calls them.
var visibilities = map[string]catalog.Visibility{
	"catalog, search":               catalog.InBoth,
	"catalog":                       catalog.InCatalog,
	"search":                        catalog.InSearch,
	"not visible individually":      catalog.Hidden,
	"not visible":                   catalog.Hidden,
	"4":                             catalog.InBoth,
	"2":                             catalog.InCatalog,
	"3":                             catalog.InSearch,
	"1":                             catalog.Hidden,
	"catalog and search":            catalog.InBoth,
	"visible in catalog and search": catalog.InBoth,
}

// product is what a product's own row makes of it. A cell left empty leaves what
// there is, as in Magento.
func (pi *productImport) product(ctx context.Context, sh *shelf, row magento.Product, before *catalog.Product) (*catalog.Product, error) {
	if kind := row.Type; kind != "" && kind != "simple" && kind != "virtual" {
		return nil, inColumn("product_type", "%q products cannot be imported yet; the simple products below them can", kind)
	}
	p := copied(before)
	if p.Kind == catalog.Configurable && row.Type != "" {
		return nil, inColumn("product_type", "%s is configurable here; its variants can be imported", row.SKU)
	}
	p.Kind = catalog.Kind(or(row.Type, string(p.Kind)))
	p.SKU = row.SKU
	p.CreatedAt = row.CreatedAt
	p.TaxClass = taxClass(row.TaxClass, p.TaxClass)
	if row.HasOnline {
		p.Enabled = row.Online
	}
	errStock := stocked(p, row)
	errVisibility := seen(p, row)
	p.Texts[0] = defaultText(p.Texts[0], row)
	websites, errWebsites := pi.websites(row)
	errPrice := pi.priced(sh, p, row, websites)
	if err := together(errStock, errVisibility, errWebsites, errPrice); err != nil {
		return nil, err
	}
	return p, pi.placed(ctx, sh, p, row, websites)
}

// taxClass is the code of the class that a file calls by its name. A name that
// nobody has given a class here is kept as its code, and taxes nothing.
func taxClass(name, had string) string {
	switch strings.ToLower(name) {
	case "":
		return had
	case "0":
		return tax.None
	case "taxable goods":
		return tax.Taxable
	}
	return catalog.Slug(name)
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func stocked(p *catalog.Product, row magento.Product) error {
	if row.HasManageStock {
		p.Stock.Manage = row.ManageStock
	}
	if row.HasInStock {
		p.Stock.InStock = row.InStock
	}
	if row.Weight != "" {
		kilograms, fraction, _ := strings.Cut(row.Weight, ".")
		grams, ok := scaled(kilograms+"."+fraction[:min(3, len(fraction))], 3)
		if !ok {
			return inColumn("weight", "%s is too heavy", row.Weight)
		}
		p.WeightGrams = grams
	}
	if row.Qty != "" {
		n, ok := scaled(row.Qty, 0)
		if !ok {
			return inColumn("qty", "%s is no whole number of pieces", row.Qty)
		}
		p.Stock.OnHand = max(0, n) // Magento counts below zero what is on back order
	}
	return nil
}

func seen(p *catalog.Product, row magento.Product) error {
	if row.Visibility == "" {
		return nil
	}
	v, ok := visibilities[strings.ToLower(row.Visibility)]
	if !ok {
		return inColumn("visibility", "%q is no visibility", row.Visibility)
	}
	p.Visibility = v
	return nil
}

// defaultText is what the product says where no store view says otherwise. A
// new product without a URL key gets one that its SKU makes its own.
func defaultText(t catalog.Text, row magento.Product) catalog.Text {
	key := catalog.Slug(row.URLKey)
	if key == "" && t.URLKey == "" {
		key = catalog.Slug(row.Name + " " + row.SKU)
	}
	return catalog.Text{
		Name: or(row.Name, t.Name), URLKey: or(key, t.URLKey),
		Short: or(row.ShortDescription, t.Short), Description: or(row.Description, t.Description),
	}
}

func (pi *productImport) websites(row magento.Product) ([]store.Website, error) {
	var all []store.Website
	for _, code := range row.Websites {
		w, err := pi.scope.website("product_websites", code)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(all, func(other store.Website) bool { return other.ID == w.ID }) {
			all = append(all, w)
		}
	}
	return all, nil
}

// priced sets the price on the row's websites, or on those the product is on.
func (pi *productImport) priced(sh *shelf, p *catalog.Product, row magento.Product, websites []store.Website) error {
	if len(websites) > 0 {
		p.Websites = nil
		for _, w := range websites {
			p.Websites = append(p.Websites, w.ID)
		}
		slices.Sort(p.Websites)
	} else {
		for _, id := range p.Websites {
			if w, ok := pi.scope.tree.Website(id); ok {
				websites = append(websites, w)
			}
		}
	}
	for _, w := range websites {
		if w.Currency != websites[0].Currency {
			return inColumn("price", "cannot be one number in %s (%s) and in %s (%s); import a file for each of these websites",
				websites[0].Currency, websites[0].Code, w.Currency, w.Code)
		}
		if err := setPrice(sh, p, row, w); err != nil {
			return err
		}
	}
	slices.SortFunc(p.Prices, func(a, b catalog.Price) int { return int(a.WebsiteID - b.WebsiteID) })
	return nil
}

func setPrice(sh *shelf, p *catalog.Product, row magento.Product, w store.Website) error {
	price, had := p.PriceOn(w.ID)
	price.WebsiteID = w.ID
	if row.Price != "" {
		a, rounded, err := amount(row.Price, w.Currency)
		if err != nil {
			return inColumn("price", "%v", err)
		}
		sh.note(rounded)
		price.Regular = a.Minor
	}
	if row.SpecialPrice != "" {
		a, rounded, err := amount(row.SpecialPrice, w.Currency)
		if err != nil {
			return inColumn("special_price", "%v", err)
		}
		sh.note(rounded)
		price.HasSpecial, price.Special = true, a.Minor
		price.SpecialFrom, price.SpecialTo = row.SpecialFrom, endOf(row.SpecialTo)
	}
	if had {
		i := slices.IndexFunc(p.Prices, func(other catalog.Price) bool { return other.WebsiteID == w.ID })
		p.Prices[i] = price
	} else {
		p.Prices = append(p.Prices, price)
	}
	return nil
}

func (sh *shelf) note(rounded bool) {
	if rounded {
		sh.rounded++
	}
}

// endOf is when a special price ends that a file says is valid to a day: after
// that day.
func endOf(day time.Time) time.Time {
	if !day.IsZero() && day.Equal(day.Truncate(24*time.Hour)) {
		return day.Add(24 * time.Hour)
	}
	return day
}

// placed puts the product into the categories of its row.
func (pi *productImport) placed(ctx context.Context, sh *shelf, p *catalog.Product, row magento.Product, websites []store.Website) error {
	if len(row.Categories) == 0 {
		return nil
	}
	before := map[int64]int64{}
	for _, c := range p.Categories {
		before[c.CategoryID] = c.Position
	}
	p.Categories = nil
	for _, path := range row.Categories {
		id, err := sh.tree.find(ctx, path, websites)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(p.Categories, func(c catalog.Placement) bool { return c.CategoryID == id }) {
			p.Categories = append(p.Categories, catalog.Placement{CategoryID: id, Position: before[id]})
		}
	}
	slices.SortFunc(p.Categories, func(a, b catalog.Placement) int { return int(a.CategoryID - b.CategoryID) })
	return nil
}

// viewed is what a store view's row makes of a product: texts that differ from
// the default, and the price on the view's website.
func (pi *productImport) viewed(sh *shelf, row magento.Product, before *catalog.Product) (*catalog.Product, error) {
	view, err := pi.scope.view("store_view_code", row.StoreView)
	if err != nil {
		return nil, err
	}
	p := copied(before)
	t, d := p.Texts[view.ID], p.Texts[0]
	p.Texts[view.ID] = catalog.Text{
		Name:        own(row.Name, t.Name, d.Name),
		URLKey:      own(catalog.Slug(row.URLKey), t.URLKey, d.URLKey),
		Short:       own(row.ShortDescription, t.Short, d.Short),
		Description: own(row.Description, t.Description, d.Description),
	}
	website, ok := pi.scope.tree.Website(view.WebsiteID)
	if row.Price == "" && row.SpecialPrice == "" || !ok || !p.OnWebsite(website.ID) {
		return p, nil
	}
	return p, setPrice(sh, p, row, website)
}

// own is a view's text: what the row says, else what there is, and nothing where
// that is the default anyway.
func own(said, had, otherwise string) string {
	if text := or(said, had); text != otherwise {
		return text
	}
	return ""
}
