package storefront

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// productView is what the page of a product shows.
type productView struct {
	Name, SKU        string
	Now, Was         string
	TaxNote          string // what is in the price
	Short            string
	Description      []string // paragraphs
	Pictures         []pictureView
	Facts            []ui.Fact
	Tag, Stock       string
	StockTone        ui.Tone
	Salable          bool
	Options          []optionView
	Variants         []variantLink
	Tiers            []string
	Qty              ui.Field
	AddAction, Token string
	WishAction, ID   string
	Words            productWords
}

type productWords struct{ NowLabel, WasLabel, Add, Wish, Description, Details, Pictures, Variants, Tiers string }

type pictureView struct{ Src, Thumb, Alt, ID string }

func (a *App) productPage(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	key := r.PathValue("key")
	p, err := a.Catalog.View(ctx, a.scope(s), key)
	if fault.Is(err, fault.NotFound) {
		return a.movedProduct(w, r, key, err)
	}
	if err != nil {
		return err
	}
	if s.Customer != nil {
		if err := a.Customers.Viewed(ctx, s.Customer.ID, p.ID); err != nil {
			return err
		}
	}
	return a.showProduct(w, r, http.StatusOK, p, askedProduct(r))
}

// showProduct draws the page with what stands in its form.
func (a *App) showProduct(w http.ResponseWriter, r *http.Request, status int, p *catalog.Page, form productForm) error {
	s := shopper(r.Context())
	tree, _, err := a.categories(r)
	if err != nil {
		return err
	}
	v, err := a.productView(r, p, form)
	if err != nil {
		return err
	}
	page := shopPage{
		Title: p.Name, Description: firstWords(or(p.Short, p.Description)), Path: "/p/" + p.URLKey,
		Canonical: s.View.URL("/p/" + url.PathEscape(p.URLKey)), Shared: true,
		Crumbs: s.crumbs(tree, nil, p.Name),
	}
	if chain := tree.Chain(p.CategoryID); len(chain) > 1 && tree.Shown(p.CategoryID) {
		page.Crumbs, page.TopCategory = s.crumbs(tree, chain, p.Name), chain[1].ID
	}
	return a.page(w, r, status, page, productBody(v))
}

// productView is what the page shows: a configurable product as the variant that
// is chosen, once one is.
func (a *App) productView(r *http.Request, p *catalog.Page, form productForm) (productView, error) {
	s := shopper(r.Context())
	v := s.product(p)
	v.Token = web.CSRF(r.Context())
	v.Qty.Value, v.Qty.Error = form.qty, form.qtyError
	priced := p.Card
	if variant, ok := s.options(&v, p, form); ok {
		priced = variant.Card
		s.showCard(&v, priced)
		pictures, err := a.Catalog.Pictures(r.Context(), variant.ID)
		if err != nil {
			return v, err
		}
		if len(pictures) > 0 {
			v.Pictures = s.pictures(pictures)
		}
	}
	var err error
	v.Tiers, err = a.tiers(r, priced)
	return v, err
}

// movedProduct sends on who asks for an address that a product had before.
func (a *App) movedProduct(w http.ResponseWriter, r *http.Request, key string, otherwise error) error {
	s := shopper(r.Context())
	id, ok, err := a.Catalog.Redirect(r.Context(), s.View.ID, "product", key)
	if err != nil {
		return err
	}
	if !ok {
		return a.variantMoved(w, r, key, otherwise)
	}
	now, ok, err := a.Catalog.URLKey(r.Context(), id, s.View.ID)
	if err != nil {
		return err
	}
	if !ok || now == key {
		return otherwise
	}
	return a.movedFor(w, r, "/p/"+url.PathEscape(now))
}

func (s *Shopper) product(p *catalog.Page) productView {
	v := productView{
		Name: p.Name, SKU: p.SKU, ID: strconv.FormatInt(p.ID, 10), Short: p.Short, Description: paragraphs(p.Description),
		Salable: p.Sold && p.Salable > 0, AddAction: s.URL("/cart/items"), Pictures: s.pictures(p.Pictures),
		Qty: ui.Field{Name: "qty", Label: s.T("product.qty"), Min: "1"},
		Words: productWords{
			NowLabel: s.T("product.price_now"), WasLabel: s.T("product.price_was"), Add: s.T("product.add"),
			Wish: s.T("product.to_wishlist"), Description: s.T("product.description"), Details: s.T("product.details"), Pictures: s.T("product.pictures"),
			Variants: s.T("product.variants"), Tiers: s.T("product.tiers"),
		},
	}
	s.showCard(&v, p.Card)
	if s.Customer != nil {
		v.WishAction = s.URL("/account/wishlist")
	}
	v.Facts = []ui.Fact{{Term: s.T("product.sku"), Text: p.SKU}}
	for _, a := range p.Attributes {
		v.Facts = append(v.Facts, ui.Fact{Term: s.attribute(a.Code), Text: s.attributeValue(a.Code, a.Value)})
	}
	return v
}

// showCard puts in what differs between variants: price, stock and how many at most.
func (s *Shopper) showCard(v *productView, c catalog.Card) {
	card := s.card(c)
	v.Now, v.Was, v.Tag, v.TaxNote = card.Now, card.Was, card.Tag, s.taxNote(c)
	v.Stock, v.StockTone = or(card.Note, s.T("product.in_stock")), ui.Success
	switch {
	case card.Unavailable:
		v.StockTone = ui.Danger
	case card.Note != "":
		v.StockTone = ui.Warning
	}
	if v.Qty.Max = ""; c.Salable < catalog.Unlimited {
		v.Qty.Max = strconv.FormatInt(c.Salable, 10)
	}
}

func (s *Shopper) pictures(pictures []catalog.Picture) []pictureView {
	var views []pictureView
	for i, pic := range pictures {
		views = append(views, pictureView{
			Src: s.URL("/media/" + pic.Key), Thumb: s.URL("/media/" + pic.Thumb), Alt: pic.Alt, ID: "picture-" + strconv.Itoa(i+1),
		})
	}
	return views
}

func paragraphs(text string) []string {
	var out []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
