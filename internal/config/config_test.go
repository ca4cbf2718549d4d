package config_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/store"
)

const group = "Test"

var (
	perView = config.Text("test.per_view", config.In(config.General, group), config.Label("Per view"), config.At(config.ViewScope), config.Default("declared"), config.Required())
	perSite = config.Int("test.per_site", config.In(config.General, group), config.Label("Per website"), config.At(config.Website), config.Default(60), config.Range(1, 90))
	global  = config.Bool("test.global", config.In(config.General, group), config.Label("Global switch"))
	picky   = config.Text("test.picky", config.In(config.General, group), config.Label("Picky"), config.Check(func(v string) error {
		if v == "no" {
			return errors.New("not that")
		}
		return nil
	}))
)

type shop struct {
	svc           *config.Service
	website, view int64
}

func newShop(t testing.TB, db *sqldb.DB) shop {
	t.Helper()
	ctx, stores := sqldbtest.Ctx(), store.New(db, "")
	sh := shop{svc: config.New(db, stores)}
	base, err := store.ParseBaseURL("http://localhost/")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Change(ctx, "test.setup", func(ctx context.Context, tx *sqldb.Tx) (err error) {
		if sh.website, err = stores.PutWebsite(ctx, tx, store.Website{Code: "base", Name: "Main", Currency: "EUR"}); err != nil {
			return err
		}
		st, err := stores.PutStore(ctx, tx, store.Store{WebsiteID: sh.website, Code: "main", Name: "Main"})
		if err != nil {
			return err
		}
		sh.view, err = stores.PutView(ctx, tx, store.View{StoreID: st, Code: "default", Name: "English", Locale: "en", BaseURL: base, Active: true})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return sh
}

func (sh shop) scopes() (site, view config.Scope) {
	return config.OfWebsite(sh.website), config.Scope{WebsiteID: sh.website, ViewID: sh.view}
}

func (sh shop) save(sc config.Scope, edits ...config.Edit) error {
	return sh.svc.Save(sqldbtest.Ctx(), acl.Everything(), sc, config.General, edits)
}

func set(f *config.Field, v string) config.Edit { return config.Edit{Field: f, Value: v} }

func TestTheNearestScopeDecides(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh, ctx := newShop(t, db), sqldbtest.Ctx()
		site, view := sh.scopes()
		check := func(step, want string) {
			t.Helper()
			if got := sh.svc.Text(ctx, perView, view); got != want {
				t.Errorf("%s: %q, want %q", step, got, want)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		check("nothing set", "declared")
		must(sh.save(config.Everywhere, set(perView, "default")))
		check("Default Config set", "default")
		must(sh.save(site, set(perView, "website")))
		check("website set", "website")
		must(sh.save(view, set(perView, "view")))
		check("view set", "view")
		if got := sh.svc.Text(ctx, perView, config.Everywhere); got != "default" {
			t.Errorf("Default Config = %q", got)
		}
		must(sh.save(site, config.Edit{Field: perView, Inherit: true}))
		check("website uses default", "view")
		must(sh.save(view, config.Edit{Field: perView, Inherit: true}))
		check("view uses website", "default")
		fresh, err := config.Fresh(ctx, db.Reader(), perView, perSite)
		must(err)
		if fresh.Text(perView, view) != "default" || fresh.Int(perSite, view) != 60 {
			t.Errorf("fresh = %q, %d", fresh.Text(perView, view), fresh.Int(perSite, view))
		}
	})
}

func TestWhatIsNotAllowedIsRefusedBesideItsField(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh := newShop(t, db)
		site, view := sh.scopes()
		for name, c := range map[string]struct {
			sc   config.Scope
			edit config.Edit
		}{
			"a global field at a website":  {site, set(global, "1")},
			"a website field at a view":    {view, set(perSite, "5")},
			"a number out of range":        {site, set(perSite, "91")},
			"no number":                    {site, set(perSite, "many")},
			"an empty required text":       {site, set(perView, "  ")},
			"two lines in a line":          {site, set(perView, "a\nb")},
			"a text that is too long":      {site, set(perView, strings.Repeat("ä", 256))},
			"a value that its check hates": {config.Everywhere, set(picky, "no")},
			"neither Yes nor No":           {config.Everywhere, set(global, "maybe")},
		} {
			if err := sh.save(c.sc, c.edit); fault.FieldsOf(err)[c.edit.Field.Path] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := sh.save(config.Scope{WebsiteID: sh.website + 7, ViewID: sh.view}, set(perView, "x")); !fault.Is(err, fault.NotFound) {
			t.Errorf("a view under a wrong website: %v", err)
		}
		if err := sh.save(config.OfWebsite(999), set(perView, "x")); !fault.Is(err, fault.NotFound) {
			t.Errorf("a website that does not exist: %v", err)
		}
	})
}

func TestASectionNeedsItsResourceAndItsScope(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh, ctx := newShop(t, db), sqldbtest.Ctx()
		site, _ := sh.scopes()
		local := acl.Grant{Resources: map[acl.Resource]bool{acl.ConfigGeneral: true}, Websites: []int64{sh.website}}
		if err := sh.svc.Save(ctx, local, site, config.General, []config.Edit{set(perView, "x")}); err != nil {
			t.Errorf("one's own website: %v", err)
		}
		if err := sh.svc.Save(ctx, local, config.Everywhere, config.General, []config.Edit{set(perView, "x")}); !fault.Is(err, fault.Denied) {
			t.Errorf("Default Config with one website: %v", err)
		}
		if err := sh.svc.Save(ctx, local, site, config.Customers, nil); !fault.Is(err, fault.Denied) {
			t.Errorf("another section: %v", err)
		}
		if err := sh.svc.Save(ctx, acl.Everything(), site, config.Customers, []config.Edit{set(perView, "x")}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a field of another section: %v", err)
		}
		if len(config.Sections(local)) != 1 {
			t.Errorf("sections = %v", config.Sections(local))
		}
	})
}

func TestASaveIsOneRecordWithBeforeAndAfter(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh := newShop(t, db)
		var seen []sqldb.Entry
		db.Hooks(nil, func(_ context.Context, _ *sqldb.Tx, e *sqldb.Entry) error { seen = append(seen, *e); return nil })
		if err := sh.save(config.Everywhere, set(perView, "new"), set(global, "1"), config.Edit{Field: perSite, Inherit: true}); err != nil {
			t.Fatal(err)
		}
		if err := sh.save(config.Everywhere, set(perView, "new"), set(global, "1")); err != nil {
			t.Fatal(err)
		}
		if err := sh.save(config.Everywhere, config.Edit{Field: perView, Inherit: true}); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 2 {
			t.Fatalf("%d records, want 2: a save that changes nothing is none", len(seen))
		}
		want := []sqldb.FieldChange{{Field: "Per view", Before: "declared (inherited)", After: "new"}, {Field: "Global switch", Before: "No (inherited)", After: "Yes"}}
		for i, c := range want {
			if len(seen[0].Changes) != 2 || seen[0].Changes[i] != c {
				t.Errorf("changes = %+v", seen[0].Changes)
			}
		}
		if c := seen[1].Changes[0]; c.Before != "new" || c.After != "declared (inherited)" {
			t.Errorf("use default = %+v", c)
		}
	})
}

func TestAnotherNodeSeesASettingWithinASecond(t *testing.T) {
	for _, e := range sqldbtest.Engines {
		t.Run(string(e), func(t *testing.T) {
			clock, dsn := sqldbtest.NewClock(), sqldbtest.DSN(t, e)
			one := newShop(t, sqldbtest.Open(t, dsn, clock.Now))
			other := sqldbtest.Open(t, dsn, clock.Now)
			two := config.New(other, store.New(other, ""))
			ctx := sqldbtest.Ctx()
			if two.Bool(ctx, global, config.Everywhere) {
				t.Fatal("set before it was")
			}
			if err := one.save(config.Everywhere, set(global, "1")); err != nil {
				t.Fatal(err)
			}
			if !one.svc.Bool(ctx, global, config.Everywhere) {
				t.Error("the saving node itself is late")
			}
			clock.Advance(time.Second)
			if !two.Bool(ctx, global, config.Everywhere) {
				t.Error("the other node does not see it after a second")
			}
		})
	}
}

func TestAStoredValueThatIsNoLongerAllowedCountsAsNone(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		sh, ctx := newShop(t, db), sqldbtest.Ctx()
		if err := db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO config_value (path, scope, scope_id, value, updated_at, updated_by) VALUES ('test.per_site', 'default', 0, '5000', 0, '')`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := sh.svc.Int(ctx, perSite, config.Everywhere); got != 60 {
			t.Errorf("value = %d, want the declared 60", got)
		}
	})
}

func TestSearchFindsFieldsByTheirWords(t *testing.T) {
	hits := config.Search(acl.Everything(), "share ACCOUNTS")
	if len(hits) != 1 || hits[0].Field != config.ShareAccounts {
		t.Errorf("hits = %v", hits)
	}
	if hits := config.Search(acl.Grant{}, "share accounts"); len(hits) != 0 {
		t.Errorf("without the section's resource: %v", hits)
	}
	if hits := config.Search(acl.Everything(), "  "); hits != nil {
		t.Errorf("nothing asked: %v", hits)
	}
}
