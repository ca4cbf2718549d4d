package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Matrix is what a form asks of a configurable product and all its variants.
type Matrix struct {
	Version int64 // of the configurable product as it was shown
	Axes    []string
	Rows    []VariantEdit
	Link    []string        // SKUs of products to add
	Make    []Choice        // variants to create, unless they exist
	Prices  map[int64]int64 // of those, by website; where it is not given, what the first variant costs
	OnHand  int64           // of those
}

// VariantEdit is what a form asks of one variant. Prices are by website; those
// that are not given stay.
type VariantEdit struct {
	ID      int64
	SKU     string
	Prices  map[int64]int64
	OnHand  int64
	Enabled bool
	Remove  bool // the product stays, as a variant of nothing
}

// Children are the variants of a configurable product, in their order, with
// everything but their pictures.
func (s *Service) Children(ctx context.Context, p *Product) ([]*Product, error) {
	return children(ctx, s.db.Reader(), p)
}

func children(ctx context.Context, q sqldb.Querier, p *Product) ([]*Product, error) {
	skus, err := sqldb.All(ctx, q, sqldb.Value[string], `SELECT c.sku FROM product_variant v JOIN product c ON c.id = v.child_id
		WHERE v.parent_id = $1 ORDER BY v.position, v.child_id`, p.ID)
	if err != nil {
		return nil, err
	}
	found, err := WithSKUs(ctx, q, skus)
	all := make([]*Product, 0, len(skus))
	for _, sku := range skus {
		if c := found[SKUKey(sku)]; c != nil {
			all = append(all, c)
		}
	}
	return all, err
}

// SaveMatrix saves a configurable product's axes and its variants in one change.
// Fields of a refusal: "axes", "make", "link", "variants", "sku_<variant's id>".
func (s *Service) SaveMatrix(ctx context.Context, id int64, m Matrix) error {
	err := s.db.Change(ctx, ProductSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		p, err := loadProduct(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case p.Kind != Configurable:
			return fault.New(fault.Invalid, "Only a configurable product has variants.")
		case m.Version != 0 && m.Version != p.Version:
			return changedMeanwhile()
		}
		return s.saveMatrix(ctx, tx, p, m)
	})
	if sqldb.IsUnique(err) {
		return changedMeanwhile()
	}
	return err
}

func (s *Service) saveMatrix(ctx context.Context, tx *sqldb.Tx, p *Product, m Matrix) error {
	had, err := children(ctx, tx, p)
	if err != nil {
		return err
	}
	tx.About("product", number(p.ID))
	p.Axes, p.Variants = m.Axes, nil
	kept, err := s.editVariants(ctx, tx, p, had, m.Rows)
	if err != nil {
		return err
	}
	linked, err := link(ctx, tx, p, m.Link)
	if err != nil {
		return err
	}
	kept = append(kept, linked...)
	if err := s.makeVariants(ctx, tx, p, kept, had, m); err != nil {
		return err
	}
	_, err = s.SaveTx(ctx, tx, p)
	return err
}

// editVariants saves what differs and returns what stays.
func (s *Service) editVariants(ctx context.Context, tx *sqldb.Tx, p *Product, had []*Product, rows []VariantEdit) ([]*Product, error) {
	var kept []*Product
	for _, c := range had {
		i := slices.IndexFunc(rows, func(r VariantEdit) bool { return r.ID == c.ID })
		if i >= 0 && rows[i].Remove {
			continue
		}
		p.Variants = append(p.Variants, c.ID)
		kept = append(kept, c)
		if i < 0 {
			continue
		}
		before := variantLine(c)
		rows[i].apply(c)
		if variantLine(c) == before {
			continue
		}
		if err := s.keepVariant(ctx, tx, c); err != nil {
			return nil, fieldsOf(err, "sku_"+number(c.ID))
		}
		tx.Diff("variant "+c.SKU, before, variantLine(c))
	}
	return kept, nil
}

func (e VariantEdit) apply(c *Product) {
	c.SKU, c.Enabled, c.Stock.OnHand = strings.TrimSpace(e.SKU), e.Enabled, e.OnHand
	c.Prices = slices.Clone(c.Prices)
	for i, price := range c.Prices {
		if minor, ok := e.Prices[price.WebsiteID]; ok {
			c.Prices[i].Regular = minor
		}
	}
}

// variantLine is what the matrix can change of a variant, for the record.
func variantLine(c *Product) string {
	return fmt.Sprintf("%s, %s; on hand %d, enabled %s", c.SKU, priceLines(c), c.Stock.OnHand, yes(true, c.Enabled))
}

// keepVariant is save without a record of its own.
func (s *Service) keepVariant(ctx context.Context, tx *sqldb.Tx, c *Product) error {
	if err := c.Checked(); err != nil {
		return err
	}
	id, _, err := s.keep(ctx, tx, c)
	if err != nil {
		return err
	}
	c.ID = id
	tx.About("product", number(id))
	return nil
}

// fieldsOf tells all that is wrong with a variant at one field of the matrix.
func fieldsOf(err error, name string) error {
	e, ok := fault.As(err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	var all []string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		all = append(all, e.Fields[field])
	}
	return (fault.Fields{name: strings.Join(all, " ")}).Err()
}

// link adds products that exist.
func link(ctx context.Context, tx *sqldb.Tx, p *Product, skus []string) ([]*Product, error) {
	found, err := WithSKUs(ctx, tx, skus)
	if err != nil {
		return nil, err
	}
	f := fault.Fields{}
	var all []*Product
	for _, sku := range skus {
		c := found[SKUKey(sku)]
		if c == nil {
			f.Add("link", "There is no product %q.", sku)
			continue
		}
		if !slices.Contains(p.Variants, c.ID) {
			p.Variants = append(p.Variants, c.ID)
			all = append(all, c)
		}
	}
	return all, f.Err()
}

// makeVariants creates the wanted variants that do not exist yet, as the first
// variant is, or as the configurable product where there is none.
func (s *Service) makeVariants(ctx context.Context, tx *sqldb.Tx, p *Product, kept, had []*Product, m Matrix) error {
	var like *Product
	if all := append(slices.Clone(kept), had...); len(all) > 0 {
		like = all[0]
	}
	if len(m.Make) > MaxVariants {
		return (fault.Fields{"make": fmt.Sprintf("A product has at most %d variants.", MaxVariants)}).Err()
	}
	for _, choice := range m.Make {
		if slices.ContainsFunc(kept, func(c *Product) bool { return isChoice(c, choice) }) {
			continue
		}
		c := newVariant(p, like, choice, m)
		if err := s.keepVariant(ctx, tx, c); err != nil {
			return fieldsOf(err, "make")
		}
		tx.Diff("variant "+c.SKU, "", variantLine(c))
		p.Variants = append(p.Variants, c.ID)
	}
	return nil
}

func isChoice(c *Product, choice Choice) bool {
	return !slices.ContainsFunc(choice, func(a Attribute) bool { return c.Attributes[a.Code] != a.Value })
}

// newVariant is a product of one choice: hidden, since it is chosen at p.
func newVariant(p, like *Product, choice Choice, m Matrix) *Product {
	c := &Product{
		Kind: Simple, SKU: p.SKU, Enabled: true, Visibility: Hidden, TaxClass: p.TaxClass, Texts: map[int64]Text{},
		Attributes: maps.Clone(p.Attributes), Websites: slices.Clone(p.Websites),
		Stock: Stock{Manage: true, OnHand: m.OnHand, InStock: true},
	}
	if like != nil {
		c.Kind, c.WeightGrams, c.Stock.Manage = like.Kind, like.WeightGrams, like.Stock.Manage
		for _, price := range like.Prices {
			c.Prices = append(c.Prices, Price{WebsiteID: price.WebsiteID, Regular: price.Regular})
		}
	}
	for website, minor := range m.Prices {
		c.Prices = slices.DeleteFunc(c.Prices, func(x Price) bool { return x.WebsiteID == website })
		c.Prices = append(c.Prices, Price{WebsiteID: website, Regular: minor})
	}
	slices.SortFunc(c.Prices, func(a, b Price) int { return int(a.WebsiteID - b.WebsiteID) })
	name := ""
	for _, a := range choice {
		c.Attributes[a.Code] = a.Value
		c.SKU += "-" + strings.ToUpper(Slug(a.Value))
		name += ", " + a.Value
	}
	for view, t := range p.Texts {
		if t.Name != "" {
			c.Texts[view] = Text{Name: t.Name + name, URLKey: Slug(or(t.URLKey, t.Name) + " " + name)}
		}
	}
	return c
}
