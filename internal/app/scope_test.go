package app_test

import (
	"context"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/web/webtest"
)

func TestARoleOfOneWebsiteDoesNotReadTheReportOfAll(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		ctx := actor.AsSystem(context.Background(), "test")
		tom := signIn(webtest.New(t), s, "tom")
		tom.Visit("/system/actions").MustStatus(200)
		u, ok, err := s.Staff.ByUsername(ctx, "tom")
		if err != nil || !ok {
			t.Fatal(err)
		}
		role, err := s.Roles.Get(ctx, u.RoleID)
		if err != nil {
			t.Fatal(err)
		}
		role.AllWebsites, role.Websites = false, []int64{1}
		if _, err := s.Roles.Save(ctx, acl.Everything(), role); err != nil {
			t.Fatal(err)
		}
		tom.Visit("/system/actions").MustStatus(403)
		tom.Visit("/system/actions/1").MustStatus(403)
	})
}
