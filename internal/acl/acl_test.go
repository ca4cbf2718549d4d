package acl_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestOneLeafGrantsNoOther(t *testing.T) {
	for _, held := range acl.All() {
		g := acl.Grant{Resources: map[acl.Resource]bool{held: true}}
		for _, asked := range acl.All() {
			if g.Allows(asked) != (asked == held) {
				t.Errorf("holding %s: Allows(%s) = %v", held, asked, g.Allows(asked))
			}
		}
	}
}

func TestUnknownResourcesGrantNothing(t *testing.T) {
	g := acl.Grant{All: true, Resources: map[acl.Resource]bool{"sales.future": true}}
	if g.Allows("sales.future") {
		t.Error("an id that this build does not know was allowed")
	}
	if !g.Allows(acl.AssistLogin) {
		t.Error("all resources should include Allow Login as Customer")
	}
}

func TestLabelsAreThoseOfTheManual(t *testing.T) {
	for r, want := range map[acl.Resource]string{
		acl.AssistLogin:     "Customers > Login as Customer > Allow Login as Customer",
		acl.AssistLog:       "Customers > Login as Customer > View Login as Customer Log",
		acl.AssistEndOthers: "Customers > Login as Customer > End other Admin users' sessions",
		acl.AssistUndo:      "Customers > Login as Customer > Undo changes of sessions",
		acl.AssistConsent:   "Customers > All Customers > Remote shopping assistance opt-in",
		acl.ConfigAssist:    "Stores > Configuration > Login as Customer Section",
	} {
		if got := acl.Label(r); got != want {
			t.Errorf("Label(%s) = %q, want %q", r, got, want)
		}
	}
}

func custom(name string, rs ...acl.Resource) acl.Role {
	return acl.Role{Name: name, Resources: rs, AllWebsites: true}
}

func save(t *testing.T, s *acl.Service, by acl.Grant, r acl.Role) int64 {
	t.Helper()
	id, err := s.Save(sqldbtest.Ctx(), by, r)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// addUser gives a role an active Admin user.
func addUser(t *testing.T, db *sqldb.DB, name string, role int64) {
	t.Helper()
	err := db.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Insert(ctx, `INSERT INTO admin_user (username, username_key, email, email_key, first_name, last_name, password_hash, role_id, active, password_changed_at, created_at, updated_at)
VALUES ($1, $1, $1, $1, '', '', '', $2, TRUE, 0, 0, 0) RETURNING id`, name, role)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestARoleComesBackAsSaved(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := acl.New(db)
		r := custom("  Support   desk ", acl.AssistLogin, acl.CustomersAll)
		r.AssistMode = acl.ViewOnly
		id := save(t, s, acl.Everything(), r)
		got, err := s.Get(sqldbtest.Ctx(), id)
		if err != nil {
			t.Fatal(err)
		}
		want := acl.Role{ID: id, Name: "Support desk", Resources: []acl.Resource{acl.CustomersAll, acl.AssistLogin},
			AllWebsites: true, AssistMode: acl.ViewOnly, CreatedAt: db.Now(), UpdatedAt: db.Now()}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		g, err := acl.Load(sqldbtest.Ctx(), db.Reader(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !g.Allows(acl.AssistLogin) || g.Allows(acl.AssistLog) || g.AssistMode != acl.ViewOnly || g.RoleName != "Support desk" {
			t.Errorf("grant = %+v", g)
		}
	})
}

func TestNamesAreUniqueWhateverTheirCase(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s := acl.New(db)
		save(t, s, acl.Everything(), custom("Audit"))
		_, err := s.Save(sqldbtest.Ctx(), acl.Everything(), custom("AUDIT"))
		if fault.FieldsOf(err)["name"] == "" {
			t.Errorf("err = %v, want an error on the name", err)
		}
	})
}

func TestNobodyGrantsWhatTheyLack(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := acl.New(db), sqldbtest.Ctx()
		editorRole := save(t, s, acl.Everything(), custom("Team lead", acl.SystemRoles, acl.CustomersAll))
		by, err := acl.Load(ctx, db.Reader(), editorRole)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Save(ctx, by, custom("New", acl.AssistLogin)); !fault.Is(err, fault.Denied) {
			t.Errorf("granting a resource one lacks: %v", err)
		}
		if _, err := s.Save(ctx, by, acl.Role{Name: "All", AllResources: true, AllWebsites: true}); !fault.Is(err, fault.Denied) {
			t.Errorf("granting all resources: %v", err)
		}
		// What they lack but the role already has stays, though their form could not send it.
		id := save(t, s, acl.Everything(), custom("Desk", acl.AssistLogin, acl.CustomersAll))
		r := custom("Desk 2")
		r.ID = id
		save(t, s, by, r)
		got, err := s.Get(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Resources, []acl.Resource{acl.AssistLogin}) || got.Name != "Desk 2" {
			t.Errorf("role = %+v", got)
		}
		if err := s.Delete(ctx, by, id); !fault.Is(err, fault.Denied) {
			t.Errorf("deleting a role beyond one's own: %v", err)
		}
		// A right lost while the form was open is lost.
		r = custom("Team lead", acl.SystemRoles)
		r.ID = editorRole
		save(t, s, acl.Everything(), r)
		if _, err := s.Save(ctx, by, custom("Late", acl.CustomersAll)); !fault.Is(err, fault.Denied) {
			t.Errorf("a stale grant was believed: %v", err)
		}
	})
}

func TestUnknownResourcesSurviveAnEdit(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := acl.New(db), sqldbtest.Ctx()
		id := save(t, s, acl.Everything(), custom("Desk", acl.CustomersAll))
		if err := db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO admin_role_resource (role_id, resource) VALUES ($1, 'sales.future')`, id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		r := custom("Desk")
		r.ID = id
		save(t, s, acl.Everything(), r)
		got, err := s.Get(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.Resources, []acl.Resource{"sales.future"}) {
			t.Errorf("resources = %v", got.Resources)
		}
		if _, err := s.Save(ctx, acl.Everything(), custom("Other", "no.such")); !fault.Is(err, fault.Invalid) {
			t.Errorf("an invented id was accepted: %v", err)
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := acl.New(db), sqldbtest.Ctx()
		admins := acl.Role{Name: "Administrators", AllResources: true, AllWebsites: true}
		admins.ID = save(t, s, acl.Everything(), admins)
		if err := s.Delete(ctx, acl.Everything(), admins.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting the last role with everything: %v", err)
		}
		addUser(t, db, "admin", admins.ID)
		limited := admins
		limited.AllResources = false
		if _, err := s.Save(ctx, acl.Everything(), limited); !fault.Is(err, fault.Conflict) {
			t.Errorf("limiting the last Administrator: %v", err)
		}
		second := save(t, s, acl.Everything(), acl.Role{Name: "Owners", AllResources: true, AllWebsites: true})
		if _, err := s.Save(ctx, acl.Everything(), limited); !fault.Is(err, fault.Conflict) {
			t.Errorf("a role that nobody has does not count: %v", err)
		}
		addUser(t, db, "owner", second)
		save(t, s, acl.Everything(), limited)
		if err := s.Delete(ctx, acl.Everything(), admins.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting a role that is in use: %v", err)
		}
	})
}

func TestWebsitesLimitWhoMayEdit(t *testing.T) {
	sqldbtest.Each(t, func(t *testing.T, db *sqldb.DB) {
		s, ctx := acl.New(db), sqldbtest.Ctx()
		var one, two int64
		if err := db.Upkeep(ctx, "test", func(ctx context.Context, tx *sqldb.Tx) (err error) {
			const q = `INSERT INTO website (code, name, currency, is_default) VALUES ($1, $1, 'EUR', FALSE) RETURNING id`
			if one, err = tx.Insert(ctx, q, "one"); err == nil {
				two, err = tx.Insert(ctx, q, "two")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		role := acl.Role{Name: "One", Resources: []acl.Resource{acl.SystemRoles}, Websites: []int64{one, one}}
		id := save(t, s, acl.Everything(), role)
		by, err := acl.Load(ctx, db.Reader(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(by.Websites, []int64{one}) || by.AllowsWebsite(two) || !by.AllowsWebsite(one) {
			t.Fatalf("grant = %+v", by)
		}
		for name, r := range map[string]acl.Role{
			"all websites": {Name: "A", AllWebsites: true},
			"another one":  {Name: "B", Websites: []int64{two}},
		} {
			if _, err := s.Save(ctx, by, r); !fault.Is(err, fault.Denied) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := s.Save(ctx, acl.Everything(), acl.Role{Name: "C", Websites: []int64{987}}); fault.FieldsOf(err)["websites"] == "" {
			t.Errorf("a website that does not exist: %v", err)
		}
		if _, err := s.Save(ctx, acl.Everything(), acl.Role{Name: "D"}); fault.FieldsOf(err)["websites"] == "" {
			t.Errorf("no website: %v", err)
		}
	})
}
