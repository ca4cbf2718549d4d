package catalog

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/fault"
)

// Visibility says where shoppers come across a product.
type Visibility string

// The visibilities. A hidden product can still be opened by nobody.
const (
	Hidden    Visibility = "none"
	InCatalog Visibility = "catalog"
	InSearch  Visibility = "search"
	InBoth    Visibility = "both"
)

// Visibilities are all of them, in the order of the form.
var Visibilities = []Visibility{Hidden, InCatalog, InSearch, InBoth}

// Product is a product with everything that belongs to it.
type Product struct {
	ID          int64
	SKU         string
	Kind        Kind // of a new product; only simple and virtual may be exchanged
	Enabled     bool
	Visibility  Visibility
	WeightGrams int64
	TaxClass    string
	Stock       Stock
	Texts       map[int64]Text // by store view; 0 is the default
	Websites    []int64
	Prices      []Price
	GroupPrices []GroupPrice
	TierPrices  []TierPrice
	Axes        []string // of a configurable product: codes of attributes
	Variants    []int64  // of a configurable product: products with a value for each axis
	Categories  []Placement
	Attributes  map[string]string // code → value
	Pictures    []Picture         // changed by the picture functions only
	Version     int64             // 0 when saving regardless of other changes
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Text is what a product says in one store view. Outside the default an empty
// field means: use the default.
type Text struct{ Name, URLKey, Short, Description string }

// Placement is a product's place in a category.
type Placement struct{ CategoryID, Position int64 }

// Picture is one picture of a product: two media keys and the words for those
// who do not see it.
type Picture struct {
	ID         int64
	Key, Thumb string
	Alt        string
}

// Name is the product's name in a view.
func (p *Product) Name(viewID int64) string { return p.Text(viewID).Name }

// Text is what the product says in a view, defaults filled in.
func (p *Product) Text(viewID int64) Text {
	t, d := p.Texts[viewID], p.Texts[0]
	return Text{or(t.Name, d.Name), or(t.URLKey, d.URLKey), or(t.Short, d.Short), or(t.Description, d.Description)}
}

// PriceOn is the product's price on a website.
func (p *Product) PriceOn(websiteID int64) (Price, bool) {
	for _, price := range p.Prices {
		if price.WebsiteID == websiteID {
			return price, true
		}
	}
	return Price{}, false
}

// OnWebsite reports whether the product is sold on a website.
func (p *Product) OnWebsite(id int64) bool {
	for _, w := range p.Websites {
		if w == id {
			return true
		}
	}
	return false
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// The limits of a product's fields.
const (
	MaxSKU    = 64
	maxName   = 255
	maxText   = 64 << 10
	maxAmount = 1_000_000_000_000 // minor units
	maxStock  = 1_000_000_000
)

// tidy trims what was typed and derives what may be left out.
func (p *Product) tidy() {
	p.tidyKind()
	p.SKU = strings.TrimSpace(p.SKU)
	if p.Visibility == "" {
		p.Visibility = InBoth
	}
	for view, t := range p.Texts {
		t.Name, t.URLKey = strings.TrimSpace(t.Name), strings.TrimSpace(t.URLKey)
		t.Short, t.Description = strings.TrimSpace(t.Short), strings.TrimSpace(t.Description)
		if view == 0 && t.URLKey == "" {
			t.URLKey = or(Slug(t.Name), Slug(p.SKU))
		}
		if view != 0 && t == (Text{}) {
			delete(p.Texts, view)
			continue
		}
		p.Texts[view] = t
	}
	for code, v := range p.Attributes {
		if v = strings.TrimSpace(v); v == "" {
			delete(p.Attributes, code)
		} else {
			p.Attributes[code] = v
		}
	}
}

// Check returns what is wrong with a product, by field, or nil. Fields of a
// store view or website end in its id: "name_3", "price_1".
func (p *Product) Check() error {
	f := fault.Fields{}
	switch n := utf8.RuneCountInString(p.SKU); {
	case n == 0:
		f.Add("sku", "Enter a SKU.")
	case n > MaxSKU:
		f.Add("sku", "A SKU has at most %d characters.", MaxSKU)
	case strings.ContainsFunc(p.SKU, func(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }):
		f.Add("sku", "A SKU cannot contain control characters.")
	}
	if p.Texts[0].Name == "" {
		f.Add("name_0", "Enter a name.")
	}
	for view, t := range p.Texts {
		checkText(f, view, t)
	}
	p.checkStock(f)
	p.checkPrices(f)
	p.checkTiers(f)
	p.checkKind(f)
	for code, v := range p.Attributes {
		if !validKey(code) || len(v) > maxName {
			f.Add("attributes", "Attribute %q: the code has letters, digits and hyphens, the value at most %d characters.", code, maxName)
		}
	}
	if !validVisibility(p.Visibility) {
		f.Add("visibility", "Choose a visibility.")
	}
	return f.Err()
}

func validVisibility(v Visibility) bool {
	for _, known := range Visibilities {
		if v == known {
			return true
		}
	}
	return false
}

func checkText(f fault.Fields, view int64, t Text) {
	if utf8.RuneCountInString(t.Name) > maxName {
		f.Add(field("name", view), "A name has at most %d characters.", maxName)
	}
	if t.URLKey != "" && !validKey(t.URLKey) {
		f.Add(field("url_key", view), "A URL key has small letters, digits and single hyphens, at most %d characters.", maxKey)
	}
	if view == 0 && t.URLKey == "" {
		f.Add("url_key_0", "Enter a URL key.")
	}
	if len(t.Short) > maxText {
		f.Add(field("short", view), "This text is too long.")
	}
	if len(t.Description) > maxText {
		f.Add(field("description", view), "This text is too long.")
	}
}

func (p *Product) checkStock(f fault.Fields) {
	for name, n := range map[string]int64{"threshold": p.Stock.Threshold, "weight": p.WeightGrams} {
		if n < 0 || n > maxStock {
			f.Add(name, "Enter a whole number from 0 to %d.", maxStock)
		}
	}
	if p.Stock.OnHand < -maxStock || p.Stock.OnHand > maxStock { // below zero: owed on backorder
		f.Add("on_hand", "Enter a whole number up to %d.", maxStock)
	}
}

func (p *Product) checkPrices(f fault.Fields) {
	for _, price := range p.Prices {
		if price.Regular < 0 || price.Regular > maxAmount {
			f.Add(field("price", price.WebsiteID), "A price is never negative, and not that high.")
		}
		if price.HasSpecial && (price.Special < 0 || price.Special > maxAmount) {
			f.Add(field("special", price.WebsiteID), "A price is never negative, and not that high.")
		}
		if !price.SpecialFrom.IsZero() && !price.SpecialTo.IsZero() && !price.SpecialFrom.Before(price.SpecialTo) {
			f.Add(field("special_to", price.WebsiteID), "The special price ends before it begins.")
		}
	}
	for _, w := range p.Websites {
		if _, ok := p.PriceOn(w); !ok && p.Kind != Configurable {
			f.Add(field("price", w), "Enter a price: the product is sold on this website.")
		}
	}
	for _, g := range p.GroupPrices {
		if g.Price < 0 || g.Price > maxAmount {
			f.Add(field("group_price", g.WebsiteID), "A price is never negative, and not that high.")
		}
	}
}
