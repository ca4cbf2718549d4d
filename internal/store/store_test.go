package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
)

func TestBaseURLs(t *testing.T) {
	for in, want := range map[string]string{
		"https://Shop.Example":           "https://shop.example/",
		"https://shop.example:443/de/":   "https://shop.example/de/",
		"https://shop.example:8443/a/b":  "https://shop.example:8443/a/b/",
		" http://localhost:8080/ ":       "http://localhost:8080/",
		"http://outlet.localhost:80/":    "http://outlet.localhost/",
		"https://[2001:db8::1]:8443/":    "https://[2001:db8::1]:8443/",
		"http://shop.example/":           "",
		"http://localhost.evil.example/": "",
		"http://127.0.0.1/":              "",
		"https://user@shop.example/":     "",
		"https://shop.example/?a=1":      "",
		"https://shop.example/#x":        "",
		"https://shop.example/De":        "",
		"https://shop.example/../x":      "",
		"https://shop.example/cart":      "",
		"https://shop.example/assist/x":  "",
		"https://sh op.example/":         "",
		"https://-x.example/":            "",
		"https://shop.example:0/":        "",
		"https://shop.example:/":         "",
		"ftp://shop.example/":            "",
		"//shop.example/":                "",
		"shop.example":                   "",
		"":                               "",
	} {
		b, err := store.ParseBaseURL(in)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q was accepted as %s", in, b)
		case want != "" && (err != nil || b.String() != want):
			t.Errorf("%q = %s, %v; want %s", in, b, err, want)
		}
	}
}

func base(t testing.TB, text string) store.BaseURL {
	t.Helper()
	b, err := store.ParseBaseURL(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type shop struct {
	s                         *store.Service
	main, outlet              int64
	mainStore, outletStore    int64
	english, german, outletEn int64
}

// newShop makes two websites; the main one has an English and a German view.
func newShop(t testing.TB, db *sqldb.DB) shop {
	t.Helper()
	sh, ctx := shop{s: store.New(db, "admin.localhost:8080")}, sqldbtest.Ctx()
	must := func(id int64, err error) int64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	sh.main = must(sh.s.SaveWebsite(ctx, store.Website{Code: "base", Name: "Main Website", Currency: "EUR"}))
	sh.outlet = must(sh.s.SaveWebsite(ctx, store.Website{Code: "outlet", Name: "Outlet", Currency: "USD", SortOrder: 1}))
	sh.mainStore = must(sh.s.SaveStore(ctx, store.Store{WebsiteID: sh.main, Code: "main_store", Name: "Main Store"}))
	sh.outletStore = must(sh.s.SaveStore(ctx, store.Store{WebsiteID: sh.outlet, Code: "outlet_store", Name: "Outlet Store"}))
	view := func(st int64, code, locale, url string) int64 {
		return must(sh.s.SaveView(ctx, store.View{StoreID: st, Code: code, Name: code, Locale: locale, BaseURL: base(t, url), Active: true}))
	}
	sh.english = view(sh.mainStore, "default", "en", "http://localhost:8080/")
	sh.german = view(sh.mainStore, "german", "de", "http://localhost:8080/de/")
	sh.outletEn = view(sh.outletStore, "outlet_en", "en", "http://outlet.localhost:8080/")
	return sh
}

func (sh shop) tree(t testing.TB) *store.Tree {
	t.Helper()
	tree, err := sh.s.Tree(sqldbtest.Ctx())
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestResolveTakesTheExactHostAndTheLongestPrefix(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh := newShop(t, db)
		tree := sh.tree(t)
		for _, c := range []struct {
			host, path string
			view       int64
			rest       string
		}{
			{"localhost:8080", "/", sh.english, "/"},
			{"LOCALHOST:8080", "/cart", sh.english, "/cart"},
			{"localhost:8080", "/de", sh.german, "/"},
			{"localhost:8080", "/de/cart", sh.german, "/cart"},
			{"localhost:8080", "/desk", sh.english, "/desk"},
			{"outlet.localhost:8080", "/de/x", sh.outletEn, "/de/x"},
			{"localhost:9", "/", 0, ""},
			{"localhost", "/", 0, ""},
			{"admin.localhost:8080", "/", 0, ""},
		} {
			v, rest, ok := tree.Resolve(c.host, c.path)
			if v.ID != c.view || rest != c.rest || ok != (c.view != 0) {
				t.Errorf("Resolve(%s, %s) = view %d, %q, %v; want %d, %q", c.host, c.path, v.ID, rest, ok, c.view, c.rest)
			}
		}
		if w, ok := tree.DefaultWebsite(); !ok || w.ID != sh.main {
			t.Errorf("default website = %+v", w)
		}
		if v, ok := tree.DefaultView(sh.outlet); !ok || v.ID != sh.outletEn {
			t.Errorf("default view of the outlet = %+v", v)
		}
		if got := tree.Origins(); len(got) != 2 {
			t.Errorf("origins = %v", got)
		}
	})
}

func TestWhatCannotWorkIsRefusedBesideItsField(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh, ctx := newShop(t, db), sqldbtest.Ctx()
		tree := sh.tree(t)
		german, _ := tree.View(sh.german)
		english, _ := tree.View(sh.english)
		main, _ := tree.Website(sh.main)
		for name, c := range map[string]struct {
			field string
			save  func() (int64, error)
		}{
			"a code with capitals": {"code", func() (int64, error) {
				return sh.s.SaveWebsite(ctx, store.Website{Code: "Base2", Name: "x", Currency: "EUR"})
			}},
			"a code that is taken": {"code", func() (int64, error) {
				return sh.s.SaveWebsite(ctx, store.Website{Code: "base", Name: "x", Currency: "EUR"})
			}},
			"no currency": {"currency", func() (int64, error) {
				return sh.s.SaveWebsite(ctx, store.Website{Code: "x", Name: "x", Currency: "ZZZ"})
			}},
			"no default website": {"default", func() (int64, error) {
				w := main
				w.Default = false
				return sh.s.SaveWebsite(ctx, w)
			}},
			"a default store of another website": {"default_store", func() (int64, error) {
				w := main
				w.DefaultStoreID = sh.outletStore
				return sh.s.SaveWebsite(ctx, w)
			}},
			"an address that is taken": {"base_url", func() (int64, error) {
				v := german
				v.BaseURL = base(t, "https://localhost:8080/")
				return sh.s.SaveView(ctx, v)
			}},
			"the Admin's host": {"base_url", func() (int64, error) {
				v := german
				v.BaseURL = base(t, "http://admin.localhost:9999/")
				return sh.s.SaveView(ctx, v)
			}},
			"an inactive default view": {"active", func() (int64, error) {
				v := english
				v.Active = false
				return sh.s.SaveView(ctx, v)
			}},
			"no language": {"locale", func() (int64, error) {
				v := german
				v.Locale = "not a locale"
				return sh.s.SaveView(ctx, v)
			}},
			"another store's view as default": {"default_view", func() (int64, error) {
				st, _ := tree.Store(sh.mainStore)
				st.DefaultViewID = sh.outletEn
				return sh.s.SaveStore(ctx, st)
			}},
		} {
			if _, err := c.save(); fault.FieldsOf(err)[c.field] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestDeletionsAreRefusedWhileSomethingDependsOnThem(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh, ctx := newShop(t, db), sqldbtest.Ctx()
		for name, err := range map[string]error{
			"the default website": sh.s.DeleteWebsite(ctx, sh.main),
			"the default store":   sh.s.DeleteStore(ctx, sh.mainStore),
			"the default view":    sh.s.DeleteView(ctx, sh.english),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
			group, err := tx.Insert(ctx, `INSERT INTO customer_group (code, name, created_at) VALUES ('g', 'G', 0) RETURNING id`)
			if err != nil {
				return err
			}
			_, err = tx.Insert(ctx, `INSERT INTO customer (website_id, group_id, email, email_key, first_name, last_name, name_key, active, created_at, updated_at)
VALUES ($1, $2, 'e@x', 'e@x', 'E', 'R', 'e r', TRUE, 0, 0) RETURNING id`, sh.outlet, group)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := sh.s.DeleteWebsite(ctx, sh.outlet); !fault.Is(err, fault.Conflict) {
			t.Errorf("a website with a customer: %v", err)
		}
		if err := sh.s.DeleteView(ctx, sh.german); err != nil {
			t.Error(err)
		}
		if err := sh.s.DeleteView(ctx, sh.german); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting twice: %v", err)
		}
		other, err := sh.s.SaveWebsite(ctx, store.Website{Code: "third", Name: "Third", Currency: "EUR"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sh.s.SaveStore(ctx, store.Store{WebsiteID: other, Code: "third", Name: "Third"}); err != nil {
			t.Fatal(err)
		}
		if err := sh.s.DeleteWebsite(ctx, other); err != nil {
			t.Error(err)
		}
		if _, ok := sh.tree(t).Website(other); ok {
			t.Error("the deleted website is still in the tree")
		}
	})
}

func TestOneWebsiteIsTheDefault(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh := newShop(t, db)
		w, _ := sh.tree(t).Website(sh.outlet)
		w.Default = true
		if _, err := sh.s.SaveWebsite(sqldbtest.Ctx(), w); err != nil {
			t.Fatal(err)
		}
		var defaults []string
		for _, w := range sh.tree(t).Websites {
			if w.Default {
				defaults = append(defaults, w.Code)
			}
		}
		if len(defaults) != 1 || defaults[0] != "outlet" {
			t.Errorf("default websites: %v", defaults)
		}
	})
}

func TestAnotherNodeSeesAChangeWithinASecond(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			clock, dsn := sqldbtest.NewClock(), sqldbtest.DSN(t, e)
			one := newShop(t, sqldbtest.Open(t, dsn, clock.Now))
			two := shop{s: store.New(sqldbtest.Open(t, dsn, clock.Now), "")}
			if _, ok := two.tree(t).View(one.german); !ok {
				t.Fatal("the second node does not see the first one's shop")
			}
			if err := one.s.DeleteView(sqldbtest.Ctx(), one.german); err != nil {
				t.Fatal(err)
			}
			if _, ok := one.tree(t).View(one.german); ok {
				t.Error("the changing node itself is late")
			}
			clock.Advance(time.Second)
			if _, ok := two.tree(t).View(one.german); ok {
				t.Error("the other node still has the view after a second")
			}
		})
	}
}

func TestBaseURLsMoveTogether(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh, ctx := newShop(t, db), sqldbtest.Ctx()
		swap := func(v store.View) store.BaseURL {
			switch v.ID {
			case sh.english:
				return base(t, "http://localhost:8080/de/")
			case sh.german:
				return base(t, "http://localhost:8080/")
			}
			return v.BaseURL
		}
		if err := sh.s.MoveBaseURLs(ctx, swap); err != nil {
			t.Fatal(err)
		}
		if v, _, _ := sh.tree(t).Resolve("localhost:8080", "/de/"); v.ID != sh.english {
			t.Errorf("view at /de/ is %d", v.ID)
		}
		err := sh.s.MoveBaseURLs(ctx, func(store.View) store.BaseURL { return store.BaseURL{Scheme: "http", Host: "shop.example"} })
		if err == nil {
			t.Error("an http address on a real host was accepted")
		}
	})
}
