package storefront

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/pagecache"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// shopPage is what a page says about its frame.
type shopPage struct {
	Title       string
	Description string
	Crumbs      []ui.Crumb
	Search      string // what stands in the search box
	Path        string // of this page on every view, for the view switcher; "" means home
	Personal    bool   // not for search engines
	Canonical   string // address of the page without what does not change it
	TopCategory int64  // the item of the menu that the page belongs to
	Renew       bool   // without scripts, the page asks for itself anew now and then
	Shared      bool   // the same for all guests: may be kept and shown to others
}

// page answers with a page in the shop's frame.
func (a *App) page(w http.ResponseWriter, r *http.Request, status int, p shopPage, body templ.Component) error {
	s, err := a.shell(w, r, p)
	if err != nil {
		return err
	}
	if p.Shared && status == http.StatusOK && shopper(r.Context()).Unknown() && len(s.Flash) == 0 {
		pagecache.Allow(w, "view-"+s.Lang)
	}
	return web.Render(w, r, status, within(ShopPage(s), body))
}

// fragment answers with part of a page, for a script that asked for it.
func (a *App) fragment(w http.ResponseWriter, r *http.Request, body templ.Component) error {
	w.Header().Set(fragmentHeader, "1")
	return web.Render(w, r, http.StatusOK, body)
}

// shell fills the frame from the request.
func (a *App) shell(w http.ResponseWriter, r *http.Request, p shopPage) (Shell, error) {
	ctx, s := r.Context(), shopper(r.Context())
	shell := a.frame(w, r, p)
	if waitsOn[p.Path] {
		m, err := a.waiting(ctx, s)
		if err != nil {
			return shell, err
		}
		if m != nil {
			shell.Flash = append(shell.Flash, *m)
		}
	}
	var err error
	if shell.Notice, err = a.notice(ctx, s); err != nil {
		return shell, err
	}
	err = a.fill(ctx, s, p, &shell)
	return shell, err
}

// frame is as much of the shell as is known without asking the database.
func (a *App) frame(w http.ResponseWriter, r *http.Request, p shopPage) Shell {
	ctx, s := r.Context(), shopper(r.Context())
	l := s.Locale
	shell := Shell{
		Title: p.Title, Description: p.Description, Lang: l.Lang(), Dir: l.Dir(), Crumbs: p.Crumbs, Canonical: p.Canonical, Renew: p.Renew,
		StoreName: a.storeName(ctx, s), Home: s.URL("/"), Token: web.CSRF(ctx), Flash: flash(w, r),
		Search:  SearchBox{Action: s.URL("/search"), Value: p.Search, Label: l.T("search.label"), Placeholder: l.T("search.placeholder"), Button: l.T("search.button")},
		Account: accountOf(s), Cart: ui.NavLink{Text: l.T("nav.cart"), Href: s.URL("/cart")},
		Words: Words{
			Skip: l.T("nav.skip"), Menu: l.T("nav.menu"), Breadcrumbs: l.T("nav.breadcrumbs"),
			Categories: l.T("nav.categories"), Theme: l.T("nav.theme"), FooterLabel: l.T("footer.label"),
		},
	}
	if p.Personal || s.Customer != nil {
		shell.Robots = "noindex"
	}
	if s.Stay != nil {
		shell.Banner = a.banner(ctx, s)
	}
	if s.Customer != nil && s.Stay == nil {
		shell.NoticePoll, shell.Live = s.URL("/assist/notice"), s.URL("/assist/live")
	}
	return shell
}

// banner says whose account this is, who is in it, and the ways out.
func (a *App) banner(ctx context.Context, s *Shopper) *Banner {
	l, stay := s.Locale, s.Stay
	b := &Banner{
		TitlePrefix: l.T("banner.tab"), Label: l.T("banner.label"), Customer: stay.CustomerName, Website: s.Website.Name,
		AgentLabel: l.T("banner.agent"), Agent: stay.AdminName, Mode: l.T("banner.can_change"), ViewOnly: stay.ViewOnly(),
		Live:      s.URL("/assist/live"),
		LeftLabel: l.T("banner.time_left"), Left: left(stay.Due().Sub(a.Now())), Until: sqldb.Micros(stay.Due()),
		CloseText: l.T("banner.close"), CloseAction: s.URL("/assist/close"), Token: web.CSRF(ctx), Warning: l.T("banner.warning"),
	}
	switch {
	case stay.ViewOnly():
		b.Mode, b.Warning = l.T("banner.view_only"), ""
	case stay.Proposing():
		b.Mode, b.Warning, b.Proposing = l.T("banner.proposing"), l.T("banner.proposing_hint"), true
	}
	if stay.Scope != assist.Everything {
		b.Mode += " · " + stay.Scope.Text(l)
	}
	a.bannerControls(s, b)
	if stay.BackPath != "" {
		b.BackHref, b.BackText, b.BackShort = a.adminLink(stay.BackPath), backText(l, stay.Back), l.T("banner.back_short")
	}
	b.Before, b.Between, b.After = around(l)
	return b
}

// backText names the Admin page that the stay was begun from, in the language of
// the store view; the title of a page of the Admin is English as the Admin is.
func backText(l *i18n.Locale, p assist.Place) string {
	switch p.Kind {
	case assist.AtCustomer:
		return l.T("banner.back_customer", "name", p.Name)
	case assist.AtOrder:
		return l.T("banner.back_order", "number", p.Name)
	case assist.AtInvoice:
		return l.T("banner.back_invoice", "number", p.Name)
	case assist.AtShipment:
		return l.T("banner.back_shipment", "number", p.Name)
	case assist.AtCreditMemo:
		return l.T("banner.back_credit_memo", "number", p.Name)
	}
	return l.T("banner.back", "place", p.Name)
}

// around cuts the banner's sentence at its two names, whatever their order.
func around(l *i18n.Locale) (before, between, after string) {
	parts := []string{"", "", ""}
	at := 0
	for _, piece := range l.Pieces("banner.as", "name", "", "website", "") {
		if piece.Name != "" {
			at = min(at+1, 2)
			continue
		}
		parts[at] += piece.Text
	}
	return parts[0], parts[1], parts[2]
}

// left writes a time left as minutes and seconds.
func left(d time.Duration) string {
	d = max(d, 0).Truncate(time.Second)
	sec := int(d.Seconds()) % 60
	pad := ""
	if sec < 10 {
		pad = "0"
	}
	return strconv.Itoa(int(d.Minutes())) + ":" + pad + strconv.Itoa(sec)
}

// accountOf is the menu of whoever is looking.
func accountOf(s *Shopper) AccountMenu {
	if s.Customer == nil {
		return AccountMenu{Label: s.T("nav.account"), Links: []ui.NavLink{
			{Text: s.T("login.link"), Href: s.URL("/login")},
			{Text: s.T("register.link"), Href: s.URL("/register")},
		}}
	}
	m := AccountMenu{
		Label: s.Customer.Name(), SignedIn: true, SignOut: s.URL("/logout"), SignOutLabel: s.T("logout.button"),
		Links: []ui.NavLink{
			{Text: s.T("account.title"), Href: s.URL("/account")},
			{Text: s.T("account.information"), Href: s.URL("/account/edit")},
			{Text: s.T("account.addresses"), Href: s.URL("/account/addresses")},
			{Text: s.T("account.wishlist"), Href: s.URL("/account/wishlist")},
			{Text: s.T("assistance.title"), Href: s.URL("/account/assistance")},
		},
	}
	if s.Stay != nil {
		m.SignOut = "" // the way out of a stay is Close Session
	}
	return m
}

// flash is the message that the page before left, if any.
func flash(w http.ResponseWriter, r *http.Request) []ui.Message {
	if f := web.TakeFlash(w, r); f != nil {
		return []ui.Message{{Tone: ui.Tone(f.Tone), Text: f.Text}}
	}
	return nil
}

// within puts a body into a frame that takes children.
func within(frame, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return frame.Render(templ.WithChildren(ctx, body), w)
	})
}
