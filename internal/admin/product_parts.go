package admin

import (
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
)

// The tabs of the product editor, and the form of a new product.
var (
	productParts = []*productPart{
		{key: "", title: "General", stored: generalStored, fields: generalFields, apply: generalApply},
		{key: "content", title: "Content", stored: contentStored, fields: contentFields, apply: contentApply},
		{key: "variants", title: "Configurations", only: isConfigurable, stored: variantsStored, fields: variantsFields, apply: func(*productForm, *web.Form, *catalog.Product) {}},
		{key: "prices", title: "Prices", only: notConfigurable, stored: pricesStored, fields: pricesFields, apply: pricesApply},
		{key: "stock", title: "Stock", stored: stockStored, fields: stockFields, apply: stockApply},
		{key: "pictures", title: "Pictures", stored: func(*productForm) {}, fields: picturesFields, apply: func(*productForm, *web.Form, *catalog.Product) {}},
		{key: "places", title: "Websites and Categories", stored: placesStored, fields: placesFields, apply: placesApply},
	}
	newPart = &productPart{key: "new", title: "New Product", stored: newStored, fields: newFields, apply: newApply}
)

func productPartOf(key string) *productPart {
	if key == newPart.key {
		return newPart
	}
	for _, p := range productParts {
		if p.key == key {
			return p
		}
	}
	return nil
}

func generalStored(f *productForm) {
	f.Values["sku"], f.Values["status"], f.Values["visibility"] = f.P.SKU, yesNo(f.P.Enabled), string(f.P.Visibility)
	f.Values["weight"], f.Values["tax_class"] = strconv.FormatInt(f.P.WeightGrams, 10), taxOf(f.P)
	var lines []string
	for _, code := range slices.Sorted(maps.Keys(f.P.Attributes)) {
		lines = append(lines, code+" = "+f.P.Attributes[code])
	}
	f.Values["attributes"] = strings.Join(lines, "\n")
}

func generalApply(_ *productForm, in *web.Form, p *catalog.Product) {
	p.SKU, p.Enabled, p.Visibility = in.Text("sku"), in.Bool("status"), catalog.Visibility(in.Text("visibility"))
	p.TaxClass = in.Text("tax_class")
	if in.Has("weight") {
		p.WeightGrams = in.Int("weight")
	}
	p.Attributes = map[string]string{}
	for line := range strings.Lines(in.Text("attributes")) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		code, value, ok := strings.Cut(line, "=")
		if !ok {
			in.Errors.Add("attributes", "Write one attribute a line, such as: colour = blue")
		}
		p.Attributes[strings.ToLower(strings.TrimSpace(code))] = strings.TrimSpace(value)
	}
}

// contentNames are the texts of a product, as the form names them.
var contentNames = []string{"name", "url_key", "short", "description"}

func (f *productForm) content(name string) string {
	return name + "_" + strconv.FormatInt(f.ViewID, 10)
}

func contentStored(f *productForm) {
	t := f.P.Texts[f.ViewID]
	for i, text := range []string{t.Name, t.URLKey, t.Short, t.Description} {
		f.Values[f.content(contentNames[i])] = text
		if f.ViewID != 0 {
			f.Values["default_"+contentNames[i]] = yesNo(text == "")
		}
	}
}

func contentApply(f *productForm, in *web.Form, p *catalog.Product) {
	texts := make([]string, len(contentNames))
	for i, name := range contentNames {
		if f.ViewID == 0 || !in.Bool("default_"+name) {
			texts[i] = in.Text(f.content(name))
		}
	}
	p.Texts[f.ViewID] = catalog.Text{Name: texts[0], URLKey: texts[1], Short: texts[2], Description: texts[3]}
	if f.ViewID != 0 {
		if _, ok := f.Scopes.View(f.ViewID); !ok {
			delete(p.Texts, f.ViewID)
			in.Errors.Add("view", "This store view no longer exists.")
		}
	}
}

func onSite(name string, websiteID int64) string {
	return name + "_" + strconv.FormatInt(websiteID, 10)
}

func groupField(websiteID, groupID int64) string {
	return onSite(onSite("group_price", websiteID), groupID)
}

// mine are the websites that this Admin user's role reaches.
func (f *productForm) mine() []store.Website {
	var mine []store.Website
	for _, w := range f.Scopes.Websites {
		if f.Grant.AllowsWebsite(w.ID) {
			mine = append(mine, w)
		}
	}
	return mine
}

func pricesStored(f *productForm) {
	for _, w := range f.mine() {
		for _, name := range []string{"price", "special", "special_from", "special_to"} {
			f.Values[onSite(name, w.ID)] = ""
		}
		if price, ok := f.P.PriceOn(w.ID); ok {
			f.Values[onSite("price", w.ID)] = plainAmount(price.Regular, w.Currency)
			if price.HasSpecial {
				f.Values[onSite("special", w.ID)] = plainAmount(price.Special, w.Currency)
			}
			f.Values[onSite("special_from", w.ID)] = dateText(price.SpecialFrom)
			if !price.SpecialTo.IsZero() {
				f.Values[onSite("special_to", w.ID)] = dateText(price.SpecialTo.Add(-time.Microsecond))
			}
		}
		tiersStored(f, w)
		for _, g := range f.Groups {
			f.Values[groupField(w.ID, g.ID)] = ""
		}
		for _, g := range f.P.GroupPrices {
			if g.WebsiteID == w.ID {
				f.Values[groupField(w.ID, g.GroupID)] = plainAmount(g.Price, w.Currency)
			}
		}
	}
}

func plainAmount(minor int64, currency string) string { return money.New(minor, currency).String() }

func dateText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// pricesApply replaces the prices of the websites that the role reaches.
func pricesApply(f *productForm, in *web.Form, p *catalog.Product) {
	mine := func(id int64) bool { return f.Grant.AllowsWebsite(id) }
	p.Prices = slices.DeleteFunc(slices.Clone(p.Prices), func(x catalog.Price) bool { return mine(x.WebsiteID) })
	p.GroupPrices = slices.DeleteFunc(slices.Clone(p.GroupPrices), func(x catalog.GroupPrice) bool { return mine(x.WebsiteID) })
	p.TierPrices = slices.DeleteFunc(slices.Clone(p.TierPrices), func(x catalog.TierPrice) bool { return mine(x.WebsiteID) })
	for _, w := range f.mine() {
		if price, ok := priceFrom(in, w); ok {
			p.Prices = append(p.Prices, price)
		}
		p.TierPrices = append(p.TierPrices, tiersFrom(in, w)...)
		for _, g := range f.Groups {
			if minor, ok := amountFrom(in, groupField(w.ID, g.ID), w.Currency); ok {
				p.GroupPrices = append(p.GroupPrices, catalog.GroupPrice{WebsiteID: w.ID, GroupID: g.ID, Price: minor})
			}
		}
	}
	slices.SortFunc(p.Prices, func(a, b catalog.Price) int { return int(a.WebsiteID - b.WebsiteID) })
	slices.SortFunc(p.GroupPrices, func(a, b catalog.GroupPrice) int {
		if a.WebsiteID != b.WebsiteID {
			return int(a.WebsiteID - b.WebsiteID)
		}
		return int(a.GroupID - b.GroupID)
	})
}

func priceFrom(in *web.Form, w store.Website) (p catalog.Price, ok bool) {
	p.WebsiteID = w.ID
	if p.Regular, ok = amountFrom(in, onSite("price", w.ID), w.Currency); !ok {
		return p, false
	}
	p.Special, p.HasSpecial = amountFrom(in, onSite("special", w.ID), w.Currency)
	p.SpecialFrom = dateFrom(in, onSite("special_from", w.ID))
	if to := dateFrom(in, onSite("special_to", w.ID)); !to.IsZero() {
		p.SpecialTo = to.AddDate(0, 0, 1) // the last day counts
	}
	return p, true
}

// amountFrom reads an amount; an empty field is none, a wrong one an error.
func amountFrom(in *web.Form, name, currency string) (int64, bool) {
	text := in.Text(name)
	if text == "" {
		return 0, false
	}
	amount, err := money.Parse(text, currency)
	if err != nil || amount.Minor < 0 {
		in.Errors.Add(name, "Enter an amount such as %s, without a sign.", plainAmount(1999, currency))
		return 0, false
	}
	return amount.Minor, true
}

func dateFrom(in *web.Form, name string) time.Time {
	text := in.Text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		in.Errors.Add(name, "Enter a date such as 2026-05-31.")
	}
	return t
}

func stockStored(f *productForm) {
	s := f.P.Stock
	f.Values["manage"], f.Values["in_stock"], f.Values["backorders"] = yesNo(s.Manage), yesNo(s.InStock), yesNo(s.Backorders)
	f.Values["on_hand"], f.Values["threshold"] = strconv.FormatInt(s.OnHand, 10), strconv.FormatInt(s.Threshold, 10)
}

func stockApply(_ *productForm, in *web.Form, p *catalog.Product) {
	if p.Stock.InStock = in.Bool("in_stock"); p.Kind == catalog.Configurable {
		return // its variants are counted
	}
	p.Stock.Manage, p.Stock.Backorders = in.Bool("manage"), in.Bool("backorders")
	p.Stock.OnHand, p.Stock.Threshold = in.Int("on_hand"), in.Int("threshold")
}

func placesStored(f *productForm) {
	f.Lists["websites"], f.Lists["categories"] = nil, nil
	for _, w := range f.P.Websites {
		f.Lists["websites"] = append(f.Lists["websites"], idText(w))
	}
	for _, c := range f.P.Categories {
		f.Lists["categories"] = append(f.Lists["categories"], idText(c.CategoryID))
		f.Values[onSite("position", c.CategoryID)] = strconv.FormatInt(c.Position, 10)
	}
}

func placesApply(f *productForm, in *web.Form, p *catalog.Product) {
	sites := slices.DeleteFunc(slices.Clone(p.Websites), f.Grant.AllowsWebsite)
	for _, id := range in.IDs("websites") {
		if f.Grant.AllowsWebsite(id) {
			sites = append(sites, id)
		}
	}
	slices.Sort(sites)
	p.Websites = slices.Compact(sites)
	before := map[int64]int64{}
	for _, c := range p.Categories {
		before[c.CategoryID] = c.Position
	}
	p.Categories = nil
	ids := in.IDs("categories")
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		c := catalog.Placement{CategoryID: id, Position: before[id]}
		if name := onSite("position", id); in.Has(name) {
			c.Position = in.Int(name)
		}
		p.Categories = append(p.Categories, c)
	}
}

func newStored(f *productForm) {
	f.Values["sku"], f.Values["name_0"], f.Values["url_key_0"], f.Values["on_hand"], f.Values["status"] = "", "", "", "0", "1"
	f.Values["kind"], f.Values["tax_class"] = string(catalog.Simple), tax.Taxable
	f.Lists["websites"] = nil
	for _, w := range f.mine() {
		f.Values[onSite("price", w.ID)] = ""
		f.Lists["websites"] = append(f.Lists["websites"], idText(w.ID))
	}
}

func newApply(f *productForm, in *web.Form, p *catalog.Product) {
	p.SKU, p.Enabled, p.Visibility = in.Text("sku"), in.Bool("status"), catalog.InBoth
	p.Texts[0] = catalog.Text{Name: in.Text("name_0"), URLKey: in.Text("url_key_0")}
	p.Kind, p.TaxClass, p.Stock.OnHand = catalog.Kind(in.Text("kind")), in.Text("tax_class"), in.Int("on_hand")
	placesApply(f, in, p)
	pricesApply(f, in, p)
}

// upload reads a file that a form sent.
func upload(h *multipart.FileHeader) ([]byte, error) {
	if h.Size > catalog.MaxPictureBytes {
		return nil, &fault.Error{Kind: fault.Invalid, Fields: map[string]string{
			"picture": fmt.Sprintf("A picture has at most %d MB.", catalog.MaxPictureBytes>>20),
		}}
	}
	file, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, catalog.MaxPictureBytes+1))
}
