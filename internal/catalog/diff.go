package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// diffProduct notes what differs between two states of a product.
func diffProduct(e *sqldb.Entry, a, b *Product) {
	e.Diff("sku", a.SKU, b.SKU)
	e.Diff("enabled", yes(a.ID != 0, a.Enabled), yes(b.SKU != "", b.Enabled))
	e.Diff("visibility", string(a.Visibility), string(b.Visibility))
	e.Diff("weight_grams", number(a.WeightGrams), number(b.WeightGrams))
	e.Diff("tax_class", a.TaxClass, b.TaxClass)
	e.Diff("stock", stockLine(a), stockLine(b))
	for _, view := range keysOf(a.Texts, b.Texts) {
		x, y := a.Texts[view], b.Texts[view]
		e.Diff(field("name", view), x.Name, y.Name)
		e.Diff(field("url_key", view), x.URLKey, y.URLKey)
		e.Diff(field("short_description", view), x.Short, y.Short)
		e.Diff(field("description", view), x.Description, y.Description)
	}
	for _, code := range keysOf(a.Attributes, b.Attributes) {
		e.Diff("attribute_"+code, a.Attributes[code], b.Attributes[code])
	}
	e.Diff("websites", list(a.Websites), list(b.Websites))
	e.Diff("categories", list(a.Categories), list(b.Categories))
	e.Diff("prices", priceLines(a), priceLines(b))
	e.Diff("group_prices", list(a.GroupPrices), list(b.GroupPrices))
	e.Diff("tier_prices", list(a.TierPrices), list(b.TierPrices))
	e.Diff("product_type", string(a.Kind), string(b.Kind))
	e.Diff("axes", strings.Join(a.Axes, ", "), strings.Join(b.Axes, ", "))
	e.Diff("variants", list(a.Variants), list(b.Variants))
}

func keysOf[K int64 | string, V any](a, b map[K]V) []K {
	keys := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, both := a[k]; !both {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

func yes(exists, v bool) string {
	switch {
	case !exists:
		return ""
	case v:
		return "yes"
	}
	return "no"
}

func list[T any](vs []T) string {
	parts := make([]string, len(vs))
	for i, v := range vs {
		parts[i] = strings.Trim(fmt.Sprint(v), "{}")
	}
	return strings.Join(parts, ", ")
}

func stockLine(p *Product) string {
	s := p.Stock
	if p.SKU == "" || p.Kind == Configurable {
		return ""
	}
	if !s.Manage {
		return "not managed, in stock " + yes(true, s.InStock)
	}
	return fmt.Sprintf("on hand %d, threshold %d, in stock %s, backorders %s", s.OnHand, s.Threshold, yes(true, s.InStock), yes(true, s.Backorders))
}

func priceLines(p *Product) string {
	lines := make([]string, len(p.Prices))
	for i, pr := range p.Prices {
		lines[i] = fmt.Sprintf("website %d: %d", pr.WebsiteID, pr.Regular)
		if pr.HasSpecial {
			lines[i] += fmt.Sprintf(", special %d", pr.Special)
			if from := moment(pr.SpecialFrom); from != "" {
				lines[i] += " from " + from
			}
			if to := moment(pr.SpecialTo); to != "" {
				lines[i] += " to " + to
			}
		}
	}
	return strings.Join(lines, "; ")
}
