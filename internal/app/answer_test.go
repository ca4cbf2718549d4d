package app_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestEveryKindOfAnswerCarriesTheHeadersThatProtectIt(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		b := webtest.New(t)
		admin, shop := assistVera(b, d.Shop)
		shop.MustContain("Vera Lind")
		stay, _ := b.Cookie(d.Store("english", "/"), web.StayCookie)
		boss := webtest.New(t)
		signIn(boss, d.Shop, "admin").MustStatus(http.StatusOK)
		staff, _ := boss.Cookie(d.Admin("/"), web.AdminCookie)
		asset := admin.One("link[rel=stylesheet]").Attr("href")
		const private, kept = "private, no-store", ""
		for _, c := range []struct {
			method, address, cookie string
			status                  int
			cache                   string
		}{
			{"GET", d.Store("english", "/"), "", 200, "private, no-cache"},
			{"GET", d.Store("english", "/login"), "", 200, private},
			{"GET", d.Store("english", "/account"), "", 303, private},
			{"GET", d.Store("english", "/nothing"), "", 404, private},
			{"DELETE", d.Store("english", "/cart"), "", 405, private},
			{"GET", d.Store("english", asset), "", 200, kept},
			{"GET", d.Store("english", "/static/none.css"), "", 404, private},
			{"GET", d.Store("english", "/media/none"), "", 404, private},
			{"POST", d.Store("english", "/assist/enter"), "", 403, private},
			{"GET", d.Store("english", "/"), web.StayCookie + "=" + stay, 200, private},
			{"GET", d.Store("english", "/p/item-1"), web.StayCookie + "=" + stay, 200, private},
			{"GET", d.Store("english", "/nothing"), web.StayCookie + "=" + stay, 404, private},
			{"GET", d.Store("english", "/switch?to=german&path=/"), web.StayCookie + "=" + stay, 303, private},
			{"POST", d.Store("english", "/account/assistance"), web.StayCookie + "=" + stay, 403, private},
			{"GET", d.Admin("/login"), "", 200, private},
			{"GET", d.Admin("/customers"), "", 303, private},
			{"GET", d.Admin("/customers"), web.AdminCookie + "=" + staff, 200, private},
			{"GET", d.Admin("/customers.csv"), web.AdminCookie + "=" + staff, 200, private},
			{"GET", d.Admin("/assist/log.csv"), web.AdminCookie + "=" + staff, 200, private},
			{"GET", d.Admin("/customers/9999"), web.AdminCookie + "=" + staff, 404, private},
			{"PUT", d.Admin("/customers"), web.AdminCookie + "=" + staff, 405, private},
			{"GET", d.Admin("/assist/authorize?request=x&challenge=y"), web.AdminCookie + "=" + staff, 403, private},
		} {
			got := send(t, d.two, c.method, c.address, nil, "Cookie", c.cookie)
			if got.status != c.status {
				t.Errorf("%s %s: %d, want %d", c.method, c.address, got.status, c.status)
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
			} {
				if h := got.header.Get(name); h != want {
					t.Errorf("%s %s: %s is %q", c.method, c.address, name, h)
				}
			}
			csp := got.header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
				if !strings.Contains(csp, part) {
					t.Errorf("%s %s: the policy %q lacks %s", c.method, c.address, csp, part)
				}
			}
			if strings.Contains(csp, "unsafe") || (c.cache != kept && got.header.Get("Cache-Control") != c.cache) {
				t.Errorf("%s %s: %q, %q", c.method, c.address, csp, got.header.Get("Cache-Control"))
			}
			if c.cookie == web.StayCookie+"="+stay && got.header.Get("Etag") != "" {
				t.Errorf("%s %s: a page of a stay has an ETag", c.method, c.address)
			}
		}
	})
}

// page asks a node for a page as somebody of whom nothing is known, or with a
// cookie.
func (d *desk) page(node *apptest.Shop, path, cookie string) string {
	d.t.Helper()
	got := send(d.t, node, http.MethodGet, d.Store("english", path), nil, "Cookie", cookie)
	if got.status != http.StatusOK {
		d.t.Fatalf("%s: %d", path, got.status)
	}
	return got.body
}

func TestTheCacheNeverTakesFromAStayNorGivesToOne(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		for _, disabled := range []string{"1", "0"} {
			d.own(assistConfig, func(f *webtest.Form) { f.Set("assist.disable_page_cache", disabled) })
			d.page(d.Shop, "/", "") // hears of the change, and keeps nothing for a second
			d.Clock.Advance(2 * time.Second)
			b := webtest.New(t)
			_, shop := assistVera(b, d.Shop)
			secret, _ := b.Cookie(d.Store("english", "/"), web.StayCookie)
			csrf := shop.Form("form[action$=close]").Value("csrf")
			stay := web.StayCookie + "=" + secret
			for _, path := range []string{"/p/item-4", "/c/kitchen", "/"} {
				before := d.Pages.Stats()
				if body := d.page(d.Shop, path, stay); !strings.Contains(body, "Vera Lind") {
					t.Errorf("%s: no banner", path)
				}
				if now := d.Pages.Stats(); now.Hits != before.Hits || now.Misses != before.Misses {
					t.Errorf("%s: a stay's request touched the cache", path)
				}
				first := d.page(d.Shop, path, "") // made now, kept
				hits := d.Pages.Stats().Hits
				if again := d.page(d.Shop, path, ""); again != first || d.Pages.Stats().Hits != hits+1 {
					t.Errorf("%s: the guest's page was not kept", path)
				}
				for _, personal := range []string{"Vera", "Maria", csrf, secret} {
					if strings.Contains(first, personal) {
						t.Errorf("%s: the guest's page says %s", path, personal)
					}
				}
				if body := d.page(d.Shop, path, stay); !strings.Contains(body, "Vera Lind") {
					t.Errorf("%s: a stay is given the guest's page", path)
				}
			}
			shop.Form("form[action$=close]").Submit()
		}
	})
}

func TestAChangeReachesAnonymousPagesHereAtOnceAndElsewhereWithinASecond(t *testing.T) {
	eachDesk(t, func(t *testing.T, d *desk) {
		d.Clock.Advance(5 * time.Second)
		kept := func() {
			t.Helper()
			for _, node := range []*apptest.Shop{d.Shop, d.two} {
				d.page(node, "/p/item-1", "")
				hits := node.Pages.Stats().Hits
				if d.page(node, "/p/item-1", ""); node.Pages.Stats().Hits != hits+1 {
					t.Fatal("the page is not kept")
				}
			}
		}
		changes := []struct {
			form string
			fill func(f *webtest.Form)
			want string
		}{
			{"/config/general/general", func(f *webtest.Form) { f.Set("general.store_name", "Renamed Shop") }, "Renamed Shop"},
			{"/stores/view/2", func(f *webtest.Form) { f.Set("name", "Deutsch neu") }, "Deutsch neu"},
		}
		for _, c := range changes {
			kept()
			d.own(c.form, c.fill)
			if body := d.page(d.Shop, "/p/item-1", ""); !strings.Contains(body, c.want) {
				t.Errorf("%s: this node still shows the page from before", c.form)
			}
			d.Clock.Advance(time.Second)
			if body := d.page(d.two, "/p/item-1", ""); !strings.Contains(body, c.want) {
				t.Errorf("%s: a second later the other node shows the page from before", c.form)
			}
			d.Clock.Advance(3 * time.Second)
		}
		kept()
		p, err := d.Catalog.Product(t.Context(), d.one(`SELECT id FROM product WHERE sku = 'T-1'`))
		if err != nil {
			t.Fatal(err)
		}
		text := p.Texts[0]
		text.Name = "Earthenware Mug"
		p.Texts[0] = text
		if _, err := d.Catalog.Save(systemCtx, p); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(d.page(d.Shop, "/p/item-1", ""), "Earthenware Mug") {
			t.Error("this node still shows the product as it was")
		}
		d.Clock.Advance(time.Second)
		if !strings.Contains(d.page(d.two, "/p/item-1", ""), "Earthenware Mug") {
			t.Error("a second later the other node shows the product as it was")
		}
	})
}
