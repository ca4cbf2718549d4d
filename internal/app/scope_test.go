package app_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/web/webtest"
)

// happened records something on a website, 0 for none, and returns its entry's id.
func happened(t *testing.T, s *apptest.Shop, website int64, what string) (id int64) {
	t.Helper()
	ctx := actor.With(context.Background(), actor.Who{Kind: actor.System, Name: "test", WebsiteID: website})
	err := s.DB.Change(ctx, "test.happened", func(_ context.Context, tx *sqldb.Tx) error {
		tx.Details = what
		return nil
	})
	if err == nil {
		err = s.DB.Reader().QueryRow(ctx, `SELECT MAX(id) FROM audit_log WHERE details = $1`, what).Scan(&id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestARoleOfOneWebsiteReadsOfTheReportWhatHappenedThere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		ctx := actor.AsSystem(context.Background(), "test")
		tom := signIn(webtest.New(t), s, "tom")
		u, ok, err := s.Staff.ByUsername(ctx, "tom")
		if err != nil || !ok {
			t.Fatal(err)
		}
		role, err := s.Roles.Get(ctx, u.RoleID)
		if err != nil {
			t.Fatal(err)
		}
		entries := map[string]int64{"of the first": happened(t, s, 1, "of the first"), "of the second": happened(t, s, 2, "of the second"), "of none": happened(t, s, 0, "of none")}
		sees := func(only ...string) {
			t.Helper()
			list := tom.Visit("/system/actions").Text()
			for what, id := range entries {
				status := 404
				for _, o := range only {
					if o == what {
						status = 200
					}
				}
				if strings.Contains(list, what) != (status == 200) {
					t.Errorf("the report of a role that sees %q: %q", only, what)
				}
				tom.Visit("/system/actions/" + strconv.FormatInt(id, 10)).MustStatus(status)
			}
		}
		sees("of the first", "of the second", "of none")
		for _, sites := range [][]int64{{1}, {2}} {
			role.AllWebsites, role.Websites = false, sites
			if _, err := s.Roles.Save(ctx, acl.Everything(), role); err != nil {
				t.Fatal(err)
			}
			sees([]string{"", "of the first", "of the second"}[sites[0]])
		}
	})
}
