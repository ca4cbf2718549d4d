package storefront

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/web/ui"
)

func shown(t *testing.T, c templ.Component) string {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestTheBannerIsTheFirstThingInThePage(t *testing.T) {
	s := Shell{Lang: "en", Dir: "ltr", StoreName: "Shop", Title: "Cart", Banner: &Banner{TitlePrefix: "[Assisting]", Customer: "Vera Lind", CloseAction: "/assist/close"}}
	for name, page := range map[string]templ.Component{"shop": ShopPage(s), "plain": PlainPage(s, false)} {
		html := shown(t, page)
		body := html[strings.Index(html, "<body"):]
		body = body[strings.Index(body, ">")+1:]
		if !strings.HasPrefix(body, `<section class="assist-banner"`) || !strings.Contains(body, BannerMark) {
			t.Errorf("%s begins with %.80s", name, body)
		}
		if !strings.Contains(html, "<title>[Assisting] Cart · Shop</title>") || !strings.Contains(html, ui.Asset("favicon-assist.svg")) {
			t.Errorf("%s: the tab does not differ", name)
		}
	}
}

func TestWithoutAStayThereIsNoBanner(t *testing.T) {
	if html := shown(t, ShopPage(Shell{Lang: "en", Dir: "ltr"})); strings.Contains(html, BannerMark) {
		t.Error("a banner is shown to an ordinary customer")
	}
}

func TestTheFrameEscapesNamesAndAddresses(t *testing.T) {
	bad := `<script>alert(1)</script>"' onload=x ` + "\u202e" + strings.Repeat("W", 300)
	link := ui.NavLink{Text: bad, Href: "javascript:x", Count: bad}
	s := Shell{
		Title: bad, Description: bad, Lang: bad, Dir: bad, Canonical: "javascript:x", StoreName: bad, Home: "javascript:x", Token: bad,
		Banner:   &Banner{TitlePrefix: bad, Label: bad, Before: bad, Customer: bad, Between: bad, Website: bad, Agent: bad, Mode: bad, Left: bad, BackText: bad, BackHref: "javascript:x", CloseText: bad, CloseAction: "javascript:x", Token: bad},
		Notice:   &Notice{Label: bad, Text: bad, Since: bad, DetailsText: bad, DetailsHref: "javascript:x", EndText: bad, EndAction: "javascript:x", Token: bad},
		Nav:      []ui.NavLink{link},
		Search:   SearchBox{Action: "javascript:x", Value: bad, Label: bad, Placeholder: bad},
		Account:  AccountMenu{Label: bad, SignedIn: true, Links: []ui.NavLink{link}, SignOut: "javascript:x", SignOutLabel: bad},
		Wishlist: link, Cart: link,
		Views:  ViewSwitcher{Label: bad, Current: bad, Views: []ViewLink{{Name: bad, Href: "javascript:x", Lang: bad}, {Name: bad, Current: true}}},
		Footer: Footer{About: bad, Columns: []FooterColumn{{Title: bad, Links: []ui.NavLink{link}}}, Newsletter: &Newsletter{Action: "javascript:x", Title: bad, Text: bad}, Legal: bad},
		Words:  Words{Skip: bad, Menu: bad, Categories: bad, Theme: bad}, Crumbs: []ui.Crumb{{Text: bad, Href: "javascript:x"}},
	}
	card := CardArgs{Name: bad, Href: "javascript:x", Picture: bad, Now: bad, Was: bad, Tag: bad, Note: bad, AddAction: "javascript:x", AddText: bad, Token: bad}
	html := shown(t, ShopPage(s)) + shown(t, ProductCard(card))
	for _, never := range []string{"<script>", `"' onload`, "javascript:", ` style="`} {
		if strings.Contains(html, never) {
			t.Errorf("the page contains %q", never)
		}
	}
}
