package importer

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/sqldb"
)

// Products brings a catalog_product file in: products with their websites,
// prices, stock and texts, and the categories they stand in.
func (im *Importer) Products(ctx context.Context, file *Source, o Options) (Result, error) {
	return im.result(o, func(f *faults, res *Result) error {
		rows, err := magento.Products(file)
		if err != nil {
			return inFile(file, err)
		}
		sc, err := im.scope(ctx, o.Maps)
		if err != nil {
			return err
		}
		pi := &productImport{im: im, scope: sc, dry: o.DryRun, known: newRepeats(), planned: map[string]bool{}, addresses: map[string]string{}}
		res.Products, err = drive(ctx, im.db, o, f, pi.plan(file, rows))
		res.Products.Rounded, res.Categories = pi.rounded, pi.categories+len(pi.planned)
		return err
	})
}

// productImport is one run over a product file.
type productImport struct {
	im         *Importer
	scope      *scope
	dry        bool
	known      *repeats        // products this run has decided to take, for dry runs
	planned    map[string]bool // categories that a dry run would create
	addresses  map[string]string
	categories int // created
	rounded    int
}

func (pi *productImport) plan(file *Source, rows *magento.Reader[magento.Product]) plan[magento.Product] {
	return plan[magento.Product]{
		action: ProductsImported, stage: "products", source: file,
		next: rows.Next,
		line: func(p magento.Product) int { return p.Line },
		key:  func(p magento.Product) string { return catalog.SKUKey(p.SKU) + "\x00" + p.StoreView },
		name: func(p magento.Product) string { return p.SKU },
		take: pi.take,
	}
}

// shelf is what one batch works on: the products it touches and the tree.
type shelf struct {
	tx       *sqldb.Tx // nil in a dry run
	products map[string]*catalog.Product
	tree     *branches
	rounded  int
}

func (pi *productImport) take(ctx context.Context, q sqldb.Querier, tx *sqldb.Tx, rows []magento.Product) ([]verdict, error) {
	skus := make([]string, len(rows))
	for i, row := range rows {
		skus[i] = row.SKU
	}
	products, err := catalog.WithSKUs(ctx, q, skus)
	if err != nil {
		return nil, err
	}
	tree, err := catalog.LoadTree(ctx, q)
	if err != nil {
		return nil, err
	}
	sh := &shelf{tx: tx, products: products, tree: newBranches(pi, tree, tx)}
	verdicts := make([]verdict, len(rows))
	for i, row := range rows {
		made := sh.tree.made
		p, outcome, err := pi.row(ctx, sh, row)
		if err != nil && (sh.tree.made > made || !ofARow(err)) {
			return nil, err // the categories made for the row have to go with it
		}
		if err == nil && p != nil {
			if err = pi.keep(ctx, sh, row.Line, p); err != nil && (tx != nil || !ofARow(err)) {
				return nil, err
			}
		}
		verdicts[i] = verdict{outcome, err}
	}
	pi.tally(tx, sh)
	return verdicts, nil
}

// tally counts what a batch did once it is certain.
func (pi *productImport) tally(tx *sqldb.Tx, sh *shelf) {
	if tx == nil {
		pi.rounded += sh.rounded
		return
	}
	tx.After(func() {
		pi.rounded += sh.rounded
		pi.categories += sh.tree.made
	})
}

// row decides about one row, the product's own or a store view's: what to save,
// nil if nothing.
func (pi *productImport) row(ctx context.Context, sh *shelf, row magento.Product) (after *catalog.Product, outcome Outcome, err error) {
	key := catalog.SKUKey(row.SKU)
	before, found := sh.products[key]
	switch {
	case row.StoreView == "":
		after, err = pi.product(ctx, sh, row, before)
	case found:
		after, err = pi.viewed(sh, row, before)
	case pi.dry && pi.known.has(key):
		return nil, Updated, nil
	default:
		err = inColumn("sku", "there is no product %q whose texts could be set; its own row, without a store view, comes first", row.SKU)
	}
	if err != nil {
		return nil, 0, err
	}
	if err := after.Checked(); err != nil {
		return nil, 0, renamed(err, productColumns)
	}
	switch {
	case !found:
		return after, Created, nil
	case same(before, after):
		return nil, Unchanged, nil
	}
	return after, Updated, nil
}

// keep saves a product, and remembers it for the rows that follow. A dry run
// only asks whether it could.
func (pi *productImport) keep(ctx context.Context, sh *shelf, line int, p *catalog.Product) error {
	key := catalog.SKUKey(p.SKU)
	if sh.tx == nil {
		if err := pi.free(ctx, p); err != nil {
			return err
		}
		pi.known.first(key, line)
	} else {
		id, err := pi.im.catalog.SaveTx(ctx, sh.tx, p)
		if err != nil {
			return renamed(err, productColumns)
		}
		p.ID = id
	}
	sh.products[key] = p
	return nil
}

// free refuses, in a dry run, an address that another product has here or
// earlier in the file.
func (pi *productImport) free(ctx context.Context, p *catalog.Product) error {
	if err := catalog.CheckTaken(ctx, pi.im.db.Reader(), p); err != nil {
		return renamed(err, productColumns)
	}
	for view, t := range p.Texts {
		address := fmt.Sprintf("%d\x00%s", view, t.URLKey)
		if first := pi.addresses[address]; t.URLKey != "" && first != "" && first != p.SKU {
			return inColumn("url_key", "%q is already the address of %s in this file", t.URLKey, first)
		}
		pi.addresses[address] = p.SKU
	}
	return nil
}

// same compares what an import may change.
func same(a, b *catalog.Product) bool {
	return a.SKU == b.SKU && a.Kind == b.Kind && a.Enabled == b.Enabled && a.Visibility == b.Visibility && a.WeightGrams == b.WeightGrams &&
		a.TaxClass == b.TaxClass && a.Stock == b.Stock && maps.Equal(a.Texts, b.Texts) && slices.Equal(a.Websites, b.Websites) &&
		slices.Equal(a.Prices, b.Prices) && slices.Equal(a.Categories, b.Categories)
}

// copied is a product that may be changed without changing the one it is of.
func copied(p *catalog.Product) *catalog.Product {
	if p == nil {
		return &catalog.Product{
			Enabled: true, Visibility: catalog.InBoth, Stock: catalog.Stock{Manage: true, InStock: true},
			Texts: map[int64]catalog.Text{}, Attributes: map[string]string{},
		}
	}
	q := *p
	q.Version = 0
	q.Texts, q.Attributes = maps.Clone(p.Texts), maps.Clone(p.Attributes)
	q.Websites, q.Prices, q.Categories = slices.Clone(p.Websites), slices.Clone(p.Prices), slices.Clone(p.Categories)
	return &q
}
