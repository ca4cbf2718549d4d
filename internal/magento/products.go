package magento

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Product is a row of the catalog_product file. A row with a StoreView only
// overrides texts for that view: whatever it leaves empty stays as it is.
type Product struct {
	Line                                int
	SKU, StoreView                      string
	AttributeSet, Type, TaxClass        string
	Categories                          [][]string // paths from the root down
	Websites                            []string
	Name, Description, ShortDescription string
	MetaTitle, MetaDescription          string
	URLKey                              string
	Visibility                          string
	Weight                              string // plain decimals, "" where empty
	Price, SpecialPrice                 string
	SpecialFrom, SpecialTo              time.Time
	Online, HasOnline                   bool
	Qty                                 string
	InStock, HasInStock                 bool
	ManageStock, HasManageStock         bool
	BaseImage, BaseImageLabel           string
	AdditionalImages                    []string
	CreatedAt, UpdatedAt                time.Time
}

// Products reads the catalog_product file.
func Products(src io.Reader) (*Reader[Product], error) {
	return open(src, "catalog_product file", []string{"sku", "name", "price"}, productRow)
}

func productRow(r *row) Product {
	p := Product{
		Line:             r.line,
		SKU:              r.sku("sku"),
		StoreView:        r.text("store_view_code"),
		AttributeSet:     r.text("attribute_set_code"),
		Type:             r.text("product_type"),
		TaxClass:         r.text("tax_class_name"),
		Categories:       r.paths("categories"),
		Websites:         r.list("product_websites"),
		Name:             r.limited("name", 255),
		Description:      r.text("description"),
		ShortDescription: r.text("short_description"),
		MetaTitle:        r.limited("meta_title", 255),
		MetaDescription:  r.text("meta_description"),
		URLKey:           r.limited("url_key", 255),
		Visibility:       r.text("visibility"),
		Weight:           r.positive("weight"),
		Price:            r.positive("price"),
		SpecialPrice:     r.positive("special_price"),
		SpecialFrom:      r.date("special_price_from_date"),
		SpecialTo:        r.date("special_price_to_date"),
		Qty:              r.decimal("qty"),
		BaseImage:        r.text("base_image"),
		BaseImageLabel:   r.text("base_image_label"),
		AdditionalImages: r.list("additional_images"),
		CreatedAt:        r.date("created_at"),
		UpdatedAt:        r.date("updated_at"),
	}
	p.Online, p.HasOnline = r.online("product_online")
	p.InStock, p.HasInStock = r.flag("is_in_stock")
	p.ManageStock, p.HasManageStock = r.flag("manage_stock")
	if p.StoreView == "" {
		r.must("name")
		r.must("price")
	}
	if !p.SpecialFrom.IsZero() && !p.SpecialTo.IsZero() && p.SpecialTo.Before(p.SpecialFrom) {
		r.fail("special_price_to_date", "is before special_price_from_date")
	}
	return p
}

func (r *row) sku(column string) string {
	r.key = r.must(column)
	return r.limited(column, 64)
}

func (r *row) positive(column string) string {
	value := r.decimal(column)
	if strings.HasPrefix(value, "-") {
		r.fail(column, fmt.Sprintf("%s is negative", quoted(value)))
	}
	return value
}

// online is Magento's status: 1 enabled, 2 (or 0) disabled.
func (r *row) online(column string) (value, set bool) {
	if r.text(column) == "2" {
		return false, true
	}
	return r.flag(column)
}

// paths are category paths such as "Default Category/Gifts"; a slash inside a
// name is written "\/".
func (r *row) paths(column string) [][]string {
	var paths [][]string
	for _, text := range r.list(column) {
		var path []string
		for name := range strings.SplitSeq(strings.ReplaceAll(text, `\/`, "\x00"), "/") {
			name = strings.TrimSpace(strings.ReplaceAll(name, "\x00", "/"))
			if name == "" {
				r.fail(column, fmt.Sprintf("%s has a category without a name", quoted(text)))
				break
			}
			path = append(path, name)
		}
		paths = append(paths, path)
	}
	return paths
}
