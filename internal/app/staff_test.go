package app_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
	"github.com/storehand/storehand/internal/web/webtest"
)

// recorded are the latest rows of the log, newest first: action, actor, route.
func recorded(t *testing.T, s *apptest.Shop, n int) [][3]string {
	t.Helper()
	rows, err := sqldb.All(t.Context(), s.DB.Reader(), func(r sqldb.Scanner) (row [3]string, err error) {
		var result string
		err = r.Scan(&row[0], &row[1], &row[2], &result)
		row[0] += " " + result
		return row, err
	}, `SELECT action, actor_name, route, result FROM audit_log ORDER BY id DESC LIMIT $1`, n)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestSigningInAndOutIsInTheActionsReport(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		b := webtest.New(t)
		tab := b.Open(s.Admin("/account")).Form("/login").Set("username", "maria").Set("password", "wrong").Submit()
		tab = tab.Form("/login").Set("username", "maria").Set("password", demo.Password).Submit()
		tab.MustBe("/account")
		tab.Form("/logout").Submit()
		want := [][3]string{
			{"staff.signed_out success", "maria", "POST /logout"},
			{"staff.signed_in success", "maria", "POST /login"},
			{"staff.sign_in_failed failure", "", "POST /login"},
		}
		got := recorded(t, s, 3)
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("row %d is %q, want %q", i, got[i], want[i])
			}
		}
	})
}

func TestASessionOfOneSiteIsNobodyOnTheOther(t *testing.T) {
	s := apptest.New(t, sqldb.SQLite)
	b := webtest.New(t)
	signIn(b, s, "admin").Visit("/account").MustBe("/account")
	admin, _ := b.Cookie(s.Admin("/"), "__Host-admin")
	var shop string
	err := s.DB.Change(sqldbtest.Ctx(), "test.sign_in", func(ctx context.Context, tx *sqldb.Tx) (err error) {
		shop, _, err = s.Sessions.StartCustomer(ctx, tx, 1, 1, "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ where, cookie string }{
		{s.Admin("/account"), "__Host-admin=" + shop},
		{s.Admin("/account"), "__Host-shop=" + admin},
		{s.Admin("/account"), "__Host-stay=" + admin},
		{s.Store("english", "/account"), "__Host-shop=" + admin},
		{s.Store("english", "/account"), "__Host-admin=" + admin},
		{s.Store("english", "/account"), "__Host-stay=" + shop},
	} {
		if got := ask(t, s, c.where, c.cookie); got < 300 {
			t.Errorf("%s at %s: %d", c.cookie[:13], c.where, got)
		}
	}
	if got := ask(t, s, s.Admin("/account"), "__Host-admin="+admin); got != http.StatusOK {
		t.Errorf("the right cookie at the right site: %d", got)
	}
}

// ask asks a node for a page with exactly this cookie header.
func ask(t *testing.T, node *apptest.Shop, address, cookie string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	r.Header.Set("Cookie", cookie)
	w := httptest.NewRecorder()
	node.Handler().ServeHTTP(w, r)
	return w.Code
}

func TestWhatChangesOnOneNodeCountsAtTheNextRequestOfAnother(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		peer := s.Peer(t)
		b := webtest.New(t)
		signIn(b, s, "maria").Visit("/account").MustBe("/account")
		secret, _ := b.Cookie(s.Admin("/"), "__Host-admin")
		cookie := "__Host-admin=" + secret
		if got := ask(t, peer, s.Admin("/system/users"), cookie); got != http.StatusForbidden {
			t.Fatalf("maria at the users: %d", got)
		}
		u, _, err := s.Staff.ByUsername(t.Context(), "maria")
		if err != nil {
			t.Fatal(err)
		}
		role, err := s.Roles.Get(t.Context(), u.RoleID)
		if err != nil {
			t.Fatal(err)
		}
		role.Resources = append(role.Resources, acl.SystemUsers)
		if _, err := s.Roles.Save(sqldbtest.Ctx(), acl.Everything(), role); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, peer, s.Admin("/system/users"), cookie); got != http.StatusOK {
			t.Errorf("with the resource: %d", got)
		}
		d := staff.DraftOf(u)
		d.Active = false
		if _, err := s.Staff.Save(sqldbtest.Ctx(), staff.System(), d); err != nil {
			t.Fatal(err)
		}
		if got := ask(t, peer, s.Admin("/system/users"), cookie); got != http.StatusSeeOther {
			t.Errorf("deactivated: %d", got)
		}
	})
}
