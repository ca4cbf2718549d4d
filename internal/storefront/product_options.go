package storefront

import (
	"net/http"
	"net/url"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// optionPrefix begins the names of the fields, and of the address's parameters,
// by which a variant is chosen: option_colour=blue.
const optionPrefix = "option_"

// productForm is what stands in a product page's form: what was asked for by the
// address, or what was typed when it was refused.
type productForm struct {
	qty, qtyError string
	chosen        func(code string) string
	refused       bool // say at each option what is missing
}

func askedProduct(r *http.Request) productForm {
	q := r.URL.Query()
	return productForm{qty: "1", chosen: func(code string) string { return q.Get(optionPrefix + code) }}
}

func typedProduct(f *web.Form, qtyError string) productForm {
	return productForm{qty: f.Text("qty"), qtyError: qtyError, chosen: func(code string) string { return f.Text(optionPrefix + code) }}
}

// variantPath is the page of a configurable product with a choice made.
func (s *Shopper) variantPath(urlKey string, choice catalog.Choice) string {
	q := url.Values{}
	for _, a := range choice {
		q.Set(optionPrefix+a.Code, a.Value)
	}
	path := "/p/" + url.PathEscape(urlKey)
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// choiceText says a choice in the shopper's language: "Colour: Blue, Size: M".
func (s *Shopper) choiceText(choice catalog.Choice) string {
	text := ""
	for i, a := range choice {
		if i > 0 {
			text += s.T("product.and_option")
		}
		text += s.T("product.option", "name", s.attribute(a.Code), "value", s.attributeValue(a.Code, a.Value))
	}
	return text
}

// variantLink is one way to have a configurable product, with what it costs.
type variantLink struct {
	Text, Href, Price, Was, Note string
	Current                      bool
}

// options are the fields to choose by, and the variants to look at. What cannot
// be had whatever else is chosen is said at the value; what cannot be had
// together, below.
func (s *Shopper) options(v *productView, p *catalog.Page, form productForm) (catalog.Variant, bool) {
	chosen, ok := catalog.Choose(p.Variants, form.chosen)
	for _, axis := range catalog.AxesOf(p.Variants) {
		f := ui.Field{Name: optionPrefix + axis.Code, Label: s.attribute(axis.Code), Value: form.chosen(axis.Code), Required: true}
		if form.refused && f.Value == "" {
			f.Error = s.T("product.choose_one", "name", f.Label)
		}
		o := optionView{Field: f}
		for _, value := range axis.Values {
			option := ui.Option{Value: value, Label: s.attributeValue(axis.Code, value)}
			if !canBeHad(p.Variants, axis.Code, value) {
				option.Hint, option.Disabled = s.T("product.out_of_stock"), true
			}
			o.Options = append(o.Options, option)
		}
		v.Options = append(v.Options, o)
	}
	if n := len(v.Options); !ok && form.refused && n > 0 && allChosen(v.Options) {
		v.Options[n-1].Field.Error = s.T("product.no_combination")
	}
	for _, variant := range p.Variants {
		card := s.card(variant.Card)
		v.Variants = append(v.Variants, variantLink{
			Text: s.choiceText(variant.Choice), Href: s.URL(s.variantPath(p.URLKey, variant.Choice)),
			Price: card.Now, Was: card.Was, Note: or(card.Note, s.T("product.in_stock")), Current: ok && variant.ID == chosen.ID,
		})
	}
	return chosen, ok
}

// optionView is one thing to choose.
type optionView struct {
	Field   ui.Field
	Options []ui.Option
}

func allChosen(options []optionView) bool {
	for _, o := range options {
		if o.Field.Value == "" {
			return false
		}
	}
	return true
}

func canBeHad(variants []catalog.Variant, code, value string) bool {
	for _, v := range variants {
		if v.Choice.Of(code) == value && v.Salable > 0 {
			return true
		}
	}
	return false
}

// addChosen puts the variant into the cart that a configurable product's form
// names; without one it is asked for.
func (a *App) addChosen(w http.ResponseWriter, r *http.Request, f *web.Form, qty int64) (out cart.Outcome, done bool, err error) {
	p, err := a.productOf(r, f.Text("sku"))
	if err != nil {
		return out, true, err
	}
	form := typedProduct(f, "")
	variant, ok := catalog.Choose(p.Variants, form.chosen)
	if !ok {
		form.refused = true
		return out, true, a.showProduct(w, r, http.StatusUnprocessableEntity, p, form)
	}
	out, err = a.Carts.AddVariant(r.Context(), shopper(r.Context()).cartOwner(), p.ID, variant.SKU, qty)
	return out, false, err
}

// productOf is the product with a SKU as its own page shows it.
func (a *App) productOf(r *http.Request, sku string) (*catalog.Page, error) {
	s := shopper(r.Context())
	gone := fault.New(fault.NotFound, "This product does not exist, or is not sold here.")
	id, ok, err := a.Catalog.ID(r.Context(), sku)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, gone
	}
	key, ok, err := a.Catalog.URLKey(r.Context(), id, s.View.ID)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, gone
	}
	return a.Catalog.View(r.Context(), a.scope(s), key)
}

// tiers say from which quantities on a product costs less.
func (a *App) tiers(r *http.Request, card catalog.Card) ([]string, error) {
	s := shopper(r.Context())
	all, err := a.Catalog.Tiers(r.Context(), a.scope(s), card)
	texts := make([]string, len(all))
	for i, t := range all {
		texts[i] = s.T("product.tier", "n", s.Locale.Number(t.MinQty), "price", s.money(s.mainPrice(card.TaxClass, t.Price)))
	}
	return texts, err
}

// variantMoved leads from the address of a variant that has no page of its own
// to where it is chosen.
func (a *App) variantMoved(w http.ResponseWriter, r *http.Request, key string, otherwise error) error {
	s := shopper(r.Context())
	parent, choice, ok, err := a.Catalog.ParentAt(r.Context(), s.View.ID, key)
	if err != nil {
		return err
	}
	if !ok {
		return otherwise
	}
	now, ok, err := a.Catalog.URLKey(r.Context(), parent, s.View.ID)
	if err != nil {
		return err
	}
	if !ok {
		return otherwise
	}
	return a.redirect(w, r, s.variantPath(now, choice))
}
