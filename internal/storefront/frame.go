package storefront

import (
	"context"
	"net/url"
	"strconv"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web/ui"
)

// cartOwner is whose cart a request means: the subject's, or a guest's.
func (s *Shopper) cartOwner() cart.Owner {
	o := cart.Owner{WebsiteID: s.Website.ID, ViewID: s.View.ID, GroupID: s.GroupID(), Currency: s.Website.Currency}
	if s.Customer != nil {
		o.CustomerID = s.Customer.ID
	} else {
		o.Secret = s.CartSecret
	}
	return o
}

// fill puts into the frame what comes from the database: the menu, the cart's
// count, the other store views, the footer.
func (a *App) fill(ctx context.Context, s *Shopper, p shopPage, shell *Shell) error {
	if err := a.fillMenu(ctx, s, p, shell); err != nil {
		return err
	}
	if owner := s.cartOwner(); owner.CustomerID != 0 || owner.Secret != "" {
		n, err := a.Carts.Count(ctx, owner)
		if err != nil {
			return err
		}
		if n > 0 {
			shell.Cart.Count = strconv.FormatInt(n, 10)
		}
	}
	if s.Customer != nil {
		shell.Wishlist = ui.NavLink{Text: s.T("nav.wishlist"), Href: s.URL("/account/wishlist")}
	}
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return err
	}
	shell.Views = viewSwitcherOf(tree, s, p.Path)
	shell.Footer = a.footer(ctx, s, shell.Nav)
	return nil
}

// viewSwitcherOf lists the store views of this website.
func viewSwitcherOf(tree *store.Tree, s *Shopper, path string) ViewSwitcher {
	v := ViewSwitcher{Label: s.T("nav.store_view"), Current: s.View.Name}
	for _, view := range tree.ActiveViews(s.Website.ID) {
		v.Views = append(v.Views, ViewLink{
			Name: view.Name, Href: s.URL("/switch") + "?" + url.Values{"to": {view.Code}, "path": {path}}.Encode(),
			Lang: i18n.For(view.Locale).Lang(), Current: view.ID == s.View.ID,
		})
	}
	return v
}

func (a *App) footer(ctx context.Context, s *Shopper, shop []ui.NavLink) Footer {
	f := Footer{
		About: s.T("footer.about"),
		Columns: []FooterColumn{{Title: s.T("footer.account"), Links: []ui.NavLink{
			{Text: s.T("account.title"), Href: s.URL("/account")},
			{Text: s.T("account.wishlist"), Href: s.URL("/account/wishlist")},
			{Text: s.T("nav.cart"), Href: s.URL("/cart")},
			{Text: s.T("assistance.title"), Href: s.URL("/account/assistance")},
		}}},
		Legal: s.T("footer.legal", "year", strconv.Itoa(a.Now().Year()), "store", a.storeName(ctx, s)),
	}
	if mail := a.Config.Text(ctx, config.SupportEmail, config.OfView(s.View)); mail != "" {
		f.Columns = append(f.Columns, FooterColumn{Title: s.T("footer.contact"), Links: []ui.NavLink{{Text: mail, Href: "mailto:" + mail}}})
	}
	if s.Customer == nil {
		account := &f.Columns[0]
		account.Links = append(account.Links, ui.NavLink{Text: s.T("order.find"), Href: s.URL("/orders/guest")})
	}
	if len(shop) > 0 {
		f.Columns = append([]FooterColumn{{Title: s.T("footer.shop"), Links: shop}}, f.Columns...)
	}
	if s.Stay == nil {
		f.Newsletter = &Newsletter{
			Action: s.URL("/newsletter"), Title: s.T("newsletter.title"), Text: s.T("newsletter.intro"),
			Label: s.T("newsletter.email"), Placeholder: s.T("newsletter.placeholder"), Button: s.T("newsletter.button"),
		}
	}
	return f
}

func (a *App) storeName(ctx context.Context, s *Shopper) string {
	return a.Config.Text(ctx, config.StoreName, config.OfView(s.View))
}

// fillMenu is the first level of the store's category tree.
func (a *App) fillMenu(ctx context.Context, s *Shopper, p shopPage, shell *Shell) error {
	scopes, err := a.Stores.Tree(ctx)
	if err != nil {
		return err
	}
	tree, err := a.Catalog.Tree(ctx)
	if err != nil {
		return err
	}
	shop, _ := scopes.Store(s.View.StoreID)
	for _, c := range tree.Menu(shop.RootCategoryID) {
		path := tree.URLPath(c.ID, s.View.ID)
		shell.Nav = append(shell.Nav, ui.NavLink{Text: c.Name(s.View.ID), Href: s.URL("/c/" + path), Current: c.ID == p.TopCategory})
	}
	return nil
}
