package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// kindChoices are the product types by their names.
var kindChoices = []ui.Option{
	{Value: string(catalog.Simple), Label: "Simple Product"},
	{Value: string(catalog.Configurable), Label: "Configurable Product"},
	{Value: string(catalog.Virtual), Label: "Virtual Product"},
}

func isConfigurable(p *catalog.Product) bool  { return p.Kind == catalog.Configurable }
func notConfigurable(p *catalog.Product) bool { return p.Kind != catalog.Configurable }

// taxChoices are the tax classes of products; one that no longer exists stays
// choosable where it is set.
func (f *productForm) taxChoices() []ui.Option {
	var options []ui.Option
	set := f.Values["tax_class"]
	for _, c := range f.TaxClasses {
		options = append(options, ui.Option{Value: c.Code, Label: c.Name})
	}
	if !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == set }) {
		options = append(options, ui.Option{Value: set, Label: set})
	}
	return options
}

func taxOf(p *catalog.Product) string {
	if p.TaxClass == "" {
		return tax.Taxable // what a product without a class is
	}
	return p.TaxClass
}

// spareTiers is how many empty rows a form has for further tier prices.
const spareTiers = 3

func tierField(name string, websiteID int64, row int) string {
	return onSite("tier_"+name, websiteID) + "_" + strconv.Itoa(row)
}

func (f *productForm) tiersOn(websiteID int64) []catalog.TierPrice {
	var tiers []catalog.TierPrice
	for _, t := range f.P.TierPrices {
		if t.WebsiteID == websiteID {
			tiers = append(tiers, t)
		}
	}
	return tiers
}

func (f *productForm) tierRows(websiteID int64) int { return len(f.tiersOn(websiteID)) + spareTiers }

func (f *productForm) tierGroups() []ui.Option {
	options := []ui.Option{{Value: "0", Label: "ALL GROUPS"}}
	for _, g := range f.Groups {
		options = append(options, ui.Option{Value: idText(g.ID), Label: g.Name})
	}
	return options
}

func tiersStored(f *productForm, w store.Website) {
	tiers := f.tiersOn(w.ID)
	for i := range f.tierRows(w.ID) {
		group, qty, price := "0", "", ""
		if i < len(tiers) {
			t := tiers[i]
			group, qty, price = idText(t.GroupID), strconv.FormatInt(t.MinQty, 10), plainAmount(t.Price, w.Currency)
		}
		f.Values[tierField("group", w.ID, i)], f.Values[tierField("qty", w.ID, i)] = group, qty
		f.Values[tierField("price", w.ID, i)] = price
	}
}

// tiersFrom reads the rows; one without quantity and price is none.
func tiersFrom(in *web.Form, w store.Website) []catalog.TierPrice {
	var tiers []catalog.TierPrice
	for i := 0; in.Has(tierField("qty", w.ID, i)); i++ {
		qty, price := tierField("qty", w.ID, i), tierField("price", w.ID, i)
		if in.Text(qty) == "" && in.Text(price) == "" {
			continue
		}
		minor, ok := amountFrom(in, price, w.Currency)
		switch n := in.Int(qty); {
		case !ok:
			in.Errors.Add(price, "Enter a price.")
		case n < 2:
			in.Errors.Add(qty, "A tier price counts from 2 pieces on, or more.")
		default:
			tiers = append(tiers, catalog.TierPrice{WebsiteID: w.ID, GroupID: in.ID(tierField("group", w.ID, i)), MinQty: n, Price: minor})
		}
	}
	return tiers
}

// variantsStored fills the matrix: a row for each variant, and an empty form for
// further ones.
func variantsStored(f *productForm) {
	f.Values["axes"] = strings.Join(f.P.Axes, ", ")
	f.Values["link"], f.Values["make"], f.Values["make_on_hand"] = "", "", "0"
	for _, w := range f.mine() {
		f.Values[onSite("make_price", w.ID)] = ""
	}
	for _, c := range f.Children {
		f.Values[onSite("sku", c.ID)], f.Values[onSite("on_hand", c.ID)] = c.SKU, strconv.FormatInt(c.Stock.OnHand, 10)
		f.Values[onSite("enabled", c.ID)], f.Values[onSite("remove", c.ID)] = yesNo(c.Enabled), ""
		for _, w := range f.mine() {
			if price, ok := c.PriceOn(w.ID); ok {
				f.Values[variantPrice(c.ID, w.ID)] = plainAmount(price.Regular, w.Currency)
			}
		}
	}
}

func variantPrice(childID, websiteID int64) string {
	return onSite(onSite("price", childID), websiteID)
}

// saveVariants saves the matrix.
func (a *App) saveVariants(w http.ResponseWriter, r *http.Request) error {
	f, err := a.productForm(r, "variants")
	if err != nil {
		return err
	}
	in, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	m := matrixFrom(f, in)
	err = in.Errors.Err()
	if err == nil {
		err = a.Catalog.SaveMatrix(r.Context(), f.P.ID, m)
	}
	if refused, ok := fault.As(err); ok {
		return a.refuseProduct(w, r, f, in, refused)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the variants of "+f.P.SKU+".")
	return web.Redirect(w, r, f.path())
}

func matrixFrom(f *productForm, in *web.Form) catalog.Matrix {
	m := catalog.Matrix{Version: in.ID("version"), Axes: codes(in.Text("axes")), Link: separated(in.Text("link")), Prices: map[int64]int64{}, OnHand: in.Int("make_on_hand")}
	for _, w := range f.mine() {
		if minor, ok := amountFrom(in, onSite("make_price", w.ID), w.Currency); ok {
			m.Prices[w.ID] = minor
		}
	}
	for _, c := range f.Children {
		edit := catalog.VariantEdit{
			ID: c.ID, SKU: in.Text(onSite("sku", c.ID)), OnHand: in.Int(onSite("on_hand", c.ID)), Prices: map[int64]int64{},
			Enabled: in.Bool(onSite("enabled", c.ID)), Remove: in.Bool(onSite("remove", c.ID)),
		}
		for _, w := range f.mine() {
			if minor, ok := amountFrom(in, variantPrice(c.ID, w.ID), w.Currency); ok {
				edit.Prices[w.ID] = minor
			}
		}
		m.Rows = append(m.Rows, edit)
	}
	m.Make = combinations(in, m.Axes)
	return m
}

// combinations are all choices of the values typed for each axis, one axis a
// line: "colour = red, blue".
func combinations(in *web.Form, axes []string) []catalog.Choice {
	values := map[string][]string{}
	for line := range strings.Lines(in.Text("make")) {
		code, list, ok := strings.Cut(line, "=")
		if code = strings.ToLower(strings.TrimSpace(code)); code == "" && !ok {
			continue
		}
		if !slices.Contains(axes, code) {
			in.Errors.Add("make", "%q is not one of the attributes that the variants differ in.", code)
		}
		values[code] = separated(list)
	}
	if len(values) == 0 {
		return nil
	}
	choices := []catalog.Choice{{}}
	for _, code := range axes {
		if len(values[code]) == 0 {
			in.Errors.Add("make", "Write the values of %s too.", code)
		}
		var longer []catalog.Choice
		for _, choice := range choices {
			for _, value := range values[code] {
				longer = append(longer, append(slices.Clone(choice), catalog.Attribute{Code: code, Value: value}))
			}
			if len(longer) > catalog.MaxVariants {
				in.Errors.Add("make", "A product has at most %d variants.", catalog.MaxVariants)
				return nil
			}
		}
		choices = longer
	}
	return choices
}

func codes(text string) []string {
	all := separated(strings.ToLower(text))
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// separated are the parts of a list that is written with commas or in lines.
func separated(text string) []string {
	var parts []string
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}
